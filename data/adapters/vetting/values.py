"""Single values of an answer: each check returns the value to use, or raises BadError."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from data.metrics import FORMULAS
from data.model.text import MAX_LENGTH, safe_text
from data.model.words import State

DAY_MS = 86_400_000
EARLIEST_MS = 315_532_800_000
"""1980: what is dated before is no time."""
MAX_DURATION_MS = 100 * DAY_MS
MAX_PLACE = 10_000
"""The highest row or column of a seat."""
MAX_FEW = 1_000
"""The most skills or queues that one agent may have."""


class BadError(Exception):
    """A value can't be used; the message says why."""


class Bounds(NamedTuple):
    """Between which moments (UTC ms) those of an answer must lie."""

    earliest_ms: int
    latest_ms: int


Check = Callable[[Any, Bounds], Any]


def shown(value: object) -> str:
    """Return a value that nobody vouches for, short and safe to tell."""
    if type(value) is str:
        return safe_text(repr(value[:40]))
    if type(value) is float or value is None or type(value) is bool:
        return str(value)
    if type(value) is int:
        return str(value) if abs(value) < 10**20 else "a huge number"
    return f"a {safe_text(type(value).__name__, 40)}"


def text(value: object, bounds: Bounds) -> str:
    """Take any text, made safe."""
    if not isinstance(value, str):
        raise BadError("is no text")
    plain = value if type(value) is str else str.__str__(value)
    return safe_text(plain[: 4 * MAX_LENGTH])


def key(value: object, bounds: Bounds) -> str:
    """Take a text that sets something apart, and so can't be empty."""
    plain = text(value, bounds)
    if not plain:
        raise BadError("is empty")
    return plain


def whole(value: object) -> int:
    """Take a whole number."""
    if type(value) is not int:
        raise BadError("is no whole number")
    return value


def moment(value: object, bounds: Bounds) -> int:
    """Take a moment in UTC ms."""
    at_ms = whole(value)
    if at_ms < EARLIEST_MS:
        raise BadError("is before 1980")
    if not bounds.earliest_ms <= at_ms <= bounds.latest_ms:
        raise BadError("is too far from the end of the answer")
    return at_ms


def duration(value: object, bounds: Bounds) -> int:
    """Take a length of time in ms."""
    length_ms = whole(value)
    if not 0 <= length_ms <= MAX_DURATION_MS:
        raise BadError("is no length of time")
    return length_ms


def place(value: object, bounds: Bounds) -> int:
    """Take the row or column of a seat."""
    at = whole(value)
    if not 0 <= at <= MAX_PLACE:
        raise BadError("is no place")
    return at


def formula(value: object, bounds: Bounds) -> str:
    """Take the name of a service level."""
    if value not in FORMULAS:
        raise BadError(f"is none of {', '.join(FORMULAS)}")
    return str(value)


def truth(value: object, bounds: Bounds) -> bool:
    """Take true or false."""
    if type(value) is not bool:
        raise BadError("is neither true nor false")
    return value


def share(value: object, bounds: Bounds) -> float:
    """Take a ratio from 0 to 1."""
    if type(value) is not int and type(value) is not float:
        raise BadError("is no number")
    if not 0 <= value <= 1:  # NaN is not
        raise BadError("is not between 0 and 1")
    return float(value)


def word_of(vocabulary: type[StrEnum]) -> Check:
    """Return the check that takes a word of a vocabulary, or the text of one."""
    words = {str(word): word for word in vocabulary}

    def check(value: object, bounds: Bounds) -> StrEnum:
        word = words.get(value) if isinstance(value, str) else None
        if word is None:
            raise BadError(f"is no {vocabulary.__name__.lower()}")
        return word

    return check


def few(value: object, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """Take what is one of the kinds, as a tuple; it must not be long."""
    if type(value) not in kinds:
        raise BadError("is no tuple")
    each: tuple[Any, ...] = tuple(value)  # type: ignore[arg-type] # it is one of the kinds
    if len(each) > MAX_FEW:
        raise BadError(f"holds more than {MAX_FEW}")
    return each


def texts(value: object, bounds: Bounds) -> tuple[str, ...]:
    """Take a tuple of texts."""
    return tuple(text(each, bounds) for each in few(value, (tuple, list)))


def states(value: object, bounds: Bounds) -> frozenset[State]:
    """Take a set of states."""
    one = word_of(State)
    return frozenset(one(each, bounds) for each in few(value, (frozenset, set, tuple, list)))
