"""A walk as it stands: where it halts, what holds of each mark, which way it goes; its panes at three widths."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from data.model.days import MINUTE, SECOND
from data.model.discipline import Fact, Gravity, Prefill, RuleLine, Stop, Where
from data.model.picture import ChecklistView, ItemRow, Picture
from data.model.words import Mark, State
from tests.widgets.floor_picture import NOW
from tests.widgets.gallery import make_look
from tests.widgets.test_panes_hold import NAMES
from tests.widgets.walk_picture import (
    FACTS,
    KEY,
    ROUND,
    RULES,
    failed,
    finding,
    marked,
    present,
    walk_picture,
    walk_view,
)
from widgets.canvas import Canvas, text_of
from widgets.checklist import ChecklistPane
from widgets.look import Look
from widgets.walk import StopPane
from widgets.walk_map import WalkMap, climbed, grid
from widgets.walk_words import fact_text, points_text
from widgets.walking import HOLD_MS, Check, Entered, Fate, Halt, How, Place, Walk

GOLDEN = Path(__file__).parent / "golden"
SIGNED_IN = present(walk_picture())


def make(entered: dict[Place, dict[str, Entered]] | None = None, now_ms: int = NOW) -> Walk:
    return Walk(walk_view(), SIGNED_IN, entered, now_ms, walk_picture().discipline.findings)


def at(walk: Walk, key: str) -> Halt:
    halt = walk.halt(key)
    assert halt is not None
    return halt


def check_of(walk: Walk, key: str, rule: str) -> Check:
    return next(check for check in at(walk, key).checks if check.rule.id == rule)


# ------------------------------------------------------------------------ where it halts


def test_who_sits_at_a_seat_is_looked_at_there_and_nowhere_else() -> None:
    walk = make()
    halt = at(walk, "seat/A-10")
    assert halt.agent_id == 109
    places = {check.place for check in halt.checks}
    assert places == {(Where.SEAT, "A-10"), (Where.AGENT, "109")}
    assert walk.halt("agent/109") is None
    assert at(walk, "agent/159").agent_id == 159, "who has no seat comes after the seats"
    checks = [(check.place, check.rule.id) for halt in walk.halts for check in halt.checks]
    assert len(checks) == len(set(checks))


def test_stops_of_agents_after_their_seats_are_one_halt_with_them() -> None:
    view = walk_view()
    apart = tuple(
        each
        for stop in view.stops
        for each in (
            stop,
            *([Stop(Where.AGENT, str(stop.agent_id), stop.zone, stop.agent_id)] if stop.agent_id in SIGNED_IN else []),
        )
        if each is stop or stop.where is Where.SEAT
    )
    walk = Walk(view._replace(stops=apart), (), None, NOW)
    assert [halt.key for halt in walk.halts] == [halt.key for halt in make().halts]
    assert {check.place for check in at(walk, "seat/A-10").checks} == {(Where.SEAT, "A-10"), (Where.AGENT, "109")}


def test_who_is_away_is_not_looked_at_but_where_a_mark_says_so() -> None:
    picture = walk_picture()
    away = next(agent for agent in picture.agents if agent.state is State.OFFLINE)
    walk = make()
    assert {check.place[0] for check in at(walk, f"seat/{away.seat}").checks} == {Where.SEAT}
    view = failed(walk_view(), Where.AGENT, str(away.id), "badge", NOW, "x")
    again = Walk(view, SIGNED_IN, None, NOW)
    assert {check.place[0] for check in at(again, f"seat/{away.seat}").checks} == {Where.SEAT, Where.AGENT}


def test_without_any_seats_the_rules_for_seats_are_checked_at_the_agents() -> None:
    stops = tuple(Stop(Where.AGENT, str(agent), "", agent) for agent in sorted(SIGNED_IN))
    walk = Walk(walk_view()._replace(stops=stops, marks={}), SIGNED_IN, None, NOW)
    assert len(walk.halts) == len(stops)
    assert [check.rule.id for check in walk.halts[0].checks] == [
        rule.id for rule in RULES if rule.where in (Where.SEAT, Where.AGENT)
    ]
    assert {check.place[0] for check in walk.halts[0].checks} == {Where.AGENT}


# ------------------------------------------------------------------------ what holds


def test_what_was_entered_holds_until_it_is_told_of() -> None:
    place = (Where.SEAT, "A-10")
    sent = Entered(Mark.FAIL, NOW, "torn")
    walk = make({place: {"desk": sent}})
    assert walk.shown(check_of(walk, "seat/A-10", "desk")).mark is Mark.FAIL
    kept = make({place: {"desk": sent._replace(fate=Fate.DONE)}}, NOW + HOLD_MS - 1)
    assert kept.shown(check_of(kept, "seat/A-10", "desk")).mark is Mark.FAIL
    late = make({place: {"desk": sent._replace(fate=Fate.DONE)}}, NOW + HOLD_MS)
    assert late.shown(check_of(late, "seat/A-10", "desk")).mark is None, "nothing was told of it"
    still = make({place: {"desk": sent}}, NOW + 10 * HOLD_MS)
    assert still.shown(check_of(still, "seat/A-10", "desk")).mark is Mark.FAIL, "it is on its way"


def test_a_mark_of_all_yields_to_what_somebody_has_said_of_one() -> None:
    place = (Where.SEAT, "A-04")
    all_well = {place: {"phone": Entered(Mark.PASS, NOW, yields=True)}}
    walk = make(all_well)
    assert walk.shown(check_of(walk, "seat/A-04", "phone")).mark is Mark.FAIL
    own = make({place: {"phone": Entered(Mark.PASS, NOW)}})
    assert own.shown(check_of(own, "seat/A-04", "phone")).mark is Mark.PASS


def test_a_refused_mark_holds_nothing_and_its_place_is_not_done() -> None:
    refused = Entered(Mark.PASS, NOW, fate=Fate.REFUSED, words="not your team")
    walk = make({(Where.SEAT, "A-04"): {"desk": refused}})
    shown = walk.shown(check_of(walk, "seat/A-04", "desk"))
    assert (shown.mark, shown.words) == (Mark.PASS, "not your team"), "what stood before stands"
    assert walk.hows["seat/A-04"] is How.REFUSED and not walk.is_done(at(walk, "seat/A-04"))
    assert walk.refused == 1 and make().refused == 0


def test_owner_and_points_are_those_entered_last_then_those_of_the_finding() -> None:
    walk = make()
    told = walk.said(check_of(walk, "seat/A-04", "phone"))
    assert (told.owner, told.points, told.repeats) == ("Zhang Lei", 2, 1)
    place = (Where.SEAT, "A-04")
    anew = make({place: {"phone": Entered(Mark.FAIL, NOW, points=5, owner="IT")}})
    said = anew.said(check_of(anew, "seat/A-04", "phone"))
    assert (said.owner, said.points, said.due_ms) == ("IT", 5, NOW + 28 * MINUTE)


def test_counts_are_those_of_the_halts() -> None:
    walk = make()
    assert walk.done + walk.left == len(walk.halts)
    assert [(halt.place, check.rule.id) for halt, check in walk.failed] == [("A-04", "phone"), ("A-06", "badge")]
    assert sum(how is How.UNSEEN for how in walk.hows.values()) == len(walk_view().unseen)


def test_what_another_round_has_found_already_is_not_held_against_somebody_twice() -> None:
    walk = make()
    assert len(check_of(walk, "seat/A-10", "break").facts) == 1
    known = finding(9, "break", "A-10", NOW - 30 * MINUTE, agent_id=109, round="2025-05-14/early/mid_shift/0")
    again = Walk(walk_view(), SIGNED_IN, None, NOW, [known])
    assert check_of(again, "seat/A-10", "break").facts == ()
    ours = Walk(walk_view(), SIGNED_IN, None, NOW, [known._replace(round=KEY)])
    assert len(check_of(ours, "seat/A-10", "break").facts) == 1


def test_the_worst_fact_is_told_with_how_many_there_are() -> None:
    walk = make()
    facts = check_of(walk, "seat/A-13", "break").facts
    assert [fact.value_ms for fact in facts] == [20 * MINUTE, 11 * MINUTE]
    assert fact_text(facts[0], make_look(), len(facts)) == "rest of 13:02 took 20:00, 10:00 allowed, 2 times today"


# ------------------------------------------------------------------------ the way


def test_the_next_open_stop_goes_around() -> None:
    walk = make()
    first = walk.next_open()
    assert first is not None and first.key == "seat/A-09"
    last = walk.halts[-1]
    assert walk.next_open(last.key) == first
    done = Walk(marked(walk_view(), walk_view().stops, SIGNED_IN, "x", NOW), SIGNED_IN, None, NOW)
    assert done.next_open() is None and done.left == 0


def test_the_next_unseen_is_a_seat_that_nobody_saw_today() -> None:
    walk = make()
    unseen = walk.next_unseen("seat/A-10")
    assert unseen is not None and unseen.zone == "Zone C"
    following = walk.next_unseen(unseen.key)
    assert following is not None and following.key != unseen.key and walk.hows[following.key] is How.UNSEEN


@pytest.mark.parametrize(
    ("text", "near", "place"),
    [
        ("A-09", None, "A-09"),
        (" b-4 ", None, None),
        ("b-04", None, "B-04"),
        ("4", "seat/B-09", "B-04"),
        ("14", "seat/B-09", "B-14"),
        ("zone b", None, "Zone B"),
        ("", None, None),
        ("nowhere", None, None),
    ],
)
def test_a_seat_is_found_by_its_name_or_its_end(text: str, near: str | None, place: str | None) -> None:
    halt = make().named(text, near)
    assert (halt.place if halt else None) == place


def test_the_map_has_every_halt_once_and_its_rows_lead_up_and_down() -> None:
    walk, picture = make(), walk_picture()
    rows = grid(walk, picture)
    shown = [halt.key for row in rows for halt in (row.head, *(row.cells or ())) if halt is not None]
    assert sorted(shown) == sorted(halt.key for halt in walk.halts)
    below = climbed(walk, picture, "seat/A-04", 1)
    assert below is not None and below.key == "seat/A-14"
    top = climbed(walk, picture, "floor/", -1)
    assert top is not None and top.key == "floor/"


def test_others_are_where_they_marked_last_but_not_for_ever() -> None:
    walk = make()
    assert walk.others("Zhang Lei") == {"陈经理": "seat/B-03"}
    assert make(now_ms=NOW + 11 * MINUTE).others("Zhang Lei") == {}
    assert walk.marked_by(at(walk, "seat/B-01"), "Zhang Lei") == "陈经理"
    assert walk.marked_by(at(walk, "seat/A-01"), "Zhang Lei") == ""


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 66), max_size=60), st.integers(0, 66))
def test_going_on_from_anywhere_comes_to_every_open_stop_once(done: set[int], start: int) -> None:
    stops = walk_view().stops
    view = marked(
        walk_view()._replace(marks={}), [stops[i] for i in sorted(done) if i < len(stops)], SIGNED_IN, "x", NOW
    )
    walk = Walk(view, SIGNED_IN, None, NOW)
    key = walk.halts[start % len(walk.halts)].key
    seen = []
    for _ in range(walk.left):
        halt = walk.next_open(key)
        assert halt is not None
        seen.append(halt.key)
        key = halt.key
    assert sorted(seen) == sorted(halt.key for halt in walk.halts if not walk.is_done(halt))


# ------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("points", "unit", "positive", "en", "zh"),
    [
        ((1, 1), "points", False, "1 point", "1 分"),
        ((2, 5), "points", False, "2–5 points", "2–5 分"),
        ((3, 3), "points", True, "+3 points", "加 3 分"),
        ((5, 50), "money", False, "fine 5–50", "扣款 5–50"),
        ((0, 4), "level", False, "level 0–4", "0–4 级"),
    ],
)
def test_points_in_words(points: tuple[int, int], unit: str, positive: bool, en: str, zh: str) -> None:
    rule = RULES[0]._replace(least=points[0], most=points[1], unit=unit, positive=positive)
    assert points_text(rule, None, make_look()) == en
    assert points_text(rule, None, make_look(zh=True)) == zh


def test_every_kind_of_fact_has_its_figures_in_words() -> None:
    look = make_look()
    said = {
        kind: fact_text(Fact(kind, 1, NOW - 30 * MINUTE, NOW, 754 * SECOND, 600 * SECOND, "rest"), look)
        for kind in Prefill
    }
    assert said == {
        Prefill.LATE_SIGN_IN: "signed in at 14:32, 12:34 late (10:00 allowed)",
        Prefill.BREAK_OVERRUN: "rest of 14:02 took 12:34, 10:00 allowed",
        Prefill.WRAP_UP_OVER: "wrap-up at 14:02 took 12:34, 10:00 allowed",
        Prefill.NO_REASON: "not ready without a reason at 14:02 for 12:34",
        Prefill.IDLE_WHILE_WAITING: "free at 14:02 for 12:34 while calls waited",
    }


# ------------------------------------------------------------------------ the panes


def stop_pane(look: Look, key: str | None, chosen: int | None = None, strip: bool = True) -> StopPane:
    pane = StopPane(look)
    pane.strip = strip
    pane.show(walk_picture(), NOW)
    pane.set_walk(make(), key, chosen, "Zhang Lei")
    return pane


def map_pane(look: Look) -> WalkMap:
    pane = WalkMap(look)
    pane.show(walk_picture(), NOW)
    pane.set_walk(make(), "seat/A-10", "Zhang Lei")
    return pane


def checklist_pane(look: Look) -> ChecklistPane:
    items = tuple(
        ItemRow(rule.id, rule.en, rule.zh, None, "", "", "", "", None, None, rule.where, 18, 60)
        if rule.id not in ("phone", "exits")
        else ItemRow(
            *(rule.id, rule.en, rule.zh, Mark.FAIL if rule.id == "phone" else Mark.PASS, "second time", "Zhang Lei"),
            *("A-04", "Zhang Lei", NOW - MINUTE, NOW),
        )
        for rule in RULES
    )
    pane = ChecklistPane(look)
    pane.show(walk_picture()._replace(checklist=ChecklistView(KEY, ROUND.en, ROUND.zh, ROUND.due_ms, items)), NOW)
    return pane


DRAWN: dict[str, tuple[Callable[[Look], Canvas], int]] = {
    "walk_stop": (lambda look: stop_pane(look, "seat/A-10"), 20),
    "walk_failed": (lambda look: stop_pane(look, "seat/A-04", 1, strip=False), 20),
    "walk_floor": (lambda look: stop_pane(look, "floor/"), 12),
    "walk_end": (lambda look: stop_pane(look, None), 14),
    "walk_map": (map_pane, 34),
    "checklist_rounds": (checklist_pane, 14),
}


def drawn(pane: Canvas, width: int, height: int) -> list[str]:
    pane.sync()
    return [text_of(line) for line in pane.draw(width, height)]


@pytest.mark.parametrize("look", ["en", "zh", "ascii"])
@pytest.mark.parametrize("name", DRAWN)
def test_golden(name: str, look: str) -> None:
    maker, height = DRAWN[name]
    drawings = {
        width: drawn(maker(make_look(zh=look == "zh", ascii=look == "ascii")), width, height) for width in (60, 80, 120)
    }
    for width, lines in drawings.items():
        assert {cell_len(line) for line in lines} == {width}
    text = "\n".join(f"{width}\n" + "\n".join(lines) for width, lines in drawings.items()) + "\n"
    file = GOLDEN / f"{name}.{look}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_who_may_only_look_is_told_nothing_of_people() -> None:
    look = replace(make_look(), discreet=True)
    pane = StopPane(look)
    view = failed(walk_view(), Where.AGENT, "109", "badge", NOW, "x", note="left it at home")
    found = [finding(5, "badge", "A-10", NOW - MINUTE, agent_id=109, where=Where.AGENT)]
    pane.show(walk_picture(), NOW)
    pane.set_walk(Walk(view, SIGNED_IN, None, NOW, found), "seat/A-10", None, "")
    text = "\n".join(drawn(pane, 80, 20))
    assert "left it at home" not in text and "took 13:05" not in text and "still open" not in text
    open_ = StopPane(make_look())
    open_.show(walk_picture(), NOW)
    open_.set_walk(Walk(view, SIGNED_IN, None, NOW, found), "seat/A-10", None, "")
    shown = "\n".join(drawn(open_, 80, 20))
    assert "left it at home" in shown and "took 13:05" in shown and "still open" in shown


def test_the_cursor_goes_through_all_places_where_one_rule_failed() -> None:
    rule = RULES[0]
    items = tuple(
        ItemRow(rule.id, rule.en, rule.zh, Mark.FAIL, "", "Zhang Lei", place, "", None, NOW)
        for place in ("A-04", "A-09")
    )
    pane = ChecklistPane(make_look())
    view = ChecklistView(KEY, ROUND.en, ROUND.zh, ROUND.due_ms, items)
    pane.show(walk_picture()._replace(checklist=view), NOW)
    keys = [entry.key for entry in pane.ordered(walk_picture()._replace(checklist=view), NOW)]
    assert len(set(keys)) == len(keys)


def test_a_wall_names_nobody_in_the_checklist() -> None:
    pane = checklist_pane(replace(make_look(), wall=True))
    text = "\n".join(drawn(pane, 120, 14))
    assert "Zhang Lei" not in text and "second time" not in text and "A-04" not in text
    assert "18/60" in text and "Safety round" in text


def test_the_pane_without_a_round_says_when_the_next_one_opens() -> None:
    pane = ChecklistPane(make_look())
    pane.show(walk_picture()._replace(checklist=None), NOW)
    assert "Closing round opens at 15:42. c begins one by hand." in " ".join(
        line.strip("│ ") for line in drawn(pane, 80, 6)
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=6), st.sampled_from((24, 60, 80, 121)), st.booleans())
def test_no_text_breaks_a_line(names: list[str], width: int, zh: bool) -> None:
    picture = renamed(walk_picture(), names)
    rules = tuple(hostile(rule, names, at) for at, rule in enumerate(RULES))
    stops = tuple(
        stop._replace(place=names[at % len(names)] + str(at)) if stop.where is Where.SEAT else stop
        for at, stop in enumerate(walk_view().stops)
    )
    view = walk_view()._replace(rules=rules, stops=stops, round=ROUND._replace(en=names[0], zh=names[-1]))
    view = marked(view, stops[:5], SIGNED_IN, names[0], NOW - MINUTE)
    view = failed(view, stops[3].where, stops[3].place, RULES[1].id, NOW, names[-1], names[0])
    rows = [
        finding(at, "usb", stops[3].place, NOW - MINUTE, en=name, zh=name, owner=name, round="x")
        for at, name in enumerate(names)
    ]
    walk = Walk(view, SIGNED_IN, None, NOW, rows)
    look = make_look(zh=zh)
    stop, seats = StopPane(look), WalkMap(look)
    stop.strip = True
    for pane in (stop, seats):
        pane.show(picture, NOW)
    for key in (walk.halts[3].key, walk.halts[-1].key, None):
        stop.set_walk(walk, key, 1, "")
        seats.set_walk(walk, key, "")
        for pane in (stop, seats):
            for line in drawn(pane, width, 20):
                assert cell_len(line) == width
                assert line.isprintable()


def renamed(picture: Picture, names: list[str]) -> Picture:
    agents = tuple(
        agent._replace(name=names[at % len(names)], team=names[0], reason=names[-1])
        for at, agent in enumerate(picture.agents)
    )
    seats = tuple(seat._replace(label=names[0] + str(at), zone=names[-1]) for at, seat in enumerate(picture.seats))
    return picture._replace(agents=agents, seats=seats)


def hostile(rule: RuleLine, names: list[str], at: int) -> RuleLine:
    name = names[at % len(names)]
    return rule._replace(en=name, zh=name, do_en=name, do_zh=name, severity=Gravity(at % 3 + 1))


def test_the_facts_of_the_picture_are_of_people_who_are_there() -> None:
    assert {fact.agent_id for fact in FACTS} <= SIGNED_IN
