"""One agent's work as of a moment, told from what the agent did up to then, and from nothing later.

Pure: no clock, no I/O. How strain is reckoned from it is said in `data.load`. Times are ms.

What lies more than two hours back says nothing of the strain of now, but for the day's breaks, hours and lateness: the
calls of `MEMORY_MS` and what an agent did at the phone for an hour are enough to know a moment. What nobody measured is
neither work nor rest; where too much is unknown, a part is None. How drifts are reckoned is said in `data.drift`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from data.baselines import Baseline
from data.breaks import POLICY, BreakPolicy, allowance, canonical, is_protected
from data.drift import NO_JUDGE, Drift, Judge, Reading
from data.load import LOAD_POLICY, OVERDUE_MINUTES, LoadPolicy, Workload, load_row, score_of
from data.model.days import HOUR, MINUTE
from data.model.picture import LoadRow
from data.model.rows import Call, Span
from data.model.words import Outcome

MEMORY_MS = 2 * HOUR
"""How far back calls matter."""

REST_MS = 5 * MINUTE
"""So long a time off the phone is a break."""

LONG_HOLD_MS = 2 * MINUTE
"""A call with more hold is a hard one."""

BETWEEN_MS = MINUTE
"""Calls with less between them come back to back."""

LEAST_ON_PHONE_MS = HOUR // 2
"""An occupancy says nothing before so much of the hour was spent with contacts or free for them."""

MOST_UNKNOWN_MS = HOUR // 2
"""With more unknown of the last hour its hard calls are not known, and of the day its hours."""

_FOREVER = 1 << 62
_BUSY = frozenset({"talking", "hold", "wrap_up"})

Stretch = tuple[int, str, str, int, int | None]
"""An agent's span as (agent's id, state, reason, since, until); until None: it still goes on."""

Stretches = list[tuple[int, int]]
"""(since, until), in order, none touching another."""


Visit = tuple[int, int, int, int | None, int | None, int | None, int | None, bool]
"""A call that an agent answered, as (agent's id, queue's id, answered, ended, talk, hold, wrap-up, transferred); None:
not known, or not yet."""


class Usual(NamedTuple):
    """What an agent's work is held against: the site's rules, the ids of hard queues, the agent's own baselines."""

    breaks: BreakPolicy = POLICY
    policy: LoadPolicy = LOAD_POLICY
    hard_queues: frozenset[int] = frozenset()
    baselines: Mapping[int, Baseline] = {}
    """By the queue's id."""


USUAL = Usual()
"""The rules as shipped, and nothing known of the agent."""


def stretch_of(span: Span) -> Stretch:
    """Return what counts of a span."""
    return span.agent_id, span.state, span.reason, span.since_ms, span.until_ms


def visit_of(call: Call) -> Visit | None:
    """Return what counts of a call, None where no agent answered it."""
    if call.answered_ms is None or call.agent_id is None:
        return None
    lengths = (call.talk_ms, call.hold_ms, call.wrap_up_ms)
    transferred = call.outcome == Outcome.TRANSFERRED
    return call.agent_id, call.queue_id, call.answered_ms, call.ended_ms, *lengths, transferred


