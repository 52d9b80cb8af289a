"""b decides about a break: what is known of it first, then one key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from console.acting.breaking import BreakScreen, Case, about_lines, choices_of, keyed_reasons
from console.acting.phoning import Situation
from console.acting.phoning import choices_of as phone_choices
from data.alerts import LIMITS
from data.break_board import board_of
from data.breaks import POLICY, Taken, day_time
from data.model.days import MINUTE
from data.model.people import DecideBreak, Decision, PauseAgent, Role
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
        await until(
            pilot, lambda: shows(app, "next 30 min:", "without a break", "places taken", "rest", "10 min"), "known"
        )
        assert shows(app, "allowed ")
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
    assert found["1"] == found["2"] == found["o"] == "! would be 5 of 1"
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
    assert about(told, look)[2] == "today rest 2 of 2 (21m) · meeting 1 (30m) · 21m of 40m"
    assert about(case(worker(1), [], day={}))[2] == "today no break yet"


def test_why_so_many_may_be_out_is_said() -> None:
    assert about(case(worker(1), []))[1] == "allowed 1: so many may always go"
    crowd = [worker(50 + n) for n in range(26)]
    assert about(case(worker(1), crowd))[1] == "allowed 4: 15 % of 27 signed in"
    seen = floor([worker(1), *crowd], [queue(lately=200)])
    needed = Case(seen.agents[0], seen, board_of(seen), NOW, None)
    assert about(needed)[:2] == ["0 out, 0 of 3 places taken · North 0 of 3", "allowed 3: the load needs 24 of 27"]


def test_who_was_told_to_go_is_counted_and_one_too_many_is_said_with_the_sum() -> None:
    crowd = [worker(50 + n, team="AB"[n % 2]) for n in range(26)]
    told = {60 + n: OfferRow(60 + n, NOW, Decision.APPROVE, "rest", "zhang", None) for n in range(4)}
    found = case(worker(1, team="A"), crowd, offers=told)
    assert about(found)[0].startswith("0 out + 4 approved, 4 of 4 places taken")
    assert hints(found)["1"] == "! would be 5 of 4" and hints(found)["3"] == ""
    team = {50: OfferRow(50, NOW, Decision.APPROVE, "rest", "zhang", None), 52: told[60]._replace(agent_id=52)}
    assert hints(case(worker(1, team="A"), crowd, offers=team))["1"] == "! A: would be 3 of 2"
    assert hints(case(worker(1, team="B"), crowd, offers=team))["1"] == "10 min"


def test_the_next_lead_sees_that_another_refused() -> None:
    seen = case(worker(1), [])
    lapsed = {1: OfferRow(1, NOW - 12 * MINUTE, Decision.REFUSE, "rest", "zhang", None)}
    told = about(seen._replace(picture=seen.picture._replace(lapsed=lapsed)))
    assert told[2] == "rest refused 10:48 by zhang · today …"


def test_many_reasons_have_a_key_each_and_the_same_one_for_the_phone() -> None:
    assert [reason for _, reason in keyed_reasons(POLICY)][:3] == ["rest", "meal", "restroom"]
    own = replace(POLICY, allowances={**POLICY.allowances, **{f"own{n:02}": MINUTE for n in range(30)}})
    look = replace(LOOK, limits=replace(LIMITS, breaks=own))
    told = case(worker(1), [], offers={1: OfferRow(1, NOW, Decision.OFFER, "rest", "zhang", None)})
    here = {choice.key: choice.value for choice in choices_of(told, look)}
    assert len(here) == len(choices_of(told, look)) == 39 + 2 and not {" ", "j", "k"} & set(here)
    can = frozenset({"pause", "listen", "sign_in", "end_wrap_up"})
    phone = Situation(worker(1, State.TALKING), can, Role.ADMIN, (), (), NOW)
    there = phone_choices(phone, look)
    assert len({choice.key for choice in there}) == len(there)
    for choice in there:
        if isinstance(choice.value, PauseAgent):
            assert here[choice.key] == (Decision.APPROVE, choice.value.reason)


def test_work_load_and_offers_are_said_and_an_offer_can_be_withdrawn() -> None:
    offers = {1: OfferRow(1, NOW, Decision.OFFER, "rest", "zhang", None)}
    told = case(worker(1, worked_min=95), [], loads={1: load(1, Band.URGENT, 71.2)}, offers=offers)
    assert about(told)[3] == "1h35m without a break · load 71: urgent"
    assert hints(told)["w"] == "rest offered 0 min ago by zhang"
    assert "w" not in hints(case(worker(1), []))
    discreet = replace(LOOK, discreet=True)
    assert "load" not in about(told, discreet)[3]


def test_nobody_is_called_back_from_a_protected_reason() -> None:
    resting, away = (worker(1, State.NOT_READY, reason, since_s=240) for reason in ("rest", "restroom"))
    assert next(iter(hints(case(resting, [])))) == "r"
    assert "r" not in hints(case(away, []))
    assert about(case(resting, []))[3] == "rest 4:00 of 10:00"
    assert about(case(away, []))[3] == "restroom 4:00"
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
