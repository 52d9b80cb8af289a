"""The floor rebuilt from a queue log's lines alone, slowly and plainly, to hold the store's picture against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from data.model.days import MINUTE

THRESHOLD_S = 20
ENDS = {"COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER"}
LEAVES = {"ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY"}
TALK_AT = {"COMPLETEAGENT": 1, "COMPLETECALLER": 1, "BLINDTRANSFER": 3, "ATTENDEDTRANSFER": 3}


@dataclass
class Agent:
    """What the lines have said of an agent so far."""

    talking: list[tuple[str, str]] = field(default_factory=list)
    """(call, queue) of each call in progress."""
    pauses: dict[str, str | None] = field(default_factory=dict)
    """By queue they were heard of in, the reason of the pause there."""
    everywhere: str | None = None
    last_reason: str = ""
    shown: tuple[str, str, str, str] = ("", "", "", "")
    """(state, reason, queue, call)."""
    since_ms: int = 0
    calls: int = 0
    handle_ms: int = 0

    def now(self) -> tuple[str, str, str, str]:
        """Return what the agent does."""
        if self.talking:
            call, queue = self.talking[-1]
            return "talking", "", queue, call
        if self.everywhere is not None:
            return "not_ready", self.everywhere, "", ""
        if self.pauses and None not in self.pauses.values():
            return "not_ready", self.last_reason, "", ""
        return "available", "", "", ""

    def serves(self) -> set[str]:
        """Return the queues that may ring this agent."""
        return {queue for queue, reason in self.pauses.items() if reason is None}


@dataclass
class Queue:
    """What the lines have said of a queue so far."""

    waiting: dict[str, int] = field(default_factory=dict)
    talking: int = 0
    offered: int = 0
    answered: int = 0
    answered_within: int = 0
    abandoned: int = 0


@dataclass
class Floor:
    """The floor after some lines of a log without restarts, in which time never goes back."""

    agents: dict[str, Agent] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=lambda: defaultdict(Queue))
    depth: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    """By queue, how many waited at each whole minute (ms)."""
    minute_ms: int | None = None

    def depth_at(self, queue: str, moment_ms: int) -> tuple[int, ...]:
        """Return how many waited at each of the last 30 whole minutes."""
        last = moment_ms - moment_ms % MINUTE
        return tuple(self.depth[queue].get(last - n * MINUTE, 0) for n in reversed(range(30)))

    def wait_until(self, at_ms: int) -> None:
        """Note who waits at each whole minute up to a moment, before anything happens at it."""
        if self.minute_ms is None:
            self.minute_ms = at_ms - at_ms % MINUTE + MINUTE
        while self.minute_ms <= at_ms:
            for name, queue in self.queues.items():
                self.depth[name][self.minute_ms] = len(queue.waiting)
            self.minute_ms += MINUTE

    def take(self, line: str) -> None:
        """Take one line."""
        epoch, call, queue, name, event, *data = line.split("|")
        at_ms = int(epoch) * 1000
        self.wait_until(at_ms)
        if name.startswith("Local/") or event in ("QUEUESTART", "CONFIGRELOAD", "PENALTY", "RINGINUSE"):
            return
        if name == "NONE":
            self._call(event, call, queue, at_ms)
            return
        agent = self.agents.setdefault(name, Agent())
        if queue != "NONE":
            agent.pauses.setdefault(queue, None)
        self._act(agent, event, call, queue, data)
        if agent.now() != agent.shown:
            agent.shown, agent.since_ms = agent.now(), at_ms

    def _call(self, event: str, call: str, queue: str, at_ms: int) -> None:
        row = self.queues[queue]
        if event == "ENTERQUEUE":
            row.waiting[call] = at_ms
            row.offered += 1
        elif event in LEAVES:
            del row.waiting[call]
            row.abandoned += event == "ABANDON"

    def _act(self, agent: Agent, event: str, call: str, queue: str, data: list[str]) -> None:
        if event == "CONNECT":
            row = self.queues[queue]
            del row.waiting[call]
            row.talking += 1
            row.answered += 1
            row.answered_within += int(data[0]) <= THRESHOLD_S
            agent.talking.append((call, queue))
        elif event in ENDS:
            self.queues[queue].talking -= 1
            agent.talking.remove((call, queue))
            agent.calls += 1
            agent.handle_ms += int(data[TALK_AT[event]]) * 1000
        elif event == "PAUSEALL":
            agent.everywhere = agent.last_reason = "|".join(data)
            agent.pauses = dict.fromkeys(agent.pauses, agent.everywhere)
        elif event == "UNPAUSEALL":
            agent.everywhere = None
            agent.pauses = dict.fromkeys(agent.pauses, None)
        elif event == "PAUSE":
            agent.pauses[queue] = agent.last_reason = "|".join(data)
        elif event == "UNPAUSE":
            agent.everywhere = agent.pauses[queue] = None


def floors(lines: Iterable[str], moments: list[int]) -> Iterable[tuple[int, Floor]]:
    """Yield the floor at each of the moments, which are in order; it changes when the next one is asked for."""
    floor = Floor()
    rest = iter(lines)
    line = next(rest, None)
    for moment_ms in moments:
        while line is not None and int(line.split("|", 1)[0]) * 1000 <= moment_ms:
            floor.take(line)
            line = next(rest, None)
        yield moment_ms, floor
