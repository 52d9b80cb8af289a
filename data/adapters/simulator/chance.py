"""The laws that durations are drawn from. A draw is ms, rounded."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from random import Random

Law = Callable[[Random], int]
"""Draws one duration in ms."""


def always(length_ms: int) -> Law:
    """Every draw is the same."""
    return lambda _rng: length_ms


def exponential(mean_ms: float) -> Law:
    """Without memory, as the Erlang formulas assume."""
    rate = 1 / mean_ms
    return lambda rng: round(rng.expovariate(rate))


def lognormal(mean_ms: float, sigma: float, least_ms: int = 1_000) -> Law:
    """Skewed to the right, as talk and wrap-up times are found to be (Brown et al. 2005, JASA 100:36-50)."""
    mu = log(mean_ms) - sigma * sigma / 2
    return lambda rng: max(least_ms, round(rng.lognormvariate(mu, sigma)))
