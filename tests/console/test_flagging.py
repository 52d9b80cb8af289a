"""Flags, follow-ups and coaching from the screen: which keys, which request, what is said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from console.acting.flagging import leads_known
from console.app import FloorApp
from console.feed import Wish
from console.screens.asking import read_ahead
from console.screens.chooser import ChooserScreen
from console.screens.prompt import PromptError
from data.flags import VOCABULARY, FlagWord, Severity, Vocabulary
from data.model.days import DAY, MINUTE
from data.model.people import (
    Answer,
    ChangeFlag,
    CloseFollowUp,
    NoteCoaching,
    RaiseFlag,
    Refusal,
    Request,
    ResolveFlag,
    Role,
)
from data.model.picture import FlagRow, FollowUpRow, Picture
from data.store.reader import Reader
from tests.console.acting import NotingDesk, acting_floor
from tests.console.floor_pilot import NARROW, app_of, shows, until
from tests.console.floor_store import SURGE, ZONE, at
from widgets.agents import AgentsPane
from widgets.flags import FlagsPane

pytestmark = pytest.mark.anyio


def said(pilot: Pilot[None]) -> str:
    return "\n".join(note.message for note in app_of(pilot)._notifications)


def open_flags(app: FloorApp) -> int:
    picture = app.seen.picture if app.seen else None
    return len(picture.flags) if picture else 0


@asynccontextmanager
async def people_floor(
    store: Path, size: tuple[int, int] = NARROW, answer: Answer | None = None, role: Role = Role.LEAD
) -> AsyncIterator[tuple[Pilot[None], NotingDesk, Picture]]:
    """A floor with two flags and a follow-up, the cursor on an agent who has both."""
    async with acting_floor(store, size, role=role, answer=answer) as (pilot, desk):
        app = app_of(pilot)
        assert app.seen is not None and app.seen.picture is not None
        first, second = app.seen.picture.agents[:2]
        flags = (
            FlagRow(41, first.id, first.name, "tired", "after lunch", "Liu Min", SURGE - 9 * MINUTE, None),
            FlagRow(42, first.id, first.name, "asked_for_help", "", "Liu Min", SURGE - MINUTE, None, 3, "take_over"),
            FlagRow(43, second.id, second.name, "praise", "well done", "Liu Min", SURGE - MINUTE, None, 0),
        )
        follow_ups = (FollowUpRow(7, second.id, second.name, "greeting", "Liu Min", SURGE - 2 * DAY, SURGE - MINUTE),)
        stamp = app.feed._picture_of

        def stamped(reader: Reader, wish: Wish) -> Picture:
            return stamp(reader, wish)._replace(flags=flags, follow_ups=follow_ups)

        app.feed._picture_of = stamped  # type: ignore[method-assign]
        app.ask()
        await until(pilot, lambda: open_flags(app) == 3, "flagged")
        app.screen.query_one("#agents", AgentsPane).select(first.id)
        await pilot.pause()
        assert app.seen.picture is not None
        yield pilot, desk, app.seen.picture


async def ordered(pilot: Pilot[None], desk: NotingDesk, n: int = 1) -> list[Request]:
    await until(pilot, lambda: len(desk.ordered) == n, "ordered")
    return desk.ordered


async def asked(pilot: Pilot[None], *texts: str) -> None:
    await until(pilot, lambda: shows(app_of(pilot), *texts), f"asked {texts}")


async def type_in(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("space" if letter == " " else "plus" if letter == "+" else letter for letter in text), "enter")


async def test_a_flag_is_raised_by_two_keys(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, picture):
        agent = picture.flags[0].agent_id
        await pilot.press("f", "6")
        assert await ordered(pilot, desk) == [RaiseFlag(agent, "tired")]
        await until(pilot, lambda: f"{picture.flags[0].agent}: says tired" in said(pilot), "told")


async def test_who_else_has_flagged_them_is_shown_first(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, _):
        await pilot.press("f")
        await asked(pilot, "what did you see?", "says tired · 9:00 · Liu Min · after lunch", "8  praise")
        assert "well done" not in "\n".join(str(line) for line in pilot.app.screen.query_one("ChoiceList").about)  # type: ignore[attr-defined]
        await pilot.press("escape", "f", "escape")
        assert not desk.ordered


async def test_a_flag_with_a_note(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, picture):
        await pilot.press("f", "down", "down", "enter")
        await until(pilot, lambda: pilot.app.screen.query_one("#chooser-note").has_focus, "asked for the note")
        await type_in(pilot, "at 2")
        assert await ordered(pilot, desk) == [RaiseFlag(picture.flags[0].agent_id, "raised_voice", "at 2")]


async def test_the_vocabulary_is_the_sites(played: Path) -> None:
    words = Vocabulary((*VOCABULARY.flags[:1], FlagWord("late_back", "back late", "晚归", Severity.NOTE)))
    async with acting_floor(played, NARROW, role=Role.LEAD, vocabulary=words, language="zh") as (pilot, desk):
        await pilot.press("f")
        await asked(pilot, "看到了什么", "举手求助", "晚归", "紧急 · 接手来电")
        await pilot.press("3")
        assert isinstance(pilot.app.screen, ChooserScreen), "no third kind, so nothing is taken"
        await pilot.press("2")
        (request,) = await ordered(pilot, desk)
        assert isinstance(request, RaiseFlag) and request.flag == "late_back"


async def test_a_refused_flag_is_not_said_to_be_raised(played: Path) -> None:
    refused = Answer(False, "this is not your team", refusal=Refusal.TEAM)
    async with people_floor(played, answer=refused) as (pilot, _, _):
        await pilot.press("f", "6")
        await until(pilot, lambda: "this is not your team" in said(pilot), "told")
        assert "says tired" not in said(pilot)


@pytest.mark.parametrize(
    ("keys", "request_of"),
    [
        (("x", "x", "2"), lambda flag: ResolveFlag(flag, "a break")),
        (("x", "1"), lambda flag: ChangeFlag(flag, step="private_word", owner="zhanglei")),
        (("x", "m"), lambda flag: ChangeFlag(flag, owner="zhanglei")),
        (("x", "x", "7"), lambda flag: ResolveFlag(flag, "raised by mistake")),
        (("x", "w", "w", *"Anna", "enter"), lambda flag: ChangeFlag(flag, owner="Anna")),
        (
            ("x", "5", *"1130", "enter"),
            lambda flag: ChangeFlag(flag, step="follow_up", owner="zhanglei", follow_up_ms=at(11, 30)),
        ),
        (("x", "t", "plus", *"30m", "enter"), lambda flag: ChangeFlag(flag, expires_ms=SURGE + 30 * MINUTE)),
        (
            ("x", "enter", "down", "enter", *"10 min".replace(" ", "_"), "enter"),
            lambda f: ResolveFlag(f, "a break: 10_min"),
        ),
    ],
)
async def test_an_agents_most_urgent_flag_is_dealt_with(
    played: Path, keys: tuple[str, ...], request_of: Callable[[int], Request]
) -> None:
    async with people_floor(played) as (pilot, desk, _):
        for key in keys:
            await pilot.press(key)
        assert await ordered(pilot, desk) == [request_of(42)]


async def test_who_has_a_flag_is_chosen_of_those_who_lead_or_named(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, picture):
        names = leads_known(picture, "zhanglei")
        assert "Liu Min" in names and names[-1] == "zhanglei" and names[:-1] == sorted(names[:-1], key=str.casefold)
        await pilot.press("x", "w", str(names.index("Liu Min") + 1))
        assert await ordered(pilot, desk) == [ChangeFlag(42, owner="Liu Min")]
    assert leads_known(None) == []


async def test_on_the_flags_pane_it_is_the_one_under_the_cursor(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, _):
        await pilot.press("4")
        pane = pilot.app.screen.query_one("#flags", FlagsPane)
        await until(pilot, lambda: pane.selected == 42, "on the most urgent")
        await pilot.press("down")
        await asked(pilot, "after lunch · by Liu Min")
        await pilot.press("x", "3")
        assert await ordered(pilot, desk) == [ChangeFlag(41, step="take_over", owner="zhanglei")]


async def test_a_follow_up_is_closed_with_what_came_of_it(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, picture):
        await pilot.press("4", "end")
        pane = pilot.app.screen.query_one("#flags", FlagsPane)
        assert pane.selected == "coaching:7"
        assert pane.agent_of(pane.selected) == picture.follow_ups[0].agent_id
        await pilot.press("x")
        await asked(pilot, "follow-up of a coaching", "greeting")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.query_one("#chooser-note").has_focus, "asked for the note")
        await type_in(pilot, "better")
        assert await ordered(pilot, desk) == [CloseFollowUp(7, "better")]


async def test_a_time_that_has_passed_is_asked_for_again(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, _):
        await pilot.press("x", "t")
        await type_in(pilot, "0900")
        await asked(pilot, "write a time ahead")
        assert not desk.ordered
        await pilot.press("escape")


async def test_coaching_and_praise_need_words(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, picture):
        agent = picture.flags[0].agent_id
        await pilot.press("n", "c", "enter")
        await until(pilot, lambda: pilot.app.screen.query_one("#chooser-note").has_focus, "asked for the note")
        assert not desk.ordered
        await type_in(pilot, "greeting")
        await ordered(pilot, desk)
        await pilot.press("n", "p")
        await type_in(pilot, "calm")
        await ordered(pilot, desk, 2)
        await pilot.press("n", "f")
        await type_in(pilot, "pace")
        await asked(pilot, "follow up when?")
        await type_in(pilot, "+2d")
        assert await ordered(pilot, desk, 3) == [
            NoteCoaching(agent, "greeting"),
            RaiseFlag(agent, "praise", "calm"),
            NoteCoaching(agent, "pace", follow_up_ms=SURGE + 2 * DAY),
        ]


async def test_an_agent_without_a_flag_has_none_to_deal_with(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, picture):
        praised = picture.flags[2].agent_id
        pilot.app.screen.query_one("#agents", AgentsPane).select(praised)
        await pilot.press("x")
        await until(pilot, lambda: "No open flag of this agent" in said(pilot), "told")
        assert not desk.ordered


def test_times_ahead() -> None:
    assert read_ahead("11:30", SURGE, ZONE) == at(11, 30)
    assert read_ahead(" +30m ", SURGE, ZONE) == SURGE + 30 * MINUTE
    assert read_ahead("2d", SURGE, ZONE) == SURGE + 2 * DAY
    assert read_ahead("2026-11-23", SURGE, ZONE) == at(9) + 3 * DAY
    for text in ("tomorrow 10:00", "Tomorrow 10", "+1d 10:00", "1d 1000", "11-21 10:00", "明天 10:00", "明天10:00"):
        assert read_ahead(text, SURGE, ZONE) == at(10) + DAY, text
    assert read_ahead("today 11:30", SURGE, ZONE) == at(11, 30)
    assert read_ahead("后天", SURGE, ZONE) == at(9) + 2 * DAY, "a day alone is its morning"
    assert read_ahead("01-02 10:00", SURGE, ZONE) == read_ahead("2027-01-02 10:00", SURGE, ZONE), "the next one"
    for text in ("02-30 10:00", "13-01", "tomorrow 25:00", "tomorrow noon", "today 09:00", "999d 99", "0d"):
        with pytest.raises(PromptError, match="ahead"):
            read_ahead(text, SURGE, ZONE)
    for text in ("", "soon", "-5m", "10:46", "2026-11-19", "9999999d", "+0m"):
        with pytest.raises(PromptError, match="ahead"):
            read_ahead(text, SURGE, ZONE)


def test_two_days_later_is_the_same_time_of_day_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = read_ahead("2026-10-24 10:00", 0, berlin)
    assert read_ahead("+1d", before, berlin) == before + DAY + 60 * MINUTE


async def test_the_step_of_a_break_goes_on_to_the_breaks_window(played: Path) -> None:
    async with people_floor(played) as (pilot, desk, picture):
        await pilot.press("x", "2")
        agent = picture.flags[0].agent
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen) and len(desk.ordered) == 1, "asked")
        assert desk.ordered == [ChangeFlag(42, step="offer_break", owner="zhanglei")]
        await asked(pilot, agent)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ChooserScreen), "left")
        assert len(desk.ordered) == 1
