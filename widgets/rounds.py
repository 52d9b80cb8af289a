"""The rounds of the day: which are late, due, under way or done, by whom, how far, and what opens next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.alerts import Level
from data.discipline.catalogue import Checker
from data.model.discipline import RoundRow
from data.model.picture import Picture
from data.model.words import Mark
from widgets.canvas import Piece
from widgets.cells import safe, width_of
from widgets.columns import Column
from widgets.discipline_words import DisciplinePane, shift_text
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.person import when_text
from widgets.table import Cell, Entry
from widgets.walk_words import in_language

_COLUMNS = (
    Column("sign", 1),
    Column("round", 14, most=30, head="round", gap=1, eager=True),
    Column("when", 19, most=26, head="when"),
    Column("checks", 7, right=True, most=9, head="checks"),
    Column("seats", 5, rank=2, right=True, most=8, head="seats"),
    Column("failed", 6, rank=1, right=True, most=6, head="failed"),
    Column("shift", 8, rank=4, most=14, head="shift"),
    Column("by", 10, rank=3, most=30, head="by whom"),
)


def in_order(rounds: Sequence[RoundRow], now_ms: int) -> list[RoundRow]:
    """Return rounds as they ask for somebody: late and due ones, then those that open next, then those done last."""
    going = [row for row in rounds if not row.is_done and row.opens_ms <= now_ms]
    coming = [row for row in rounds if not row.is_done and row.opens_ms > now_ms]
    done = [row for row in rounds if row.is_done]
    return [
        *sorted(going, key=lambda row: (row.due_ms, row.opens_ms, row.key)),
        *sorted(coming, key=lambda row: (row.opens_ms, row.due_ms, row.key)),
        *sorted(done, key=lambda row: (-(row.ended_ms or row.last_ms or row.due_ms), row.key)),
    ]


def when_of(row: RoundRow, now_ms: int, look: Look) -> str:
    """Return when a round opens, is due, has been due, or was done."""
    if row.is_done:
        at_ms = row.ended_ms or row.last_ms
        return look.words("done") if at_ms is None else look.say("finished {time}", time=when_text(at_ms, now_ms, look))
    if row.opens_ms > now_ms:
        return look.say("opens {time}", time=when_text(row.opens_ms, now_ms, look))
    text = "overdue since {time}" if row.is_late(now_ms) else "due {time}"
    return look.say(text, time=when_text(row.due_ms, now_ms, look))


class RoundsPane(DisciplinePane[RoundRow]):
    """The rounds. Row keys are the rounds' own."""

    def columns(self) -> tuple[Column, ...]:
        """Return the columns; what no round says leaves its room, names are as wide as they need."""
        rows = [entry.row for entry in self._entries if entry.row is not None]
        look = self.look
        named = max((width_of(in_language(row.en, row.zh, look)) for row in rows), default=0)
        when = max((width_of(when_of(row, self.now_ms, look)) for row in rows), default=0)
        said = {
            "seats": any(row.seats for row in rows),
            "failed": any(row.failed for row in rows),
            "shift": len({row.shift for row in rows}) > 1,
            "by": any(row.by or row.ended_by for row in rows),
        }
        widths = {"round": min(named, 26), "when": min(when, 26)}
        return tuple(
            column._replace(width=max(1, widths[column.key]), most=0) if column.key in widths else column
            for column in _COLUMNS
            if said.get(column.key, True)
        )

    def heading(self) -> Heading:
        """Return how many are late and under way, and what opens next."""
        look, name = self.look, self.look.words("Rounds")
        if self.picture is None or self._message():
            return Heading(name)
        rounds, now_ms = self.picture.discipline.rounds, self.now_ms
        late = sum(row.is_late(now_ms) for row in rounds)
        going = sum(not row.is_done and row.opens_ms <= now_ms <= row.due_ms for row in rounds)
        done = sum(row.is_done for row in rounds)
        parts = [look.say("{n} late", n=late)] if late else []
        parts += [look.say("{n} to do", n=going)] if going else []
        parts += [look.say("{n} done", n=done)] if done else []
        missing = len(self.picture.discipline.missing)
        if missing:
            parts.append(look.say("{n} not handed over", n=missing))
        return Heading(name, parts, Level.ALARM if late else Level.WARN if missing else Level.CALM, self.position())

    def empty(self) -> str:
        """Say that no round is known, and what to do."""
        if self.picture is None or self._entries:
            return ""
        look = self.look
        if look.read_only:
            return look.words("No round is planned around this moment.")
        return look.say("No round is planned around this moment. {key} begins one by hand.", key=look.keys["check"])

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[RoundRow]]:
        """Return the shifts that nobody handed over, then the rounds as they ask for somebody."""
        look, known = self.look, picture.discipline
        remarks: list[Entry[RoundRow]] = []
        for key in known.missing:
            text = look.say(
                "{shift}: no handover that counts", shift=shift_text(key, known.shifts, now_ms, look, self.seen)
            )
            line = (Piece(f"{look.level(Level.WARN)} ", "level-warn"), Piece(text, "level-warn"))
            remarks.append(Entry(f"missing:{key}", None, line))
        return [*remarks, *(Entry(row.key, row) for row in in_order(known.rounds, now_ms))]

    def cells(self, row: RoundRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a round's cells; what is done or has not opened steps back."""
        look = self.look
        late, coming = row.is_late(now_ms), row.opens_ms > now_ms
        level = Level.ALARM if late else Level.CALM
        tone = "dim" if row.is_done or coming else "text"
        sign = look.glyphs.marks[Mark.PASS] if row.is_done else look.level(level)
        shifts = self.picture.discipline.shifts if self.picture is not None else ()
        by = row.by or ((row.ended_by,) if row.ended_by else ())
        failed = Cell(f"{look.glyphs.marks[Mark.FAIL]}{row.failed}" if row.failed else "", "level-warn")
        return {
            "sign": Cell(sign, "level-good" if row.is_done else "level-alarm"),
            "round": Cell(in_language(row.en, row.zh, look), tone),
            "when": Cell(when_of(row, now_ms, look), LEVEL_TONES[level] if late else tone),
            "checks": Cell(f"{row.done}/{row.n}" if row.n else "", tone),
            "seats": Cell(f"{row.seats_done}/{row.seats}" if row.seats else "", "dim"),
            "failed": failed,
            "shift": Cell(shift_text(row.shift, shifts, now_ms, look, self.seen), "dim"),
            "by": Cell(", ".join(safe(name) for name in by), "dim"),
        }

    def foot(self, row: RoundRow) -> str:
        """Return who does a round, where it is, how many seats were not seen, and what opens it."""
        look = self.look
        leads = row.role != Checker.SUPERVISOR
        said = [look.words("for the leads" if leads else "for the supervisor")]
        if row.seats:
            said.append(look.say("{done} of {n} seats seen", done=row.seats_done, n=row.seats))
        if row.last_ms is not None and row.by:
            text = "{name} was at {place} {time}" if row.place else "{name} marked last {time}"
            said.append(look.say(text, name=row.by[0], place=row.place, time=look.clock(row.last_ms)))
        if row.ended_ms is not None and row.ended_by:
            said.append(look.say("ended {time}", time=look.clock(row.ended_ms)) + f" {safe(row.ended_by)}")
        return f" {look.glyphs.dot} ".join(said)
