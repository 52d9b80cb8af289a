"""Load: the oracle's scores to the digit, bounds, monotony, and when a band begins and ends."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from math import fsum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.load import (
    BANDS,
    RULES,
    Workload,
    band_of,
    is_overdue,
    load_row,
    score_of,
    scored,
    wants_break,
)
from data.model.days import MINUTE
from data.model.words import Band

ORACLE = Path(__file__).parents[1] / "fixtures" / "strain" / "strain_oracle.csv"

NAMES = {
    "since_break": "min_since_break",
    "occupancy": "occupancy_60m",
    "hard_calls": "hard_calls_60m",
    "back_to_back": "back_to_back",
    "handle_drift": "aht_z",
    "wrap_up_drift": "acw_z",
    "hours": "hours_today",
    "late": "break_late_min",
}
"""What the oracle calls each part."""

BAND_NAMES = {"ok": Band.OK, "watch": Band.WATCH, "offer_break": Band.OFFER, "urgent": Band.URGENT}


def oracle() -> list[dict[str, str]]:
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def work_of(row: dict[str, str]) -> Workload:
    return Workload(**{name: float(row[key]) if row[key] else None for name, key in NAMES.items()})


@pytest.mark.parametrize("row", oracle(), ids=lambda row: row["name"])
def test_every_part_and_total_is_the_oracles(row: dict[str, str]) -> None:
    found = scored(work_of(row))
    for part in found.parts:
        expected = row[f"pts_{NAMES[part.name]}"]
        assert (part.value is None) == (expected == "")
        assert round(part.points, 6) == float(expected or 0)
    assert found.score is not None
    assert round(found.score, 6) == float(row["score"])
    assert found.coverage == int(row["coverage"])
    steady = band_of([(at * MINUTE, found.score) for at in range(6)])
    assert steady[0] == BAND_NAMES[row["band"]]


def test_the_weights_sum_to_a_hundred() -> None:
    assert sum(rule.weight for rule in RULES) == 100
    assert [rule.name for rule in RULES] == list(Workload._fields)


VALUE = st.one_of(st.none(), st.floats(-10, 500), st.sampled_from([bound for rule in RULES for bound in rule[2:4]]))
WORK = st.builds(Workload, *([VALUE] * len(RULES)))


@given(WORK)
def test_the_score_is_bounded_and_its_parts_sum_to_it(work: Workload) -> None:
    found = scored(work)
    assert all(0 <= part.points <= part.weight for part in found.parts)
    assert found.coverage == sum(rule.weight for rule, value in zip(RULES, work, strict=True) if value is not None)
    if found.coverage < 60:
        assert found.score is None
    else:
        assert found.score == fsum(part.points for part in found.parts)
        assert 0 <= found.score <= 100
    assert score_of(work) == found.score


@given(WORK, st.sampled_from(Workload._fields), st.floats(0, 500))
def test_the_score_never_falls_when_a_figure_rises(work: Workload, name: str, more: float) -> None:
    before, value = score_of(work), getattr(work, name)
    if value is None or before is None:
        return
    after = score_of(work._replace(**{name: value + more}))
    assert after is not None
    assert after >= before


@given(WORK, st.sampled_from(Workload._fields))
def test_what_is_not_known_gives_no_points_and_is_not_made_up_for(work: Workload, name: str) -> None:
    before, after = scored(work), scored(work._replace(**{name: None}))
    own = next(part for part in before.parts if part.name == name)
    assert after.coverage == before.coverage - (own.weight if own.value is not None else 0)
    others = [part for part in before.parts if part.name != name]
    assert [part for part in after.parts if part.name != name] == others


# Bands


def path_of(scores: Sequence[float | None]) -> list[tuple[int, float | None]]:
    return [(at * MINUTE, score) for at, score in enumerate(scores)]


def bands(scores: Sequence[float | None]) -> list[Band]:
    """Return the band after each minute."""
    return [band_of(path_of(scores[: at + 1]))[0] for at in range(len(scores))]


def test_a_band_is_entered_after_five_minutes() -> None:
    assert bands([25.0] * 7) == [Band.OK] * 5 + [Band.WATCH] * 2
    assert band_of(path_of([25.0] * 7)) == (Band.WATCH, 5 * MINUTE)
    assert bands([25.0, 25, 25, 24.9, 25, 25, 25, 25, 25, 25])[-2:] == [Band.OK, Band.WATCH]


def test_a_band_is_left_more_than_five_points_below() -> None:
    held = [46.0] * 6 + [44.0, 40.0]
    assert bands(held)[-1] == Band.OFFER
    assert band_of(path_of([*held, 39.9])) == (Band.WATCH, 8 * MINUTE)
    assert bands([*held, 39.9, 46])[-1] == Band.WATCH
    assert bands([*held, 20.0])[-1] == Band.WATCH
    assert band_of(path_of([*held, 19.9]))[0] == Band.OK


def test_a_minute_without_a_score_ends_a_band() -> None:
    assert bands([70.0] * 6 + [None, 70.0])[-3:] == [Band.URGENT, Band.OK, Band.OK]


def slow_band(scores: Sequence[float | None]) -> Band:
    """Tell the band by looking for when each bound was reached for five minutes and what came since."""
    known = [-1.0 if score is None else score for score in scores]
    for band, bound in reversed(list(zip(list(Band)[1:], BANDS, strict=True))):
        for end in range(len(known) - 1, 4, -1):
            if min(known[end - 5 : end + 1]) >= bound and min(known[end:]) >= bound - 5:
                return band
    return Band.OK


SCORES = st.lists(
    st.one_of(st.none(), st.sampled_from([0.0, 19.9, 20.0, 25.0, 40.0, 44.9, 45.0, 60.0, 64.9, 65.0, 90.0])),
    min_size=1,
    max_size=61,
)


@given(st.lists(st.tuples(SCORES, st.integers(1, 7)), min_size=1, max_size=8))
def test_the_band_is_what_its_words_say(stretches: list[tuple[list[float | None], int]]) -> None:
    scores = [score for values, times in stretches for score in values[:3] for _ in range(times)]
    assert band_of(path_of(scores))[0] == slow_band(scores)


def test_no_minute_is_looked_at_that_can_not_matter() -> None:
    asked: list[int] = []

    def score_at(minute_ms: int) -> float | None:
        asked.append(minute_ms // MINUTE)
        return 50.0 if minute_ms >= 90 * MINUTE else 3.0

    def work_at(_: int) -> Workload:
        return Workload(90, 0.9, 4, 10, 2.25, 2.25, 9.5, 6)

    row = load_row(7, 100 * MINUTE, 0, work_at, score_at)
    assert (row.agent_id, row.band, row.since_ms) == (7, Band.OFFER, 95 * MINUTE)
    assert asked == list(range(99, 88, -1))
    assert row.score == fsum(part.points for part in row.parts)
    calm = load_row(7, 100 * MINUTE, 0, lambda _: Workload(0, 0.5, 0, 0, 0, 0, 1, 0), score_at)
    assert (calm.band, len(asked)) == (Band.OK, 11)


def test_bands_are_followed_for_an_hour_and_not_into_the_day_before() -> None:
    busy = Workload(90, 0.9, 4, 10, 2.25, 2.25, 9.5, 6)
    asked: list[int] = []

    def score_at(minute_ms: int) -> float | None:
        asked.append(minute_ms // MINUTE)
        return 50.0

    assert load_row(1, 200 * MINUTE, 0, lambda _: busy, score_at).since_ms == 145 * MINUTE
    assert asked[-1] == 140
    assert load_row(1, 200 * MINUTE, 196 * MINUTE, lambda _: busy, score_at).band == Band.OK


def test_two_hours_without_a_break_ask_for_one_whatever_the_score() -> None:
    assert is_overdue(Workload(since_break=120))
    assert not is_overdue(Workload(since_break=119.9))
    assert not is_overdue(Workload(99, *[None] * 7)._replace(since_break=None))
    row = load_row(1, 0, 0, lambda _: Workload(since_break=130), lambda _: None)
    assert (row.score, row.coverage, row.band, row.overdue) == (None, 20, Band.OK, True)
    assert wants_break(row)
    assert not wants_break(row._replace(overdue=False))
    assert wants_break(row._replace(overdue=False, band=Band.OFFER))
