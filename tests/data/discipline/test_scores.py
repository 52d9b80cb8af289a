"""Scores of teams, zones and areas: three houses' rule sheets, and what holds of any findings."""

from __future__ import annotations

import inspect
from datetime import date, timedelta
from fractions import Fraction
from typing import get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.discipline import scores as scores_module
from data.discipline.catalogue import Catalogue, Rule, Scoring, Text, Unit
from data.discipline.scores import Checked, counts, points_of, scores_of, unit_of, weight
from data.model.days import DAY, HOUR, day_window
from data.model.discipline import Closing, FindingRow, Where
from data.model.discipline_seen import RuleCount, Scores, TeamScore
from tests.data.discipline.found import finding
from tests.examples import examples

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 3, 2)
PERIOD = (day_window(FIRST, ZONE).since_ms, day_window(FIRST + timedelta(days=6), ZONE).until_ms)
MONDAY, NOW = PERIOD[0], PERIOD[1]


def rule(key: str, least: int, most: int | None = None, **more: object) -> Rule:
    own = {"unit": Unit.MONEY, "repeats": False} | more
    return Rule(key, "conduct", Text(key, key), Where.AGENT, least=least, most=least if most is None else most, **own)  # type: ignore[arg-type]


def house(*rules: Rule, **scoring: object) -> Catalogue:
    texts = {area: Text(area, area) for area in ("conduct", "workstation")}
    return Catalogue(texts, {each.id: each for each in rules}, scoring=Scoring(**scoring))  # type: ignore[arg-type]


def team(catalogue: Catalogue, *findings: FindingRow, now_ms: int = NOW) -> TeamScore:
    [score] = scores_of(findings, (), catalogue, PERIOD, now_ms, ZONE).teams
    return score


# ---------------------------------------------------------------- the first house: fixed and range amounts

AWAY, UNTIDY = rule("away_20_min", 5), rule("untidy_desk", 5)
CHATTING, LATE, COPYING = rule("chatting", 5, 50), rule("late", 5, 100), rule("copying_files", 50, 500, dismissal=True)
HOUSE_1 = house(AWAY, UNTIDY, CHATTING, LATE, COPYING, found_by={"administration": 50}, repeat_percent=(100,))


def test_a_fixed_amount_is_what_it_is_and_a_range_what_somebody_chose_within_it() -> None:
    assert points_of(AWAY) == points_of(AWAY, 5) == 5
    assert points_of(CHATTING) == 5
    assert points_of(CHATTING, 50) == 50
    with pytest.raises(ValueError, match="51 is not within 5 to 50"):
        points_of(CHATTING, 51)
    with pytest.raises(ValueError, match="4 is not within 5 to 5"):
        points_of(AWAY, 4)


def test_caught_by_administration_instead_of_the_own_supervisor_costs_fifty_more() -> None:
    assert weight(finding(LATE, MONDAY, 20), HOUSE_1.scoring, LATE) == 20
    assert weight(finding(LATE, MONDAY, 20, by_role="administration"), HOUSE_1.scoring, LATE) == 70
    found = team(HOUSE_1, finding(AWAY, MONDAY), finding(COPYING, MONDAY, 200, by_role="administration"))
    assert (found.findings, found.deducted) == (2, 255)


def test_the_unit_of_a_house_is_the_one_most_of_its_rules_have() -> None:
    assert unit_of(HOUSE_1) is Unit.MONEY
    assert unit_of(Catalogue()) is Unit.POINTS
    points = finding(AWAY, MONDAY, unit="points")
    told = scores_of([points, finding(LATE, MONDAY)], (), HOUSE_1, PERIOD, NOW, ZONE)
    assert told.unit == "money"
    assert (told.teams[0].findings, told.teams[0].deducted) == (2, 5)


# ---------------------------------------------------------------- the second: bonuses

DUTY, REFUSED = rule("duty_missed", 5), rule("duty_refused", 10)
BEST = {
    name: rule(f"best_{name}", points, positive=True) for name, points in (("day", 10), ("week", 50), ("month", 100))
}
HOUSE_2 = house(DUTY, REFUSED, LATE, *BEST.values())


def test_the_best_of_the_day_week_and_month_add_what_they_are_worth() -> None:
    praise = [finding(each, MONDAY + n * DAY) for n, each in enumerate(BEST.values())]
    found = team(HOUSE_2, finding(DUTY, MONDAY), finding(REFUSED, MONDAY + DAY), *praise)
    assert (found.findings, found.positive, found.deducted, found.added) == (2, 3, 15, 160)
    assert found.score == 100 - 15 + 160
    assert found.by_day == (5, 10, 0, 0, 0, 0, 0)


