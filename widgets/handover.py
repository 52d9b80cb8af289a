"""The handover: shifts without one, those that wait for somebody to read them, and what one written now would say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from data.alerts import Level
from data.model.discipline import Discipline, HandoverItem, HandoverRow, ShiftRow
from data.model.discipline_seen import DisciplineSeen
from data.model.picture import Picture
from data.model.words import Mark
from widgets.canvas import Line, Piece
from widgets.cells import safe, width_of
from widgets.columns import Column
from widgets.discipline_words import SECTION_WORDS, DisciplinePane, item_parts, joined, shift_text
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading, wrap
from widgets.person import when_text
from widgets.table import Cell, Entry

_COLUMNS = (
    Column("mark", 1),
    Column("shift", 10, most=20, gap=1),
    Column("state", 16, most=60, eager=True),
    Column("by", 8, rank=1, most=30),
)


class HandoverPane(DisciplinePane[HandoverRow]):
    """The handovers. Row keys are `shift:` with the key of one not written yet, and the ids of those that are."""

    HEADS_FROM = 0

    def columns(self) -> tuple[Column, ...]:
        """Return the columns, the shifts as wide as their names."""
        shifts = [self._shift(entry.row.shift) for entry in self._entries if entry.row is not None]
        widest = max((width_of(name) for name in shifts), default=1)
        return tuple(
            column._replace(width=min(widest, column.most), most=0) if column.key == "shift" else column
            for column in _COLUMNS
        )

    def heading(self) -> Heading:
        """Return how many shifts have none, how many wait to be read, and how much is open now."""
        look, name = self.look, self.look.words("Handover")
        if self.picture is None or self._message():
            return Heading(name)
        known = self.picture.discipline
        waiting = len(unread(known))
        parts = [look.say("{n} missing", n=len(known.missing))] if known.missing else []
        parts += [look.say("{n} to be read", n=waiting)] if waiting else []
        if self.seen is not None and self.seen.handover is not None:
            parts.append(look.say("{n} open items", n=len(self.seen.handover.items)))
        return Heading(name, parts, Level.WARN if known.missing or waiting else Level.CALM, self.position())

    def empty(self) -> str:
        """Say that there is no shift to hand over."""
        if self.picture is None or self._entries:
            return ""
        return self.look.words("No shift goes on, and none was handed over. The catalogue says when shifts are.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[HandoverRow]]:
        """Return shifts without a handover, those to be read, the one to be written with its lines, the read ones."""
        return list(self._listed(picture.discipline, now_ms))

    def _listed(self, known: Discipline, now_ms: int) -> Iterator[Entry[HandoverRow]]:
        waiting = {row.id for row in unread(known)}
        written = {row.shift for row in known.handovers}
        for key in known.missing:
            if key not in written:
                yield Entry(f"shift:{key}", HandoverRow(0, key, now_ms, "", "", ()))
        yield from (Entry(row.id, row) for row in known.handovers if row.id in waiting)
        draft = self.seen.handover if self.seen is not None else None
        if draft is not None and draft.shift not in known.missing:
            yield Entry(f"shift:{draft.shift}", draft)
        if draft is not None:
            lines = item_lines(draft.items, self.seen, now_ms, self.look, self.whole)
            for at, line in enumerate(lines):
                yield Entry(f"item:{at}", None, (Piece("  "), *line))
        yield from (Entry(row.id, row) for row in known.handovers if row.id not in waiting)

    def _shift(self, key: str) -> str:
        shifts = self.picture.discipline.shifts if self.picture is not None else ()
        return shift_text(key, shifts, self.now_ms, self.look, self.seen)

    def cells(self, row: HandoverRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a handover's cells; one that counts steps back."""
        look, words = self.look, self.look.words
        known = self.picture.discipline if self.picture is not None else Discipline()
        counts = row.acknowledged_ms is not None
        level = Level.CALM if counts or (not row.id and row.shift not in known.missing) else Level.WARN
        if row.acknowledged_ms is not None:
            state = look.say("read {time}", time=when_text(row.acknowledged_ms, now_ms, look))
            by = joined((safe(row.by), safe(row.acknowledged_by)), look)
        elif row.id:
            state, by = look.say("written {time}, unread", time=when_text(row.at_ms, now_ms, look)), row.by
        else:
            missing = row.shift in known.missing
            state, by = words("not handed over" if missing else "if written now"), ""
        sign = look.glyphs.marks[Mark.PASS] if counts else look.level(level)
        return {
            "mark": Cell(sign, "dim" if counts else LEVEL_TONES[level]),
            "shift": Cell(self._shift(row.shift), "dim" if counts else "strong"),
            "state": Cell(state, LEVEL_TONES[level]),
            "by": Cell(safe(by), "dim"),
        }

    def foot(self, row: HandoverRow) -> str:
        """Return the notes, and what the key does."""
        look = self.look
        if not row.id:
            return "" if look.read_only else look.say("{key} shows it whole, to complete it", key=look.keys["handover"])
        return joined(("" if not row.note else safe(row.note), safe(row.acknowledged_note)), look)


