"""The picture: everything a screen shows of the floor at one moment, as one immutable value.

Rows hold moments (`since_ms`), not ages, so that a pane can tick without a new picture. All names are safe to draw
as plain text (never as markup).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from data.model.acts import Ear
from data.model.discipline import NO_DISCIPLINE, Discipline, Where
from data.model.people import Decision
from data.model.words import Band, Channel, Health, Mark, State


class SourceState(NamedTuple):
    """Where the picture comes from and how far to believe it."""

    name: str
    health: Health
    measured_ms: int | None
    """The last moment that was really measured, at or before the picture's."""
    interval_ms: int = 0
    error: str = ""
    fed: bool = True
    """Whether its poller lives, so that it goes on by itself when the source does."""


_FROM_GOOD_TO_BAD = (Health.UP, Health.LATE, Health.STALE, Health.NONE, Health.DOWN)


def worst_of(sources: Iterable[SourceState]) -> SourceState:
    """Return the source that can be believed least, of equals the one measured longest ago; without any, a NONE."""
    return max(
        sources,
        key=lambda source: (_FROM_GOOD_TO_BAD.index(source.health), -(source.measured_ms or 0)),
        default=SourceState("", Health.NONE, None),
    )


class ServiceLevel(NamedTuple):
    """A service level with what it is made of; `ratio` None where nothing was offered."""

    ratio: float | None
    within: int
    n: int
    formula: str
    threshold_ms: int
    target: float = 0.8


class QueueRow(NamedTuple):
    """One queue at the moment, with the day's figures up to it."""

    id: int
    name: str
    channel: Channel
    waiting: int
    oldest_ms: int | None
    """When the longest waiting contact entered."""
    talking: int
    service: ServiceLevel
    offered: int
    answered: int
    abandoned: int
    available: int
    members: int
    free_elsewhere: int
    """Agents available on the floor who do not serve this queue, counted only while contacts wait here."""
    depth: tuple[int, ...]
    """Contacts waiting at each of the last 30 whole minutes, oldest first."""
    key: str = ""
    """What the source calls it, and the settings with it; the name may tell it from another source's as well."""
    other: int = 0
    """Of the offered those that left otherwise: overflowed, timed out, lost."""
    unknown: bool = False
    """Whether its source is not measured at the moment: who waits, talks and is free there is not known."""
    lately: int = 0
    """Contacts offered since the start of the quarter of an hour that lies half an hour before the moment's."""
    lately_ms: int = 0
    """How much of that time was measured."""
    waited_ms: int = 0
    """How long the day's answered and abandoned have waited in all."""
    source: str = ""
    """The name of the source that has it."""


class AgentRow(NamedTuple):
    """One agent at the moment, with the day's figures up to it."""

    id: int
    name: str
    team: str
    seat: str
    state: State
    reason: str
    queue: str
    since_ms: int
    """Since when in this state; for UNKNOWN, since when nothing is known."""
    calls: int
    """Contacts handled today."""
    handle_ms: int
    """Talk + hold + wrap-up of those."""
    flags: int
    praise: int
    queues: tuple[str, ...]
    break_ms: int | None
    """The end of the last break of 5 minutes or more, or the sign-in; None when not signed in."""
    urgent: int = 0
    """Of the open flags, those that ask for somebody at once."""
    queue_key: str = ""
    """What the settings call the queue."""
    source: str = ""
    """The name of the source that knows them."""


class FlagRow(NamedTuple):
    """An open flag."""

    id: int
    agent_id: int
    agent: str
    kind: str
    """A key of the site's vocabulary, or of an earlier one."""
    note: str
    by: str
    raised_ms: int
    expires_ms: int | None
    severity: int = 2
    """A `data.flags.Severity`."""
    step: str = ""
    """What comes next, a key of the vocabulary."""
    owner: str = ""
    follow_up_ms: int | None = None


class LoadPart(NamedTuple):
    """One part of a load: what was measured of it (None: nothing known), and the points of `weight` that it gives."""

    name: str
    value: float | None
    points: float
    weight: int


class LoadRow(NamedTuple):
    """An agent's workload strain at the moment, see `data.load`.

    `score` is None where less than 60 of 100 are covered. `band` holds since `since_ms`; a score over a bound is in it
    only after five minutes.
    """

    agent_id: int
    score: float | None
    coverage: int
    band: Band
    since_ms: int
    parts: tuple[LoadPart, ...]
    overdue: bool = False
    """Whether two hours have passed without a break, which asks for one whatever the score."""


class MoodRow(NamedTuple):
    """What was last noted of an agent's mood on a day: 1 to 5, None for absent."""

    agent_id: int
    at_ms: int
    mood: int | None
    note: str
    by: str
    said: bool
    """Whether the agent said so; else it is what somebody saw."""


class OfferRow(NamedTuple):
    """A break that was offered or approved and not taken yet."""

    agent_id: int
    at_ms: int
    decision: Decision
    reason: str
    by: str
    ends_ms: int | None


class FollowUpRow(NamedTuple):
    """A coaching that is to be followed up."""

    id: int
    agent_id: int
    agent: str
    note: str
    by: str
    at_ms: int
    due_ms: int


class ListeningRow(NamedTuple):
    """Somebody listens to an agent's call."""

    id: int
    agent_id: int
    listener: str
    ear: Ear
    reason: str
    since_ms: int
    ends_ms: int


