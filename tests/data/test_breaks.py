"""Break rules against the worked tables, and the promises about protected reasons."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data.breaks import BreakPolicy, allowance, canonical, cap, is_protected, overrun, overrun_level

FIXTURES = Path(__file__).parents[1] / "fixtures" / "breaks"


def table(name: str) -> list[dict[str, str]]:
    """Read one table of expected values; an empty cell is an absent value."""
    with (FIXTURES / name).open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if any(row.values())]


@pytest.mark.parametrize("row", table("cap_oracle.csv"))
def test_cap_equals_table(row: dict[str, str]) -> None:
    policy = BreakPolicy(
        share_percent=round(float(row["pct"]) * 100),
        most_out=int(row["abs_cap"]),
        least_out=int(row["floor_min"]),
    )
    assert cap(int(row["staffed"]), int(row["required"]), policy) == int(row["cap"])


@pytest.mark.parametrize("row", table("overrun_oracle.csv"))
def test_overrun_equals_table(row: dict[str, str]) -> None:
    allowed_ms = int(row["allowed_s"]) * 1000 if row["allowed_s"] else None
    assert overrun_level(int(row["duration_s"]) * 1000, allowed_ms) == int(row["level"])


@pytest.mark.parametrize("reason", ["restroom", "medical", "system_fault", "toilet", "卫生间"])
def test_protected_reasons_never_overrun(reason: str) -> None:
    assert is_protected(reason)
    assert overrun(reason, 10 * 3_600_000) == 0


def test_other_names_of_reasons() -> None:
    assert canonical("Lunch ") == "meal"
    assert canonical("Short break") == "rest"
    assert canonical("Fire drill") == "Fire drill"
    assert allowance("用餐") == 30 * 60_000
    assert allowance("Fire drill") is None
    assert overrun("Fire drill", 10 * 3_600_000) == 0


def test_overrun_by_reason() -> None:
    assert overrun("rest", 660_000) == 0
    assert overrun("rest", 661_000) == 1
    assert overrun("meal", 3_601_000) == 3
