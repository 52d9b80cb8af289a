"""What is usual for an agent in a queue: the middle and the spread of handle and wrap-up times, and a long talk.

Times in a call centre are skewed to the right, so they are compared by their logarithms; and by median and MAD, which a
few odd calls do not move. Pure functions: no clock, no I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log
from typing import NamedTuple

BASELINE_DAYS = 30
"""A day's baseline is drawn from the calls of so many days before it."""

LEAST_CALLS = 100
"""Fewer calls in a queue tell nothing of what is usual there."""

_SECOND = 1_000

_NORMAL = 1.4826
"""Times the MAD it is the standard deviation, where values are normal (1 / Φ⁻¹(0.75))."""

_LONG = 0.9


class Handled(NamedTuple):
    """What one call took, in ms; `wrap_up_ms` None: not known, or still going on. Hold may be None: none known."""

    talk_ms: int
    hold_ms: int | None
    wrap_up_ms: int | None


class Baseline(NamedTuple):
    """What is usual for an agent in a queue; medians and MADs are of the logarithms of ms, None where calls are few.

    `handle_n` and `wrap_up_n` say over how many calls; `long_talk_ms` is the talk that one in ten exceeds (P90 by the
    nearest rank).
    """

    handle_n: int = 0
    handle_median: float | None = None
    handle_mad: float | None = None
    wrap_up_n: int = 0
    wrap_up_median: float | None = None
    wrap_up_mad: float | None = None
    long_talk_ms: int | None = None


def handle_ms(call: Handled) -> int:
    """Return talk + hold + wrap-up, as far as they are known."""
    return call.talk_ms + (call.hold_ms or 0) + (call.wrap_up_ms or 0)


def log_ms(length_ms: int) -> float:
    """Return the logarithm of a length; what took less than a second took one, as nothing has no logarithm."""
    return log(max(length_ms, _SECOND))


def baseline_of(calls: Sequence[Handled]) -> Baseline:
    """Return the baseline of an agent's calls of one queue."""
    wraps = [call.wrap_up_ms for call in calls if call.wrap_up_ms is not None]
    handle = _middle([handle_ms(call) for call in calls])
    long_ms = None
    if len(calls) >= LEAST_CALLS:
        long_ms = sorted(call.talk_ms for call in calls)[ceil(_LONG * len(calls)) - 1]
    return Baseline(len(calls), *handle, len(wraps), *_middle(wraps), long_ms)


def spread(median: float | None, mad: float | None) -> tuple[float, float] | None:
    """Return (usual, standard deviation) by which a logarithm is judged; None where there is nothing to judge by."""
    return None if median is None or not mad else (median, _NORMAL * mad)


def _middle(lengths_ms: Sequence[int]) -> tuple[float | None, float | None]:
    """Return median and MAD of the logarithms, None where there are too few."""
    if len(lengths_ms) < LEAST_CALLS:
        return None, None
    values = [log_ms(length) for length in lengths_ms]
    middle = _median(values)
    return middle, _median([abs(value - middle) for value in values])


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
