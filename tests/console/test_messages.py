"""What is said of an act stands whole: no pane's edge runs behind a message, where a wide character would be lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.acting import acting_floor
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, shows, until

pytestmark = pytest.mark.anyio

SAID = "周俊杰陈晓王小明李娜刘雨桐黄慧谢超杨子墨何秋月袁辉"


@pytest.mark.parametrize("size", [NARROW, MEDIUM, WIDE])
async def test_a_message_in_wide_characters_is_whole(played: Path, size: tuple[int, int]) -> None:
    async with acting_floor(played, size) as (pilot, _):
        app = app_of(pilot)
        below = app.screen
        for keys in ((), ("enter",), ("W",), ("R",), ("1", "enter")):
            await pilot.press(*keys)
            assert (app.screen is below) == (not keys)
            for shift in ("", "."):  # on even and on odd columns
                app.clear_notifications()
                await until(pilot, lambda: not shows(app, SAID[:20]), "gone")
                app.screen.notify(shift + SAID[:20], markup=False)
                await until(pilot, lambda shift=shift: shows(app, shift + SAID[:20]), "whole")  # type: ignore[misc]
            if keys:
                await pilot.press("escape")
            assert app.screen is below
