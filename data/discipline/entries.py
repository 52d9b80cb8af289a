"""What each key of a catalogue's file may hold: a table of keys for each kind of entry, and how a value is read.

A reader returns what the value means, or raises WrongError with what is expected of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from enum import IntEnum, StrEnum
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from data.discipline.catalogue import Checker, Edge, Every, Occasion, Offset, Unit
from data.model.discipline import Gravity, Prefill, Where
from data.model.text import safe_text

MOST_TITLE, MOST_TEXT = 40, 120
"""The most characters of a title, and of a rule's texts."""
MOST_POINTS = 100_000
MOST_RULES = 60
"""The most rules of one checklist."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROLES = ("lead", "supervisor", "admin")
"""The roles by which what somebody found may weigh more."""

Read = Callable[[object], Any]
Kind = TypeVar("Kind", bound=StrEnum)

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MARKUP = re.compile(r"\[[/@]|\[\w+=|<[a-zA-Z/!]")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_OFFSET = re.compile(r"(start|end)(?: ([+-])(\d\d):([0-5]\d))?")


class WrongError(Exception):
    """A value can't be used; the message says what is wrong and what is expected."""


class Key(NamedTuple):
    """A key of an entry: how its value is read, and whether it must be there."""

    read: Read
    required: bool = False


Keys = Mapping[str, Key]


def wrong_name(name: str) -> str:
    """Return what is wrong with the name of an entry, "" where nothing is."""
    if _KEY.fullmatch(name):
        return ""
    return f"{name!r} can't be a key: write at most 40 small letters a-z, digits and _, as desk_in_order"


def nearest(name: str, there: Collection[str]) -> str:
    """Return which of those there are may have been meant; all of them where none is near and they are few."""
    from difflib import get_close_matches

    near = get_close_matches(name, there, 1)
    if near:
        return f"did you mean {near[0]}?"
    if not there:
        return "there is none"
    if len(there) == 1:
        return f"there is only {next(iter(there))}"
    return f"there are {', '.join(list(there)[:12])}{', …' if len(there) > 12 else ''}"


def shown(value: object) -> str:
    """Return a value nearly as it was written."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, (date, time)) else repr(value)


# ------------------------------------------------------------------ values


def text(most: int) -> Read:
    """Read a text of one line that can be drawn as it is."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise WrongError(f"should be a text in quotes, not {shown(value)}")
        if not value.strip():
            raise WrongError("is empty: write a text, or leave the key out")
        if len(value) > most:
            raise WrongError(f"has {len(value)} characters; at most {most} are shown")
        if safe_text(value, most) != value or value.strip() != value:
            raise WrongError(f"{value!r} holds what can't be seen, or spaces around it: write plain characters only")
        if found := _MARKUP.search(value):
            raise WrongError(f"{found[0]!r} looks like markup, and none is drawn: write it without")
        return value

    return read


def whole(least: int, most: int) -> Read:
    """Read a whole number."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongError(f"should be a whole number from {least:,} to {most:,}, not {shown(value)}")
        return value

    return read


def yes_or_no(value: object) -> bool:
    """Read a truth."""
    if not isinstance(value, bool):
        raise WrongError(f"should be true or false, not {shown(value)}")
    return value


def one_of(names: Collection[str], what: str) -> Read:
    """Read a name that must be one of those there are."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise WrongError(f"there is no {what} {value!r}; {nearest(str(value), names)}")
        return value

    return read


def word(kind: type[Kind], what: str) -> Read:
    """Read a word of the program's own."""
    read = one_of([each.value for each in kind], what)
    return lambda value: kind(read(value))


def _by_name(kind: type[IntEnum], what: str) -> Read:
    named = {each.name.lower(): each for each in kind}
    read = one_of(named, what)
    return lambda value: named[read(value)]


