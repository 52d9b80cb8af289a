"""The seats of a walk where they stand: looked at, failed, not yet, not seen today; where one is, and where others are.

As a pane on wide screens, as a strip of the row that one walks along on narrow ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from textual import events

from data.alerts import Level
from data.model.discipline import Where
from data.model.picture import AgentRow, Picture, Seat
from data.model.words import Mark, State
from widgets.canvas import Line, Piece, padded
from widgets.cells import fit, width_of
from widgets.look import Look
from widgets.pane import Heading, Pane
from widgets.walk_words import counted, halt_text, zone_text
from widgets.walking import Halt, How, Walk

HOW_LEVELS: Mapping[How, Level] = {
    How.REFUSED: Level.ALARM,
    How.FAILED: Level.ALARM,
    How.UNSEEN: Level.CALM,
    How.OPEN: Level.CALM,
    How.DONE: Level.CALM,
}
_TONES: Mapping[How, str] = {
    How.REFUSED: "level-alarm",
    How.FAILED: "level-alarm",
    How.UNSEEN: "strong",
    How.OPEN: "dim",
    How.DONE: "level-good",
}
_ROW = 10
"""So many places stand in a row where no map says how."""
_MARGIN = 3
"""The cells before a row, for its number."""
_LEAST, _MOST = 3, 14
"""The cells of a place: at least its sign, at most its sign and a name."""


def how_sign(how: How, look: Look) -> str:
    """Return the sign of how a place is."""
    glyphs = look.glyphs
    return {
        How.REFUSED: glyphs.levels[Level.ALARM],
        How.FAILED: glyphs.marks[Mark.FAIL],
        How.UNSEEN: glyphs.marks[None],
        How.OPEN: glyphs.states[State.OFFLINE],
        How.DONE: glyphs.marks[Mark.PASS],
    }[how]


class GridRow(NamedTuple):
    """A row of places, or (`cells` None) the head of a zone with the stop of the zone itself, if there is one."""

    zone: str
    label: str
    cells: tuple[Halt | None, ...] | None
    head: Halt | None = None


def grid(walk: Walk, picture: Picture | None) -> list[GridRow]:
    """Return the walk's places as rows: the floor, each zone's seats as they stand, and what has no seat."""
    seats = {seat.label: seat for seat in picture.seats} if picture else {}
    at = {agent.id: agent.seat for agent in picture.agents} if picture else {}
    heads = {halt.zone or halt.place: halt for halt in walk.halts if halt.where is Where.ZONE}
    rows = [GridRow("", "", None, halt) for halt in walk.halts if halt.where is Where.FLOOR]
    zones: dict[str, list[Halt]] = {zone: [] for zone in heads}
    apart: list[Halt] = []
    for halt in walk.halts:
        if halt.where is Where.SEAT:
            zones.setdefault(halt.zone, []).append(halt)
        elif halt.where is Where.AGENT:
            seat = seats.get(at.get(halt.agent_id, "")) if halt.agent_id is not None else None
            (apart if seat is None else zones.setdefault(seat.zone, [])).append(halt)
    for zone, halts in zones.items():
        if zone or zone in heads:
            rows.append(GridRow(zone, "", None, heads.get(zone)))
        rows += _rows(zone, halts, seats, at)
    if apart:
        if zones:
            rows.append(GridRow("elsewhere", "", None))
        rows += _chunks("elsewhere" if zones else "", apart)
    return rows


def _rows(zone: str, halts: Sequence[Halt], seats: Mapping[str, Seat], at: Mapping[int, str]) -> Iterator[GridRow]:
    """Give the rows of a zone as they stand, then those of places that the map does not know."""
    placed: dict[int, dict[int, Halt]] = {}
    loose: list[Halt] = []
    for halt in halts:
        label = halt.place if halt.where is Where.SEAT else at.get(halt.agent_id or 0, "")
        seat = seats.get(label)
        if seat is None or seat.column in placed.get(seat.row, {}):
            loose.append(halt)
        else:
            placed.setdefault(seat.row, {})[seat.column] = halt
    for row, by_column in sorted(placed.items()):
        cells = tuple(by_column.get(column) for column in range(min(by_column), max(by_column) + 1))
        yield GridRow(zone, str(row + 1), cells)
    yield from _chunks(zone, loose)


def _chunks(zone: str, halts: Sequence[Halt]) -> Iterator[GridRow]:
    for start in range(0, len(halts), _ROW):
        yield GridRow(zone, "", tuple(halts[start : start + _ROW]))


def climbed(walk: Walk, picture: Picture | None, key: str | None, by: int) -> Halt | None:
    """Return the place some rows down or up that is nearest to one; the ends of zones and rows do not stop it."""
    rows = [row.cells or (row.head,) for row in grid(walk, picture) if row.cells or row.head]
    here = next(((y, x) for y, row in enumerate(rows) for x, halt in enumerate(row) if halt and halt.key == key), None)
    if here is None:
        return walk.step(key, by)
    row = rows[max(0, min(len(rows) - 1, here[0] + by))]
    places = [(abs(x - here[1]), x) for x, halt in enumerate(row) if halt is not None]
    return row[min(places)[1]] if places else None


# --------------------------------------------------------------------- the strip


def strip_lines(
    walk: Walk,
    at: str | None,
    width: int,
    look: Look,
    own: str,
    agents: Mapping[int, AgentRow],
    picture: Picture | None,
) -> list[Line]:
    """Return how the zone is and where the others are, and the row of seats that one walks along."""
    rows = grid(walk, picture)
    others = walk.others(own)
    here = next((row for row in rows if row.cells and any(halt and halt.key == at for halt in row.cells)), None)
    if here is None:  # at a zone or the floor as a whole: the row that comes next
        head = next((y for y, row in enumerate(rows) if row.head is not None and row.head.key == at), len(rows))
        here = next((row for row in rows[head:] if row.cells), None)
    lines: list[Line] = []
    zone = here.zone if here is not None else ""
    counted = [halt for row in rows if here is not None and row.zone == zone for halt in row.cells or () if halt]
    left: list[Piece] = [Piece(f"{zone_text(zone, look)}  " if zone else "", "title")]
    left += counts(walk, counted or walk.halts, look)
    for piece in others_pieces(walk, others, agents, look):  # whole or not at all
        if sum(width_of(each.text) for each in left) + width_of(piece.text) <= width:
            left.append(piece)
    lines.append(padded(tuple(piece for piece in left if piece.text), width, look.glyphs.ellipsis))
    if here is not None and here.cells:
        lines.append(_strip_row(walk, here.cells, at, width, look, others, agents))
    return lines


def _strip_row(
    walk: Walk,
    cells: Sequence[Halt | None],
    at: str | None,
    width: int,
    look: Look,
    others: Mapping[str, str],
    agents: Mapping[int, AgentRow],
) -> Line:
    """Return a row of seats with their signs, as many around the current one as have room."""
    names = ["" if halt is None else fit_name(halt, look, agents, 8) for halt in cells]
    block = max((width_of(name) for name in names), default=0) + 3
    most = max(1, width // block)
    here = next((x for x, halt in enumerate(cells) if halt is not None and halt.key == at), 0)
    first = max(0, min(here - most // 2, len(cells) - most))
    pieces: list[Piece] = []
    for halt, name in list(zip(cells, names, strict=True))[first : first + most]:
        pieces += [*block_pieces(walk, halt, name, block, at, look, others)]
    return padded(tuple(pieces), width)


def fit_name(halt: Halt, look: Look, agents: Mapping[int, AgentRow], most: int) -> str:
    """Return what a place is called in at most so many cells."""
    name = halt_text(halt, look, agents)
    return fit(name, min(width_of(name), most), ellipsis=look.glyphs.ellipsis)


def block_pieces(
    walk: Walk, halt: Halt | None, name: str, block: int, at: str | None, look: Look, others: Mapping[str, str]
) -> list[Piece]:
    """Return a place in so many cells: its sign and its name, in reverse where one stands."""
    if halt is None:
        return [Piece(" " * block)]
    how = walk.hows[halt.key]
    sign = look.glyphs.other if halt.key in others.values() and halt.key != at else how_sign(how, look)
    text = fit(f"{sign} {name}", block - 1, ellipsis=look.glyphs.ellipsis)
    if halt.key == at:
        return [Piece(text, "reverse-accent"), Piece(" ")]
    tone = "accent" if sign == look.glyphs.other else _TONES[how]
    quiet = {How.DONE: "dim", How.OPEN: "dim", How.UNSEEN: "text"}.get(how, tone)
    return [Piece(text[:1], tone), Piece(text[1:], quiet), Piece(" ")]


def counts(walk: Walk, halts: Sequence[Halt], look: Look) -> list[Piece]:
    """Return how many places are how, each with its sign: the legend and the count in one."""
    words = {
        How.REFUSED: "not kept",
        How.FAILED: "amiss",
        How.DONE: "looked at",
        How.OPEN: "not yet",
        How.UNSEEN: "not seen today",
    }
    pieces: list[Piece] = []
    for how, word in words.items():
        n = sum(walk.hows[halt.key] is how for halt in halts)
        if n:
            pieces += [
                Piece(f"{how_sign(how, look)} {n} ", _TONES[how]),
                Piece(f"{look.words(word)}  ", "dim"),
            ]
    return pieces


def others_pieces(walk: Walk, others: Mapping[str, str], agents: Mapping[int, AgentRow], look: Look) -> list[Piece]:
    """Return where the others are."""
    pieces: list[Piece] = []
    for name, key in others.items():
        halt = walk.halt(key)
        if halt is not None:
            text = look.say("{who} at {place}", who=name, place=halt_text(halt, look, agents))
            pieces += [Piece("  " if pieces else ""), Piece(f"{look.glyphs.other} {text}", "accent")]
    return pieces


# ---------------------------------------------------------------------- the pane


class WalkMap(Pane):
    """The seat map of a walk. Row keys are those of the walk's halts."""

    MEASURED = False

    walk: Walk | None = None
    at: str | None = None
    own = ""
    top = 0
    _block = _LEAST
    _named = False
    _lines_of: Sequence[tuple[GridRow, int]] = ()

    def set_walk(self, walk: Walk | None, at: str | None, own: str = "") -> None:
        """Show a walk at a stop."""
        self.walk, self.at, self.own = walk, at, own
        self.sync()

    def heading(self) -> Heading:
        """Return how many places are left, and of those how many nobody has seen today."""
        look, walk = self.look, self.walk
        if walk is None or not walk.halts:
            return Heading(look.words("Seats"))
        unseen = sum(how is How.UNSEEN for how in walk.hows.values())
        parts = [look.say("{n} left", n=walk.left)] if walk.left else [look.words("all looked at")]
        if unseen:
            parts.append(look.say("{n} not seen today", n=unseen))
        if walk.failed:
            parts.insert(0, counted("{n} findings", len(walk.failed), look))
        return Heading(look.words("Seats"), parts, Level.ALARM if walk.failed else Level.CALM)

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the map around the stop, and what the signs mean."""
        walk, look = self.walk, self.look
        if walk is None:
            return []
        agents = {agent.id: agent for agent in self.picture.agents} if self.picture else {}
        others = walk.others(self.own)
        foot = _wrapped([*counts(walk, walk.halts, look), *others_pieces(walk, others, agents, look)], width, look)
        rows = grid(walk, self.picture)
        self._arrange(rows, width, height - len(foot) - 1, agents)
        lines = self._lines_of = tuple(self._parts(rows))
        room = max(1, height - len(foot) - 1)
        here = next((y for y, (row, part) in enumerate(lines) if part == 0 and _stands_in(row, self.at)), self.top)
        self.top = max(0, min(max(self.top, here + 2 - room), here, len(lines) - 1))
        if len(lines) <= room:
            self.top = 0
        shown = [self._line(walk, row, part, width, others, agents) for row, part in lines[self.top : self.top + room]]
        return [*shown, padded((), width), *foot]

    def _arrange(self, rows: Sequence[GridRow], width: int, height: int, agents: Mapping[int, AgentRow]) -> None:
        """Choose how wide a place is, and whether there is room for who sits there."""
        longest = max((len(row.cells) for row in rows if row.cells), default=1)
        names = [halt_text(halt, self.look, agents) for row in rows for halt in row.cells or () if halt]
        wanted = max((width_of(name) for name in names), default=1) + 3
        room = (width - _MARGIN) // max(1, longest)
        lines = sum(3 if row.cells is None else 2 for row in rows)
        self._named = room >= 9 and lines <= height
        self._block = max(_LEAST, min(room, _MOST if self._named else min(wanted, _MOST)))

    def _parts(self, rows: Sequence[GridRow]) -> Iterator[tuple[GridRow, int]]:
        """Give each line of the map as (row, part): before a zone a blank one (-1), of places one or two."""
        for index, row in enumerate(rows):
            if row.cells is None and index:
                yield row, -1
            yield row, 0
            if row.cells is not None and self._named:
                yield row, 1

    def _line(
        self,
        walk: Walk,
        row: GridRow,
        part: int,
        width: int,
        others: Mapping[str, str],
        agents: Mapping[int, AgentRow],
    ) -> Line:
        look = self.look
        if part < 0:
            return padded((), width)
        if row.cells is None:
            return padded(self._head(walk, row, others), width, look.glyphs.ellipsis)
        pieces = [Piece(fit(row.label if not part else "", _MARGIN - 1, right=True) + " ", "faint")]
        shared = self._shared(row.cells, agents)
        for halt in row.cells:
            if part:
                agent = agents.get(halt.agent_id) if halt is not None and halt.agent_id is not None else None
                name = fit(agent.name if agent else "", self._block - 3, ellipsis=look.glyphs.ellipsis)
                tone = "text" if halt is not None and halt.key == self.at else "faint"
                pieces.append(Piece(f"  {name} ", tone))
            else:
                name = "" if halt is None else halt_text(halt, look, agents)[len(shared) :]
                pieces += block_pieces(walk, halt, name, self._block, self.at, look, others)
        return padded(tuple(pieces), width, look.glyphs.ellipsis)

    def _shared(self, cells: Sequence[Halt | None], agents: Mapping[int, AgentRow]) -> str:
        """Return the beginning that all names of a row share, to be left out where there is no room for it."""
        names = [halt_text(halt, self.look, agents) for halt in cells if halt is not None]
        if max(map(width_of, names), default=0) + 3 <= self._block:
            return ""
        zone = names[0].rpartition("-")
        shared = zone[0] + zone[1]
        return shared if all(name.startswith(shared) for name in names) else ""

    def _head(self, walk: Walk, row: GridRow, others: Mapping[str, str]) -> Line:
        """Return a zone's title, with the sign of the zone as a whole where the walk stops there."""
        look = self.look
        name = zone_text(row.zone, look) if row.zone else look.words("the whole floor")
        if row.head is None:
            return (Piece(f"{look.glyphs.dash} ", "faint"), Piece(name, "title"))
        return tuple(block_pieces(walk, row.head, name, width_of(name) + 3, self.at, look, others))

    def on_click(self, event: events.Click) -> None:
        """Go to the place under the pointer."""
        y, x = self.top + event.y - 1, event.x - 2
        if self._message() or event.y < 1 or y >= len(self._lines_of):
            return
        row, part = self._lines_of[y]
        halt = row.head if part == 0 else None
        if row.cells is not None:
            column = (x - _MARGIN) // self._block
            halt = row.cells[column] if 0 <= column < len(row.cells) else None
        if halt is not None:
            self.post_message(self.Opened(self, halt.key))


def _stands_in(row: GridRow, key: str | None) -> bool:
    if row.cells is None:
        return row.head is not None and row.head.key == key
    return any(halt is not None and halt.key == key for halt in row.cells)


def _wrapped(pieces: Sequence[Piece], width: int, look: Look) -> list[Line]:
    """Return pieces in lines; a sign stays with the word after it."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) and piece.tone != "dim" else None
        length = width_of(piece.text) + (width_of(following.text) if following and following.tone == "dim" else 0)
        if used and used + length > width and piece.tone != "dim":
            lines.append([])
            used = 0
        lines[-1].append(piece)
        used += width_of(piece.text)
    return [padded(tuple(line), width, look.glyphs.ellipsis) for line in lines if line]
