"""A screen from which people act on the agent under the cursor.

What is asked first, and what is ordered, stands in a module for each domain: a coroutine that takes the screen and
the agent, opens what windows it needs (`ask`), and orders (`order`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from console.desk import DeskError
from console.screens.timed import TimedScreen
from console.screens.window import Window
from data.model.discipline import HandoverRow, IncidentRow
from data.model.people import Answer, Refusal, Request, Role
from data.model.picture import AgentRow, FlagRow, FollowUpRow, Picture
from widgets.cells import safe
from widgets.flags import FlagsPane
from widgets.look import Look

if TYPE_CHECKING:
    from console.app import FloorApp

Result = TypeVar("Result")
Doing = Callable[["ActingScreen", AgentRow], Coroutine[Any, Any, None]]


WHY_NOT = {
    Refusal.ROLE: "Your role does not allow that",
    Refusal.TEAM: "A lead acts on the own teams",
    Refusal.EXPIRED: "It took too long, and was not done",
    Refusal.UNKNOWN: "There is nothing like that any more",
    Refusal.INVALID: "That can't be",
    Refusal.CANNOT: "The telephony system can't do that",
    Refusal.UNSURE: "Nobody can tell whether it was done",
    Refusal.FAILED: "It was not done",
}
"""Each refusal in general: said before the desk's own words, which are English, on a screen of another language."""


def refusal_text(answer: Answer, look: Look) -> str:
    """Return why something was not done, in the reader's words as far as there are any."""
    own = safe(answer.said)
    general = WHY_NOT.get(answer.refusal, "")
    if look.language == "en" or not general or look.words(own) != own:
        return look.words(own)
    return f"{look.words(general)} ({own})"


async def _ordered(app: FloorApp, request: Request, done: str) -> Answer | None:
    """Order something and say what came of it, whatever becomes of the screen that it was ordered from."""
    try:
        answer = await app.desk.order(request)
    except DeskError as error:
        app.set_standing(None)
        app.notify(app.look.words(str(error)), severity="error", markup=False)
        return None
    if answer.done:
        app.notify(done or safe(answer.said), markup=False)
    else:
        app.notify(refusal_text(answer, app.look), severity="error", timeout=10, markup=False)
    app.ask()
    return answer


