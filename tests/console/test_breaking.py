"""b decides about a break: what is known of it first, then one key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from console.acting.breaking import BreakScreen, Case, about_lines, choices_of
from data.alerts import LIMITS
from data.break_board import board_of
from data.breaks import POLICY, Taken, day_time
from data.model.days import MINUTE
from data.model.people import DecideBreak, Decision
from data.model.picture import AgentRow, OfferRow
from data.model.words import Band, State
from tests.console.acting import acting_floor
from tests.console.floor_pilot import app_of, shows, until
from tests.data.break_floor import NOW, load, queue
from tests.data.break_floor import agent as worker
from tests.data.break_floor import picture as floor
from widgets.agents import AgentsPane
from widgets.canvas import text_of
from widgets.look import Look

LOOK = Look(zone=ZoneInfo("Asia/Shanghai"))

anyio = pytest.mark.anyio


def agents(pilot: Pilot[Any]) -> list[AgentRow]:
    seen = app_of(pilot).seen
    assert seen is not None and seen.picture is not None
    return list(seen.picture.agents)


async def on(pilot: Pilot[Any], agent: AgentRow) -> None:
    """Put the cursor on an agent and press b."""
    pane = app_of(pilot).screen.query_one("#agents", AgentsPane)
    assert pane.select(agent.id)
    await pilot.press("b")
    await until(pilot, lambda: isinstance(app_of(pilot).screen, BreakScreen), "asked")


def said(pilot: Pilot[Any]) -> str:
    return "\n".join(note.message for note in app_of(pilot)._notifications)


@pytest.mark.parametrize(
    ("key", "decision", "reason"),
    [
        ("1", Decision.APPROVE, "rest"),
        ("2", Decision.APPROVE, "meal"),
        ("3", Decision.APPROVE, "restroom"),
        ("9", Decision.APPROVE, "system_fault"),
        ("o", Decision.OFFER, "rest"),
        ("x", Decision.REFUSE, "rest"),
    ],
)
@anyio
async def test_two_keys_decide_a_break(played: Path, key: str, decision: Decision, reason: str) -> None:
    async with acting_floor(played, (80, 24)) as (pilot, desk):
        talker = next(agent for agent in agents(pilot) if agent.state is State.TALKING)
        await on(pilot, talker)
        await pilot.press(key)
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [DecideBreak(talker.id, decision, reason)]
        await until(pilot, lambda: talker.name in said(pilot), "told")


@anyio
async def test_whoever_is_out_is_called_back_by_the_first_choice(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        out = next(agent for agent in agents(pilot) if agent.state is State.NOT_READY and agent.reason == "rest")
        await on(pilot, out)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [DecideBreak(out.id, Decision.RETURN, "rest")]


@anyio
async def test_what_is_known_is_said_first_and_a_note_may_be_given(played: Path) -> None:
    async with acting_floor(played, (80, 24)) as (pilot, desk):
        talker = next(agent for agent in agents(pilot) if agent.state is State.TALKING and agent.break_ms)
        await on(pilot, talker)
        app = app_of(pilot)
        await until(pilot, lambda: shows(app, "next 30 min:", "without a break", "allowed", "rest", "10 min"), "known")
        await until(pilot, lambda: shows(app, "today ") and not shows(app, "today …"), "the day is read")
        await pilot.press("down", "enter", "o", "k", "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [DecideBreak(talker.id, Decision.APPROVE, "meal", "ok")]


@anyio
async def test_esc_decides_nothing(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        await on(pilot, agents(pilot)[0])
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app_of(pilot).screen, BreakScreen), "back")
        assert not desk.ordered


def case(agent: AgentRow, others: list[AgentRow], **more: Any) -> Case:  # noqa: ANN401 (of a floor or a case)
    day = more.pop("day", None)
    seen = floor([agent, *others], [queue(lately=20)], **more)
    return Case(agent, seen, board_of(seen), NOW, day)


def hints(told: Case, look: Look = LOOK) -> dict[str, str]:
    return {choice.key: choice.hint for choice in choices_of(told, look)}


def about(told: Case, look: Look = LOOK) -> list[str]:
    return [text_of(line) for line in about_lines(told, look)]


FULL = [worker(50 + n, State.NOT_READY, "meal") for n in range(4)]


def test_over_the_cap_a_person_still_decides_and_protected_reasons_are_told_nothing() -> None:
    found = hints(case(worker(1), FULL))
    assert found["1"] == found["2"] == found["o"] == "! over the floor's cap"
    assert found["3"] == found["8"] == found["9"] == ""
    alone = hints(case(worker(1), []))
    assert (alone["1"], alone["2"], alone["4"]) == ("10 min", "30 min", "5 min")


def test_what_was_taken_today_and_a_quiet_time_are_said() -> None:
    quiet = replace(POLICY, no_rest=(day_time("10:30-11:30"),), total_ms=40 * MINUTE)
    look = replace(LOOK, limits=replace(LIMITS, breaks=quiet))
    day = {"rest": Taken(2, 21 * MINUTE), "restroom": Taken(7, 70 * MINUTE), "meeting": Taken(1, 30 * MINUTE)}
    told = case(worker(1), [], day=day)
    assert hints(told, look)["1"] == "! nobody rests now"
    assert hints(told)["1"] == "! all of today's taken"
    assert hints(told, look)["5"] == "30 min"  # coaching is no rest
    assert about(told, look)[0].endswith("North 0 of 1 · nobody rests 10:30-11:30")
    assert about(told, look)[1] == "today rest 2 of 2 (21m) · meeting 1 (30m) · 21m of 40m"
    assert about(case(worker(1), [], day={}))[1] == "today no break yet"


def test_work_load_and_offers_are_said_and_an_offer_can_be_withdrawn() -> None:
    offers = {1: OfferRow(1, NOW, Decision.OFFER, "rest", "zhang", None)}
    told = case(worker(1, worked_min=95), [], loads={1: load(1, Band.URGENT, 71.2)}, offers=offers)
    assert about(told)[2] == "1h35m without a break · load 71: urgent · rest offered 11:00"
    assert hints(told)["w"] == "rest offered 11:00"
    assert "w" not in hints(case(worker(1), []))
    discreet = replace(LOOK, discreet=True)
    assert "load" not in about(told, discreet)[2]


def test_nobody_is_called_back_from_a_protected_reason() -> None:
    resting, away = (worker(1, State.NOT_READY, reason, since_s=240) for reason in ("rest", "restroom"))
    assert next(iter(hints(case(resting, [])))) == "r"
    assert "r" not in hints(case(away, []))
    assert about(case(resting, []))[2] == "rest 4:00 of 10:00"
    assert about(case(away, []))[2] == "restroom 4:00"
    assert hints(case(resting, []))["1"] == "10 min", "the own place is not counted twice"
    unnamed = choices_of(case(worker(1, State.NOT_READY, "Fire drill"), []), LOOK)[0]
    assert unnamed.value == (Decision.RETURN, "rest")


def test_a_sites_own_reasons_come_after_those_that_ship() -> None:
    policy = replace(POLICY, allowances={**POLICY.allowances, "prayer": 10 * MINUTE})
    choices = choices_of(case(worker(1), []), replace(LOOK, limits=replace(LIMITS, breaks=policy)))
    assert [(choice.key, choice.label) for choice in choices][8:11] == [
        ("9", "fault"),
        ("0", "prayer"),
        ("o", "offer a rest"),
    ]
