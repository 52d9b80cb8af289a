"""A screen on which people act: a live floor that stands at the played day's surge, and a desk that takes note."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from console.app import FloorApp
from console.desk import DeskError
from console.options import Options
from data.model.people import Answer, Request, Role, Standing
from tests.console.floor_pilot import MEDIUM, until
from tests.console.floor_store import SURGE, ZONE

ALL_PHONES = ("pause", "sign_in", "penalty", "listen", "redirect", "hang_up", "end_wrap_up")


class NotingDesk:
    """Says yes to all that is ordered, or `answer`, and keeps it; without a `standing` there is no desk."""

    def __init__(self, standing: Standing | None, answer: Answer | None = None) -> None:
        self.standing = standing
        self.answer = answer
        self.ordered: list[Request] = []
        self.open = asyncio.Event()
        """Cleared while the desk takes its time."""
        self.open.set()

    async def greet(self) -> Standing:
        if self.standing is None:
            raise DeskError("there is no desk: no poller takes acts for this store")
        return self.standing

    async def order(self, request: Request, key: str = "") -> Answer:
        if self.standing is None:
            raise DeskError("there is no desk: no poller takes acts for this store")
        await self.open.wait()
        self.ordered.append(request)
        return self.answer or Answer(True, "done", len(self.ordered))

    async def aclose(self) -> None:
        pass


def standing(role: Role = Role.SUPERVISOR, teams: tuple[str, ...] = ()) -> Standing:
    """Return somebody who may what a role may, on phones that can do everything."""
    return Standing("zhanglei", role, teams, (("simulator", ALL_PHONES),))


@asynccontextmanager
async def acting_floor(
    store: Path,
    size: tuple[int, int] = MEDIUM,
    *,
    role: Role | None = Role.SUPERVISOR,
    answer: Answer | None = None,
    moment_ms: int = SURGE,
    **more: Any,  # noqa: ANN401 (fields of Options)
) -> AsyncIterator[tuple[Pilot[None], NotingDesk]]:
    """Run the app live at a moment that stands, with a desk that takes us for `role` (None: no desk)."""
    app = FloorApp(Options(store, ZONE, live=True, now=lambda: moment_ms, site="Day shift", **more))
    desk = NotingDesk(None if role is None else standing(role), answer)
    app.desk = desk  # type: ignore[assignment]
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.seen is not None and app.seen.picture is not None, "a picture")
        if role is not None:
            await until(pilot, lambda: app.standing is not None, "known at the desk")
        yield pilot, desk
