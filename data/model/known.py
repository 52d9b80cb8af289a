"""What the recorder remembers between observations, and what it hands to the writer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from data.model.observation import Act, AgentEntry, Directory, QueueEntry, SeatEntry
from data.model.rows import Call, Coverage, Member, Ring, Sample, Span
from data.model.words import State

Doing = tuple[State, str, int | None, int | None]
"""What an agent does: the state, the reason of a pause, the queue's id and the call's."""


class Seen(NamedTuple):
    """What a snapshot shows an agent do that no event and no membership explains."""

    state: State
    reason: str = ""
    queue_id: int | None = None


class AgentKnown(NamedTuple):
    """One agent as the recorder knows them.

    `members` maps a queue's id to its open `Member` row. `signed_in` is a sign-in that names no queue, or one
    presumed because the agent acts; `presumed` without it: a restart ended what was presumed. `calls` are the
    answered, open visits, oldest first; `ringing` and `wrapping` are (call id, queue id). `span` is the open span;
    None when nothing is known. `seen` holds while nothing better is known: there are no `calls` and no `wrapping` then.
    """

    id: int
    key: str
    members: Mapping[int, Member] = {}
    signed_in: bool = False
    presumed: bool = False
    paused: str | None = None
    calls: tuple[int, ...] = ()
    held: bool = False
    ringing: tuple[int, int] | None = None
    wrapping: tuple[int, int] | None = None
    span: Span | None = None
    seen: Seen | None = None


def doing(agent: AgentKnown, calls: Mapping[int, Call]) -> Doing:
    """Return the one thing that an agent does by all that is known of them; `calls` are the open visits by id."""
    if agent.calls:
        call_id = agent.calls[-1]
        return State.HOLD if agent.held else State.TALKING, "", calls[call_id].queue_id, call_id
    if agent.seen is not None:
        return *agent.seen, None
    if agent.ringing is not None:
        call_id, queue_id = agent.ringing
        return State.RINGING, "", queue_id, call_id
    if not agent.signed_in and not agent.members:
        return State.UNKNOWN if agent.presumed else State.OFFLINE, "", None, None
    if agent.wrapping is not None:
        call_id, queue_id = agent.wrapping
        return State.WRAP_UP, "", queue_id, call_id
    if agent.paused is not None:
        return State.NOT_READY, agent.paused, None, None
    if agent.members and all(m.paused is not None for m in agent.members.values()):
        last = max(agent.members.values(), key=lambda m: (m.since_ms, m.queue_id))
        return State.NOT_READY, last.paused or "", None, None
    return State.AVAILABLE, "", None, None


Doubt = tuple[str, str, Hashable]
"""A difference that one snapshot showed: of an "agent" or a "contact", its key, and what differs."""


class Standing(NamedTuple):
    """The part of `AgentKnown` that neither a span nor a membership tells; it is kept with the agent."""

    signed_in: bool
    presumed: bool
    paused: str | None


class Known(NamedTuple):
    """All that the recorder needs of one source's past. Treat the mappings as frozen."""

    source_id: int
    agents: Mapping[str, AgentKnown] = {}
    queues: Mapping[str, int] = {}
    channels: Mapping[int, str] = {}
    entries: Mapping[str, AgentEntry | QueueEntry | SeatEntry] = {}
    """The last directory entry written for each agent (`a:key`), queue (`q:key`) and seat (`s:label`)."""
    open: Mapping[tuple[str, int, int], Call] = {}
    """Open visits by (contact, queue id, 0); one still talked when the contact is back in the same queue has its
    agent's id in place of the 0 (a transfer to a queue is logged after the new entry)."""
    closed: Mapping[tuple[str, int], Call] = {}
    """The last ended visit by (contact, queue id), for as long as a late word on it may come."""
    derived: frozenset[int] = frozenset()
    """Open visits whose entry was not seen but worked out."""
    coverage: Coverage | None = None
    cursor: str | None = None
    next_agent: int = 1
    next_queue: int = 1
    next_call: int = 1
    doubts: Mapping[Doubt, int] = {}
    """When a difference was first seen that the next snapshot has to show again to be believed. It is not stored."""


@dataclass(slots=True)
class Rows:
    """What one observation changes, for the writer to put down in one transaction.

    `calls` maps an id to (the row as it stood, or None; the row as it is now). `spans` and `members` are keyed by
    what is unique of them, so that a row opened and closed within one observation is written once.
    """

    source_id: int
    agents: list[tuple[int, str]] = field(default_factory=list)
    queues: list[tuple[int, str]] = field(default_factory=list)
    directory: list[tuple[int, Directory]] = field(default_factory=list)
    spans: dict[tuple[int, int], Span] = field(default_factory=dict)
    calls: dict[int, tuple[Call | None, Call]] = field(default_factory=dict)
    members: dict[tuple[int, int, int], Member] = field(default_factory=dict)
    standings: dict[int, Standing] = field(default_factory=dict)
    rings: list[Ring] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    acts: tuple[Act, ...] = ()
    cursor: str | None = None
    derived: int = 0
    """Visits whose entry was not seen."""
    repeats: int = 0
    """Events that said what was already known."""

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(
            self.agents
            or self.queues
            or self.directory
            or self.spans
            or self.calls
            or self.members
            or self.standings
            or self.rings
            or self.samples
            or self.coverage
            or self.acts
        )
