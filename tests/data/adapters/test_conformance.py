"""The conformance kit: every adapter in the tree passes, and every check fails on one that breaks its promise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.adapters.conformance import CHECKS, Judgement, Manner, Targets, Verdict, judge, judge_class, trials
from data.adapters.conformance.on_record import overlaps, second_ends
from data.adapters.registry import AdapterError, Found, load
from data.model.acts import HangUp, Order, PhoneAct, Result
from data.model.days import moment_of
from data.model.known import Rows
from data.model.observation import Observation
from data.model.rows import Call, Span
from data.model.text import safe_text
from data.model.words import Outcome, State
from tests.data.adapters.hostile_adapter import (
    SECRET,
    Colourful,
    FindsThePassword,
    Good,
    SaysTooMuch,
    ShutOut,
    TellsItsPassword,
    World,
    family,
)
from tests.data.logs import REAL_RUN

TARGETS = Targets(agent="1001", queue="sales", phone="SIP/9", call="w1", extension="700", context="default")


FOUND = (Verdict.FAILED, Verdict.WARNING)
SLOW = {"does_not_hold_up_the_loop"}
"""What any adapter may be warned of where the machine is busy."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    for undo in world.leaks:
        undo()


def judged(adapter: type[Good], world: World, targets: Targets | None = TARGETS) -> Judgement:
    manner = Manner(
        polls=4,
        pause=world.tick,
        clock=lambda: world.now_ms,
        deadline_s=adapter.deadline_s,
        patience_s=adapter.patience_s,
        linger_s=0.04,
        targets=targets,
    )
    return judge("hostile", adapter, {"line": str(world.line), "password": SECRET, "world": world}, manner)


def told(result: Judgement, *verdicts: Verdict) -> dict[str, str]:
    return {each.check: each.found for each in result.rulings if each.verdict in verdicts}


def test_a_good_one_passes(world: World) -> None:
    result = judged(Good, world)
    assert told(result, Verdict.FAILED, Verdict.NOT_APPLICABLE) == {}
    assert {*result.warned} <= SLOW


@pytest.mark.parametrize("adapter", family(), ids=lambda adapter: adapter.__name__)
def test_what_is_broken_is_found(adapter: type[Good], world: World) -> None:
    result = judged(adapter, world)
    assert set(result.failed) == set(adapter.breaks), told(result, *FOUND)
    assert set(result.warned) >= set(adapter.warns), told(result, *FOUND)


def test_every_check_can_fail() -> None:
    found = {name for adapter in family() for name in (*adapter.breaks, *adapter.warns)}
    assert {check.name for check in CHECKS} - found == {"loads_nothing_of_the_screen"}  # has a test of its own
    assert found <= {check.name for check in CHECKS}