def test_praise_weighs_no_more_for_coming_again_or_from_above() -> None:
    scoring = Scoring(found_by={"administration": 50}, repeat_percent=(100, 300))
    again = finding(BEST["day"], MONDAY, repeats=4, by_role="administration")
    assert weight(again, scoring, BEST["day"]) == 10


# ---------------------------------------------------------------- the third: a 5S sheet of items from 0 to 4

ITEMS = [rule(f"item_{n:02}", 0, 4, unit=Unit.LEVEL) for n in range(30)]
SHEET = house(*ITEMS, base=120, pass_mark=60)


@pytest.mark.parametrize(("missing", "passed"), [(0, True), (60, True), (61, False), (120, False)])
def test_a_sheet_of_thirty_items_is_passed_from_sixty_on(missing: int, passed: bool) -> None:
    lost = [min(4, max(0, missing - 4 * n)) for n in range(30)]
    found = team(SHEET, *(finding(item, MONDAY, points) for item, points in zip(ITEMS, lost, strict=True)))
    assert (found.score, found.passed) == (120 - missing, passed)


def test_an_item_has_no_more_than_four() -> None:
    assert [points_of(ITEMS[0], n) for n in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="5 is not within 0 to 4"):
        points_of(ITEMS[0], 5)


# ---------------------------------------------------------------- repeats, expiry, amnesty


def test_repeats_weigh_more_by_their_number_and_the_last_percentage_holds_on() -> None:
    scoring = Scoring(repeat_percent=(100, 150, 200))
    again = rule("phone", 3, repeats=True)
    assert [weight(finding(again, MONDAY, repeats=n), scoring, again) for n in range(5)] == [3, 5, 6, 6, 6]
    assert weight(finding(AWAY, MONDAY, repeats=3), scoring, AWAY) == 5, "its rule does not weigh repeats"
    assert weight(finding(again, MONDAY, repeats=1), Scoring(repeat_percent=()), again) == 3


def test_what_is_old_expires_and_an_amnesty_ends_what_was_before_it() -> None:
    scoring = Scoring(expire_days=10, amnesty=(date(2026, 3, 5), date(2026, 12, 1)))
    old = finding(AWAY, MONDAY)
    assert counts(old, Scoring(expire_days=10), MONDAY + 10 * DAY, ZONE)
    assert not counts(old, Scoring(expire_days=10), MONDAY + 10 * DAY + 1, ZONE)
    wednesday, thursday = MONDAY + 3 * DAY - 1, MONDAY + 3 * DAY
    assert counts(old, scoring, wednesday, ZONE), "the amnesty has not come"
    assert not counts(old, scoring, thursday, ZONE)
    assert counts(finding(AWAY, thursday), scoring, thursday, ZONE)


def test_a_withdrawn_finding_counts_for_nothing_and_a_corrected_one_still_does() -> None:
    found = team(
        HOUSE_1,
        finding(AWAY, MONDAY, closing=Closing.CORRECTED),
        finding(UNTIDY, MONDAY, closing=Closing.WITHDRAWN),
    )
    assert (found.findings, found.deducted) == (1, 5)


# ---------------------------------------------------------------- what holds of any

ANY = (AWAY, CHATTING, LATE, BEST["day"])
CATALOGUE = house(*ANY, found_by={"supervisor": 7}, repeat_percent=(100, 150), expire_days=4)


@st.composite
def findings(draw: st.DrawFn) -> list[FindingRow]:
    found = []
    for _ in range(draw(st.integers(0, 12))):
        each = draw(st.sampled_from(ANY))
        agent = draw(st.integers(1, 6))
        where = draw(st.sampled_from(tuple(Where)))
        found.append(
            finding(
                each,
                MONDAY + draw(st.integers(-2 * 24, 8 * 24)) * HOUR,
                draw(st.integers(each.least, each.most)),
                area=draw(st.sampled_from(("conduct", "workstation"))),
                agent_id=agent,
                agent=f"agent {agent}",
                team=("Sales", "Tech")[agent % 2],
                where=where,
                place={Where.ZONE: "B", Where.FLOOR: ""}.get(where, draw(st.sampled_from(("A-01", "A-02", "B-01")))),
                repeats=draw(st.integers(0, 3)),
                by_role=draw(st.sampled_from(("lead", "supervisor"))),
                closing=draw(st.sampled_from((None, *Closing))),
            )
        )
    return found


