"""An agent's work told slowly and plainly from the rows as they stood at a moment, to hold `data.workday` against."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log, sqrt

from data.breaks import allowance, canonical, is_protected
from data.load import Workload
from data.metrics import as_of
from data.model.days import HOUR, MINUTE
from data.model.rows import Call, Span
from data.model.words import Outcome, State
from data.workday import Usual

BUSY = (State.TALKING, State.HOLD, State.WRAP_UP)
OFF = (State.NOT_READY, State.OFFLINE)


def spans_at(spans: Sequence[Span], moment_ms: int) -> list[Span]:
    """Return spans as they stood at a moment."""
    seen = [span for span in spans if span.since_ms <= moment_ms]
    return [s._replace(until_ms=None) if s.until_ms is not None and s.until_ms > moment_ms else s for s in seen]


def calls_at(calls: Sequence[Call], moment_ms: int) -> list[Call]:
    """Return the answered calls as they stood at a moment."""
    seen = [as_of(call, moment_ms) for call in calls if call.entered_ms <= moment_ms]
    return [call for call in seen if call.answered_ms is not None and call.agent_id is not None]


class Slow:
    """One agent at one moment."""

    def __init__(self, spans: Sequence[Span], calls: Sequence[Call], day_ms: int, moment_ms: int, usual: Usual) -> None:
        self.now = moment_ms
        self.day_ms = day_ms
        self.usual = usual
        self.spans = [(s.state, s.reason, s.since_ms, moment_ms if s.until_ms is None else s.until_ms) for s in spans]
        self.open = bool(spans) and spans[-1].until_ms is None
        self.calls = calls
        self.unknown = [(since, until) for state, _, since, until in self.spans if state == State.UNKNOWN]
        edges = [*self.spans, (State.UNKNOWN, "", moment_ms, moment_ms)]
        self.unknown += [(a[3], b[2]) for a, b in pairwise(edges) if b[2] > a[3]]

    def length(self, states: Sequence[State], since_ms: int, until_ms: int) -> int:
        return sum(overlap(a, b, since_ms, until_ms) for state, _, a, b in self.spans if state in states)

    def missing(self, since_ms: int, until_ms: int) -> int:
        return sum(overlap(a, b, since_ms, until_ms) for a, b in self.unknown)

    def begun(self) -> int:
        """Return the first moment of the day at which the agent was signed in, as far as is known."""
        times = [
            max(since, self.day_ms)
            for state, _, since, until in self.spans
            if state not in (State.OFFLINE, State.UNKNOWN) and until > max(since, self.day_ms)
        ]
        return min(times, default=self.now)

    def workload(self) -> Workload:
        seen = self.missing(max(self.now - HOUR, self.begun()), self.now) <= HOUR // 2
        return Workload(
            self.since_break(),
            self.occupancy(),
            self.hard_calls() if seen else None,
            self.back_to_back(),
            self.drift(wrap_up=False),
            self.drift(wrap_up=True),
            self.hours(),
            self.late() if self.usual.policy.count_lateness else None,
        )

    def since_break(self) -> float | None:
        if not self.spans:
            return None
        rests: list[list[int]] = []
        for state, _, since, until in self.spans:
            if state in OFF and until > since:
                if rests and rests[-1][1] == since:
                    rests[-1][1] = until
                else:
                    rests.append([since, until])
        rests = [rest for rest in rests if rest[1] - rest[0] >= 5 * MINUTE]
        if rests and rests[-1][1] == self.now and self.open and self.spans[-1][0] in OFF:
            return 0.0
        sure = max([self.spans[0][2], *(until for _, until in rests)])
        unsure = max([until for since, until in joined(self.unknown) if until - since >= 5 * MINUTE], default=0)
        minutes = (self.now - max(sure, unsure, self.day_ms - 2 * HOUR)) / MINUTE
        return minutes if sure >= unsure or minutes >= 120 else None

    def occupancy(self) -> float | None:
        busy = self.length(BUSY, self.now - HOUR, self.now)
        whole = busy + self.length([State.AVAILABLE], self.now - HOUR, self.now)
        return busy / whole if whole >= 30 * MINUTE else None

    def is_hard(self, call: Call) -> bool:
        if call.queue_id in self.usual.hard_queues:
            return call.ended_ms is None or call.ended_ms > self.now - HOUR
        if call.ended_ms is None or call.ended_ms <= self.now - HOUR:
            return False
        usual = self.usual.baselines.get(call.queue_id)
        long = usual is not None and usual.long_talk_ms is not None and (call.talk_ms or 0) > usual.long_talk_ms
        return call.outcome == Outcome.TRANSFERRED or (call.hold_ms or 0) > 120_000 or long

    def hard_calls(self) -> float:
        return float(sum(map(self.is_hard, self.calls)))

    def back_to_back(self) -> float | None:
        calls = sorted((c.answered_ms or 0, self.free(c)) for c in self.calls)
        if not calls:
            return 0.0
        idle_from = self.now
        busy_now = not self.open or self.spans[-1][0] in BUSY  # intervals are half open: what ends now is over
        for state, _, since, until in reversed(self.spans if busy_now else ()):
            if state in BUSY and (until == idle_from if idle_from < self.now else until == self.now and self.open):
                idle_from = since
            elif until > since:
                break
        if idle_from - max(free for _, free in calls) >= MINUTE:
            return 0.0
        place = len(calls) - 1
        while place and calls[place][0] - max(free for _, free in calls[:place]) < MINUTE:
            place -= 1
        row = [answered for answered, _ in calls[place:]]
        if row[0] >= self.now - 2 * HOUR and self.missing(row[0] - MINUTE, row[0]):
            return None
        return float(sum(answered >= self.now - 2 * HOUR for answered in row))

    def free(self, call: Call) -> int:
        return self.now if call.ended_ms is None else call.ended_ms + (call.wrap_up_ms or 0)

    def drift(self, wrap_up: bool) -> float | None:
        values = []
        for call in self.calls:
            usual = self.usual.baselines.get(call.queue_id)
            if usual is None or call.ended_ms is None:
                continue
            if wrap_up:
                middle, mad, length, at_ms = usual.wrap_up_median, usual.wrap_up_mad, call.wrap_up_ms, self.free(call)
            else:
                middle, mad, at_ms = usual.handle_median, usual.handle_mad, call.ended_ms
                length = None if call.talk_ms is None else call.talk_ms + (call.hold_ms or 0) + (call.wrap_up_ms or 0)
            if middle is None or not mad or length is None or at_ms < self.day_ms or at_ms <= self.now - 2 * HOUR:
                continue
            values.append((at_ms, self.free(call), (log(max(length, 1000)) - middle) / (1.4826 * mad)))
        mean = 0.0
        for _, _, z in sorted(values):
            mean = 0.2 * z + 0.8 * mean
        n = len(values)
        return mean / sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * n))) if n else None

    def hours(self) -> float | None:
        begun = self.begun()
        if self.missing(begun, self.now) > 30 * MINUTE:
            return None
        worked = 0
        for state, reason, since, until in self.spans:
            meal = state == State.NOT_READY and canonical(reason, self.usual.breaks) == "meal"
            if state not in (State.OFFLINE, State.UNKNOWN) and not meal:
                worked += overlap(since, until, self.day_ms, self.now)
        return worked / HOUR

    def late(self) -> float:
        over = 0
        for state, reason, since, until in self.spans:
            allowed = allowance(reason, self.usual.breaks)
            free = is_protected(reason, self.usual.breaks) or canonical(reason, self.usual.breaks) in (
                "training",
                "coaching",
                "meeting",
            )
            if state == State.NOT_READY and allowed is not None and not free and since + allowed < until:
                over += overlap(since + allowed, until, self.day_ms, self.now)
        return over / MINUTE


def overlap(a: int, b: int, since_ms: int, until_ms: int) -> int:
    return max(0, min(b, until_ms) - max(a, since_ms))


def joined(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    whole: list[tuple[int, int]] = []
    for since, until in sorted(stretches):
        if whole and whole[-1][1] == since:
            whole[-1] = (whole[-1][0], until)
        elif until > since:
            whole.append((since, until))
    return whole
