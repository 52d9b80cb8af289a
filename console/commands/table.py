"""Plain tables for standard output, aligned by cell: a Chinese character takes two."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_GAP = "  "


class Column(NamedTuple):
    """A column: its title, and whether its values align at the right edge.

    `rank`: where there is no room for all, only columns with one stay, and of those the highest go first.
    """

    title: str
    right: bool = True
    rank: int | None = None


def aligned(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, its titles first."""
    from widgets.cells import safe, width_of

    lines = [[column.title for column in columns], *([safe(text) for text in row] for row in rows)]
    widths = _widths(lines)
    for line in lines:
        cells = []
        for column, width, text in zip(columns, widths, line, strict=True):
            padding = " " * (width - width_of(text))
            cells.append(padding + text if column.right else text + padding)
        yield _GAP.join(cells).rstrip()


def terminal_width() -> int | None:
    """Return how many cells wide the terminal is that standard output goes to, None where it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def fitting(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return which columns to show in `room` cells, by their ranks; those of rank 0 always."""
    from widgets.cells import safe

    widths = _widths([[column.title for column in columns], *([safe(text) for text in row] for row in rows)])
    ranks = [column.rank for column in columns]
    kept = list(range(len(columns)))
    if _whole(widths, kept) <= room:
        return kept
    for least in sorted({rank for rank in ranks if rank is not None}, reverse=True):
        kept = [at for at, rank in enumerate(ranks) if rank is not None and rank <= least]
        if _whole(widths, kept) <= room:
            break
    return kept


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    from widgets.cells import width_of

    return [max(map(width_of, column)) for column in zip(*lines, strict=True)]


def _whole(widths: Sequence[int], kept: Sequence[int]) -> int:
    return sum(widths[at] for at in kept) + len(_GAP) * (len(kept) - 1)


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
