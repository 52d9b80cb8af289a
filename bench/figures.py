"""A measured figure, and the table in which figures stand beside their goals and anchors."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple


class Figure(NamedTuple):
    """One measured value.

    `goal` is the most (or, for `at_least`, the least) that the value should be; None where there is none.
    `anchor` says in words what else was measured in the same run, to hold the value against.
    """

    bench: str
    name: str
    value: float | None
    unit: str
    goal: float | None = None
    at_least: bool = False
    anchor: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without a goal or a value."""
        if self.goal is None or self.value is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


class Spread(NamedTuple):
    """The middle and the far end of many values."""

    p50: float
    p95: float
    most: float
    n: int


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of at least one value."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return Spread(statistics.median(ordered), p95, ordered[-1], len(ordered))


Verdict = Literal["met", "NOT met", ""]


def _verdict(figure: Figure) -> Verdict:
    if figure.met is None:
        return ""
    return "met" if figure.met else "NOT met"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return f"{'≥' if figure.at_least else '≤'} {figure.goal:g}"


def table(figures: Iterable[Figure]) -> str:
    """Return figures as a table in plain text."""
    rows = [("bench", "figure", "measured", "goal", "", "beside it")]
    rows += [(f.bench, f.name, f"{_number(f.value)} {f.unit}", _goal(f), _verdict(f), f.anchor) for f in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
