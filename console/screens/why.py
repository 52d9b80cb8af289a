"""Why a service level is what it is: the formula with the figures put in, and the other formulas beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from data.model.picture import Picture, QueueRow
from widgets.cells import percent
from widgets.keys import KeyBar
from widgets.look import Look

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen

FORMULA_TEXTS = {
    "answered_and_abandoned": "answered within T / (answered + abandoned)",
    "answered_only": "answered within T / answered",
    "excluding_short_abandons": "answered within T / (answered + abandoned − short abandons)",
    "excluding_abandons_within": "answered within T / (answered + abandoned − abandoned within T)",
    "abandons_within_count": "(answered + abandoned within T) / (answered + abandoned)",
    "offered": "answered within T / (answered + abandoned + overflowed + timed out)",
}
"""Each service level's formula in words."""


class WhyScreen(Screen[None]):
    """One queue's service level, explained."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,w,q,enter", "dismiss", show=False),
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def __init__(self, queue: QueueRow, picture: Picture) -> None:
        super().__init__()
        self.queue = queue
        self.picture = picture

    def compose(self) -> ComposeResult:
        """Lay out the explanation and the way back."""
        look = cast("FloorApp", self.app).look
        yield Static(explain(self.queue, self.picture, look), markup=False)
        yield KeyBar(look, [("Esc", look.words("back"))])

    def show_seen(self, seen: FloorSeen) -> None:
        """Keep to the moment that was asked about."""


def explain(queue: QueueRow, picture: Picture, look: Look) -> Text:
    """Return the formula by name and in words, the figures put in, the window, and n."""
    words, service, none = look.words, queue.service, look.glyphs.none
    ratio = percent(service.ratio, 1, none=none)
    page = Text()
    target = f"{words('target')} {percent(service.target)}"
    page.append(f"\n  {queue.name}: {words('service level')} {ratio}    {target}\n\n", "bold")
    page.append(f"    {words(FORMULA_TEXTS.get(service.formula, service.formula))}\n")
    threshold = f"{service.threshold_ms / 1000:g}"
    page.append(f"    = {service.within} / {service.n} = {ratio}    T = {threshold} s    n = {service.n}\n\n")
    window = f"{look.clock(picture.day_since_ms)}{none}{look.clock(picture.moment_ms, seconds=True)}"
    counts = words("a contact counts where it entered the queue")
    page.append(f"    {words('today')} {window} {look.glyphs.dot} {counts}\n")
    waiting, talking = (none, none) if queue.unknown else (queue.waiting, queue.talking)
    page.append(
        f"    {words('contacts offered')} {queue.offered}   {words('answered')} {queue.answered}   "
        f"{words('abandoned')} {queue.abandoned}   {words('left otherwise')} {queue.other}\n"
        f"    {words('waiting')} {waiting}   {words('talk')} {talking}\n\n"
    )
    page.append(f"    {words('known as')} {service.formula}\n", "dim")
    return page
