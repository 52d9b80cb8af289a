"""A handover, whole: a window that scrolls, and gives a yes where it is to be completed or acknowledged."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from console.screens.window import Window
from data.model.discipline import HandoverRow, ShiftRow
from data.model.discipline_seen import DisciplineSeen
from widgets.canvas import Canvas, Line, padded
from widgets.handover import page_of
from widgets.look import Look

_MOVES = {
    "down": 1,
    "j": 1,
    "up": -1,
    "k": -1,
    "pagedown": 10,
    "space": 10,
    "pageup": -10,
    "end": 10_000,
    "home": -10_000,
}


class Page(Canvas):
    """The lines of a handover, as many as there is room for."""

    def __init__(
        self, look: Look, row: HandoverRow, seen: DisciplineSeen, shifts: Sequence[ShiftRow], now_ms: int
    ) -> None:
        super().__init__(look, id="handover-page")
        self._row, self._seen, self._shifts, self._now_ms = row, seen, shifts, now_ms
        self.top = 0

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines in view."""
        lines = page_of(self._row, self._seen, self._shifts, self._now_ms, self.look, width)
        self.top = max(0, min(self.top, len(lines) - height))
        ellipsis = self.look.glyphs.ellipsis
        return [padded(line, width, ellipsis) for line in lines[self.top : self.top + height]]

    def length(self, width: int) -> int:
        """Return how many lines there are at a width."""
        return len(page_of(self._row, self._seen, self._shifts, self._now_ms, self.look, width))

    def move(self, by: int) -> None:
        """Scroll by lines."""
        self.top += by
        self.sync()


class HandoverScreen(Window[bool]):
    """Shows a handover; gives True where it is to be completed or acknowledged.

    Args:
        look: How to speak.
        row: The handover.
        seen: What its keys are called.
        shifts: The shifts that are known, for their names.
        now_ms: The moment.
        may_act: Whether something may be done from here.
    """

    CSS = """
    #handover { width: 100; max-width: 96%; height: auto; max-height: 96%; border: round $accent-live; padding: 0 1;
                background: $pane-bar; }
    #handover-page { background: $pane-bar; }
    #handover-keys { color: $pane-dim; padding-top: 1; height: 2; }
    """

    def __init__(
        self,
        look: Look,
        row: HandoverRow,
        seen: DisciplineSeen,
        shifts: Sequence[ShiftRow],
        now_ms: int,
        may_act: bool,
    ) -> None:
        super().__init__()
        self.look, self._row, self._may_act = look, row, may_act
        self._page = Page(look, row, seen, shifts, now_ms)

    def compose(self) -> ComposeResult:
        """Lay out the page and the keys."""
        with Vertical(id="handover"):
            yield self._page
            yield Static(self._keys(), markup=False, id="handover-keys")

    def on_mount(self) -> None:
        """Give the page the lines that it has, up to what the terminal has."""
        self._fit()

    def on_resize(self) -> None:
        """Fit another size."""
        self._fit()

    def _fit(self) -> None:
        width, height = self.app.size
        inner = min(100, width * 96 // 100) - 4
        self._page.styles.height = max(1, min(self._page.length(inner), height * 96 // 100 - 4))

    def _keys(self) -> str:
        more = "".join(self.look.glyphs.more)
        if self._row.acknowledged_ms is not None or not self._may_act:
            return self.look.say("{more}: scroll   Esc: back", more=more)
        if self._row.id:
            return self.look.say("{more}: scroll   a: I have read it, and take over   Esc: back", more=more)
        return self.look.say("{more}: scroll   Enter: complete it with a note   Esc: back", more=more)

    def take(self, key: str, character: str | None) -> None:
        """Scroll, complete or acknowledge."""
        if key in _MOVES:
            self._page.move(_MOVES[key])
        elif key == "enter" or (key == "a" and self._row.id):
            done = self._row.acknowledged_ms is not None or not self._may_act
            self.dismiss(None if done else True)
