"""Listening that ends by itself: after a quarter of an hour, and when the agent's call is over."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from data.desk.deciding import MOVED_ON, of_the_desk
from data.desk.ledger import Ledger
from data.desk.phones import Outcome, Phones
from data.model.acts import StopListening
from data.model.days import HOUR, MINUTE
from data.poller.telling import tell, words
from data.store import audit, people, targets
from data.store.targets import Listening

LOOK_S = 1.0
"""How often is looked whether one is to end."""
AGAIN_S = 10.0
"""So long after a system would not end it, it is asked again."""
GIVEN_UP_MS = HOUR
"""So long after its time a listening counts as over, whatever the system says."""


class _Due(NamedTuple):
    """A listening that is to end, its source, and why; `moved_on`: its phone is on another call by now."""

    one: Listening
    source: str
    why: str
    moved_on: bool


class Watch:
    """Ends what is not to go on. It knows what goes on from the store, and so after a new start as well."""

    def __init__(self, ledger: Ledger, phones: Phones, wall_ms: Callable[[], int]) -> None:
        """Look at nothing yet; see `look`."""
        self._ledger = ledger
        self._phones = phones
        self._wall_ms = wall_ms
        self._not_before: dict[int, float] = {}
        """When a system is asked again to end a listening, on the loop's clock."""
        self.going = True
        """Whether any listening may go on; while none does, the store is not asked."""

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the next look may go well
                tell(f"the desk can't see whether a listening is to end: {words(error)}")
                await asyncio.sleep(AGAIN_S)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """End every listening whose time or whose call is over. Raises StoreError."""
        if not self.going:
            return
        self.going = False
        due = await self._ledger.submit(self._due)
        await asyncio.gather(*(self._end(each) for each in due))

    def _due(self, connection: sqlite3.Connection) -> list[_Due]:
        """Return what is to end."""
        now_s = asyncio.get_running_loop().time()
        going = targets.listenings(connection)
        self.going = bool(going)
        due = []
        for each in going:
            agent = targets.agent(connection, each.agent_id)
            source = agent.source if agent else ""
            late = self._phones.now_ms(source) >= each.ends_ms
            over = targets.call_is_over(connection, each)
            if (late or over) and now_s >= self._not_before.get(each.id, 0.0):
                moved_on = targets.superseded(connection, each)
                due.append(_Due(each, source, "the call is over" if over else "its time is over", moved_on))
        return due

    async def _end(self, due: _Due) -> None:
        """Have the system end a listening, and keep that; where it will not, ask again later."""
        one, source, why, moved_on = due
        stop = (StopListening(one.phone),)
        first = one.id not in self._not_before
        self._not_before[one.id] = asyncio.get_running_loop().time() + AGAIN_S
        if moved_on:
            outcome = Outcome(True, MOVED_ON)
        elif self._phones.refused(source, stop) is None:
            expires_ms = self._wall_ms() + MINUTE
            outcome = await self._phones.perform(source, f"end:{one.id}:{self._wall_ms()}", expires_ms, stop)
        else:
            outcome = Outcome(True, f"{source} can't be asked any more")
        at_ms = self._phones.now_ms(source)
        over = outcome.done or why == "the call is over" or at_ms > one.ends_ms + GIVEN_UP_MS
        if over or first:
            await self._ledger.submit(lambda connection: self._keep(connection, one, at_ms, outcome, why, over))
        if over:
            self._not_before.pop(one.id, None)

    def _keep(
        self, connection: sqlite3.Connection, one: Listening, at_ms: int, outcome: Outcome, why: str, over: bool
    ) -> None:
        if over:
            people.listening_ended(connection, one.id, at_ms, "")
        result = audit.DONE if over else str(outcome.refusal)
        row = of_the_desk(
            self._wall_ms(), "end_listening", one.agent_id, result,
            id=one.id, listener=one.listener, why=why, said=outcome.said,
        )  # fmt: skip
        audit.append(connection, row)
