"""Columns that adapt to a width: the least important fall away first, and nothing is cut in mid-number."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table.

    Args:
        key: Its name within the pane.
        width: The least cells it needs.
        rank: Its place in the order of falling away: the highest goes first; 0 stays.
        right: Whether numbers align at the right edge.
        most: The width to which it may grow where there is room.
        head: Its title, an English text for the catalogue.
        gap: The cells before it, at least.
        eager: It grows to its most before others grow.
    """

    key: str
    width: int
    rank: int = 0
    right: bool = False
    most: int = 0
    head: str = ""
    gap: int = 2
    eager: bool = False


class Placed(NamedTuple):
    """A column with the place it got."""

    column: Column
    gap: int
    width: int


@lru_cache(maxsize=256)
def place(columns: tuple[Column, ...], width: int) -> tuple[Placed, ...]:
    """Return the columns that fit into `width` cells, with gaps and widths; the leftover stays at the right.

    First the gaps close to one cell, then columns fall away by rank, then numbers from the right; what room is
    left goes to those that grow.
    """
    kept = list(columns)
    tight = False
    while kept and _needs(kept, tight) > width:
        droppable = [column for column in kept if column.rank]
        if not tight:
            tight = True
        elif droppable:
            kept.remove(max(droppable, key=lambda column: column.rank))
        elif kept[-1].right:
            kept.pop()
        else:
            break
    return _grown(kept, tight, width)


def _gap(column: Column, first: bool, tight: bool) -> int:
    """Return the cells before a column."""
    return 0 if first else min(column.gap, 1) if tight else column.gap


def _needs(columns: list[Column], tight: bool) -> int:
    """Return the least width of columns side by side."""
    return sum(column.width + _gap(column, index == 0, tight) for index, column in enumerate(columns))


def _grown(columns: list[Column], tight: bool, width: int) -> tuple[Placed, ...]:
    """Give the room that is left to the columns that grow, one cell in turn; what is too wide shrinks last."""
    widths = [column.width for column in columns]
    room = width - _needs(columns, tight)
    while room > 0:
        growing = [i for i, column in enumerate(columns) if widths[i] < column.most]
        if not growing:
            break
        growing = [i for i in growing if columns[i].eager] or growing
        for i in growing[:room]:
            widths[i] += 1
        room -= len(growing[:room])
    while room < 0 and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
        room += 1
    return tuple(Placed(column, _gap(column, i == 0, tight), widths[i]) for i, column in enumerate(columns))
