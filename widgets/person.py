"""The panes of an agent's own page besides the day: load with its parts, flags, moods; and the line of who it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.alerts import Level, flag_level
from data.flags import Severity
from data.model.acts import Ear
from data.model.days import day_around, local_time
from data.model.picture import FlagLine, MoodRow, Person, Picture
from widgets.agents import state_text, state_tone
from widgets.canvas import Canvas, Line, Piece, on_ground, padded
from widgets.cells import brief, fit, safe
from widgets.columns import Column
from widgets.flags import NOT_FOR_ALL
from widgets.load import course_lines, load_heading, load_sentences, part_lines
from widgets.look import Look
from widgets.mood import CyclePane, mood_text, unseen
from widgets.pane import LEVEL_TONES, Heading, Pane, RowKey, wrap
from widgets.table import Cell, Entry, TablePane

MOOD_DAYS = 30


def date_text(at_ms: int, now_ms: int, look: Look) -> str:
    """Return when something was in at most eleven cells: the time of today, else the day with the time."""
    if at_ms >= day_around(now_ms, look.zone).since_ms:
        return look.clock(at_ms)
    return f"{look.day(at_ms)} {look.clock(at_ms)}"


def when_text(at_ms: int, now_ms: int, look: Look) -> str:
    """Return when something is or was in at most eleven cells: the time of today, else the day with the time."""
    today = day_around(now_ms, look.zone)
    clock = look.clock(at_ms)
    return clock if today.since_ms <= at_ms < today.until_ms else f"{look.day(at_ms)} {clock}"


class PersonLoadPane(Pane):
    """An agent's load: each part with what was measured, the sum, and how it went over the day."""

    person: Person | None = None

    def set_person(self, person: Person | None) -> None:
        """Show somebody."""
        self.person = person
        self.sync()

    def heading(self) -> Heading:
        """Return the score and what it asks for."""
        load = self.person.load if self.person and self.look.tells_of_people else None
        return load_heading(load, self.look)

    def empty(self) -> str:
        """Say why no load is shown."""
        if not self.look.tells_of_people:
            return self.look.words("Loads are for the people who lead.")
        if self.person is None:
            return self.look.words("Reading the day…")
        if self.person.load is None and not any(score is not None for score in self.person.load_day):
            return self.look.words("No load is known. It is computed of those who are signed in.")
        return ""

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the table of parts, the day's course, and what the figures are made from."""
        if self.person is None:
            return []
        look, person = self.look, self.person
        lines: list[Line] = []
        if person.load is not None:
            lines += part_lines(person.load, width, look)
        course = course_lines(person, width, look)
        if course and len(lines) + len(course) + 1 <= height:
            lines += [(Piece(" " * width),), *course] if lines else course
        if person.load is not None and len(lines) + 3 <= height:
            said = wrap(load_sentences(person.load, look)[-1], width)
            lines += [(Piece(" " * width),), *((Piece(fit(line, width), "dim"),) for line in said)]
        return lines[:height]


_FLAG_COLUMNS = (
    Column("mark", 1),
    Column("sign", 1, gap=1),
    Column("kind", 14, most=18, gap=1),
    Column("at", 11, gap=1),
    Column("note", 12, rank=1, most=60, eager=True),
    Column("by", 8, rank=3, most=14),
    Column("then", 16, rank=2, most=40, eager=True),
)


