"""What the screen says before there is anything to show, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic, time_ns

from console.app import FloorApp
from console.options import Options
from data.model.observation import Observation, SignedIn
from data.recorder import record
from data.store.boot import boot_id, boot_ms
from data.store.writer import Beat, Writer
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


def refused(store: Path) -> Path:
    """A store whose poller never got an answer, and says so."""
    with Writer(store) as writer:
        now, boot = time_ns() // 1_000_000, boot_ms()
        beat = Beat(now, boot, boot, 1_000, 1, "http://pbx does not let floorwalk in: [/nope]", boot_id())
        writer.beat(writer.known("pbx").source_id, beat)
    return store


def test_a_poller_that_never_got_an_answer_says_why(tmp_path: Path) -> None:
    want = "does not let floorwalk in: [/nope]"
    for hindrance in (lambda: "", None):
        assert want in said(refused(tmp_path / "s.sqlite"), hindrance, want)
    assert said(refused(tmp_path / "s.sqlite"), lambda: "its last words", "last") == "its last words"


def test_one_source_that_never_answered_hides_no_other(tmp_path: Path) -> None:
    store = refused(tmp_path / "s.sqlite")
    now = time_ns() // 1_000_000
    with Writer(store) as writer:
        known, rows = record(
            writer.known("other"), Observation("other", now - 5_000, now, [SignedIn(now - 5_000, "Ann", "q")])
        )
        writer.write(rows)
        boot = boot_ms()
        writer.beat(known.source_id, Beat(now, boot, boot, 1_000, 1, "", boot_id()))

    async def go() -> None:
        app = FloorApp(Options(store, hindrance=lambda: ""))
        async with app.run_test(size=(120, 36)) as pilot:
            pane, end, answers = app.screen.query_one("#agents", Pane), monotonic() + 10, [app.seen]
            while len(answers) < 3:
                assert monotonic() < end, "no more answers"
                await pilot.pause()
                if app.seen is not answers[-1]:
                    answers.append(app.seen)
                    assert pane._message() == ""

    asyncio.run(go())
