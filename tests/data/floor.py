"""Observations to test with: floors where all goes well, and floors where anything is said at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from hypothesis import strategies as st

from data.adapters.queue_log.lines import PARSERS
from data.model.days import MINUTE, SECOND
from data.model.known import Known, Rows
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    Directory,
    Event,
    Observation,
    Paused,
    QueueEntry,
    Resumed,
    RingEnded,
    SignedIn,
    SignedOut,
    SourceRestarted,
    WrapUpEnded,
)
from data.model.rows import Call, Coverage, Member, Ring, Sample, Span
from data.model.words import Channel, Outcome
from data.recorder import record
from tests.data.logs import START, queue_logs

CHAT = Directory(queues=(QueueEntry("chat", "Chat", Channel.CHAT), QueueEntry("sales", "Sales")))

AGENTS = st.sampled_from(["Ann", "Bob", "Cai"])
QUEUES = st.sampled_from(["sales", "support", "chat"])
MAYBE_QUEUE = st.one_of(st.none(), QUEUES)
CALLS = st.sampled_from(["c1", "c2", "c3", "c4"])
LENGTH = st.one_of(st.none(), st.integers(0, 120).map(lambda n: n * SECOND))
REASON = st.sampled_from(["", "Lunch", "培训"])
STEP = st.sampled_from([0, 0, 1, 500, 1_000, 5_000, 30_000, 61_000, 400_000])
BACK = st.sampled_from([0, 0, 0, 0, 0, 1_000, 60_000, 3_600_000])


@st.composite
def any_event(draw: st.DrawFn, at_ms: int) -> Event:
    """Draw something that is said at a moment, whether it makes sense or not."""
    call, queue, agent, other = draw(CALLS), draw(QUEUES), draw(AGENTS), draw(MAYBE_QUEUE)
    makers: dict[str, Callable[[], Event]] = {
        "entered": lambda: CallEntered(at_ms, call, queue, "555"),
        "ringing": lambda: CallRinging(at_ms, call, queue, agent),
        "rung": lambda: RingEnded(at_ms, call, queue, agent, draw(LENGTH), draw(st.booleans())),
        "answered": lambda: CallAnswered(at_ms, call, queue, agent, draw(LENGTH), draw(LENGTH)),
        "held": lambda: CallHeld(at_ms, call, queue, agent),
        "resumed": lambda: CallResumed(at_ms, call, queue, agent),
        "ended": lambda: CallEnded(
            at_ms,
            call,
            queue,
            draw(st.one_of(st.none(), AGENTS)),
            draw(st.sampled_from([o for o in Outcome if o != Outcome.LOST])),
            draw(LENGTH),
            draw(LENGTH),
            draw(LENGTH),
            draw(st.booleans()),
        ),
        "wrapped": lambda: WrapUpEnded(at_ms, call, queue, agent),
        "in": lambda: SignedIn(at_ms, agent, other, draw(st.booleans())),
        "out": lambda: SignedOut(at_ms, agent, other, draw(LENGTH)),
        "paused": lambda: Paused(at_ms, agent, other, draw(REASON)),
        "unpaused": lambda: Resumed(at_ms, agent, other),
        "restarted": lambda: SourceRestarted(at_ms),
    }
    often = ["entered", "answered", "ended", "ringing"] * 3
    return makers[draw(st.sampled_from([*makers, *often]))]()


@st.composite
def any_events(draw: st.DrawFn, most: int = 30) -> list[Event]:
    """Draw what may be said in an hour or so, with time going back now and then."""
    steps = draw(st.lists(st.tuples(STEP, BACK), max_size=most))
    moments = accumulate((step for step, _ in steps), initial=START)
    return [draw(any_event(moment - back)) for moment, (_, back) in zip(moments, steps, strict=False)]


@st.composite
def logged_events(draw: st.DrawFn, nasty: bool = False) -> list[Event]:
    """Draw the events of a queue log."""
    events = []
    for line in draw(queue_logs(nasty=nasty)):
        fields = line.split("|")
        if len(fields) > 4 and fields[0].isdigit() and len(fields[0]) == 10 and fields[4] in PARSERS:
            epoch, call, queue, agent, kind, *data = fields
            events.append(PARSERS[kind](int(epoch) * 1000, call, queue, agent, data))
    return events


def in_pieces(
    events: Sequence[Event], cuts: Iterable[int] = (), directory: Directory | None = CHAT
) -> list[Observation]:
    """Return the events as observations without gaps between them, cut before the given places."""
    if not events:
        return []
    since_ms = until_ms = min(event.at_ms for event in events)
    observations: list[Observation] = []
    places = sorted({0, len(events), *(cut % len(events) for cut in cuts)})
    for start, end in pairwise(places):
        piece = list(events[start:end])
        until_ms = max(until_ms, *(event.at_ms for event in piece))
        told = directory if start == 0 else None
        observations.append(Observation("test", since_ms, until_ms, piece, (), told, f"{end}"))
        since_ms = until_ms
    return observations


@st.composite
def watches(draw: st.DrawFn, events: st.SearchStrategy[list[Event]]) -> list[Observation]:
    """Draw observations of a source that is lost now and then, and that tells some of them twice."""
    shift, seen = 0, []
    for piece in in_pieces(draw(events), draw(st.lists(st.integers(1, 40), max_size=5))):
        shift += draw(st.sampled_from([0, 0, 1, 30_000, 7_200_000]))
        assert piece.since_ms is not None
        moved = piece._replace(
            since_ms=piece.since_ms + shift,
            until_ms=piece.until_ms + shift,
            events=[event._replace(at_ms=event.at_ms + shift) for event in piece.events],
        )
        seen += [moved] * draw(st.sampled_from([1, 1, 1, 2]))
    return seen


@dataclass
class Tables:
    """The rows as the store would hold them."""

    spans: dict[tuple[int, int], Span] = field(default_factory=dict)
    calls: dict[int, Call] = field(default_factory=dict)
    members: dict[tuple[int, int, int], Member] = field(default_factory=dict)
    rings: dict[tuple[int, int, int, int], Ring] = field(default_factory=dict)
    samples: dict[tuple[int, int], Sample] = field(default_factory=dict)
    coverage: dict[int, Coverage] = field(default_factory=dict)
    agents: dict[int, str] = field(default_factory=dict)
    queues: dict[int, str] = field(default_factory=dict)

    def add(self, rows: Rows) -> None:
        """Write what an observation changed."""
        self.agents |= dict(rows.agents)
        self.queues |= dict(rows.queues)
        self.spans |= rows.spans
        for number, (before, after) in rows.calls.items():
            assert before == self.calls.get(number), "what the row was before is not what it was"
            self.calls[number] = after
        self.members |= rows.members
        self.rings |= {(r.at_ms, r.agent_id, r.queue_id, r.call_id or 0): r for r in rows.rings}
        self.samples |= {(s.queue_id, s.at_ms): s for s in rows.samples}
        self.coverage |= {c.since_ms: c for c in rows.coverage}

    def of_agent(self, agent_id: int) -> list[Span]:
        """Return an agent's spans in order."""
        return sorted((s for s in self.spans.values() if s.agent_id == agent_id), key=lambda s: s.since_ms)


def recorded(observations: Iterable[Observation], known: Known | None = None) -> tuple[Known, Tables]:
    """Return what a recorder knows after the observations, and the rows that it wrote."""
    known = known or Known(1)
    tables = Tables()
    for observation in observations:
        known, rows = record(known, observation)
        tables.add(rows)
    return known, tables


__all__ = ["MINUTE", "Tables", "any_events", "in_pieces", "logged_events", "recorded", "watches"]
