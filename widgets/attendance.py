"""Attendance: the roster against what was seen: who is absent, late or left early, how far plans were followed."""

from __future__ import annotations

from collections.abc import Mapping

from data.alerts import Level
from data.discipline.attendance import attendance_sum
from data.model.days import MINUTE
from data.model.discipline_seen import AttendanceRow, Presence
from data.model.picture import Picture
from data.model.words import Mark
from widgets.cells import duration, percent, safe
from widgets.columns import Column
from widgets.discipline_words import PRESENCE_WORDS, DisciplinePane, minutes_text, shift_text
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry

_COLUMNS = (
    Column("mark", 1),
    Column("agent", 12, most=22, head="name", gap=1),
    Column("what", 17, most=34, head="", eager=True),
    Column("first", 5, rank=1, head="came"),
    Column("duty", 11, rank=4, head="duty"),
    Column("adherence", 9, rank=2, right=True, head="adherence", most=10),
    Column("conformance", 11, rank=3, right=True, head="conformance", most=12),
    Column("shift", 8, rank=5, most=14, head="shift"),
    Column("seat", 5, rank=6, most=8, head="seat"),
)
_ORDER = {Presence.ABSENT: 0, Presence.LATE: 1, Presence.UNKNOWN: 3, Presence.EXPECTED: 4, Presence.PRESENT: 5}
IMPORT = "floorwalk roster import FILE"
"""The command that brings a roster."""


class AttendancePane(DisciplinePane[AttendanceRow]):
    """Who was expected and who came. Row keys are `duty:` with the place in the roster."""

    def columns(self) -> tuple[Column, ...]:
        """Return the columns; the shift only where there are several."""
        rows = [entry.row for entry in self._entries if entry.row is not None]
        said = {
            "shift": len({row.duty.shift for row in rows}) > 1,
            "seat": any(row.duty.seat for row in rows),
            "adherence": any(row.scheduled_ms for row in rows),
            "conformance": any(row.to_work_ms for row in rows),
        }
        return tuple(column for column in _COLUMNS if said.get(column.key, True))

    def heading(self) -> Heading:
        """Return how many came of how many, who did not, and how far the plans were followed."""
        look, name = self.look, self.look.words("Attendance")
        if self.seen is None or not self.seen.attendance or self.error:
            return Heading(name)
        known = attendance_sum(self._rows())
        parts = [look.say("{n} absent", n=known.absent)] if known.absent else []
        parts += [look.say("{n} came late", n=known.late)] if known.late else []
        parts.append(look.say("{done} of {n} came", done=known.came, n=known.expected))
        if known.scheduled_ms:
            ratio = percent(known.adherent_ms / known.scheduled_ms)
            parts.append(look.say("adherence {ratio} of {hours}", ratio=ratio, hours=_hours(known.scheduled_ms)))
        level = Level.ALARM if known.absent else Level.WARN if known.late else Level.CALM
        return Heading(name, parts, level, self.position())

    def empty(self) -> str:
        """Say that it is still read, or that there is no roster, and how to bring one."""
        look = self.look
        if self.seen is None:
            return look.words("Reading the roster…")
        if not self.seen.attendance:
            said = look.words("There is no roster for now, so nobody can be told late or absent.")
            joint = "" if look.language == "zh" else " "
            return said + joint + look.say("Bring one with: {command}", command=IMPORT)
        if not look.tells_of_people:
            return look.words("Who was absent or late is for the people who lead.")
        return "" if self._entries else look.words("Nobody of this team is on the roster.")

    def _rows(self) -> list[AttendanceRow]:
        """Return the rows of the people in view; all of them where nobody is named."""
        rows = self.seen.attendance if self.seen is not None else ()
        return list(rows)

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[AttendanceRow]]:
        """Return the absent first, then the late, those who left early, and the rest; nobody where nobody is named."""
        rows = self._rows() if self.look.tells_of_people else []
        told = sorted(enumerate(rows), key=lambda each: (_place(each[1]), each[1].duty.since_ms, each[1].duty.agent))
        return [Entry(f"duty:{at}", row) for at, row in told]

    def cells(self, row: AttendanceRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return the cells of a duty; ratios of less than half an hour are grey."""
        look, level = self.look, _level(row)
        calm = level is Level.CALM
        known = row.presence is Presence.PRESENT and calm
        sign = Cell(look.glyphs.marks[Mark.PASS], "dim") if known else Cell(look.level(level), LEVEL_TONES[level])
        span = f"{look.clock(row.duty.since_ms)}{look.glyphs.none}{look.clock(row.duty.until_ms)}"
        shifts = self.picture.discipline.shifts if self.picture is not None else ()
        grey = "faint" if row.scheduled_ms < 30 * MINUTE else "text"
        if row.first_ms is None:  # of who has not come there is nothing to measure by the plan
            row = row._replace(scheduled_ms=0, to_work_ms=0)
        return {
            "mark": sign,
            "agent": Cell(safe(row.duty.agent), "dim" if known else "text"),
            "what": Cell(what_text(row, look), "dim" if calm else LEVEL_TONES[level]),
            "first": Cell(look.clock(row.first_ms) if row.first_ms is not None else "", "dim"),
            "duty": Cell(span, "dim"),
            "adherence": Cell(_ratio(row.adherent_ms, row.scheduled_ms, look), grey),
            "conformance": Cell(_ratio(row.worked_ms, row.to_work_ms, look), grey),
            "shift": Cell(shift_text(row.duty.shift, shifts, now_ms, look, self.seen), "dim"),
            "seat": Cell(safe(row.duty.seat), "dim"),
        }

    def foot(self, row: AttendanceRow) -> str:
        """Return the ratios with what they are counted over, and the planned breaks."""
        look = self.look
        said = [safe(row.duty.agent), what_text(row, look)]
        if row.scheduled_ms:
            ratio, of = _ratio(row.adherent_ms, row.scheduled_ms, look), duration(row.scheduled_ms)
            said.append(look.say("adherence {ratio} of {hours}", ratio=ratio, hours=of))
        if row.to_work_ms:
            ratio, of = _ratio(row.worked_ms, row.to_work_ms, look), duration(row.to_work_ms)
            said.append(look.say("conformance {ratio} of {hours}", ratio=ratio, hours=of))
        if row.duty.agent_id is None:
            said.append(look.words("no source knows this name"))
        return f" {look.glyphs.dot} ".join(part for part in said if part)


def what_text(row: AttendanceRow, look: Look) -> str:
    """Return whether somebody came, how late, and whether they left early."""
    early = row.left_early_ms >= MINUTE
    said = [] if early and row.presence is Presence.PRESENT else [look.words(PRESENCE_WORDS[row.presence])]
    if row.presence is Presence.LATE:
        said[0] += f" {minutes_text(row.late_ms, look)}"
    if early:
        said.append(look.say("left {time} early", time=minutes_text(row.left_early_ms, look)))
    return f" {look.glyphs.dot} ".join(said)


def _level(row: AttendanceRow) -> Level:
    if row.presence is Presence.ABSENT:
        return Level.ALARM
    return Level.WARN if row.presence is Presence.LATE or row.left_early_ms >= MINUTE else Level.CALM


def _place(row: AttendanceRow) -> int:
    early = row.presence is Presence.PRESENT and row.left_early_ms >= MINUTE
    return 2 if early else _ORDER[row.presence]


def _ratio(part_ms: int, whole_ms: int, look: Look) -> str:
    return percent(part_ms / whole_ms if whole_ms else None, none=look.glyphs.none)


def _hours(ms: int) -> str:
    return f"{ms // (60 * MINUTE)} h"
