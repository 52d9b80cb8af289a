"""A day as a whole: the scrubber's strip, and the details that Enter opens."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain

from data.alerts import LIMITS, Limits
from data.metrics import (
    CallFigures,
    aht_ms,
    as_of,
    asa_ms,
    figures_of,
    occupancy,
    service_level,
    service_level_parts,
    total,
)
from data.metrics import TimeFigures as Times
from data.model.days import HOUR, INTERVAL, MINUTE, Window
from data.model.picture import CallLine, Detail, TimelinePart
from data.model.rows import Call, Sample, Span
from data.model.strip import DayMark, DayStrip
from data.model.text import mask_name, mask_number, safe_text
from data.model.words import State
from data.moments import break_marks, gap_marks, queue_marks, service_marks, source_gap_marks
from data.store.directory import DirectoryCache
from data.store.schema import CALL_COLUMNS
from data.store.sources import Stretches, coverage, expected, merged, sources_at

MAX_CALLS = 500
"""How many visits a detail lists, the newest first."""


class DayBook:
    """Whole-day reads through one connection; names come from `directory`."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory

    def strip(self, day: Window, limits: Limits = LIMITS) -> DayStrip:
        """Return a day's load, what was measured of it, and its moments that matter.

        The strip begins and ends at the whole hours around the contacts, or around what was measured without any.
        """
        load, levels = self._intervals(day)
        by_source = coverage(self._connection, day)
        measured = merged(chain.from_iterable(by_source.values()))
        target = min((queue.goal.target for queue in self._directory.queues.values()), default=limits.service_good)
        marks = [
            *queue_marks(self._samples(day), self._directory.queue_words(), limits),
            *break_marks(self._pauses(day), limits),
            *service_marks(levels, INTERVAL, target, limits.least_n),
            *gap_marks(measured),
            *self._source_gaps(day, by_source, measured),
            *self._flags(day),
        ]
        end_ms = measured[-1][1] if measured else day.until_ms
        seen = tuple(sorted(mark for mark in marks if mark.at_ms <= end_ms))
        used = [day.since_ms + at * INTERVAL for at, offered in enumerate(load) if offered]
        used = used or [moment for part in measured for moment in part] or [*day]
        first = max(day.since_ms, (used[0] - MINUTE) // HOUR * HOUR)
        last = min(day.until_ms, -(-(used[-1] + INTERVAL) // HOUR) * HOUR)
        shown = load[(first - day.since_ms) // INTERVAL : (last - day.since_ms) // INTERVAL]
        return DayStrip(first, last, INTERVAL, tuple(shown), tuple(measured), seen)

    def _intervals(self, day: Window) -> tuple[list[int], list[tuple[int, int, int]]]:
        """Return the contacts offered in each interval, and (start, within, counted) by each queue's own formula."""
        load = [0] * (-(-day.length_ms // INTERVAL))
        levels: dict[int, tuple[int, int]] = {}
        for start_ms, queue_id, *sums in self._connection.execute(
            f"SELECT start_ms, queue_id, {', '.join(CALL_COLUMNS)} FROM rollup_queue "
            "WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms",
            day,
        ).fetchall():
            figures = CallFigures(*sums)
            load[(start_ms - day.since_ms) // INTERVAL] += figures.offered
            within, n = service_level_parts(figures, self._directory.goal_of(queue_id, start_ms).formula)
            old = levels.get(start_ms, (0, 0))
            levels[start_ms] = (old[0] + within, old[1] + n)
        return load, [(start_ms, *parts) for start_ms, parts in levels.items()]

    def _source_gaps(self, day: Window, measured: Mapping[int, Stretches], whole: Stretches) -> list[DayMark]:
        """Return when one source of several was not measured while another one was."""
        sources = sources_at(self._connection, day.until_ms)
        belonged = expected(sources)
        if len(belonged) < 2:
            return []
        return [
            mark
            for source in sources
            if source.id in belonged
            for mark in source_gap_marks(source.name, measured.get(source.id, ()), whole, belonged[source.id])
        ]

    def _samples(self, day: Window) -> list[Sample]:
        rows = self._connection.execute(
            "SELECT queue_id, at_ms, waiting FROM queue_sample WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms", day
        ).fetchall()
        return [Sample(*row) for row in rows]

    def _pauses(self, day: Window) -> list[tuple[str, Span]]:
        """Return the pauses of a day; an open one lasts as long as its source was measured, and that moment too."""
        rows = self._connection.execute(
            "SELECT s.agent_id, s.reason, s.since_ms, coalesce(s.until_ms, 1 + (SELECT max(until_ms) FROM coverage "
            "WHERE source_id = a.source_id)) FROM agent a CROSS JOIN state_span s "
            "ON s.agent_id = a.id WHERE s.state = 'not_ready' AND s.since_ms >= ? AND s.since_ms < ?",
            day,
        ).fetchall()
        return [
            (self._directory.agent(agent).name, Span(agent, State.NOT_READY, reason, None, None, since_ms, until_ms))
            for agent, reason, since_ms, until_ms in rows
        ]

    def _flags(self, day: Window) -> list[DayMark]:
        rows = self._connection.execute(
            "SELECT raised_ms, agent_id FROM flag WHERE raised_ms >= ? AND raised_ms < ? AND severity > 0", day
        ).fetchall()
        return [DayMark(raised_ms, "flag", self._directory.agent(agent).name) for raised_ms, agent in rows]

    def agent(self, agent_id: int, moment_ms: int, day: Window) -> Detail:
        """Return an agent's day up to a moment: timeline, figures, visits."""
        name = self._directory.agent(agent_id)
        timeline = self._timeline(agent_id, moment_ms, day)
        calls = self._calls("agent_id = ?1", agent_id, moment_ms, day)
        figures = self._totals(calls, moment_ms)
        times = _sum_times(timeline)
        missed = self._connection.execute(
            "SELECT count(*) FROM ring WHERE agent_id = ? AND cancelled = 0 AND at_ms >= ? AND at_ms <= ?",
            (agent_id, day.since_ms, moment_ms),
        ).fetchone()[0]
        shown: tuple[tuple[str, float | int | None, str], ...] = (
            ("calls", figures.handled, "n"),
            ("AHT", aht_ms(figures), "ms"),
            ("talk", figures.talk_ms, "ms"),
            ("hold", figures.hold_ms if figures.hold_known else None, "ms"),
            ("wrap-up", figures.wrap_up_ms if figures.wrap_up_known else None, "ms"),
            ("occupancy", occupancy(times), "ratio"),
            ("free", times.available_ms, "ms"),
            ("not ready", times.not_ready_ms, "ms"),
            ("transferred", figures.transferred, "n"),
            ("rings missed", missed, "n"),
        )
        title = " · ".join(part for part in (name.name, name.team, name.seat) if part)
        return Detail(title, moment_ms, *day, timeline, self._lines(calls, moment_ms), shown, calls_in_all=len(calls))

    def queue(self, queue_id: int, moment_ms: int, day: Window) -> Detail:
        """Return a queue's day up to a moment: figures and visits, the newest first."""
        calls = self._calls("queue_id = ?1", queue_id, moment_ms, day)
        figures = self._totals(calls, moment_ms)
        goal = self._directory.goal_of(queue_id, moment_ms)
        shown: tuple[tuple[str, float | int | None, str], ...] = (
            ("offered", figures.offered, "n"),
            ("answered", figures.answered, "n"),
            ("abandoned", figures.abandoned, "n"),
            ("timed out", figures.timed_out, "n"),
            ("overflowed", figures.overflowed, "n"),
            ("lost", figures.lost, "n"),
            ("waiting", figures.waiting, "n"),
            ("service level", service_level(figures, goal.formula), "ratio"),
            ("threshold", goal.threshold_ms, "ms"),
            ("ASA", asa_ms(figures), "ms"),
            ("AHT", aht_ms(figures), "ms"),
            ("longest wait", figures.max_wait_ms, "ms"),
        )
        title = self._directory.queue_name(queue_id)
        since_ms = (calls[-1].entered_ms if calls else moment_ms) // MINUTE * MINUTE
        depth = self._depth(queue_id, since_ms, moment_ms)
        key = self._directory.queue_key(queue_id)
        lines = self._lines(calls, moment_ms)
        return Detail(title, moment_ms, *day, (), lines, shown, depth, since_ms, len(calls), key)

    def _depth(self, queue_id: int, since_ms: int, moment_ms: int) -> tuple[int, ...]:
        """Return how many waited in a queue at each whole minute from one to a moment."""
        depth = [0] * ((moment_ms - since_ms) // MINUTE + 1)
        for at_ms, waiting in self._connection.execute(
            "SELECT at_ms, waiting FROM queue_sample WHERE queue_id = ? AND at_ms >= ? AND at_ms <= ?",
            (queue_id, since_ms, moment_ms),
        ).fetchall():
            depth[(at_ms - since_ms) // MINUTE] = waiting
        return tuple(depth)

    def _timeline(self, agent_id: int, moment_ms: int, day: Window) -> tuple[TimelinePart, ...]:
        """Return an agent's states within the day up to a moment; what nobody measured is left out."""
        rows = self._connection.execute(
            "SELECT state, reason, queue_id, since_ms, until_ms FROM state_span WHERE agent_id = ?1 "
            "AND since_ms < ?3 AND since_ms >= coalesce((SELECT max(since_ms) FROM state_span "
            "WHERE agent_id = ?1 AND since_ms <= ?2), ?2) ORDER BY since_ms",
            (agent_id, day.since_ms, min(moment_ms, day.until_ms)),
        ).fetchall()
        end = min(moment_ms, self._edge(agent_id, moment_ms))
        parts = []
        for state, reason, queue_id, since_ms, until_ms in rows:
            since = max(since_ms, day.since_ms)
            until = min(end if until_ms is None else until_ms, moment_ms)
            if until > since:
                queue = self._directory.queue_name(queue_id)
                parts.append(TimelinePart(State(state), safe_text(reason), queue, since, until))
        return tuple(parts)

    def _edge(self, agent_id: int, moment_ms: int) -> int:
        """Return up to when an agent's source was measured, as known at a moment."""
        row = self._connection.execute(
            "SELECT until_ms FROM coverage WHERE source_id = (SELECT source_id FROM agent WHERE id = ?) "
            "AND since_ms <= ? ORDER BY since_ms DESC LIMIT 1",
            (agent_id, moment_ms),
        ).fetchone()
        return int(row[0]) if row else moment_ms

    def _calls(self, where: str, owner: int, moment_ms: int, day: Window) -> list[Call]:
        """Return the day's visits up to a moment, as they stood then, the newest first."""
        rows = self._connection.execute(
            f"SELECT * FROM call WHERE {where} AND entered_ms >= ?2 AND entered_ms <= ?3 ORDER BY entered_ms DESC",
            (owner, day.since_ms, moment_ms),
        ).fetchall()
        calls = [as_of(Call(*row), moment_ms) for row in rows]
        return [call for call in calls if where.startswith("queue") or call.agent_id is not None]

    def _totals(self, calls: list[Call], moment_ms: int) -> CallFigures:
        return total([figures_of(call, self._directory.goal_of(call.queue_id, call.entered_ms)) for call in calls])

    def _lines(self, calls: list[Call], moment_ms: int) -> tuple[CallLine, ...]:
        lines = []
        for call in calls[:MAX_CALLS]:
            agent = self._directory.agent(call.agent_id).name if call.agent_id is not None else ""
            waited = moment_ms - call.entered_ms if call.wait_ms is None else call.wait_ms
            lines.append(
                CallLine(
                    call.id,
                    self._directory.queue_name(call.queue_id),
                    agent,
                    mask_number(safe_text(call.caller)),
                    mask_name(safe_text(call.caller_name), call.caller),
                    call.entered_ms,
                    call.answered_ms,
                    call.ended_ms,
                    waited,
                    call.talk_ms,
                    str(call.outcome) if call.ended_ms is not None and call.outcome else "",
                )
            )
        return tuple(lines)


def _sum_times(timeline: tuple[TimelinePart, ...]) -> Times:
    sums: dict[str, int] = defaultdict(int)
    for part in timeline:
        sums[f"{part.state}_ms"] += part.until_ms - part.since_ms
    return Times(**sums)
