"""Driving the app without a terminal: start it on a store, wait for what it shows, read its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from textual.pilot import Pilot

from console.app import FloorApp
from console.locale import Language
from console.options import Options
from tests.console.floor_store import SURGE, ZONE

DEADLINE_S = 15.0
NARROW, MEDIUM, WIDE = (80, 24), (120, 36), (200, 50)


def past(store: Path, language: Language = "en", moment_ms: int = SURGE, **more: Any) -> Options:  # noqa: ANN401
    """Return options that show a store's past, standing."""
    return Options(store, ZONE, live=False, moment_ms=moment_ms, language=language, site="Day shift", **more)


def text_of(app: FloorApp) -> list[str]:
    """Return the lines of the screen as they would stand in the terminal."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def shows(app: FloorApp, *texts: str) -> bool:
    """Tell whether all of these stand on the screen."""
    screen = "\n".join(text_of(app))
    return all(text in screen for text in texts)


async def until(pilot: Pilot[None], reached: Callable[[], object], what: str) -> None:
    """Wait for a state, at most until the deadline."""
    end = monotonic() + DEADLINE_S
    while not reached():
        assert monotonic() < end, f"never {what}:\n" + "\n".join(text_of(app_of(pilot)))
        await pilot.pause(0.005)
    await pilot.pause()


def app_of(pilot: Pilot[None]) -> FloorApp:
    """Return the app that a pilot drives."""
    app = pilot.app
    assert isinstance(app, FloorApp)
    return app


def is_settled(app: FloorApp) -> bool:
    """Tell whether the screen shows an answer for the clock's moment, with all that was wished for."""
    seen = app.seen
    if seen is None or seen.wish.moment_ms != app.clock.moment():
        return False
    wanted = getattr(app.screen, "subject", None)
    return bool(seen.error) or (seen.strip is not None and seen.wish.detail == wanted)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until a clock that stands has its picture on the screen."""
    await until(pilot, lambda: is_settled(app_of(pilot)), "settled")


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and wait for what they bring, the clock standing."""
    await pilot.press(*keys)
    await settled(pilot)


@asynccontextmanager
async def floor(options: Options, size: tuple[int, int] = MEDIUM) -> AsyncIterator[Pilot[None]]:
    """Run the app on a screen of a size; a standing one has settled."""
    app = FloorApp(options)
    async with app.run_test(size=size, notifications=True) as pilot:
        if app.clock.mode == "paused":
            await settled(pilot)
        yield pilot
