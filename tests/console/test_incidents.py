"""Incidents and handovers by their keys: noted, added to, over, reviewed; written, read, taken over, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from console.screens.chooser import ChooserScreen
from console.screens.floor import FloorScreen
from console.screens.handover import HandoverScreen
from data.model.days import MINUTE
from data.model.discipline import Avoidable, Entry, Worked
from data.model.discipline_requests import (
    AcknowledgeHandover,
    AddToIncident,
    EndIncident,
    NoteIncident,
    ReviewIncident,
    WriteHandover,
)
from data.model.people import Answer, Refusal, Role
from tests.console.acting import acting_floor
from tests.console.disciplined import disciplined
from tests.console.floor_pilot import MEDIUM, NARROW, app_of, shows, text_of, until
from tests.console.floor_store import SURGE
from tests.console.test_discipline import there
from tests.console.test_findings import said
from widgets.incidents import IncidentsPane

__all__ = ["disciplined"]
pytestmark = pytest.mark.anyio


async def on_incident(pilot: Pilot[None], id: int) -> None:
    screen = await there(pilot)
    await pilot.press("3")
    assert screen.query_one(IncidentsPane).select(id)


async def test_what_happened_is_noted_from_the_floor(played: Path, disciplined: None) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        await pilot.press("i", "2", *"a letter", "enter")
        await said(pilot, desk)
        assert desk.ordered == [NoteIncident("surge", "a letter")]
        await until(pilot, lambda: shows(app_of(pilot), "Surge of calls: noted"), "told")


@pytest.mark.slow
async def test_without_words_it_is_not_noted(played: Path, disciplined: None) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        await pilot.press("i", "2", "enter")
        await until(pilot, lambda: shows(app_of(pilot), "write something"), "told")
        await pilot.press("escape")
        assert not desk.ordered


async def test_one_that_goes_on_is_offered_on_the_floor_and_takes_measures_and_who_was_told(
    played: Path, disciplined: None
) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("i")
        await until(pilot, lambda: shows(app, "System outage CRM answers"), "offered")
        await pilot.press("a")
        await until(pilot, lambda: shows(app, "10:26 told: IT on duty"), "what is known of it")
        await pilot.press("m", *"paper", "enter")
        await said(pilot, desk)
        await pilot.press("i", "a", "t", *"IT", "enter")
        await said(pilot, desk, 2)
        await pilot.press("i", "a", "n", *"slow", "enter")
        await said(pilot, desk, 3)
        await pilot.press("i", "a", "x")
        await said(pilot, desk, 4)
        assert desk.ordered == [
            AddToIncident(3, Entry.MEASURE, "paper"),
            AddToIncident(3, Entry.TOLD, "IT"),
            AddToIncident(3, Entry.NOTE, "slow"),
            EndIncident(3),
        ]


async def test_under_the_cursor_it_takes_one_key_less_and_another_one_can_be_noted(
    played: Path, disciplined: None
) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        await on_incident(pilot, 3)
        await pilot.press("i", "m", *"paper", "enter")
        await said(pilot, desk)
        await pilot.press("x", "o", "3", *"dark", "enter")
        await said(pilot, desk, 2)
        assert desk.ordered == [AddToIncident(3, Entry.MEASURE, "paper"), NoteIncident("power", "dark")]


async def test_afterwards_it_is_reviewed(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        await on_incident(pilot, 2)
        await pilot.press("i", "2", "1", *"ask first", "enter")
        await said(pilot, desk)
        await pilot.press("i", "3", "2", "enter")
        await said(pilot, desk, 2)
        await pilot.press("i", "m", *"late word", "enter")
        await said(pilot, desk, 3)
        assert desk.ordered == [
            ReviewIncident(2, Avoidable.NO, Worked.YES, "ask first"),
            ReviewIncident(2, Avoidable.UNSURE, Worked.PARTLY, ""),
            AddToIncident(2, Entry.MEASURE, "late word"),
        ]


@pytest.mark.slow
async def test_from_its_window_the_floor_of_then_is_shown(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        await on_incident(pilot, 3)
        await pilot.press("i", "g")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen), "the floor")
        assert app.clock.moment() == SURGE - 22 * MINUTE and not desk.ordered


# ------------------------------------------------------------------ handover


async def shown(pilot: Pilot[None]) -> HandoverScreen:
    app = app_of(pilot)
    await until(pilot, lambda: isinstance(app.screen, HandoverScreen), "the handover")
    assert isinstance(app.screen, HandoverScreen)
    return app.screen


@pytest.mark.parametrize("size", [NARROW, pytest.param(MEDIUM, marks=pytest.mark.slow)])
async def test_which_one_is_asked_and_it_is_shown_whole_and_completed(
    played: Path, disciplined: None, size: tuple[int, int]
) -> None:
    async with acting_floor(played, size) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("H")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "asked")
        assert shows(app, "Which handover?", "written 04:13 by wang", "11-19 Late shift", "Early shift")
        await pilot.press("3")
        await shown(pilot)
        read: set[str] = set()
        for _ in range(30):
            read |= {line.strip(" │") for line in text_of(app)}
            await pilot.press("j")
        page = "\n".join(read)
        for text in (
            "Early shift: handover",
            "absent · 吴刚",
            "CRM answers after half a minute",
            "Safety round 5 checks",
        ):
            assert text in page
        assert "Enter: complete it with a note" in page
        await pilot.press("enter", *"mind the door", "enter")
        await said(pilot, desk)
        assert desk.ordered == [WriteHandover("2026-11-20/early", "mind the door")]


async def test_what_another_has_written_is_read_and_taken_over(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("H", "1")
        await shown(pilot)
        assert shows(app, "printer of zone B is out of paper", "a: I have read it, and take over")
        await pilot.press("a", *"ok", "enter")
        await said(pilot, desk)
        assert desk.ordered == [AcknowledgeHandover(5, "ok")]


async def test_ones_own_is_refused_and_told(played: Path, disciplined: None) -> None:
    answer = Answer(False, "somebody else must have read it: you wrote it", refusal=Refusal.ROLE)
    async with acting_floor(played, MEDIUM, answer=answer) as (pilot, desk):
        await pilot.press("H", "1", "enter", "enter")
        await until(pilot, lambda: desk.ordered and shows(app_of(pilot), "you wrote it"), "told")


async def test_from_the_pane_the_one_under_the_cursor_is_meant(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        await there(pilot)
        await pilot.press("4", "enter")
        await shown(pilot)
        assert shows(app, "11-19 Late shift: handover")
        await pilot.press("escape", "end", "enter")
        await shown(pilot)
        assert shows(app, "headset at A-03 is on order", "scroll   Esc: back")
        await pilot.press("enter")
        assert not desk.ordered


@pytest.mark.parametrize("more", [{"role": Role.VIEWER}, {"role": None}])
async def test_who_may_not_act_reads_it_and_completes_nothing(
    played: Path, disciplined: None, more: dict[str, Any]
) -> None:
    async with acting_floor(played, MEDIUM, **more) as (pilot, desk):
        await pilot.press("H", "1")
        await shown(pilot)
        assert shows(app_of(pilot), "scroll   Esc: back") and not shows(app_of(pilot), "take over")
        await pilot.press("enter")
        await until(pilot, lambda: not app_of(pilot).screen.is_modal, "gone")
        assert not desk.ordered
