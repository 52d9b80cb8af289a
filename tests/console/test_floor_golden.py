"""What the whole screen says, as plain text: `FLOORWALK_GOLDEN=update` writes the files anew.

Look at what changed before committing it: these files are the screens as people see them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from console.app import FloorApp
from console.locale import Language
from console.options import Options
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, floor, past, press, settled, text_of
from tests.console.floor_store import at

pytestmark = pytest.mark.anyio

GOLDEN = Path(__file__).parent / "golden"
LOOKS = ("en", "zh", pytest.param("ascii", marks=pytest.mark.slow))
TABS = ("queues", "agents", "breaks", "flags", "checklist")
CUT_NUMBER = re.compile(r"(?<![^\W\d])\d+[:.,]?[…~](?!\d)")
"""A number with its end cut off; `A1…` is part of a name."""


def looking(store: Path, look: str) -> Options:
    language: Language = "zh" if look == "zh" else "en"
    return past(store, language, ascii=look == "ascii")


def hold(pilot: Pilot[None], name: str, look: str) -> None:
    """Compare the screen with its golden file, and hold it to what is true of all screens."""
    app = app_of(pilot)
    lines = text_of(app)
    width, height = app.size
    assert len(lines) == height
    assert {cell_len(line) for line in lines} == {width}
    cut = [line for line in lines if CUT_NUMBER.search(line)]
    assert not cut, f"a number is cut: {cut}"
    if look == "ascii":
        foreign = {
            char for line in lines for char in line if not char.isascii() and not char.isalpha() and cell_len(char) == 1
        }
        assert not foreign, "only people's names may be other than ASCII"
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    file = GOLDEN / f"{name}.{look}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("look", LOOKS)
async def test_narrow_tabs_help_and_why(played: Path, look: str) -> None:
    async with floor(looking(played, look), NARROW) as pilot:
        for index, name in enumerate(TABS):
            await press(pilot, str(index + 1))
            hold(pilot, f"80x24_{name}", look)
        await press(pilot, "m")
        hold(pilot, "80x24_map", look)
        await pilot.press("question_mark")
        await pilot.pause()
        hold(pilot, "80x24_help", look)
        await press(pilot, "escape")
        await press(pilot, "w")
        hold(pilot, "80x24_why", look)


@pytest.mark.parametrize("look", LOOKS)
async def test_narrow_details(played: Path, look: str) -> None:
    async with floor(looking(played, look), NARROW) as pilot:
        await press(pilot, "1", "enter")
        hold(pilot, "80x24_queue", look)
        await press(pilot, "escape")
        await press(pilot, "2", "enter")
        hold(pilot, "80x24_agent", look)


@pytest.mark.parametrize("look", LOOKS)
async def test_medium(played: Path, look: str) -> None:
    async with floor(looking(played, look), MEDIUM) as pilot:
        hold(pilot, "120x36", look)
        await press(pilot, "m")
        hold(pilot, "120x36_map", look)
        await press(pilot, "m", "u")
        hold(pilot, "120x36_teams", look)
        await press(pilot, "enter")
        hold(pilot, "120x36_agent", look)
        await press(pilot, "escape")
        await pilot.press("slash", *"7")
        await pilot.pause()
        hold(pilot, "120x36_filter", look)
        await pilot.press("escape")
        await pilot.press("question_mark")
        await pilot.pause()
        hold(pilot, "120x36_help", look)


@pytest.mark.parametrize("look", LOOKS)
async def test_wide(played: Path, look: str) -> None:
    async with floor(looking(played, look), WIDE) as pilot:
        hold(pilot, "200x50", look)
        await press(pilot, "1", "enter")
        hold(pilot, "200x50_queue", look)


@pytest.mark.parametrize("look", LOOKS)
async def test_when_there_is_nothing(
    quiet: Path, bare: Path, stores: Path, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    async with floor(looking(quiet, look), MEDIUM) as pilot:
        hold(pilot, "120x36_quiet", look)
    async with floor(looking(bare, look), NARROW) as pilot:
        hold(pilot, "80x24_bare", look)
    (stores / "folder").mkdir(exist_ok=True)
    monkeypatch.chdir(stores)  # a short path that is the same on every machine
    for name in ("folder", "nothing"):
        async with floor(looking(Path(name), look), NARROW) as pilot:
            hold(pilot, f"80x24_{name}", look)


async def test_before_the_day_and_after_it(played: Path) -> None:
    options = past(played, moment_ms=at(3, 10))
    async with floor(options, NARROW) as pilot:
        hold(pilot, "80x24_night", "en")


# -------------------------------------------------------- a few with their colours

Compare = Callable[..., bool]


async def at_rest(pilot: Pilot[None]) -> None:
    await settled(pilot)


async def running(pilot: Pilot[None]) -> None:
    await settled(pilot)
    await press(pilot, "greater_than_sign", "greater_than_sign")


def test_dark(played: Path, snap_compare: Compare) -> None:
    assert snap_compare(FloorApp(past(played)), terminal_size=MEDIUM, run_before=at_rest)


def test_replay_in_chinese(played: Path, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.app._ticks_ms", lambda: 0)  # it runs, but no time goes by
    assert snap_compare(FloorApp(past(played, "zh")), terminal_size=MEDIUM, run_before=running)


def test_narrow(played: Path, snap_compare: Compare) -> None:
    assert snap_compare(FloorApp(past(played)), terminal_size=NARROW, run_before=at_rest)
