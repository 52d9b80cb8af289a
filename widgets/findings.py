"""What was found against the rules: the gravest and latest first, praise apart, below it what was closed of late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from data.alerts import Level
from data.model.discipline import Closing, FindingRow
from data.model.picture import AgentRow, Picture
from data.model.words import Mark
from widgets.canvas import Line, Piece
from widgets.cells import age, safe, width_of
from widgets.columns import Column
from widgets.discipline_words import (
    CLOSING_WORDS,
    DisciplinePane,
    area_text,
    finding_lines,
    joined,
    points_of_finding,
    subject_text,
)
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.person import when_text
from widgets.table import Cell, Entry
from widgets.walk_words import GRAVITY_LEVELS, in_language

_COLUMNS = (
    Column("mark", 1),
    Column("rule", 26, most=70, head="what", gap=1, eager=True),
    Column("subject", 9, most=18, head="where"),
    Column("times", 3, rank=2, most=4, head=""),
    Column("due", 11, rank=1, most=15, head="until"),
    Column("owner", 8, rank=3, most=14, head="owner"),
    Column("points", 9, rank=4, most=10, head="counts"),
    Column("at", 4, rank=5, right=True, head="age"),
    Column("note", 12, rank=6, most=60, head="note"),
)
MOST_CLOSED = 30
"""So many of those that were closed are listed, the newest."""


def is_due(row: FindingRow, now_ms: int) -> bool:
    """Tell whether a finding should have been put right by now, or is to be looked at again."""
    if row.positive or row.closing is not None:
        return False
    times = (row.due_ms, row.recheck_ms)
    return any(time is not None and time <= now_ms for time in times)


def in_order(findings: Iterable[FindingRow], now_ms: int) -> list[FindingRow]:
    """Return the open ones that are no praise: the gravest first, of those the latest, then the oldest."""
    rows = [row for row in findings if not row.positive and row.closing is None]
    never = 1 << 62

    def key(row: FindingRow) -> tuple[int, int, int, int]:
        due = min(row.due_ms if row.due_ms is not None else never, row.recheck_ms or never)
        return -row.severity, due, row.at_ms, row.id

    return sorted(rows, key=key)


def level_of(row: FindingRow, now_ms: int) -> Level:
    """Return how bad a finding is: by its rule, and worse where it should have been put right by now."""
    if row.positive or row.closing is not None:
        return Level.CALM
    return max(GRAVITY_LEVELS[row.severity], Level.WARN if is_due(row, now_ms) else Level.NOTICE)


class FindingsPane(DisciplinePane[FindingRow]):
    """The findings. Row keys are their ids."""

    MOST_FOOT = 4
    area = ""
    """The area in view, "" for all."""
    own: tuple[str, frozenset[str]] | None = None
    """Who and which teams' findings are in view: (name, teams); None: everybody's."""

    def set_area(self, area: str) -> None:
        """Show an area only, "" for all."""
        self.area = area
        self.sync()

    def set_own(self, own: tuple[str, frozenset[str]] | None) -> None:
        """Show only what somebody found, or has to see to; None: everything."""
        self.own = own
        self.sync()

    def columns(self) -> tuple[Column, ...]:
        """Return the columns; what no finding says leaves its room to the rules."""
        rows = [entry.row for entry in self._entries if entry.row is not None]
        subjects = max((width_of(subject_text(row, self.look, self._agents())) for row in rows), default=0)
        said = {
            "times": any(row.repeats for row in rows),
            "owner": any(row.owner for row in rows),
            "points": any(row.points for row in rows),
            "note": any(row.note or row.measure for row in rows),
        }
        return tuple(
            column._replace(width=max(1, min(column.most, subjects)), most=0) if column.key == "subject" else column
            for column in _COLUMNS
            if said.get(column.key, True)
        )

    def heading(self) -> Heading:
        """Return how many are open, late or grave, and which part of them is in view."""
        look, name = self.look, self.look.words("Findings")
        if self.picture is None or self._message():
            return Heading(name)
        rows = self._open(self.picture)
        late = sum(is_due(row, self.now_ms) for row in rows)
        parts = [look.say("{n} open", n=len(rows))]
        parts += [look.say("{n} past their time", n=late)] if late else []
        if praise := sum(row.positive for row in self._in_view(self.picture.discipline.findings)):
            parts.append(f"{look.glyphs.praise} {praise}")
        if self.area:
            parts.insert(0, area_text(self.area, self.seen, look))
        if self.own is not None:
            parts.insert(0, look.words("own"))
        level = max((level_of(row, self.now_ms) for row in rows), default=Level.CALM)
        return Heading(name, parts, level, self.position())

    def empty(self) -> str:
        """Say that nothing is found in view, and what to do next."""
        if self.picture is None or self._entries:
            return ""
        look = self.look
        if self.area or self.own is not None:
            return look.words("Nothing of that is open. a shows another area, o the own ones or all.")
        if look.read_only or not look.tells_of_people:
            return look.words("Nothing was found that is still open.")
        return look.say("Nothing was found that is still open. {key} raises a finding.", key=look.keys["finding"])

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[FindingRow]]:
        """Return the open ones, then the praise, then what was closed of late."""
        return list(self._listed(picture, now_ms))

    def _listed(self, picture: Picture, now_ms: int) -> Iterator[Entry[FindingRow]]:
        words = self.look.words
        rows = self._open(picture)
        yield from (Entry(row.id, row) for row in rows)
        praise = [row for row in self._in_view(picture.discipline.findings) if row.positive and row.closing is None]
        praise.sort(key=lambda row: (-row.at_ms, row.id))
        if praise:
            yield Entry("praise", None, _title(words("To somebody's credit")))
            yield from (Entry(row.id, row) for row in praise)
        known = {row.id for row in (*rows, *praise)}
        closed = [row for row in (self.seen.closed if self.seen is not None else ()) if row.id not in known]
        closed = list(self._in_view(closed))[:MOST_CLOSED]
        if closed:
            yield Entry("closed", None, _title(words("Closed of late")))
            yield from (Entry(row.id, row) for row in closed)

    def _open(self, picture: Picture) -> list[FindingRow]:
        return in_order(self._in_view(picture.discipline.findings), self.now_ms)

    def _in_view(self, findings: Iterable[FindingRow]) -> Iterator[FindingRow]:
        """Give the findings of the area, and where only the own ones are wanted, those."""
        for row in findings:
            if self.area and row.area != self.area:
                continue
            if self.own is not None:
                name, teams = self.own
                if name not in (row.owner, row.by) and row.team not in teams:
                    continue
            yield row

    def _agents(self) -> dict[int, AgentRow]:
        return {agent.id: agent for agent in self.picture.agents} if self.picture is not None else {}

    def cells(self, row: FindingRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a finding's cells; what is closed steps back."""
        look, level = self.look, level_of(row, now_ms)
        closed = row.closing is not None
        tone = "dim" if closed else "praise" if row.positive else "text"
        due = _due_text(row, now_ms, look, widths.get("due", 0))
        return {
            "mark": _mark(row, level, look),
            "rule": Cell(in_language(row.en, row.zh, look), tone),
            "subject": Cell(subject_text(row, look, self._agents()), "dim" if closed else "text"),
            "times": Cell(f"{look.glyphs.times}{row.repeats + 1}" if row.repeats else "", "level-warn"),
            "due": Cell(due, "level-warn" if is_due(row, now_ms) else "dim"),
            "owner": Cell(safe(row.owner), "dim"),
            "points": Cell(points_of_finding(row, look), "dim"),
            "at": Cell(age(now_ms - row.at_ms), "dim"),
            "note": Cell(joined((safe(row.measure), safe(row.note)), look), "dim"),
        }

    def foot(self, row: FindingRow) -> str:
        """Return all that is known of the finding under the cursor."""
        area = area_text(row.area, self.seen, self.look)
        return self.whole((*finding_lines(row, self.now_ms, self.look), area), self.MOST_FOOT)


