"""Acts from the screen: what is asked, what is ordered, and what is said where nothing can be ordered."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.acting.screen import WHY_NOT, ActingScreen
from console.locale.zh import WORDS
from console.screens.chooser import Choice, ChooserScreen, Chosen
from data.model.people import Answer, NoteMood, Refusal, Role
from tests.console.acting import acting_floor
from tests.console.floor_pilot import app_of, shows, until

pytestmark = pytest.mark.anyio


def acting(pilot: Pilot[None]) -> ActingScreen:
    screen = app_of(pilot).screen
    assert isinstance(screen, ActingScreen)
    return screen


def said(pilot: Pilot[None]) -> str:
    return "\n".join(note.message for note in app_of(pilot)._notifications)


async def test_who_only_looks_is_told_what_role_it_takes(played: Path) -> None:
    async with acting_floor(played, role=Role.VIEWER) as (pilot, desk):
        await pilot.press("f")
        await until(pilot, lambda: "That takes the role lead; you have viewer." in said(pilot), "told")
        assert not desk.ordered and app_of(pilot).look.read_only


async def test_without_a_desk_nothing_is_asked(played: Path) -> None:
    async with acting_floor(played, role=None) as (pilot, desk):
        await pilot.press("b")
        await until(pilot, lambda: "no poller is at work on it" in said(pilot), "told")
        assert not desk.ordered and app_of(pilot).look.read_only


async def test_the_past_takes_no_acts(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        await pilot.press("r")
        await until(pilot, lambda: app_of(pilot).clock.mode != "live", "in the past")
        await pilot.press("p")
        await until(pilot, lambda: "This is the past" in said(pilot), "told")
        assert not desk.ordered


async def test_a_refusal_is_said_in_the_desks_words(played: Path) -> None:
    refused = Answer(False, "that takes the role supervisor; you have lead", refusal=Refusal.ROLE)
    async with acting_floor(played, answer=refused) as (pilot, desk):
        await acting(pilot).order(NoteMood(1, 3), "noted")
        assert desk.ordered == [NoteMood(1, 3)]
        await until(pilot, lambda: "takes the role supervisor" in said(pilot), "told")
        assert "noted" not in said(pilot)


async def test_a_desk_that_goes_away_leaves_the_screen_to_look_at(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        assert not app_of(pilot).look.read_only
        desk.standing = None
        assert await acting(pilot).order(NoteMood(1, 3), "noted") is None
        await until(pilot, lambda: "there is no desk" in said(pilot), "told")
        assert app_of(pilot).look.read_only


async def test_a_refusal_begins_in_the_readers_words(played: Path) -> None:
    refused = Answer(False, "pbx takes no pauses", refusal=Refusal.CANNOT)
    async with acting_floor(played, answer=refused, language="zh") as (pilot, _):
        await acting(pilot).order(NoteMood(1, 3), "")
        await until(pilot, lambda: "话务系统无法执行 (pbx takes no pauses)" in said(pilot), "told")


@pytest.mark.parametrize("refusal", [refusal for refusal in Refusal if refusal])
def test_every_refusal_has_its_words_in_chinese(refusal: Refusal) -> None:
    assert WHY_NOT[refusal] in WORDS


CHOICES = (Choice("1", "rest", "rest"), Choice("2", "meal", "meal", "over the cap"))


@pytest.mark.parametrize(
    ("keys", "note", "needed", "chosen"),
    [
        (("2",), "note", False, Chosen("meal")),
        (("enter",), "", False, Chosen("rest")),
        (("j", "enter", "h", "i", "enter"), "note", False, Chosen("meal", "hi")),
        (("enter", "enter"), "note", False, Chosen("rest")),
        (("1", "enter", "h", "o", "enter"), "note", True, Chosen("rest", "ho")),
        (("1", "2", "enter"), "note", True, Chosen("rest", "2")),
        (("up", "escape"), "note", False, None),
        (("1", "escape"), "note", True, None),
    ],
)
async def test_a_chooser_takes_one_key_or_a_note(
    played: Path, keys: tuple[str, ...], note: str, needed: bool, chosen: Chosen | None
) -> None:
    async with acting_floor(played, (80, 24)) as (pilot, _):
        app, taken = app_of(pilot), list[Chosen | None]()
        screen = ChooserScreen(app.look, "王小明 · break", CHOICES, note=note, note_needed=needed)
        app.push_screen(screen, taken.append)
        await until(pilot, lambda: shows(app, "王小明 · break", "over the cap"), "asked")
        await pilot.press(*keys)
        await until(pilot, lambda: taken, "answered")
        assert taken == [chosen]
