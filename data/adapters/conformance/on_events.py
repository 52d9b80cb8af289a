"""Checks of what the answers tell: events, snapshots, the directory, the texts in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from data.adapters.base import Capability
from data.adapters.conformance.checks import Checks
from data.adapters.conformance.evidence import Evidence, NotApplicable
from data.model.observation import (
    AgentSeen,
    CallAnswered,
    CallEnded,
    CallEntered,
    Directory,
    Event,
    Observation,
    Snapshot,
)
from data.model.text import MAX_LENGTH, safe_text

CHECKS = Checks()

SLACK_MS = 1_000
"""How far an event may lie after the end of its answer, as the clocks of two machines are never quite the same."""
LATE_MS = 60_000
"""How far before its beginning: some sources tell things a little late."""
BACK_MS = 2_000
"""How far the times may go back within an answer: several threads write a log of whole seconds."""
FRESH_MS = 10_000
"""How old a snapshot may be."""


_LONG = frozenset({"Rostered.lines"})
"""Texts that may be as long as they need to be: each is a whole duty."""


@CHECKS.promise
def texts_are_safe(evidence: Evidence) -> Iterator[str]:
    """Every text from outside went through `safe_text`.

    Why: A name can hold codes that take over the terminal of whoever looks at it; and a key that the poller has to
    cut is another key.

    Mend: `safe_text(value)` on each text when it is read, keys as well.
    """
    evidence.observations()
    for answer in evidence.watch("main").vetted:
        if answer.observation is not None:
            yield from _unsafe(answer.answer.told)


def _unsafe(told: object) -> Iterator[str]:
    for where, text in _texts(told, type(told).__name__):
        if safe_text(text, len(text) if where in _LONG else MAX_LENGTH) != text:
            yield f"{where} is {text[:80]!r}"


def _texts(told: object, where: str) -> Iterator[tuple[str, str]]:
    """Yield (where, text) for each text in a value; the cursor is the adapter's own affair."""
    if isinstance(told, str):
        yield where, told
    elif isinstance(told, tuple) and hasattr(told, "_fields"):
        for field, value in zip(told._fields, told, strict=True):
            if field != "cursor":
                yield from _texts(value, f"{type(told).__name__}.{field}")
    elif isinstance(told, (tuple, list, frozenset, set)):
        for value in told:
            yield from _texts(value, where)


# ------------------------------------------------------------------ events


@CHECKS.promise
def events_lie_within_their_answer(evidence: Evidence) -> Iterator[str]:
    """An event happened after its observation's `since_ms`, up to and including its `until_ms`.

    Why: What lies outside is dated where nothing was measured, or comes when the floor at that moment was already
    drawn.

    Mend: End the observation with its last event at the earliest; tell no history that lies before the beginning.
    """
    evidence.events()
    for observation in evidence.observations():
        for event in observation.events:
            if event.at_ms > observation.until_ms + SLACK_MS:
                yield f"a {_kind(event)} lies {event.at_ms - observation.until_ms} ms after the end"
            elif observation.since_ms is not None and event.at_ms < observation.since_ms - LATE_MS:
                yield f"a {_kind(event)} lies {observation.since_ms - event.at_ms} ms before the beginning"


def _kind(event: Event) -> str:
    return type(event).__name__


@CHECKS.promise
def events_are_in_order(evidence: Evidence) -> Iterator[str]:
    """Events come in the order in which they happened, an entry before what came of it.

    Why: The recorder goes by the order. An answer that comes before the entry makes two visits of one.

    Mend: Sort by time with a stable sort, and keep the source's own order within a millisecond.
    """
    evidence.events()
    for observation in evidence.observations():
        for before, after in pairwise(observation.events):
            if after.at_ms < before.at_ms - BACK_MS:
                yield f"a {_kind(after)} lies {before.at_ms - after.at_ms} ms before the {_kind(before)} told before it"
    yield from _entries_told_late(evidence.events())


def _entries_told_late(events: list[Event]) -> Iterator[str]:
    answered: dict[tuple[str, str], int] = {}
    entered: set[tuple[str, str]] = set()
    for event in events:
        if isinstance(event, (CallAnswered, CallEnded)):
            answered.setdefault((event.call, event.queue), event.at_ms)
        elif isinstance(event, CallEntered):
            visit = (event.call, event.queue)
            if visit not in entered and visit in answered and event.at_ms <= answered[visit]:
                yield f"call {event.call!r} enters {event.queue!r} after it was answered or ended there"
            entered.add(visit)


@CHECKS.promise
def nothing_is_told_twice(evidence: Evidence) -> Iterator[str]:
    """No event is told again by a later poll.

    Why: The recorder recognises some repeats, but not all: a visit would be counted twice.

    Mend: Move the place in the source on with each good answer.
    """
    told: set[Event] = set()
    evidence.events()
    for observation in evidence.observations():
        fresh = set(observation.events)
        for event in observation.events:
            if event in told:
                yield f"a {_kind(event)} came again"
        told |= fresh


