"""Keeping what is usual for each agent: when a day begins, its baselines are written, a few agents at a time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from data.model.days import Window
from data.store.baselines import days_touched, without_baseline, write_baselines
from data.store.files import StoreError
from data.store.writer import Writer

STEP_S = 1.0
"""The pause between two steps while there are agents to do."""
IDLE_S = 20.0
"""The pause until it is looked again whether a day has begun, or after the store took nothing."""
BUDGET_S = 0.02
"""A step begins with no further agent after so long: no poll is late for it."""


class UsualKeeper:
    """Writes the baselines of the day that the newest measured moment lies in."""

    def __init__(self, writer: Writer, zone: ZoneInfo) -> None:
        """Write through `writer`; `zone` says when days begin."""
        self._writer = writer
        self._zone = zone
        self._drawn_from: Window | None = None
        self._left: deque[int] = deque()

    def step(self, budget_s: float = BUDGET_S) -> bool:
        """Write the baselines of some agents; return whether there are more to do. Raises StoreError."""
        with self._writer.transaction() as connection:
            (now_ms,) = connection.execute("SELECT max(until_ms) FROM coverage").fetchone()
            if now_ms is None:
                return False
            (drawn_from,) = days_touched(Window(now_ms, now_ms + 1), self._zone)
            if drawn_from != self._drawn_from:
                self._left = deque(without_baseline(connection, drawn_from))
                self._drawn_from = drawn_from
            enough = time.monotonic() + budget_s
            while self._left:
                write_baselines(connection, [self._left.popleft()], [drawn_from])
                if time.monotonic() >= enough:
                    break
        return bool(self._left)

    async def run(self) -> None:
        """Go on until cancelled. What the store does not take is tried again: the pollers tell of its trouble."""
        while True:
            try:
                busy = self.step()
            except StoreError:
                self._drawn_from, busy = None, False
            await asyncio.sleep(STEP_S if busy else IDLE_S)


@asynccontextmanager
async def kept(writer: Writer, zone: str = "") -> AsyncIterator[None]:
    """Keep baselines while the block lasts; `zone` is the site's by its key, "": as the store knows it, else UTC."""
    with writer.transaction() as connection:
        said = connection.execute("SELECT value FROM site WHERE key = 'zone'").fetchone()
    task = asyncio.create_task(UsualKeeper(writer, ZoneInfo(zone or (said[0] if said else "UTC"))).run())
    try:
        yield
    finally:
        task.cancel()
