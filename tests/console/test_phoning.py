"""Acts on phones from the screen: what is offered to whom, what is asked first, and what is ordered."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from console.acting.phoning import choices_of, situation_of, why_not
from console.app import FloorApp
from console.screens.chooser import ChooserScreen
from console.screens.confirm import ConfirmScreen
from data.model.acts import Ear
from data.model.people import (
    Answer,
    EndWrapUp,
    ListenIn,
    MoveAgent,
    PauseAgent,
    Refusal,
    Role,
    SignOutAgent,
    StopListeningIn,
    UnpauseAgent,
)
from data.model.picture import AgentRow, ListeningRow, Picture
from data.model.words import SIGNED_IN, State
from tests.console.acting import ALL_PHONES, acting_floor
from tests.console.floor_pilot import NARROW, app_of, shows, until
from tests.console.strained import strained
from tests.widgets.floor_picture import NOW, floor_picture
from tests.widgets.gallery import make_look
from widgets.agents import AgentsPane

__all__ = ["strained"]
pytestmark = pytest.mark.anyio
LOOK = make_look()


# ------------------------------------------------------------------ what is offered


def _picture() -> Picture:
    picture = floor_picture()
    return picture._replace(
        agents=tuple(agent._replace(source="pbx") for agent in picture.agents),
        queues=tuple(queue._replace(source="pbx") for queue in picture.queues),
    )


def _offered(
    state: State, can: tuple[str, ...] = ALL_PHONES, role: Role = Role.SUPERVISOR, source: str = "pbx"
) -> set[str]:
    picture = _picture()
    agent = picture.agents[0]._replace(state=state, reason="", source=source)
    situation = situation_of(agent, picture, {"pbx": can}, role, NOW)
    choices = choices_of(situation, LOOK)
    keys = [choice.key for choice in choices]
    assert len(keys) == len(set(keys)) and not set(keys) & set("jk"), "every choice has a key of its own"
    return {"pause" if choice.key.isdigit() else choice.key for choice in choices}


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.AVAILABLE, {"pause", "m", "o"}),
        (State.RINGING, {"pause", "m", "o"}),
        (State.TALKING, {"pause", "l", "w", "b", "m", "o"}),
        (State.HOLD, {"pause", "l", "w", "b", "m", "o"}),
        (State.WRAP_UP, {"e", "pause", "m", "o"}),
        (State.NOT_READY, {"u", "m", "o"}),
        (State.OFFLINE, set()),
        (State.UNKNOWN, set()),
    ],
)
def test_what_is_offered_goes_by_the_agents_state(state: State, offered: set[str]) -> None:
    assert _offered(state) == offered


@pytest.mark.parametrize(
    ("can", "offered"),
    [
        ((), set()),
        (("pause",), {"pause"}),
        (("listen",), {"l", "w", "b"}),
        (("sign_in",), {"m", "o"}),
        (("end_wrap_up", "penalty", "redirect", "hang_up"), set()),
    ],
)
def test_what_the_source_cannot_is_not_offered(can: tuple[str, ...], offered: set[str]) -> None:
    assert _offered(State.TALKING, can) == offered


def test_another_sources_abilities_are_not_the_agents() -> None:
    assert not _offered(State.TALKING, source="other")


def test_a_lead_is_told_what_takes_a_supervisor() -> None:
    assert _offered(State.TALKING, role=Role.LEAD) == {"pause"}
    picture = _picture()
    said = why_not(situation_of(picture.agents[0], picture, {"pbx": ALL_PHONES}, Role.LEAD, NOW), LOOK)
    assert said == ["Listening, moving and signing out take the role supervisor; you have lead."]
    assert not why_not(situation_of(picture.agents[0], picture, {"pbx": ("pause",)}, Role.LEAD, NOW), LOOK)


def test_a_stuck_wrap_up_stands_out_and_comes_first() -> None:
    picture = _picture()
    agent = picture.agents[0]._replace(state=State.WRAP_UP)
    for minutes, tone in ((0, "text"), (6, "level-warn")):
        late = agent._replace(since_ms=NOW - minutes * 60_000)
        first = choices_of(situation_of(late, picture, {"pbx": ALL_PHONES}, Role.LEAD, NOW), LOOK)[0]
        assert (first.key, first.tone) == ("e", tone)


def test_protected_reasons_are_offered_without_a_limit() -> None:
    picture = _picture()
    agent = picture.agents[0]._replace(state=State.AVAILABLE)
    choices = choices_of(situation_of(agent, picture, {"pbx": ("pause",)}, Role.LEAD, NOW), LOOK)
    hints = {choice.value.reason: choice.hint for choice in choices if isinstance(choice.value, PauseAgent)}
    assert hints["rest"] == "10:00" and hints["restroom"] == hints["medical"] == hints["system_fault"] == ""


def test_a_listening_that_has_ended_is_not_shown() -> None:
    picture = _picture()
    ear = ListeningRow(4, picture.agents[0].id, "liumin", Ear.LISTEN, "new", NOW - 1000, NOW)
    assert not situation_of(picture.agents[0], picture._replace(listening=(ear,)), {}, Role.ADMIN, NOW).listening


# ------------------------------------------------------------------ what is asked and ordered


def said(pilot: Pilot[None]) -> str:
    return "\n".join(note.message for note in app_of(pilot)._notifications)


def _put(app: FloorApp, *states: State) -> AgentRow:
    """Put the cursor on the first agent in one of some states."""
    assert app.seen is not None and app.seen.picture is not None
    agent = next(agent for agent in app.seen.picture.agents if agent.state in states)
    assert app.screen.query_one("#agents", AgentsPane).select(agent.id)
    return agent


async def _press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each once the window that the one before opened is there."""
    app = app_of(pilot)
    for key in keys:
        before = app.screen
        await pilot.press(key)
        await until(pilot, lambda before=before: app.screen is not before, f"gone on after {key}")  # type: ignore[misc]


