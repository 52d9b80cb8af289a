"""A past picture shows what people had recorded then, whatever was recorded later."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.days import DAY, HOUR, MINUTE, SECOND
from data.model.observation import Paused, Resumed
from data.model.people import (
    ChangeFlag,
    CloseFollowUp,
    DecideBreak,
    Decision,
    NoteCoaching,
    NoteMood,
    RaiseFlag,
    Request,
    ResolveFlag,
)
from data.model.picture import Person, Picture
from tests.data.people.site import NOON, Site
from tests.examples import examples

AGENTS = st.integers(1, 3)
IDS = st.integers(1, 4)
AHEAD = st.sampled_from([None, NOON + 2 * HOUR, NOON + 5 * HOUR, NOON + 3 * DAY])
WORDS = st.sampled_from(["", "a", "b"])
ORDERS: st.SearchStrategy[Request] = st.one_of(
    st.builds(
        RaiseFlag, AGENTS, st.sampled_from(["tired", "praise", "unwell"]), WORDS, follow_up_ms=AHEAD, expires_ms=AHEAD
    ),
    st.builds(
        ChangeFlag, IDS, st.none() | WORDS, st.sampled_from([None, "buddy"]), st.none() | WORDS, AHEAD, expires_ms=AHEAD
    ),
    st.builds(ResolveFlag, IDS, WORDS),
    st.builds(NoteMood, AGENTS, st.none() | st.integers(1, 5), WORDS, st.booleans()),
    st.builds(NoteCoaching, AGENTS, st.just("x"), st.booleans(), AHEAD),
    st.builds(CloseFollowUp, IDS),
    st.builds(DecideBreak, AGENTS, st.sampled_from(Decision)),
)
STEPS = st.sampled_from([0, 0, 1, SECOND, MINUTE, 10 * MINUTE, HOUR])

Seen = tuple[Picture, tuple[Person, ...]]


def seen(site: Site, at_ms: int) -> Seen:
    """Return all that is shown of what people recorded at a moment."""
    return site.picture(at_ms), tuple(site.person(agent, at_ms) for agent in (1, 2, 3))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "s.sqlite"
    with Site(path):
        pass
    return path


@examples(25)
@given(st.lists(st.tuples(ORDERS, STEPS), min_size=2, max_size=14))
def test_what_is_recorded_later_changes_no_picture(empty: Path, orders: list[tuple[Request, int]]) -> None:
    folder = Path(mkdtemp(dir=empty.parent))
    with Site(folder / "s.sqlite") as site:
        live: list[tuple[int, Seen]] = []
        at_ms = NOON
        for request, step_ms in orders:
            if step_ms and at_ms > NOON:
                live.append((at_ms + step_ms - 1, seen(site, at_ms + step_ms - 1)))
            at_ms += step_ms + 1
            site.order(request, at_ms)
        for moment_ms, was in live:
            assert seen(site, moment_ms) == was
    shutil.rmtree(folder)


def test_a_flag_is_as_it_was_then(site: Site) -> None:
    flag = site.done(RaiseFlag(1, "tired", "first", expires_ms=NOON + 2 * HOUR), NOON)
    site.done(ChangeFlag(flag, note="second", owner="me", expires_ms=NOON + 4 * HOUR), NOON + HOUR)
    site.done(ResolveFlag(flag, "a tea"), NOON + 3 * HOUR)
    assert site.picture(NOON - 1).flags == ()
    (first,) = site.picture(NOON + HOUR - 1).flags
    (second,) = site.picture(NOON + HOUR).flags
    assert (first.note, first.owner, first.expires_ms) == ("first", "", NOON + 2 * HOUR)
    assert (second.note, second.owner, second.expires_ms) == ("second", "me", NOON + 4 * HOUR)
    assert site.picture(NOON + 3 * HOUR - 1).flags
    assert site.picture(NOON + 3 * HOUR).flags == ()
    assert [(line.flag.note, line.resolved_ms) for line in site.person(1, NOON).flags] == [("first", None)]


def test_an_expiry_moved_nearer_holds_from_then_on(site: Site) -> None:
    flag = site.done(RaiseFlag(1, "tired", expires_ms=NOON + 10 * HOUR), NOON)
    site.done(ChangeFlag(flag, expires_ms=NOON + 2 * HOUR), NOON + HOUR)
    assert [bool(site.picture(NOON + hour * HOUR).flags) for hour in range(4)] == [True, True, False, False]


@pytest.mark.parametrize("days", [1, 5, 29])
def test_a_flag_that_lasts_for_days_stays_open(site: Site, days: int) -> None:
    """It is found by another index than those that end soon."""
    site.done(RaiseFlag(1, "needs_follow_up", expires_ms=NOON + days * DAY))
    with site.writer.transaction() as connection:
        connection.execute(
            "INSERT INTO flag (agent_id, kind, note, raised_by, raised_ms) VALUES (2, 'tired', '', 'x', ?)", (NOON,)
        )
    assert {flag.agent_id for flag in site.picture(NOON + days * DAY - 1).flags} == {1, 2}
    assert {flag.agent_id for flag in site.picture(NOON + days * DAY).flags} == {2}


def test_the_mood_of_a_day_is_the_last_one_noted(site: Site) -> None:
    site.done(NoteMood(1, 2), NOON - 13 * HOUR)
    site.done(NoteMood(1, 4), NOON - HOUR)
    site.done(NoteMood(1, None), NOON)
    moods = [site.picture(moment_ms).moods.get(1) for moment_ms in (NOON - 2 * HOUR, NOON - 1, NOON)]
    assert [mood and mood.mood for mood in moods] == [None, 4, None]
    assert moods[0] is None
    assert moods[2] is not None
    with site.reading() as reader:
        assert [row.mood for row in reader.moods(NOON - 13 * HOUR, NOON)] == [2, 4]


def test_an_offer_stands_until_it_is_taken_withdrawn_or_over(site: Site) -> None:
    site.done(DecideBreak(1, Decision.OFFER), NOON)
    site.done(DecideBreak(2, Decision.OFFER), NOON)
    site.done(DecideBreak(3, Decision.APPROVE, "meal"), NOON)
    site.done(DecideBreak(2, Decision.WITHDRAW), NOON + MINUTE)
    assert set(site.picture(NOON).offers) == {1, 2, 3}
    assert set(site.picture(NOON + MINUTE).offers) == {1, 3}
    offer = site.picture(NOON).offers[3]
    assert offer.ends_ms is not None
    assert set(site.picture(offer.ends_ms - 1).offers) == {1, 3}
    assert set(site.picture(offer.ends_ms).offers) == {1}
    assert [row.decision for row in site.person(2).decisions] == [Decision.WITHDRAW, Decision.OFFER]


def test_a_refusal_and_an_offer_that_nobody_took_are_told_for_an_hour(site: Site) -> None:
    site.done(DecideBreak(1, Decision.REFUSE), NOON)
    site.done(DecideBreak(2, Decision.OFFER), NOON)
    site.done(DecideBreak(3, Decision.REFUSE), NOON)
    site.done(DecideBreak(3, Decision.APPROVE, "meal"), NOON + MINUTE)
    shown = [set(site.picture(NOON + minutes * MINUTE).lapsed) for minutes in (-1, 0, 29, 30, 59, 60)]
    assert shown == [set(), {1, 3}, {1, 3}, {1, 2, 3}, {1, 2, 3}, {3}]
    assert set(site.picture(NOON + 29 * MINUTE).offers) == {2}
    assert site.picture(NOON).lapsed[1].decision is Decision.REFUSE


def test_an_offer_is_taken_with_the_next_pause(tmp_path: Path) -> None:
    with Site(tmp_path / "s.sqlite") as site:
        evening = NOON + 9 * HOUR
        site.told([Paused(evening + MINUTE, "1000", None, "rest")])
        site.told([Resumed(evening + 2 * MINUTE, "1000", None)])
        site.done(DecideBreak(1, Decision.OFFER), evening + 3 * MINUTE)
        site.told([Paused(evening + 5 * MINUTE, "1000", None, "rest")])
        site.told([Resumed(evening + 6 * MINUTE, "1000", None)])
        shown = [1 in site.picture(evening + minute * MINUTE).offers for minute in (2, 3, 4, 5, 7)]
        assert shown == [False, True, True, False, False]


def test_follow_ups_are_shown_on_their_day_until_they_are_done(site: Site) -> None:
    today = site.done(NoteCoaching(1, "today", follow_up_ms=NOON + HOUR))
    site.done(NoteCoaching(1, "tomorrow", follow_up_ms=NOON + DAY))
    site.done(CloseFollowUp(today, "better"), NOON + 2 * HOUR)
    assert [row.note for row in site.picture(NOON - 1).follow_ups] == []
    assert [row.note for row in site.picture(NOON).follow_ups] == ["today"]
    assert [row.note for row in site.picture(NOON + 2 * HOUR - 1).follow_ups] == ["today"]
    assert [row.note for row in site.picture(NOON + 2 * HOUR).follow_ups] == []
    assert [row.note for row in site.picture(NOON + DAY).follow_ups] == ["tomorrow"]
    before, after = (site.person(1, moment_ms).coaching[-1] for moment_ms in (NOON + HOUR, NOON + 3 * HOUR))
    assert (before.done_ms, before.done_note) == (None, "")
    assert (after.done_ms, after.done_note) == (NOON + 2 * HOUR, "better")


def test_what_is_read_does_not_grow_with_the_years(site: Site) -> None:
    """Each query is answered by an index that is bounded on both sides, or holds only what is open."""
    from data.store import people_at

    plans = {
        "flags": (f"{people_at._FLAG} f.id IN ({people_at._OPEN})", (NOON,)),
        "follow-ups": (people_at._FOLLOW_UPS, (NOON, NOON + DAY)),
    }
    for name, (sql, values) in plans.items():
        with site.reading() as reader:
            plan = [row[-1] for row in reader.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
        assert not [step for step in plan if step.startswith("SCAN")], (name, plan)
