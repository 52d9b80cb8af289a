"""What was done and said on an agent's own page: coaching, praise, decisions about breaks, and who listened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from data.alerts import Level
from data.model.days import DAY
from data.model.people import Decision
from data.model.picture import CoachingLine, ListeningRow, OfferRow, Person, Picture
from widgets.cells import safe
from widgets.columns import Column
from widgets.look import REASON_WORDS, Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.person import date_text, when_text
from widgets.table import Cell, Entry, TablePane


class Noted(NamedTuple):
    """A line of the log: when, what kind, in what words, by whom, and what comes of it."""

    at_ms: int
    kind: str
    tone: str
    text: str
    by: str
    then: str = ""
    level: Level = Level.CALM


_LOG_COLUMNS = (
    Column("mark", 1),
    Column("at", 11, gap=1),
    Column("kind", 9, most=14, gap=1),
    Column("text", 14, most=70, eager=True),
    Column("then", 16, rank=1, most=44, eager=True),
    Column("by", 8, rank=2, most=14),
)

_DECISION_WORDS: Mapping[Decision, str] = {
    Decision.OFFER: "break offered",
    Decision.APPROVE: "break approved",
    Decision.REFUSE: "break refused",
    Decision.RETURN: "called back",
    Decision.WITHDRAW: "withdrawn",
}


class PersonLogPane(TablePane[Noted]):
    """Coaching and praise with what is to be followed up, the day's decisions about breaks, and who listened."""

    HEADS_FROM = 0
    MEASURED = False
    person: Person | None = None

    def set_person(self, person: Person | None) -> None:
        """Show somebody."""
        self.person = person
        self.sync()

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a line."""
        return _LOG_COLUMNS

    def heading(self) -> Heading:
        """Return how many follow-ups are due."""
        look, name = self.look, self.look.words("Coaching, breaks, listening")
        if self.person is None or not look.tells_of_people:
            return Heading(name)
        due = sum(_is_due(line, self.now_ms) for line in self.person.coaching)
        listening = sum(ear.ends_ms > self.now_ms for ear in self.person.listening)
        parts = [look.say("{n} to follow up", n=due)] if due else []
        parts += [look.words("somebody listens now")] if listening else []
        return Heading(name, parts, Level.WARN if due or listening else Level.CALM, self.position())

    def empty(self) -> str:
        """Say that nothing was noted, and how to note."""
        look = self.look
        if not look.tells_of_people:
            return look.words("What was noted of people is for the people who lead.")
        if self.person is None:
            return look.words("Reading the day…")
        if self.person.coaching or self.person.decisions or self.person.listening:
            return ""
        if look.read_only:
            return look.words("Nothing is noted.")
        return look.words("Nothing is noted. n notes a coaching or a praise.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[Noted]]:
        """Return the lines: what is due first, then the newest."""
        person, look = self.person, self.look
        if person is None or not look.tells_of_people:
            return []
        lines = [(f"coaching:{line.id}", _coached(line, now_ms, look)) for line in person.coaching]
        lines += [(f"break:{row.at_ms}:{i}", _decided(row, look)) for i, row in enumerate(person.decisions)]
        lines += [(f"ear:{row.id}", _listened(row, now_ms, look)) for row in person.listening]
        lines.sort(key=lambda line: (-line[1].level, -line[1].at_ms))
        return [Entry(key, line) for key, line in lines]

    def cells(self, row: Noted, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a line's cells."""
        return {
            "mark": Cell(self.look.level(row.level), LEVEL_TONES[row.level]),
            "at": Cell(date_text(row.at_ms, now_ms, self.look), "dim"),
            "kind": Cell(row.kind, row.tone),
            "text": Cell(row.text),
            "then": Cell(row.then, LEVEL_TONES[row.level] if row.level else "dim"),
            "by": Cell(row.by, "dim"),
        }

    def foot(self, row: Noted) -> str:
        """Return the whole of a line's text, with whose it is and what came of it."""
        return f" {self.look.glyphs.dot} ".join(safe(text) for text in (row.text, row.by, row.then) if text)


def _is_due(line: CoachingLine, now_ms: int) -> bool:
    return line.follow_up_ms is not None and line.done_ms is None and line.follow_up_ms <= now_ms + DAY // 2


def _coached(line: CoachingLine, now_ms: int, look: Look) -> Noted:
    then, level = "", Level.CALM
    if line.done_ms is not None:
        then = look.say("done {time}", time=when_text(line.done_ms, now_ms, look))
        then += f" {line.done_note}" if line.done_note else ""
    elif line.follow_up_ms is not None:
        then = look.say("follow up {time}", time=when_text(line.follow_up_ms, now_ms, look))
        level = Level.WARN if _is_due(line, now_ms) else Level.CALM
    kind = look.words("praise" if line.praise else "coaching")
    return Noted(line.at_ms, kind, "praise" if line.praise else "text", line.note, line.by, then, level)


def _decided(row: OfferRow, look: Look) -> Noted:
    then = look.say("to {time}", time=look.clock(row.ends_ms)) if row.ends_ms else ""
    return Noted(row.at_ms, look.words("break"), "dim", _decision_text(row, look), row.by, then)


def _decision_text(row: OfferRow, look: Look) -> str:
    reason = look.words(REASON_WORDS.get(row.reason, row.reason))
    return f"{look.words(_DECISION_WORDS[row.decision])} {look.glyphs.dot} {reason}"


def _listened(row: ListeningRow, now_ms: int, look: Look) -> Noted:
    now = row.ends_ms > now_ms
    then = look.words("listens now") if now else look.say("to {time}", time=look.clock(row.ends_ms))
    text = f"{look.words(row.ear.value)} {look.glyphs.dot} {row.reason}"
    return Noted(
        row.since_ms, look.words("listening"), "dim", text, row.listener, then, Level.WARN if now else Level.CALM
    )