ZONES = {"A-01": "A", "A-02": "A", "B-01": "B"}


def told(found: list[FindingRow], checks: tuple[Checked, ...] = ()) -> Scores:
    return scores_of(found, checks, CATALOGUE, PERIOD, NOW, ZONE, zones=ZONES, teams=("Sales", "Tech", "None"))


@examples(150)
@given(findings())
def test_scores_are_what_adding_up_finding_by_finding_says(found: list[FindingRow]) -> None:
    counted = [
        each
        for each in found
        if PERIOD[0] <= each.at_ms < PERIOD[1] and each.closing is not Closing.WITHDRAWN and each.at_ms >= NOW - 4 * DAY
    ]
    cost = {id(each): weight(each, CATALOGUE.scoring, CATALOGUE.rules[each.rule]) for each in counted}
    scores = told(found)
    for score in scores.teams:
        own = [each for each in counted if each.team == score.name]
        bad, good = [each for each in own if not each.positive], [each for each in own if each.positive]
        assert (score.findings, score.positive) == (len(bad), len(good))
        assert score.deducted == sum(cost[id(each)] for each in bad) == sum(score.by_day)
        assert score.score == 100 - score.deducted + sum(each.points for each in good)
        days = [(each.at_ms - MONDAY) // DAY for each in bad]
        assert [bool(points) for points in score.by_day] == [day in days for day in range(7)]
    assert [score.name for score in scores.teams] == ["Sales", "Tech", "None"]
    for by in (scores.teams, scores.areas):
        assert sum(score.findings for score in by) == sum(not each.positive for each in counted)
        assert sum(score.deducted for score in by) == sum(cost[id(each)] for each in counted if not each.positive)
    floorwide = sum(each.where is Where.FLOOR and not each.positive for each in counted)
    assert sum(score.findings for score in scores.zones) + floorwide == sum(not each.positive for each in counted)


@examples(100)
@given(findings())
def test_a_pareto_has_every_breach_once_and_comes_to_all_of_them(found: list[FindingRow]) -> None:
    pareto = told(found).pareto
    assert [row.n for row in pareto] == sorted((row.n for row in pareto), reverse=True)
    if pareto:
        assert sum(Fraction(row.n, sum(each.n for each in pareto)) for row in pareto) == 1
        assert pareto[-1].cumulated == 1
        assert [row.cumulated for row in pareto] == sorted(row.cumulated for row in pareto)


@examples(100)
@given(findings(), st.permutations(range(1, 7)))
def test_it_makes_no_difference_who_of_a_team_was_found(found: list[FindingRow], order: list[int]) -> None:
    """Nobody can read a person out of scores: they are the same whoever of the team it was."""
    one = {agent: 1 + agent % 2 for agent in range(1, 7)}
    same_team = [each._replace(agent_id=one[each.agent_id or 1], agent="x") for each in found]
    renamed = [each._replace(agent_id=order[(each.agent_id or 1) - 1], agent="y", id=7) for each in found]
    assert told(same_team) == told(found) == told(renamed)


def test_there_is_no_score_of_a_person() -> None:
    for kind in (Scores, TeamScore, RuleCount, Checked):
        assert not [field for field in kind._fields if "agent" in field or "person" in field]
    for name, function in inspect.getmembers(scores_module, inspect.isfunction):
        if function.__module__ == scores_module.__name__:
            assert "agent" not in name
            assert not [each for each in get_type_hints(function) if "agent" in each]


def test_checks_are_added_up_and_no_mean_of_percentages() -> None:
    checks = (
        Checked("conduct", "Sales", "A", 10, 9),
        Checked("conduct", "Sales", "B", 90, 45),
        Checked("workstation", "", "B", 5, 5),
    )
    scores = told([], checks)
    sales = scores.teams[0]
    assert (sales.name, sales.checks, sales.passed_checks) == ("Sales", 100, 54)
    assert {score.name: (score.checks, score.passed_checks) for score in scores.zones} == {"A": (10, 9), "B": (95, 50)}
    assert [score.checks for score in scores.areas] == [100, 5]


def test_a_period_of_whole_local_days_has_a_value_for_each_also_where_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    since, until = day_window(date(2026, 3, 28), zone).since_ms, day_window(date(2026, 3, 30), zone).until_ms
    late = day_window(date(2026, 3, 29), zone).until_ms - 1
    scores = scores_of([finding(AWAY, late)], (), HOUSE_1, (since, until), until, zone)
    assert scores.teams[0].by_day == (0, 5, 0)
