"""Plain tables for standard output, aligned by cell: a Chinese character takes two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """A column: its title, and whether its values align at the right edge."""

    title: str
    right: bool = True


def aligned(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, its titles first."""
    from widgets.cells import safe, width_of

    texts = [[safe(text) for text in row] for row in rows]
    lines = [[column.title for column in columns], *texts]
    widths = [max(width_of(line[at]) for line in lines) for at in range(len(columns))]
    for line in lines:
        cells = []
        for (_, right), width, text in zip(columns, widths, line, strict=True):
            padding = " " * (width - width_of(text))
            cells.append(padding + text if right else text + padding)
        yield "  ".join(cells).rstrip()


def clock(seconds: float | None) -> str:
    """Return a length of time as 0:09, 1:42 or 1:02:05; a dash where there is none."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def percent(ratio: float | None) -> str:
    """Return a ratio in percent, to a tenth and rounded down as on the screen; a dash where there is none."""
    from widgets.cells import percent as on_screen

    return on_screen(ratio, 1).removesuffix("%")


def decimal(value: float | None) -> str:
    """Return a value to a tenth; a dash where there is none."""
    return "–" if value is None else f"{value:.1f}"
