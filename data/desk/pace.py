"""How fast somebody is heard: nobody is to keep the others waiting, nor to fill the disk with audited refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

FREE = 1_000
"""So many refusals of a user are answered at once."""
EACH_S = 1.0
"""Beyond those, so much time passes for each before the user's next line is read."""
FREE_LINES = 1_000
"""So many lines of a user are heard at once, whatever they say and over whichever connections."""
EACH_LINE_S = 0.01
"""Beyond those, one is heard in so much time."""
LONGEST_S = 60.0


class Pace:
    """Counts the lines of each user, and their refusals; both are forgotten at the pace at which more are taken."""

    def __init__(self, now_s: Callable[[], float] | None = None) -> None:
        """Count by the loop's clock unless another one is given."""
        self._now_s = now_s or (lambda: asyncio.get_running_loop().time())
        self._refusals = _Counts(FREE, EACH_S)
        self._lines = _Counts(FREE_LINES, EACH_LINE_S)

    def refused(self, uid: int) -> None:
        """Count a refusal."""
        self._refusals.add(uid, self._now_s())

    def heard(self, uid: int) -> None:
        """Count a line that came."""
        self._lines.add(uid, self._now_s())

    def pause_s(self, uid: int) -> float:
        """Return how long a user's next line is to wait."""
        now_s = self._now_s()
        return min(LONGEST_S, max(self._refusals.over_s(uid, now_s), self._lines.over_s(uid, now_s)))

    async def wait(self, uid: int) -> None:
        """Count a line that came, and let the time pass that it is to wait; each line waits for those before it."""
        self.heard(uid)
        if pause_s := self.pause_s(uid):
            await asyncio.sleep(pause_s)


class _Counts:
    """How many of something each user has had lately: `free` at once, and one more in each `each_s`."""

    def __init__(self, free: int, each_s: float) -> None:
        self._free = free
        self._each_s = each_s
        self._counts: dict[int, tuple[float, float]] = {}

    def add(self, uid: int, now_s: float) -> None:
        self._counts[uid] = (self._count(uid, now_s) + 1, now_s)

    def over_s(self, uid: int, now_s: float) -> float:
        """Return how long it takes until no more than `free` are counted."""
        return max(0.0, (self._count(uid, now_s) - self._free) * self._each_s)

    def _count(self, uid: int, now_s: float) -> float:
        count, at_s = self._counts.get(uid, (0.0, now_s))
        return max(0.0, count - (now_s - at_s) / self._each_s)
