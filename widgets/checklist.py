"""The checklist that is next due: what failed, what is still to do, what is done."""

from __future__ import annotations

from collections.abc import Mapping

from data.alerts import Level
from data.model.picture import ItemRow, Picture
from data.model.words import Mark
from widgets.cells import safe, width_of
from widgets.columns import Column
from widgets.pane import Heading
from widgets.table import Cell, Entry, TablePane

_COLUMNS = (
    Column("sign", 1),
    Column("text", 24, most=60, gap=1, eager=True),
    Column("place", 5, rank=2, most=8),
    Column("owner", 12, rank=1, most=24),
    Column("note", 16, rank=3, most=40),
    Column("by", 10, rank=4, most=14),
)
_ORDER = {Mark.FAIL: 0, None: 1, Mark.PASS: 2, Mark.NOT_APPLICABLE: 3}
_TONES = {Mark.FAIL: "level-alarm", None: "strong", Mark.PASS: "level-good", Mark.NOT_APPLICABLE: "faint"}


class ChecklistPane(TablePane[ItemRow]):
    """The items of the checklist. Row keys are item keys."""

    HEADS_FROM = 0
    MEASURED = False

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of an item; those in which no item says anything leave their room to the text."""
        items = self.picture.checklist.items if self.picture and self.picture.checklist else ()
        failed = any(item.mark is Mark.FAIL and (item.owner or item.due_ms) for item in items)
        said = {
            "place": any(item.place for item in items),
            "owner": failed,
            "note": any(item.note for item in items),
            "by": any(item.by for item in items),
        }
        if self.look.wall:  # what was found where, and whose it is, is no matter of a wall
            said = dict.fromkeys(said, False)
        return tuple(column for column in _COLUMNS if said.get(column.key, True))

    def heading(self) -> Heading:
        """Return which checklist, when it is due and how far it is."""
        look, name = self.look, self.look.words("Checklist")
        view = self.picture.checklist if self.picture else None
        if view is None:
            return Heading(name)
        done = sum(item.mark is not None for item in view.items)
        failed = sum(item.mark is Mark.FAIL for item in view.items)
        late = done < len(view.items) and self.now_ms > view.due_ms
        parts = [
            look.say("{done} of {n}", done=done, n=len(view.items)),
            look.say("overdue since {time}" if late else "due {time}", time=look.clock(view.due_ms)),
            safe(view.title_zh if look.language == "zh" else view.title_en),
        ]
        if failed:
            parts.insert(0, f"{look.glyphs.marks[Mark.FAIL]} {failed}")
        level = Level.ALARM if failed else Level.WARN if late else Level.CALM
        return Heading(name, parts, level, self.position())

    def empty(self) -> str:
        """Say that no checklist is due."""
        if self.picture is None or self._entries:
            return ""
        return self.look.words("No checklist is due on this shift.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[ItemRow]]:
        """Return the items: failed first, then what is to do, done ones last; each in the list's order."""
        items = picture.checklist.items if picture.checklist else ()
        return [Entry(item.key, item) for item in sorted(items, key=lambda item: _ORDER[item.mark])]

    def cells(self, row: ItemRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return an item's cells; done ones step back."""
        look = self.look
        done = row.mark in (Mark.PASS, Mark.NOT_APPLICABLE)
        owner = ""
        if row.mark is Mark.FAIL and (row.owner or row.due_ms):
            due = look.clock(row.due_ms) if row.due_ms else ""
            owner = " ".join(part for part in (look.glyphs.arrow, row.owner, due) if part)
            if width_of(owner) > widths.get("owner", 0):  # half a time says nothing: leave it to the names
                owner = " ".join(part for part in (look.glyphs.arrow, row.owner or due) if part)
        late = row.due_ms is not None and row.due_ms < now_ms and row.mark is Mark.FAIL
        return {
            "sign": Cell(look.glyphs.marks[row.mark], _TONES[row.mark]),
            "text": Cell(row.zh if look.language == "zh" and row.zh else row.en, "dim" if done else "text"),
            "place": Cell(row.place, "dim"),
            "owner": Cell(owner, "level-warn" if late else "dim"),
            "note": Cell(row.note, "dim"),
            "by": Cell(row.by, "faint"),
        }
