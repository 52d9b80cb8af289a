"""Findings to count with."""

from __future__ import annotations

from data.discipline.catalogue import Rule
from data.model.discipline import FindingRow, Where


def finding(rule: Rule, at_ms: int, points: int | None = None, **more: object) -> FindingRow:
    """Return a finding against a rule, with its least points where none are given."""
    row = FindingRow(
        id=1,
        rule=rule.id,
        area=rule.area,
        en=rule.text.en,
        zh=rule.text.zh,
        severity=rule.severity,
        positive=rule.positive,
        points=rule.least if points is None else points,
        unit=str(rule.unit),
        where=Where.SEAT,
        place="A-01",
        agent_id=1,
        agent="Ida",
        team="Sales",
        by="liu",
        by_role="lead",
        at_ms=at_ms,
        note="",
    )
    return row._replace(**more)  # type: ignore[arg-type]