class PersonFlagsPane(TablePane[FlagLine]):
    """An agent's flags, the open ones first, then the newest. Row keys are flag ids."""

    HEADS_FROM = 0
    MEASURED = False
    person: Person | None = None

    def set_person(self, person: Person | None) -> None:
        """Show somebody."""
        self.person = person
        self.sync()

    def _flags(self) -> list[FlagLine]:
        flags = self.person.flags if self.person else ()
        if not self.look.tells_of_people:
            flags = tuple(line for line in flags if line.flag.severity == Severity.PRAISE)
        return sorted(flags, key=lambda line: (line.resolved_ms is not None, -line.flag.raised_ms))

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a flag."""
        return _FLAG_COLUMNS

    def heading(self) -> Heading:
        """Return how many are open and how many there were."""
        look, flags = self.look, self._flags()
        if not flags:
            return Heading(look.words("Flags"))
        still = [line.flag for line in flags if line.resolved_ms is None]
        praise = sum(flag.severity == Severity.PRAISE for flag in still)
        parts = [look.say("{n} open", n=len(still) - praise), look.say("{n} dealt with", n=len(flags) - len(still))]
        if praise:
            parts.append(f"{look.glyphs.praise} {praise}")
        level = max((flag_level(flag.severity) for flag in still), default=Level.CALM)
        return Heading(look.words("Flags"), parts, level, self.position())

    def empty(self) -> str:
        """Say that there is none, or that they are not for the reader."""
        if self.person is None:
            return self.look.words("Reading the day…")
        if self._flags():
            return ""
        if not self.look.tells_of_people:
            return self.look.words(NOT_FOR_ALL)
        return self.look.words("No flags in the weeks that are kept.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[FlagLine]]:
        """Return the flags."""
        return [Entry(line.flag.id, line) for line in self._flags()]

    def cells(self, row: FlagLine, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a flag's cells; of one that is dealt with, what helped."""
        look, flag = self.look, row.flag
        praise, past = flag.severity == Severity.PRAISE, row.resolved_ms is not None
        level = Level.CALM if past else flag_level(flag.severity)
        tone = "dim" if past else "text"
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "sign": Cell(
                look.glyphs.praise if praise else look.glyphs.flag, "praise" if praise else "dim" if past else "flag"
            ),
            "kind": Cell(look.vocabulary.called(flag.kind, look.language), tone),
            "at": Cell(date_text(flag.raised_ms, now_ms, look), "dim"),
            "note": Cell(flag.note, tone),
            "by": Cell(flag.by, "dim"),
            "then": Cell(self._then(row, now_ms), "dim" if past else "text"),
        }

    def row_of(self, key: RowKey | None) -> FlagLine | None:
        """Return the flag of a key, None where there is none."""
        return next((entry.row for entry in self._entries if entry.key == key and entry.row is not None), None)

    def foot(self, row: FlagLine) -> str:
        """Return the whole of a flag's note, with whose it is and what came of it."""
        if not row.flag.note and not row.helped:
            return ""
        said = (safe(row.flag.note), safe(row.flag.by), safe(self._then(row, self.now_ms)))
        return f" {self.look.glyphs.dot} ".join(text for text in said if text)

    def _then(self, row: FlagLine, now_ms: int) -> str:
        """Return what comes next of a flag, or how it ended."""
        look, flag = self.look, row.flag
        if row.resolved_ms is None:
            step = look.vocabulary.called(flag.step, look.language) if flag.step else ""
            due = when_text(flag.follow_up_ms, now_ms, look) if flag.follow_up_ms else ""
            said = " ".join(text for text in (step, flag.owner, due) if text)
            return f"{look.glyphs.arrow} {said}" if said else ""
        helped = row.helped or look.words("dealt with")
        return f"{helped} ({row.resolved_by})" if row.resolved_by else helped


