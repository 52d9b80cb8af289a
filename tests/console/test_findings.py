"""Findings by their keys: raised in three, with all that may be said, put right, changed, withdrawn; who may."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from console.acting.findings import people_known
from console.app import FloorApp
from console.feed import Feed, Wish
from console.screens.chooser import ChooserScreen
from console.screens.discipline import DisciplineScreen
from console.screens.form import FormScreen
from console.screens.window import LONGEST_S
from data.model.days import HOUR, MINUTE
from data.model.discipline import Closing, Where
from data.model.discipline_requests import ChangeFinding, CloseFinding, RaiseFinding
from data.model.discipline_seen import DisciplineSeen
from data.model.people import Answer, Refusal, Role
from data.model.picture import AgentRow, Picture
from data.store.reader import Reader
from tests.console.acting import NotingDesk, acting_floor
from tests.console.disciplined import disciplined, seen_on
from tests.console.floor_pilot import DEADLINE_S, MEDIUM, NARROW, app_of, shows, until
from tests.console.floor_store import SURGE
from tests.console.test_discipline import there
from tests.widgets.floor_picture import HOSTILE
from widgets.agents import AgentsPane

__all__ = ["disciplined"]
pytestmark = pytest.mark.anyio


async def said(pilot: Pilot[None], desk: NotingDesk, n: int = 1) -> None:
    """Wait until so much was ordered, and the windows are gone."""
    await until(pilot, lambda: len(desk.ordered) >= n and not app_of(pilot).screen.is_modal, "ordered")


def under_cursor(app: FloorApp) -> AgentRow:
    assert app.seen is not None and app.seen.picture is not None
    selected = app.screen.query_one(AgentsPane).selected
    return next(agent for agent in app.seen.picture.agents if agent.id == selected)


# ------------------------------------------------------------------ raising


async def test_three_keys_typed_ahead_raise_a_finding_on_the_agent_under_the_cursor(
    played: Path, disciplined: None
) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("2", "j")
        agent = under_cursor(app)
        await pilot.press("F", "3", "1")
        await said(pilot, desk)
        assert desk.ordered == [RaiseFinding("on_time", Where.AGENT, str(agent.id))]
        await until(pilot, lambda: shows(app, f"{agent.name}: On time for the shift"), "told")


async def test_a_rule_says_which_place_it_is_about(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        agent = under_cursor(app)
        assert app.seen is not None and app.seen.picture is not None
        zone = next(seat.zone for seat in app.seen.picture.seats if seat.label == agent.seat)
        for at, keys in enumerate((("1", "2"), ("4", "1"), ("4", "2"), ("p", "1")), 1):
            await pilot.press("F", *keys)
            await said(pilot, desk, at)
        assert desk.ordered == [
            RaiseFinding("phone", Where.SEAT, agent.seat),
            RaiseFinding("exits", Where.ZONE, zone),
            RaiseFinding("lights", Where.FLOOR, ""),
            RaiseFinding("helped", Where.AGENT, str(agent.id)),
        ]


async def test_without_an_agent_the_place_is_asked_for(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("1", "F")  # the queues have no agent
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "asked")
        assert not shows(app, "Time") and not shows(app, "credit"), "rules about agents are not for a place"
        await pilot.press("1", "1")
        await until(pilot, lambda: shows(app, "at which seat?"), "asked for the seat")
        await pilot.press(*"99", "enter")
        await until(pilot, lambda: shows(app, "no such seat: write its whole name"), "told")
        await pilot.press(*["backspace"] * 2, *"b-03", "enter")
        await said(pilot, desk)
        await pilot.press("F", "4", "1", "2")  # the digits of the areas are what they are for an agent
        await said(pilot, desk, 2)
        await pilot.press("F", "4", "2")
        await said(pilot, desk, 3)
        assert app.seen is not None and app.seen.picture is not None
        zones = list(dict.fromkeys(seat.zone for seat in app.seen.picture.seats))
        assert desk.ordered == [
            RaiseFinding("desk", Where.SEAT, "B-03"),
            RaiseFinding("exits", Where.ZONE, zones[1]),
            RaiseFinding("lights", Where.FLOOR, ""),
        ]


async def test_enter_asks_for_all_that_may_be_said(played: Path, disciplined: None) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        agent = under_cursor(app)
        await pilot.press("F", "1", "j", "enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen), "asked for more")
        assert [box.name for box in app.screen.query(Input)] == [
            "note",
            "points",
            "measure",
            "owner",
            "due_ms",
            "photo",
        ]
        await pilot.press(
            *"twice", "tab", *"9", "tab", *"put away", "down", *"IT", "tab", *"+30m", "tab", *"a.jpg", "enter"
        )
        await until(pilot, lambda: shows(app, "write a whole number within the range"), "told what is wrong")
        await pilot.press("backspace", *"4", "enter")
        await said(pilot, desk)
        wanted = RaiseFinding(
            *("phone", Where.SEAT, agent.seat, "twice", "a.jpg", 4, "put away", "IT"), due_ms=SURGE + 30 * MINUTE
        )
        assert desk.ordered == [wanted]


@pytest.mark.slow
async def test_a_form_of_which_nothing_is_filled_in_raises_it_as_it_stands(played: Path, disciplined: None) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("F", "3", "enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen), "asked for more")
        await pilot.press("enter")
        await said(pilot, desk)
        assert desk.ordered == [RaiseFinding("on_time", Where.AGENT, str(under_cursor(app).id))]


async def passes(reached: Callable[[], bool]) -> None:
    """Wait for something while the app takes nothing from its queue, as the pilot would have it do."""
    end_s = time.monotonic() + DEADLINE_S
    while not reached():
        assert time.monotonic() < end_s
        await asyncio.sleep(0.005)


async def test_keys_typed_ahead_wait_until_the_rules_are_read(
    played: Path, disciplined: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, told = threading.Event(), threading.Event()

    def slow(_feed: Feed, _reader: Reader, picture: Picture, _wish: Wish) -> DisciplineSeen:
        asked.set()
        assert told.wait(10)
        return seen_on(picture)

    monkeypatch.setattr(Feed, "_discipline_of", slow)
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        agent = under_cursor(app)
        typing = asyncio.create_task(pilot.press("F", "3", "1"))
        await passes(asked.is_set)
        over_s = time.monotonic() + LONGEST_S
        await passes(lambda: time.monotonic() > over_s)  # longer than keys are held while nobody works
        assert not desk.ordered
        told.set()
        await typing
        await said(pilot, desk)
        assert desk.ordered == [RaiseFinding("on_time", Where.AGENT, str(agent.id))]
        assert app.screen.focused is not None and app.screen.focused.id == "agents", "no key went to the floor"


async def test_more_rules_than_digits_come_page_by_page(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def many(_feed: Feed, _reader: Reader, picture: Picture, _wish: Wish) -> DisciplineSeen:
        seen = seen_on(picture)
        chat = next(rule for rule in seen.rules if rule.id == "chat")
        return seen._replace(rules=tuple(chat._replace(id=f"r{n}", en=f"Rule {n}") for n in range(1, 14)))

    monkeypatch.setattr(Feed, "_discipline_of", many)
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("F", "2")
        await until(pilot, lambda: shows(app, "Rule 10", "more…"), "the first page")
        assert not shows(app, "Rule 11")
        await pilot.press("m", "2")
        await said(pilot, desk)
        assert [request.rule for request in desk.ordered if isinstance(request, RaiseFinding)] == ["r12"]


async def test_what_the_desk_refuses_is_told(played: Path, disciplined: None) -> None:
    answer = Answer(False, "the agent is in Sales", refusal=Refusal.TEAM)
    async with acting_floor(played, MEDIUM, answer=answer) as (pilot, desk):
        await pilot.press("F", "3", "1")
        await until(pilot, lambda: desk.ordered and shows(app_of(pilot), "the agent is in Sales"), "told")


@pytest.mark.parametrize("more", [{"role": Role.VIEWER}, {"role": None}, {"role": None, "wall": True}])
async def test_who_may_not_act_raises_nothing(played: Path, disciplined: None, more: dict[str, Any]) -> None:
    async with acting_floor(played, MEDIUM, **more) as (pilot, desk):
        app = app_of(pilot)
        for key in ("F", "i"):
            await pilot.press(key)
            await pilot.pause()
            assert not app.screen.is_modal
        assert app._notifications and not desk.ordered


# ------------------------------------------------------------------ dealing with one


async def on_finding(pilot: Pilot[None], id: int) -> DisciplineScreen:
    """Put the cursor on a finding."""
    screen = await there(pilot)
    await pilot.press("2")
    assert screen.findings.select(id)
    return screen


async def test_a_finding_is_put_right_in_two_keys(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        await on_finding(pilot, 1)
        await pilot.press("x", "x")
        await said(pilot, desk)
        await pilot.press("enter", "X", *"swept", "enter")
        await said(pilot, desk, 2)
        await pilot.press("x", "u", *"not hers", "enter")
        await said(pilot, desk, 3)
        assert desk.ordered == [
            CloseFinding(1, Closing.CORRECTED),
            CloseFinding(1, Closing.CORRECTED, "swept"),
            CloseFinding(1, Closing.WITHDRAWN, "not hers"),
        ]


async def test_keys_that_come_at_once_are_taken_in_their_order(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        screen, app = await there(pilot), app_of(pilot)
        for key in "2jjxx":  # as a slow line sends them
            app.post_message(events.Key(key, key))
        await said(pilot, desk)
        third = screen.findings.selected
        assert third == 1 and desk.ordered == [CloseFinding(third, Closing.CORRECTED)]


async def test_what_is_done_about_it_is_kept(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        await on_finding(pilot, 1)
        ways = (
            ("c", *"+30m", "enter"),
            ("m",),
            ("t", "2"),
            ("t", "4"),
            ("t", "t", *"12:00", "enter"),
            ("d", *"a word", "enter"),
            ("n", *"again", "enter"),
            ("p", *"3", "enter"),
        )
        for at, keys in enumerate(ways, 1):
            await pilot.press("x", *keys)
            await said(pilot, desk, at)
        assert app.seen is not None and app.seen.picture is not None
        shift_ms = min(shift.until_ms for shift in app.seen.picture.discipline.shifts)
        assert desk.ordered == [
            ChangeFinding(1, recheck_ms=SURGE + 30 * MINUTE),
            ChangeFinding(1, owner="zhanglei"),
            ChangeFinding(1, due_ms=SURGE + 30 * MINUTE),
            ChangeFinding(1, due_ms=shift_ms),
            ChangeFinding(1, due_ms=SURGE + HOUR + 14 * MINUTE),
            ChangeFinding(1, measure="a word"),
            ChangeFinding(1, note="again"),
            ChangeFinding(1, points=3),
        ]


async def test_somebody_else_sees_to_it_by_a_digit_or_by_name(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        screen = await on_finding(pilot, 3)
        await pilot.press("x", "w")
        await until(pilot, lambda: shows(app, "who sees to it?"), "asked")
        await pilot.press("1")
        await said(pilot, desk)
        await pilot.press("x", "w", "w", *"Facilities", "enter")
        await said(pilot, desk, 2)
        first = people_known(screen)[0]
        assert first != "zhanglei"
        assert desk.ordered == [ChangeFinding(3, owner=first), ChangeFinding(3, owner="Facilities")]


@pytest.mark.slow
async def test_a_rule_with_one_figure_leaves_no_choice_and_a_closed_one_is_closed(
    played: Path, disciplined: None
) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        screen = await on_finding(pilot, 3)
        await pilot.press("x", "p")
        await until(pilot, lambda: shows(app, "This rule leaves no choice: it is 1."), "told")
        assert screen.findings.select(9)
        await pilot.press("x")
        await until(pilot, lambda: shows(app, "that is closed already"), "told")
        assert not desk.ordered


@pytest.mark.slow
async def test_escape_orders_nothing(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        screen = await on_finding(pilot, 1)
        for keys in (("x",), ("x", "t"), ("x", "d"), ("F",), ("F", "1"), ("x", "w")):
            await pilot.press(*keys, "escape")
            await until(pilot, lambda: app.screen is screen, "back")
        assert not desk.ordered


async def test_hostile_texts_stay_texts_in_every_window(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = HOSTILE[1]

    def hostile(_feed: Feed, _reader: Reader, picture: Picture, _wish: Wish) -> DisciplineSeen:
        seen = seen_on(picture)
        rules = tuple(rule._replace(en=bad, zh=bad, do_en=bad, area=HOSTILE[0]) for rule in seen.rules)
        return seen._replace(rules=rules, areas=((HOSTILE[0], bad, bad),), incident_kinds=(("x", bad, bad),))

    monkeypatch.setattr(Feed, "_discipline_of", hostile)
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("F")
        await until(pilot, lambda: shows(app, bad), "shown as it is")
        await pilot.press("1", "enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen) and shows(app, bad), "shown as it is")
        await pilot.press("enter")
        await said(pilot, desk)
        await pilot.press("i", "1", *"[/b]", "enter")
        await said(pilot, desk, 2)
        assert len(desk.ordered) == 2 and app.is_running
