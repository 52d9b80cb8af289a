"""Incidents: those that go on, those that nobody has reviewed yet, those of the day; what was done, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from data.alerts import Level
from data.model.discipline import Entry as Kind
from data.model.discipline import IncidentEntry, IncidentRow
from data.model.picture import Picture
from data.model.words import Mark
from widgets.canvas import Line, Piece
from widgets.cells import brief, safe, width_of
from widgets.columns import Column
from widgets.discipline_words import AVOIDABLE_WORDS, ENTRY_WORDS, WORKED_WORDS, DisciplinePane, joined
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.person import when_text
from widgets.table import Cell, Entry
from widgets.walk_words import in_language

_COLUMNS = (
    Column("mark", 1),
    Column("kind", 12, most=26, head="", gap=1),
    Column("state", 14, most=24, head=""),
    Column("title", 12, rank=1, most=80, head="", eager=True),
    Column("by", 8, rank=2, most=14, head=""),
)


def in_order(incidents: Iterable[IncidentRow]) -> list[IncidentRow]:
    """Return those that go on first, then those without a review, then the rest; of each the newest first."""
    return sorted(incidents, key=lambda row: (row.ended_ms is not None, row.review is not None, -row.at_ms, row.id))


def going_on(incidents: Iterable[IncidentRow]) -> list[IncidentRow]:
    """Return those that go on, the one that began last first."""
    return [row for row in in_order(incidents) if row.ended_ms is None]


class IncidentsPane(DisciplinePane[IncidentRow]):
    """The incidents. Row keys are their ids; what was noted of one that is not settled stands below it."""

    HEADS_FROM = 0

    def columns(self) -> tuple[Column, ...]:
        """Return the columns, as wide as they need to be."""
        rows = [entry.row for entry in self._entries if entry.row is not None]
        look = self.look
        widest = {
            "kind": max((width_of(in_language(row.en, row.zh, look)) for row in rows), default=1),
            "state": max((width_of(_state(row, self.now_ms, look)) for row in rows), default=1),
        }
        said = {"by": any(row.by for row in rows), "title": any(row.title for row in rows)}
        return tuple(
            column._replace(width=min(widest[column.key], column.most), most=0) if column.key in widest else column
            for column in _COLUMNS
            if said.get(column.key, True)
        )

    def heading(self) -> Heading:
        """Return how many go on, and how many are to be reviewed."""
        look, name = self.look, self.look.words("Incidents")
        if self.picture is None or self._message():
            return Heading(name)
        rows = self.picture.discipline.incidents
        going = sum(row.ended_ms is None for row in rows)
        owed = sum(row.ended_ms is not None and row.review is None for row in rows)
        parts = [look.say("{n} going on", n=going)] if going else []
        parts += [look.say("{n} to review", n=owed)] if owed else []
        return Heading(name, parts, Level.ALARM if going else Level.WARN if owed else Level.CALM, self.position())

    def empty(self) -> str:
        """Say that nothing happened, and how to note something."""
        if self.picture is None or self._entries:
            return ""
        look = self.look
        if look.read_only:
            return look.words("Nothing happened today, and nothing is left to review.")
        return look.say(
            "Nothing happened today, and nothing is left to review. {key} notes an incident.", key=look.keys["incident"]
        )

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[IncidentRow]]:
        """Return each incident, and below it what was noted while it is not settled."""
        return list(self._listed(picture))

    def _listed(self, picture: Picture) -> Iterator[Entry[IncidentRow]]:
        for row in in_order(picture.discipline.incidents):
            yield Entry(row.id, row)
            if row.review is None:
                for at, entry in enumerate(row.entries):
                    yield Entry(f"{row.id}:{at}", None, self._entry(entry))

    def _entry(self, entry: IncidentEntry) -> Line:
        look = self.look
        tone = "text" if entry.kind is Kind.MEASURE else "dim"
        return (
            Piece(f"  {when_text(entry.at_ms, self.now_ms, look)} ", "dim"),
            Piece(f"{look.words(ENTRY_WORDS[entry.kind])}: ", "faint"),
            Piece(joined((safe(entry.text), safe(entry.by)), look), tone),
        )

    def cells(self, row: IncidentRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return an incident's cells; one that is settled steps back."""
        look = self.look
        settled = row.review is not None
        level = Level.ALARM if row.ended_ms is None else Level.CALM if settled else Level.WARN
        mark = Cell(look.glyphs.marks[Mark.PASS], "dim") if settled else Cell(look.level(level), LEVEL_TONES[level])
        tone = "dim" if settled else "strong"
        return {
            "mark": mark,
            "kind": Cell(in_language(row.en, row.zh, look), tone),
            "state": Cell(_state(row, now_ms, look), LEVEL_TONES[level]),
            "title": Cell(safe(row.title), "dim" if settled else "text"),
            "by": Cell(safe(row.by), "dim"),
        }

    def foot(self, row: IncidentRow) -> str:
        """Return the whole of it: what, when, what was done, and what was thought of it afterwards."""
        return self.whole(incident_texts(row, self.now_ms, self.look), self.MOST_FOOT)


def _state(row: IncidentRow, now_ms: int, look: Look) -> str:
    """Return since when an incident goes on, or from when to when it was."""
    since = when_text(row.at_ms, now_ms, look)
    if row.ended_ms is None:
        return look.say("since {time}", time=since) + f" ({brief(now_ms - row.at_ms)})"
    return f"{since}{look.glyphs.none}{when_text(row.ended_ms, now_ms, look)}"


def incident_texts(row: IncidentRow, now_ms: int, look: Look) -> list[str]:
    """Return all that is known of an incident, a text for each thing."""
    said = [in_language(row.en, row.zh, look), safe(row.title), _state(row, now_ms, look)]
    for entry in row.entries:
        time = when_text(entry.at_ms, now_ms, look)
        said.append(f"{time} {look.words(ENTRY_WORDS[entry.kind])}: {safe(entry.text)}")
    if row.review is not None:
        said += [look.words(AVOIDABLE_WORDS[row.review.avoidable]), look.words(WORKED_WORDS[row.review.worked])]
        said += [look.say("what changes: {what}", what=row.review.change)] if row.review.change else []
    elif row.ended_ms is not None:
        said.append(look.words("not reviewed yet"))
    return said
