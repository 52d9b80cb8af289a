"""The KPI rows of a window: by queue, by agent, by interval, or of the whole floor.

A visit counts in the window in which it entered. Talk, hold and wrap-up sums are the source's own figures of those
visits; seconds in a state are by the clock, cut at the window's edges. A denominator of 0 gives None.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from data import metrics
from data.metrics import DEFAULT_FORMULA, NOTHING, CallFigures, Goal, TimeFigures, ratio, total
from data.model.days import INTERVAL, Window, interval_start, local_time
from data.store import kpi as sums
from data.store.directory import DirectoryCache
from data.store.kpi import QueueTimes
from data.store.reader import Reader
from data.store.sources import coverage, expected, sources_at, within

By = Literal["queue", "agent", "interval", "total"]
Seconds = int | float

_UTC = ZoneInfo("UTC")


class KpiRow(NamedTuple):
    """One row; times are seconds, ratios 0..1, None where there is none.

    `key` is the queue's or agent's name, the interval's local start as ISO time, or "" for the total. `threshold_s`
    and `service_level_formula` are None where queues differ. `measured` is the covered part of the window: what the
    queue's or agent's source measured, else all sources together, each for as long as it belonged to the floor.
    """

    key: str
    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    overflowed: int
    timed_out: int
    lost: int
    transferred: int
    waiting: int
    talking: int
    answered_within: int
    abandoned_within: int
    service_level: float | None
    service_level_formula: str | None
    threshold_s: Seconds | None
    asa_s: Seconds | None
    aht_s: Seconds | None
    wait_answered_s: Seconds
    wait_abandoned_s: Seconds
    max_wait_s: Seconds | None
    talk_s: Seconds
    hold_s: Seconds | None
    wrap_up_s: Seconds | None
    ring_no_answer: int
    occupancy: float | None
    available_s: Seconds | None
    not_ready_s: Seconds | None
    signed_in_s: Seconds | None
    measured: float | None


FIGURES = KpiRow._fields[1:]
"""The fields of a row after the key of its group, in their order."""

GROUP_KEY: Mapping[By, str] = {"queue": "queue", "agent": "agent", "interval": "start"}
"""What the key of a group is called where rows are printed; the total has none."""


class _Service(NamedTuple):
    """A service level with what it was measured against; None where several queues differ in it."""

    within: int
    n: int
    formula: str | None
    threshold_ms: int | None


class _Times(NamedTuple):
    occupancy: float | None
    available_ms: int
    not_ready_ms: int
    signed_in_ms: int


def kpi_rows(
    store: Reader | sqlite3.Connection,
    since_ms: int,
    until_ms: int,
    by: By,
    formula: str | None = None,
    *,
    zone: ZoneInfo = _UTC,
    now_ms: int | None = None,
) -> list[KpiRow]:
    """Return the rows of a window, sorted by name or time.

    Args:
        store: Where to read.
        since_ms: The window's start.
        until_ms: The window's end, which it does not contain.
        by: What a row stands for.
        formula: A service level by name for all rows; each queue's own when None. Raises ValueError for another name.
        zone: Where the starts of intervals are told.
        now_ms: The present: what lies beyond it could not be measured yet. None: take the window as it is.
    """
    window = _Window(store, Window(since_ms, until_ms), formula, zone, now_ms)
    match by:
        case "queue":
            return window.by_queue()
        case "agent":
            return window.by_agent()
        case "interval":
            return window.by_interval()
        case "total":
            return [window.total()]


class _Window:
    """A window of a store, read once."""

    def __init__(
        self,
        store: Reader | sqlite3.Connection,
        window: Window,
        formula: str | None,
        zone: ZoneInfo,
        now_ms: int | None,
    ) -> None:
        if formula is not None:
            metrics.service_level_parts(NOTHING, formula)
        self.connection = store.connection if isinstance(store, Reader) else store
        self.directory = store.directory if isinstance(store, Reader) else DirectoryCache(store)
        last_ms = max(window.until_ms - 1, window.since_ms)
        belonged = expected(sources_at(self.connection, last_ms))
        self.expected = {source: each for source, each in belonged.items() if _overlap(each, window).length_ms > 0}
        self.directory.refresh(last_ms, frozenset(self.expected) or None)
        self.window = window
        self.formula = formula
        self.zone = zone
        self.now_ms = now_ms
        self.goals = sums.goals(self.connection, window)
        self.covered = coverage(self.connection)

    def by_queue(self) -> list[KpiRow]:
        visits = sums.visits(self.connection, "queue", self.window, False, self.directory.goal_of)
        spent = sums.queue_times(self.connection, self.window)
        rings = sums.rings(self.connection, self.window, "queue")
        rows = []
        for queue_id, name in self.directory.queues.items():
            figures = visits.get((0, queue_id), NOTHING)
            times = _of_queue(spent.get(queue_id, QueueTimes()))
            service = self._service({queue_id: figures}, self.window)
            measured = self._measured_of(name.source)
            rows.append(_row(name.name, figures, service, times, rings.get(queue_id, 0), measured))
        return sorted(rows, key=lambda row: row.key)

    def by_agent(self) -> list[KpiRow]:
        visits = sums.visits(self.connection, "agent", self.window, False, self.directory.goal_of)
        spent = sums.times(self.connection, self.window, by_interval=False)
        rings = sums.rings(self.connection, self.window, "agent")
        formula, threshold_ms = self._goals(self.directory.queues, self.window)
        rows = []
        for agent_id in {*(key[1] for key in visits), *spent, *rings}:
            figures = visits.get((0, agent_id), NOTHING)
            times = spent.get(agent_id, TimeFigures())
            if not figures.offered and not metrics.signed_in_ms(times) and agent_id not in rings:
                continue
            parts = metrics.service_level_parts(figures, formula or DEFAULT_FORMULA)
            service = _Service(*parts, formula, threshold_ms)
            agent = self.directory.agent(agent_id)
            measured = self._measured_of(agent.source)
            rows.append(_row(agent.name, figures, service, _of_floor(times), rings.get(agent_id, 0), measured))
        return sorted(rows, key=lambda row: row.key)

    def by_interval(self) -> list[KpiRow]:
        visits = sums.visits(self.connection, "queue", self.window, True, self.directory.goal_of)
        spent = sums.times(self.connection, self.window, by_interval=True)
        rings = sums.rings(self.connection, self.window, "interval")
        by_slot: dict[int, dict[int, CallFigures]] = defaultdict(dict)
        for (slot, queue_id), figures in visits.items():
            if figures.offered:
                by_slot[slot][queue_id] = figures
        rows = []
        for slot in sorted({*by_slot, *self._covered_slots()}):
            window = Window(max(slot, self.window.since_ms), min(slot + INTERVAL, self.window.until_ms))
            start = local_time(window.since_ms, self.zone).isoformat()
            times = _of_floor(spent.get(slot, TimeFigures()))
            queues = by_slot.get(slot, {})
            service = self._service(queues, window)
            figures = total(tuple(queues.values()))
            rows.append(_row(start, figures, service, times, rings.get(slot, 0), self._measured(window)))
        return rows

    def total(self) -> KpiRow:
        visits = sums.visits(self.connection, "queue", self.window, False, self.directory.goal_of)
        queues = {queue_id: figures for (_, queue_id), figures in visits.items()}
        spent = TimeFigures()
        for times in sums.times(self.connection, self.window, by_interval=True).values():
            spent = spent.plus(times)
        rings = sum(sums.rings(self.connection, self.window, "queue").values())
        service = self._service(queues, self.window)
        figures = total(tuple(queues.values()))
        return _row("", figures, service, _of_floor(spent), rings, self._measured(self.window))

    def _service(self, queues: Mapping[int, CallFigures], window: Window) -> _Service:
        """Sum numerators and denominators of queues, each by its own formula unless one was asked for."""
        within = n = 0
        for queue_id, figures in queues.items():
            own = self.formula or self._goal(queue_id, window).formula
            part, whole = metrics.service_level_parts(figures, own)
            within, n = within + part, n + whole
        return _Service(within, n, *self._goals(queues or self.directory.queues, window))

    def _goal(self, queue_id: int, window: Window) -> Goal:
        """Return what a queue is measured against at the end of a window."""
        return self.directory.goal_of(queue_id, window.until_ms - 1)

    def _goals(self, queues: Iterable[int], window: Window) -> tuple[str | None, int | None]:
        """Return the formula and the threshold that all of these queues have throughout a window."""
        held = self.goals if window == self.window else sums.goals(self.connection, window)
        goals = {goal for queue_id in queues for goal in held.get(queue_id) or {self._goal(queue_id, window)}}
        formulas = {self.formula or goal.formula for goal in goals}
        thresholds = {goal.threshold_ms for goal in goals}
        formula = formulas.pop() if len(formulas) == 1 else None
        return formula, thresholds.pop() if len(thresholds) == 1 else None

    def _so_far(self, window: Window) -> Window:
        """Return a window up to the present."""
        return Window(window.since_ms, window.until_ms if self.now_ms is None else min(window.until_ms, self.now_ms))

    def _measured_of(self, source: int) -> float | None:
        """Return the part of the window that a source measured, up to the present."""
        window = self._so_far(self.window)
        return _rounded(ratio(within(self.covered.get(source, ()), window), max(window.length_ms, 0)))

    def _measured(self, window: Window) -> float | None:
        """Return the measured part of a window, up to the present: of all that each source was to measure."""
        window = self._so_far(window)
        covered = sum(within(stretches, window) for stretches in self.covered.values())
        due = sum(max(_overlap(each, window).length_ms, 0) for each in self.expected.values())
        return _rounded(ratio(covered, due or max(window.length_ms, 0)))

    def _covered_slots(self) -> Iterable[int]:
        """Return the starts of the intervals in which anything was measured."""
        for start, end in chain.from_iterable(self.covered.values()):
            first, last = max(start, self.window.since_ms), min(end, self.window.until_ms)
            if first < last:
                yield from range(interval_start(first), last, INTERVAL)


def _overlap(one: Window, other: Window) -> Window:
    """Return what two windows share; its length is not above 0 where that is nothing."""
    return Window(max(one.since_ms, other.since_ms), min(one.until_ms, other.until_ms))


def _of_floor(times: TimeFigures) -> _Times:
    occupancy = _rounded(metrics.occupancy(times))
    return _Times(occupancy, times.available_ms, times.not_ready_ms, metrics.signed_in_ms(times))


def _of_queue(times: QueueTimes) -> _Times:
    occupancy = _rounded(ratio(times.busy_ms, times.busy_ms + times.available_ms))
    return _Times(occupancy, times.available_ms, times.not_ready_ms, times.signed_in_ms)


def _row(key: str, f: CallFigures, service: _Service, times: _Times, rings: int, measured: float | None) -> KpiRow:
    over = f.offered - f.waiting
    return KpiRow(
        key=key,
        offered=f.offered,
        answered=f.answered,
        abandoned=f.abandoned,
        short_abandoned=f.short_abandoned,
        overflowed=f.overflowed,
        timed_out=f.timed_out,
        lost=f.lost,
        transferred=f.transferred,
        waiting=f.waiting,
        talking=f.talking,
        answered_within=f.answered_within,
        abandoned_within=f.abandoned_within,
        service_level=_rounded(ratio(service.within, service.n)),
        service_level_formula=service.formula,
        threshold_s=_seconds(service.threshold_ms),
        asa_s=_seconds(metrics.asa_ms(f)),
        aht_s=_seconds(metrics.aht_ms(f)),
        wait_answered_s=_number(f.wait_answered_ms),
        wait_abandoned_s=_number(f.wait_abandoned_ms),
        max_wait_s=_seconds(f.max_wait_ms if over else None),
        talk_s=_number(f.talk_ms),
        hold_s=_seconds(f.hold_ms if f.hold_known else None),
        wrap_up_s=_seconds(f.wrap_up_ms if f.wrap_up_known else None),
        ring_no_answer=rings,
        occupancy=times.occupancy if measured else None,
        available_s=_seconds(times.available_ms if measured else None),
        not_ready_s=_seconds(times.not_ready_ms if measured else None),
        signed_in_s=_seconds(times.signed_in_ms if measured else None),
        measured=measured,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _number(ms: float) -> Seconds:
    """Return ms as seconds, an int where they are whole."""
    seconds = round(ms / 1000, 6)
    return int(seconds) if seconds == int(seconds) else seconds


def _seconds(ms: float | None) -> Seconds | None:
    return None if ms is None else _number(ms)
