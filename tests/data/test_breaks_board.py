"""The break board: places taken and free, who was offered a break, who should go next, and what speaks against one."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from data.break_board import asked_of, board_of, by_need, objections, places_of
from data.breaks import POLICY, PROTECTED, Against, Bound, BreakPolicy, Room, bound, cap, day_time
from data.model.days import MINUTE, local_time
from data.model.people import Decision
from data.model.picture import OfferRow
from data.model.words import Band, State
from tests.data.break_floor import NOW, agent, load, picture, queue

ZONE = ZoneInfo("Asia/Shanghai")
OUT = State.NOT_READY


def test_places_of_floor_and_teams() -> None:
    agents = [agent(n, team="North") for n in range(20)] + [agent(100 + n, team="South") for n in range(20)]
    agents += [agent(200, OUT, "rest", "North"), agent(201, OUT, "toilet", "North"), agent(202, OUT, "meal", "")]
    agents += [agent(300, State.OFFLINE, team="Night"), agent(301, State.UNKNOWN, team="Night")]
    places = places_of(picture(agents))
    assert (places.floor, places.out, places.protected) == (Room(2, 6), 3, 1)
    assert places.teams == {"North": Room(1, 3), "South": Room(0, 3)}
    assert places.team("South") == Room(0, 3)
    assert places.team("") == places.team("Night") == places.floor
    assert places.crowded == ()


def test_what_the_load_needs_leaves_fewer_places() -> None:
    agents = [agent(n, team="NS"[n % 2]) for n in range(40)]
    assert places_of(picture(agents), 36).floor == Room(0, 4)
    assert places_of(picture(agents), 36).teams == {"N": Room(0, 2), "S": Room(0, 2)}
    assert places_of(picture(agents), 60).floor == Room(0, 1)
    busy = picture(agents, [queue(lately=200)])
    assert board_of(busy).places.required == board_of(busy).cover.required == 24
    assert board_of(busy).places.floor.cap == 6
    assert board_of(picture(agents[:26], [queue(lately=200)])).places.floor.cap == 2


def test_too_many_out_are_named_by_team() -> None:
    agents = [agent(n, OUT if n < 3 else State.TALKING, "rest" if n < 3 else "", "AB"[n > 9]) for n in range(20)]
    assert places_of(picture(agents)).crowded == ("A",)
    policy = BreakPolicy(by_team={"A": BreakPolicy(share_percent=50)})
    assert places_of(picture(agents), 0, policy).crowded == ()


def test_who_is_over_beyond_measure_is_out_of_the_staffing_but_has_a_place() -> None:
    agents = [agent(n) for n in range(19)]
    there, gone = agent(50, OUT, "rest", since_s=600), agent(50, OUT, "rest", since_s=1201)
    assert places_of(picture([*agents, there])).floor == Room(1, 3)
    assert places_of(picture([*agents, gone])).floor == Room(1, 2)
    assert places_of(picture([*agents, agent(50, OUT, "restroom", since_s=99_999)])).floor == Room(0, 3)


def test_who_should_go_next() -> None:
    agents = [
        agent(1, worked_min=59),
        agent(2, worked_min=70),
        agent(3, worked_min=90),
        agent(4, worked_min=20),
        agent(5, worked_min=30),
        agent(6, OUT, "rest", worked_min=200),
        agent(7, worked_min=None),
        agent(8, State.OFFLINE, worked_min=200),
        agent(9, worked_min=125),
        agent(10, worked_min=300),
    ]
    loads = {4: load(4, Band.URGENT), 5: load(5, Band.OFFER), 3: load(3, Band.WATCH), 9: load(9, overdue=True)}
    offers = {10: OfferRow(10, NOW - MINUTE, Decision.OFFER, "rest", "zhang", None)}
    board = board_of(picture(agents, loads=loads, offers=offers))
    assert [(due.agent.id, due.band) for due in board.due] == [
        (4, Band.URGENT),
        (9, Band.OFFER),
        (5, Band.OFFER),
        (3, Band.WATCH),
        (2, Band.OK),
    ]
    assert [each.agent.id for each in board.offered] == [10]
    assert [each.id for each in board.out] == [6]


def test_who_was_told_to_go_takes_a_place_already_and_is_missed_in_the_forecast() -> None:
    agents = [agent(n, team="NS"[n % 2]) for n in range(27)]
    told = {
        1: OfferRow(1, NOW, Decision.APPROVE, "rest", "zhang", None),
        2: OfferRow(2, NOW, Decision.APPROVE, "restroom", "zhang", None),
        3: OfferRow(3, NOW, Decision.OFFER, "rest", "zhang", None),
    }
    seen = picture(agents, [queue(lately=200)], offers=told)
    board = board_of(seen)
    assert board.places.floor == Room(0, 3, 1) and board.places.floor.taken == 1
    assert board.places.teams["S"] == Room(0, 1, 1) and board.places.teams["N"] == Room(0, 1, 0)
    assert board.cover.pools[0].working == 25  # the restroom is no place, but away all the same
    assert objections(board, agents[5], "rest", NOW, ZONE) == (Against.TEAM,)
    assert objections(board, agents[1], "rest", NOW, ZONE) == (), "their own place is not counted again"


def test_what_the_cap_comes_from() -> None:
    assert (cap(45, 42), bound(45, 42)) == (3, Bound.LOAD)
    assert (cap(20, 4), bound(20, 4)) == (3, Bound.SHARE)
    assert (cap(90, 20), bound(90, 20)) == (6, Bound.MOST)
    assert (cap(45, 50), bound(45, 50)) == (1, Bound.LEAST)


def test_nothing_is_asked_of_who_is_out_whatever_the_load() -> None:
    out, there = agent(1, OUT, "restroom", worked_min=200), agent(2, worked_min=200)
    assert asked_of(out, load(1, Band.URGENT, 80.0, overdue=True)) is Band.OK
    assert asked_of(there, load(2, Band.WATCH, 40.0, overdue=True)) is Band.OFFER
    assert by_need(there, load(2, Band.OFFER, 40.0)) < by_need(out, load(1, Band.URGENT, 80.0))


def test_what_speaks_against_a_break_here_and_now() -> None:
    agents = [agent(n, OUT if n < 4 else State.AVAILABLE, "meal" if n < 4 else "", "NS"[n % 2]) for n in range(20)]
    board = board_of(picture(agents))
    assert objections(board, agents[10], "rest", NOW, ZONE) == (Against.FLOOR, Against.TEAM)
    assert objections(board, agents[0], "rest", NOW, ZONE) == (Against.FLOOR, Against.TEAM)
    assert objections(board_of(picture(agents[2:])), agents[2], "rest", NOW, ZONE) == ()
    hour = local_time(NOW, ZONE).hour
    quiet = replace(POLICY, no_rest=(day_time(f"{hour:02}:00-{hour:02}:30"),))
    alone = board_of(picture(agents[10:]))
    assert objections(alone, agents[10], "rest", NOW, ZONE, None, quiet) == (Against.TIME,)
    assert objections(alone, agents[10], "meeting", NOW, ZONE, None, quiet) == ()


STATES = st.lists(
    st.tuples(st.sampled_from(list(State)), st.sampled_from(("rest", "meal", "", *PROTECTED)), st.sampled_from("NS")),
    max_size=60,
)


@given(STATES, st.integers(0, 80))
def test_protected_reasons_take_no_place_and_nothing_speaks_against_them(
    told: list[tuple[State, str, str]], required: int
) -> None:
    agents = [agent(n, state, reason if state is OUT else "", team) for n, (state, reason, team) in enumerate(told)]
    places = places_of(picture(agents), required)
    assert places.out == places.floor.out + places.protected
    assert sum(room.out for room in places.teams.values()) == places.floor.out
    assert 0 <= places.floor.cap <= 6
    board = board_of(picture(agents))._replace(places=places)
    for each in agents:
        for reason in PROTECTED:
            assert objections(board, each, reason, NOW, ZONE) == ()
    assert places_of(picture(agents[::-1]), required) == places
