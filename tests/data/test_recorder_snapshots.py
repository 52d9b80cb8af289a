"""What holds of a recorder's rows whatever it is told and shown."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.adapters.simulator import Simulator
from data.model.known import AgentKnown, Known, Rows
from data.model.observation import Observation, Snapshot
from data.model.rows import Call
from data.model.words import Outcome
from data.recorder import record
from data.store.writer import Writer
from tests.data.floor import recorded
from tests.data.looks import disagreements, later, snapshot_of, snapshots, watched
from tests.data.test_recorder import check_calls, check_spans
from tests.data.test_store import check_rollups
from tests.examples import examples

QUICK, LONG = 150, 600
NOON = 1_772_510_400_000


def changes(rows: Rows) -> list[object]:
    """Return all that an observation changes but how far was measured and how many waited at each minute."""
    return [rows.spans, rows.calls, rows.members, rows.standings, rows.rings, rows.agents, rows.queues]


def nothing_changed(rows: Rows) -> bool:
    return not any(changes(rows))


def looked_at(known: Known, snapshot: Snapshot, times: int) -> Known:
    for _ in range(times):
        known, _ = record(known, later(known, snapshot))
    return known


@examples(QUICK)
@given(watched())
def test_spans_tile_the_measured_time_and_visits_are_whole(observations: list[Observation]) -> None:
    known, tables = recorded(observations)
    check_spans(tables)
    check_calls(known, tables)


@pytest.mark.slow
@examples(LONG)
@given(watched(20))
def test_spans_tile_the_measured_time_and_visits_are_whole_at_length(observations: list[Observation]) -> None:
    known, tables = recorded(observations)
    check_spans(tables)
    check_calls(known, tables)


@examples(QUICK)
@given(watched())
def test_a_visit_ends_once_unless_it_was_only_lost_from_sight(observations: list[Observation]) -> None:
    known = Known(1)
    ended: dict[int, Call] = {}
    for observation in observations:
        known, rows = record(known, observation)
        for number, (before, after) in rows.calls.items():
            assert before is None or after.entered_ms == before.entered_ms
            was = ended.get(number)
            assert after.ended_ms is not None or was is None or was.outcome == Outcome.LOST or was.talk_ms is None
            if after.ended_ms is not None:
                ended[number] = after


@examples(QUICK)
@given(watched(), st.data())
def test_a_snapshot_that_agrees_changes_nothing(observations: list[Observation], data: st.DataObject) -> None:
    known, _ = recorded(observations)
    assert known.coverage
    snapshot = data.draw(snapshots(known.coverage.until_ms, corrects=False))
    known = looked_at(known, snapshot, 2)
    for corrects in (False, True):
        after, rows = record(known, later(known, snapshot._replace(corrects=corrects)))
        if corrects or not disagreements(known, snapshot):
            assert nothing_changed(rows), changes(rows)
        assert not [doubt for doubt in after.doubts if doubt[0] == "agent" and snapshot.agents is not None]
        assert not [doubt for doubt in after.doubts if doubt[0] == "contact" and snapshot.waiting is not None]


def check_agreement(observations: list[Observation], data: st.DataObject, corrects: bool) -> None:
    known, _ = recorded(observations)
    assert known.coverage
    snapshot = data.draw(snapshots(known.coverage.until_ms + 1_000, corrects))
    times = 2 if corrects or not snapshot.agents else 1
    known = looked_at(known, snapshot, times)
    assert disagreements(known, snapshot) == []
    again, rows = record(known, later(known, snapshot))
    assert nothing_changed(rows), changes(rows)
    assert replace_coverage(again) == replace_coverage(known)


def replace_coverage(known: Known) -> Known:
    return known._replace(coverage=None)


@examples(QUICK)
@given(watched(), st.data())
def test_after_one_snapshot_of_a_source_without_events_all_agrees(
    observations: list[Observation], data: st.DataObject
) -> None:
    check_agreement(observations, data, corrects=False)


@examples(QUICK)
@given(watched(), st.data())
def test_after_two_equal_snapshots_that_correct_all_agrees(
    observations: list[Observation], data: st.DataObject
) -> None:
    check_agreement(observations, data, corrects=True)


@pytest.mark.slow
@examples(LONG)
@given(watched(20), st.data(), st.booleans())
def test_all_agrees_at_length(observations: list[Observation], data: st.DataObject, corrects: bool) -> None:
    check_agreement(observations, data, corrects)


@examples(QUICK)
@given(watched(), st.data())
def test_one_snapshot_that_corrects_changes_nobody_who_is_known(
    observations: list[Observation], data: st.DataObject
) -> None:
    known = recorded(observations)[0]._replace(doubts={})
    assert known.coverage
    snapshot = data.draw(snapshots(known.coverage.until_ms + 1_000, corrects=True))
    strangers = {row.agent for row in snapshot.agents or () if row.agent not in known.agents}
    strangers |= {key for key, agent in known.agents.items() if agent.span is None}
    assume(not any(row.call for row in snapshot.agents or () if row.agent in strangers))
    after, rows = record(known, later(known, snapshot))
    for key, agent in known.agents.items():
        if agent.span is not None:
            assert after.agents[key] == agent
    assert not {number for number in rows.calls if number < known.next_call}


@examples(QUICK)
@given(watched())
def test_recording_does_not_change_its_arguments(observations: list[Observation]) -> None:
    known = Known(1)
    for observation in observations:
        before = deepcopy((known, observation))
        following, _ = record(known, observation)
        assert (known, observation) == before
        known = following


@examples(QUICK)
@given(watched())
def test_an_observation_told_again_changes_nothing(observations: list[Observation]) -> None:
    known = Known(1)
    for observation in observations:
        known, _ = record(known, observation)
        again, rows = record(known, observation)
        assert again == known
        assert not rows


def shown(agent: AgentKnown) -> AgentKnown:
    """Return an agent but for what can't be seen of them: the order of chats, what rings beneath a talk."""
    assert agent.seen is None or not (agent.calls or agent.wrapping)
    state = agent.span.state if agent.span else None
    return agent._replace(
        calls=tuple(sorted(agent.calls)),
        ringing=agent.ringing if state == "ringing" else None,
        wrapping=agent.wrapping if state == "wrap_up" else None,
    )