async def test_a_pause_takes_two_keys(played: Path) -> None:
    async with acting_floor(played, NARROW, role=Role.LEAD, answer=Answer(True, "simulator: paused")) as (pilot, desk):
        agent = _put(app_of(pilot), State.AVAILABLE)
        await _press(pilot, "p", "3")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [PauseAgent(agent.id, "restroom")]
        await until(pilot, lambda: "simulator: paused" in said(pilot), "answered")
        assert "is paused" not in said(pilot) and "in hand" not in said(pilot), "told once"


async def test_a_pause_that_will_not_show_yet_says_so(played: Path) -> None:
    async with acting_floor(played, NARROW, role=Role.LEAD, answer=Answer(True, "simulator: paused")) as (pilot, desk):
        agent = _put(app_of(pilot), State.TALKING)
        await _press(pilot, "p", "1")
        await until(pilot, lambda: "It takes effect after the contact in hand." in said(pilot), "told")
        assert desk.ordered == [PauseAgent(agent.id, "rest")]


async def test_a_pause_is_ended(played: Path) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        agent = _put(app_of(pilot), State.NOT_READY)
        await _press(pilot, "p", "u")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [UnpauseAgent(agent.id)]


async def test_a_sign_out_names_the_person_and_the_queues_and_waits_for_a_yes(played: Path) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        agent = _put(app, State.AVAILABLE)
        await _press(pilot, "p", "o")
        assert shows(app, f"Sign {agent.name} out of", "No calls reach them until they sign in again.")
        assert all(shows(app, queue) for queue in agent.queues)
        await _press(pilot, "escape")
        assert not desk.ordered
        await _press(pilot, "p", "o", "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [SignOutAgent(agent.id)]


async def test_a_wrap_up_is_ended_after_a_yes(played: Path) -> None:
    async with acting_floor(played, NARROW, role=Role.LEAD) as (pilot, desk):
        agent = _put(app_of(pilot), State.WRAP_UP)
        await _press(pilot, "p", "e")
        assert shows(app_of(pilot), f"End the wrap-up of {agent.name}")
        await _press(pilot, "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [EndWrapUp(agent.id)]


async def test_listening_needs_a_phone_once_and_a_reason_each_time(played: Path) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        agent = _put(app, State.TALKING)
        await _press(pilot, "p", "l")
        assert shows(app, f"Listen to {agent.name}", "neither hears you", "15 minutes")
        await pilot.press("enter", *"new", "enter")
        assert isinstance(app.screen, ConfirmScreen) and shows(app, "Missing: Your own phone") and not desk.ordered
        await pilot.press(*"PJSIP", "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [ListenIn(agent.id, "PJSIP", "new", Ear.LISTEN)]
        await _press(pilot, "p", "w")
        assert [field.value for field in app.screen.query(Input)] == ["", "PJSIP"]
        assert shows(app, "It is heard on PJSIP.")
        await pilot.press(*"help", "enter")
        await until(pilot, lambda: len(desk.ordered) == 2, "ordered")
        assert desk.ordered[1] == ListenIn(agent.id, "PJSIP", "help", Ear.WHISPER)


async def test_the_phone_may_be_said_before(played: Path) -> None:
    async with acting_floor(played, NARROW, phone="SIP/9") as (pilot, desk):
        agent = _put(app_of(pilot), State.TALKING)
        await _press(pilot, "p", "b")
        await pilot.press(*"hard", "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [ListenIn(agent.id, "SIP/9", "hard", Ear.BARGE)]


async def test_who_else_listens_is_shown_and_can_be_ended(played: Path, strained: None) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        assert app.seen is not None and app.seen.picture is not None
        ear = app.seen.picture.listening[0]
        assert app.screen.query_one("#agents", AgentsPane).select(ear.agent_id)
        await _press(pilot, "p")
        assert shows(app, "liumin: listen since", "new to billing")
        await _press(pilot, "x")
        assert shows(app, "liumin hears the call no longer.")
        await _press(pilot, "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [StopListeningIn(ear.id)]


@pytest.mark.parametrize("instead", [True, False])
async def test_an_agent_is_moved_to_a_queue_instead_of_one_or_besides(played: Path, instead: bool) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        agent = _put(app, State.AVAILABLE)
        assert app.seen is not None and app.seen.picture is not None
        queues = {queue.name: queue for queue in app.seen.picture.queues}
        free = [queue for queue in queues.values() if queue.name not in agent.queues]
        target = max(free, key=lambda queue: queue.waiting)
        served = [queue for queue in queues.values() if queue.name in agent.queues]
        await _press(pilot, "p", "m")
        assert shows(app, target.name) and not any(shows(app, f"  {queue.name}") for queue in served)
        await _press(pilot, "1", "1" if instead else str(len(served) + 1))
        assert shows(app, f"Move {agent.name} to {target.name}")
        await _press(pilot, "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [MoveAgent(agent.id, target.id, served[0].id if instead else None)]


async def test_where_nothing_is_possible_the_window_says_why(played: Path) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        assert app.standing is not None
        app.standing = app.standing._replace(abilities=())
        _put(app, *SIGNED_IN)
        await _press(pilot, "p")
        assert shows(app, "simulator takes no acts on phones.")
        await _press(pilot, "enter")
        assert not desk.ordered


async def test_a_refusal_of_the_system_is_said(played: Path) -> None:
    refused = Answer(False, "simulator: no such interface", refusal=Refusal.CANNOT)
    async with acting_floor(played, NARROW, answer=refused) as (pilot, _):
        agent = _put(app_of(pilot), State.AVAILABLE)
        await _press(pilot, "p", "1")
        await until(pilot, lambda: "no such interface" in said(pilot), "told")
        assert f"{agent.name} is paused" not in said(pilot)


async def test_of_several_who_listen_one_is_chosen(played: Path, strained: None) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        app = app_of(pilot)
        assert app.seen is not None and app.seen.picture is not None
        first = app.seen.picture.listening[0]
        second = first._replace(id=9, listener="zhaoyan", reason="asked to")
        app.seen.picture = app.seen.picture._replace(listening=(first, second))
        assert app.screen.query_one("#agents", AgentsPane).select(first.agent_id)
        await _press(pilot, "p")
        assert shows(app, "+1 liumin: listen since", "end what liumin, zhaoyan hears", "Esc: back")
        await _press(pilot, "x", "2")
        assert shows(app, "zhaoyan hears the call no longer.")
        await _press(pilot, "enter")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [StopListeningIn(9)]


async def test_the_longest_window_fits_the_smallest_screen(played: Path) -> None:
    async with acting_floor(played, NARROW) as (pilot, desk):
        _put(app_of(pilot), State.TALKING)
        await _press(pilot, "p")
        assert isinstance(app_of(pilot).screen, ChooserScreen) and not desk.ordered
        assert shows(app_of(pilot), "pause: rest", "join the call", "sign out of all queues", "Esc: back")
