"""The catalogue of a floor: areas, rules, checklists, shifts, and how findings count.

Pure types. `data.discipline.reading` makes a catalogue of a TOML text, `data.discipline.shipped` has what ships.
Times of the day are minutes after local midnight (0 to 1,439), durations as their names say.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from data.model.discipline import Gravity, Prefill, Where


class Text(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str


NOTHING = Text("", "")


class Occasion(StrEnum):
    """The moment of a shift that a checklist is for."""

    PRE_SHIFT = "pre_shift"
    OPENING = "opening"
    MID_SHIFT = "mid_shift"
    SAFETY = "safety"
    SECURITY = "security"
    HANDOVER = "handover"
    CLOSING = "closing"


class Checker(StrEnum):
    """Who checks a rule, or does a checklist."""

    LEAD = "lead"
    SUPERVISOR = "supervisor"


class Every(StrEnum):
    """How often a rule is to be checked."""

    WALK = "walk"
    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Unit(StrEnum):
    """What a rule's points are."""

    POINTS = "points"
    MONEY = "money"
    LEVEL = "level"


class Edge(StrEnum):
    """An edge of a shift."""

    START = "start"
    END = "end"


class Offset(NamedTuple):
    """A time within a shift: so many minutes after one of its edges, before it if negative."""

    edge: Edge
    minutes: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of an area. A breach costs between `least` and `most` points; `positive`: what adds as many.

    `repeats`: whether breaches within the period weigh more. `deadline_min`: until when it is to be put right, after it
    was found. `dismissal`: a breach is a matter for more than a lead.
    """

    id: str
    area: str
    text: Text
    where: Where
    severity: Gravity = Gravity.MINOR
    least: int = 1
    most: int = 1
    unit: Unit = Unit.POINTS
    positive: bool = False
    checked_by: Checker = Checker.LEAD
    every: Every = Every.WALK
    do: Text = NOTHING
    repeats: bool = True
    prefill: Prefill | None = None
    deadline_min: int | None = None
    dismissal: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """Rules that somebody goes through at a moment of each shift (of `shifts`, where not every one).

    `every_min`: it comes again so often, from when it opens until `due` before the shift's end; each time it is due as
    long after it opens as the first. A checklist with `opens` None is begun by hand only.
    """

    id: str
    title: Text
    occasion: Occasion
    rules: tuple[str, ...]
    role: Checker = Checker.LEAD
    opens: Offset | None = None
    due: Offset | None = None
    every_min: int | None = None
    shifts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    """A shift of each day (of `weekdays`, Monday 0); one that ends before it begins goes over midnight."""

    id: str
    title: Text
    since: int
    until: int
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Scoring:
    """How findings count.

    A score is `base` less what was deducted and with what was added; below `pass_mark` it is not passed. The n-th
    repeat within `repeat_days` counts `repeat_percent[n]` of the points, the last one from there on. `found_by` adds to
    a deduction by the role of who found it. Findings older than `expire_days`, or from before the last day of `amnesty`
    that has come, count no longer. `late_min` is from when a sign-in is late, `idle_s` from when somebody is idle while
    calls wait.
    """

    base: int = 100
    pass_mark: int = 60
    repeat_days: int = 30
    repeat_percent: tuple[int, ...] = (100, 150, 200)
    found_by: Mapping[str, int] = field(default_factory=dict, hash=False)
    expire_days: int = 90
    amnesty: tuple[date, ...] = ()
    late_min: int = 5
    idle_s: int = 20


@dataclass(frozen=True)
class Catalogue:
    """All of it; the rest by id, in the order in which it is shown."""

    areas: Mapping[str, Text] = field(default_factory=dict, hash=False)
    rules: Mapping[str, Rule] = field(default_factory=dict, hash=False)
    checklists: Mapping[str, Checklist] = field(default_factory=dict, hash=False)
    shifts: Mapping[str, ShiftPlan] = field(default_factory=dict, hash=False)
    incidents: Mapping[str, Text] = field(default_factory=dict, hash=False)
    scoring: Scoring = Scoring()

    @cached_property
    def body(self) -> str:
        """The catalogue as one text: as the store keeps it, the same for the same content."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, separators=(",", ":"), default=_plain)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the body, in hex."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a catalogue")


EMPTY = Catalogue()
"""No rules at all."""


def catalogue_of(body: str) -> Catalogue:
    """Return the catalogue of a body that this program wrote. Raises ValueError, KeyError or TypeError for another."""
    told: dict[str, Any] = json.loads(body)
    return Catalogue(
        areas={key: Text(*text) for key, text in told["areas"].items()},
        rules={key: _rule(rule) for key, rule in told["rules"].items()},
        checklists={key: _checklist(each) for key, each in told["checklists"].items()},
        shifts={key: _shift(each) for key, each in told["shifts"].items()},
        incidents={key: Text(*text) for key, text in told["incidents"].items()},
        scoring=_scoring(told["scoring"]),
    )


def _rule(told: dict[str, Any]) -> Rule:
    typed = {
        "text": Text(*told["text"]),
        "where": Where(told["where"]),
        "severity": Gravity(told["severity"]),
        "unit": Unit(told["unit"]),
        "checked_by": Checker(told["checked_by"]),
        "every": Every(told["every"]),
        "do": Text(*told["do"]),
        "prefill": Prefill(told["prefill"]) if told["prefill"] else None,
    }
    return Rule(**told | typed)


def _checklist(told: dict[str, Any]) -> Checklist:
    typed = {
        "title": Text(*told["title"]),
        "occasion": Occasion(told["occasion"]),
        "rules": tuple(told["rules"]),
        "role": Checker(told["role"]),
        "opens": _offset(told["opens"]),
        "due": _offset(told["due"]),
        "shifts": tuple(told["shifts"]),
    }
    return Checklist(**told | typed)


def _offset(told: list[Any] | None) -> Offset | None:
    return None if told is None else Offset(Edge(told[0]), told[1])


def _shift(told: dict[str, Any]) -> ShiftPlan:
    return ShiftPlan(**told | {"title": Text(*told["title"]), "weekdays": tuple(told["weekdays"])})


def _scoring(told: dict[str, Any]) -> Scoring:
    typed = {
        "repeat_percent": tuple(told["repeat_percent"]),
        "amnesty": tuple(date.fromisoformat(day) for day in told["amnesty"]),
    }
    return Scoring(**told | typed)
