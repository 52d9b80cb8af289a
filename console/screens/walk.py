"""The floor walk: a stop after the other, one key a seat when all is well.

Each key is an act that is sent at once, so that a line that drops loses nothing: the walk goes on at the first stop
that is not done. The keys never wait for the desk; what it refuses is told, and stands at its stop until it is marked
anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from console.acting import walking
from console.screens.marking import Marking
from console.screens.paned import PanedScreen
from console.screens.walk_keys import BAR, OWN_KEYS
from data.model.discipline import WalkView, Where
from data.model.picture import AgentRow, Picture
from data.model.words import SIGNED_IN, Mark
from widgets.look import Look
from widgets.pane import Pane
from widgets.tabs import Tab, TabRow
from widgets.title import TitleLine
from widgets.walk import RULE_KEYS, StopPane
from widgets.walk_map import WalkMap, climbed
from widgets.walk_title import walk_title
from widgets.walk_words import fact_text, halt_text
from widgets.walking import NOTHING, Check, Entered, Fate, Halt, Walk

if TYPE_CHECKING:
    from console.feed import FloorSeen

_NEXT: dict[Mark | None, Mark] = {
    None: Mark.FAIL,
    Mark.PASS: Mark.FAIL,
    Mark.FAIL: Mark.NOT_APPLICABLE,
    Mark.NOT_APPLICABLE: Mark.PASS,
}
"""What a rule's key makes of it."""


