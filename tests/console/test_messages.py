"""What is said of an act stands whole: no pane's edge runs behind a message, where a wide character would be lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.acting import acting_floor
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, shows, until

pytestmark = pytest.mark.anyio

SAID = "周俊杰陈晓王小明李娜刘雨桐黄慧谢超杨子墨何秋月袁辉"


@pytest.mark.parametrize("size", [NARROW, MEDIUM, WIDE])
@pytest.mark.parametrize("keys", [(), ("enter",), ("W",), ("R",), ("1", "enter")])
async def test_a_message_in_wide_characters_is_whole(
    played: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with acting_floor(played, size) as (pilot, _):
        app = app_of(pilot)
        await pilot.press(*keys)
        for shift in ("", "."):  # on even and on odd columns
            app.screen.notify(shift + SAID[:20], markup=False)
            await until(pilot, lambda shift=shift: shows(app, shift + SAID[:20]), "whole")  # type: ignore[misc]
