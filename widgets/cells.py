"""Text cut to cells: padding, durations, ratios and sparklines, shared by all panes.

Everything here counts in terminal cells: a Chinese character takes two, a combining mark none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from unicodedata import combining, normalize

from rich.cells import cell_len, get_character_cell_size

from data.model.text import safe_text

_SECOND = 1_000


@lru_cache(maxsize=4_096)
def fit(text: str, width: int, right: bool = False, ellipsis: str = "…") -> str:
    """Return `text` in exactly `width` cells: padded, or cut with an ellipsis, and safe for a terminal."""
    if width <= 0:
        return ""
    text = safe(text)
    length = cell_len(text)
    if length > width:
        text = _cut(text, width - 1) + ellipsis
        length = cell_len(text)
    padding = " " * (width - length)
    return padding + text if right else text + padding


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
"""Letters that no decomposition takes apart."""


def folded(text: str) -> str:
    """Return a text as it is looked for: without case and accents, so that "lukasz" finds Łukasz."""
    if text.isascii():
        return text.casefold()
    apart = normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not combining(sign)).translate(_LETTERS)


def safe(text: str) -> str:
    """Return a text from outside with nothing in it that could steer a terminal."""
    if text.isascii() and text.isprintable():
        return text
    text = safe_text(text, limit=max(len(text), 1))
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def width_of(text: str) -> int:
    """Return how many cells a text takes that is safe to draw."""
    return len(text) if text.isascii() else cell_len(text)


def _cut(text: str, width: int) -> str:
    """Return the longest beginning of `text` within `width` cells, with its combining marks."""
    taken = 0
    for index, character in enumerate(text):
        taken += get_character_cell_size(character)
        if taken > width:
            return text[:index]
    return text


def duration(ms: int) -> str:
    """Return a length of time without a leading zero: 0:09, 1:42, 1:02:05, and from 100 hours on 4d05h."""
    seconds = max(0, ms) // _SECOND
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02}"
    hours, minutes = divmod(minutes, 60)
    if hours < 100:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{hours // 24}d{hours % 24:02}h"


def brief(ms: int) -> str:
    """Return a length of time in at most six cells: 1:42, 59:59, 1h02m, 12h05m, 4d05h."""
    if ms < 3_600 * _SECOND or ms >= 360_000 * _SECOND:
        return duration(ms)
    hours, minutes = divmod(ms // 60_000, 60)
    return f"{hours}h{minutes:02}m"


def long_duration(ms: int) -> str:
    """Return a length of time as h:mm:ss: 0:12:05."""
    minutes, seconds = divmod(max(0, ms) // _SECOND, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def age(ms: int) -> str:
    """Return how old something is in its largest unit: 4s, 12m, 3h, 2d."""
    seconds = max(0, ms) // _SECOND
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def percent(ratio: float | None, digits: int = 0, none: str = "–") -> str:
    """Return a ratio as a percentage, rounded down so that 79.96 % never reads as the target met."""
    if ratio is None:
        return none
    scale = 10 ** (digits + 2)
    return f"{int(ratio * scale + 1e-9) / 10**digits:.{digits}f}%"


def average(total_ms: int, n: int, none: str = "–") -> str:
    """Return the mean length of time, or the sign for none where there is nothing to divide by."""
    return duration(total_ms // n) if n else none


def spark(values: Sequence[int], width: int, heights: str, full: int) -> str:
    """Return `width` bars for `values`, oldest first; each bar is the highest of its share.

    Args:
        values: What to draw; shorter ones stand at the right edge.
        width: How many cells.
        heights: The glyphs, lowest first; the first is for 0 only.
        full: The value that fills the highest bar, unless a higher one comes.
    """
    if width <= 0:
        return ""
    top = max(full, *values) if values else full
    shares = _shares(values, width)
    tallest = len(heights) - 1
    bars = "".join(heights[ceil(value / top * tallest) if value > 0 else 0] for value in shares)
    return heights[0] * (width - len(bars)) + bars


def _shares(values: Sequence[int], width: int) -> list[int]:
    """Return at most `width` values, each the highest of its share of `values`."""
    n = len(values)
    if n <= width:
        return list(values)
    return [max(values[i * n // width : (i + 1) * n // width]) for i in range(width)]
