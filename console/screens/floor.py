"""The floor: who needs you first, in five seconds, now or at any other moment.

┌ header ───────────────────────────────┐   narrow: tabs, one pane at a time
│ queues     │ agents      │ (seat map) │   medium: two columns, `m` changes agents for the map
│ breaks     │             │            │   wide:   three columns
│ flags      │             │            │
│ checklist  │             │            │
│ scrubber (in the past) ───────────────│
└ keys ─────────────────────────────────┘
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from console.actions import ACTIONS, bar_keys
from console.screens.panes import ScreenOfPanes
from console.screens.timed import lose
from widgets.agents import AgentsPane
from widgets.breaks import BreaksPane
from widgets.canvas import Canvas
from widgets.cells import safe
from widgets.checklist import ChecklistPane
from widgets.flags import FlagsPane
from widgets.header import FloorHeader
from widgets.keys import KeyBar
from widgets.look import ClockState
from widgets.notice import Notice, notice, tells
from widgets.pane import Pane
from widgets.queues import QueuesPane
from widgets.scrubber import Scrubber
from widgets.seat_map import SeatMap
from widgets.tabs import Tab, TabRow, troubles

if TYPE_CHECKING:
    from console.feed import FloorSeen
    from data.model.picture import AgentRow

PANES = ("queues", "agents", "breaks", "flags", "checklist", "map")
"""The panes in the order of Tab and of the keys 1 to 5."""


class FloorScreen(ScreenOfPanes):
    """The main screen. `show_seen` gives it what the feed brought."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(a.keys, a.name, a.help, show=False, id=a.id, priority=a.id in ScreenOfPanes.ASKING)
        for a in ACTIONS
        if a.keys
    ]
    AUTO_FOCUS = "#agents"

    def __init__(self) -> None:
        super().__init__("agents")
        self.mapped = False

    def compose(self) -> ComposeResult:
        """Lay out header, panes, scrubber and keys."""
        look = self.floor_app.look
        yield FloorHeader(look)
        yield TabRow(look)
        with Horizontal(id="floor"):
            with Vertical(id="left"):
                yield QueuesPane(look, id="queues")
                yield BreaksPane(look, id="breaks")
                yield FlagsPane(look, id="flags")
                yield ChecklistPane(look, id="checklist")
            with Vertical(id="middle"):
                yield AgentsPane(look, id="agents")
            with Vertical(id="right"):
                yield SeatMap(look, id="map")
        yield Notice(look)
        yield Scrubber(look)
        yield KeyBar(look)

    def on_mount(self) -> None:
        """Begin with the words of the clock's mode."""
        self.lay_out()
        self.follow_clock()

    # ---------------------------------------------------------------- layout

    def on_resize(self, event: events.Resize) -> None:
        """Take the arrangement that fits the size."""
        self.lay_out(event.size.width, event.size.height)

    def lay_out(self, width: int = 0, height: int = 0) -> None:
        """Show the panes that fit: one, two columns or three; one alone when zoomed."""
        alone = self.fitted(width, height)
        shown = self._shown(alone)
        for name in PANES:
            self.pane(name).display = name in shown
        for column in ("left", "middle", "right"):
            box = self.query_one(f"#{column}")
            box.display = any(child.display for child in box.children)
        stacked = [name for name in ("queues", "breaks", "flags", "checklist") if name in shown]
        for name in stacked:
            first, last = name == stacked[0], name == stacked[-1]
            self.pane(name).set_edges(joined=not first, open_ended=not last)
        self.query_one(TabRow).display = self.size_class == "narrow" and not self.zoomed
        if not self.pane(self.active).has_focus and not self.prompting():
            self.set_focus(self.pane(self.active))

    def _shown(self, alone: bool) -> set[str]:
        """Return the names of the panes on the screen."""
        middle = "map" if self.mapped else "agents"
        if alone:
            if self.active in ("agents", "map"):
                self.active = middle
            return {self.active}
        shown = {"queues", "breaks", "flags", "checklist"}
        shown |= {"agents", "map"} if self.size_class == "wide" else {middle}
        if self.active not in shown:
            self.active = middle
        return shown

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which pane is in use."""
        if event.widget.id in PANES:
            self.active = event.widget.id
            self.tell_tabs()

    # --------------------------------------------------------------- showing

    def show_seen(self, seen: FloorSeen) -> None:
        """Show a picture, or say why there is none."""
        self.follow_clock()
        now_ms = seen.wish.moment_ms
        if seen.picture is None or self._not_begun(seen):
            message = self._why_nothing(seen)
            for pane in self.query(Pane):
                pane.fail(message)
            self.query_one(FloorHeader).fail(not seen.waiting and message != self._waiting())
            lose(self.query_one(FloorHeader), now_ms)
            return
        for widget in self.query(Canvas):
            if isinstance(widget, Pane) and widget.error:
                widget.error = ""
            widget.show(seen.picture, now_ms)
        self.query_one(Notice).display = tells(seen.picture)
        if seen.strip is not None:
            self.query_one(Scrubber).set_strip(seen.strip)
            self.jump_if_asked()
        self.tell_tabs()

    def _not_begun(self, seen: FloorSeen) -> bool:
        """Whether nothing was ever measured, and a poller is to measure it, or says why it can't."""
        if seen.picture is None or not seen.wish.live:
            return False
        if any(source.measured_ms is not None for source in seen.picture.each_source):
            return False
        return self.floor_app.options.hindrance is not None or notice(seen.picture) is not None

    def _why_nothing(self, seen: FloorSeen) -> str:
        """Return what to say while there is no picture."""
        hindrance = self.floor_app.options.hindrance
        if seen.error and (not seen.waiting or hindrance is None):
            return seen.error
        told = hindrance() if hindrance is not None else ""
        source = notice(seen.picture) if seen.picture is not None else None
        if not told and source is not None:
            told = safe(f"{source.name}: {source.error}")
        return told or self._waiting()

    def _waiting(self) -> str:
        """Return the words of a screen that has hope."""
        return self.floor_app.look.words("Waiting for the first picture of the floor…")

    def follow_clock(self) -> None:
        """Let header, accents, scrubber and keys say which time it is."""
        clock, look = self.floor_app.clock, self.floor_app.look
        past = clock.mode != "live"
        self.set_class(clock.mode == "replay", "-replay")
        self.set_class(clock.mode == "paused", "-paused")
        seen, scrubber = self.floor_app.seen, self.query_one(Scrubber)
        scrubber.display = past and not (seen and seen.error and scrubber.strip is None)
        self.query_one(FloorHeader).set_clock(ClockState(clock.mode, clock.speed, self._looks_only))
        keys = bar_keys(clock.mode, clock.has_live, look.wall)
        self.query_one(KeyBar).set_keys([(key, look.words(label)) for key, label in keys])

    @property
    def _looks_only(self) -> bool:
        """Whether the present takes no acts from here."""
        app = self.floor_app
        return app.unfed or (app.clock.mode == "live" and app.read_only)

    def tell_tabs(self) -> None:
        """Name the tabs of a narrow screen with their trouble."""
        row = self.query_one(TabRow)
        seen = self.floor_app.seen
        if not row.display or seen is None or seen.picture is None:
            return
        names = ("Queues", "Map" if self.mapped else "Agents", "Breaks", "Flags", "Checklist")
        amiss = troubles(seen.picture, seen.wish.moment_ms, self.floor_app.look)
        words = self.floor_app.look.words
        tabs = [Tab(words(name), *trouble) for name, trouble in zip(names, amiss, strict=True)]
        active = "agents" if self.active == "map" else self.active
        row.set_tabs(tabs, PANES.index(active))

    # ---------------------------------------------------------------- panes

    def action_next_pane(self, step: int = 1) -> None:
        """Go to the next pane, on a narrow screen as the next tab."""
        order = [name for name in PANES if name not in (("agents",) if self.mapped else ("map",))]
        if self.size_class == "wide" and not self.zoomed:
            order = list(PANES)
        at = order.index(self.active) if self.active in order else 0
        self.go(order[(at + step) % len(order)])

    def action_pane(self, index: int) -> None:
        """Go to a pane by its number."""
        name = PANES[index]
        self.go("map" if name == "agents" and self.mapped and self.size_class != "wide" else name)

    def action_seat_map(self) -> None:
        """Change between the list of agents and the seat map, the same agent selected."""
        agents, seats = self.query_one("#agents", AgentsPane), self.query_one("#map", SeatMap)
        if self.size_class != "wide" or self.zoomed:
            self.mapped = not self.mapped
        target: Pane = seats if self.active != "map" else agents
        self.go(target.id or "agents")
        chosen = agents.selected if target is seats else seats.selected
        if isinstance(chosen, int):
            self.call_after_refresh(seats.select if target is seats else agents.select, chosen)

    def action_sort(self) -> None:
        """Sort the agents another way."""
        self.query_one("#agents", AgentsPane).cycle_sort()

    def action_show_all(self) -> None:
        """Take the filter away."""
        self.query_one("#agents", AgentsPane).set_filter("")

    def action_group(self) -> None:
        """Group the agents by team, or not."""
        agents = self.query_one("#agents", AgentsPane)
        agents.set_grouped(not agents.grouped)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Open the day of an agent or a queue."""
        kind: Literal["agent", "queue"] = "agent"
        owner: int | None = event.key if isinstance(event.key, int) else None
        if event.pane.id == "queues":
            kind = "queue"
        elif isinstance(event.pane, FlagsPane):
            if self.floor_app.clock.mode == "live" and not self.floor_app.read_only:
                self.action_resolve()
                return
            owner = event.pane.agent_of(event.key)
        elif event.pane.id == "checklist":
            self._walk()
            return
        if owner is None:
            return
        if kind == "agent":
            if self.is_wall():
                return
            from console.screens.agent import AgentScreen

            self.app.push_screen(AgentScreen(owner))
        else:
            from console.screens.detail import DetailScreen

            self.app.push_screen(DetailScreen(kind, owner))

    def _walk(self) -> None:
        """Walk the round of the checklist in view."""
        from console.acting.rounds import walk

        if self.picture is not None and self.picture.checklist is not None and not self.is_wall():
            walk(self, self.picture.checklist.key)

    def chosen_agent(self) -> AgentRow | None:
        """Return the agent under the cursor of the pane in use, of the agents' where that pane has none."""
        if self.picture is None:
            return None
        agents = {agent.id: agent for agent in self.picture.agents}
        pane = self.pane(self.active)
        key = getattr(pane, "selected", None)
        if isinstance(pane, FlagsPane):
            key = pane.agent_of(key)
        elif self.active not in ("agents", "map", "breaks"):
            key = self.query_one("#agents", AgentsPane).selected
        return agents.get(key) if isinstance(key, int) else None

    def agent_found(self) -> AgentRow | None:
        """Return the agent under the cursor of the pane in use; queues and rounds have none."""
        return None if self.active in ("queues", "checklist") else self.chosen_agent()

    def action_wellbeing(self) -> None:
        """Show flags, load, mood and breaks of a team."""
        if self.is_wall():
            return
        from console.screens.wellbeing import WellbeingScreen

        self.app.push_screen(WellbeingScreen())

    def action_discipline(self) -> None:
        """Show rounds, findings, incidents, the handover, scores and attendance."""
        if self.is_wall():
            return
        from console.screens.discipline import DisciplineScreen

        self.app.push_screen(DisciplineScreen())

    def action_why(self) -> None:
        """Explain the load of the agent under the cursor, or the service level of the queue."""
        seen = self.floor_app.seen
        agent = self.chosen_agent() if self.active in ("agents", "map", "breaks", "flags") else None
        if seen is not None and seen.picture is not None and agent is not None and self.floor_app.look.tells_of_people:
            from console.screens.why_load import WhyLoadScreen

            self.app.push_screen(WhyLoadScreen(agent, seen.picture))
            return
        if seen is None or seen.picture is None or not seen.picture.queues:
            return
        from console.screens.why import WhyScreen

        chosen = self.query_one("#queues", QueuesPane).selected
        row = next((queue for queue in seen.picture.queues if queue.id == chosen), seen.picture.queues[0])
        self.app.push_screen(WhyScreen(row, seen.picture))

    # --------------------------------------------------------------- prompts

    async def action_filter(self) -> None:
        """Ask for a word and show the agents that match it, while it is typed."""
        agents = self.query_one("#agents", AgentsPane)
        if self.mapped or (self.size_class == "narrow" and self.active != "agents"):
            self.mapped = False
            self.go("agents")
        await self.prompt("filter", agents.filter, agents.set_filter, lambda text: None)