class WalkScreen(PanedScreen):
    """A round over the floor. In the past it shows the round as it was, and takes nothing."""

    PANES = ("stop", "seats")
    BAR = BAR
    OWN_KEYS = OWN_KEYS
    OWN_TITLE = "On a walk"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"rule({at})", show=False) for at, key in enumerate(RULE_KEYS)),
        Binding("space", "as_shown", show=False),
        Binding("enter", "agree", show=False),
        Binding("tab", "choose(1)", show=False),
        Binding("shift+tab", "choose(-1)", show=False),
        Binding("x", "turn", show=False),
        Binding("n", "rule_note", show=False),
        Binding("o", "owner", show=False),
        Binding("p", "points", show=False),
        Binding("v", "photo", show=False),
        Binding("right,l", "step(1)", show=False),
        Binding("left,h,backspace", "step(-1)", show=False),
        Binding("down,j", "climb(1)", show=False),
        Binding("up,k", "climb(-1)", show=False),
        Binding("g", "seat", show=False),
        Binding("N", "unseen", show=False),
        Binding("m", "map", show=False),
        Binding("e", "end", show=False),
        Binding("escape,W", "back", show=False),
    ]
    CSS = """
    #walk { height: 1fr; }
    #walk-stop, #walk-seats { width: 1fr; }
    .-wide #walk-stop { width: 9fr; }
    .-wide #walk-seats { width: 11fr; }
    """
    AUTO_FOCUS = "#stop"

    def __init__(self, key: str) -> None:
        """Walk a round, by its key."""
        super().__init__()
        self.walk_key = key
        self.marking = Marking(self)
        self.at: str | None = None
        """The stop, by its key; None at the end."""
        self.chosen: int | None = None
        """Which of its rules is in hand."""
        self._view: WalkView | None = None
        self._walk: Walk | None = None
        self._missing = ""
        self._begun = False
        self._was_open = False
        """Whether something was still to be done at the stop when it was reached, and since."""

    # ---------------------------------------------------------------- layout

    def compose_panes(self, look: Look) -> ComposeResult:
        """Lay out the title, the stop and the map."""
        yield TitleLine(look, id="walk-title")
        with Horizontal(id="walk"):
            with Vertical(id="walk-stop", classes="column"):
                yield StopPane(look, id="stop")
            with Vertical(id="walk-seats", classes="column"):
                yield WalkMap(look, id="seats")

    def stacks(self) -> Sequence[Sequence[str]]:
        """Return the two panes, side by side."""
        return (("stop",), ("seats",))

    def tabs(self, picture: Picture, now_ms: int) -> Sequence[Tab]:
        """Return none: on a narrow screen the strip of seats stands below the stop."""
        return ()

    def lay_out(self, width: int = 0, height: int = 0) -> None:
        """Show the stop beside the map, or the one in use, the stop with its row of seats."""
        super().lay_out(width, height)
        self.query_one(TabRow).display = False
        self.stop.strip = not self.pane("seats").display
        self._tell()

    @property
    def stop(self) -> StopPane:
        """The pane of the stop."""
        return self.query_one("#stop", StopPane)

    def relook(self, look: Look) -> None:
        """Take other words, the title's as well."""
        super().relook(look)
        self._tell()

    # --------------------------------------------------------------- showing

    def take(self, seen: FloorSeen) -> None:
        """Take the round, once it has come, and move on where somebody else has just marked the stop."""
        if seen.picture is None or seen.wish.walk != self.walk_key:
            return
        self._view = seen.walk
        if seen.walk is None:
            self._missing = self.floor_app.look.words("There is no such round at this moment.")
        self.remake()
        if self._walk is None:
            self._begun = False
        elif not self._begun:
            self._begun = True
            self.go_stop(self._walk.next_open())
        elif self.at is not None and self._walk.halt(self.at) is None:
            self.go_stop(self._walk.next_open())
        else:
            self._move_on()

    def follow_clock(self) -> None:
        """Say which time it is; what was entered now does not hold for the past."""
        super().follow_clock()
        if self.floor_app.clock.mode != "live" and self.marking.entered:
            self.marking.entered.clear()
            self.remake()

    def remake(self) -> None:
        """Make the walk anew of what is told and what was entered, and show it."""
        picture, view = self.picture, self._view
        self._walk = None
        if view is not None and picture is not None:
            present = [agent.id for agent in picture.agents if agent.state in SIGNED_IN]
            now_ms, findings = self.floor_app.clock.moment(), picture.discipline.findings
            self._walk = Walk(view, present, self.marking.entered, now_ms, findings)
        self._tell()

    def _tell(self) -> None:
        """Hand the walk to the panes and the title."""
        walk = self._walk
        self.stop.set_walk(walk, self.at, self.chosen, self.own, self._missing)
        self.query_one(WalkMap).set_walk(walk, self.at, self.own)
        look, now_ms = self.floor_app.look, self.floor_app.clock.moment()
        self.query_one("#walk-title", TitleLine).set_title(*walk_title(walk, self.own, now_ms, look))

    def _move_on(self) -> None:
        """Go on from a stop that somebody else has done meanwhile, and say so; not while something is asked."""
        walk = self._walk
        halt = None if walk is None else walk.halt(self.at)
        if walk is None or halt is None or not self._was_open or self.app.screen is not self:
            return
        if not walk.is_done(halt) or self.marking.has_marked(halt):
            return
        who = walk.marked_by(halt, self.own)
        onward = walk.next_open(halt.key)
        if who and self.floor_app.clock.mode == "live":
            self._say("{place}: {who} has just been here; you go on.", place=self.name_of(halt), who=who)
            self.go_stop(onward)

    # ---------------------------------------------------------------- the way

    @property
    def walk(self) -> Walk | None:
        """The walk as it stands, None while there is none."""
        return self._walk

    @property
    def halt(self) -> Halt | None:
        """The stop at which one is, None at the end."""
        return None if self._walk is None else self._walk.halt(self.at)

    @property
    def own(self) -> str:
        """The reader's name."""
        standing = self.floor_app.standing
        return "" if standing is None else standing.user

    def name_of(self, halt: Halt) -> str:
        """Return what a stop is called."""
        agents = {agent.id: agent for agent in self.picture.agents} if self.picture else {}
        return halt_text(halt, self.floor_app.look, agents)

    def go_stop(self, halt: Halt | None) -> None:
        """Go to a stop, None: to the end."""
        self.at, self.chosen = None if halt is None else halt.key, None
        self._was_open = halt is not None and self._walk is not None and not self._walk.is_done(halt)
        self._tell()

    def action_step(self, by: int) -> None:
        """Go to the stop before or after; from the end back to the last one."""
        if self._walk is not None:
            self.go_stop(self._walk.step(self.at, by) if self.at is not None or by < 0 else None)

    def action_climb(self, by: int) -> None:
        """Go to the nearest place a row down or up."""
        if self._walk is not None:
            self.go_stop(climbed(self._walk, self.picture, self.at, by))

    def action_unseen(self) -> None:
        """Go to the next seat that nobody has seen today, else to the next stop that is not done."""
        if self._walk is not None:
            self.go_stop(self._walk.next_unseen(self.at))

    async def action_seat(self) -> None:
        """Ask for a seat and go there; in the past for a time, as everywhere."""
        if self.floor_app.clock.mode != "live":
            await self.action_go_to()
        elif self._walk is not None:
            self.begin(walking.go_to_seat(self))

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Go to the place that was pointed at on the map."""
        halt = self._walk.halt(str(event.key)) if self._walk is not None else None
        if halt is not None:
            self.go_stop(halt)

    def action_map(self) -> None:
        """Show the map instead of the stop where they don't stand side by side, or give one the whole screen."""
        self.zoomed = self.size_class != "narrow" and not self.zoomed
        self.go("seats" if self.active == "stop" and (self.zoomed or self.size_class == "narrow") else "stop")

    # --------------------------------------------------------------- marking

    def action_as_shown(self) -> None:
        """Mark the stop as it is shown and go on; in the past Space lets the clock run, as everywhere."""
        if self.floor_app.clock.mode != "live":
            self.action_play()
        else:
            self.action_agree()

    def may_mark(self) -> bool:
        """Whether marks are taken from here and now; says why where they are not."""
        row = self._walk.view.round if self._walk is not None else None
        if row is None or not self.can_act():
            return False
        if row.opens_ms > self.floor_app.clock.moment():
            self._say("This round opens at {time}.", time=self.floor_app.look.clock(row.opens_ms))
            return False
        return True

    def action_agree(self) -> None:
        """Mark the stop as it is shown, and go on to the next one that is not done; where none is, end the round."""
        walk, halt = self._walk, self.halt
        if walk is None or not self.may_mark():
            return
        if halt is None:
            self._finish(walk)
            return
        self.marking.agree(walk, halt)
        self.remake()
        if self._walk is not None:
            self.go_stop(self._walk.next_open(halt.key))

    def _finish(self, walk: Walk) -> None:
        """End the round where nothing is left; where something is, go there."""
        if not walk.halts:
            return
        if walk.view.round.ended_ms is not None:
            time = self.floor_app.look.clock(walk.view.round.ended_ms)
            self._say("This round was ended by {who} at {time}.", who=walk.view.round.ended_by, time=time)
        elif walk.left:
            self.go_stop(walk.next_open())
        else:
            self.begin(walking.finish(self))

    def action_end(self) -> None:
        """End the round although places are left, after a question that says how many."""
        if self._walk is not None and self.may_mark():
            if self._walk.view.round.ended_ms is not None:
                self._finish(self._walk)
            else:
                self.begin(walking.end(self))

    def action_rule(self, index: int) -> None:
        """Turn a rule's mark: it fails, is not applicable, is well; what is marked already turns on from there."""
        halt = self.halt
        if halt is not None and index < len(halt.checks) and self.may_mark():
            self.chosen = index
            self._turn(halt.checks[index])

    def action_turn(self) -> None:
        """Turn the mark of the rule in hand."""
        check = self.check_in_hand()
        if check is not None and self.may_mark():
            self._turn(check)

    def _turn(self, check: Check) -> None:
        shown = self._walk.shown(check) if self._walk is not None else NOTHING
        if shown.mark is Mark.FAIL and shown.own is None and shown.by != self.own:
            self._say("{who} found that. x among the findings (D) takes it back.", who=shown.by)
            return
        seen = Mark.FAIL if shown.mark is None and shown.by_data else shown.mark
        if shown.fate is Fate.REFUSED and shown.own is not None and not shown.own.yields:
            seen = shown.own.mark
        self.marking.mark(check, Entered(_NEXT[seen], 0, shown.note if shown.mark is Mark.FAIL else ""))
        self.remake()

    def action_choose(self, by: int) -> None:
        """Take the next rule in hand, or the one before."""
        halt = self.halt
        if halt is not None:
            at = self.chosen if self.chosen is not None else (-1 if by > 0 else 0)
            self.chosen = (at + by) % len(halt.checks)
            self._tell()

    def on_stop_pane_pressed(self, event: StopPane.Pressed) -> None:
        """Take the rule that was clicked in hand; a second click turns its mark."""
        if event.index == self.chosen:
            self.action_rule(event.index)
        self.chosen = event.index
        self._tell()

    def check_in_hand(self) -> Check | None:
        """Return the rule in hand: the last one marked or gone to, else the only one that is amiss here."""
        walk, halt = self._walk, self.halt
        if walk is None or halt is None:
            return None
        if self.chosen is not None and self.chosen < len(halt.checks):
            return halt.checks[self.chosen]
        shown = [(check, walk.shown(check)) for check in halt.checks]
        amiss = [check for check, each in shown if each.mark is Mark.FAIL or (each.mark is None and each.by_data)]
        return amiss[0] if len(amiss) == 1 else None

    def fact_of(self, check: Check) -> str:
        """Return what the floor itself knows against a rule, in words with its figures, "" for nothing."""
        return fact_text(check.facts[0], self.floor_app.look, len(check.facts)) if check.facts else ""

    # ---------------------------------------------------- what is said of a mark

    def action_rule_note(self) -> None:
        """Add a note to the mark in hand."""
        self._about(walking.note)

    def action_owner(self) -> None:
        """Say who puts right what failed, and until when."""
        self._about(walking.give)

    def action_points(self) -> None:
        """Say how many points a breach costs, where the rule leaves it open."""
        self._about(walking.points)

    def action_photo(self) -> None:
        """Name a photo of what failed."""
        self._about(walking.photo)

    def _about(self, doing: walking.Doing) -> None:
        if self._walk is None or not self.may_mark():
            return
        check = self.check_in_hand()
        if check is None:
            self._say("Mark a rule first: its digit, or Tab goes to it.")
            return
        self.chosen = self.halt.checks.index(check) if self.halt is not None else None
        self._tell()
        self.begin(doing(self, check))

    def _say(self, text: str, **values: str) -> None:
        self.notify(self.floor_app.look.say(text, **values), markup=False)

    # ---------------------------------------------------------------- agents

    def chosen_agent(self) -> AgentRow | None:
        """Return who is at the stop."""
        halt, agents = self.halt, self.picture.agents if self.picture is not None else ()
        wanted = None if halt is None or halt.where not in (Where.SEAT, Where.AGENT) else halt.agent_id
        return next((agent for agent in agents if agent.id == wanted), None)