def test_every_check_says_why_it_matters_and_how_to_mend_it() -> None:
    for check in CHECKS:
        assert check.promise.endswith("."), check.name
        assert check.why.endswith("."), check.name
        assert len(check.mend) > 20, check.name
    assert len({check.name for check in CHECKS}) == len(CHECKS) > 40


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("import rich", "importing heavy_adapter loads rich"),
        ("import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
        ("import os; os._exit(3)", "it ends the process"),
    ],
)
def test_a_screen_that_is_dragged_in_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, seen: str
) -> None:
    (tmp_path / "heavy_adapter.py").write_text(f"{line}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    trials.drags_in.cache_clear()
    result = judge_class("heavy", Good, Found("heavy_adapter", "Heavy", "heavy"))
    assert result.failed == ("loads_nothing_of_the_screen",)
    assert seen in told(result, Verdict.FAILED)["loads_nothing_of_the_screen"]


# ------------------------------------------------------------------ what it does not do


def test_a_source_that_shuts_us_out_is_not_asked_again(world: World) -> None:
    ShutOut.tries = 0
    judged(ShutOut, world)
    assert ShutOut.tries == 1


def test_without_leave_nothing_is_carried_out(world: World) -> None:
    ordered: list[PhoneAct] = []

    class Noting(Good):
        async def perform(self, order: Order) -> Result:
            ordered.append(order.act)
            return await super().perform(order)

    judged(Noting, world, None)
    assert ordered == [HangUp(trials.NOBODY)]  # the only one that it does not list
    assert world.paused == {}


def test_what_was_found_holds_no_secret_and_is_safe(world: World) -> None:
    for adapter in (TellsItsPassword, FindsThePassword, SaysTooMuch, Colourful):
        for ruling in judged(adapter, world).rulings:
            assert SECRET not in ruling.found
            assert safe_text(ruling.found, 1000) == ruling.found


class Everything(Good):
    """Answers with what can't even be looked at."""

    async def poll(self) -> Observation:
        return Unlookable()  # type: ignore[return-value]


class Unlookable:
    """Breaks whatever touches it."""

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError("don't look")


def test_an_answer_that_bites_is_a_failure_and_no_more(world: World) -> None:
    assert "answers_are_observations" in judged(Everything, world).failed


class Stubborn(Good):
    """Ends only when it was told the third time: at the deadline, by the trial, and at the very end."""

    deadline_s = patience_s = 0.02

    async def poll(self) -> Observation:
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        await asyncio.Event().wait()
        raise AssertionError


def test_one_that_never_lets_go_holds_nobody_up(world: World) -> None:
    assert "the_source_answers" in judged(Stubborn, world).failed


def test_one_that_cannot_be_made_is_told(world: World) -> None:
    with pytest.raises(AdapterError, match="can't be made: line and password are texts"):
        judge("hostile", Good, {"line": 1, "world": world})


# ------------------------------------------------------------------ the adapters in the tree


def test_the_simulator_conforms() -> None:
    start_ms = moment_of(datetime(2026, 7, 28, 10, tzinfo=UTC))
    clock = Clock(start_ms)
    result = judge("simulator", load("simulator"), {"seed": 3, "clock": clock}, clock.manner)
    assert told(result, Verdict.FAILED) == {}
    assert {*result.warned} <= SLOW
    looked_at = told(result, Verdict.OK)
    assert {"nothing_is_told_twice", "a_visit_ends_once", "goes_on_after_a_restart", "capabilities_hold"} <= {
        *looked_at
    }


def test_the_queue_log_conforms(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    lines = REAL_RUN.read_text("utf-8").splitlines(keepends=True)
    clock = Clock(int(lines[500].split("|")[0]) * 1000 + 5_000)
    log.write_text("".join(lines[:500]), "utf-8")
    waiting = iter(range(500, len(lines), 40))

    async def written() -> None:
        at = next(waiting)
        with log.open("a", encoding="utf-8") as file:
            file.writelines(lines[at : at + 40])
        clock.now_ms = max(clock.now_ms, int(lines[at + 39].split("|")[0]) * 1000 + 5_000)

    manner = clock.manner._replace(pause=written)
    result = judge("queue_log", load("queue_log"), {"paths": [str(log)], "clock": clock}, manner)
    assert told(result, Verdict.FAILED) == {}
    assert {*result.warned} <= SLOW
    looked_at = told(result, Verdict.OK)
    assert {"a_lost_source_is_a_source_error", "goes_on_after_a_failure", "goes_on_after_a_restart"} <= {*looked_at}
    assert {"nothing_is_told_twice", "a_visit_ends_once", "leaves_nothing_behind"} <= {*looked_at}


class Clock:
    """A clock of the test's own, which goes on by ten seconds from one poll to the next."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    async def tick(self) -> None:
        self.now_ms += 10_000

    @property
    def manner(self) -> Manner:
        return Manner(polls=6, pause=self.tick, clock=self, linger_s=0.1)


# ------------------------------------------------------------------ the recorder's own promises


def span(agent_id: int, since_ms: int, until_ms: int | None, state: State = State.AVAILABLE) -> Span:
    return Span(agent_id, state, "", None, None, since_ms, until_ms)


def rows(*spans: Span, calls: tuple[Call, ...] = ()) -> Rows:
    return Rows(
        1,
        spans={(each.agent_id, each.since_ms): each for each in spans},
        calls={call.id: (None, call) for call in calls},
    )


def test_overlapping_states_are_seen() -> None:
    assert list(overlaps([rows(span(1, 0, 10), span(1, 10, None)), rows(span(1, 10, 20), span(2, 5, None))])) == []
    assert list(overlaps([rows(span(1, 0, 10)), rows(span(1, 9, None, State.TALKING))])) == [
        "agent 1 is available and talking at once"
    ]
    assert list(overlaps([rows(span(1, 0, None)), rows(span(1, 9, None))])) != []
    assert list(overlaps([rows(span(1, 10, 9))])) == ["agent 1 is available for less than no time"]


def test_a_second_end_is_seen() -> None:
    ended = Call(1, "c", 1, None, "", "", 0, ended_ms=10, outcome=Outcome.ABANDONED)
    assert list(second_ends([rows(calls=(ended,)), rows(calls=(ended._replace(wait_ms=10),))])) == []
    again = ended._replace(outcome=Outcome.ANSWERED)
    assert list(second_ends([rows(calls=(ended,)), rows(calls=(again,))])) == [
        "the visit of 'c' ended as abandoned, then as answered"
    ]