def check_stored(folder: Path, observations: list[Observation]) -> None:
    store = Path(mkdtemp(dir=folder)) / "s.sqlite"
    with Writer(store) as writer:
        known = writer.known("test")
        for observation in observations:
            known, rows = record(known, observation)
            writer.write(rows)
        again = writer.known("test")
        for field in ("source_id", "queues", "channels", "coverage", "next_agent", "next_queue", "next_call"):
            assert getattr(again, field) == getattr(known, field), field
        assert sorted(again.open.values()) == sorted(known.open.values())
        assert {key: shown(agent) for key, agent in again.agents.items()} == {
            key: shown(agent) for key, agent in known.agents.items()
        }
    check_rollups(store)


@examples(60)
@given(watched())
def test_what_is_known_comes_back_from_the_store(tmp_path: Path, observations: list[Observation]) -> None:
    check_stored(tmp_path, observations)


@pytest.mark.slow
@examples(LONG)
@given(watched(20))
def test_what_is_known_comes_back_from_the_store_at_length(tmp_path: Path, observations: list[Observation]) -> None:
    check_stored(tmp_path, observations)


def played(polls: int) -> Iterator[Observation]:
    floor = Simulator(4, 30, ZoneInfo("Asia/Shanghai"), NOON, clock=lambda: 0)
    for number in range(1, polls):
        told = floor.advance(NOON + number * 5_000)
        yield told._replace(since_ms=max(told.since_ms or 0, NOON))


def test_a_played_floor_that_is_shown_as_well_is_recorded_the_same() -> None:
    told = shown_too = Known(1)
    for observation in played(200):
        told, rows = record(told, observation)
        shown_too, again = record(shown_too, observation._replace(snapshot=snapshot_of(told, corrects=True)))
        assert (again, shown_too) == (rows, told)


def test_a_played_floor_that_is_only_shown_does_the_same_at_each_look() -> None:
    told = only_shown = Known(1)
    for observation in played(200):
        told, _ = record(told, observation)
        look = observation._replace(events=(), snapshot=snapshot_of(told, corrects=False))
        only_shown, _ = record(only_shown, look)
        for key, agent in told.agents.items():
            if agent.span is not None:
                span = only_shown.agents[key].span
                assert span is not None
                assert span[1:4] == agent.span[1:4]
        assert {(c.contact, c.queue_id, c.agent_id) for c in only_shown.open.values()} == {
            (c.contact, c.queue_id, c.agent_id) for c in told.open.values()
        }
