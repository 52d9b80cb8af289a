"""A floor on which a fixed share of the agents changes each second, written as the poller writes it.

    python -m bench.mover STORE SHARE

goes on from what the store holds, until it is ended.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from random import Random

from bench.stage import SOURCE
from data.model.known import AgentKnown, Known, Rows
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallResumed,
    Event,
    Observation,
    Paused,
    Resumed,
    SignedIn,
    WrapUpEnded,
)
from data.model.rows import Call
from data.model.words import Outcome, State
from data.recorder import record
from data.store.boot import boot_ms
from data.store.writer import Beat, Writer

INTERVAL_MS = 1000
_LEFT_WAITING = 4
"""How many contacts wait in each queue when the agents have taken theirs."""
_OFF = (State.OFFLINE, State.UNKNOWN)
_PAUSE_SHARE = 0.1
_REASONS = ("rest", "micro", "meal", "restroom", "training", "meeting")


class Mover:
    """Makes one observation after another from what the recorder knows; deterministic but for the times."""

    def __init__(self, known: Known, share: float) -> None:
        self.known = known
        self._chance = Random(1)
        self._each = round(len(known.agents) * share)
        self._queues = {queue_id: key for key, queue_id in known.queues.items()}
        self._keys = list(self._queues.values())
        self._by_id: dict[int, Call] = {}
        self._calls = 0

    def muster(self, at_ms: int) -> Rows:
        """Return the rows of all who are off signing in, so that everybody is on the floor."""
        off = [agent.key for agent in self.known.agents.values() if agent.span is None or agent.span.state in _OFF]
        return self._record(at_ms, [SignedIn(at_ms, key, self._chance.choice(self._keys)) for key in off])

    def step(self, at_ms: int) -> Rows:
        """Return the rows of the changes up to `at_ms`."""
        open_calls = self.known.open.values()
        self._by_id = {call.id: call for call in (*self.known.closed.values(), *open_calls)}
        waiting: dict[str, list[str]] = {queue: [] for queue in self._keys}
        for call in open_calls:
            if call.answered_ms is None:
                waiting[self._queues[call.queue_id]].append(call.contact)
        events: list[Event] = []
        for agent in self._chance.sample(list(self.known.agents.values()), self._each):
            events += self._next(agent, at_ms, waiting)
        for queue, contacts in waiting.items():
            events += [self._entry(at_ms, queue) for _ in range(_LEFT_WAITING - len(contacts))]
        return self._record(at_ms, events)

    def _entry(self, at_ms: int, queue: str) -> CallEntered:
        self._calls += 1
        return CallEntered(at_ms, f"moved-{self._calls}", queue, "13800138000")

    def _record(self, at_ms: int, events: list[Event]) -> Rows:
        covered = self.known.coverage
        since_ms = covered.until_ms if covered else at_ms
        self.known, rows = record(self.known, Observation(SOURCE, since_ms, at_ms, events))
        return rows

    def _next(self, agent: AgentKnown, at_ms: int, waiting: dict[str, list[str]]) -> list[Event]:
        """Return what an agent does next: what changes their state, and the entry of the contact they take."""
        state = agent.span.state if agent.span else State.OFFLINE
        key = agent.key
        if state in _OFF:
            return [SignedIn(at_ms, key, self._chance.choice(self._keys))]
        if state is State.NOT_READY:
            return [Resumed(at_ms, key, None)]
        if state is State.WRAP_UP and agent.wrapping is not None:
            return [WrapUpEnded(at_ms, *self._visit(agent.wrapping[0]), key)]
        if state is State.HOLD:
            return [CallResumed(at_ms, *self._visit(agent.calls[-1]), key)]
        if state is State.TALKING:
            return [CallEnded(at_ms, *self._visit(agent.calls[-1]), key, Outcome.ANSWERED, wraps_up=True)]
        if self._chance.random() < _PAUSE_SHARE:
            return [Paused(at_ms, key, None, self._chance.choice(_REASONS))]
        queue = self._queues[self._chance.choice(list(agent.members))] if agent.members else self._keys[0]
        if waiting[queue]:
            return [CallAnswered(at_ms, waiting[queue].pop(0), queue, key)]
        entry = self._entry(at_ms, queue)
        return [entry, CallAnswered(at_ms, entry.call, queue, key)]

    def _visit(self, call_id: int) -> tuple[str, str]:
        """Return the contact and the queue of a visit."""
        call = self._by_id[call_id]
        return call.contact, self._queues[call.queue_id]


def main() -> None:
    """Move the floor each second, half-way between the console's ticks."""
    store, share = Path(sys.argv[1]), float(sys.argv[2])
    with Writer(store) as writer:
        mover = Mover(writer.known(SOURCE), share)
        writer.write(mover.muster(time.time_ns() // 1_000_000))
        while True:
            time.sleep((0.5 - time.time()) % 1)
            rows = mover.step(time.time_ns() // 1_000_000)
            at_ms, booted_ms = time.time_ns() // 1_000_000, boot_ms()
            writer.write(rows, Beat(at_ms, booted_ms, booted_ms, INTERVAL_MS, os.getpid()))


if __name__ == "__main__":
    main()
