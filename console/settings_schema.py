"""What the settings file may hold: each table with its keys and the kinds of their values."""

from __future__ import annotations

from typing import Annotated, Literal, Required

from pydantic import AfterValidator, ConfigDict, Field, with_config
from typing_extensions import TypedDict

from console.choices import LANGUAGES, THEMES
from console.settings_vocabulary import FlagTable, StepTable
from data.breaks import day_time
from data.metrics import FORMULAS


def _rising(values: list[float]) -> list[float]:
    if sorted(values) != values:
        raise ValueError("must not fall from one to the next")
    return values


Two = Annotated[list[float], Field(min_length=2, max_length=2), AfterValidator(_rising)]
Three = Annotated[list[float], Field(min_length=3, max_length=3), AfterValidator(_rising)]
Names = list[Annotated[str, Field(pattern=r"^@?[^\s@:,]+$")]]
"""Users, and groups with an @ before them."""
Ratio = Annotated[float, Field(ge=0, le=1)]
Interval = Annotated[float, Field(ge=0.2, le=3600)]
Seconds = Annotated[float, Field(ge=0)]
Days = Annotated[int, Field(ge=1, le=3650)]

_exact = with_config(ConfigDict(extra="forbid", strict=True))


@_exact
class _Site(TypedDict, total=False):
    name: str
    zone: str


@_exact
class _Screen(TypedDict, total=False):
    language: Literal[LANGUAGES]  # type: ignore[valid-type]
    theme: Literal[THEMES]  # type: ignore[valid-type]


@_exact
class _Store(TypedDict, total=False):
    path: str


@_exact
class _Poller(TypedDict, total=False):
    interval_s: Interval


@with_config(ConfigDict(extra="allow", strict=True))
class _Source(TypedDict, total=False):
    adapter: Required[str]
    interval_s: Interval


@_exact
class _Goal(TypedDict, total=False):
    threshold_s: Seconds
    short_abandon_s: Seconds
    target: Ratio
    formula: Literal[FORMULAS]  # type: ignore[valid-type]


@_exact
class _Agents(TypedDict, total=False):
    aliases: dict[str, str]
    rules: dict[str, str]


@_exact
class _Thresholds(TypedDict, total=False):
    waiting: Annotated[list[int], Field(min_length=4, max_length=4), AfterValidator(_rising)]
    wait_s: Two
    talk_s: Three
    wrap_up_s: Two
    pause_s: Three
    service_good: Ratio
    service_fair: Ratio
    least_n: Annotated[int, Field(ge=0)]


@_exact
class _Limits(_Thresholds, total=False):
    queue: dict[str, _Thresholds]
    team: dict[str, _Thresholds]
    reason: dict[str, Three]


@_exact
class _Places(TypedDict, total=False):
    share_percent: Annotated[int, Field(ge=0, le=100)]
    most_out: Annotated[int, Field(ge=0)]
    least_out: Annotated[int, Field(ge=0)]


@_exact
class _Breaks(_Places, total=False):
    allowances_s: dict[str, Seconds]
    times_a_day: dict[str, Annotated[int, Field(ge=0)]]
    total_s: Seconds
    no_rest: list[Annotated[str, AfterValidator(day_time)]]
    aliases: dict[str, str]
    protected: list[str]
    planned: list[str]
    grace_s: Seconds
    team: dict[str, _Places]


@_exact
class _Desk(TypedDict, total=False):
    leads: Names
    supervisors: Names
    admins: Names
    teams: dict[str, Names]


@_exact
class _Retention(TypedDict, total=False):
    flags_and_mood_days: Days
    coaching_days: Days
    discipline_days: Days


@_exact
class _Discipline(TypedDict, total=False):
    catalogue: Annotated[str, Field(min_length=1)]


@_exact
class _Load(TypedDict, total=False):
    hard_queues: list[str]
    count_lateness: bool


@_exact
class File(TypedDict, total=False):
    """All of it."""

    site: _Site
    screen: _Screen
    store: _Store
    poller: _Poller
    source: dict[str, _Source]
    goal: _Goal
    queue: dict[str, _Goal]
    agents: _Agents
    limits: _Limits
    breaks: _Breaks
    load: _Load
    desk: _Desk
    retention: _Retention
    discipline: _Discipline
    flags: dict[str, FlagTable]
    steps: dict[str, StepTable]
