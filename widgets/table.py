"""Tables of live rows: a cursor that stays on its row, fixed columns, and only what changed is sent.

A subclass says which rows there are (`ordered`), which columns (`columns`) and what a row's cells say (`cells`). Only
rows in view are formatted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import events
from textual.binding import Binding, BindingType

from data.model.picture import Picture
from widgets.canvas import Line, Piece, on_ground, padded
from widgets.cells import fit
from widgets.columns import Column, Placed, place
from widgets.look import Look
from widgets.pane import Pane, RowKey, wrap

Row = TypeVar("Row")


class Entry(NamedTuple, Generic[Row]):
    """A line of a table: a row with its key, or a remark (`row` None) of one line that no cursor rests on."""

    key: RowKey
    row: Row | None
    remark: Line = ()


class Cell(NamedTuple):
    """What stands in a column."""

    text: str
    tone: str = "text"


class TablePane(Pane, Generic[Row]):
    """A pane of rows with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False, id="pane.down"),
        Binding("up,k", "move(-1)", show=False, id="pane.up"),
        Binding("pagedown", "page(1)", show=False, id="pane.page_down"),
        Binding("pageup", "page(-1)", show=False, id="pane.page_up"),
        Binding("ctrl+home", "move(-1000000)", show=False, id="pane.first"),
        Binding("end,G", "move(1000000)", show=False, id="pane.last"),
        Binding("enter", "open", show=False, id="pane.open"),
    ]
    HEADS_FROM = 6
    """From how many lines on a line of column titles is worth its place; 0 for never."""
    MOST_FOOT = 3
    """So many lines at most stand at the foot."""

    def __init__(
        self,
        look: Look,
        *,
        joined: bool = False,
        open_ended: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(look, joined=joined, open_ended=open_ended, id=id, classes=classes)
        self.selected: RowKey | None = None
        self.top = 0
        self._entries: Sequence[Entry[Row]] = ()
        self._index: dict[RowKey, int] = {}
        self._anchored = False
        self._above = 0
        self._height = 0

    def ordered(self, picture: Picture, now_ms: int) -> Sequence[Entry[Row]]:
        """Return the table's lines in order, worst first; keys are unique among rows and remarks."""
        raise NotImplementedError

    def columns(self) -> tuple[Column, ...]:
        """Return the columns, in order."""
        raise NotImplementedError

    def cells(self, row: Row, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return what a row says, by the column's key, for at least the columns in `widths`."""
        raise NotImplementedError

    def foot(self, row: Row) -> str:
        """Return what else is to be said of the row under the cursor, at the pane's foot; "" for nothing."""
        return ""

    # What stands in the frame

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the column titles, the rows in view, and in focus what else is to be said of the selected one."""
        placed = place(self.columns(), width)
        heads = [self._heads(placed, width)] if self._has_heads(height) else []
        self._above, self._height = len(heads), height - len(heads)
        self._keep_bounds()
        foot = self._foot(width)
        if foot and self.selected is not None:
            self._height -= len(foot)
            self._reveal(self._index[self.selected])
        widths = {item.column.key: item.width for item in placed}
        rows = [self._line(entry, placed, widths, width) for entry in self._entries[self.top : self.top + self._height]]
        blank = [padded((), width)] * (self._height - len(rows) if foot else 0)
        return heads + rows + blank + foot

    def _foot(self, width: int) -> list[Line]:
        """Return the foot's lines: at most `MOST_FOOT`, never more than half a pane, none for a row out of view."""
        index = self._index.get(self.selected) if self.selected is not None and self.has_focus else None
        if index is None or not self.top <= index < self.top + self._height:
            return []
        row, most = self._entries[index].row, min(self.MOST_FOOT, self._height // 2)
        said = self.foot(row) if row is not None and most else ""
        lines = wrap(said, width - 2)
        if len(lines) > most:
            lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
        signs, ellipsis = [self.look.glyphs.elbow, *" " * len(lines)], self.look.glyphs.ellipsis
        return [
            (Piece(f"{sign} ", "dim"), Piece(fit(line, width - 2, ellipsis=ellipsis), "text"))
            for sign, line in zip(signs, lines, strict=False)
        ]

    def thumb(self, height: int) -> range | None:
        """Return the part of the right border that stands for the rows in view."""
        total = len(self._entries)
        if total <= self._height or self._height < 2:
            return None
        length = max(1, self._height * self._height // total)
        start = (self._height - length) * self.top // (total - self._height)
        return range(start + self._above, start + self._above + length)

    def _has_heads(self, height: int) -> bool:
        """Tell whether there is room for the column titles."""
        return bool(self.HEADS_FROM) and height >= self.HEADS_FROM

    def _heads(self, placed: tuple[Placed, ...], width: int) -> Line:
        """Return the line of column titles."""
        words, ellipsis = self.look.words, self.look.glyphs.ellipsis
        text = "".join(
            " " * gap + fit(words(column.head) if column.head else "", size, column.right, ellipsis)
            for column, gap, size in placed
        )
        return padded((Piece(text, "faint"),), width, ellipsis)

    def _line(self, entry: Entry[Row], placed: tuple[Placed, ...], widths: Mapping[str, int], width: int) -> Line:
        """Return one row or remark as a line."""
        if entry.row is None:
            return padded(entry.remark, width, self.look.glyphs.ellipsis)
        ellipsis = self.look.glyphs.ellipsis
        cells = self.cells(entry.row, self.now_ms, widths)
        pieces: list[Piece] = []
        used = 0
        for column, gap, size in placed:
            text, tone = cells[column.key]
            pieces.append(Piece(" " * gap + fit(text, size, column.right, ellipsis), tone))
            used += gap + size
        pieces.append(Piece(" " * (width - used)))
        line = padded(tuple(piece for piece in pieces if piece.text), width)
        if entry.key == self.selected and self.has_focus:
            return on_ground(line, "cursor")
        return line

    # Rows come and go; the cursor stays with its row

    def sync(self) -> None:
        """Put the rows in order for the picture and the moment, then refresh what changed."""
        if self.picture is not None and not self._hidden:
            self._arranged(self.ordered(self.picture, self.now_ms))
        super().sync()

    def _arranged(self, entries: Sequence[Entry[Row]]) -> None:
        """Take a new order: the selected row stays selected, and in view if it was."""
        before = self._index.get(self.selected) if self.selected is not None else None
        in_view = before is not None and self.top <= before < self.top + max(1, self._height)
        self._entries = entries
        self._index = {entry.key: index for index, entry in enumerate(entries) if entry.row is not None}
        if self._anchored and self.selected in self._index:
            after = self._index[self.selected]
            if in_view and self.top and before is not None:
                self.top += after - before
            if in_view:
                self._reveal(after)
        else:
            self.selected = self._nearest(before or 0) if self._anchored else self._nearest(0)
            self._anchored = self._anchored and self.selected is not None
        self._keep_bounds()

    def _nearest(self, index: int) -> RowKey | None:
        """Return the key of the row at or nearest to a line, or None without rows."""
        rows = [place for place in self._index.values() if place >= index] or list(self._index.values())[-1:]
        return self._entries[rows[0]].key if rows else None

    def _keep_bounds(self) -> None:
        """Keep the view within the rows."""
        self.top = max(0, min(self.top, len(self._entries) - self._height))

    def _reveal(self, index: int) -> None:
        """Scroll by as little as brings a line into view."""
        height = max(1, self._height)
        self.top = min(max(self.top, index - height + 1), index)

    # Moving

    def select(self, key: RowKey) -> bool:
        """Put the cursor on a row and bring it into view; False when the pane has no such row."""
        if key not in self._index:
            return False
        moved = key != self.selected
        self.selected, self._anchored = key, True
        index = self._index[key]
        self._reveal(index)
        if index and self._entries[index - 1].row is None and self.top == index:
            self.top -= 1
        Pane.sync(self)
        if moved:
            self.post_message(self.Selected(self, key))
        return True

    def action_move(self, by: int) -> None:
        """Move the cursor by so many rows."""
        keys = list(self._index)
        if keys and self.selected is not None:
            at = keys.index(self.selected) + by
            self.select(keys[max(0, min(at, len(keys) - 1))])

    def action_page(self, by: int) -> None:
        """Move the cursor by as many rows as are in view."""
        self.action_move(by * max(1, self._height - 1))

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.selected is not None:
            self.post_message(self.Opened(self, self.selected))

    def on_click(self, event: events.Click) -> None:
        """Select the row under the pointer; a double click opens it."""
        line = event.y - 1 - self._above
        index = self.top + line
        if not (0 <= line < self._height and index < len(self._entries)) or self._message():
            return
        entry = self._entries[index]
        if entry.row is not None and self.select(entry.key) and event.chain == 2:
            self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down; the cursor stays on its row."""
        self._scroll_by(3, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up; the cursor stays on its row."""
        self._scroll_by(-3, event)

    def _scroll_by(self, by: int, event: events.MouseEvent) -> None:
        """Move the view."""
        event.stop()
        event.prevent_default()
        self.top += by
        self._keep_bounds()
        Pane.sync(self)

    def position(self) -> str:
        """Return which rows are in view of how many, with arrows where there are more; empty when all are."""
        lines, glyphs = len(self._entries), self.look.glyphs
        if not self._height or lines <= self._height:
            return ""
        above = glyphs.more[0] if self.top else " "
        below = glyphs.more[1] if self.top + self._height < lines else " "
        places = list(self._index.values())
        first, last = bisect_left(places, self.top), bisect_left(places, self.top + self._height)
        return f"{first + 1}{glyphs.none}{last}/{len(places)} {above}{below}"
