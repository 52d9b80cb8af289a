"""Polling one source: asks its adapter, records the answer, writes it, and gives a sign of life."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Mapping
from datetime import UTC, datetime

from data.adapters.base import Adapter, Capability, Resumable, SourceError
from data.adapters.vetting import is_foreign, vetted
from data.metrics import Goal
from data.model.known import Known
from data.model.observation import AgentEntry, Directory, Observation, QueueEntry
from data.poller.asking import Asking, StoppedError
from data.poller.clock import BACK_MS, Clock
from data.poller.goals import measured_against
from data.poller.outbox import Outbox, SpoiltError
from data.poller.placing import is_kept, is_silence, placed
from data.poller.telling import access_error, seconds, tell, words
from data.recorder import record
from data.store.boot import boot_id
from data.store.files import StoreError
from data.store.writer import Beat, Writer

MAX_BACKOFF_S = 60.0
"""The longest pause between two tries, however often they failed."""
MAX_TOLD = 50
"""So many kinds of nonsense of one source are told, each once."""


def longest_poll_s(interval_ms: int) -> float:
    """Return the most that one poll may take in all, by its interval."""
    return max(10.0, min(5 * interval_ms / 1000, 60.0))


def longest_pause_s(interval_ms: int, failures: int) -> float:
    """Return the most to wait after so many failed polls in a row; a random part of it is waited."""
    return min(MAX_BACKOFF_S, interval_ms / 1000 * (1 << min(failures, 10)))


class Poller:
    """One source: its adapter, and what its recorder knows. The store's writer is shared with the other sources."""

    def __init__(
        self,
        adapter: Adapter,
        writer: Writer,
        interval_ms: int,
        deadline_s: float | None = None,
        goals: Mapping[str, Goal] | None = None,
        *,
        name: str = "",
        clock: Clock | None = None,
        secrets: tuple[str, ...] = (),
    ) -> None:
        """Take up the source where its last observation left it. Raises StoreError.

        Args:
            adapter: Asks the source.
            writer: The store's.
            interval_ms: From one poll to the next.
            deadline_s: The most that one poll may take in all, None: by the interval.
            goals: What a queue is measured against where the source does not say, by the queue's key, "" for the rest.
            name: What the store knows the source by, "": the adapter's own name.
            clock: The machine's clocks.
            secrets: Texts that must not be told, whatever the adapter says in its errors.
        """
        self.adapter = adapter
        self.writer = writer
        self.interval_ms = interval_ms
        self.goals = goals or {}
        self.name = name or adapter.name
        self.clock = clock or Clock()
        self.secrets = secrets
        self.asking = Asking(adapter, longest_poll_s(interval_ms) if deadline_s is None else deadline_s, secrets)
        self.known: Known = writer.known(self.name)
        self.failures = 0
        """How many polls failed since the last good one."""
        self.refused = ""
        """Why the source does not let us in; it is not asked any more. "" while it does."""
        self._outbox = Outbox(writer)
        self._begin()

    def _begin(self) -> None:
        """Stand where nothing was polled yet."""
        self._foreign = is_foreign(self.adapter)
        self._resumed = not (isinstance(self.adapter, Resumable) and self.known.coverage is not None)
        self._good_boot_ms = self.clock.boot_ms()
        self._down_boot_ms: int | None = None
        """Since when the source gives nothing, or the store takes nothing."""
        self._missed = True
        """Whether a poll failed since the last one that was recorded; before the first, nobody looked."""
        self._forgotten = False
        """Whether something else is known than what the store holds."""
        self._behind = False
        """Whether a clock was set back and has not caught up."""
        self._beaten = True
        """Whether the store took the last sign of life."""
        self._ended = False
        self._why_down = ""
        """What the last failed poll failed of, "" after a good one."""
        self._told: set[str] = set()

    def forget(self) -> None:
        """Read what is known anew from the store before the next answer: somebody else changes it there.

        To be called in the transaction that changes it, while the store is not `behind`: no answer comes between.
        """
        self._forgotten = True

    @property
    def behind(self) -> bool:
        """Whether answers wait that the store did not take yet: they go by what was known when they came."""
        return bool(self._outbox.rows)

    def catch_up(self) -> None:
        """Offer the store what waits for it now, and not with the next answer."""
        if self._outbox.rows:
            self._write()

    def stop(self) -> None:
        """End `run` soon, whatever it waits for."""
        self.asking.stop()

    async def run(self) -> None:
        """Poll at the interval, on whole intervals, until `stop`, or until the source does not let us in."""
        now = asyncio.get_running_loop().time
        try:
            while not self.asking.stopping and not self.refused:
                began = now()
                await self.once()
                if not self.refused:
                    await self.asking.pause(self._pause_s(now() - began))
            while not self.asking.stopping and not self._settled():
                await self.asking.pause(MAX_BACKOFF_S)
        finally:
            wrong = await self.asking.let_go()
            if wrong and not self.refused:  # whose words are to be the last
                self._say(wrong)
            self._settled()
            self._ended = True
            if not self.refused:
                self._leave_beat(self._why_down or "the poller was stopped")

    def _pause_s(self, took_s: float) -> float:
        """Return how long to wait for the next whole interval or, after failures, a random part of a growing pause."""
        interval = self.interval_ms / 1000
        if self.failures:
            return random.uniform(0, longest_pause_s(self.interval_ms, self.failures))  # noqa: S311
        if self._down_boot_ms is not None:  # the store's trouble is no reason to look away, only to hold less
            return min(MAX_BACKOFF_S, 5 * interval)
        return interval - took_s % interval

    async def once(self) -> None:
        """Poll once and write what came of it; a failure is told once, and its end once."""
        try:
            self._resume()
            answer = await self.asking.answer()
        except StoppedError:
            return
        except Exception as error:
            if access_error(error) is not None:
                self._refuse(words(error, self.secrets))
            else:
                self._failed(words(error, self.secrets))
            return
        self._take(answer)

    def _resume(self) -> None:
        """Let the adapter go on where the last run stopped, before the first poll. Raises SourceError."""
        covered = self.known.coverage
        if not self._resumed and covered is not None and isinstance(self.adapter, Resumable):
            try:
                self.adapter.resume(self.known.cursor, covered.until_ms, _directory(self.known))
            except SourceError:
                raise
            except Exception as error:
                raise SourceError(f"it can't go on where it stopped: {words(error, self.secrets)}") from error
        self._resumed = True

    # -------------------------------------------------------------- recording

    def _take(self, answer: object) -> None:
        """Record an answer and write it."""
        boot_ms = self.clock.boot_ms()
        try:
            observation = self._usable(answer)
            if self._forgotten:
                self.known, self._forgotten = self.writer.known(self.name), False
            observation = self._timed(observation, boot_ms - self._good_boot_ms)
            self.known, rows = record(self.known, measured_against(observation, self.goals))
        except Exception as error:  # an adapter's nonsense is told, and ends nothing
            self._failed(f"what it says can't be recorded: {words(error, self.secrets)}")
            return
        self._good_boot_ms = boot_ms
        self._missed = False
        self.failures = 0
        self._outbox.rows.append(rows)
        self._write()

    def _usable(self, answer: object) -> Observation:
        """Return what of an answer can be used. Raises SourceError where that is nothing."""
        if not self._foreign and isinstance(answer, Observation):
            played = Capability.PLAYED_SUPERVISOR in self.adapter.capabilities
            return answer if played else answer._replace(acts=())
        observation, faults = vetted(answer, self.clock.wall_ms())
        for fault in faults:
            if fault.kind not in self._told and len(self._told) < MAX_TOLD:
                self._told.add(fault.kind)
                self._say(f"a part of what it says is left out: {fault.said} ({fault.times} such in this answer)")
        return observation

    def _timed(self, observation: Observation, silent_ms: int) -> Observation:
        """Return an answer where it belongs in the store's time, and tell when a clock was set."""
        if Capability.EVENTS not in self.adapter.capabilities and (
            self._missed or is_silence(silent_ms, self.interval_ms)
        ):
            observation = observation._replace(since_ms=None)
        self._tell_steps(observation)
        return placed(observation, self.known, self._behind)

    def _tell_steps(self, observation: Observation) -> None:
        """Tell once that a clock was set: the machine's, or the one that the source goes by."""
        stepped_ms = self.clock.stepped_ms()
        if stepped_ms > 0:
            self._say(f"the clock went ahead by {seconds(stepped_ms)}: what is measured from now on is dated by it")
        covered = self.known.coverage
        if covered is None or is_kept(observation, self.known):
            return
        back_ms = max(-stepped_ms, covered.until_ms - observation.until_ms)
        if back_ms > BACK_MS and not self._behind:
            self._say(f"the clock went back by {seconds(back_ms)}: time stands still here until it has caught up")
            self._behind = True
        if observation.until_ms > covered.until_ms:
            self._behind = False

    # -------------------------------------------------------------- writing, and telling

    def _write(self) -> None:
        try:
            self._outbox.write(self._beat())
        except StoreError as error:
            self._down(f"{error} (answers kept meanwhile: {len(self._outbox.rows)})")
        except SpoiltError as error:
            self._forgotten = True
            self._failed(f"what it says can't be written, and is left out: {words(error, self.secrets)}")
        else:
            self._well()

    def _settled(self) -> bool:
        """Write what is left when the source is asked no more; return whether the store has it all."""
        if self._outbox.rows:
            self._write()
        if self.refused and not self._beaten:
            self._leave_beat()
        return self._beaten and not self._outbox.rows

    def _beat(self, error: str = "") -> Beat:
        now, error = self.clock, error or self.refused
        pid = 0 if self.refused or self._ended else os.getpid()
        return Beat(now.wall_ms(), now.boot_ms(), self._good_boot_ms, self.interval_ms, pid, error, boot_id())

    def _leave_beat(self, error: str = "") -> None:
        """Leave a sign of life that says what is wrong."""
        try:
            self.writer.beat(self.known.source_id, self._beat(error))
        except StoreError as fault:
            if self._beaten:
                self._say(str(fault))
            self._beaten = False
        else:
            self._beaten = True

    def _failed(self, why: str) -> None:
        """Take note of a failed poll: the source is down at once."""
        self.failures += 1
        self._missed = True
        self._why_down = why
        self._down(why)
        self._leave_beat(why)

    def _refuse(self, why: str) -> None:
        """Ask no more: to knock again and again would lock the account."""
        self.refused = why
        self._say(f"{why}; it is not asked again until the poller is started anew")
        self._leave_beat()

    def _down(self, why: str) -> None:
        if self._down_boot_ms is None:
            self._down_boot_ms = self.clock.boot_ms()
            self._say(why)

    def _well(self) -> None:
        self._beaten = True
        if self._down_boot_ms is not None and not self.refused:
            self._say(f"well again after {seconds(self.clock.boot_ms() - self._down_boot_ms)}")
            self._down_boot_ms = None
            self._why_down = ""

    def _say(self, text: str) -> None:
        at = datetime.fromtimestamp(self.clock.wall_ms() / 1000, UTC)
        tell(f"{at:%Y-%m-%dT%H:%M:%SZ} {self.name}: {text}")


def _directory(known: Known) -> Directory:
    """Return the agents and queues that are known, as they were last told."""
    entries = known.entries.values()
    agents = tuple(entry for entry in entries if isinstance(entry, AgentEntry))
    return Directory(agents, tuple(entry for entry in entries if isinstance(entry, QueueEntry)))
