"""Erlang C and Erlang A against tables worked out at high precision, and what must hold for any load."""

from __future__ import annotations

import csv
from itertools import pairwise
from math import isclose, pi, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.staffing import Load, erlang_b, erlang_c, required_agents, served, served_patiently, table

FIXTURES = Path(__file__).parents[1] / "fixtures" / "erlang"
FIGURES = ("p_wait", "asa_s", "dlydly_s", "q1", "q2", "sl", "occ", "tkld")
PATIENT = {
    "p_wait": "p_wait",
    "p_abandon": "p_abandon",
    "mean_wait_all_s": "wait_s",
    "asa_answered_s": "asa_s",
    "mean_wait_abandoned_s": "abandoned_wait_s",
    "q_mean": "q1",
    "occ": "occ",
    "abandoned_le_T": "abandoned_within",
    "abandoned_le_short": "abandoned_short",
    "sl_offered": "sl_offered",
    "sl_answered": "sl_answered",
    "sl_excl_short": "sl_excluding_short",
    "sl_excl_ab_le_T": "sl_excluding_within",
    "sl_plus_ab_le_T": "sl_abandons_count",
}


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def load_of(row: dict[str, str]) -> Load:
    times = (row["talk_s"], row["acw_s"]) if "talk_s" in row else (row["aht_s"], "0")
    return Load(float(row["calls"]), float(row["interval_s"]), *map(float, times))


def same(found: float | None, expected: str) -> bool:
    if found is None or not expected:
        return found is None and not expected
    return isclose(found, float(expected), rel_tol=1e-9, abs_tol=0 if float(expected) else 1e-12)


@pytest.mark.parametrize("row", rows("erlang_c"), ids=lambda row: f"{row['case']}-{row['agents']}-{row['target_s']}")
def test_erlang_c_equals_the_table(row: dict[str, str]) -> None:
    agents, threshold_s = int(row["agents"]), float(row["target_s"])
    found = served(load_of(row), agents, threshold_s)
    assert not [name for name in FIGURES if not same(getattr(found, name), row[name])], found
    assert list(table(load_of(row), agents, agents, threshold_s)) == [found]


@pytest.mark.parametrize("row", rows("erlang_c_inverse"))
def test_required_agents_equal_the_table(row: dict[str, str]) -> None:
    level, most_occ = float(row["sl_target"]), float(row["max_occ"]) if row["max_occ"] else None
    needed = required_agents(load_of(row), float(row["target_s"]), level, most_occ)
    found = served(load_of(row), needed, float(row["target_s"]))
    assert needed == int(row["agents"])
    assert same(found.sl, row["sl_achieved"]) and same(found.occ, row["occ"])


@pytest.mark.parametrize("row", rows("erlang_a"))
def test_erlang_a_equals_the_table(row: dict[str, str]) -> None:
    times = (float(row["patience_s"]), float(row["target_s"]), float(row["short_s"]))
    found = served_patiently(load_of(row), int(row["agents"]), *times)
    assert not [name for name in PATIENT if not same(getattr(found, PATIENT[name]), row[name])], found


def test_without_agents_to_spare_everybody_waits() -> None:
    for agents in (0, 5, 10):
        found = served(Load(100, 1800, 180), agents, 20)
        assert (found.p_wait, found.sl) == (1.0, 0.0)
        assert {found.asa_s, found.dlydly_s, found.q1, found.q2, found.tkld} == {None}


def test_without_contacts_there_is_no_service_level() -> None:
    assert served(Load(0, 900, 180, 30), 10, 20).sl is None
    assert served_patiently(Load(0, 900, 180), 10, 120, 20) is None
    assert required_agents(Load(0, 900, 180), 20, 0.8) == 0


def test_without_agents_all_hang_up_after_their_patience() -> None:
    found = served_patiently(Load(10, 1800, 180), 0, 120, 20)
    assert found is not None
    assert found.p_abandon == pytest.approx(1.0)
    assert (found.sl_offered, found.asa_s, found.occ) == (0.0, None, None)
    assert found.abandoned_wait_s == pytest.approx(120)


def test_a_crowd_of_any_size_has_figures() -> None:
    """No product of many weights runs over or out, from a floor a hundred times too small to one twice too large."""
    load = Load(30_000, 1800, 300)
    levels = [served_patiently(load, n, 120, 20) for n in (1, 50, 2_000, 4_000, 5_000, 5_100, 10_000)]
    shares = [each.sl_offered for each in levels if each]
    assert len(shares) == 7 and all(fewer <= more + 1e-12 for fewer, more in pairwise(shares))
    assert shares[0] < 1e-9 and shares[-1] > 0.999999
    assert [each.p_abandon for each in levels if each][3] == pytest.approx(0.2, abs=1e-6)
    assert erlang_b(5_000, 5_000) == pytest.approx(sqrt(2 / pi / 5_000), rel=0.01)  # as a load grows


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="no load"):
        served(Load(-1, 1800, 180), 5, 20)
    with pytest.raises(ValueError, match="planned for"):
        required_agents(Load(10, 1800, 180), 20, 1.0)
    with pytest.raises(ValueError, match="patience"):
        served_patiently(Load(10, 1800, 180), 5, 0, 20)


LOADS = st.builds(Load, st.integers(1, 3_000), st.sampled_from((900, 1800)), st.integers(5, 900), st.integers(0, 120))


@given(LOADS, st.integers(1, 60), st.sampled_from((0, 10, 20, 60)), st.sampled_from((15, 60, 300, 900)))
def test_one_agent_more_never_serves_worse(load: Load, spare: int, threshold_s: int, patience_s: int) -> None:
    agents = max(0, int(load.erlangs) - 20 + spare)
    more = served(load, agents + 1, threshold_s)
    fewer = served(load, agents, threshold_s)
    assert fewer.sl is not None and more.sl is not None and 0 <= fewer.sl <= more.sl <= 1
    assert fewer.p_wait >= more.p_wait
    patient = [served_patiently(load, agents + n, patience_s, threshold_s) for n in (0, 1)]
    assert patient[0] is not None and patient[1] is not None
    assert -1e-9 <= patient[0].sl_offered <= patient[1].sl_offered + 1e-9 <= 1 + 2e-9
    assert patient[0].p_abandon >= patient[1].p_abandon - 1e-9
    assert patient[0].p_wait <= fewer.p_wait + 1e-9  # who hangs up makes room


@given(LOADS, st.sampled_from((0.5, 0.8, 0.95)), st.sampled_from((0, 20, 60)))
def test_the_required_are_the_fewest(load: Load, level: float, threshold_s: int) -> None:
    needed = required_agents(load, threshold_s, level)
    enough, short = served(load, needed, threshold_s).sl, served(load, needed - 1, threshold_s).sl
    assert enough is not None and enough >= level
    assert short is not None and short < level


@given(LOADS, st.integers(1, 200))
def test_patience_without_end_is_erlang_c(load: Load, spare: int) -> None:
    agents = int(load.erlangs * 1.05) + 1 + spare
    found = served_patiently(load, agents, 1e9, 20)
    assert found is not None
    assert found.p_wait == pytest.approx(erlang_c(agents, load.erlangs), rel=1e-3, abs=1e-12)
