"""What screens show of discipline besides the picture: attendance against the roster, scores of teams, rules in force.

Moments and durations are ms, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from data.model.discipline import FindingRow, HandoverRow, RuleLine


class Duty(NamedTuple):
    """When somebody is to work, by the roster; breaks are (reason, since_ms, until_ms).

    `agent_id` None: the roster names somebody whom no source knows.
    """

    agent_id: int | None
    agent: str
    shift: str
    since_ms: int
    until_ms: int
    seat: str = ""
    breaks: tuple[tuple[str, int, int], ...] = ()


class Presence(StrEnum):
    """Whether somebody came."""

    EXPECTED = "expected"
    """The shift has not begun."""
    PRESENT = "present"
    LATE = "late"
    """Came late."""
    ABSENT = "absent"
    UNKNOWN = "unknown"
    """Too much of the time was not measured to say so."""


class AttendanceRow(NamedTuple):
    """One duty against what was seen of it up to the moment. Ratios as (numerator_ms, denominator_ms), 0 for none.

    Adherence is 1 - time out of schedule / scheduled time; conformance is time at the phone / time scheduled at the
    phone (../docs/discipline.md has both).
    """

    duty: Duty
    presence: Presence
    first_ms: int | None
    """When they first signed in for it."""
    late_ms: int
    left_early_ms: int
    adherent_ms: int
    scheduled_ms: int
    worked_ms: int
    to_work_ms: int
    measured_ms: int
    signed_in_ms: int = 0
    """How long they were signed in within the duty, at the phone or not."""


class TeamScore(NamedTuple):
    """What a team, a zone or an area has of a period: never a person."""

    name: str
    findings: int
    positive: int
    deducted: int
    added: int
    score: int
    """The catalogue's base less what was deducted, and with what was added."""
    passed: bool
    checks: int
    passed_checks: int
    by_day: tuple[int, ...] = ()
    """Points deducted on each day of the period."""


class RuleCount(NamedTuple):
    """How often a rule was breached in a period, for a Pareto: `cumulated` is the share of all down to it."""

    rule: str
    en: str
    zh: str
    n: int
    points: int
    share: float
    cumulated: float


class Scores(NamedTuple):
    """The scores of a period of whole local days."""

    since_ms: int
    until_ms: int
    teams: tuple[TeamScore, ...]
    zones: tuple[TeamScore, ...]
    areas: tuple[TeamScore, ...]
    pareto: tuple[RuleCount, ...]
    unit: str = "points"


class DisciplineSeen(NamedTuple):
    """What the screen of discipline shows besides the picture."""

    closed: tuple[FindingRow, ...]
    """Findings that were closed within the period, the newest first."""
    scores: Scores
    attendance: tuple[AttendanceRow, ...]
    handover: HandoverRow | None
    """What a handover written now for the shift that goes on would say."""
    incident_kinds: tuple[tuple[str, str, str], ...] = ()
    """(key, en, zh)."""
    areas: tuple[tuple[str, str, str], ...] = ()
    """(key, en, zh)."""
    rules: tuple[RuleLine, ...] = ()
    """All rules in force."""
    names: Mapping[str, tuple[str, str]] = MappingProxyType({})
    """Titles of checklists by id: (en, zh)."""
    shifts: Mapping[str, tuple[str, str]] = MappingProxyType({})
    """Titles of shifts by their own id, which is the end of their keys: (en, zh)."""
