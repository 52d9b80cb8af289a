"""The floor's figures: sums that can be added and subtracted, and the ratios drawn from them.

Sums are counted in rollups, in the calls of an open interval and in any window in the same way, so that they always
agree. Ratios are made last, from summed numerators and denominators; a denominator of 0 gives None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

from data.model.rows import Call
from data.model.words import Outcome

if TYPE_CHECKING:
    from data.model.observation import QueueEntry

DEFAULT_THRESHOLD_MS = 20_000
DEFAULT_SHORT_ABANDON_MS = 5_000
DEFAULT_TARGET = 0.8
DEFAULT_FORMULA = "answered_and_abandoned"


class Goal(NamedTuple):
    """What a queue is measured against. Times are ms, `target` a ratio, `formula` a service level by name."""

    threshold_ms: int = DEFAULT_THRESHOLD_MS
    short_abandon_ms: int = DEFAULT_SHORT_ABANDON_MS
    target: float = DEFAULT_TARGET
    formula: str = DEFAULT_FORMULA


def goal_for(entry: QueueEntry) -> Goal:
    """Return what a source, or the configuration, says of a queue, with the defaults where it does not say."""
    return Goal(
        DEFAULT_THRESHOLD_MS if entry.threshold_ms is None else entry.threshold_ms,
        DEFAULT_SHORT_ABANDON_MS if entry.short_abandon_ms is None else entry.short_abandon_ms,
        DEFAULT_TARGET if entry.target is None else entry.target,
        entry.formula or DEFAULT_FORMULA,
    )


class CallFigures(NamedTuple):
    """Sums over queue visits. A visit counts where it entered. Times are ms.

    `answered` includes `transferred`; offered = answered + abandoned + overflowed + timed_out + lost + waiting.
    `handled` are the answered visits whose talk time is known; `hold_known` and `wrap_up_known` those that tell
    their hold and wrap-up. `max_wait_ms` is a maximum, the only figure that does not add.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    overflowed: int = 0
    timed_out: int = 0
    lost: int = 0
    transferred: int = 0
    waiting: int = 0
    talking: int = 0
    answered_within: int = 0
    abandoned_within: int = 0
    handled: int = 0
    hold_known: int = 0
    wrap_up_known: int = 0
    wait_answered_ms: int = 0
    wait_abandoned_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    max_wait_ms: int = 0

    def plus(self, other: CallFigures) -> Self:
        """Return the sums of both, and the greater maximum."""
        sums = [a + b for a, b in zip(self, other, strict=True)]
        sums[-1] = max(self[-1], other[-1])
        return type(self)(*sums)

    def minus(self, other: CallFigures) -> Self:
        """Return the sums without the other's; the maximum stays."""
        sums = [a - b for a, b in zip(self, other, strict=True)]
        sums[-1] = self[-1]
        return type(self)(*sums)


NOTHING = CallFigures()


def figures_of(call: Call, goal: Goal) -> CallFigures:
    """Return what one visit adds to the figures, as its row stands."""
    wait = call.wait_ms or 0
    if call.answered_ms is not None:
        known = call.talk_ms is not None
        return CallFigures(
            offered=1,
            answered=1,
            transferred=int(call.outcome == Outcome.TRANSFERRED),
            talking=int(call.ended_ms is None),
            answered_within=int(wait <= goal.threshold_ms),
            handled=int(known),
            hold_known=int(call.hold_ms is not None),
            wrap_up_known=int(call.wrap_up_ms is not None),
            wait_answered_ms=wait,
            talk_ms=call.talk_ms or 0,
            hold_ms=call.hold_ms or 0,
            wrap_up_ms=call.wrap_up_ms or 0,
            max_wait_ms=wait,
        )
    outcome = call.outcome
    if outcome is None:
        return CallFigures(offered=1, waiting=1)
    if outcome == Outcome.ABANDONED:
        return CallFigures(
            offered=1,
            abandoned=1,
            short_abandoned=int(wait < goal.short_abandon_ms),
            abandoned_within=int(wait <= goal.threshold_ms),
            wait_abandoned_ms=wait,
            max_wait_ms=wait,
        )
    return CallFigures(
        offered=1,
        overflowed=int(outcome == Outcome.OVERFLOWED),
        timed_out=int(outcome == Outcome.TIMED_OUT),
        lost=int(outcome == Outcome.LOST),
        max_wait_ms=wait,
    )


