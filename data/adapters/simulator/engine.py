"""The discrete-event engine: a heap of what is to happen, on a clock in ms.

An agent who becomes free takes the contact that has waited longest, in the queue of the smallest priority
number; a contact that enters goes to the agent who has been idle longest. Neither list is searched: entries
that no longer hold are dropped when they come up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from random import Random
from typing import Any

from data.adapters.simulator.cast import Agent, Away, Contact, Line, longest_idle, next_waiting
from data.adapters.simulator.demand import Arrival
from data.adapters.simulator.floor import NO_ANSWER_RING, FloorPlan
from data.adapters.simulator.shift import Duty, Pause
from data.model.days import HOUR, SECOND
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    Event,
    Paused,
    Resumed,
    RingEnded,
    SignedIn,
    SignedOut,
    WrapUpEnded,
)
from data.model.words import Channel, Outcome, State

SHORTEST_PAUSE = 30 * SECOND
"""Of a pause with an end of its own, less than this is not begun."""
RESTED = HOUR
"""For so long after a break that was ordered, a planned one for the same reason is taken as that one."""


Held = tuple[Contact, Agent]
"""A contact, and the agent who has it: rung for it, talking to it, or wrapping it up."""


class Engine:
    """Plays one day of a floor; `events` grows as `run` goes on.

    Args:
        plan: The floor.
        duties: Who works when.
        arrivals: When contacts come, in order of time.
        rng: All further chance of the day.
        label: What the keys of the day's contacts begin with.
    """

    def __init__(
        self, plan: FloorPlan, duties: Sequence[Duty], arrivals: Sequence[Arrival], rng: Random, label: str
    ) -> None:
        self.now_ms = 0
        self.events: list[Event] = []
        self.lines = [Line(place, queue) for place, queue in enumerate(plan.queues)]
        self.agents: list[Agent] = []
        self._rng = rng
        self._label = label
        self._entered = 0
        self._arrivals = iter(arrivals)
        self._agenda: list[tuple[int, int, Callable[[Any], None], Any]] = []
        self._order = 0
        for duty in duties:
            self._expect(duty)
        self._await_next()

    def at(self, at_ms: int, action: Callable[[Any], None], subject: object) -> None:
        """Put an action on the agenda; of those at one moment the first put is the first done."""
        self._order += 1
        heappush(self._agenda, (at_ms, self._order, action, subject))

    def run(self, until_ms: int) -> None:
        """Let happen all that is due up to and including `until_ms`."""
        agenda = self._agenda
        while agenda and agenda[0][0] <= until_ms:
            self.now_ms, _, action, subject = heappop(agenda)
            action(subject)

    # Agents come and go

    def _expect(self, duty: Duty) -> None:
        lines = {line.key: line for line in self.lines}
        agent = Agent(duty.agent, tuple(lines[skill] for skill in duty.agent.skills))
        self.agents.append(agent)
        self.at(duty.since_ms, self._sign_in, agent)
        self.at(duty.until_ms, self._sign_out, agent)
        for pause in duty.pauses:
            self.at(pause.at_ms, self._ask, (agent, pause))

    def _sign_in(self, agent: Agent) -> None:
        agent.present = True
        agent.signed_in_ms = self.now_ms
        self.events.extend(SignedIn(self.now_ms, agent.key, line.key) for line in agent.lines)
        self.free(agent)

    def _sign_out(self, agent: Agent) -> None:
        """Let an agent go home, once the contact in hand is done."""
        if agent.state is State.OFFLINE:
            agent.present = False
        elif agent.state in (State.AVAILABLE, State.NOT_READY):
            agent.present = False
            agent.comes_back(self.now_ms)
            agent.enters(State.OFFLINE)
            length_ms = self.now_ms - agent.signed_in_ms
            self.events.append(SignedOut(self.now_ms, agent.key, None, length_ms))
        else:
            agent.leaving = True

    def _ask(self, asked: tuple[Agent, Pause]) -> None:
        """Begin a pause, or once the contact in hand is done; who is out, gone or just back from it does not."""
        agent, pause = asked
        if not pause.fixed and _is_had(agent, pause):
            return
        if agent.state is State.AVAILABLE:
            self._pause(agent, pause)
        elif agent.state not in (State.OFFLINE, State.NOT_READY) and (agent.asked is None or pause.fixed):
            agent.asked = pause

    def _pause(self, agent: Agent, pause: Pause) -> bool:
        """Begin a pause if enough of it is left."""
        ends_ms = (pause.at_ms if pause.fixed else self.now_ms) + pause.length_ms
        if ends_ms - self.now_ms < SHORTEST_PAUSE:
            return False
        agent.enters(State.NOT_READY)
        agent.breaks.append(Away(self.now_ms, pause.reason))
        self.events.append(Paused(self.now_ms, agent.key, None, pause.reason))
        self.at(ends_ms, self._resume, (agent, agent.turn))
        return True

    def _resume(self, meant: tuple[Agent, int]) -> None:
        agent, turn = meant
        if agent.turn == turn:
            self.end_pause(agent)

    def free(self, agent: Agent) -> None:
        """Give an agent with nothing in hand what comes next: home, a pause, a contact, or idleness."""
        agent.contact = None
        agent.enters(State.AVAILABLE)
        for line in [line for line in agent.lines if line in agent.leaves]:
            self.leave(agent, line)
        asked = agent.asked
        if agent.leaving:
            self._sign_out(agent)
        elif agent.state is State.OFFLINE:
            return
        elif agent.ordered is not None:
            self.go(agent)
        else:
            agent.asked = None
            if asked is None or not self._pause(agent, asked):
                self.seek(agent)

    def seek(self, agent: Agent) -> None:
        """Give an agent who is free a contact, or let them wait for one."""
        contact = next_waiting(agent.serves)
        if contact is not None:
            self._ring(contact, agent)
        else:
            for line in agent.serves:
                line.idle.append((agent, agent.turn))

    def go(self, agent: Agent) -> None:
        """Let an agent go out as it was ordered."""
        pause, agent.ordered = agent.ordered, None
        agent.enters(State.NOT_READY)
        if pause is not None:
            agent.out = pause.reason
            if pause.length_ms:
                self.at(self.now_ms + pause.length_ms, self._resume, (agent, agent.turn))

    def end_pause(self, agent: Agent) -> None:
        """End a pause of all queues, also one that has not begun because of the contact in hand."""
        self.events.append(Resumed(self.now_ms, agent.key, None))
        agent.barred, agent.ordered = frozenset(), None
        agent.comes_back(self.now_ms)
        if agent.out:
            agent.rested[agent.out], agent.out = self.now_ms, ""
        if agent.state in (State.AVAILABLE, State.NOT_READY):
            self.free(agent)

    def leave(self, agent: Agent, line: Line) -> None:
        """Let an agent serve a queue no longer; who serves none is signed out, and still there."""
        self.events.append(SignedOut(self.now_ms, agent.key, line.key))
        agent.lines = tuple(each for each in agent.lines if each is not line)
        agent.leaves -= {line}
        agent.barred -= {line}
        if not agent.lines:
            agent.asked = agent.ordered = None
            agent.out = ""
            agent.enters(State.OFFLINE)

    # Contacts come and go

    def _await_next(self) -> None:
        arrival = next(self._arrivals, None)
        if arrival is not None:
            self.at(arrival.at_ms, self._arrive, arrival)

    def _arrive(self, arrival: Arrival) -> None:
        self._await_next()
        self._entered += 1
        line = self.lines[arrival.queue]
        chat = line.plan.entry.channel is Channel.CHAT
        number = self._rng.randrange(10**7)
        caller = "" if chat else f"1{(38, 39, 50, 86)[number % 4]}0000{number % 10_000:04d}"
        named = f"visitor {number % 9_000 + 1_000}" if chat else ""
        self._enter(Contact(f"{self._label}-{self._entered:05d}", line, self.now_ms), caller, named)

    def _enter(self, contact: Contact, caller: str = "", named: str = "") -> None:
        line = contact.line
        self.events.append(CallEntered(self.now_ms, contact.key, line.key, caller, named))
        patience_ms = line.plan.patience(self._rng)
        if patience_ms < line.plan.max_wait_ms:
            self.at(self.now_ms + patience_ms, self._abandon, contact)
        else:
            self.at(self.now_ms + line.plan.max_wait_ms, self._time_out, contact)
        agent = longest_idle(line)
        if agent is None:
            line.waiting.append(contact)
        else:
            self._ring(contact, agent)

    def _ring(self, contact: Contact, agent: Agent) -> None:
        agent.enters(State.RINGING)
        agent.contact = contact
        contact.rung = agent
        contact.rang_ms = self.now_ms
        plan = contact.line.plan
        self.events.append(CallRinging(self.now_ms, contact.key, contact.line.key, agent.key))
        if plan.no_answer_share and self._rng.random() < plan.no_answer_share:
            self.at(self.now_ms + NO_ANSWER_RING, self._ring_out, (contact, agent))
            return
        ring_ms = plan.ring(self._rng)
        if ring_ms:
            self.at(self.now_ms + ring_ms, self._answer, (contact, agent))
        else:
            self._answer((contact, agent))

    def _ring_out(self, held: Held) -> None:
        """The agent does not answer: the contact goes to the next, or back to the head of the queue."""
        contact, agent = held
        if not contact.waits:
            return
        self._stop_ringing(contact, agent, cancelled=False)
        following = longest_idle(contact.line)
        if following is None:
            contact.line.waiting.appendleft(contact)
        else:
            self._ring(contact, following)
        self.free(agent)

    def _stop_ringing(self, contact: Contact, agent: Agent, *, cancelled: bool) -> None:
        contact.rung = None
        ring_ms = self.now_ms - contact.rang_ms
        self.events.append(RingEnded(self.now_ms, contact.key, contact.line.key, agent.key, ring_ms, cancelled))

    def _abandon(self, contact: Contact) -> None:
        self._give_up(contact, Outcome.ABANDONED)

    def _time_out(self, contact: Contact) -> None:
        self._give_up(contact, Outcome.TIMED_OUT)

    def _give_up(self, contact: Contact, outcome: Outcome) -> None:
        if not contact.waits:
            return
        contact.waits = False
        rung = contact.rung
        if rung is not None:
            self._stop_ringing(contact, rung, cancelled=True)
        wait_ms = self.now_ms - contact.entered_ms
        self.events.append(CallEnded(self.now_ms, contact.key, contact.line.key, None, outcome, wait_ms))
        if rung is not None:
            self.free(rung)

    # An agent and a contact

    def _answer(self, held: Held) -> None:
        contact, agent = held
        if not contact.waits:
            return
        now_ms, plan, rng = self.now_ms, contact.line.plan, self._rng
        agent.enters(State.TALKING)
        contact.waits = False
        contact.answered_ms = now_ms
        wait_ms, ring_ms = now_ms - contact.entered_ms, now_ms - contact.rang_ms
        self.events.append(CallAnswered(now_ms, contact.key, contact.line.key, agent.key, wait_ms, ring_ms))
        talk_ms = plan.talk(rng)
        if plan.hold_share and rng.random() < plan.hold_share:
            contact.hold_ms = plan.hold(rng)
            from_ms = now_ms + round(talk_ms * rng.uniform(0.2, 0.8))
            self.at(from_ms, self._hold, held)
            self.at(from_ms + contact.hold_ms, self._unhold, held)
        self.at(now_ms + talk_ms + contact.hold_ms, self._end, held)

    def _hold(self, held: Held) -> None:
        contact, agent = held
        agent.enters(State.HOLD)
        self.events.append(CallHeld(self.now_ms, contact.key, contact.line.key, agent.key))

    def _unhold(self, held: Held) -> None:
        contact, agent = held
        agent.enters(State.TALKING)
        self.events.append(CallResumed(self.now_ms, contact.key, contact.line.key, agent.key))

    def _end(self, held: Held) -> None:
        contact, agent = held
        plan, rng = contact.line.plan, self._rng
        passed_on = not contact.transferred and rng.random() < plan.transfer_share
        wrap_up_ms = plan.wrap_up(rng)
        self.events.append(
            CallEnded(
                *(self.now_ms, contact.key, contact.line.key, agent.key),
                Outcome.TRANSFERRED if passed_on else Outcome.ANSWERED,
                contact.answered_ms - contact.entered_ms,
                self.now_ms - contact.answered_ms - contact.hold_ms,
                contact.hold_ms,
                wraps_up=wrap_up_ms > 0,
            )
        )
        agent.enters(State.WRAP_UP)
        if passed_on:
            others = [line for line in self.lines if line is not contact.line]
            self._enter(Contact(contact.key, rng.choice(others), self.now_ms, transferred=True))
        if wrap_up_ms:
            self.at(self.now_ms + wrap_up_ms, self.wrapped, held)
        else:
            self.free(agent)

    def wrapped(self, held: Held) -> None:
        """End after-call work, unless it is over."""
        contact, agent = held
        if agent.contact is not contact:
            return
        self.events.append(WrapUpEnded(self.now_ms, contact.key, contact.line.key, agent.key))
        self.free(agent)


def _is_had(agent: Agent, pause: Pause) -> bool:
    """Whether a planned pause was taken already: one for the same reason was ordered, and has just been."""
    return agent.rested.get(pause.reason, -RESTED) + RESTED > pause.at_ms
