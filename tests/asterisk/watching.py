"""The program itself, watching a real Asterisk: its poller as a process, and what it has written and shows."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from data.model.picture import SourceState
from data.model.words import Health
from data.store.boot import boot_ms
from data.store.files import StoreError
from data.store.reader import Reader
from tests.rig.asterisk import Rig
from tests.rig.background import until

FLOORWALK = shutil.which("floorwalk", path=str(Path(sys.executable).parent)) or "floorwalk"


class Visit(NamedTuple):
    """One call as the store has it: durations in whole seconds, talk with what was on hold."""

    call: str
    queue: str
    outcome: str
    wait_s: int | None
    talk_s: int | None
    agent: str | None


class Watch:
    """`floorwalk poll` on one or more Asterisks, into a store of its own.

    Args:
        folder: An empty folder for its settings and store.
        rigs: Source's name → its Asterisk.
        logs: The names of the sources whose queue log is followed.
        url: Instead of the rig's own, for the first source.
        options: Lines of TOML that each source gets besides.
    """

    def __init__(
        self,
        folder: Path,
        rigs: dict[str, Rig],
        logs: tuple[str, ...] = (),
        *,
        url: str = "",
        account: str = "floorwalk",
        secret: str = "",
        options: str = "",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.store = folder / "floor.sqlite"
        self.config = folder / "floorwalk.toml"
        self.words = folder / "words"
        lines = ["[site]", 'zone = "UTC"', "[store]", f'path = "{self.store}"']
        self._env = {key: value for key, value in os.environ.items() if not key.startswith("FLOORWALK_")}
        for name, rig in rigs.items():
            lines += [f"[source.{name}]", 'adapter = "asterisk"', f'url = "{url or rig.url}"', f'user = "{account}"']
            lines += [f'queue_log = "{rig.queue_log}"'] if name in logs else []
            lines += [options]
            self._env[f"FLOORWALK_{name.upper()}_SECRET"] = secret or rig.users[account]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._env |= {"XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the poller; it may fail, and then says why in `said`."""
        with self.words.open("ab") as words:
            self._process = subprocess.Popen(
                [FLOORWALK, "poll", "--config", str(self.config)],
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )

    def stop(self) -> int:
        """End the poller in order, and return its exit code."""
        return self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """Kill the poller in mid-word."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(number)
        process, self._process = self._process, None
        return process.wait(15)

    def ended(self) -> int:
        """Wait until the poller has ended by itself, and return its exit code."""
        assert self._process is not None
        return self._process.wait(30)

    @property
    def said(self) -> str:
        return self.words.read_text("utf-8", "replace")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same settings."""
        argv = [FLOORWALK, *arguments, "--config", str(self.config)]
        return subprocess.run(argv, env=self._env, capture_output=True, text=True, timeout=60, check=False)

    def pulse(self) -> SourceState:
        with Reader(self.store) as reader:
            return reader.pulse(boot_ms())

    def until_health(self, health: Health, seconds: float = 20) -> SourceState:
        """Wait until the floor's source is in this health."""

        def found() -> list[SourceState]:
            with contextlib.suppress(StoreError):
                pulse = self.pulse()
                return [pulse] if pulse.health == health else []
            return []

        return until(found, f"the source to be {health}", seconds)[0]

    def until_sql(self, sql: str, *values: object, seconds: float = 20) -> list[tuple[Any, ...]]:
        """Wait until a question to the store has an answer."""

        def found() -> list[tuple[Any, ...]]:
            with contextlib.suppress(sqlite3.Error):
                return self.sql(sql, *values)
            return []

        return until(found, sql, seconds)

    def sql(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._reading() as connection:
            return connection.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as connection:
            yield connection

    def states(self, agent: str) -> list[tuple[str, str, int, int | None]]:
        """Return (state, reason, since, until) of an agent, by interface, in order."""
        return self.sql(
            "SELECT s.state, s.reason, s.since_ms, s.until_ms FROM state_span s JOIN agent a ON a.id = s.agent_id "
            "WHERE a.key = ? ORDER BY s.since_ms",
            agent,
        )

    def until_state(self, agent: str, state: str, seconds: float = 20) -> None:
        """Wait until an agent, by interface, is in a state."""
        self.until_sql(
            "SELECT 1 FROM state_span s JOIN agent a ON a.id = s.agent_id "
            "WHERE a.key = ? AND s.state = ? AND s.until_ms IS NULL",
            agent,
            state,
            seconds=seconds,
        )

    def visits(self) -> Counter[Visit]:
        rows = self.sql(
            "SELECT c.contact, q.key, c.outcome, c.wait_ms, c.talk_ms + coalesce(c.hold_ms, 0), c.answered_ms, "
            "(SELECT name FROM agent_history h WHERE h.agent_id = c.agent_id ORDER BY since_ms DESC LIMIT 1) "
            "FROM call c JOIN queue q ON q.id = c.queue_id"
        )
        return Counter(
            Visit(
                call,
                queue,
                outcome,
                None if wait is None else wait // 1000,
                None if answered is None or talk is None else talk // 1000,
                name if answered is not None else None,
            )
            for call, queue, outcome, wait, talk, answered, name in rows
        )


def settled(watch: Watch, seconds: float = 30) -> None:
    """Wait until nothing is open any more in a store."""

    def done() -> bool:
        return watch.sql("SELECT count(*) FROM call WHERE ended_ms IS NULL") == [(0,)]

    until(done, "all calls to be over", seconds)
