"""What Enter opens: an agent's or a queue's day up to the moment, on a screen of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from console.screens.timed import lose
from widgets.canvas import Canvas
from widgets.detail import DetailPane
from widgets.header import FloorHeader
from widgets.keys import KeyBar
from widgets.look import ClockState, Look

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen


def _keys(look: Look) -> list[tuple[str, str]]:
    keys = (("Esc", "back"), ("".join(look.glyphs.more), "list of calls"), ("L", "中文/English"), ("q", "quit"))
    return [(key, look.words(label)) for key, label in keys]


class DetailScreen(Screen[None]):
    """A day in detail. `subject` tells the app what to wish for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,enter", "back", show=False),
        Binding("q,ctrl+c", "app.quit", show=False),
        Binding("L", "language", show=False),
    ]

    def __init__(self, kind: Literal["agent", "queue"], owner: int) -> None:
        super().__init__()
        self.subject = (kind, owner)

    @property
    def floor_app(self) -> FloorApp:
        """The app, by its own type."""
        return cast("FloorApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out header, detail and keys."""
        look = self.floor_app.look
        yield FloorHeader(look)
        yield DetailPane(look)
        yield KeyBar(look, _keys(look))

    def on_mount(self) -> None:
        """Ask for the day, with the header showing the floor meanwhile."""
        clock = self.floor_app.clock
        self.set_class(clock.mode == "replay", "-replay")
        self.set_class(clock.mode == "paused", "-paused")
        self.query_one(FloorHeader).set_clock(ClockState(clock.mode, clock.speed))
        self.floor_app.ask()

    def show_seen(self, seen: FloorSeen) -> None:
        """Show the floor's header and the day, once it has come."""
        if seen.picture is None:
            self.query_one(DetailPane).fail(seen.error)
            lose(self.query_one(FloorHeader), seen.wish.moment_ms)
            return
        self.query_one(FloorHeader).show(seen.picture, seen.wish.moment_ms)
        pane = self.query_one(DetailPane)
        if seen.detail is not None and seen.wish.detail == self.subject:
            pane.fail("")
            dot = self.floor_app.look.glyphs.dot
            pane.set_detail(seen.detail._replace(title=seen.detail.title.replace("·", dot)))
            pane.show(seen.picture, seen.wish.moment_ms)

    def relook(self, look: Look) -> None:
        """Take other words, signs or colours."""
        for widget in self.query(Canvas):
            widget.set_look(look)
        self.query_one(KeyBar).set_keys(_keys(look))

    def action_back(self) -> None:
        """Go back to the floor."""
        self.dismiss()

    def action_language(self) -> None:
        """Switch between English and Chinese."""
        self.floor_app.switch_language()
