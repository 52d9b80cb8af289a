"""The agents where they sit: a block a seat, in zones and rows; trouble stands out in reverse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType

from data.alerts import Level, agent_level
from data.model.picture import AgentRow, Picture, Seat
from data.model.words import State
from widgets.agents import need_summary, state_tone
from widgets.canvas import Line, Piece, on_ground, padded
from widgets.cells import fit, safe
from widgets.levels import agent_levels
from widgets.pane import LEVEL_TONES, Heading, Pane

_LEAST, _MOST = 9, 14
_LABEL = 4
_ELSEWHERE = "elsewhere"


class Place(NamedTuple):
    """A spot on the map: a seat, whoever sits there."""

    label: str
    agent: AgentRow | None


class MapRow(NamedTuple):
    """A line of blocks, or a zone's title where `places` is None."""

    zone: str
    label: str
    places: tuple[Place | None, ...] | None


def map_rows(picture: Picture, per_row: int) -> list[MapRow]:
    """Return the floor as rows of at most `per_row` blocks; agents without a seat on the map come last."""
    sitting: dict[str, AgentRow] = {}
    for agent in sorted(picture.agents, key=lambda agent: agent.state in (State.OFFLINE, State.UNKNOWN)):
        if agent.seat:
            sitting.setdefault(agent.seat, agent)
    rows: list[MapRow] = []
    zones: dict[str, dict[int, dict[int, Seat]]] = {}
    for seat in picture.seats:
        zones.setdefault(seat.zone, {}).setdefault(seat.row, {})[seat.column] = seat
    seated = set()
    for zone, by_row in zones.items():
        rows.append(MapRow(zone, "", None))
        for row, by_column in sorted(by_row.items()):
            line = [by_column.get(column) for column in range(min(by_column), max(by_column) + 1)]
            places = [seat and Place(seat.label, sitting.get(seat.label)) for seat in line]
            seated |= {place.agent.id for place in places if place and place.agent}
            rows += _chunks(zone, str(row + 1), places, per_row)
    others = [a for a in picture.agents if a.id not in seated and a.state is not State.OFFLINE]
    if others:
        rows.append(MapRow(_ELSEWHERE, "", None))
        rows += _chunks(_ELSEWHERE, "", [Place(agent.seat, agent) for agent in others], per_row)
    return rows


def _chunks(zone: str, label: str, places: Sequence[Place | None], per_row: int) -> Iterator[MapRow]:
    """Give a row of seats, cut where the pane ends."""
    for start in range(0, len(places), per_row):
        yield MapRow(zone, label if not start else "", tuple(places[start : start + per_row]))


