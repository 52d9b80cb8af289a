"""Why a load is what it is: the sentence with its figures, and each part with what it is counted from and to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from data.model.picture import AgentRow, LoadRow, Picture
from widgets.canvas import text_of
from widgets.cells import fit
from widgets.keys import KeyBar
from widgets.load import load_sentences, part_lines
from widgets.look import Look
from widgets.pane import wrap

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen


class WhyLoadScreen(Screen[None]):
    """One agent's load, explained as it was when it was asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,w,q,enter", "dismiss", show=False),
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def __init__(self, agent: AgentRow, picture: Picture) -> None:
        super().__init__()
        self.agent = agent
        self.picture = picture

    def compose(self) -> ComposeResult:
        """Lay out the explanation and the way back."""
        app = cast("FloorApp", self.app)
        page = explain_load(self.agent, self.picture.loads.get(self.agent.id), app.look, app.size.width)
        yield Static(page, markup=False)
        yield KeyBar(app.look, [("Esc", app.look.words("back"))])

    def show_seen(self, seen: FloorSeen) -> None:
        """Keep to the moment that was asked about."""


def explain_load(agent: AgentRow, load: LoadRow | None, look: Look, width: int = 80) -> Text:
    """Return an agent's load in sentences, and its parts in a table under them, within `width` cells."""
    page = Text()
    page.append(f"\n  {fit(agent.name, 40).rstrip()}\n\n", "bold")
    if not look.tells_of_people:
        return page.append(f"  {look.words('Loads are for the people who lead.')}\n")
    if load is None:
        return page.append(f"  {look.words('No load is known. It is computed of those who are signed in.')}\n")
    for sentence in load_sentences(load, look):
        for line in wrap(sentence, min(width - 4, 100)):
            page.append(f"  {line}\n")
    page.append("\n")
    for row in part_lines(load, min(width - 4, 100), look):
        page.append(f"  {text_of(row)}\n")
    return page
