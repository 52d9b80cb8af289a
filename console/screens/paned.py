"""Screens of several panes other than the floor's: side by side where there is room, else one at a time with tabs.

┌ header ────────────────┐
│ title                  │   who or what it is about
│ tabs (narrow or alone) │
│ pane   │ pane          │
│ scrubber (in the past) │
└ keys ──────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from console.actions import ACTIONS, PAST
from console.screens.panes import ScreenOfPanes
from console.screens.timed import lose
from widgets.canvas import Canvas
from widgets.header import FloorHeader
from widgets.keys import KeyBar
from widgets.look import ClockState, Look
from widgets.notice import Notice, tells
from widgets.pane import Pane
from widgets.scrubber import Scrubber
from widgets.tabs import Tab, TabRow

if TYPE_CHECKING:
    from console.feed import FloorSeen
    from data.model.picture import AgentRow, Picture

_FLOORS_OWN = frozenset({"open", "filter", "all", "sort", "group", "map", "wellbeing", "discipline"})
"""The actions that only the floor screen has."""
_IN_THE_PAST = ("play", "faster", "after", "goto", "live")


class PanedScreen(ScreenOfPanes):
    """A screen of panes that replays, and from which people act.

    A subclass says which panes there are (`PANES`, their ids in the order of Tab and of the digits), where they stand
    (`compose_panes`), which of them are stacked (`stacks`), and what the tabs say (`tabs`).
    """

    SCOPED_CSS = False  # the classes of its own by size stand at the head of its rules
    PANES: ClassVar[tuple[str, ...]] = ()
    BAR: ClassVar[tuple[tuple[str, str], ...]] = ()
    """The last row while the clock is live: keys as written, and labels."""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(a.keys, a.name, a.help, show=False, id=a.id, priority=a.id in ScreenOfPanes.ASKING)
            for a in ACTIONS
            if a.keys and a.id not in _FLOORS_OWN
        ),
        Binding("escape,backspace", "back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(self.PANES[0])

    # ------------------------------------------------------- what subclasses say

    def compose_panes(self, look: Look) -> ComposeResult:
        """Lay out the title and the panes."""
        raise NotImplementedError

    def stacks(self) -> Sequence[Sequence[str]]:
        """Return which panes stand on each other, and so share borders."""
        raise NotImplementedError

    def tabs(self, picture: Picture, now_ms: int) -> Sequence[Tab]:
        """Return the tabs, each with its trouble."""
        raise NotImplementedError

    def narrowed(self, picture: Picture) -> Picture:
        """Return the part of the floor that the panes show."""
        return picture

    def take(self, seen: FloorSeen) -> None:
        """Take what else came with a picture, before the panes show it."""

    # ---------------------------------------------------------------- layout

    def compose(self) -> ComposeResult:
        """Lay out header, tabs, panes, scrubber and keys."""
        look = self.floor_app.look
        yield FloorHeader(look)
        yield TabRow(look)
        yield from self.compose_panes(look)
        yield Notice(look)
        yield Scrubber(look)
        yield KeyBar(look)

    def on_mount(self) -> None:
        """Ask for what the screen is about."""
        self.lay_out()
        self.follow_clock()
        self.floor_app.ask()

    def on_resize(self, event: events.Resize) -> None:
        """Take the arrangement that fits the size."""
        self.lay_out(event.size.width, event.size.height)

    def lay_out(self, width: int = 0, height: int = 0) -> None:
        """Show all panes where there is room, else the one in use."""
        alone = self.fitted(width, height)
        for name in self.PANES:
            self.pane(name).display = not alone or name == self.active
        for box in self.query(".column").results():
            box.display = any(pane.display for pane in box.query(Pane))
        for stack in self.stacks():
            shown = [name for name in stack if self.pane(name).display]
            for name in shown:
                self.pane(name).set_edges(joined=name != shown[0], open_ended=name != shown[-1])
        self.query_one(TabRow).display = self.size_class == "narrow" and not self.zoomed
        if not self.pane(self.active).has_focus and not self.prompting():
            self.set_focus(self.pane(self.active))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which pane is in use."""
        if event.widget.id in self.PANES:
            self.active = event.widget.id
            self.tell_tabs()

    # --------------------------------------------------------------- showing

    def show_seen(self, seen: FloorSeen) -> None:
        """Show a picture, or say why there is none."""
        self.follow_clock()
        now_ms = seen.wish.moment_ms
        if seen.picture is None:
            words = self.floor_app.look.words
            message = words("Waiting for the first picture of the floor…") if seen.waiting else seen.error
            for pane in self.query(Pane):
                pane.fail(message)
            lose(self.query_one(FloorHeader), now_ms)
            return
        self.take(seen)
        part = self.narrowed(seen.picture)
        for widget in self.query(Canvas):
            if isinstance(widget, Pane) and widget.error:
                widget.error = ""
            widget.show(seen.picture if isinstance(widget, FloorHeader | Notice) else part, now_ms)
        self.query_one(Notice).display = tells(seen.picture)
        if seen.strip is not None:
            self.query_one(Scrubber).set_strip(seen.strip)
            self.jump_if_asked()
        self.tell_tabs()

    def follow_clock(self) -> None:
        """Let header, accents, scrubber and keys say which time it is."""
        app, look = self.floor_app, self.floor_app.look
        clock, scrubber = app.clock, self.query_one(Scrubber)
        self.set_class(clock.mode == "replay", "-replay")
        self.set_class(clock.mode == "paused", "-paused")
        scrubber.display = clock.mode != "live" and not (app.seen and app.seen.error and scrubber.strip is None)
        self.query_one(FloorHeader).set_clock(ClockState(clock.mode, clock.speed, app.unfed))
        self.query_one(KeyBar).set_keys([(key, look.words(label)) for key, label in self._bar()])

    def _bar(self) -> list[tuple[str, str]]:
        """Return the last row: the screen's own keys, in the past those for time besides; no acts on a wall."""
        app = self.floor_app
        if app.clock.mode == "live":
            acts = {action.shown for action in ACTIONS if action.group == "People"} if app.options.wall else set()
            return [(key, label) for key, label in self.BAR if key not in acts]
        by_id = {action.id: action for action in ACTIONS}
        timed = [by_id[name] for name in _IN_THE_PAST if app.clock.has_live or name != "live"]
        keys = [
            (action.shown, "pause" if action.id == "play" and app.clock.mode == "replay" else action.label)
            for action in timed
            if action.bar & PAST
        ]
        return [("Esc", "back"), *keys, ("w", "why"), ("?", "help"), ("q", "quit")]

    def tell_tabs(self) -> None:
        """Name the tabs with their trouble."""
        row, seen = self.query_one(TabRow), self.floor_app.seen
        if row.display and seen is not None and seen.picture is not None:
            tabs = self.tabs(self.narrowed(seen.picture), seen.wish.moment_ms)
            row.set_tabs(tabs, self.PANES.index(self.active))

    # ---------------------------------------------------------------- panes

    def action_next_pane(self, step: int = 1) -> None:
        """Go to the next pane, on a narrow screen as the next tab."""
        self.go(self.PANES[(self.PANES.index(self.active) + step) % len(self.PANES)])

    def action_pane(self, index: int) -> None:
        """Go to a pane by its number."""
        if index < len(self.PANES):
            self.go(self.PANES[index])

    def action_back(self) -> None:
        """Go back to the screen before."""
        self.dismiss()

    def action_why(self) -> None:
        """Explain the load of the agent under the cursor."""
        agent = self.chosen_agent()
        if agent is not None:
            self.explain_load(agent)

    def explain_load(self, agent: AgentRow) -> None:
        """Explain an agent's load."""
        from console.screens.why_load import WhyLoadScreen

        if self.picture is not None:
            self.app.push_screen(WhyLoadScreen(agent, self.picture))

    # ------------------------------------------------------------------ time

    # ---------------------------------------------------------------- screen
