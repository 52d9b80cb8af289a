"""The last row: the keys that work here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from widgets.canvas import Canvas, Line, Piece, padded
from widgets.cells import width_of
from widgets.look import Look


class KeyBar(Canvas):
    """Keys with their labels; what finds no room falls away from the end, but the last one stays."""

    DEFAULT_CSS = "KeyBar { width: 1fr; height: 1; }"

    class Pressed(Message):
        """A key was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self,
        look: Look,
        keys: Sequence[tuple[str, str]] = (),
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(look, id=id, classes=classes)
        self.keys = tuple(keys)

    def set_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show other keys: (key as it is written, label in the reader's words)."""
        if tuple(keys) != self.keys:
            self.keys = tuple(keys)
            self.sync()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the keys in one line."""
        pieces = [Piece(" ")]
        for index, spot in enumerate(spots(self.keys, width)):
            key, label = spot.pair
            pieces += [Piece("  " if index else ""), Piece(key, "key"), Piece(f" {label}", "dim")]
        return [padded(tuple(piece for piece in pieces if piece.text), width, self.look.glyphs.ellipsis)]

    def on_click(self, event: events.Click) -> None:
        """Tell which key was clicked."""
        for spot in spots(self.keys, self.content_size.width):
            if spot.start <= event.x < spot.end:
                self.post_message(self.Pressed(spot.pair[0]))


class Spot(NamedTuple):
    """Where a key stands."""

    pair: tuple[str, str]
    start: int
    end: int


def spots(keys: Sequence[tuple[str, str]], width: int) -> list[Spot]:
    """Return the keys that have room in `width` cells, with their columns."""
    wide = [width_of(key) + width_of(label) + 3 for key, label in keys]
    shown = list(range(len(keys)))
    while len(shown) > 1 and 1 + sum(wide[i] for i in shown) - 2 > width:
        shown.pop(-2)
    placed, x = [], 1
    for i in shown:
        placed.append(Spot(keys[i], x, x + wide[i] - 2))
        x += wide[i]
    return placed
