"""What every key does, on one page; it scrolls where it does not fit."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from console.actions import ACTIONS
from widgets.cells import fit
from widgets.keys import KeyBar
from widgets.look import STATE_WORDS, Look

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen

_LEGEND = (
    ("▲ ! •", "needs you · watch · notice: written thresholds, the worst first"),
    ("SL", "service level: answered within the threshold / (answered + abandoned), today; grey below n = 10"),
    ("AHT", "average handle time: talk + hold + wrap-up, per handled contact"),
)


class HelpScreen(Screen[None]):
    """Keys, signs and words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the page and the way back."""
        look = cast("FloorApp", self.app).look
        with VerticalScroll(can_focus=False):
            yield Static(_page(look), markup=False)
        yield KeyBar(look, [("Esc", look.words("back")), ("↑↓", look.words("scroll"))])

    def show_seen(self, seen: FloorSeen) -> None:
        """Show nothing of the floor here."""

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def _page(look: Look) -> Text:
    """Return the page: keys by group, then the signs of states."""
    words = look.words
    page = Text()
    for group, actions in groupby(ACTIONS, key=lambda action: action.group):
        page.append(f"\n  {words(group)}\n", "bold")
        for action in actions:
            page.append(f"    {fit(action.shown, 11)} {words(action.help)}\n")
    page.append(f"    {fit('↑↓ jk PgUp', 11)} {words('Move the cursor; hjkl on the seat map')}\n")
    page.append(f"\n  {words('Signs')}\n", "bold")
    for state, glyph in look.glyphs.states.items():
        page.append(f"    {glyph} {fit(words(STATE_WORDS[state]), 9)}")
    page.append("\n")
    for sign, text in _LEGEND:
        page.append(f"    {fit(sign, 11)} {words(text)}\n")
    return page
