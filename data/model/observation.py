"""What an adapter says: events with the source's own time, and who and what there is.

An adapter reports facts and leaves out what it does not know (None). Times are UTC milliseconds. Agents, queues
and calls are named by the source's own keys; the recorder gives them their ids. There is no field for an emotion,
and there will be none.
"""

from __future__ import annotations

from typing import NamedTuple

from data.model.discipline_acts import DisciplineAct
from data.model.words import Channel, FlagKind, Outcome, State


class CallEntered(NamedTuple):
    """A contact joined a queue and waits."""

    at_ms: int
    call: str
    queue: str
    caller: str = ""
    caller_name: str = ""


class CallRinging(NamedTuple):
    """An agent's phone began to ring for a waiting contact."""

    at_ms: int
    call: str
    queue: str
    agent: str


class RingEnded(NamedTuple):
    """An agent's phone stopped ringing without an answer; `cancelled` when the caller gave up meanwhile."""

    at_ms: int
    call: str
    queue: str
    agent: str
    ring_ms: int | None = None
    cancelled: bool = False


class CallAnswered(NamedTuple):
    """An agent and the contact are connected. `wait_ms` is the source's figure; None: take the times."""

    at_ms: int
    call: str
    queue: str
    agent: str
    wait_ms: int | None = None
    ring_ms: int | None = None


class CallHeld(NamedTuple):
    """The agent put the contact on hold."""

    at_ms: int
    call: str
    queue: str
    agent: str


class CallResumed(NamedTuple):
    """The agent took the contact off hold."""

    at_ms: int
    call: str
    queue: str
    agent: str


class CallEnded(NamedTuple):
    """The queue visit is over. For answered ones `outcome` is ANSWERED or TRANSFERRED.

    `wait_ms`, `talk_ms` (without hold) and `hold_ms` are the source's figures and win over differences of times.
    `wraps_up`: the agent now does after-call work until a `WrapUpEnded`.
    """

    at_ms: int
    call: str
    queue: str
    agent: str | None
    outcome: Outcome
    wait_ms: int | None = None
    talk_ms: int | None = None
    hold_ms: int | None = None
    wraps_up: bool = False


class WrapUpEnded(NamedTuple):
    """The agent finished the after-call work of a call."""

    at_ms: int
    call: str
    queue: str
    agent: str


class SignedIn(NamedTuple):
    """An agent serves a queue from now on; `queue` None: signed in without naming one."""

    at_ms: int
    agent: str
    queue: str | None = None
    paused: bool = False


class SignedOut(NamedTuple):
    """An agent serves a queue no longer; None: none at all. `signed_in_ms` is the source's length of the session."""

    at_ms: int
    agent: str
    queue: str | None = None
    signed_in_ms: int | None = None


class Paused(NamedTuple):
    """An agent takes no calls of a queue (None: of any)."""

    at_ms: int
    agent: str
    queue: str | None
    reason: str = ""


class Resumed(NamedTuple):
    """The end of a pause, in one queue or (None) in all."""

    at_ms: int
    agent: str
    queue: str | None


class SourceRestarted(NamedTuple):
    """The telephony system started: calls in progress are lost, sign-ins are void."""

    at_ms: int


class FlagRaised(NamedTuple):
    """A person saw something about an agent (only the simulator's played supervisor sends these)."""

    at_ms: int
    agent: str
    kind: FlagKind
    by: str
    note: str = ""
    expires_ms: int | None = None
    step: str = ""
    """A key of the vocabulary's next steps, see `data.flags`."""
    owner: str = ""
    follow_up_ms: int | None = None


class FlagResolved(NamedTuple):
    """The open flag of this kind on this agent is dealt with."""

    at_ms: int
    agent: str
    kind: FlagKind
    by: str
    note: str = ""


class MoodNoted(NamedTuple):
    """How an agent seemed to a person, or (`said`) said to be: 1 to 5; None: absent. It may be of an earlier day."""

    at_ms: int
    agent: str
    mood: int | None
    by: str
    note: str = ""
    said: bool = False


