"""Scores of teams, zones and areas over days: what findings cost and praise adds, which rules they were about.

There is no score of a person here, and there is to be none: whoever is found is counted with the team or not at all.

- A breach costs its points, times `repeat_percent` by how many came before it in the period of repeats (where the rule
  weighs repeats), plus what `found_by` adds by the role of who found it. Praise adds its points as they are.
- A finding counts until it is `expire_days` old, unless an amnesty came after it; a withdrawn one counts for nothing.
- A score is `base` less what was deducted and with what was added, and is passed from `pass_mark` on. Points, money and
  levels are not added up: one unit counts, by default the one that most rules of the catalogue have.
- Shares are sums over sums: checks passed of checks made, breaches of one rule of all breaches.

Pure: no clock, no I/O. Times are ms.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.discipline.catalogue import Catalogue, Rule, Scoring, Unit
from data.model.days import DAY, day_of
from data.model.discipline import Closing, FindingRow, Where
from data.model.discipline_seen import RuleCount, Scores, TeamScore

_NO_ZONES: Mapping[str, str] = MappingProxyType({})


class Checked(NamedTuple):
    """How many checks of an area were made in a period, and how many of them passed; not applicable ones are none.

    `team` is whose people they were about, `zone` where: "" where that is not known or does not apply.
    """

    area: str
    team: str
    zone: str
    n: int
    passed: int


def points_of(rule: Rule, given: int | None = None) -> int:
    """Return the points of a finding against a rule: those given, else the least. Raises ValueError out of range."""
    if given is None:
        return rule.least
    if not rule.least <= given <= rule.most:
        raise ValueError(f"{given} is not within {rule.least} to {rule.most}")
    return given


def weight(finding: FindingRow, scoring: Scoring, rule: Rule | None = None) -> int:
    """Return what a finding deducts, or (positive) adds; half a point is rounded up."""
    if finding.positive:
        return finding.points
    percent = 100
    if scoring.repeat_percent and (rule is None or rule.repeats):
        percent = scoring.repeat_percent[min(finding.repeats, len(scoring.repeat_percent) - 1)]
    return (finding.points * percent + 50) // 100 + scoring.found_by.get(finding.by_role, 0)


def counts(finding: FindingRow, scoring: Scoring, now_ms: int, zone: ZoneInfo) -> bool:
    """Tell whether a finding counts as of a moment: neither withdrawn nor expired, and after the last amnesty."""
    if finding.closing is Closing.WITHDRAWN or finding.at_ms > now_ms:
        return False
    if now_ms - finding.at_ms > scoring.expire_days * DAY:
        return False
    today = day_of(now_ms, zone)
    amnesty = max((day for day in scoring.amnesty if day <= today), default=date.min)
    return day_of(finding.at_ms, zone) >= amnesty


def unit_of(catalogue: Catalogue) -> Unit:
    """Return the unit that most rules have; points where there are none."""
    units = Counter(rule.unit for rule in catalogue.rules.values())
    return max(Unit, key=lambda unit: units[unit])


def scores_of(
    findings: Iterable[FindingRow],
    checks: Iterable[Checked],
    catalogue: Catalogue,
    period: tuple[int, int],
    now_ms: int,
    zone: ZoneInfo,
    *,
    zones: Mapping[str, str] = _NO_ZONES,
    teams: Iterable[str] = (),
    unit: Unit | None = None,
) -> Scores:
    """Return the scores of a period of whole local days.

    Args:
        findings: All that were made in the period, open or closed; others are passed over.
        checks: What was checked in the period.
        catalogue: The rules in force.
        period: (since_ms, until_ms).
        now_ms: As of when expiry and amnesty are told.
        zone: The site's, which cuts the days.
        zones: The zone of each seat.
        teams: Those to be named although nothing was found.
        unit: What is added up; None: what most rules have.
    """
    since_ms, until_ms = period
    counted_unit = unit_of(catalogue) if unit is None else unit
    made = [each for each in findings if since_ms <= each.at_ms < until_ms]
    counted = [each for each in made if counts(each, catalogue.scoring, now_ms, zone)]
    tally = _Tally(catalogue, counted, tuple(checks), _days(since_ms, until_ms, zone), zone, counted_unit)
    return Scores(
        since_ms,
        until_ms,
        tally.of(lambda each: each.team, lambda each: each.team, teams),
        tally.of(lambda each: _zone(each, zones), lambda each: each.zone, zones.values()),
        tally.of(lambda each: each.area, lambda each: each.area, catalogue.areas),
        tally.pareto(),
        counted_unit,
    )


class _Tally:
    """What was found in a period, to be added up by one name or another."""

    def __init__(
        self,
        catalogue: Catalogue,
        findings: Sequence[FindingRow],
        checks: Sequence[Checked],
        days: Sequence[date],
        zone: ZoneInfo,
        unit: Unit,
    ) -> None:
        self._catalogue = catalogue
        self._findings = findings
        self._checks = checks
        self._days = {day: place for place, day in enumerate(days)}
        self._zone = zone
        self._unit = unit

    def of(
        self,
        found: Callable[[FindingRow], str],
        checked: Callable[[Checked], str],
        names: Iterable[str],
    ) -> tuple[TeamScore, ...]:
        """Return a score for each name but "", those that are given first."""
        by_name: dict[str, list[FindingRow]] = defaultdict(list)
        checks: dict[str, list[Checked]] = defaultdict(list)
        for finding in self._findings:
            by_name[found(finding)].append(finding)
        for check in self._checks:
            checks[checked(check)].append(check)
        ordered = dict.fromkeys([*names, *sorted({*by_name, *checks})])
        return tuple(self._score(name, by_name[name], checks[name]) for name in ordered if name)

    def _score(self, name: str, findings: Sequence[FindingRow], checks: Sequence[Checked]) -> TeamScore:
        scoring = self._catalogue.scoring
        by_day = [0] * len(self._days)
        added = 0
        for finding in findings:
            if finding.positive:
                added += self._weight(finding)
            elif (day := day_of(finding.at_ms, self._zone)) in self._days:
                by_day[self._days[day]] += self._weight(finding)
        deducted = sum(by_day)
        score = scoring.base - deducted + added
        positive = sum(finding.positive for finding in findings)
        return TeamScore(
            name,
            len(findings) - positive,
            positive,
            deducted,
            added,
            score,
            score >= scoring.pass_mark,
            sum(check.n for check in checks),
            sum(check.passed for check in checks),
            tuple(by_day),
        )

    def pareto(self) -> tuple[RuleCount, ...]:
        """Return the rules by how often they were breached, the most first."""
        n: Counter[str] = Counter()
        points: Counter[str] = Counter()
        words: dict[str, tuple[str, str]] = {}
        for finding in sorted(self._findings, key=lambda each: each.at_ms):
            if not finding.positive:
                n[finding.rule] += 1
                points[finding.rule] += self._weight(finding)
                words[finding.rule] = (finding.en, finding.zh)
        rows, down_to, whole = [], 0, n.total()
        for rule in sorted(n, key=lambda rule: (-n[rule], -points[rule], rule)):
            down_to += n[rule]
            rows.append(RuleCount(rule, *words[rule], n[rule], points[rule], n[rule] / whole, down_to / whole))
        return tuple(rows)

    def _weight(self, finding: FindingRow) -> int:
        if finding.unit != self._unit:
            return 0
        return weight(finding, self._catalogue.scoring, self._catalogue.rules.get(finding.rule))


def _zone(finding: FindingRow, zones: Mapping[str, str]) -> str:
    return finding.place if finding.where is Where.ZONE else zones.get(finding.place, "")


def _days(since_ms: int, until_ms: int, zone: ZoneInfo) -> list[date]:
    first, last = day_of(since_ms, zone), day_of(max(since_ms, until_ms - 1), zone)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
