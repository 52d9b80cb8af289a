"""The catalogue that ships: whole, in both languages, balanced so that a walk can be done in the time it has."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.adapters.simulator.shift import SHIFTS
from data.discipline.catalogue import Catalogue, Checklist, Occasion, Text, catalogue_of
from data.discipline.rounds import rounds_of, shifts_at
from data.discipline.shipped import shipped
from data.model.days import HOUR, MINUTE, moment_of
from data.model.discipline import Prefill, Where
from data.model.text import safe_text

ROOT = Path(__file__).parents[3]
ZONE = ZoneInfo("Asia/Shanghai")
AREAS = "workstation appearance manner conduct service time emotion safety access security"
LATIN_IN_CHINESE = {"PC", "IT", "U"}
"""What people on a Chinese floor say as it is."""


def texts(catalogue: Catalogue) -> list[Text]:
    named = [*catalogue.areas.values(), *catalogue.incidents.values()]
    named += [each.title for each in catalogue.checklists.values()]
    named += [plan.title for plan in catalogue.shifts.values()]
    return named + [text for rule in catalogue.rules.values() for text in (rule.text, rule.do)]


def test_all_areas_are_there_with_rules_enough() -> None:
    catalogue = shipped()
    assert " ".join(catalogue.areas) == AREAS
    assert len(catalogue.rules) >= 66
    per_area = Counter(rule.area for rule in catalogue.rules.values())
    assert min(per_area[area] for area in catalogue.areas) >= 4
    assert sum(rule.positive for rule in catalogue.rules.values()) >= 6
    assert sum(rule.dismissal for rule in catalogue.rules.values()) >= 3


def test_every_text_is_in_both_languages() -> None:
    for en, zh in texts(shipped()):
        assert re.fullmatch(r"[A-Z][ -~]+", en), en
        assert re.search(r"[\u4e00-\u9fff]", zh), zh
        assert set(re.findall(r"[A-Za-z]+", zh)) <= LATIN_IN_CHINESE, zh
        assert not re.search(r"[,;:!?()]", zh), zh  # full-width ones
        assert not en.endswith(".")
        assert not zh.endswith("。")
        assert safe_text(en) == en
        assert safe_text(zh) == zh


def test_no_two_rules_read_alike() -> None:
    rules = shipped().rules.values()
    for language in range(2):
        assert len({rule.text[language].casefold() for rule in rules}) == len(rules)
    titles = [each.title for each in shipped().checklists.values()]
    assert len({title.en for title in titles}) == len({title.zh for title in titles}) == len(titles)


def test_each_thing_the_floor_knows_has_one_rule() -> None:
    known = [rule for rule in shipped().rules.values() if rule.prefill]
    assert Counter(rule.prefill for rule in known) == dict.fromkeys(Prefill, 1)
    walked = {rule for each in shipped().checklists.values() for rule in each.rules}
    assert {rule.id for rule in known} <= walked


def test_what_breaches_say_what_to_do() -> None:
    for rule in shipped().rules.values():
        assert rule.do.en, rule.id
        assert 0 < rule.least <= rule.most, rule.id


def seat_rules(each: Checklist) -> int:
    return sum(shipped().rules[rule].where is Where.SEAT for rule in each.rules)


def test_every_moment_of_a_shift_has_a_checklist_that_can_be_done() -> None:
    checklists = shipped().checklists.values()
    assert {each.occasion for each in checklists} == set(Occasion)
    for each in checklists:
        wheres = [shipped().rules[rule].where for rule in each.rules]
        assert Where.AGENT not in wheres  # a stop more for each person
        assert len(each.rules) - seat_rules(each) <= 7
        assert seat_rules(each) <= (8 if each.occasion is Occasion.MID_SHIFT else 5)
        assert wheres == sorted(wheres, key=[Where.FLOOR, Where.ZONE, Where.SEAT].index) or each.id == "closing"


def test_the_shifts_are_those_of_the_floor_that_is_played() -> None:
    plans = shipped().shifts.values()
    assert [(plan.since, plan.until) for plan in plans] == [(shift.begins, shift.ends) for shift in SHIFTS]


def test_no_round_comes_up_twice_at_a_time() -> None:
    catalogue = shipped()
    day = moment_of(datetime(2026, 12, 1, tzinfo=ZONE))
    rounds = [each for shift in shifts_at(catalogue, day + 12 * HOUR, ZONE) for each in rounds_of(catalogue, shift)]
    opened = Counter((each.checklist, each.opens_ms) for each in rounds)
    assert max(opened.values()) == 1
    walks = sorted(
        (each.opens_ms - day) // HOUR
        for each in rounds
        if catalogue.checklists[each.checklist].occasion is Occasion.MID_SHIFT
    )
    assert walks == [10, 12, 14, 16, 18]


def test_in_the_hour_of_the_demo_there_is_something_of_each_kind() -> None:
    catalogue = shipped()
    now = moment_of(datetime(2026, 12, 1, 10, 20, tzinfo=ZONE))
    rounds = {
        each.checklist: each
        for shift in shifts_at(catalogue, now, ZONE)
        for each in rounds_of(catalogue, shift)
        if each.opens_ms <= now
    }
    assert list(rounds) == ["pre_shift", "opening", "safety", "walk", "security"]
    over = {key for key, each in rounds.items() if each.due_ms < now}
    assert over == {"pre_shift", "opening", "safety"}
    assert rounds["security"].due_ms == now + 25 * MINUTE
    assert rounds["walk"].due_ms == now + 40 * MINUTE


def test_what_ships_is_kept_and_comes_back() -> None:
    assert catalogue_of(shipped().body) == shipped()
    assert shipped() is shipped()


def test_the_document_tells_what_ships() -> None:
    document = (ROOT / "docs" / "catalogue.md").read_text("utf-8")
    catalogue = shipped()
    assert f"{len(catalogue.rules)} rules in ten areas" in document
    assert f"{len(catalogue.incidents)} kinds of incidents" in document
    for area, title in catalogue.areas.items():
        rules = [rule for rule in catalogue.rules.values() if rule.area == area]
        credits = sum(rule.positive for rule in rules) or ""
        assert f"| {title.en} | {title.zh} | {len(rules)} | {credits} |" in document
    for each in catalogue.checklists.values():
        row = next(line for line in document.splitlines() if line.startswith(f"| {each.title.en} | {each.title.zh} |"))
        assert row.endswith(f"| {len(each.rules)} |")
        assert f"| {', '.join(each.shifts)} |" in row