class ActingScreen(TimedScreen):
    """A timed screen with acts. Subclasses say which agent is meant."""

    wants_discipline = False
    """Whether attendance, scores and the rules in force are to come with each picture."""

    def chosen_agent(self) -> AgentRow | None:
        """Return the agent under the cursor, None where there is none."""
        raise NotImplementedError

    @property
    def picture(self) -> Picture | None:
        """The picture in front."""
        seen = self.floor_app.seen
        return None if seen is None else seen.picture

    async def ask(self, window: Window[Result]) -> Result | None:
        """Show a window, which no older message covers, and return what it gives."""
        window.asked = True
        self.app.clear_notifications()
        return await self.app.push_screen_wait(window)

    def begin(self, doing: Coroutine[Any, Any, None]) -> None:
        """Begin something that asks first: keys typed ahead wait for its window."""
        gate = self.floor_app.gate
        gate.hold()

        async def done() -> None:
            try:
                await doing
            finally:
                gate.let_go()

        self.run_worker(done(), group="acting", exclusive=True)

    async def order(self, request: Request, done: str) -> Answer | None:
        """Have the desk do something, and say what came of it; `done` is said where it was done ("": its own words).

        Returns None where nothing was asked.
        """
        app = self.floor_app
        app.gate.let_go()
        ordering = app.run_worker(_ordered(app, request, done), group="orders")
        return await asyncio.shield(ordering.wait())  # who waits may go; the order stands

    def can_act(self, role: Role = Role.LEAD) -> bool:
        """Whether an act is possible here and now; says why where it is not."""
        app, words = self.floor_app, self.floor_app.look.words
        if self.is_wall():
            return False
        if app.clock.mode != "live":
            why = words("This is the past. Home comes back to now.")
        elif app.standing is None:
            why = words("Nothing can be done from here: the poller does not run. Tell who looks after Floorwalk.")
        elif app.standing.role < role:
            why = app.look.say(
                "That takes the role {role}; you have {own}.",
                role=words(role.name.lower()),
                own=words(app.standing.role.name.lower()),
            )
        else:
            return True
        self.notify(why, severity="warning", markup=False)
        return False

    def is_wall(self) -> bool:
        """Whether everybody can read the screen, so that nothing is done or told of a person; says so."""
        if self.floor_app.options.wall:
            text = "This screen is a wall's: nothing is done or told of a person here."
            self.notify(self.floor_app.look.words(text), markup=False)
        return self.floor_app.options.wall

    def act_on_agent(self, doing: Doing, role: Role = Role.LEAD) -> None:
        """Begin something with the agent under the cursor."""
        if not self.can_act(role):
            return
        agent = self.chosen_agent()
        if agent is None:
            self.notify(self.floor_app.look.words("Put the cursor on an agent first."), markup=False)
            return
        self.begin(doing(self, agent))

    def action_flag(self) -> None:
        """Flag the agent under the cursor."""
        from console.acting.flagging import flag

        self.act_on_agent(flag)

    def action_resolve(self) -> None:
        """Deal with the flag under the cursor, or with the agent's that asks for most."""
        from console.acting.flagging import deal_with, flag_to_deal_with

        if not self.can_act():
            return
        agent, row = self.chosen_agent(), self.chosen_flag()
        if row is None and agent is not None and self.picture is not None:
            row = flag_to_deal_with(self.picture, agent.id)
        if row is None:
            self.notify(self.floor_app.look.words("No open flag of this agent. f raises one."), markup=False)
            return
        self.begin(deal_with(self, row))

    def action_roll_call(self) -> None:
        """Take the roll-call of the team in view, else of the own one."""
        if not self.is_wall():
            from console.screens.roll_call import RollCallScreen

            self.app.push_screen(RollCallScreen(getattr(self, "team", None)))

    def action_check(self) -> None:
        """Walk one of the rounds over the floor."""
        from console.acting.rounds import choose

        if not self.is_wall():
            self.begin(choose(self))

    def action_finding(self) -> None:
        """Say what was found: of the agent under the cursor, else of a place that is asked for."""
        from console.acting.findings import find

        if self.can_act():
            self.begin(find(self, self.agent_found()))

    def action_incident(self) -> None:
        """Note what happened on the floor, or more of an incident that goes on."""
        from console.acting.incidents import incident

        if self.can_act():
            self.begin(incident(self, self.chosen_incident()))

    def action_handover(self) -> None:
        """Read, complete or acknowledge the handover of a shift."""
        from console.acting.handovers import hand_over

        if not self.is_wall():
            self.begin(hand_over(self, self.chosen_handover()))

    def agent_found(self) -> AgentRow | None:
        """Return of whom something is found: whoever is under the cursor, None for a place that is asked for."""
        return self.chosen_agent()

    def chosen_incident(self) -> IncidentRow | None:
        """Return the incident under the cursor, None where there is none."""
        return None

    def chosen_handover(self) -> HandoverRow | None:
        """Return the handover under the cursor, None where there is none."""
        return None

    def chosen_flag(self) -> FlagRow | FollowUpRow | None:
        """Return the flag or follow-up under the cursor, None where the cursor is in no pane of flags."""
        pane = self.focused
        return pane.row_of(pane.selected) if isinstance(pane, FlagsPane) else None

    def action_note(self) -> None:
        """Note a coaching or a praise."""
        from console.acting.flagging import note

        self.act_on_agent(note)

    def action_break(self) -> None:
        """Decide about the agent's break."""
        from console.acting.breaking import decide

        self.act_on_agent(decide)

    def action_phone(self) -> None:
        """Act on the agent's phone."""
        from console.acting.phoning import phone

        self.act_on_agent(phone)