@CHECKS.promise
def a_visit_ends_once(evidence: Evidence) -> Iterator[str]:
    """A contact leaves a queue as often as it entered it.

    Why: Each end is an outcome, and every ratio is made of outcomes.

    Mend: Where the source tells an end in two ways (a hang-up and a completion), take the one with the figures.
    """
    entries: Counter[tuple[str, str]] = Counter()
    ends: Counter[tuple[str, str]] = Counter()
    for event in evidence.events():
        if isinstance(event, (CallEntered, CallAnswered, CallEnded)):
            visit = (event.call, event.queue)
            if isinstance(event, CallEntered):
                entries[visit] += 1
            elif isinstance(event, CallEnded):
                entries.setdefault(visit, 1)  # it entered before anybody watched
                ends[visit] += 1
            else:
                entries.setdefault(visit, 1)
    if not ends:
        raise NotApplicable("no visit ended")
    for visit, times in ends.items():
        if times > entries[visit]:
            yield f"call {visit[0]!r} entered {visit[1]!r} {entries[visit]} times and left it {times} times"


# ------------------------------------------------------------------ who and what there is


@CHECKS.promise
def keys_stay(evidence: Evidence) -> Iterator[str]:
    """The same agents and queues have the same keys whenever the adapter is made.

    Why: The key is what joins today's agent with yesterday's; the name may change, the key may not.

    Mend: Take the source's own number or address for a key, no counter and no `id()`.
    """
    first, second = (_keys(evidence.watch(trial).observations) for trial in ("main", "steady"))
    for what in ("agents", "queues"):
        if first[what] and second[what] and not first[what] & second[what]:
            yield f"a second one knows none of the {what} of the first by the same key"
    if not any(first[what] and second[what] for what in first):
        raise NotApplicable("no agent or queue was named twice")


def _keys(told: list[Observation]) -> dict[str, set[str]]:
    """Return the keys of all that are named."""
    found: dict[str, set[str]] = defaultdict(set)
    for observation in told:
        for event in observation.events:
            found["agents"].update(key for key in [getattr(event, "agent", None)] if key)
            found["queues"].update(key for key in [getattr(event, "queue", None)] if key)
        for row in (observation.snapshot.agents if observation.snapshot else None) or ():
            found["agents"].add(row.agent)
            found["queues"].update(each.queue for each in row.serving or ())
        if observation.directory is not None:
            found["agents"].update(entry.key for entry in observation.directory.agents)
            found["queues"].update(entry.key for entry in observation.directory.queues)
    return {"agents": found["agents"], "queues": found["queues"]}


@CHECKS.advice
def all_are_in_the_directory(evidence: Evidence) -> Iterator[str]:
    """Every agent and queue that is named was in a directory before, or is in the same answer's.

    Why: Without an entry an agent is shown by the key, which may be a device that nobody knows.

    Mend: Send a `Directory` in the first answer, and whenever somebody is new or has another name.
    """
    listed: dict[str, set[str]] = {"agents": set(), "queues": set()}
    named: dict[str, set[str]] = {"agents": set(), "queues": set()}
    for observation in evidence.observations():
        if observation.directory is not None:
            listed["agents"].update(entry.key for entry in observation.directory.agents)
            listed["queues"].update(entry.key for entry in observation.directory.queues)
        for what, keys in _keys([observation]).items():
            named[what] |= keys
            for key in sorted(keys - listed[what]):
                yield f"{what[:-1]} {key!r} is in no directory"
    if not any(named.values()):
        raise NotApplicable("nobody was named")


@CHECKS.promise
def the_directory_makes_sense(evidence: Evidence) -> Iterator[str]:
    """In a directory each key stands once and has a name, goals can be met, and agents sit on seats that there are.

    Why: Of two entries with one key the last one wins; a service level is measured against the goals.

    Mend: A `target` is a share (0.8), `threshold_ms` is ms; leave None what the source does not say.
    """
    directories = [each.directory for each in evidence.observations() if each.directory is not None]
    if not directories:
        raise NotApplicable("no directory came")
    for directory in directories:
        yield from _oddities(directory)


def _oddities(directory: Directory) -> Iterator[str]:
    for what, keys in (
        ("agent", [entry.key for entry in directory.agents]),
        ("queue", [entry.key for entry in directory.queues]),
        ("seat", [entry.label for entry in directory.seats]),
    ):
        yield from (f"{what} {key!r} stands there {n} times" for key, n in Counter(keys).items() if n > 1)
    yield from (f"agent {entry.key!r} has no name" for entry in directory.agents if not entry.name)
    yield from (f"queue {entry.key!r} has no name" for entry in directory.queues if not entry.name)
    for queue in directory.queues:
        if queue.threshold_ms is not None and 0 < queue.threshold_ms < 1000:
            yield f"queue {queue.key!r} has a threshold of {queue.threshold_ms} ms: these look like seconds"
    seats = {seat.label for seat in directory.seats}
    for agent in directory.agents:
        if seats and agent.seat is not None and agent.seat not in seats:
            yield f"agent {agent.key!r} sits on {agent.seat!r}, which is no seat"