def several(read: Read, what: str, most: int = 100, least: int = 1) -> Read:
    """Read a list in which nothing stands twice."""

    def read_all(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WrongError(f"should be a list of {what}, not {shown(value)}")
        if not least <= len(value) <= most:
            raise WrongError(f"should hold {least} to {most} {what}, not {len(value)}")
        found = tuple(read(each) for each in value)
        twice = [said for at, said in enumerate(value) if said in value[:at]]
        if twice:
            raise WrongError(f"{twice[0]!r} stands in it twice")
        return found

    return read_all


def points(value: object) -> tuple[int, int]:
    """Read points: a number, or the least and the most of them."""
    both: list[Any] = value if isinstance(value, list) else [value, value]
    if len(both) != 2 or any(isinstance(each, bool) or not isinstance(each, int) for each in both):
        raise WrongError(f"should be a whole number, or the least and the most as [1, 5], not {shown(value)}")
    least, most = int(both[0]), int(both[1])
    if least < 0 or most < 0:
        raise WrongError(f"{shown(value)} is less than nothing: say positive = true of a rule that adds points")
    if least > most:
        raise WrongError(f"goes from {least} down to {most}: write the least first, [{most}, {least}]")
    if most > MOST_POINTS:
        raise WrongError(f"should be at most {MOST_POINTS:,}, not {most:,}")
    return least, most


def clock(value: object) -> int:
    """Read a time of the day as minutes after midnight."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise WrongError(f'should be a time of the day from "00:00" to "23:59", as "08:30", not {shown(value)}')
    return int(found[1]) * 60 + int(found[2])


def offset(value: object) -> Offset:
    """Read a time within a shift."""
    found = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise WrongError(
            f'should be a time of the shift, as "start", "start +00:15" or "end -00:30", not {shown(value)}'
        )
    minutes = 0 if found[2] is None else int(found[3]) * 60 + int(found[4])
    return Offset(Edge(found[1]), -minutes if found[2] == "-" else minutes)


def day(value: object) -> date:
    """Read a day."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise WrongError(f"should be a day without quotes, as 2027-01-01, not {shown(value)}")
    return value


def percents(value: object) -> tuple[int, ...]:
    """Read how much a breach weighs, first, second, and so on."""
    if not isinstance(value, list) or not 1 <= len(value) <= 20:
        raise WrongError(f"should be a list of 1 to 20 percentages, as [100, 150, 200], not {shown(value)}")
    found = tuple(map(whole(0, 10_000), value))
    if any(after < before for before, after in pairwise(found)):
        raise WrongError(f"must not fall from one to the next, as {value!r} does")
    return found


# ------------------------------------------------------------------ entries

_TITLE: Keys = {"en": Key(text(MOST_TITLE)), "zh": Key(text(MOST_TITLE))}

AREA: Keys = _TITLE
INCIDENT: Keys = _TITLE

SHIFT: Keys = {
    **_TITLE,
    "from": Key(clock, required=True),
    "until": Key(clock, required=True),
    "days": Key(several(one_of(DAYS, "day"), "days", 7)),
}

SCORING: Keys = {
    "base": Key(whole(0, MOST_POINTS)),
    "pass_mark": Key(whole(0, MOST_POINTS)),
    "repeat_days": Key(whole(1, 365)),
    "repeat_percent": Key(percents),
    "expire_days": Key(whole(1, 365)),
    "amnesty": Key(several(day, "days", 100, 0)),
    "late_min": Key(whole(0, 240)),
    "idle_s": Key(whole(1, 3600)),
}

FOUND_BY: Keys = {role: Key(whole(0, MOST_POINTS)) for role in ROLES}


def rule_keys(areas: Collection[str]) -> Keys:
    """Return what a rule may hold where there are these areas."""
    line = Key(text(MOST_TEXT))
    return {
        "area": Key(one_of(areas, "area"), required=True),
        "where": Key(word(Where, "such place"), required=True),
        "en": line,
        "zh": line,
        "severity": Key(_by_name(Gravity, "severity")),
        "points": Key(points),
        "unit": Key(word(Unit, "unit")),
        "positive": Key(yes_or_no),
        "checked_by": Key(word(Checker, "such role")),
        "every": Key(word(Every, "such time")),
        "do_en": line,
        "do_zh": line,
        "repeats": Key(yes_or_no),
        "data": Key(word(Prefill, "such thing known of the floor")),
        "deadline_min": Key(whole(1, 43_200)),
        "dismissal": Key(yes_or_no),
    }


def checklist_keys(rules: Iterable[str], shifts: Iterable[str]) -> Keys:
    """Return what a checklist may hold where there are these rules and shifts."""
    return {
        **_TITLE,
        "for": Key(word(Occasion, "such moment of a shift"), required=True),
        "role": Key(word(Checker, "such role")),
        "rules": Key(several(one_of(tuple(rules), "rule"), "rules", MOST_RULES), required=True),
        "opens": Key(offset),
        "due": Key(offset),
        "every_min": Key(whole(15, 1440)),
        "shifts": Key(several(one_of(tuple(shifts), "shift"), "shifts")),
    }
