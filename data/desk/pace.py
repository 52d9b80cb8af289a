"""How fast somebody may be refused: every refusal is audited, and nobody is to fill the disk with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

FREE = 1_000
"""So many refusals of a user are answered at once."""
EACH_S = 1.0
"""Beyond those, so much time passes for each before the user's next line is read."""
LONGEST_S = 60.0


class Pace:
    """Counts the refusals of each user; they are forgotten at the pace at which more are taken."""

    def __init__(self, now_s: Callable[[], float] | None = None) -> None:
        """Count by the loop's clock unless another one is given."""
        self._now_s = now_s or (lambda: asyncio.get_running_loop().time())
        self._counts: dict[int, tuple[float, float]] = {}

    def refused(self, uid: int) -> None:
        """Count a refusal."""
        now_s = self._now_s()
        self._counts[uid] = (self._count(uid, now_s) + 1, now_s)

    def pause_s(self, uid: int) -> float:
        """Return how long a user's next line is to wait."""
        return min(LONGEST_S, max(0.0, (self._count(uid, self._now_s()) - FREE) * EACH_S))

    async def wait(self, uid: int) -> None:
        """Let the time pass that a user's next line is to wait."""
        if pause_s := self.pause_s(uid):
            await asyncio.sleep(pause_s)

    def _count(self, uid: int, now_s: float) -> float:
        count, at_s = self._counts.get(uid, (0.0, now_s))
        return max(0.0, count - (now_s - at_s) / EACH_S)
