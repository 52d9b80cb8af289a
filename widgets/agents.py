"""The agents: who does what, for how long, whoever needs somebody first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import groupby
from typing import Any, ClassVar

from data.alerts import Level
from data.break_board import by_need
from data.breaks import canonical, is_protected
from data.model.picture import AgentRow, Picture
from data.model.words import State
from widgets.agent_why import why_text
from widgets.canvas import Piece
from widgets.cells import average, brief, folded, safe
from widgets.columns import Column
from widgets.levels import agent_levels
from widgets.load import asked, band_level, score_text
from widgets.look import REASON_WORDS, STATE_WORDS, Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry, TablePane

SORTS = ("need", "load", "time", "state", "name", "team", "seat", "calls", "aht")
"""The orders an agents pane can stand in; the first is its own."""

_SORT_WORDS = {
    "load": "by load",
    "time": "by time in state",
    "state": "by state",
    "name": "by name",
    "team": "by team",
    "seat": "by seat",
    "calls": "by calls",
    "aht": "by AHT",
}

HOLD_MS = 5_000
"""How long rows keep their places: an order that changes each second can't be read, and costs four times the bytes."""

_COLUMNS = (
    Column("mark", 1),
    Column("glyph", 1, gap=1),
    Column("time", 6, right=True, head="for", gap=1),
    Column("doing", 8, most=9, gap=1),
    Column("name", 9, most=22, head="name"),
    Column("seat", 5, rank=5, most=7, head="seat"),
    Column("queue", 8, rank=6, most=14, head="queue"),
    Column("team", 8, rank=10, most=14, head="team"),
    Column("load", 4, rank=7, right=True, head="load"),
    Column("calls", 5, rank=8, right=True, head="calls"),
    Column("aht", 5, rank=9, right=True, head="AHT"),
    Column("break", 6, rank=11, right=True, head="worked"),
    Column("flags", 3, rank=1, most=4),
)

_FOR_ALL = tuple(column for column in _COLUMNS if column.key != "load")

_BY_STATE = (
    State.NOT_READY,
    State.HOLD,
    State.WRAP_UP,
    State.TALKING,
    State.RINGING,
    State.AVAILABLE,
    State.UNKNOWN,
    State.OFFLINE,
)
_RANK = {state: rank for rank, state in enumerate(_BY_STATE)}
_LONG_WITHOUT_BREAK_MS = 120 * 60_000


def state_text(agent: AgentRow, look: Look) -> str:
    """Return what an agent does in one word: the reason of a pause, else the state; on a wall no protected reason."""
    hidden = look.wall and is_protected(agent.reason, look.limits.breaks)
    if agent.state is State.NOT_READY and agent.reason and not hidden:
        known = REASON_WORDS.get(canonical(agent.reason, look.limits.breaks))
        return look.words(known) if known else agent.reason
    return look.words(STATE_WORDS[agent.state])


def state_tone(agent: AgentRow, look: Look) -> str:
    """Return the tone of a state; a protected reason has none of its own."""
    if agent.state is State.NOT_READY and is_protected(agent.reason, look.limits.breaks):
        return "dim"
    return f"state-{agent.state}"


def need_summary(levels: Iterable[Level], look: Look) -> tuple[list[str], Level]:
    """Return how many need somebody and how many are worth watching, and the worst level; no words for none."""
    counts = Counter(levels)
    parts = []
    if counts[Level.ALARM]:
        parts.append(look.say("{n} need you", n=counts[Level.ALARM]))
    if counts[Level.WARN]:
        parts.append(look.say("{n} to watch", n=counts[Level.WARN]))
    level = Level.ALARM if counts[Level.ALARM] else Level.WARN if counts[Level.WARN] else Level.CALM
    return parts, level


