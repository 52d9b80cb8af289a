"""Who is on the floor while it is played: queues at work, contacts, agents."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from data.adapters.simulator.floor import QueuePlan
from data.adapters.simulator.shift import Pause
from data.model.observation import AgentEntry
from data.model.words import State


class Line:
    """A queue at work: who waits, who is idle. Both oldest first, both with entries that no longer hold."""

    __slots__ = ("idle", "key", "place", "plan", "waiting")

    def __init__(self, place: int, plan: QueuePlan) -> None:
        self.place = place
        self.key = plan.entry.key
        self.plan = plan
        self.waiting: deque[Contact] = deque()
        self.idle: deque[tuple[Agent, int]] = deque()


class Contact:
    """One visit of a contact to a queue. It waits until answered or gone; `rung`: whose phone rings."""

    __slots__ = (
        *("key", "line", "transferred"),
        *("entered_ms", "waits", "rung", "rang_ms", "answered_ms", "hold_ms"),
    )

    def __init__(self, key: str, line: Line, entered_ms: int, transferred: bool = False) -> None:
        self.key = key
        self.line = line
        self.entered_ms = entered_ms
        self.transferred = transferred
        self.waits = True
        self.rung: Agent | None = None
        self.rang_ms = 0
        self.answered_ms = 0
        self.hold_ms = 0


class Away(NamedTuple):
    """An agent was on a break by their own plan; `until_ms` None: still is."""

    since_ms: int
    reason: str
    until_ms: int | None = None


class Agent:
    """An agent at work. `turn` counts changes of state: what was meant for an earlier one is void.

    `present`: at the seat, signed in or not. `asked` is a pause of their own plan that waits for the contact in hand,
    `ordered` one that somebody ordered and the source has told already. `out`: for what they were sent out; `rested`:
    when they last came back from such a reason. `barred` are the lines they are paused in one by one, `leaves` those
    they serve no longer once the contact in hand is done. `breaks` are those they took so far.
    """

    __slots__ = (
        *("entry", "key", "lines", "state", "turn", "signed_in_ms", "present", "contact"),
        *("asked", "ordered", "out", "rested", "barred", "leaves", "leaving", "breaks"),
    )

    def __init__(self, entry: AgentEntry, lines: tuple[Line, ...]) -> None:
        self.entry = entry
        self.key = entry.key
        self.lines = lines
        self.state = State.OFFLINE
        self.turn = 0
        self.signed_in_ms = 0
        self.present = False
        self.contact: Contact | None = None
        self.asked: Pause | None = None
        self.ordered: Pause | None = None
        self.out = ""
        self.rested: dict[str, int] = {}
        self.barred: frozenset[Line] = frozenset()
        self.leaves: frozenset[Line] = frozenset()
        self.leaving = False
        self.breaks: list[Away] = []

    @property
    def serves(self) -> tuple[Line, ...]:
        """The lines whose contacts this agent is offered."""
        return tuple(line for line in self.lines if line not in self.barred) if self.barred else self.lines

    def enters(self, state: State) -> None:
        """Change state."""
        self.state = state
        self.turn += 1

    def comes_back(self, now_ms: int) -> None:
        """End the break that goes on, if one does."""
        if self.breaks and self.breaks[-1].until_ms is None:
            self.breaks[-1] = self.breaks[-1]._replace(until_ms=now_ms)


def next_waiting(lines: Iterable[Line]) -> Contact | None:
    """Take the contact an agent of these queues is to serve next."""
    best: Line | None = None
    for line in lines:
        while line.waiting and not line.waiting[0].waits:
            line.waiting.popleft()
        if line.waiting and (best is None or _rank(line) < _rank(best)):
            best = line
    return best.waiting.popleft() if best is not None else None


def _rank(line: Line) -> tuple[int, int]:
    return line.plan.priority, line.waiting[0].entered_ms


def longest_idle(line: Line) -> Agent | None:
    """Take the agent who has been idle longest."""
    while line.idle:
        agent, turn = line.idle.popleft()
        if agent.turn == turn:
            return agent
    return None