class SeatMap(Pane):
    """The seat map with a cursor over the agents. Row keys are agent ids."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", show=False, id="map.left"),
        Binding("right,l", "step(1)", show=False, id="map.right"),
        Binding("down,j", "climb(1)", show=False, id="pane.down"),
        Binding("up,k", "climb(-1)", show=False, id="pane.up"),
        Binding("pagedown", "climb(4)", show=False, id="pane.page_down"),
        Binding("pageup", "climb(-4)", show=False, id="pane.page_up"),
        Binding("enter", "open", show=False, id="pane.open"),
    ]

    selected: int | None = None
    top = 0
    _rows: Sequence[MapRow] = ()
    _height = 0
    _total = 0
    _block = _LEAST

    def heading(self) -> Heading:
        """Return how many need somebody, and the legend where there is room."""
        look = self.look
        if self.picture is None or self._message():
            return Heading(look.words("Seats"))
        levels = agent_levels(self.picture, self.now_ms, look.limits)
        summary, level = need_summary(levels, look)
        signs = look.glyphs.states
        legend = "  ".join(
            f"{signs[state]} {look.words(word)}"
            for state, word in (
                (State.AVAILABLE, "free"),
                (State.TALKING, "talk"),
                (State.HOLD, "hold"),
                (State.WRAP_UP, "wrap"),
                (State.NOT_READY, "out"),
            )
        )
        if look.wall:  # seats with what is done there: no names, times or signs beside them
            return Heading(look.words("Seats"), hint=self._position() or legend)
        summary = summary or [look.words("nobody needs you")]
        return Heading(look.words("Seats"), summary, level, self._position() or legend)

    def _position(self) -> str:
        """Return which lines are in view of how many, empty when all are."""
        if not self._height or self._total <= self._height:
            return ""
        glyphs = self.look.glyphs
        above = glyphs.more[0] if self.top else " "
        below = glyphs.more[1] if self.top + self._height < self._total else " "
        last = min(self._total, self.top + self._height)
        return f"{self.top + 1}{glyphs.none}{last}/{self._total} {above}{below}"

    def empty(self) -> str:
        """Say that the floor has no map."""
        if self.picture is None or self.picture.seats:
            return ""
        return self.look.words("No seats are set up. List them in the site's settings to see the floor here.")

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines of the map in view."""
        if self.picture is None:
            return []
        self._lay_out(self.picture, width)
        self._height = height
        if self.has_focus and not any(agent.id == self.selected for agent in self.picture.agents):
            found = self._find()
            self.selected = found[0][0][0][1] if found else None
        lines = list(self._numbered())
        self._total = len(lines)
        self.top = max(0, min(self.top, len(lines) - height))
        return [self._line(self._rows[index], part, width) for index, part in lines[self.top : self.top + height]]

    def _lay_out(self, picture: Picture, width: int) -> None:
        """Choose the size of a block and put the seats in rows."""
        widest = max((seat.column for seat in picture.seats), default=1)
        least = min((seat.column for seat in picture.seats), default=1)
        room = width - _LABEL
        self._block = max(_LEAST, min(_MOST, room // max(1, widest - least + 1)))
        self._rows = map_rows(picture, max(1, room // self._block))

    def _numbered(self) -> Iterator[tuple[int, int]]:
        """Give each line of the map as (row, part): a title has one, a blank above but at the top; blocks have two."""
        for index, row in enumerate(self._rows):
            if row.places is None:
                if index:
                    yield index, -1
                yield index, 0
            else:
                yield index, 0
                yield index, 1

    def _line(self, row: MapRow, part: int, width: int) -> Line:
        """Return one line of the map."""
        if part < 0:
            return (Piece(" " * width),)
        if row.places is None:
            return padded(self._title(row.zone), width, self.look.glyphs.ellipsis)
        label = Piece(fit(row.label if not part else "", _LABEL - 1, right=True) + " ", "faint")
        pieces = [label]
        for place in row.places:
            pieces += self._blocked(place, part)
        return padded(tuple(pieces), width)

    def _title(self, zone: str) -> Line:
        """Return a zone's title: name and how many need somebody there."""
        look = self.look
        agents = [
            place.agent for row in self._rows if row.zone == zone for place in row.places or () if place and place.agent
        ]
        levels = [] if look.wall else [agent_level(agent, self.now_ms, look.limits) for agent in agents]
        summary, level = need_summary(levels, look)
        name = look.words(zone) if zone == _ELSEWHERE else safe(zone)
        line = [Piece(f"{look.glyphs.dash} ", "faint"), Piece(name, "title"), Piece(f" {len(agents)}", "dim")]
        if summary:
            line.append(Piece("  " + f" {look.glyphs.dot} ".join(summary), LEVEL_TONES[level]))
        return tuple(line)

    def _blocked(self, place: Place | None, part: int) -> Line:
        """Return one line of a seat's block: above, sign and minutes; below, the name."""
        inner = self._block - 1
        gap = Piece(" ")
        if place is None:
            return (Piece(" " * self._block),)
        agent, look = place.agent, self.look
        if agent is None:
            text = fit(f"{look.glyphs.dot} {safe(place.label)}" if not part else "", inner)
            return (Piece(text, "faint"), gap)
        level = Level.CALM if look.wall else agent_level(agent, self.now_ms, look.limits)
        tone = f"reverse-{LEVEL_TONES[level]}" if level is Level.ALARM else ""
        if part:
            away = agent.state in (State.OFFLINE, State.UNKNOWN)
            name = fit(safe(place.label) if look.wall else agent.name, inner, ellipsis=look.glyphs.ellipsis)
            pieces: Line = (Piece(name, tone or ("faint" if away else "text")), gap)
        else:
            minutes = "" if look.wall else _minutes(self.now_ms - agent.since_ms)
            sign = f"{look.glyphs.states[agent.state]} {fit(minutes, 4, right=True)} {look.level(level)}"
            seat = fit(safe(place.label) if inner >= 13 else "", inner - 8, right=True)
            own = LEVEL_TONES[level] if level >= Level.WARN else state_tone(agent, look)
            pieces = (Piece(sign, tone or own), Piece(seat, tone or "faint"), gap)
            pieces = tuple(piece for piece in pieces if piece.text)
        if agent.id == self.selected and self.has_focus:
            return (*on_ground(pieces[:-1], "cursor"), Piece(look.glyphs.cursor, "accent"))
        return pieces

    # Moving over the map

    def _grid(self) -> list[list[tuple[int, int]]]:
        """Return the agents of each row of blocks as (column, id); rows of empty seats are left out."""
        rows = [
            [(x, place.agent.id) for x, place in enumerate(row.places or ()) if place and place.agent]
            for row in self._rows
        ]
        return [row for row in rows if row]

    def _find(self) -> tuple[list[list[tuple[int, int]]], int, int] | None:
        """Return the grid, and the cursor's row and place in it; the first agent where it is nowhere."""
        grid = self._grid()
        if not grid:
            return None
        for y, row in enumerate(grid):
            for x, (_, agent) in enumerate(row):
                if agent == self.selected:
                    return grid, y, x
        return grid, 0, 0

    def select(self, key: int) -> bool:
        """Put the cursor on an agent and bring the block into view; False when the map has no such agent."""
        for line, (index, part) in enumerate(self._numbered()):
            places = self._rows[index].places or ()
            if part == 0 and any(place and place.agent and place.agent.id == key for place in places):
                self.top = min(max(self.top, line + 2 - self._height), line)
                moved, self.selected = key != self.selected, key
                self.sync()
                if moved:
                    self.post_message(self.Selected(self, key))
                return True
        return False

    def action_step(self, by: int) -> None:
        """Move along the row, and on into the next."""
        if found := self._find():
            grid, y, x = found
            flat = [agent for row in grid for _, agent in row]
            at = sum(len(row) for row in grid[:y]) + x
            self.select(flat[at if self.selected is None else max(0, min(len(flat) - 1, at + by))])

    def action_climb(self, by: int) -> None:
        """Move to the nearest block some rows down or up."""
        if found := self._find():
            grid, y, x = found
            column = grid[y][x][0]
            target = grid[y if self.selected is None else max(0, min(len(grid) - 1, y + by))]
            self.select(min(target, key=lambda item: abs(item[0] - column))[1])

    def action_open(self) -> None:
        """Open the agent under the cursor."""
        if self.selected is not None:
            self.post_message(self.Opened(self, self.selected))

    def on_click(self, event: events.Click) -> None:
        """Select the block under the pointer; a double click opens it."""
        lines = list(self._numbered())
        y = self.top + event.y - 1
        column, inside = divmod(event.x - 2 - _LABEL, self._block)
        if self._message() or not 0 <= y < len(lines) or event.x < 2 + _LABEL or inside == self._block - 1:
            return
        places = self._rows[lines[y][0]].places or ()
        place = places[column] if column < len(places) else None
        if place and place.agent and self.select(place.agent.id) and event.chain == 2:
            self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.top += 3
        self.sync()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.top = max(0, self.top - 3)
        self.sync()


def _minutes(ms: int) -> str:
    """Return a length of time in minutes, or hours from 100 minutes on, in at most four cells."""
    minutes = max(0, ms) // 60_000
    if minutes < 100:
        return f"{minutes}m"
    hours = minutes // 60
    return f"{hours}h" if hours < 100 else f"{hours // 24}d"
