"""What the screen says before there is anything to show, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from console.app import FloorApp
from console.options import Options
from data.store.writer import Writer
from widgets.pane import Pane


def said(store: Path, hindrance: Callable[[], str] | None, want: str) -> str:
    """Return what the agents' pane says once it says `want`, or at the deadline."""

    async def go() -> str:
        app = FloorApp(Options(store, hindrance=hindrance))
        async with app.run_test(size=(120, 36)) as pilot:
            end = monotonic() + 10
            while want not in (text := app.screen.query_one("#agents", Pane)._message()):
                if monotonic() > end:
                    break
                await pilot.pause()
            return text

    return asyncio.run(go())


def empty(store: Path) -> Path:
    with Writer(store) as writer:
        writer.known("simulator")
    return store


def test_a_poller_that_has_not_written_yet_is_waited_for(tmp_path: Path) -> None:
    want = "Waiting for the first picture"
    assert want in said(empty(tmp_path / "s.sqlite"), lambda: "", want)
    assert want in said(tmp_path / "none.sqlite", lambda: "", want)


def test_a_poller_that_ended_says_why(tmp_path: Path) -> None:
    assert said(empty(tmp_path / "s.sqlite"), lambda: "the password is wrong", "password") == "the password is wrong"


def test_without_a_poller_nothing_is_promised(tmp_path: Path) -> None:
    assert "Nothing was measured" in said(empty(tmp_path / "s.sqlite"), None, "Nothing was measured")
