"""Drift: how far an agent's handle or wrap-up times of late are from the agent's own usual ones.

A call gives z = (log x − m) / s: m is the median of the agent's own earlier logarithms in that queue, s 1.4826 times
their MAD (`data.baselines`). An exponentially weighted mean e ← λz + (1 − λ)e, from 0 on, λ = 0.2, goes over the
calls; divided by its own standard deviation, the root of λ/(2 − λ) · (1 − (1 − λ)^2n) after n calls, it is the drift: a
standard normal value while nothing has changed (Roberts 1959; Montgomery, Introduction to Statistical Quality Control,
chapter 9).

Pure functions: no clock, no I/O. Times are ms.
"""

from __future__ import annotations

from bisect import bisect_right
from math import sqrt
from typing import NamedTuple

from data.baselines import Baseline, log_ms, spread

LAMBDA = 0.2
"""The weight of the newest call in a drift."""

_DEVIATIONS = [0.0, *(sqrt(LAMBDA / (2 - LAMBDA) * (1 - (1 - LAMBDA) ** (2 * n))) for n in range(1, 200))]
"""The standard deviation of the mean after so many calls; after two hundred it changes no more."""


class Reading(NamedTuple):
    """A call in a drift: when it ended, when its wrap-up did, and its z in between and from then on."""

    ended_ms: int
    wrapped_ms: int
    early: float
    late: float


class Judge:
    """What an agent's calls of a queue are judged by; without a baseline there is nothing to say of them."""

    __slots__ = ("_handle", "_long_talk_ms", "_wrap_up")

    def __init__(self, baseline: Baseline) -> None:
        self._handle = spread(baseline.handle_median, baseline.handle_mad)
        self._wrap_up = spread(baseline.wrap_up_median, baseline.wrap_up_mad)
        self._long_talk_ms = baseline.long_talk_ms

    def is_long(self, talk_ms: int | None) -> bool:
        """Tell whether a talk was longer than nine in ten of the agent's own."""
        return talk_ms is not None and self._long_talk_ms is not None and talk_ms > self._long_talk_ms

    def handle(self, ended_ms: int, held_ms: int, wrap_up_ms: int | None) -> Reading | None:
        """Return what a call of so much talk and hold says of handle times: before its wrap-up is over, without it."""
        if self._handle is None:
            return None
        usual, deviation = self._handle
        early = late = (log_ms(held_ms) - usual) / deviation
        if wrap_up_ms:
            late = (log_ms(held_ms + wrap_up_ms) - usual) / deviation
        return Reading(ended_ms, ended_ms + (wrap_up_ms or 0), early, late)

    def wrap_up(self, ended_ms: int, wrap_up_ms: int) -> Reading | None:
        """Return what a call says of wrap-up times, once that is over."""
        if self._wrap_up is None:
            return None
        usual, deviation = self._wrap_up
        z = (log_ms(wrap_up_ms) - usual) / deviation
        return Reading(ended_ms + wrap_up_ms, ended_ms + wrap_up_ms, z, z)


NO_JUDGE = Judge(Baseline())
"""Of a queue in which the agent has no baseline."""


class Drift:
    """An agent's readings, to be asked as of any moment."""

    __slots__ = ("_ended", "_readings")

    def __init__(self, readings: list[Reading]) -> None:
        self._readings = sorted(readings)
        self._ended = [reading[0] for reading in self._readings]

    def at(self, since_ms: int, moment_ms: int) -> float | None:
        """Return the drift over the calls that ended after a moment and up to another one, None without any."""
        first, last = bisect_right(self._ended, since_ms), bisect_right(self._ended, moment_ms)
        if first >= last:
            return None
        mean = 0.0
        for _, wrapped_ms, early, late in self._readings[first:last]:
            mean += LAMBDA * ((late if wrapped_ms <= moment_ms else early) - mean)
        return mean / _DEVIATIONS[min(last - first, len(_DEVIATIONS) - 1)]