def unread(known: Discipline) -> list[HandoverRow]:
    """Return those that nobody has acknowledged, where none of the same shift counts."""
    counted = {row.shift for row in known.handovers if row.acknowledged_ms is not None}
    return [row for row in known.handovers if row.acknowledged_ms is None and row.shift not in counted]


def item_lines(
    items: Sequence[HandoverItem],
    seen: DisciplineSeen | None,
    now_ms: int,
    look: Look,
    whole: Callable[[Iterable[str], int, int], str] | None = None,
) -> list[Line]:
    """Return the lines of a handover by section, each under its title; `whole` gives as much of one as has room."""
    lines: list[Line] = []
    for section, title in SECTION_WORDS.items():
        own = [item for item in items if item.section == section]
        if own:
            lines.append((Piece(look.words(title), "title"), Piece(f" {len(own)}", "dim")))
            for item in own:
                parts = item_parts(item, seen, now_ms, look)
                text = joined(parts, look) if whole is None else whole(parts, 1, 4)
                lines.append((Piece(f"{look.glyphs.dot} ", "dim"), Piece(text)))
    return lines or [(Piece(look.words("Nothing is open."), "dim"),)]


def page_of(
    row: HandoverRow, seen: DisciplineSeen | None, shifts: Sequence[ShiftRow], now_ms: int, look: Look, width: int
) -> list[Line]:
    """Return a whole handover as lines that are wrapped to a width."""
    written_ms = row.at_ms if row.id else now_ms
    head = [look.say("{shift}: handover", shift=shift_text(row.shift, shifts, now_ms, look, seen))]
    if row.id:
        head.append(look.say("written {time} by {name}", time=when_text(row.at_ms, now_ms, look), name=row.by))
    lines: list[Line] = [(Piece(text, "strong"),) for text in wrap(joined(head, look), width)]
    lines += [(Piece(text, "text"),) for text in wrap(safe(row.note), width)]
    lines.append(())
    for line in item_lines(row.items, seen, written_ms, look):
        lines += _wrapped(line, width)
    if row.acknowledged_ms is not None:
        read = look.say(
            "read {time} by {name}", time=when_text(row.acknowledged_ms, now_ms, look), name=row.acknowledged_by
        )
        lines += [(), *((Piece(text, "level-good"),) for text in wrap(read, width))]
        lines += [(Piece(text, "text"),) for text in wrap(safe(row.acknowledged_note), width)]
    return lines


def _wrapped(line: Line, width: int) -> list[Line]:
    """Return a line cut into as many as it needs; the first piece is a sign, or the line is a title."""
    if line[0].tone != "dim" or len(line) < 2:
        return [line]
    first, *rest = wrap(line[1].text, max(8, width - 2)) or [""]
    return [(line[0], line[1]._replace(text=first)), *((Piece("  "), Piece(text)) for text in rest)]