def _mark(row: FindingRow, level: Level, look: Look) -> Cell:
    if row.closing is not None:
        mark = Mark.PASS if row.closing is Closing.CORRECTED else Mark.NOT_APPLICABLE
        return Cell(look.glyphs.marks[mark], "dim")
    return Cell(look.glyphs.praise, "praise") if row.positive else Cell(look.level(level), LEVEL_TONES[level])


def _due_text(row: FindingRow, now_ms: int, look: Look, width: int) -> str:
    """Return until when a finding is to be put right or looked at again, or how it ended; as much as there is room."""
    if row.closing is not None and row.closed_ms is not None:
        said = [f"{look.words(CLOSING_WORDS[row.closing])} {look.clock(row.closed_ms)}", look.clock(row.closed_ms)]
    elif row.recheck_ms is not None and (row.due_ms is None or row.recheck_ms <= now_ms):
        said = [look.say("check {time}", time=look.clock(row.recheck_ms)), look.clock(row.recheck_ms)]
    elif row.due_ms is not None:
        if row.due_ms <= now_ms:
            return look.say("late {time}", time=age(now_ms - row.due_ms))
        time = when_text(row.due_ms, now_ms, look)
        said = [look.say("due {time}", time=time), time]
    else:
        return ""
    return next((text for text in said if width_of(text) <= width), said[-1])


def _title(text: str) -> Line:
    return (Piece(text, "title"),)
