"""Polling one source: asks its adapter, records the answer, writes it, and gives a sign of life."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import Mapping
from typing import Any

from data.adapters.base import Adapter, Capability, Resumable
from data.metrics import Goal
from data.model.known import Known, Rows
from data.model.observation import AgentEntry, Directory, Observation, QueueEntry
from data.model.text import safe_text
from data.recorder import record
from data.store.boot import boot_id, boot_ms
from data.store.files import StoreError
from data.store.writer import Beat, Writer

MAX_BACKOFF_S = 60.0
"""The longest pause between two tries, however often they failed."""


class Poller:
    """One adapter, one store. `deadline_s` is the most that one poll may take in all."""

    def __init__(
        self,
        adapter: Adapter,
        writer: Writer,
        interval_ms: int,
        deadline_s: float | None = None,
        goals: Mapping[str, Goal] | None = None,
        name: str = "",
    ) -> None:
        """Take up the source where its last observation left it. `name` is what the store knows it by.

        `goals` say what a queue is measured against where the source does not, by the queue's key, "" for the rest.
        """
        self.goals = goals or {}
        self.adapter = adapter
        self.writer = writer
        self.interval_ms = interval_ms
        self.deadline_s = deadline_s if deadline_s is not None else max(10.0, 5 * interval_ms / 1000)
        self.known: Known = writer.known(name or adapter.name)
        self.failures = 0
        self.stopping = asyncio.Event()
        self._good_boot_ms = boot_ms()
        self._unwritten: list[Rows] = []
        if isinstance(adapter, Resumable) and self.known.coverage is not None:
            adapter.resume(self.known.cursor, self.known.coverage.until_ms, _directory(self.known))

    async def run(self) -> None:
        """Poll at the interval, on whole intervals, until `stopping` is set."""
        while not self.stopping.is_set():
            began = time.monotonic()
            await self.once()
            await self._pause(began)

    async def once(self) -> None:
        """Poll once and write what came of it; a failure is told once, and its end once."""
        try:
            async with asyncio.timeout(self.deadline_s):
                observation = await self.adapter.poll()
        except Exception as error:
            self._failed(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
            return
        self._good_boot_ms = boot_ms()
        try:
            self._record(observation)
        except Exception as error:  # an adapter's nonsense is told, and ends nothing
            self._failed(f"what the source says can't be recorded: {type(error).__name__}: {error}")
            return

    def _record(self, observation: Observation) -> None:
        if Capability.PLAYED_SUPERVISOR not in self.adapter.capabilities:
            observation = cleaned(observation)._replace(acts=())
        self.known, rows = record(self.known, measured_against(observation, self.goals))
        self._unwritten.append(rows)
        self._write()

    def _write(self) -> None:
        """Write what is not written yet, oldest first; what the store does not take now is kept for the next time."""
        try:
            while self._unwritten:
                last = len(self._unwritten) == 1
                self.writer.write(self._unwritten[0], self._beat() if last else None)
                del self._unwritten[0]
        except StoreError as error:
            self._failed(f"{error} ({len(self._unwritten)} answers are kept meanwhile)", beat=False)
            return
        if self.failures:
            self.failures = 0
            tell("well again")

    def _beat(self, error: str = "") -> Beat:
        at_ms = time.time_ns() // 1_000_000
        return Beat(at_ms, boot_ms(), self._good_boot_ms, self.interval_ms, os.getpid(), error, boot_id())

    def _failed(self, why: str, beat: bool = True) -> None:
        if not self.failures:
            tell(why)
        self.failures += 1
        if beat:
            try:
                self.writer.beat(self.known.source_id, self._beat(why))
            except StoreError as error:
                tell(str(error))

    async def _pause(self, began: float) -> None:
        """Wait for the next whole interval, or, after failures, a random part of a growing pause."""
        interval = self.interval_ms / 1000
        if self.failures:
            pause = random.uniform(0, min(MAX_BACKOFF_S, interval * 2 ** min(self.failures, 10)))  # noqa: S311
        else:
            pause = interval - (time.monotonic() - began) % interval
        try:
            async with asyncio.timeout(pause):
                await self.stopping.wait()
        except TimeoutError:
            return


def _directory(known: Known) -> Directory:
    """Return the agents and queues that are known, as they were last told."""
    entries = known.entries.values()
    agents = tuple(entry for entry in entries if isinstance(entry, AgentEntry))
    return Directory(agents, tuple(entry for entry in entries if isinstance(entry, QueueEntry)))


def cleaned(observation: Observation) -> Observation:
    """Return an observation whose texts are safe, whatever the adapter let through."""
    events = [_safe(event) for event in observation.events]
    directory = observation.directory
    if directory is not None:
        directory = Directory(*(tuple(_safe(entry) for entry in entries) for entries in directory))
    return observation._replace(events=events, directory=directory)


def _safe(told: Any) -> Any:  # noqa: ANN401 (any of the named tuples of an observation)
    return type(told)(*(_safe_value(value) for value in told))


def _safe_value(value: Any) -> Any:  # noqa: ANN401
    if type(value) is str:
        return safe_text(value)
    return tuple(map(_safe_value, value)) if type(value) is tuple else value


def measured_against(observation: Observation, goals: Mapping[str, Goal]) -> Observation:
    """Return an observation whose queues have the site's goals where the source names none."""
    directory = observation.directory
    if directory is None or not goals:
        return observation
    queues = tuple(_with_goal(queue, goals.get(queue.key, goals.get("", Goal()))) for queue in directory.queues)
    return observation._replace(directory=directory._replace(queues=queues))


def _with_goal(queue: QueueEntry, goal: Goal) -> QueueEntry:
    return queue._replace(
        threshold_ms=goal.threshold_ms if queue.threshold_ms is None else queue.threshold_ms,
        short_abandon_ms=goal.short_abandon_ms if queue.short_abandon_ms is None else queue.short_abandon_ms,
        target=goal.target if queue.target is None else queue.target,
        formula=goal.formula if queue.formula is None else queue.formula,
    )


def tell(text: str) -> None:
    """Say something on standard error, under the program's name."""
    sys.stderr.write(f"floorwalk poll: {text}\n")
    sys.stderr.flush()
