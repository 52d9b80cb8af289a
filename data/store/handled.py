"""What agents have handled on a day up to a moment, and when they last rested.

A first look is answered by lookups. Whoever looks at the same day again, while nobody writes, gets it from running
sums of that day, held in memory until the writer's next commit.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, groupby
from operator import itemgetter

from data.model.days import DAY, HOUR

LONGEST_DAY = DAY + HOUR
FEW = 250
"""So many agents are looked up faster than the sums of a day are made."""

_COUNT = 1 << 40
"""Visits are counted in the bits above their ms: 2^40 ms are 34 years."""

_LOOK_UP = (
    f"SELECT (SELECT sum({_COUNT} + talk_ms + coalesce(hold_ms, 0) + CASE WHEN ended_ms + wrap_up_ms <= ?2 "
    "THEN wrap_up_ms ELSE 0 END) FROM call WHERE agent_id = j.value AND entered_ms >= ?3 AND entered_ms <= ?2 "
    "AND ended_ms <= ?2 AND talk_ms IS NOT NULL), "
    "coalesce((SELECT max(until_ms) FROM state_span WHERE agent_id = j.value AND until_ms > ?3 "
    "AND until_ms <= ?2 AND state IN ('not_ready', 'offline') AND until_ms - since_ms >= 300000), "
    "(SELECT min(since_ms) FROM state_span WHERE agent_id = j.value AND since_ms >= ?3 AND since_ms <= ?2)) "
    "FROM json_each(?1) j"
)


Handled = tuple[int, int, int | None]
"""An agent's day up to a moment.

- Visits handled: answered, ended, and with a known talk time.
- Their talk + hold + wrap-up in ms.
- The end of the last break of 5 minutes or more, or when the agent was first seen that day.
"""


class _Sums:
    """The running sums of one agent's day."""

    __slots__ = ("ended", "first_ms", "handle", "rests", "wrap_up", "wrapped")

    def __init__(self) -> None:
        self.ended, self.handle = array("q"), array("q", (0,))
        self.wrapped, self.wrap_up = array("q"), array("q", (0,))
        self.rests = array("q")
        """When the agent was first seen, then the ends of rests."""

    def take(self, visits: Sequence[tuple[int, int, int | None]]) -> None:
        """Take the visits, as (ended, talk + hold, wrap-up) in ms."""
        self.ended = array("q", [ended_ms for ended_ms, _, _ in visits])
        self.handle = array("q", accumulate((handle_ms for _, handle_ms, _ in visits), initial=0))
        wraps = sorted((ended_ms + wrap_ms, wrap_ms) for ended_ms, _, wrap_ms in visits if wrap_ms)
        self.wrapped = array("q", [at_ms for at_ms, _ in wraps])
        self.wrap_up = array("q", accumulate((wrap_ms for _, wrap_ms in wraps), initial=0))

    def at(self, moment_ms: int) -> Handled:
        """Return the sums up to a moment."""
        calls = bisect_right(self.ended, moment_ms)
        handle_ms = self.handle[calls] + self.wrap_up[bisect_right(self.wrapped, moment_ms)]
        seen = bisect_right(self.rests, moment_ms)
        return calls, handle_ms, self.rests[seen - 1] if seen else None


class HandledBook:
    """Answers for any agents, day and moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through `connection`."""
        self._connection = connection
        self._asked: tuple[int, int] | None = None
        self._held: tuple[int, int] | None = None
        self._sums: dict[int, _Sums] = {}

    def of(self, agents: Sequence[int], day_ms: int, moment_ms: int) -> list[Handled]:
        """Return what each of the agents handled from the day's start up to a moment within it."""
        if len(agents) < FEW:
            return self._looked_up(agents, day_ms, moment_ms)
        wanted = (day_ms, self._connection.execute("PRAGMA data_version").fetchone()[0])
        if wanted != self._held:
            self._sums, self._held = {}, None
            again, self._asked = wanted == self._asked, wanted
            if not again:
                return self._looked_up(agents, day_ms, moment_ms)
            self._sums, self._held = self._summed(day_ms), wanted
        sums = self._sums
        return [sums[agent].at(moment_ms) for agent in agents]

    def _looked_up(self, agents: Sequence[int], day_ms: int, moment_ms: int) -> list[Handled]:
        rows = self._connection.execute(_LOOK_UP, (json.dumps(agents), moment_ms, day_ms)).fetchall()
        return [((packed or 0) // _COUNT, (packed or 0) % _COUNT, rested_ms) for packed, rested_ms in rows]

    def _summed(self, day_ms: int) -> dict[int, _Sums]:
        """Return the running sums of the day's agents."""
        day = (day_ms, day_ms + LONGEST_DAY)
        rests: dict[int, list[int]] = defaultdict(list)
        for agent_id, until_ms in self._connection.execute(
            "SELECT id, until_ms FROM agent CROSS JOIN state_span ON agent_id = id AND until_ms > ? AND until_ms < ? "
            "AND state IN ('not_ready', 'offline') AND until_ms - since_ms >= 300000 ORDER BY id, until_ms",
            day,
        ).fetchall():
            rests[agent_id].append(until_ms)
        sums: dict[int, _Sums] = defaultdict(_Sums)
        for agent_id, first_ms in self._connection.execute(
            "SELECT id, (SELECT min(since_ms) FROM state_span WHERE agent_id = id AND since_ms >= ?) FROM agent",
            day[:1],
        ).fetchall():
            ends = rests[agent_id]
            first = [] if first_ms is None or (ends and ends[0] <= first_ms) else [first_ms]
            sums[agent_id].rests = array("q", first + ends)
        visits = self._connection.execute(
            "SELECT a.id, ended_ms, talk_ms + coalesce(hold_ms, 0), wrap_up_ms FROM agent a CROSS JOIN call c "
            "ON agent_id = a.id AND entered_ms >= ? AND entered_ms < ? AND ended_ms IS NOT NULL "
            "AND talk_ms IS NOT NULL ORDER BY a.id, ended_ms",
            day,
        ).fetchall()
        for agent_id, group in groupby(visits, key=itemgetter(0)):
            sums[agent_id].take([visit[1:] for visit in group])
        return sums
