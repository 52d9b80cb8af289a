"""What happened, told by Asterisk's own queue log and by nothing of ours: every visit to a queue, and every pause.

Times are seconds, as the log has them. A line is `epoch|call|queue|agent|EVENT|data…`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LEFT = {  # event to outcome, and which of its data is the wait
    "ABANDON": ("abandoned", 2),
    "EXITWITHTIMEOUT": ("timed_out", 2),
    "EXITEMPTY": ("overflowed", 2),
    "WITHDRAW": ("overflowed", 2),
    "EXITWITHKEY": ("overflowed", 3),
}
TALKED = {  # event to outcome, and which of its data are the wait and the talk
    "COMPLETEAGENT": ("answered", 0, 1),
    "COMPLETECALLER": ("answered", 0, 1),
    "BLINDTRANSFER": ("transferred", 2, 3),
    "ATTENDEDTRANSFER": ("transferred", -3, -2),
}
OF_EITHER_LEG = {"ATTENDEDTRANSFER", "COMPLETECALLER", "COMPLETEAGENT"}
"""Ends that may have the id of the agent's second call, to which the caller is being sent on.

Sent on, the caller takes the agent's place in that call, and Asterisk tells the talk by that call's id from there on.
Mostly the transfer is noted by then. Where the second call ends in that very moment, it is a hang-up that is noted.
"""


@dataclass
class Visit:
    """One caller's stay in one queue.

    Attributes:
        call: Asterisk's unique id of the caller's channel.
        queue: Its name.
        nth: 1, or more where the same call came to the same queue again.
        entered: When.
        number: Of the caller.
        name: Of the caller.
        wait: Seconds, None while the caller waits.
        talk: Seconds, None where nobody answered or the talk has no end.
        agent: The name of who answered.
        outcome: "answered", "transferred", "abandoned", "timed_out", "overflowed", "lost" (Asterisk started anew), or
            None: the log ends before the visit does. Somebody who still talks has an agent and None.
    """

    call: str
    queue: str
    nth: int
    entered: int
    number: str
    name: str
    wait: int | None = None
    talk: int | None = None
    agent: str | None = None
    outcome: str | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return self.call, self.queue, self.nth

    def ended(self, outcome: str, *, wait: int | None = None, talk: int | None = None) -> None:
        self.outcome = outcome
        self.wait = self.wait if wait is None else wait
        self.talk = talk


@dataclass
class Pause:
    """An agent's pause in one queue, for one reason; `end` is None where the log ends before it does."""

    queue: str
    agent: str
    reason: str
    start: int
    end: int | None = None


@dataclass
class Truth:
    """All that a queue log tells.

    Attributes:
        visits: In the order in which they began.
        pauses: In the order in which they began.
        events: How often each event is there.
        strays: Lines that say something of a visit that is not there.
        broken: Lines that are none.
    """

    visits: list[Visit] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)
    strays: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def truth_of(logs: Iterable[Path], members: Mapping[str, str]) -> Truth:
    """Read queue logs, the oldest first.

    Args:
        logs: One log, or the parts that it was rotated into.
        members: Interface to name, of every agent who logs in: log-ins and log-outs alone are told by interface.
    """
    reading = _Reading(members)
    for log in logs:
        for line in log.read_text("utf-8", "replace").split("\n"):
            if line:
                reading.take(line)
    return reading.truth


class _Reading:
    def __init__(self, members: Mapping[str, str]) -> None:
        self.truth = Truth()
        self._members = members
        self._open: dict[tuple[str, str], list[Visit]] = defaultdict(list)
        self._times: Counter[tuple[str, str]] = Counter()
        self._paused: dict[tuple[str, str], Pause] = {}

    def take(self, line: str) -> None:
        fields = line.split("|")
        if len(fields) < 5 or not fields[0].isdigit():
            self.truth.broken.append(line)
            return
        at, call, queue, agent, event, *data = fields
        self.truth.events[event] += 1
        if event == "QUEUESTART":
            self._started_anew(int(at))
        elif event == "ENTERQUEUE":
            self._entered(int(at), call, queue, data)
        elif event == "CONNECT" or event in LEFT or event in TALKED:
            if not self._went_on(call, queue, agent, event, data):
                self.truth.strays.append(line)
        else:
            self._member(int(at), queue, agent, event, "|".join(data))

    def _entered(self, at: int, call: str, queue: str, data: list[str]) -> None:
        self._times[call, queue] += 1
        visit = Visit(call, queue, self._times[call, queue], at, number=data[1], name="|".join(data[3:]))
        self._open[call, queue].append(visit)
        self.truth.visits.append(visit)

    def _went_on(self, call: str, queue: str, agent: str, event: str, data: list[str]) -> bool:
        """Take a later event of a visit. Sent on to its own queue, a call waits there before its talk is over."""
        here = self._open[call, queue]
        if event in TALKED:
            outcome, wait_at, talk_at = TALKED[event]
            wait, talk = int(data[wait_at]), int(data[talk_at])
            visit = next((visit for visit in here if visit.agent == agent), None)
            if visit is None and event in OF_EITHER_LEG and not self._has_entered(call):
                visit = self._of_another_leg(queue, agent, wait)
            if visit is not None:
                visit.ended(outcome, talk=talk)
                self._open[visit.call, visit.queue].remove(visit)
            return visit is not None
        visit = next((visit for visit in here if visit.agent is None), None)
        if visit is None:
            return False
        if event == "CONNECT":
            visit.agent, visit.wait = agent, int(data[0])
        else:
            outcome, wait_at = LEFT[event]
            visit.ended(outcome, wait=int(data[wait_at]))
            here.remove(visit)
        return True

    def _has_entered(self, call: str) -> bool:
        return any(entered == call for entered, _ in self._times)

    def _of_another_leg(self, queue: str, agent: str, wait: int) -> Visit | None:
        """Find the talk whose end has the id of the agent's second call, not the caller's.

        Asterisk reads its clock a little after it has noted the answer: the end's wait may be a second more.
        """
        talks = (visit for visits in self._open.values() for visit in visits)
        mine = (visit for visit in talks if (visit.queue, visit.agent) == (queue, agent))
        same = (visit for visit in mine if visit.wait in (wait, wait - 1))
        return min(same, key=lambda visit: (visit.wait != wait, visit.entered), default=None)

    def _member(self, at: int, queue: str, agent: str, event: str, data: str) -> None:
        """Take what is told of an agent; a pause of all queues is told for each of them as well."""
        if event == "PAUSE":
            self._pause(at, queue, agent, data)
        elif event == "UNPAUSE":
            self._go_on(at, queue, agent)
        elif event == "REMOVEMEMBER":
            self._go_on(at, queue, self._members[agent])
        elif event == "ADDMEMBER" and data == "PAUSED":
            self._pause(at, queue, self._members[agent], "")

    def _pause(self, at: int, queue: str, agent: str, reason: str) -> None:
        """Begin a pause; one for another reason takes the place of the one before, one for the same goes on."""
        if (queue, agent) in self._paused and self._paused[queue, agent].reason == reason:
            return
        self._go_on(at, queue, agent)
        pause = self._paused[queue, agent] = Pause(queue, agent, reason, at)
        self.truth.pauses.append(pause)

    def _go_on(self, at: int, queue: str, agent: str) -> None:
        if pause := self._paused.pop((queue, agent), None):
            pause.end = at

    def _started_anew(self, at: int) -> None:
        for visits in self._open.values():
            for visit in visits:
                visit.ended("lost")
            visits.clear()
        for queue, agent in list(self._paused):
            self._go_on(at, queue, agent)