def as_of(call: Call, moment_ms: int) -> Call:
    """Return a visit's row as it stood at a moment at or after its entry: what came later is not known yet."""
    if call.answered_ms is None or call.answered_ms > moment_ms:
        if call.answered_ms is None and call.ended_ms is not None and call.ended_ms <= moment_ms:
            return call
        return call._replace(
            agent_id=None,
            answered_ms=None,
            ended_ms=None,
            wait_ms=None,
            ring_ms=None,
            talk_ms=None,
            hold_ms=None,
            wrap_up_ms=None,
            outcome=None,
        )
    if call.ended_ms is None or call.ended_ms > moment_ms:
        return call._replace(ended_ms=None, talk_ms=None, hold_ms=None, wrap_up_ms=None, outcome=Outcome.ANSWERED)
    if call.wrap_up_ms is not None and call.ended_ms + call.wrap_up_ms > moment_ms:
        return call._replace(wrap_up_ms=None)
    return call


def total(figures: Sequence[CallFigures]) -> CallFigures:
    """Return the sum of many figures, and the greatest of their maxima."""
    if not figures:
        return NOTHING
    columns = tuple(zip(*figures, strict=True))
    sums = [sum(column) for column in columns]
    sums[-1] = max(columns[-1])
    return CallFigures(*sums)


FORMULAS = (
    "answered_and_abandoned",
    "answered_only",
    "excluding_short_abandons",
    "excluding_abandons_within",
    "abandons_within_count",
    "offered",
)
"""The names of the service levels, see `service_level`."""


def service_level_parts(f: CallFigures, formula: str = DEFAULT_FORMULA) -> tuple[int, int]:
    """Return (numerator, denominator) of a service level by name.

    With N answered, Nt answered within T, B abandoned, Bt abandoned within T, Bs short abandons, F overflowed or
    timed out: answered_and_abandoned Nt/(N+B), answered_only Nt/N, excluding_short_abandons Nt/(N+B-Bs),
    excluding_abandons_within Nt/(N+B-Bt), abandons_within_count (Nt+Bt)/(N+B), offered Nt/(N+B+F).
    Raises ValueError for another name.
    """
    both = f.answered + f.abandoned
    within = f.answered_within
    match formula:
        case "answered_and_abandoned":
            return within, both
        case "answered_only":
            return within, f.answered
        case "excluding_short_abandons":
            return within, both - f.short_abandoned
        case "excluding_abandons_within":
            return within, both - f.abandoned_within
        case "abandons_within_count":
            return within + f.abandoned_within, both
        case "offered":
            return within, both + f.overflowed + f.timed_out
    names = ", ".join(FORMULAS)
    raise ValueError(f"no service level is called {formula!r}; the names are {names}")


def ratio(numerator: float, denominator: float) -> float | None:
    """Return numerator / denominator, or None where there is nothing to divide by."""
    return numerator / denominator if denominator else None


def service_level(f: CallFigures, formula: str = DEFAULT_FORMULA) -> float | None:
    """Return a service level by name as a ratio, None where nothing counts."""
    return ratio(*service_level_parts(f, formula))


def asa_ms(f: CallFigures) -> float | None:
    """Return the average speed of answer: the waits of the answered / answered."""
    return ratio(f.wait_answered_ms, f.answered)


def handle_ms(f: CallFigures) -> int:
    """Return talk + hold + wrap-up of the handled."""
    return f.talk_ms + f.hold_ms + f.wrap_up_ms


def aht_ms(f: CallFigures) -> float | None:
    """Return the average handle time: (talk + hold + wrap-up) / handled."""
    return ratio(handle_ms(f), f.handled)


class TimeFigures(NamedTuple):
    """Milliseconds that agents spent in each state, split at the window's edges."""

    available_ms: int = 0
    ringing_ms: int = 0
    talking_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    not_ready_ms: int = 0
    offline_ms: int = 0
    unknown_ms: int = 0

    def plus(self, other: TimeFigures) -> Self:
        """Return the sums of both."""
        return type(self)(*(a + b for a, b in zip(self, other, strict=True)))


def signed_in_ms(t: TimeFigures) -> int:
    """Return the time signed in: every state but offline and unknown."""
    return t.available_ms + t.ringing_ms + t.talking_ms + t.hold_ms + t.wrap_up_ms + t.not_ready_ms


def occupancy(t: TimeFigures) -> float | None:
    """Return (talk + hold + wrap-up) / (talk + hold + wrap-up + available)."""
    busy = t.talking_ms + t.hold_ms + t.wrap_up_ms
    return ratio(busy, busy + t.available_ms)


STATE_FIELD = {name.removesuffix("_ms"): i for i, name in enumerate(TimeFigures._fields)}
"""The position in `TimeFigures` of each state."""
