"""Asking the machine's user database who somebody is, so that nobody keeps the others from being asked about."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from data.desk.callers import Person

LOOK_UP_S = 0.5
"""So long the database may take to say who somebody is; after that a look-up is shared no longer."""
MOST_OF_ONE = 2
"""So many look-ups of one user are under way at most: fewer than there are threads, so that others get theirs."""
_THREADS = 4
_PARTS = 10
"""A wait is made of so many: while the loop is held up one of them runs out, and the database has the others left."""


class _Going(NamedTuple):
    began_s: float
    asked: Future[Person]
    """Done as soon as the database has answered."""
    found: asyncio.Future[Person]
    """Done once the loop has heard of it."""


class LookUps:
    """Looks users up on threads of its own. Lines of one user that come while that one is looked up share the look."""

    def __init__(self, look_up: Callable[[int], Person]) -> None:
        """Ask nothing yet; `look_up` takes its time, and raises OSError where the database fails."""
        self._look_up = look_up
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="desk")
        self._going: dict[int, list[_Going]] = defaultdict(list)

    async def person(self, uid: int) -> Person | None:
        """Return who a user is by a look that began no longer than `LOOK_UP_S` ago; None without an answer in time."""
        now_s = asyncio.get_running_loop().time()
        going = self._going[uid]
        if not going or now_s - going[-1].began_s >= LOOK_UP_S:
            if sum(not one.asked.done() for one in going) >= MOST_OF_ONE:  # the database hangs
                return None
            self._begin(uid, now_s)
        found = going[-1].found
        for _ in range(_PARTS):
            if (await asyncio.wait((found,), timeout=LOOK_UP_S / _PARTS))[0]:
                break
        else:
            return None
        try:
            return found.result()
        except OSError:
            return None

    def close(self) -> None:
        """Look nobody up any more."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, uid: int, now_s: float) -> None:
        asked = self.threads.submit(self._look_up, uid)
        one = _Going(now_s, asked, asyncio.wrap_future(asked))
        self._going[uid].append(one)

        def ended(found: asyncio.Future[Person]) -> None:
            self._going[uid].remove(one)
            if not self._going[uid]:
                del self._going[uid]
            if not found.cancelled():
                found.exception()  # whoever waited has heard of it

        one.found.add_done_callback(ended)