# ------------------------------------------------------------------ snapshots


def _snapshots(evidence: Evidence) -> list[tuple[Observation, Snapshot]]:
    told = [(each, each.snapshot) for each in evidence.observations() if each.snapshot is not None]
    if not told:
        raise NotApplicable("no snapshot came")
    return told


@CHECKS.promise
def snapshots_make_sense(evidence: Evidence) -> Iterator[str]:
    """In a snapshot each agent and each waiting contact stands once, and nothing in it began after it was taken.

    Why: An agent in several queues is one agent in one state; two rows say two things.

    Mend: Put an agent's queues into `serving` of the one row; correct times by the difference of the clocks.
    """
    for observation, snapshot in _snapshots(evidence):
        agents = Counter(row.agent for row in snapshot.agents or ())
        yield from (f"agent {key!r} stands there {n} times" for key, n in agents.items() if n > 1)
        waiting = Counter((row.call, row.queue) for row in snapshot.waiting or ())
        yield from (f"call {key[0]!r} waits {n} times in {key[1]!r}" for key, n in waiting.items() if n > 1)
        for row in snapshot.agents or ():
            yield from _odd_row(row, observation.until_ms)
        for each in snapshot.waiting or ():
            if each.entered_ms > observation.until_ms + SLACK_MS:
                yield f"call {each.call!r} waits since {each.entered_ms - observation.until_ms} ms after the snapshot"


def _odd_row(row: AgentSeen, until_ms: int) -> Iterator[str]:
    moments = [row.since_ms, *(at for each in row.serving or () for at in (each.since_ms, each.paused_ms))]
    if any(at_ms is not None and at_ms > until_ms + SLACK_MS for at_ms in moments):
        yield f"agent {row.agent!r} is so since after the snapshot"
    queues = Counter(each.queue for each in row.serving or ())
    yield from (f"agent {row.agent!r} serves {key!r} {n} times" for key, n in queues.items() if n > 1)


@CHECKS.promise
def a_snapshot_is_of_now(evidence: Evidence) -> Iterator[str]:
    """A snapshot shows the source as it is when it is asked.

    Why: An old one shows agents free who have been talking for a minute.

    Mend: Ask the source in each poll; where it answers from a cache, take the time of that for `until_ms` and ask for
    less.
    """
    if Capability.PLAYED_SUPERVISOR in evidence.watch("main").capabilities:
        raise NotApplicable("it is played, on a clock of its own")
    _snapshots(evidence)
    for answer, observation, _ in evidence.watch("main").vetted:
        if observation is None or observation.snapshot is None:
            continue
        old_ms = answer.asked_ms - observation.until_ms
        if old_ms > FRESH_MS:
            yield f"one was {old_ms} ms old"


@CHECKS.promise
def snapshots_say_how_they_count(evidence: Evidence) -> Iterator[str]:
    """A snapshot `corrects` where the source reports events as well, and only there.

    Why: Beside events a snapshot must wait until it is sure; alone it is all there is, and waiting would lose it.

    Mend: `Snapshot(…, corrects=True)` if `capabilities` lists EVENTS.
    """
    events = Capability.EVENTS in evidence.watch("main").capabilities
    for _, snapshot in _snapshots(evidence):
        if snapshot.corrects != events:
            yield "one does not correct, beside events" if events else "one corrects, where there are no events"


# ------------------------------------------------------------------ what it says that it can


@CHECKS.promise
def capabilities_hold(evidence: Evidence) -> Iterator[str]:
    """What comes is what `capabilities` lists: events, snapshots, history; acts of people only if played.

    Why: The poller and the screen go by them: an adapter without EVENTS is not believed to know when something
    happened.

    Mend: List what `poll` delivers, and deliver what is listed.
    """
    watch = evidence.watch("main")
    told = evidence.observations()
    can = watch.capabilities
    if any(each.events for each in told) and Capability.EVENTS not in can:
        yield "events came, and EVENTS is not listed"
    shown = any(each.snapshot is not None for each in told)
    if shown != (Capability.SNAPSHOT in can):
        yield "snapshots came, and SNAPSHOT is not listed" if shown else "SNAPSHOT is listed, and none came"
    back = told[0].since_ms is not None and told[0].since_ms < watch.made_ms - LATE_MS
    if back and Capability.HISTORY not in can:
        yield "the first answer reaches back to before it was made, and HISTORY is not listed"
    raw = (answer.answer.told for answer in watch.vetted)
    if Capability.PLAYED_SUPERVISOR not in can and any(isinstance(each, Observation) and each.acts for each in raw):
        yield "acts of people came: only a played floor may make them up"
