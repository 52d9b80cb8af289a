"""The polling process from outside, with plugins of several kinds: exit codes, signals, several sources."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from data.lease import Lease
from data.poller import Source, run

ROOT = Path(__file__).parents[2]

PLUGIN = '''
import asyncio, sys, threading, time
from data.adapters.base import AccessError, Capability, Option, refused
from data.model.observation import Observation, SignedIn

def wait_for_ever():
    threading.Event().wait()

class Plugin:
    """Does as its option says, after `good` answers."""

    name = "plugin"
    capabilities = frozenset({Capability.EVENTS})
    options = (Option("then", "what"), Option("good", "how many", int), Option("password", "secret", secret=True))

    def __init__(self, then="", good=1, password=""):
        if then == "unmade":
            raise ValueError(f"the password {password} is no good")
        self.then, self.good, self.until = then, good, None

    async def poll(self):
        if self.good > 0:
            self.good -= 1
            since, self.until = self.until, time.time_ns() // 1_000_000
            return Observation("p", since, self.until, (SignedIn(self.until, "ann"),))
        print("polls again", file=sys.stderr, flush=True)
        match self.then:
            case "refuses":
                raise AccessError("the account is refused: check user and secret")
            case "hangs":
                await asyncio.Event().wait()
            case "stubborn":
                while True:
                    try:
                        await asyncio.Event().wait()
                    except asyncio.CancelledError:
                        pass
            case "blocks a thread":
                await asyncio.to_thread(wait_for_ever)
            case "starts a thread":
                threading.Thread(target=wait_for_ever).start()
                await asyncio.Event().wait()
            case "blocks all":
                time.sleep(1000)
            case "leaves a task":
                self.task = asyncio.create_task(asyncio.Event().wait())
                await asyncio.Event().wait()
            case "exits":
                sys.exit(3)
        raise OSError("out")

    async def perform(self, order):
        return refused(order)

    async def aclose(self):
        if self.then == "clings":
            await asyncio.Event().wait()
        if self.then == "refuses":
            print("let go", file=sys.stderr, flush=True)
'''

POLL = """
import json, sys
from pathlib import Path
from data.poller import Source, run
sources = [Source(*each) for each in json.loads(sys.argv[2])]
sys.exit(run(Path(sys.argv[1]), sources, started="started"))
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return where the store will be; beside it a plugin is installed."""
    (tmp_path / "the_plugin.py").write_text(PLUGIN)
    about = tmp_path / "the_plugin-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: the-plugin\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[floorwalk.adapters]\nplugin = the_plugin:Plugin\n")
    return tmp_path / "floor.sqlite"


class Process:
    """A polling process; what it says is read as it comes."""

    def __init__(self, store: Path, **sources: dict[str, Any]) -> None:
        order = [Source(name, "plugin", options, 200) for name, options in sources.items()]
        self.child = subprocess.Popen(
            [sys.executable, "-c", POLL, str(store), json.dumps(order)],
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{store.parent}"},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []

    def until_said(self, words: str) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            self.said.append(line.rstrip())
            if words in line:
                return
        raise AssertionError(f"it ended with {self.child.wait()} and never said {words!r}: {self.said}")

    def ends(self) -> int:
        """Wait for the end, read the rest, and return the exit code."""
        assert self.child.stderr is not None
        self.said += [line.rstrip() for line in self.child.stderr]
        return self.child.wait(60)

    def end(self) -> int:
        """Send the signal to end; return the exit code."""
        self.child.terminate()
        return self.ends()

    def told(self) -> list[str]:
        """Return what the poller said of its sources, without the time."""
        lines = [line.removeprefix("floorwalk poll: ") for line in self.said if line.startswith("floorwalk poll: 2")]
        return [line.partition("Z ")[2] for line in lines]


@pytest.fixture
def process(store: Path) -> Iterator[Callable[..., Process]]:
    """Return what starts a process, ended with the test."""
    began: list[Process] = []

    def start(**sources: dict[str, Any]) -> Process:
        began.append(Process(store, **sources))
        return began[-1]

    yield start
    for each in began:
        each.child.kill()
        each.child.wait()
        if each.child.stderr is not None:
            each.child.stderr.close()


def rows(store: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(sql).fetchall()


# ------------------------------------------------------------------ ending


@pytest.mark.parametrize(
    "then", ["hangs", "stubborn", "blocks a thread", "starts a thread", "leaves a task", "clings", "exits", "fails"]
)
def test_a_signal_ends_it_whatever_a_poll_does(store: Path, process: Callable[..., Process], then: str) -> None:
    one = process(a={"then": then})
    one.until_said("polls again")
    assert one.end() == 0, one.said
    assert not [line for line in one.said if "Traceback" in line or "destroyed" in line or "ignored" in line]
    with Lease(store, "the next"):
        pass
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_poll_that_lets_nobody_run_is_ended_by_the_alarm_clock(store: Path, process: Callable[..., Process]) -> None:
    one = process(a={"then": "blocks all"})
    one.until_said("polls again")
    assert one.end() == -signal.SIGALRM
    with Lease(store, "the next"):
        pass
    assert rows(store, "SELECT count(*) FROM coverage") == [(1,)]


# ------------------------------------------------------------------ refusals


def test_a_process_that_nobody_lets_in_ends_with_77(store: Path, process: Callable[..., Process]) -> None:
    one = process(a={"then": "refuses"}, b={"then": "refuses", "good": 0})
    assert one.ends() == 77
    words = "the account is refused: check user and secret"
    again = "it is not asked again until the poller is started anew"
    assert sorted(one.told()) == [f"a: {words}; {again}", f"b: {words}; {again}"]
    assert rows(store, "SELECT error FROM heartbeat") == [(words,), (words,)]
    assert one.said.count("polls again") == 2
    assert one.said.count("let go") == 2


def test_the_others_go_on_where_one_is_refused(store: Path, process: Callable[..., Process]) -> None:
    one = process(a={"then": "refuses"}, b={"good": 10_000})
    one.until_said("not asked again")
    one.until_said("let go")
    before = rows(store, "SELECT max(until_ms) FROM coverage")
    while rows(store, "SELECT max(until_ms) FROM coverage") == before:
        time.sleep(0.01)
    assert one.end() == 0
    errors = rows(store, "SELECT name, error FROM heartbeat JOIN source ON id = source_id ORDER BY name")
    assert errors == [("a", "the account is refused: check user and secret"), ("b", "the poller was stopped")]
    assert rows(store, "SELECT DISTINCT pid FROM heartbeat") == [(0,)]


def test_each_source_has_a_name_of_its_own_in_the_store(store: Path, process: Callable[..., Process]) -> None:
    one = process(north={}, south={})
    one.until_said("polls again")
    one.until_said("polls again")
    assert one.end() == 0
    found = rows(store, "SELECT source.name, agent.key FROM agent JOIN source ON source.id = source_id ORDER BY 1")
    assert found == [("north", "ann"), ("south", "ann")]
    assert sorted(one.told()) == ["north: OSError: out", "south: OSError: out"]


# ------------------------------------------------------------------ sources that can't be


def test_all_that_can_not_be_made_is_told_before_anything_starts(store: Path, process: Callable[..., Process]) -> None:
    one = process(a={"then": "unmade", "password": "hunter2"}, b={"nonsense": 1}, c={})
    assert one.ends() == 78
    assert [line.removeprefix("floorwalk poll: ") for line in one.said] == [
        "source 'a': the adapter 'plugin' can't be made: the password ••• is no good",
        "source 'b': the adapter 'plugin' can't be made: it has no option 'nonsense'; there are then, good, password",
    ]
    assert not store.exists()


def test_sources_need_names_of_their_own(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = [Source("pbx", "simulator", {}, 1000), Source("pbx", "queue_log", {"paths": []}, 1000)]
    assert run(store, twice) == 78
    assert run(store, []) == 78
    assert capsys.readouterr().err.splitlines() == [
        "floorwalk poll: two sources are called 'pbx'",
        "floorwalk poll: there is no source to poll",
    ]
    assert not store.exists()


def test_nobody_need_listen(store: Path) -> None:
    """A closed standard error is no reason to end: the store is what counts."""
    order = json.dumps([Source("a", "plugin", {"then": "refuses"}, 200)])
    ended = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" -c "$1" "$2" "$3" 2>&-', sys.executable, POLL, str(store), order],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{store.parent}"},
        stdout=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 77
    assert rows(store, "SELECT error FROM heartbeat") == [("the account is refused: check user and secret",)]