class CoachingNoted(NamedTuple):
    """What a person worked on with an agent, or praised them for."""

    at_ms: int
    agent: str
    note: str
    by: str
    praise: bool = False
    follow_up_ms: int | None = None


Event = (
    CallEntered
    | CallRinging
    | RingEnded
    | CallAnswered
    | CallHeld
    | CallResumed
    | CallEnded
    | WrapUpEnded
    | SignedIn
    | SignedOut
    | Paused
    | Resumed
    | SourceRestarted
)
"""What telephony reports."""

Act = FlagRaised | FlagResolved | MoodNoted | CoachingNoted | DisciplineAct
"""What people do. Taken from the simulator's played supervisor only; people's own come through the desk."""


class AgentEntry(NamedTuple):
    """What the source knows of an agent; None where it does not say."""

    key: str
    name: str
    team: str | None = None
    seat: str | None = None
    skills: tuple[str, ...] = ()


class QueueEntry(NamedTuple):
    """What the source knows of a queue; None where it does not say."""

    key: str
    name: str
    channel: Channel = Channel.VOICE
    threshold_ms: int | None = None
    short_abandon_ms: int | None = None
    target: float | None = None
    formula: str | None = None


class SeatEntry(NamedTuple):
    """A seat and where it stands: `row` and `column` count from 0 within its zone."""

    label: str
    zone: str
    row: int
    column: int


class Directory(NamedTuple):
    """Who and what there is, sent when it is first known and when it changes."""

    agents: tuple[AgentEntry, ...] = ()
    queues: tuple[QueueEntry, ...] = ()
    seats: tuple[SeatEntry, ...] = ()


class Serving(NamedTuple):
    """An agent serves a queue; `paused` is the reason of a pause there, None where there is none.

    `since_ms` and `paused_ms` say when that began, where the source knows.
    """

    queue: str
    paused: str | None = None
    since_ms: int | None = None
    paused_ms: int | None = None


class AgentSeen(NamedTuple):
    """An agent as the source shows them at one moment.

    `state` is what they do, `or_states` what that looks the same as at this source: no difference is made of one of
    those. `since_ms` is when it began, where the source times it; the poller's own times hold where it does not.
    `queue` and `call` are what they are busy with. `serving` None: the source has no such notion.
    """

    agent: str
    state: State
    since_ms: int | None = None
    reason: str = ""
    queue: str | None = None
    call: str | None = None
    serving: tuple[Serving, ...] | None = None
    or_states: frozenset[State] = frozenset()


class WaitingSeen(NamedTuple):
    """A contact that waits in a queue at one moment."""

    call: str
    queue: str
    entered_ms: int
    caller: str = ""
    caller_name: str = ""


class Snapshot(NamedTuple):
    """How the source is at one moment: all agents, and all that wait (None: the source does not tell).

    `corrects`: the source reports events as well, so that what they say goes before. A difference then counts when the
    next snapshot shows it again and no event on that agent or contact came in between; its time is when it was first
    seen. Without `corrects` the snapshot is all there is, and counts at once. An agent who is in none of the rows is
    signed out; that nobody at all is left always takes a second snapshot to be believed.
    """

    agents: tuple[AgentSeen, ...] | None = None
    waiting: tuple[WaitingSeen, ...] | None = None
    corrects: bool = False


class Observation(NamedTuple):
    """One answer of an adapter: all that happened after `since_ms` up to and including `until_ms`.

    `since_ms` None: the source can't say since when it was watching (a first poll). If it is later than the end
    of the last observation, what lies between was not measured. `cursor` is the adapter's own bookmark, kept with
    the rows in one transaction and handed back when it starts again; an observation whose cursor is the one
    already kept changes nothing. `snapshot` is how the source is at `until_ms`, after the events.
    """

    source: str
    since_ms: int | None
    until_ms: int
    events: tuple[Event, ...] | list[Event] = ()
    acts: tuple[Act, ...] = ()
    directory: Directory | None = None
    cursor: str | None = None
    snapshot: Snapshot | None = None
