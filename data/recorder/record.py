"""The recorder itself: walks an observation's events through the two books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data.metrics import goal_for
from data.model.days import MINUTE
from data.model.known import Known, Rows
from data.model.observation import (
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    Directory,
    Observation,
    Paused,
    QueueEntry,
    Resumed,
    RingEnded,
    SeatEntry,
    SignedIn,
    SignedOut,
    SourceRestarted,
    WrapUpEnded,
)
from data.model.rows import Coverage, Sample
from data.recorder.agents import AgentBook
from data.recorder.calls import CallBook
from data.recorder.doubts import Doubts, unmentioned
from data.recorder.snapshot import correct


def record(known: Known, observation: Observation) -> tuple[Known, Rows]:
    """Return what is known after an observation, and the rows that it changes.

    An observation whose cursor is the one kept or, without a cursor, that ends no later than what is covered,
    changes nothing. No event is refused: a strange one counts as a repeat or is worked out from its figures.
    """
    rows = Rows(known.source_id)
    covered = known.coverage
    if observation.cursor is not None:
        old = observation.cursor == known.cursor
    else:
        old = covered is not None and observation.until_ms <= covered.until_ms
    if old:
        return known, rows
    recording = _Recording(known, rows)
    recording.cover(observation)
    if observation.directory is not None:
        at_ms = observation.until_ms if observation.since_ms is None else observation.since_ms
        recording.take_directory(observation.directory, at_ms)
    recording.walk(observation)
    recording.correct(observation)
    rows.acts = observation.acts
    rows.cursor = observation.cursor
    return recording.result(observation.cursor), rows


class _Recording:
    """One observation being recorded."""

    def __init__(self, known: Known, rows: Rows) -> None:
        self.known = known
        self.rows = rows
        self.agents = AgentBook(known, rows)
        self.calls = CallBook(known, rows, self.agents)
        self.coverage = known.coverage
        self.entries = dict(known.entries)
        self.fresh = known.coverage is None
        """Whether nothing was measured just before this observation."""
        self.doubts = known.doubts
        agents, calls = self.agents, self.calls
        self.handlers: dict[type, Callable[[Any], None]] = {
            CallEntered: calls.entered,
            CallRinging: calls.ringing,
            RingEnded: calls.ring_ended,
            CallAnswered: calls.answered,
            CallHeld: calls.held,
            CallResumed: calls.held,
            CallEnded: calls.ended,
            WrapUpEnded: calls.wrap_up_ended,
            SignedIn: agents.signed_in,
            SignedOut: agents.signed_out,
            Paused: agents.paused,
            Resumed: agents.resumed,
            SourceRestarted: self._restarted,
        }

    def cover(self, observation: Observation) -> None:
        """Extend what was measured, or, after a gap, end all that was open where the last measure ended."""
        covered = self.coverage
        since_ms = observation.since_ms
        if covered is None:
            start = observation.until_ms if since_ms is None else since_ms
            self.coverage = Coverage(self.known.source_id, start, max(start, observation.until_ms))
        elif since_ms is None or since_ms > covered.until_ms:
            self.rows.coverage.append(covered._replace(reason="gap"))
            self.calls.lose_all(covered.until_ms)
            self.agents.blind(covered.until_ms)
            self.fresh = True
            start = observation.until_ms if since_ms is None else since_ms
            self.coverage = Coverage(self.known.source_id, start, max(start, observation.until_ms))
        else:
            self.coverage = covered._replace(until_ms=max(covered.until_ms, observation.until_ms))
        self.rows.coverage.append(self.coverage)
        self.agents.since_ms = self.coverage.since_ms

    def take_directory(self, directory: Directory, at_ms: int) -> None:
        """Note the entries that are new or have changed; give ids to the agents and queues among them.

        A new one holds since the watch began, in whichever observation it is first named.
        """
        new: dict[str, list[Any]] = {"a": [], "q": [], "s": []}
        changed: dict[str, list[Any]] = {"a": [], "q": [], "s": []}
        entries: list[tuple[str, str, AgentEntry | QueueEntry | SeatEntry]] = [
            *(("a", e.key, e) for e in directory.agents),
            *(("q", e.key, e._replace(**goal_for(e)._asdict())) for e in directory.queues),
            *(("s", e.label, e) for e in directory.seats),
        ]
        for kind, key, entry in entries:
            old = self.entries.get(f"{kind}:{key}")
            if old != entry:
                self.entries[f"{kind}:{key}"] = entry
                (new if old is None else changed)[kind].append(entry)
        for queue in (*new["q"], *changed["q"]):
            self.calls.channels[self.agents.queue_id(queue.key)] = queue.channel
        for agent in new["a"]:
            self.agents.agent(agent.key)
        for since_ms, fresh in ((self.agents.since_ms, new), (at_ms, changed)):
            if any(fresh.values()):
                told = Directory(tuple(fresh["a"]), tuple(fresh["q"]), tuple(fresh["s"]))
                self.rows.directory.append((since_ms, told))

    def walk(self, observation: Observation) -> None:
        """Take the events one by one, and at each whole minute in between how many wait."""
        handlers = self.handlers
        since_ms = observation.since_ms if observation.since_ms is not None else observation.until_ms
        minute = since_ms - since_ms % MINUTE + MINUTE
        for event in observation.events:
            if event[0] >= minute:
                minute = self._sample(minute, event[0])
            handlers[type(event)](event)
        if observation.until_ms >= minute:
            self._sample(minute, observation.until_ms)

    def correct(self, observation: Observation) -> None:
        """Put right what the snapshot, if there is one, shows to be otherwise than the events told."""
        before = {} if self.fresh else unmentioned(self.known.doubts, observation.events)
        self.doubts = before
        snapshot = observation.snapshot
        if snapshot is not None:
            doubts = Doubts(before, observation.until_ms, self.fresh or not snapshot.corrects)
            self.doubts = correct(self.calls, snapshot, self.known.agents, doubts)

    def _sample(self, minute: int, until_ms: int) -> int:
        """Note the waiting at each whole minute up to `until_ms`; return the next minute to note."""
        waiting = [(queue_id, n) for queue_id, n in self.calls.waiting.items() if n > 0]
        after = until_ms - until_ms % MINUTE + MINUTE
        if waiting:
            for at_ms in range(minute, after, MINUTE):
                self.rows.samples.extend(Sample(queue_id, at_ms, n) for queue_id, n in waiting)
        return after

    def _restarted(self, event: SourceRestarted) -> None:
        self.calls.lose_all(event.at_ms)
        self.agents.restart(event.at_ms)

    def result(self, cursor: str | None) -> Known:
        """Return what is known now."""
        calls, agents = self.calls, self.agents
        covered = self.coverage
        calls.forget(covered.until_ms if covered else 0)
        return Known(
            source_id=self.known.source_id,
            agents=agents.by_key,
            queues=agents.queues,
            channels=calls.channels,
            entries=self.entries,
            open=calls.open,
            closed=calls.closed,
            derived=frozenset(calls.derived),
            coverage=covered,
            cursor=cursor if cursor is not None else self.known.cursor,
            next_agent=agents.next_agent,
            next_queue=agents.next_queue,
            next_call=calls.next_call,
            doubts=self.doubts,
        )
