"""What every screen of panes has: the pane in use, the line that asks for a text, the way in time, the looks."""

from __future__ import annotations

from typing import ClassVar

from textual.widgets import Input

from console.acting.screen import ActingScreen
from console.screens.prompt import Prompt, read_time
from widgets.canvas import Canvas
from widgets.look import Look
from widgets.pane import Pane
from widgets.scrubber import Scrubber
from widgets.tabs import TabRow

MEDIUM = (100, 30)
"""From this size (columns, rows) on panes stand side by side."""
WIDE = (170, 36)
"""From this size on there is room for all of them."""


def size_class(width: int, height: int) -> str:
    """Return `narrow`, `medium` or `wide`."""
    if width < MEDIUM[0] or height < MEDIUM[1]:
        return "narrow"
    return "wide" if width >= WIDE[0] and height >= WIDE[1] else "medium"


_ASKING_NAMES = frozenset(
    {"filter", "go_to", "flag", "resolve", "break", "phone", "note", "check", "finding", "incident", "handover"}
)


class ScreenOfPanes(ActingScreen):
    """A screen of panes; a subclass lays them out and says what they show."""

    ASKING: ClassVar[frozenset[str]] = frozenset(
        {"filter", "goto", "flag", "resolve", "break", "phone", "note", "check", "finding", "incident", "handover"}
    )
    """The ids of the actions that ask for something. They go before all others: what is typed ahead is for them."""

    OWN_TITLE: ClassVar[str] = ""
    OWN_KEYS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What keys do on this screen alone, for the page of help: as written, and in a sentence."""

    def __init__(self, active: str) -> None:
        super().__init__()
        self.size_class = ""
        self.active = active
        self.zoomed = False

    def fitted(self, width: int, height: int) -> bool:
        """Take the class of a size, 0 for the screen's own; return whether one pane stands alone."""
        self.size_class = size_class(width or self.app.size.width, height or self.app.size.height)
        for name in ("narrow", "medium", "wide"):
            self.set_class(name == self.size_class, f"-{name}")
        alone = self.zoomed or self.size_class == "narrow"
        self.set_class(alone, "-alone")
        return alone

    def lay_out(self, width: int = 0, height: int = 0) -> None:
        """Show the panes that fit; 0 stands for the screen's own size."""
        raise NotImplementedError

    def tell_tabs(self) -> None:
        """Name the tabs of a narrow screen with their trouble."""
        raise NotImplementedError

    def action_pane(self, index: int) -> None:
        """Go to a pane by its number."""
        raise NotImplementedError

    def pane(self, name: str) -> Pane:
        """Return a pane by name."""
        return self.query_one(f"#{name}", Pane)

    def on_screen_resume(self) -> None:
        """Catch up with what came while another screen was in front."""
        self.floor_app.ask()
        self.floor_app.show_seen()

    def relook(self, look: Look) -> None:
        """Take other words, signs or colours."""
        for widget in self.query(Canvas):
            widget.set_look(look)
        self.follow_clock()
        self.tell_tabs()

    def go(self, name: str) -> None:
        """Go to a pane."""
        self.active = name
        self.lay_out()
        self.set_focus(self.pane(name))
        self.floor_app.show_seen()

    def action_previous_pane(self) -> None:
        """Go to the pane before."""
        self.action_next_pane(-1)

    def action_next_pane(self, step: int = 1) -> None:
        """Go to the next pane, on a narrow screen as the next tab."""
        raise NotImplementedError

    def on_tab_row_chosen(self, event: TabRow.Chosen) -> None:
        """Go to the pane of a clicked tab."""
        self.action_pane(event.index)

    def action_zoom(self) -> None:
        """Give the pane in use the whole screen, or give it back."""
        self.zoomed = not self.zoomed
        self.go(self.active)

    def action_help(self) -> None:
        """Show what every key does."""
        from console.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.OWN_TITLE, self.OWN_KEYS))

    # ------------------------------------------------------ a line that asks for a text

    def prompting(self) -> bool:
        """Whether a line asks for a text."""
        return bool(self.query(Prompt))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave all keys to a prompt that is there."""
        return not (action in _ASKING_NAMES and self.prompting())

    async def prompt(self, label: str, value: str, typed: Prompt.Take, done: Prompt.Take) -> None:
        """Ask for a text in the last row; the next key goes there already."""
        prompt = Prompt(self.floor_app.look, label, value, typed, done)
        self.add_class("-asking")
        await self.mount(prompt)
        self.set_focus(prompt.query_one(Input))

    def on_prompt_closed(self) -> None:
        """Give the focus and the last row back."""
        self.remove_class("-asking")
        self.set_focus(self.pane(self.active))

    # ---------------------------------------------------------------- time and looks

    async def action_go_to(self) -> None:
        """Ask for a time and go there."""
        await self.prompt("go to", "", lambda text: None, self._go_to)

    def _go_to(self, text: str) -> None:
        app = self.floor_app
        self.go_to(read_time(text, app.clock.moment(), app.look.zone))

    def on_scrubber_sought(self, event: Scrubber.Sought) -> None:
        """Go to the moment that was pointed at."""
        self.steer(event.moment_ms)

    def action_language(self) -> None:
        """Switch between English and Chinese."""
        self.floor_app.switch_language()

    def action_theme(self) -> None:
        """Take the next set of colours."""
        self.floor_app.next_theme()