class Workday:
    """An agent's day, to be asked as of any moment that was measured, once or often."""

    def __init__(
        self,
        stretches: Iterable[Stretch],
        visits: Iterable[Visit],
        day_ms: int,
        usual: Usual = USUAL,
        sparse: bool = False,
    ) -> None:
        """Take up a day.

        Args:
            stretches: What the agent did, in order, since `MEMORY_MS` and `REST_MS` before the day or earlier.
            visits: The calls that the agent answered, those that ended `MEMORY_MS` before the time that is asked for or
                later, and the ones shortly before.
            day_ms: When the day began.
            usual: What it is held against.
            sparse: Whether of the stretches but the first those at the phone may be left out that ended an hour before
                the time that is asked for. Else what lies between two stretches was not measured.
        """
        self.day_ms = day_ms
        self._policy = usual.policy
        self._take_states(stretches, usual.breaks, sparse)
        self._take_visits(visits, usual)
        self._scores: dict[int, float | None] = {}

    # ------------------------------------------------------------------ asking

    def load_at(self, agent_id: int, minute_ms: int) -> LoadRow:
        """Return the load as of a whole minute, of whom it is by `agent_id`."""
        return load_row(agent_id, minute_ms, self.day_ms, self.at, self.score_at)

    def score_at(self, minute_ms: int) -> float | None:
        """Return the score as of a whole minute."""
        if minute_ms not in self._scores:
            self._scores[minute_ms] = score_of(self.at(minute_ms))
        return self._scores[minute_ms]

    def at(self, moment_ms: int) -> Workload:
        """Return the work as of a moment."""
        hour_ms = moment_ms - HOUR
        of_late_ms = max(moment_ms - MEMORY_MS, self.day_ms - 1)
        seen = self._unknown.between(max(hour_ms, self._begun_ms), moment_ms) <= MOST_UNKNOWN_MS
        return Workload(
            self._since_break(moment_ms),
            self._occupancy(hour_ms, moment_ms),
            self._hard_calls(moment_ms) if seen else None,
            self._back_to_back(moment_ms),
            self._handle.at(of_late_ms, moment_ms),
            self._wrap_up.at(of_late_ms, moment_ms),
            self._hours(moment_ms),
            self._late.between(self.day_ms, moment_ms) / MINUTE if self._policy.count_lateness else None,
        )

    def is_signed_in(self, moment_ms: int) -> bool:
        """Tell whether the agent was signed in at a moment, as far as is known."""
        return moment_ms >= self._first_ms and not self._out.covers(moment_ms)

    # ------------------------------------------------------------------ states

    def _take_states(self, stretches: Iterable[Stretch], breaks: BreakPolicy, sparse: bool) -> None:
        busy: Stretches = []
        free: Stretches = []
        rests: Stretches = []
        unknown: Stretches = []
        off: Stretches = []
        pauses: list[tuple[str, int, int]] = []
        into = dict.fromkeys(_BUSY, busy) | {
            "available": free,
            "not_ready": rests,
            "offline": rests,
            "unknown": unknown,
        }
        first_ms = ended_ms = _FOREVER
        for _, state, reason, since_ms, until_ms in stretches:
            if first_ms == _FOREVER:
                first_ms = since_ms
            elif ended_ms < since_ms and not sparse:
                _join(unknown, ended_ms, since_ms)
            ended_ms = _FOREVER if until_ms is None else until_ms
            if ended_ms == since_ms or state not in into:
                continue
            _join(into[state], since_ms, ended_ms)
            if state == "not_ready":
                pauses.append((reason, since_ms, ended_ms))
            elif state == "offline":
                off.append((since_ms, ended_ms))
        if ended_ms != _FOREVER:
            _join(unknown, ended_ms, _FOREVER)
        self._first_ms = first_ms
        self._unknown, self._busy, self._free = _Time(unknown), _Time(busy), _Time(free)
        self._take_pauses(pauses, off, unknown, breaks)
        self._take_rests([rest for rest in rests if rest[1] - rest[0] >= REST_MS], unknown)

    def _take_pauses(
        self, pauses: list[tuple[str, int, int]], off: Stretches, unknown: Stretches, breaks: BreakPolicy
    ) -> None:
        """Keep the times that are not worked, when work began, and the times over the allowances of breaks."""
        out = sorted([*off, *unknown])
        self._begun_ms = max(self.day_ms, self._first_ms)
        for since_ms, until_ms in out:
            if since_ms <= self._begun_ms < until_ms:
                self._begun_ms = until_ms
        meals, late = [], []
        for reason, since_ms, until_ms in pauses:
            if canonical(reason, breaks) == "meal":
                meals.append((since_ms, until_ms))
            over_ms = _over_ms(reason, since_ms, breaks)
            if over_ms is not None and over_ms < until_ms:
                late.append((over_ms, until_ms))
        self._out, self._late = _Time(out), _Time(late)
        self._away = _Time(sorted([*out, *meals]))

    def _take_rests(self, rests: Stretches, holes: Stretches) -> None:
        """Keep from when on each break counts as one, and what the minutes without one are counted from."""
        self._rested = [since_ms + REST_MS for since_ms, _ in rests]
        self._rests = rests
        marks = [(self._first_ms, True), *((until_ms, True) for _, until_ms in rests)]
        marks += [(until_ms, False) for since_ms, until_ms in holes if until_ms - since_ms >= REST_MS]
        marks.sort()
        self._marks = [at_ms for at_ms, _ in marks]
        self._sure = [sure for _, sure in marks]

    def _since_break(self, moment_ms: int) -> float | None:
        """Return the minutes since the last break, at most those since `MEMORY_MS` before the day.

        A long enough time that nobody measured may have been one: what is counted from its end is a least figure, and
        known only once it is as much as counts.
        """
        rest = bisect_right(self._rested, moment_ms) - 1
        if rest >= 0 and self._rests[rest][1] > moment_ms:
            return 0.0
        mark = bisect_right(self._marks, moment_ms) - 1
        if mark < 0:
            return None
        minutes = (moment_ms - max(self._marks[mark], self.day_ms - MEMORY_MS)) / MINUTE
        return minutes if self._sure[mark] or minutes >= OVERDUE_MINUTES else None

    def _occupancy(self, hour_ms: int, moment_ms: int) -> float | None:
        busy_ms = self._busy.between(hour_ms, moment_ms)
        on_phone_ms = busy_ms + self._free.between(hour_ms, moment_ms)
        return busy_ms / on_phone_ms if on_phone_ms >= LEAST_ON_PHONE_MS else None

    def _hours(self, moment_ms: int) -> float | None:
        """Return the hours worked today: signed in, without meals, which the usual laws don't count as working time."""
        since_ms = self._begun_ms
        if moment_ms <= since_ms:
            return 0.0
        if self._unknown.between(since_ms, moment_ms) > MOST_UNKNOWN_MS:
            return None
        return (moment_ms - since_ms - self._away.between(since_ms, moment_ms)) / HOUR

    # ------------------------------------------------------------------ calls

    def _take_visits(self, visits: Iterable[Visit], usual: Usual) -> None:
        calls: list[tuple[int, int, int]] = []
        hard: list[tuple[int, int]] = []
        handle: list[Reading | None] = []
        wrap_up: list[Reading | None] = []
        judges = {queue_id: Judge(baseline) for queue_id, baseline in usual.baselines.items()}
        for _, queue_id, answered_ms, ended_ms, talk_ms, hold_ms, wrap_up_ms, transferred in visits:
            end_ms = _FOREVER if ended_ms is None else ended_ms
            calls.append((answered_ms, end_ms, end_ms + (wrap_up_ms or 0)))
            judge = judges.get(queue_id, NO_JUDGE)
            if queue_id in usual.hard_queues:
                hard.append((answered_ms, end_ms + HOUR))
            if ended_ms is None:
                continue
            is_hard = transferred or (hold_ms or 0) > LONG_HOLD_MS or judge.is_long(talk_ms)
            if is_hard and queue_id not in usual.hard_queues:
                hard.append((ended_ms, ended_ms + HOUR))
            if talk_ms is not None:
                handle.append(judge.handle(ended_ms, talk_ms + (hold_ms or 0), wrap_up_ms))
            if wrap_up_ms is not None:
                wrap_up.append(judge.wrap_up(ended_ms, wrap_up_ms))
        self._hard_from = sorted(from_ms for from_ms, _ in hard)
        self._hard_until = sorted(until_ms for _, until_ms in hard)
        self._handle = Drift([reading for reading in handle if reading is not None])
        self._wrap_up = Drift([reading for reading in wrap_up if reading is not None])
        self._take_rows(sorted(calls))

    def _hard_calls(self, moment_ms: int) -> float:
        """Return how many hard calls ended in the last hour; one of a hard queue counts from its answer on."""
        return float(bisect_right(self._hard_from, moment_ms) - bisect_right(self._hard_until, moment_ms))

    # ------------------------------------------------------------------ calls in a row

    def _take_rows(self, calls: list[tuple[int, int, int]]) -> None:
        """Keep the calls, as (answered, ended, wrapped up) in order, and with which each row of them began."""
        self._calls = calls
        self._answered = [answered_ms for answered_ms, _, _ in calls]
        self._freed: list[int] = []
        """When the agent was done with a call and all before it."""
        self._row: list[int] = []
        """The place of the call with which each one's row began."""
        freed_ms = -_FOREVER
        for place, (answered_ms, _, wrapped_ms) in enumerate(calls):
            self._row.append(self._row[-1] if answered_ms - freed_ms < BETWEEN_MS else place)
            freed_ms = max(freed_ms, wrapped_ms)
            self._freed.append(freed_ms)

    def _back_to_back(self, moment_ms: int) -> float | None:
        """Return how many calls of the last two hours were answered in the row that goes on."""
        last = bisect_right(self._answered, moment_ms) - 1
        if last < 0 or self._idle_since(moment_ms) - self._freed_as_of(last, moment_ms) >= BETWEEN_MS:
            return 0.0
        first = last
        while first and self._freed[first - 1] > moment_ms:  # what is not known yet does not join
            if self._answered[first] - self._freed_as_of(first - 1, moment_ms) >= BETWEEN_MS:
                break
            first -= 1
        else:
            first = self._row[first]
        oldest = bisect_left(self._answered, moment_ms - MEMORY_MS)
        began_ms = self._answered[first]
        if first >= oldest and self._unknown.between(began_ms - BETWEEN_MS, began_ms):
            return None  # there may have been one just before
        return float(last - max(first, oldest) + 1)

    def _idle_since(self, moment_ms: int) -> int:
        """Return the moment, or when what the agent is busy with began."""
        i = bisect_right(self._busy.since, moment_ms) - 1
        return self._busy.since[i] if i >= 0 and moment_ms < self._busy.until[i] else moment_ms

    def _freed_as_of(self, place: int, moment_ms: int) -> int:
        """Return when the agent was done with a call and all before it, as known at a moment."""
        known_ms = -_FOREVER
        while place >= 0 and self._freed[place] > moment_ms:
            _, ended_ms, wrapped_ms = self._calls[place]
            known_ms = max(known_ms, wrapped_ms if wrapped_ms <= moment_ms else min(ended_ms, moment_ms))
            place -= 1
        return max(known_ms, self._freed[place]) if place >= 0 else known_ms


