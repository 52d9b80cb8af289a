"""Rounds: told from the catalogue, marked place by place, by several people at once, and read as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data.discipline.catalogue import Text
from data.model.days import DAY, HOUR, MINUTE
from data.model.discipline import Closing, Stop, Where
from data.model.discipline_requests import EndRound, MarkPlace, StartRound
from data.model.people import Refusal, Request
from data.model.words import Mark
from tests.data.people.site import NOON
from tests.data.rounds.ground import CATALOGUE, LATE, OPENING, SEATS, SHIFT, WALK, Ground, at_seat, ground_at


def test_rounds_are_known_before_anybody_has_marked(ground: Ground) -> None:
    discipline = ground.discipline()
    assert [shift.key for shift in discipline.shifts] == [SHIFT]
    rows = {row.key: row for row in discipline.rounds}
    assert list(rows)[:3] == [OPENING, WALK, LATE]
    walk = rows[WALK]
    assert (walk.opens_ms, walk.due_ms) == (NOON - HOUR, NOON + HOUR)
    assert (walk.done, walk.n, walk.failed) == (0, 3 * 2 + 3 + 1, 0), "seats, agents and the floor"
    assert (walk.seats_done, walk.seats, walk.by, walk.last_ms) == (0, 3, (), None)
    assert (rows[OPENING].n, rows[OPENING].seats, rows[OPENING].is_late(NOON)) == (3, 0, True)
    assert ground.rows("SELECT count(*) FROM checklist") == [(0,)]


def test_one_key_marks_all_of_a_place_and_counts(ground: Ground) -> None:
    answer = ground.order(at_seat("A-1", Mark.PASS), NOON)
    assert (answer.done, answer.said, answer.id) == (True, "A-1: 2 rules: passed", None)
    row = ground.round()
    assert (row.done, row.n, row.seats_done, row.by, row.place, row.last_ms) == (2, 10, 1, ("liumin",), "A-1", NOON)
    assert (ground.round(at_ms=NOON - 1).done, ground.round(at_ms=NOON - 1).by) == (0, ())
    view = ground.walk()
    assert set(view.marks) == {(Where.SEAT, "A-1")}
    assert {rule: mark.mark for rule, mark in view.marks[Where.SEAT, "A-1"].items()} == {
        "phone": Mark.PASS,
        "tidy": Mark.PASS,
    }
    assert view.unseen == ("A-2", "B-1")


def test_the_way_goes_along_the_seats(ground: Ground) -> None:
    first, second, third = (Stop(Where.AGENT, str(n), SEATS[n - 1][0], n) for n in (1, 2, 3))
    assert ground.walk().stops == (
        Stop(Where.FLOOR, ""),
        *(Stop(Where.SEAT, "A-1", "A", 1), first),
        *(Stop(Where.SEAT, "A-2", "A", 2), second),
        *(Stop(Where.SEAT, "B-1", "B", 3), third),
    )
    assert [stop.place for stop in ground.walk(OPENING).stops] == ["", "A", "B"]


def test_two_people_on_one_round_do_not_collide(ground: Ground) -> None:
    assert ground.order(at_seat("A-1", Mark.PASS, "phone"), NOON, "ma").done
    assert ground.order(at_seat("A-1", Mark.PASS), NOON + 1, "liu").said == "A-1: Desk in order: passed"
    again = ground.order(at_seat("A-1", Mark.PASS), NOON + 2, "ma")
    assert (again.done, again.said) == (True, "A-1: marked already by liu")
    marks = ground.walk(at_ms=NOON + 5).marks[Where.SEAT, "A-1"]
    assert {rule: mark.by for rule, mark in marks.items()} == {"phone": "ma", "tidy": "liu"}
    assert ground.round(at_ms=NOON + 5).by == ("liu", "ma")
    assert ground.rows("SELECT count(*) FROM checklist_mark") == [(2,)]


def test_the_same_mark_twice_is_one(ground: Ground) -> None:
    fail = at_seat("A-1", Mark.FAIL, "phone", note="on the desk")
    first = ground.done(fail, NOON)
    assert ground.done(fail, NOON + MINUTE) == first
    assert ground.rows("SELECT count(*) FROM checklist_mark") == [(1,)]
    assert [row.id for row in ground.findings(NOON + MINUTE)] == [first]


def test_a_failed_rule_raises_a_finding_and_a_later_pass_takes_it_back(ground: Ground) -> None:
    finding = ground.done(at_seat("A-2", Mark.FAIL, "phone", note="again", points=7, owner="Zhang"), NOON)
    (row,) = ground.findings()
    assert (row.id, row.rule, row.where, row.place, row.agent_id, row.team) == (
        *(finding, "phone", Where.SEAT, "A-2", None, "North"),
    )
    assert (row.points, row.note, row.owner, row.due_ms) == (7, "again", "Zhang", NOON + 30 * MINUTE)
    assert (row.by, row.by_role, row.round, row.shift) == ("liumin", "lead", WALK, SHIFT)
    assert ground.round().failed == 1
    ground.order(at_seat("A-2", Mark.PASS, "phone"), NOON + MINUTE, "ma")
    assert ground.findings(NOON + MINUTE) == ()
    assert ground.findings(NOON + MINUTE - 1) == (row,)
    assert ground.round(at_ms=NOON + MINUTE).failed == 0
    (gone,) = ground.board(NOON + MINUTE).closed
    assert (gone.id, gone.closing, gone.closed_by) == (finding, Closing.WITHDRAWN, "ma")


def test_a_finding_at_an_agent_is_about_them(ground: Ground) -> None:
    finding = ground.done(MarkPlace(WALK, Where.AGENT, "2", Mark.FAIL, ("badge",), "left at home"), NOON)
    (row,) = ground.findings()
    assert (row.id, row.agent_id, row.agent, row.team, row.place) == (finding, 2, "Ann Lee", "North", "A-2")
    checklist = ground.picture(NOON).checklist
    assert checklist is not None and checklist.key == WALK
    badge = [item for item in checklist.items if item.key == "badge"]
    assert [(item.mark, item.place, item.agent_id, item.done, item.n) for item in badge] == [
        (Mark.FAIL, "Ann Lee", 2, 1, 3),
        (None, "", None, 1, 3),
    ]
    assert (badge[0].note, badge[0].by) == ("left at home", "liumin")


def test_what_is_wrong_is_refused_in_words_and_leaves_nothing(ground: Ground) -> None:
    tried: dict[str, Request] = {
        "there is no round": at_seat("A-1", Mark.PASS, key="x"),
        "this round opens at 15:00 on 2025-11-22": at_seat("A-1", Mark.PASS, key=LATE),
        "there is no seat 'C-9'": at_seat("C-9", Mark.PASS),
        "rules: 'badge' is not checked at A-1; there are phone, tidy": at_seat("A-1", Mark.PASS, "badge"),
        "rules: say which ones failed": at_seat("A-1", Mark.FAIL),
        "points: from 5 to 10": at_seat("A-1", Mark.FAIL, "phone", points=11),
        "owner: 120 characters at most": at_seat("A-1", Mark.FAIL, "phone", owner="x" * 121),
        "due_ms: lies ahead": at_seat("A-1", Mark.FAIL, "phone", due_ms=NOON - 1),
        "photo: the name of a file": at_seat("A-1", Mark.FAIL, "phone", photo="../x.jpg"),
        "there is no agent 9": MarkPlace(WALK, Where.AGENT, "9", Mark.PASS),
        "place: of an agent it is the number": MarkPlace(WALK, Where.AGENT, "Ann", Mark.PASS),
        "there is no zone 'C'; there are A, B": MarkPlace(OPENING, Where.ZONE, "C", Mark.PASS),
        "place: the floor is one": MarkPlace(WALK, Where.FLOOR, "A", Mark.PASS),
        "where: nothing of this round is checked at A": MarkPlace(WALK, Where.ZONE, "A", Mark.PASS),
        "there is no checklist 'x'; there are opening, walk, spot": StartRound("x"),
    }
    for words, request in tried.items():
        answer = ground.order(request, NOON)
        assert not answer.done and answer.refusal in (Refusal.INVALID, Refusal.UNKNOWN), words
        assert answer.said.startswith(words)
    for table in ("checklist", "checklist_item", "checklist_mark", "finding", "finding_change"):
        assert ground.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_round_that_is_over_takes_no_marks(ground: Ground) -> None:
    assert ground.order(at_seat("A-1", Mark.PASS), NOON + HOUR + DAY).done
    said = ground.order(at_seat("A-2", Mark.PASS), NOON + HOUR + DAY + 1).said
    assert said == "this round was due more than a day ago"
    ground.done(EndRound(LATE, "nobody there"), NOON + 4 * HOUR, "ma")
    assert ground.order(at_seat("A-1", Mark.PASS, key=LATE), NOON + 5 * HOUR).said == "this round was ended by ma"
    assert ground.round(LATE, NOON + 4 * HOUR).ended_by == "ma"
    assert ground.round(LATE, NOON + 4 * HOUR - 1).ended_ms is None


def test_a_round_that_is_begun_by_hand(ground: Ground) -> None:
    ground.done(StartRound("spot"), NOON)
    ground.done(StartRound("spot"), NOON + MINUTE)
    assert [row.key for row in ground.discipline(NOON).rounds if row.checklist == "spot"] == [f"{SHIFT}/spot/+1"]
    keys = [row.key for row in ground.discipline(NOON + MINUTE).rounds if row.checklist == "spot"]
    assert keys == [f"{SHIFT}/spot/+1", f"{SHIFT}/spot/+2"]
    mark = MarkPlace(keys[0], Where.ZONE, "B", Mark.PASS)
    assert ground.order(mark, NOON + 2 * MINUTE).said == "B: Quiet enough: passed"
    assert (ground.round(keys[0], NOON + 2 * MINUTE).done, ground.round(keys[1], NOON + 2 * MINUTE).done) == (1, 0)


def test_a_round_reads_as_it_was_when_the_catalogue_has_changed(ground: Ground) -> None:
    ground.done(at_seat("A-1", Mark.FAIL, "phone"), NOON)
    before, picture = ground.walk(), ground.picture(NOON)
    phone = replace(CATALOGUE.rules["phone"], text=Text("Telephone locked away", "手机入柜"), least=9, most=9)
    walk = replace(CATALOGUE.checklists["walk"], title=Text("Round", "巡查"), rules=("phone",))
    changed = replace(
        CATALOGUE,
        rules={**CATALOGUE.rules, "phone": phone},
        checklists={**CATALOGUE.checklists, "walk": walk},
    )
    ground.put(changed, NOON + MINUTE)
    assert ground.walk() == before and ground.picture(NOON) == picture
    later = ground.walk(at_ms=NOON + HOUR)
    assert later.rules == before.rules and later.round.en == "Walk"
    assert ground.findings(NOON + HOUR)[0].en == "No phone"
    assert ground.order(at_seat("A-2", Mark.FAIL, "phone", points=7), NOON + HOUR).done, "by the rule as it read then"
    assert ground.order(at_seat("A-2", Mark.PASS, "tidy"), NOON + HOUR).done
    (rule,) = ground.walk(LATE, NOON + 4 * HOUR).rules
    assert (rule.en, rule.least) == ("Telephone locked away", 9)
    assert ground.walk(WALK, NOON + 40 * DAY).rules[0].en == "No phone"


def test_where_there_are_no_seats_rules_for_seats_are_of_who_is_there(tmp_path: Path) -> None:
    with ground_at(tmp_path / "s.sqlite", seats=False) as ground:
        view = ground.walk()
        assert [stop.where for stop in view.stops] == [Where.FLOOR, *[Where.AGENT] * 3]
        assert {rule.id: rule.where for rule in view.rules}["phone"] is Where.AGENT
        row = ground.round()
        assert (row.n, row.seats) == (3 * 3 + 1, 3)
        answer = ground.order(MarkPlace(WALK, Where.AGENT, "1", Mark.PASS), NOON)
        assert answer.said == "王芳: 3 rules: passed"
        assert (ground.round().done, ground.round().seats_done) == (3, 1)
        assert ground.done(MarkPlace(WALK, Where.AGENT, "2", Mark.FAIL, ("phone",)), NOON)
        assert ground.findings()[0].agent_id == 2


def test_the_pane_tells_of_who_is_at_it_then_of_what_is_due_then_of_what_is_late(ground: Ground) -> None:
    def shown(at_ms: int) -> str:
        checklist = ground.picture(at_ms).checklist
        return "" if checklist is None else checklist.key

    assert shown(NOON) == WALK
    ground.order(MarkPlace(OPENING, Where.ZONE, "A", Mark.PASS), NOON)
    assert [shown(NOON + minutes * MINUTE) for minutes in (0, 29, 30)] == [OPENING, OPENING, WALK]
    assert shown(NOON + 2 * HOUR) == WALK, "the last late one"


@pytest.mark.parametrize("mark", [Mark.PASS, Mark.NOT_APPLICABLE])
def test_a_line_is_done_when_all_its_places_are(ground: Ground, mark: Mark) -> None:
    for seat in SEATS:
        ground.order(at_seat(seat, mark, "tidy"), NOON)
    checklist = ground.picture(NOON).checklist
    assert checklist is not None
    (tidy,) = (item for item in checklist.items if item.key == "tidy")
    assert (tidy.mark, tidy.done, tidy.n, tidy.by) == (mark, 3, 3, "liumin")


def test_a_clock_that_goes_back_turns_nothing_round(ground: Ground) -> None:
    ground.order(at_seat("A-1", Mark.FAIL, "tidy"), NOON)
    ground.order(at_seat("A-1", Mark.PASS, "tidy"), NOON - MINUTE)
    assert ground.round(at_ms=NOON).failed == 0
    assert ground.walk(at_ms=NOON).marks[Where.SEAT, "A-1"]["tidy"].mark is Mark.PASS
