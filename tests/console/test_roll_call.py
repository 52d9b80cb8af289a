"""The roll-call: a key an agent, nothing waits for the desk, a refused mark is told, the past is only read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.feed import Wish
from console.screens.roll_call import RollCallScreen
from data.model.days import DAY, MINUTE
from data.model.people import Answer, NoteMood, RaiseFlag, Refusal, Request, Role
from data.model.picture import MoodRow, Picture
from data.model.words import SIGNED_IN
from data.mood import Weeks, weeks_of
from data.store.reader import Reader
from tests.console.acting import NotingDesk, acting_floor
from tests.console.floor_pilot import NARROW, app_of, shows, text_of, until
from tests.console.floor_store import SURGE, ZONE
from widgets.roll_call import Fate

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def roll_call(
    store: Path,
    size: tuple[int, int] = NARROW,
    *,
    moods: tuple[MoodRow, ...] = (),
    answer: Answer | None = None,
    role: Role = Role.LEAD,
    language: str = "en",
) -> AsyncIterator[tuple[Pilot[None], NotingDesk, RollCallScreen]]:
    """The roll-call of the first team of twenty, opened by its key."""
    async with acting_floor(store, size, role=role, answer=answer, language=language) as (pilot, desk):
        app = app_of(pilot)
        plain = app.feed._picture_of

        def of_twenty(reader: Reader, wish: Wish) -> Picture:
            picture = plain(reader, wish)
            agents = tuple(
                agent._replace(team="North" if at < 20 else "South") for at, agent in enumerate(picture.agents)
            )
            today = {mood.agent_id: mood for mood in moods if mood.at_ms >= picture.day_since_ms}
            return picture._replace(agents=agents, moods=today)

        def weeks(reader: Reader, picture: Picture, wish: Wish) -> Weeks:
            return weeks_of(moods, wish.moment_ms, ZONE)

        app.feed._picture_of = of_twenty  # type: ignore[method-assign]
        app.feed._moods_of = weeks  # type: ignore[method-assign]
        await pilot.press("R")
        await until(pilot, lambda: shows(app, "Roll-call · North") or shows(app, "晨会点名 · North"), "the roll")
        screen = app.screen
        assert isinstance(screen, RollCallScreen)
        await until(pilot, lambda: screen.roll.selected is not None, "a cursor")
        yield pilot, desk, screen


def in_order(screen: RollCallScreen) -> list[int]:
    return [entry.row.id for entry in screen.roll._entries if entry.row is not None]


async def ordered(pilot: Pilot[None], desk: NotingDesk, n: int) -> list[Request]:
    await until(pilot, lambda: len(desk.ordered) == n, f"{n} orders")
    return desk.ordered


async def test_twenty_people_are_twenty_keys(played: Path) -> None:
    keys = ["1", "2", "3", "4", "5", "0", "a", *("3" for _ in range(13))]
    moods = [1, 2, 3, 4, 5, None, None, *(3 for _ in range(13))]
    async with roll_call(played) as (pilot, desk, screen):
        agents = in_order(screen)
        assert len(agents) == len(keys) == 20
        here = {agent.id for agent in screen.picture.agents if agent.state in SIGNED_IN} if screen.picture else set()
        absent = [key * (2 if key in "0a" and agent in here else 1) for key, agent in zip(keys, agents, strict=True)]
        await pilot.press(*"".join(absent), "escape")
        wanted = [NoteMood(agent, mood) for agent, mood in zip(agents, moods, strict=True)]
        assert sorted(await ordered(pilot, desk, 20), key=str) == sorted(wanted, key=str)
        await until(pilot, lambda: not isinstance(pilot.app.screen, RollCallScreen), "left")


async def test_the_cursor_never_waits_for_the_desk_and_leaving_loses_no_mark(played: Path) -> None:
    async with roll_call(played) as (pilot, desk, screen):
        may_answer = asyncio.Event()
        order = desk.order

        async def slow(request: Request, key: str = "") -> Answer:
            await may_answer.wait()
            return await order(request, key)

        desk.order = slow  # type: ignore[method-assign]
        agents = in_order(screen)
        await pilot.press("4", "2", "5")
        assert screen.roll.selected == agents[3]
        assert [screen.roll.entered[agent].fate for agent in agents[:3]] == [Fate.SENDING] * 3
        assert shows(app_of(pilot), "4 good", "2 low", "5 very good", "3 of 20 marked")
        await pilot.press("escape")
        assert not desk.ordered
        may_answer.set()
        assert await ordered(pilot, desk, 3) == [NoteMood(agents[0], 4), NoteMood(agents[1], 2), NoteMood(agents[2], 5)]


async def test_who_is_marked_anew_is_marked_in_the_order_of_the_keys(played: Path) -> None:
    async with roll_call(played) as (pilot, desk, screen):
        agents = in_order(screen)
        await pilot.press("4", "backspace", "1", "2", "backspace", "backspace", "backspace", "3")
        told = [request for request in await ordered(pilot, desk, 4) if isinstance(request, NoteMood)]
        assert [note.mood for note in told if note.agent == agents[0]] == [4, 1, 3]
        assert screen.roll.selected == agents[1]
        mark = screen.roll.mood_of(agents[0])
        assert mark is not None and mark.mood == 3


async def test_a_later_mark_of_an_agent_waits_for_the_earlier_one_and_nobody_else_does(played: Path) -> None:
    async with roll_call(played) as (pilot, desk, screen):
        may_answer = asyncio.Event()
        order = desk.order

        async def slow_at_first(request: Request, key: str = "") -> Answer:
            if isinstance(request, NoteMood) and request.mood == 4:
                await may_answer.wait()
            return await order(request, key)

        desk.order = slow_at_first  # type: ignore[method-assign]
        agents = in_order(screen)
        await pilot.press("4", "backspace", "1", "2")
        assert await ordered(pilot, desk, 1) == [NoteMood(agents[1], 2)]
        may_answer.set()
        assert (await ordered(pilot, desk, 3))[1:] == [NoteMood(agents[0], 4), NoteMood(agents[0], 1)]


async def test_a_refused_mark_is_told_on_its_row_and_not_shown_as_noted(played: Path) -> None:
    refused = Answer(False, "this is not your team", refusal=Refusal.TEAM)
    async with roll_call(played, answer=refused) as (pilot, desk, screen):
        agents = in_order(screen)
        await pilot.press("4")
        await until(pilot, lambda: shows(app_of(pilot), "this is not your team", "1 not taken", "0 of 20"), "told")
        assert screen.roll.mood_of(agents[0]) is None
        desk.answer = None
        await pilot.press("backspace", "4")
        await until(pilot, lambda: not shows(app_of(pilot), "not your team"), "taken")
        assert shows(app_of(pilot), "1 of 20 marked")


async def test_said_by_the_agent_is_kept_apart_from_seen(played: Path) -> None:
    async with roll_call(played) as (pilot, desk, screen):
        agents = in_order(screen)
        await pilot.press("3", "s", "2", "s", "4")
        wanted = [NoteMood(agents[0], 3), NoteMood(agents[1], 2, said=True), NoteMood(agents[2], 4)]
        assert await ordered(pilot, desk, 3) == wanted
        rows = [line for line in text_of(app_of(pilot)) if "2 low" in line and "very low" not in line]
        assert [("said" in row) for row in rows] == [True]


async def test_a_note_goes_with_the_mark_under_the_cursor_and_nobody_elses(played: Path) -> None:
    async with roll_call(played) as (pilot, desk, screen):
        agents = in_order(screen)
        await pilot.press("2", "n")
        await until(pilot, lambda: "mark first" in str([n.message for n in pilot.app._notifications]), "told")
        assert len(await ordered(pilot, desk, 1)) == 1, "the one before is not touched"
        await pilot.press("backspace", "n")
        await until(pilot, lambda: shows(app_of(pilot), "a note on the mood"), "asked")
        await pilot.press(*"cat", "enter")
        assert await ordered(pilot, desk, 2) == [NoteMood(agents[0], 2), NoteMood(agents[0], 2, "cat")]
        assert screen.roll.selected == agents[0], "the cursor stays where it was"
        await pilot.press("n")
        await until(pilot, lambda: shows(app_of(pilot), "a note on the mood"), "asked again")
        await pilot.press("end", "s", "enter")
        assert (await ordered(pilot, desk, 3))[-1] == NoteMood(agents[0], 2, "cats"), "what stood there stays"


async def test_a_mark_that_stands_is_changed_by_the_same_key_twice_and_keeps_its_note(played: Path) -> None:
    async with roll_call(played) as (_, _, screen):
        first = in_order(screen)[0]
    marked = (MoodRow(first, SURGE - MINUTE, 4, "slept badly", "Liu Min", said=True),)
    async with roll_call(played, (120, 36), moods=marked) as (pilot, desk, screen):
        await pilot.press("up", "2")
        assert shows(app_of(pilot), "already 4 good by Liu Min 10:45; the same key again changes it")
        assert not desk.ordered and screen.roll.selected == first
        await pilot.press("3")
        assert not desk.ordered, "another key asks anew"
        await pilot.press("3")
        assert await ordered(pilot, desk, 1) == [NoteMood(first, 3, "slept badly", said=True)]
        await until(pilot, lambda: shows(app_of(pilot), "3 all right", "was 4 good · slept badly"), "told")


async def test_a_key_elsewhere_answers_nothing_about_the_one_before(played: Path) -> None:
    async with roll_call(played) as (_, _, screen):
        first, second = in_order(screen)[:2]
    marked = tuple(MoodRow(agent, SURGE - MINUTE, 4, "", "Liu Min", said=False) for agent in (first, second))
    async with roll_call(played, moods=marked) as (pilot, desk, screen):
        screen.roll.select(first)
        await pilot.press("2", "down", "2", "up", "2")
        assert not desk.ordered
        await pilot.press("2")
        assert await ordered(pilot, desk, 1) == [NoteMood(first, 2)]


async def test_who_is_signed_in_is_absent_by_the_same_key_twice(played: Path) -> None:
    async with roll_call(played) as (pilot, desk, screen):
        agents = in_order(screen)
        picture = screen.picture
        assert picture is not None
        here = {agent.id for agent in picture.agents if agent.state in SIGNED_IN}
        assert agents[0] in here
        await pilot.press("0")
        assert shows(app_of(pilot), "is signed in") and not desk.ordered and screen.roll.selected == agents[0]
        await pilot.press("0")
        assert await ordered(pilot, desk, 1) == [NoteMood(agents[0], None)]


async def test_who_has_a_mark_is_passed_over_at_the_beginning_and_t_calls_the_next_team(played: Path) -> None:
    async with roll_call(played) as (_, _, screen):
        first = in_order(screen)[0]
    marked = (MoodRow(first, SURGE - 1, 4, "", "Liu Min", said=False),)
    async with roll_call(played, moods=marked) as (pilot, desk, screen):
        north = in_order(screen)
        assert screen.roll.selected == north[1]
        await pilot.press("t")
        await until(pilot, lambda: shows(app_of(pilot), "Roll-call · South  2/2"), "the other team")
        south = in_order(screen)
        assert not set(south) & set(north)
        await pilot.press("5")
        assert await ordered(pilot, desk, 1) == [NoteMood(south[0], 5)]


async def test_why_somebody_should_be_looked_after_stands_on_the_row(played: Path) -> None:
    async with roll_call(played) as (_, _, screen):
        agent = in_order(screen)[0]
    days = [4, 4, 4, 4, 4, 2, 2, 2]
    moods = tuple(
        MoodRow(agent, SURGE - (len(days) - at) * DAY, mood, "", "x", said=False) for at, mood in enumerate(days)
    )
    async with roll_call(played, (120, 36), moods=moods) as (pilot, _, _):
        assert shows(app_of(pilot), "3 days in a row below the usual (2.0; usually 4.0, 5 roll-calls)", "444222 ")


async def test_the_past_shows_what_was_noted_and_takes_nothing(played: Path) -> None:
    async with roll_call(played) as (pilot, desk, _):
        await pilot.press("4")
        await ordered(pilot, desk, 1)
        await pilot.press("r")
        await until(pilot, lambda: shows(app_of(pilot), "0 of 20 marked"), "nothing was noted then")
        await pilot.press("3", "a", "n")
        await until(pilot, lambda: "This is the past" in str([n.message for n in pilot.app._notifications]), "told")
        assert len(desk.ordered) == 1


async def test_who_may_only_look_sees_no_moods(played: Path) -> None:
    async with roll_call(played, role=Role.VIEWER) as (pilot, desk, _):
        assert shows(app_of(pilot), "Moods are for the people who lead")
        await pilot.press("4")
        assert not desk.ordered


async def test_a_flag_can_be_raised_from_the_roll(played: Path) -> None:
    async with roll_call(played, language="zh") as (pilot, desk, screen):
        agents = in_order(screen)
        await pilot.press("4", "f", "6")
        told = await ordered(pilot, desk, 2)
        assert told == [NoteMood(agents[0], 4), RaiseFlag(agents[1], "tired")]


async def test_from_wellbeing_it_is_the_team_in_view_that_is_called(played: Path) -> None:
    async with roll_call(played) as (pilot, _, _):
        app = app_of(pilot)
        await pilot.press("R")
        await until(pilot, lambda: not isinstance(app.screen, RollCallScreen), "left by its own key")
        await pilot.press("W")
        await until(pilot, lambda: shows(app, "Wellbeing · all teams"), "wellbeing")
        await pilot.press("t", "t")
        await until(pilot, lambda: shows(app, "Wellbeing · South"), "the second team")
        await pilot.press("R")
        await until(pilot, lambda: shows(app, "Roll-call · South"), "its roll")