# ------------------------------------------------------------------ what a day is made of


class _Time:
    """A kind of time: how much of it has passed."""

    __slots__ = ("before", "since", "until")

    def __init__(self, stretches: Stretches) -> None:
        self.since = [since_ms for since_ms, _ in stretches]
        self.until = [until_ms for _, until_ms in stretches]
        self.before: list[int] = []
        """How much of it lies before each stretch."""
        total = 0
        for since_ms, until_ms in stretches:
            self.before.append(total)
            total += until_ms - since_ms

    def between(self, since_ms: int, until_ms: int) -> int:
        """Return how much of it lies between two moments; none where the second is before the first."""
        return self._up_to(until_ms) - self._up_to(since_ms) if self.since and since_ms < until_ms else 0

    def covers(self, moment_ms: int) -> bool:
        """Tell whether a moment lies in it."""
        i = bisect_right(self.since, moment_ms) - 1
        return i >= 0 and moment_ms < self.until[i]

    def _up_to(self, moment_ms: int) -> int:
        i = bisect_right(self.since, moment_ms) - 1
        if i < 0:
            return 0
        until_ms = self.until[i]
        return self.before[i] + (moment_ms if moment_ms < until_ms else until_ms) - self.since[i]


def _over_ms(reason: str, since_ms: int, breaks: BreakPolicy) -> int | None:
    """Return from when on a break that began at a moment is over its allowance; None where nobody is late from it.

    What is planned ends when others say so.
    """
    allowed_ms = allowance(reason, breaks)
    if allowed_ms is None or is_protected(reason, breaks) or canonical(reason, breaks) in breaks.planned:
        return None
    return since_ms + allowed_ms


def _join(stretches: Stretches, since_ms: int, until_ms: int) -> None:
    """Add a stretch, to the last one where it goes on from it."""
    if stretches and stretches[-1][1] == since_ms:
        since_ms = stretches.pop()[0]
    stretches.append((since_ms, until_ms))