class AgentsPane(TablePane[AgentRow]):
    """The agents in a table; sorted, filtered and grouped on request. Row keys are agent ids."""

    _sorters: ClassVar[dict[str, Callable[[AgentRow], Any]]] = {
        "time": lambda agent: agent.since_ms,
        "state": lambda agent: (_RANK[agent.state], agent.since_ms),
        "name": lambda agent: agent.name.casefold(),
        "team": lambda agent: (agent.team.casefold(), agent.name.casefold()),
        "seat": lambda agent: (not agent.seat, agent.seat, agent.name.casefold()),
        "calls": lambda agent: (-agent.calls, agent.name.casefold()),
        "aht": lambda agent: -(agent.handle_ms / agent.calls if agent.calls else -1),
    }

    sort = SORTS[0]
    filter = ""
    grouped = False
    _levels: dict[int, Level]
    _heard: Set[int] = frozenset()
    _places: dict[int, int]
    _placed_for: object = None
    _placed_ms = 0
    _matched: tuple[tuple[object, ...], Sequence[AgentRow]] = ((), ())

    def set_sort(self, sort: str) -> None:
        """Put the agents in one of the orders of `SORTS`."""
        if sort not in SORTS:
            raise ValueError(f"no order {sort!r}; there are {', '.join(SORTS)}")
        self.sort = sort
        self.sync()

    def cycle_sort(self) -> str:
        """Go on to the next order and return its name."""
        sorts = [sort for sort in SORTS if sort != "load" or self.look.tells_of_people]
        self.set_sort(sorts[(sorts.index(self.sort) + 1) % len(sorts)] if self.sort in sorts else sorts[0])
        return self.sort

    def set_filter(self, text: str) -> None:
        """Show only agents in whose name, team, seat, queues, state or reason every word of `text` occurs."""
        self.filter = text.strip()
        self.sync()

    def set_grouped(self, grouped: bool) -> None:
        """Group the agents by team, or not."""
        self.grouped = grouped
        self.sync()

    def columns(self) -> tuple[Column, ...]:
        """Return the agents' columns; that of the load only to those who may see it."""
        return _COLUMNS if self.look.tells_of_people else _FOR_ALL

    def heading(self) -> Heading:
        """Return how many need somebody, the order and the filter."""
        look = self.look
        name, parts, level = look.words("Agents"), list[str](), Level.CALM
        if self.look.wall and self.picture is not None:
            return Heading(f"{name} {len(self.picture.agents)}")
        if self.picture is not None and (self.filter or not self._message()):
            shown, total = len(self._index), len(self.picture.agents)
            name += f" {total}"
            summary, level = need_summary(self._levels.values(), look)
            parts += summary or [look.words("nobody needs you")]
            if self.filter:
                parts.append(look.say("“{text}”: {n} of {total}", text=self.filter, n=shown, total=total))
            if self.sort != SORTS[0]:
                parts.insert(0, look.words(_SORT_WORDS[self.sort]))
        return Heading(name, parts, level, self._hint())

    def _hint(self) -> str:
        """Return the keys that work here and the rows in view."""
        look = self.look
        keys = [(look.keys.get(key), look.words(key)) for key in ("filter", "sort", "map")]
        hint = "  ".join(f"{key} {word}" for key, word in keys if key)
        position = self.position()
        return f"{hint}  {position}" if position and self.content_size.width > 100 else position or hint

    def empty(self) -> str:
        """Say why no agent is listed."""
        picture, look = self.picture, self.look
        if picture is None or self._index or (look.wall and picture.agents):
            return ""
        if picture.agents:
            return look.say("No agent matches “{text}”. Esc clears the filter.", text=self.filter)
        return look.words("Nobody is known here yet. Agents appear when they sign in.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[AgentRow]]:
        """Return the agents that match, in order, under their teams when grouped; on a wall the teams alone."""
        if self.look.wall:
            return list(self._teams(picture))
        levels = agent_levels(picture, now_ms, self.look.limits)
        self._heard = {ear.agent_id for ear in picture.listening if ear.ends_ms > now_ms}
        self._levels = {agent.id: level for agent, level in zip(picture.agents, levels, strict=True)}
        agents = self._in_order(self._matching(picture), now_ms)
        if not self.grouped:
            return [Entry(agent.id, agent) for agent in agents]
        return list(self._under_teams(agents))

    def _in_order(self, agents: Sequence[AgentRow], now_ms: int) -> list[AgentRow]:
        """Return agents in order; the same ones as a moment ago keep their places for a while."""
        asking = frozenset(agent.id for agent in agents if agent.urgent)  # who asks for somebody is not kept waiting
        wanted = (self.sort, self.filter, asking, frozenset(agent.id for agent in agents))
        if wanted == self._placed_for and 0 <= now_ms - self._placed_ms < HOLD_MS:
            places = self._places
            return sorted(agents, key=lambda agent: places[agent.id])
        sorters = {**self._sorters, "load": self._by_load, SORTS[0]: self._by_need}
        ordered = sorted(agents, key=sorters[self.sort])
        self._placed_for, self._placed_ms = wanted, now_ms
        self._places = {agent.id: place for place, agent in enumerate(ordered)}
        return ordered

    def _by_need(self, agent: AgentRow) -> tuple[int, int, int, int]:
        """Return the order of need: level, then who asks for somebody, then state, then who is in it longest."""
        return (-self._levels[agent.id], -agent.urgent, _RANK[agent.state], agent.since_ms)

    def _by_load(self, agent: AgentRow) -> tuple[Any, ...]:
        """Return the order of strain: that in which a break is due; those of whom no load is known come last."""
        load = self.picture.loads.get(agent.id) if self.picture and self.look.tells_of_people else None
        return (load is None, *by_need(agent, load))

    def foot(self, row: AgentRow) -> str:
        """Return in words why the agent has the sign in front."""
        level = self._levels.get(row.id, Level.CALM)
        return why_text(row, level, self.picture, self.now_ms, self.look) if self.picture else ""

    def _matching(self, picture: Picture) -> Sequence[AgentRow]:
        """Return the agents that the filter lets through; kept until picture, filter or language change."""
        if not self.filter:
            return picture.agents
        key = (id(picture), picture.moment_ms, self.filter, self.look.language)
        if self._matched[0] != key:
            terms = folded(self.filter).split()
            found = [agent for agent in picture.agents if self._matches(agent, terms)]
            self._matched = (key, found)
        return self._matched[1]

    def _matches(self, agent: AgentRow, terms: Iterable[str]) -> bool:
        """Tell whether every term occurs in one of the agent's words."""
        words = (agent.name, agent.team, agent.seat, agent.queue, *agent.queues, state_text(agent, self.look))
        hidden = self.look.wall and is_protected(agent.reason, self.look.limits.breaks)
        text = folded("\n".join((*words, "" if hidden else agent.reason)))
        return all(term in text for term in terms)

    def _has_heads(self, height: int) -> bool:
        """Tell whether there is room for the column titles; a wall's lines have no columns."""
        return not self.look.wall and super()._has_heads(height)

    def _teams(self, picture: Picture) -> Iterable[Entry[AgentRow]]:
        """Give for a wall how many of each team are in which state: no time stands beside a person there."""
        by_team: dict[str, Counter[State]] = {}
        for agent in picture.agents:
            by_team.setdefault(agent.team, Counter())[agent.state] += 1
        look = self.look
        for team, states in sorted(by_team.items()):
            there = states.total() - states[State.OFFLINE]
            name = safe(team) or look.words("no team")
            yield Entry(f"team:{team}", None, (Piece(name, "title"), Piece(f" {there}", "dim")))
            line = [
                Piece(f"  {look.glyphs.states[state]} {look.words(STATE_WORDS[state])} {n}", f"state-{state}")
                for state in reversed(_BY_STATE)
                if (n := states[state]) and state is not State.OFFLINE
            ]
            yield Entry(f"states:{team}", None, tuple(line))

    def _under_teams(self, agents: Sequence[AgentRow]) -> Iterable[Entry[AgentRow]]:
        """Give the agents under a line for each team, the team in most need first."""
        by_team = sorted(agents, key=lambda agent: agent.team)
        groups = [(team, list(members)) for team, members in groupby(by_team, key=lambda agent: agent.team)]
        order = {agent.id: index for index, agent in enumerate(agents)}
        for _, members in groups:
            members.sort(key=lambda agent: order[agent.id])
        groups.sort(key=lambda group: (-max(self._levels[agent.id] for agent in group[1]), group[0]))
        for team, members in groups:
            yield Entry(f"team:{team}", None, self._team_line(team, members))
            yield from (Entry(agent.id, agent) for agent in members)

    def _team_line(self, team: str, members: Sequence[AgentRow]) -> tuple[Piece, ...]:
        """Return the line above a team: its name, size and how many need somebody."""
        look = self.look
        summary, level = need_summary([self._levels[agent.id] for agent in members], look)
        line = [Piece(f"{look.glyphs.dash} ", "faint"), Piece(safe(team) or look.words("no team"), "title")]
        line.append(Piece(f" {len(members)}", "dim"))
        if summary:
            line.append(Piece("  " + f" {look.glyphs.dot} ".join(summary), LEVEL_TONES[level]))
        return tuple(line)

    def cells(self, row: AgentRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return an agent's cells: level and state by glyph and colour, the ticking time by its threshold."""
        look = self.look
        level = self._levels.get(row.id, Level.CALM)
        absent = row.state in (State.OFFLINE, State.UNKNOWN)
        quiet = "dim" if absent else "text"
        for_ms = now_ms - row.since_ms
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "glyph": Cell(look.glyphs.states[row.state], state_tone(row, look)),
            "time": Cell(brief(for_ms), LEVEL_TONES[level] if level else quiet),
            "doing": Cell(state_text(row, look), state_tone(row, look)),
            "name": Cell(row.name, "strong" if level is Level.ALARM else quiet),
            "seat": Cell(row.seat, "dim"),
            "queue": Cell(row.queue or (row.queues[0] if len(row.queues) == 1 else ""), quiet),
            "team": Cell(row.team, "dim"),
            "load": self._load(row),
            "calls": Cell(str(row.calls), "dim"),
            "aht": Cell(average(row.handle_ms, row.calls, look.glyphs.none), "dim"),
            "break": self._without_break(row, now_ms),
            "flags": self._flags(row),
        }

    def _without_break(self, row: AgentRow, now_ms: int) -> Cell:
        """Return for how long an agent has worked without a break."""
        if row.break_ms is None or row.state in (State.OFFLINE, State.UNKNOWN, State.NOT_READY):
            return Cell("")
        worked_ms = now_ms - row.break_ms
        return Cell(f"{max(0, worked_ms) // 60_000}m", "level-notice" if worked_ms >= _LONG_WITHOUT_BREAK_MS else "dim")

    def _load(self, row: AgentRow) -> Cell:
        """Return an agent's load, by its band; nothing where others read the screen or too little is known."""
        load = self.picture.loads.get(row.id) if self.picture and self.look.tells_of_people else None
        if load is None or load.score is None:
            return Cell("")
        return Cell(score_text(load.score, self.look), LEVEL_TONES[band_level(asked(load))])

    def _flags(self, row: AgentRow) -> Cell:
        """Return who is listened to, open flags and praise as signs; a number where there are several flags."""
        glyphs = self.look.glyphs
        if row.id in self._heard:
            return Cell(
                glyphs.ear + (glyphs.flag if row.flags else "") + (glyphs.praise if row.praise else ""), "accent"
            )
        flags = glyphs.flag + (str(min(row.flags, 9)) if row.flags > 1 else "") if row.flags else ""
        return Cell(flags + (glyphs.praise if row.praise else ""), "flag" if row.flags else "praise")