class PersonMoodPane(CyclePane):
    """An agent's moods: the last thirty days as a strip, the emotion cycle, and the notes."""

    person: Person | None = None

    def set_person(self, person: Person | None) -> None:
        """Show somebody."""
        self.person = person
        self.sync()

    def heading(self) -> Heading:
        """Return what is usual, and of how many marks."""
        return super().heading()._replace(name=self.look.words("Mood"))

    def empty(self) -> str:
        """Say why there is nothing."""
        if not self.look.tells_of_people:
            return unseen(self.look)
        if self.person is None:
            return self.look.words("Reading the day…")
        return "" if self.person.moods or self._marks else self.look.words("No mood was noted in the last four weeks.")

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the strip, the cycle, and notes in what room is left."""
        moods = self.person.moods if self.person else ()
        lines = mood_strip(moods, self.now_ms, width, self.look) if moods else []
        if self._marks:
            lines += super().body(width, max(0, height - len(lines)))
        for mood in sorted(moods, key=lambda mood: -mood.at_ms):
            if mood.note:
                lines.append(_mood_note(mood, self.now_ms, width, self.look))
        return lines[:height]


def mood_strip(moods: Sequence[MoodRow], now_ms: int, width: int, look: Look) -> list[Line]:
    """Return the last thirty days as digits, today at the right: 1 to 5, the sign for none where absent, a dot else."""
    last: dict[int, MoodRow] = {}
    for mood in sorted(moods, key=lambda mood: mood.at_ms):
        last[local_time(mood.at_ms, look.zone).toordinal()] = mood
    today = local_time(now_ms, look.zone).toordinal()
    days = min(MOOD_DAYS, max(1, (width - 22) // (2 if width >= 2 * MOOD_DAYS + 24 else 1)))
    step = 2 if width >= 2 * MOOD_DAYS + 24 else 1
    pieces = [Piece(fit(look.say("last {n} days", n=days), 16) + " ", "dim")]
    for day in range(today - days + 1, today + 1):
        sign, tone = _mood_sign(last.get(day), look)
        pieces.append(Piece(sign.ljust(step), tone))
    pieces.append(Piece(f" {look.words('today')}", "faint"))
    return [padded(tuple(pieces), width, look.glyphs.ellipsis)]


def _mood_sign(mood: MoodRow | None, look: Look) -> tuple[str, str]:
    if mood is None:
        return look.glyphs.dot, "faint"
    return (look.glyphs.none, "dim") if mood.mood is None else (str(mood.mood), "text")


def _mood_note(mood: MoodRow, now_ms: int, width: int, look: Look) -> Line:
    """Return a note with its day, its mood, and whose word it is."""
    said = mood_text(mood.mood, look)
    by = look.words("says") if mood.said else mood.by
    line = (
        Piece(fit(date_text(mood.at_ms, now_ms, look), 12), "dim"),
        Piece(f"{said} ", "text"),
        Piece(fit(mood.note, max(0, min(60, width - 30)), ellipsis=look.glyphs.ellipsis).rstrip() + "  ", "text"),
        Piece(fit(by, 14).rstrip(), "dim"),
    )
    return padded(line, width, look.glyphs.ellipsis)


class PersonLine(Canvas):
    """Who it is, in one line: name, team, seat, what they do and for how long, open flags, and who listens."""

    DEFAULT_CSS = "PersonLine { width: 1fr; height: 1; }"

    def __init__(self, look: Look, agent: int) -> None:
        super().__init__(look)
        self.agent = agent

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the line."""
        line = (Piece(" "), *self._said())
        return [on_ground(padded(line, width, self.look.glyphs.ellipsis), "bar")]

    def _said(self) -> Line:
        picture, look = self.picture, self.look
        row = next((row for row in picture.agents if row.id == self.agent), None) if picture else None
        if picture is None or row is None:
            return ()
        place = "  ".join(safe(text) for text in (row.team, row.seat) if text)
        tone = state_tone(row, look)
        doing = f"{look.glyphs.states[row.state]} {safe(state_text(row, look))} {brief(self.now_ms - row.since_ms)}"
        pieces = [Piece(safe(row.name), "title"), Piece(f"  {place}  ", "dim"), Piece(doing, tone)]
        if row.queue:
            pieces.append(Piece(f"  {safe(row.queue)}", "dim"))
        if row.flags and look.tells_of_people:
            pieces.append(Piece(f"  {look.glyphs.flag} {row.flags}", "flag"))
        if row.praise:
            pieces.append(Piece(f"  {look.glyphs.praise} {row.praise}", "praise"))
        for ear in picture.listening:
            if ear.agent_id == self.agent:
                said = (
                    look.say("{who} listens", who=ear.listener)
                    if ear.ear is Ear.LISTEN
                    else look.say("{who} is on the call ({ear})", who=ear.listener, ear=look.words(ear.ear.value))
                )
                pieces.append(Piece(f"  {look.level(Level.WARN)} {said}", "level-warn"))
        return tuple(pieces)