class ItemRow(NamedTuple):
    """One line of the checklist at the moment: a rule; `mark` None: still to do at one place at least.

    Where it failed there is a line for each place, and one more for what is left of it. `done` of `n` places are done.
    """

    key: str
    en: str
    zh: str
    mark: Mark | None
    note: str
    by: str
    place: str
    owner: str
    due_ms: int | None
    at_ms: int | None
    where: Where = Where.FLOOR
    done: int = 0
    n: int = 1
    agent_id: int | None = None
    """Whom it failed at: `place` is their name then, for their own lead's eyes."""


class ChecklistView(NamedTuple):
    """The round that is next due, its key with it."""

    key: str
    title_en: str
    title_zh: str
    due_ms: int
    items: tuple[ItemRow, ...]


class Seat(NamedTuple):
    """A seat and where it stands within its zone."""

    label: str
    zone: str
    row: int
    column: int


class Totals(NamedTuple):
    """The floor in one line."""

    waiting: int
    oldest_ms: int | None
    service: ServiceLevel
    states: tuple[tuple[State, int], ...]
    flags: int


class Picture(NamedTuple):
    """The floor at `moment_ms`; `day` is the local day's window as (since_ms, until_ms)."""

    moment_ms: int
    day_since_ms: int
    day_until_ms: int
    source: SourceState
    """How far to believe the floor as a whole: the worst of its sources."""
    queues: tuple[QueueRow, ...]
    agents: tuple[AgentRow, ...]
    flags: tuple[FlagRow, ...]
    checklist: ChecklistView | None
    seats: tuple[Seat, ...]
    totals: Totals
    sources: tuple[SourceState, ...] = ()
    """Every source of the floor, in the order in which they were taken up; () before anything was measured."""
    loads: Mapping[int, LoadRow] = MappingProxyType({})
    """By agent; who is not signed in has none."""
    moods: Mapping[int, MoodRow] = MappingProxyType({})
    """By agent: the last of the day."""
    offers: Mapping[int, OfferRow] = MappingProxyType({})
    """By agent."""
    follow_ups: tuple[FollowUpRow, ...] = ()
    """Those due by the end of the day, the earliest first."""
    listening: tuple[ListeningRow, ...] = ()
    lapsed: Mapping[int, OfferRow] = MappingProxyType({})
    """By agent: a break that was refused of late, or offered and not taken while that held. In `offers` it is not."""
    discipline: Discipline = NO_DISCIPLINE

    @property
    def each_source(self) -> tuple[SourceState, ...]:
        """Every source of the floor, or the one that says that there is none."""
        return self.sources or (self.source,)

    @property
    def is_blind(self) -> bool:
        """Whether nobody knows how anything on the floor is at the moment."""
        if self.queues:
            return all(queue.unknown for queue in self.queues)
        return all(source.health is Health.NONE or source.measured_ms is None for source in self.each_source)

    def heard(self, sources: tuple[SourceState, ...]) -> Picture:
        """Return the picture with other word on how its sources are."""
        return self._replace(source=worst_of(sources), sources=sources)


class TimelinePart(NamedTuple):
    """A stretch of an agent's day, or of a call."""

    state: State
    reason: str
    queue: str
    since_ms: int
    until_ms: int


class CallLine(NamedTuple):
    """A contact as listed in a detail; caller masked."""

    id: int
    queue: str
    agent: str
    caller: str
    caller_name: str
    entered_ms: int
    answered_ms: int | None
    ended_ms: int | None
    wait_ms: int
    talk_ms: int | None
    outcome: str


class Detail(NamedTuple):
    """An agent's or a queue's day up to the moment: what Enter opens."""

    title: str
    moment_ms: int
    day_since_ms: int
    day_until_ms: int
    timeline: tuple[TimelinePart, ...]
    calls: tuple[CallLine, ...]
    figures: tuple[tuple[str, float | int | None, str], ...]
    """(name, value, unit) with units "n", "ms", "ratio"."""
    depth: tuple[int, ...] = ()
    """Of a queue: contacts waiting at each whole minute from `depth_since_ms` on."""
    depth_since_ms: int = 0
    calls_in_all: int = 0
    """How many visits there were; `calls` may list only the newest of them."""
    queue_key: str = ""
    """Of a queue: what the settings call it."""
    person: Person | None = None
    """Of an agent."""


class CoachingLine(NamedTuple):
    """A coaching or a praise of an agent, as listed on the agent's own page."""

    id: int
    at_ms: int
    praise: bool
    note: str
    by: str
    follow_up_ms: int | None
    done_ms: int | None
    done_note: str


class FlagLine(NamedTuple):
    """A flag of an agent, open or dealt with."""

    flag: FlagRow
    resolved_ms: int | None
    resolved_by: str
    helped: str


class Person(NamedTuple):
    """What the agent's own page shows besides the day: the newest first, of the weeks that are kept."""

    load: LoadRow | None
    load_day: tuple[float | None, ...]
    """The score at each quarter of an hour from `load_since_ms` on."""
    load_since_ms: int
    flags: tuple[FlagLine, ...]
    moods: tuple[MoodRow, ...]
    coaching: tuple[CoachingLine, ...]
    decisions: tuple[OfferRow, ...]
    """The day's decisions about breaks, of every kind."""
    listening: tuple[ListeningRow, ...]
    """Who listened today; `ends_ms` is when it ended where it has."""
