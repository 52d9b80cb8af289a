"""Who is shown what was noted of people: by the desk's word, and without a desk only the owner of the file."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import FloorApp
from console.feed import Wish
from console.options import Options
from data.desk.wire import socket_of
from data.model.days import MINUTE
from data.model.people import Role
from data.model.picture import FlagRow, Picture
from data.store.reader import Reader
from tests.console.acting import NotingDesk, standing
from tests.console.floor_pilot import past, shows, until
from tests.console.floor_store import SURGE, ZONE

pytestmark = pytest.mark.anyio

SECRET = "says tired"


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch, played: Path) -> Path:
    """The played store, as somebody reads it who does not own it."""
    owner = played.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 4711)
    return played


@asynccontextmanager
async def flagged(options: Options, role: Role | None) -> AsyncIterator[tuple[Pilot[None], FloorApp, NotingDesk]]:
    """Run the app on a floor with an urgent flag and a praise, before a desk that takes us for a role."""
    app = FloorApp(options)
    desk = NotingDesk(None if role is None else standing(role))
    app.desk = desk  # type: ignore[assignment]
    plain = app.feed._picture_of

    def with_flags(reader: Reader, wish: Wish) -> Picture:
        picture = plain(reader, wish)
        agent = picture.agents[0]._replace(flags=1, urgent=1, praise=1)
        seen = FlagRow(1, agent.id, agent.name, "tired", "", "Liu Min", SURGE - MINUTE, None, 3)
        flags = (seen, seen._replace(id=2, kind="praise", severity=0))
        return picture._replace(flags=flags, agents=(agent, *picture.agents[1:]))

    app.feed._picture_of = with_flags  # type: ignore[method-assign]
    async with app.run_test(size=(200, 50), notifications=True) as pilot:
        await until(pilot, lambda: app.seen is not None and app.seen.picture is not None, "a picture")
        yield pilot, app, desk


def live(store: Path) -> Options:
    return Options(store, ZONE, live=True, now=lambda: SURGE, site="Day shift")


def kinds(app: FloorApp) -> set[str]:
    picture = app.seen.picture if app.seen else None
    return {flag.kind for flag in picture.flags} if picture else set()


@pytest.mark.parametrize("replayed", [False, True])
async def test_a_viewer_sees_praise_only_live_and_in_a_replay(played: Path, replayed: bool) -> None:
    options = past(played) if replayed else live(played)
    async with flagged(options, Role.VIEWER) as (pilot, app, _):
        await until(pilot, lambda: app.look.discreet and kinds(app) == {"praise"}, "kept back")
        assert app.seen is not None and app.seen.picture is not None
        assert not any(agent.flags or agent.urgent for agent in app.seen.picture.agents)
        await until(pilot, lambda: shows(app, "★") and not shows(app, SECRET) and not shows(app, "⚑"), "drawn")


@pytest.mark.parametrize("replayed", [False, True])
async def test_who_leads_is_shown_all_even_of_anothers_file(others: Path, replayed: bool) -> None:
    options = past(others) if replayed else live(others)
    async with flagged(options, Role.LEAD) as (pilot, app, _):
        await until(pilot, lambda: kinds(app) == {"tired", "praise"} and shows(app, SECRET), "shown")


async def test_a_replay_without_a_desk_tells_the_owner_alone(played: Path) -> None:
    async with flagged(past(played), None) as (pilot, app, _):
        await until(pilot, lambda: shows(app, SECRET), "shown to the owner")


async def test_a_replay_of_anothers_file_without_a_desk_tells_of_nobody(others: Path) -> None:
    async with flagged(past(others), None) as (pilot, app, _):
        await until(pilot, lambda: app._asked_desk_ms >= 0 and kinds(app) == {"praise"}, "kept back")
        assert app.look.discreet and not shows(app, SECRET)


def test_before_the_desk_has_answered_nothing_is_told(played: Path) -> None:
    assert not FloorApp(past(played)).look.discreet, "one's own file, and no desk"
    socket = socket_of(played)
    socket.touch()
    try:
        assert FloorApp(live(played)).look.discreet
    finally:
        socket.unlink()


async def test_a_role_that_is_taken_away_takes_what_it_showed_from_the_screen(others: Path) -> None:
    async with flagged(live(others), Role.LEAD) as (pilot, app, _):
        await until(pilot, lambda: shows(app, SECRET), "shown")
        app.set_standing(None)
        assert not app.look.discreet, "a desk that is away for a while takes nothing away"
        app.set_standing(standing(Role.VIEWER))
        assert kinds(app) == {"praise"}
        await until(pilot, lambda: not shows(app, SECRET), "gone")
