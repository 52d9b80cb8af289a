"""Levels at their thresholds, overrides, and what is never coloured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.alerts import (
    LIMITS,
    Level,
    Limits,
    agent_level,
    queue_level,
    service_level,
    state_level,
    wait_level,
    waiting_heat,
    waiting_level,
)
from data.model.picture import AgentRow, QueueRow, ServiceLevel
from data.model.words import Channel, State

CALM, NOTICE, WARN, ALARM = Level
MINUTE = 60_000


@pytest.mark.parametrize(("n", "level"), [(0, CALM), (1, NOTICE), (4, NOTICE), (5, WARN), (10, ALARM), (15, ALARM)])
def test_waiting(n: int, level: Level) -> None:
    assert waiting_level(n) is level


def test_heat_goes_beyond_alarm() -> None:
    assert [waiting_heat(n) for n in (0, 1, 5, 10, 14, 15, 99)] == [0, 1, 2, 3, 3, 4, 4]


@pytest.mark.parametrize(("ms", "level"), [(59_999, CALM), (60_000, WARN), (119_999, WARN), (120_000, ALARM)])
def test_longest_wait(ms: int, level: Level) -> None:
    assert wait_level(ms) is level


@pytest.mark.parametrize(
    ("state", "reason", "ms", "level"),
    [
        (State.TALKING, "", 59_000, CALM),
        (State.TALKING, "", 60_000, NOTICE),
        (State.HOLD, "", 180_000, WARN),
        (State.TALKING, "", 300_000, ALARM),
        (State.WRAP_UP, "", 60_000, WARN),
        (State.WRAP_UP, "", 300_000, ALARM),
        (State.NOT_READY, "", 5 * MINUTE, NOTICE),
        (State.NOT_READY, "prank", 15 * MINUTE, ALARM),
        (State.NOT_READY, "rest", 10 * MINUTE, CALM),
        (State.NOT_READY, "rest", 12 * MINUTE, WARN),
        (State.NOT_READY, "rest", 14 * MINUTE, ALARM),
        (State.NOT_READY, "restroom", 90 * MINUTE, CALM),
        (State.NOT_READY, "system_fault", 90 * MINUTE, CALM),
        (State.AVAILABLE, "", 90 * MINUTE, CALM),
        (State.OFFLINE, "", 90 * MINUTE, CALM),
        (State.UNKNOWN, "", 0, NOTICE),
    ],
)
def test_states(state: State, reason: str, ms: int, level: Level) -> None:
    assert state_level(state, reason, ms) is level


@pytest.mark.parametrize(
    ("ratio", "target", "n", "level"),
    [
        (None, 0.8, 0, CALM),
        (0.1, 0.8, 9, CALM),
        (0.8, 0.8, 10, CALM),
        (0.79, 0.8, 10, WARN),
        (0.6, 0.8, 10, WARN),
        (0.59, 0.8, 10, ALARM),
        (0.85, 0.9, 10, WARN),
        (0.67, 0.9, 10, ALARM),
    ],
)
def test_service(ratio: float | None, target: float, n: int, level: Level) -> None:
    assert service_level(ratio, target, n) is level


ANN = AgentRow(1, "Ann", "North", "A-1", State.AVAILABLE, "", "", 0, 0, 0, 0, 0, (), None)


def test_an_open_flag_is_noticed() -> None:
    assert agent_level(ANN, 0) is CALM
    assert agent_level(ANN._replace(flags=1), 0) is WARN
    assert agent_level(ANN._replace(flags=1, urgent=1), 0) is ALARM


def test_overrides_by_queue_team_and_reason() -> None:
    slow = replace(LIMITS, talk_ms=(10 * MINUTE, 20 * MINUTE, 30 * MINUTE))
    limits = Limits(by_queue={"tech": slow}, by_team={"North": slow}, by_reason={"rest": (1, 2, 3)})
    talking = ANN._replace(state=State.TALKING, team="South")
    assert agent_level(talking, 6 * MINUTE, limits) is ALARM
    assert agent_level(talking._replace(queue="tech·pbx2", queue_key="tech"), 6 * MINUTE, limits) is CALM
    assert agent_level(talking._replace(team="North"), 6 * MINUTE, limits) is CALM
    assert state_level(State.NOT_READY, "break", 2, limits) is WARN


def test_a_queue_is_as_bad_as_its_worst_figure() -> None:
    service = ServiceLevel(0.95, 95, 100, "answered_and_abandoned", 20_000)
    row = QueueRow(1, "Tech", Channel.VOICE, 0, None, 0, service, 100, 95, 5, 2, 4, 0, (), key="tech")
    assert queue_level(row, 0) is CALM
    assert queue_level(row._replace(waiting=1, oldest_ms=0), 1_000) is NOTICE
    assert queue_level(row._replace(waiting=1, oldest_ms=0), 61_000) is WARN
    assert queue_level(row._replace(service=service._replace(ratio=0.5)), 0) is ALARM
    patient = Limits(by_queue={"tech": replace(LIMITS, wait_ms=(90_000, 120_000))})
    assert queue_level(row._replace(waiting=1, oldest_ms=0), 61_000, patient) is NOTICE


@given(st.sampled_from(State), st.integers(0, 10**8), st.integers(0, 10**8))
def test_levels_never_fall_with_time(state: State, a: int, b: int) -> None:
    early, late = sorted((a, b))
    assert state_level(state, "", early) <= state_level(state, "", late)
    assert state_level(state, "meal", early) <= state_level(state, "meal", late)


def test_a_queue_of_a_silent_source_is_worth_a_notice() -> None:
    service = ServiceLevel(0.1, 5, 50, "answered_and_abandoned", 20_000)
    row = QueueRow(1, "q", Channel.VOICE, 0, None, 0, service, 50, 5, 45, 0, 3, 0, ())
    assert queue_level(row, 0) is ALARM
    assert queue_level(row._replace(unknown=True), 0) is NOTICE
