"""What more on a break would do: never any good, by Erlang's figures, and in words where nothing can be said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.metrics import FORMULAS
from data.model.days import MINUTE
from data.model.picture import AgentRow, Picture, QueueRow, ServiceLevel
from data.model.words import Channel, State
from data.staffing import Load, required_agents, served, served_patiently
from data.what_if import Cover, Demand, Outlook, Part, Unsaid, cover_of, level, outlook, required
from tests.data.break_floor import agent, picture, queue


def floor(working: int, out: int = 0, **more: Any) -> Picture:  # noqa: ANN401 (fields of QueueRow)
    """Return a floor of one queue: 100 contacts of three minutes in half an hour, 10 erlangs."""
    agents = [agent(n) for n in range(working)]
    agents += [agent(1000 + n, State.NOT_READY, "rest") for n in range(out)]
    return picture(agents, [queue(**more)])


def only(cover: Cover) -> Outlook:
    (pool,) = cover.pools
    return outlook(pool)


def test_one_queue_is_erlang_c() -> None:
    cover = cover_of(floor(14, out=2))
    (pool,) = cover.pools
    assert (pool.staffed, pool.working) == (16, 14)
    for fewer in range(4):
        assert outlook(pool, fewer).level == served(Load(100, 1800, 180), 14 - fewer, 20).sl
    assert pool.required == cover.required == required_agents(Load(100, 1800, 180), 20, 0.8) == 14
    assert {cover.of_agent[n] for n in (0, 13, 1000, 1001)} == {0}


def test_from_five_who_hung_up_on_their_patience_counts() -> None:
    waited = {"abandoned": 5, "waited_ms": 5 * 120_000}
    patient = served_patiently(Load(100, 1800, 180), 11, 120, 20)
    assert patient is not None
    assert only(cover_of(floor(11, **waited))).level == patient.sl_offered
    assert only(cover_of(floor(11, abandoned=4, waited_ms=1))).level == served(Load(100, 1800, 180), 11, 20).sl


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (floor(14, lately=9), Unsaid.FEW),
        (floor(14, lately_ms=9 * MINUTE), Unsaid.FEW),
        (floor(14, unknown=True), Unsaid.BLIND),
        (floor(10), Unsaid.OVERLOAD),
        (floor(0), Unsaid.FEW),
        (floor(0, out=12), Unsaid.OVERLOAD),
    ],
)
def test_where_nothing_can_be_said_it_is_said_why(seen: Picture, why: Unsaid) -> None:
    assert only(cover_of(seen)) == (None, why)


def test_mail_can_wait() -> None:
    seen = floor(14)
    post = queue("post", 500, channel=Channel.EMAIL)
    assert only(cover_of(seen._replace(queues=(*seen.queues, post)))) == only(cover_of(seen))


def test_a_floor_without_anything_has_no_cover() -> None:
    assert cover_of(picture([])) == ((), {})
    assert cover_of(picture([agent(1)])).required == 0


def two(shared: int, apart: int) -> list[AgentRow]:
    """Return agents of whom so many serve both queues, and so many each of them alone."""
    agents = [agent(n, queues=("a", "b")) for n in range(shared)]
    return agents + [agent(100 + n, queues=("ab"[n % 2],), team="ab"[n % 2]) for n in range(apart)]


def test_queues_that_share_nobody_are_apart() -> None:
    cover = cover_of(picture(two(0, 28), [queue("a", 100), queue("b", 100)]))
    assert [pool.queues for pool in cover.pools] == [{"a"}, {"b"}]
    assert {outlook(pool).level for pool in cover.pools} == {served(Load(100, 1800, 180), 14, 20).sl}
    assert cover.pools[cover.of_agent[100]].queues == {"a"}
    assert cover.pools[cover.of_agent[101]].queues == {"b"}
    assert cover.required == 28


def test_queues_that_share_all_are_one_and_sharing_some_is_between() -> None:
    queues = [queue("a", 100), queue("b", 100)]
    apart, some, one = (
        [outlook(pool).level or 0 for pool in cover_of(picture(agents, queues)).pools]
        for agents in (two(0, 28), two(8, 20), two(28, 0))
    )
    assert one == [served(Load(200, 1800, 180), 28, 20).sl]
    assert len(some) == 1 and apart[0] < some[0] < one[0]


def test_who_is_out_belongs_to_where_the_team_is() -> None:
    agents = [*two(0, 28), agent(200, State.NOT_READY, "rest", team="b"), agent(201, State.NOT_READY, team="?")]
    cover = cover_of(picture(agents, [queue("a", 100), queue("b", 90)]))
    assert [(pool.staffed, pool.working) for pool in cover.pools] == [(15, 14), (15, 14)]
    assert cover.pools[cover.of_agent[200]].queues == {"b"}


def test_a_queue_that_nobody_at_work_may_take_does_not_keep_others_from_a_break() -> None:
    agents = [*two(14, 0), agent(300, State.OFFLINE, queues=("a", "c"))._replace(queues=("a", "c"))]
    seen = picture(agents, [queue("a", 100), queue("b", 0), queue("c", 60)])
    (pool,) = cover_of(seen).pools
    assert pool.demand is not None and [part.calls for part in pool.demand.parts] == [100]
    assert 11 <= pool.required <= 14


def test_a_floor_of_which_no_source_tells_who_serves_what_is_one() -> None:
    agents = [agent(n, queues=()) for n in range(28)]
    (pool,) = cover_of(picture(agents, [queue("a", 100), queue("b", 100)])).pools
    assert outlook(pool).level == served(Load(200, 1800, 180), 28, 20).sl


def test_each_queue_counts_by_its_own_threshold() -> None:
    slow = ServiceLevel(None, 0, 0, "answered_and_abandoned", 60_000, 0.6)
    (pool,) = cover_of(picture(two(28, 0), [queue("a", 150), queue("b", 50, service=slow)])).pools
    load = Load(200, 1800, 180)
    levels = [served(load, 28, threshold_s).sl or 0 for threshold_s in (20, 60)]
    assert outlook(pool).level == pytest.approx(0.75 * levels[0] + 0.25 * levels[1], rel=1e-12)
    assert pool.demand is not None and pool.demand.target == 0.75


PARTS = st.builds(
    Part,
    st.integers(1, 300).map(float),
    st.floats(0.01, 1),
    st.sampled_from((0.0, 20.0, 60.0)),
    st.sampled_from(FORMULAS),
)
DEMANDS = st.builds(
    Demand,
    st.lists(PARTS, min_size=1, max_size=4).map(tuple),
    st.just(1800.0),
    st.sampled_from((20.0, 180.0, 400.0)),
    st.sampled_from((None, 15.0, 120.0, 900.0)),
    st.sampled_from((0.0, 0.5, 1.0)),
    st.just(0.8),
)


@given(DEMANDS, st.integers(0, 80))
def test_more_on_a_break_never_raise_the_service_level(demand: Demand, agents: int) -> None:
    around = max(0, round(demand.load.erlangs) - 20) + agents
    levels = [level(demand, around + more) for more in range(3)]
    assert 0 <= levels[0] <= levels[1] + 1e-9 <= levels[2] + 2e-9 <= 1 + 2e-9


@given(DEMANDS)
def test_the_required_reach_the_target_and_one_fewer_does_not(demand: Demand) -> None:
    enough = required(demand)
    assert level(demand, enough) >= 0.8 - 1e-9
    assert enough == 0 or level(demand, enough - 1) < 0.8 + 1e-9


QUEUES = st.lists(
    st.builds(queue, st.sampled_from("abcd"), st.integers(0, 200)), max_size=4, unique_by=lambda row: row.name
)
SKILLS = st.lists(st.sampled_from("abcd"), max_size=3, unique=True).map(lambda names: tuple(sorted(names)))
AGENTS = st.lists(st.tuples(SKILLS, st.sampled_from(list(State)), st.sampled_from(("N", "S", ""))), max_size=30)


@given(QUEUES, AGENTS)
def test_any_floor_has_a_cover_in_which_everybody_signed_in_counts_once(
    queues: list[QueueRow], told: list[tuple[tuple[str, ...], State, str]]
) -> None:
    agents = [agent(n, state, "", team, skills) for n, (skills, state, team) in enumerate(told)]
    cover = cover_of(picture(agents, queues))
    assert sum(pool.staffed for pool in cover.pools) == len(cover.of_agent)
    assert set().union(*(pool.queues for pool in cover.pools)) == {queue.name for queue in queues}
    for pool in cover.pools:
        assert 0 <= pool.working <= pool.staffed
        levels = [outlook(pool, fewer) for fewer in range(3)]
        assert {each.why for each in levels} == {levels[0].why}
        assert all((each.level is None) == bool(each.why) for each in levels)
    shuffled = cover_of(picture(agents[::-1], queues[::-1]))
    assert [pool._replace(demand=None) for pool in shuffled.pools] == [
        pool._replace(demand=None) for pool in cover.pools
    ]
