"""The poller from outside: what it writes, how it fails, that there is one, and that being killed loses nothing."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import pytest

from data.adapters.base import Capability
from data.adapters.registry import AdapterError, make
from data.lease import HeldError, Lease
from data.metrics import Goal
from data.model.observation import AgentEntry, Directory, FlagRaised, Observation, Paused, QueueEntry, SignedIn
from data.model.text import safe_text
from data.model.words import FlagKind, Health
from data.poller import Source, measured_against, run
from data.store.boot import boot_id
from data.store.files import StoreError
from data.store.reader import Reader
from data.store.writer import Beat, Writer
from tests.data.played import EVENTS, START, Played, Time, polls, second

UTC = ZoneInfo("UTC")
ROOT = Path(__file__).parents[2]


def test_it_records_and_gives_a_sign_of_life(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    time = Time()
    polls(store, Played(second(1, SignedIn(START + 500, "a", "q")), second(2)), 2, time)
    with Reader(store) as reader:
        assert reader.measured() == [(START, START + 2000)]
        assert reader.fed()
        assert reader.pulse(time.boot_ms()).health is Health.UP
        assert [agent.name for agent in reader.floor_at(START + 2000, UTC).agents] == ["a"]


@pytest.mark.parametrize(
    ("age_s", "health"), [(1, Health.UP), (3, Health.LATE), (14, Health.LATE), (16, Health.STALE), (61, Health.DOWN)]
)
def test_silence_is_late_then_stale_then_down(tmp_path: Path, age_s: int, health: Health) -> None:
    store = tmp_path / "s.sqlite"
    with Writer(store) as writer:
        known = writer.known("played")
        writer.beat(known.source_id, Beat(START, 1_000_000, 1_000_000, 1000, 1, boot=boot_id()))
    with Reader(store) as reader:
        assert reader.pulse(1_000_000 + age_s * 1000).health is health


def test_a_gap_is_a_gap(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    signed_in = second(1, SignedIn(START + 500, "a", "q"))
    polls(store, Played(signed_in, second(60, since=START + 59_000)), 2)
    with Reader(store) as reader:
        assert reader.measured() == [(START, START + 1000), (START + 59_000, START + 60_000)]
        agent = reader.floor_at(START + 30_000, UTC).agents[0]
        assert (agent.state, agent.since_ms) == ("unknown", START + 1000)
        assert reader.floor_at(START + 30_000, UTC).source.health is Health.NONE


def test_acts_are_taken_from_the_simulators_played_supervisor_alone(tmp_path: Path) -> None:
    act = FlagRaised(START + 600, "a", FlagKind.PRAISE, "somebody")
    seen = second(1, SignedIn(START + 500, "a", "q"))._replace(acts=(act,))
    ours = type("Ours", (Played,), {"__module__": "data.adapters.ours"})
    claims = EVENTS | {Capability.PLAYED_SUPERVISOR}
    for name, kind, capabilities, flags in (
        ("a plugin", Played, EVENTS, 0),
        ("a plugin that claims it", Played, claims, 0),
        ("one in the tree", ours, EVENTS, 0),
        ("the simulator", ours, claims, 1),
    ):
        store = tmp_path / name
        polls(store, kind(seen, capabilities=capabilities), 1)
        with Reader(store) as reader:
            assert len(reader.floor_at(START + 1000, UTC).agents) == 1
            assert len(reader.floor_at(START + 1000, UTC).flags) == flags, name


def test_what_the_store_does_not_take_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "s.sqlite"
    real = Writer.write
    full = [True]

    def write(self: Writer, *args: object, **kwargs: object) -> None:
        if full[0]:
            raise StoreError("the disk is full")
        real(self, *args, **kwargs)  # type: ignore[arg-type]

    async def room_again() -> Observation:
        full[0] = False
        return second(2)

    monkeypatch.setattr(Writer, "write", write)
    polls(store, Played(second(1, SignedIn(START + 500, "a", "q")), room_again), 2)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].endswith("the disk is full (answers kept meanwhile: 1)")
    assert told[1].endswith("well again after 1 s")
    with Reader(store) as reader:
        assert reader.measured() == [(START, START + 2000)]
        assert len(reader.floor_at(START + 2000, UTC).agents) == 1


def test_a_second_poller_names_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "s.sqlite"
    with Lease(store, "the first"):
        assert run(store, [Source("simulator", "simulator", {}, 1000)]) == 75
        error = capsys.readouterr().err
        assert "the first" in error
        assert str(os.getpid()) in error
        with pytest.raises(HeldError):
            Lease(store, "a third")
    with Lease(store, "free again"):
        pass


def test_an_unknown_adapter_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "s.sqlite", [Source("nosuch", "nosuch", {}, 1000)]) == 78
    assert "'nosuch'" in capsys.readouterr().err
    with pytest.raises(AdapterError, match="can't be made"):
        make("simulator", {"nonsense": 1})


def child(
    store: Path, parent: int | None = None, interval_ms: int = 20, start_ms: int = 1_795_078_800_000
) -> subprocess.Popen[bytes]:
    code = (
        "import sys; from pathlib import Path; from data.poller import Source, run; "
        f"source = Source('simulator', 'simulator', {{'agents': 40, 'weekends': False, 'speed': 50.0, "
        f"'start_ms': {start_ms}, 'seed': 3}}, {interval_ms}); "
        f"sys.exit(run(Path({str(store)!r}), [source], parent={parent}))"
    )
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL)


def wait_for(truth: Callable[[], bool], seconds: float = 20) -> None:
    end = monotonic() + seconds
    while not truth():
        assert monotonic() < end, "it did not come about"
        sleep(0.001)


def beats(store: Path) -> int:
    """Return the last sign of life, 0 before the first."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT coalesce(max(at_ms), 0) FROM heartbeat").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, signum: signal.Signals) -> None:
    store = tmp_path / "s.sqlite"
    process = child(store)
    wait_for(lambda: beats(store) > 0)
    process.send_signal(signum)
    assert process.wait(10) == 0
    with Lease(store, "the next"):
        pass


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    process = child(tmp_path / "s.sqlite", parent=1 << 22)
    assert process.wait(15) == 0


def check(store: Path) -> tuple[int, int]:
    """Assert that a store is whole; return its last measured moment and its number of visits."""
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        overlaps = connection.execute(
            "SELECT count(*) FROM (SELECT until_ms, lead(since_ms) OVER (PARTITION BY agent_id ORDER BY since_ms) n "
            "FROM state_span) WHERE n IS NOT NULL AND (until_ms IS NULL OR until_ms > n)"
        ).fetchone()[0]
        assert overlaps == 0
        rolled, counted = connection.execute(
            "SELECT (SELECT coalesce(sum(offered), 0) FROM rollup_queue), (SELECT count(*) FROM call)"
        ).fetchone()
        assert rolled == counted
        until_ms = connection.execute("SELECT coalesce(max(until_ms), 0) FROM coverage").fetchone()[0]
        return int(until_ms), int(counted)


@pytest.mark.kill
@pytest.mark.slow
def test_killed_200_times_it_loses_nothing(tmp_path: Path) -> None:
    """No row that a reader could see is gone after kill -9, and the store stays whole."""
    store = tmp_path / "s.sqlite"
    rng = random.Random(7)
    seen: tuple[int, int] = (0, 0)
    for kill in range(200):
        process = child(store, interval_ms=5, start_ms=1_795_078_800_000 + kill * 30_000)
        before = beats(store)
        wait_for(lambda before=before: beats(store) > before)  # type: ignore[misc]
        for _ in range(rng.randrange(400)):
            os.sched_yield()
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            acknowledged = connection.execute(
                "SELECT (SELECT max(until_ms) FROM coverage), (SELECT count(*) FROM call)"
            ).fetchone()
        process.kill()
        process.wait()
        after = check(store)
        assert after[0] >= acknowledged[0] >= seen[0]
        assert after[1] >= acknowledged[1] >= seen[1]
        seen = after
    assert seen[1] > 200


HOSTILE = "\x1b]0;pwn\x07 [/nope] \ud800 \u202e\x9b31m"


def test_a_foreign_adapters_texts_are_made_safe(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    events = (SignedIn(START + 100, HOSTILE, HOSTILE), Paused(START + 200, HOSTILE, None, HOSTILE))
    directory = Directory((AgentEntry(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,)),))
    observation = Observation("played", START, START + 1000, events, directory=directory)
    assert polls(store, Played(observation), 1).failures == 0
    with Reader(store) as reader:
        agent = reader.floor_at(START + 1000, UTC).agents[0]
    texts = (agent.name, agent.team, agent.seat, agent.reason)
    assert all(text == safe_text(text) and "nope" in text for text in texts)


def test_the_sites_goals_hold_where_the_source_names_none(tmp_path: Path) -> None:
    said = QueueEntry("told", "told", threshold_ms=7_000)
    told = Observation("played", START, START + 1000, (), directory=Directory((), (said, QueueEntry("sales", "sales"))))
    goals = {"sales": Goal(30_000, 4_000, 0.9, "offered"), "": Goal(15_000)}
    queues = measured_against(told, goals).directory
    assert queues is not None
    assert queues.queues[0] == said._replace(short_abandon_ms=5_000, target=0.8, formula="answered_and_abandoned")
    assert queues.queues[1].threshold_ms == 30_000
    assert queues.queues[1].formula == "offered"


def test_a_store_has_one_lease_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "real.sqlite")
    with Lease(tmp_path / "real.sqlite", "the first"), pytest.raises(HeldError):
        Lease(tmp_path / "link.sqlite", "another")


def test_a_poller_of_another_boot_is_gone(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    with Writer(store) as writer:
        known = writer.known("played")
        writer.beat(known.source_id, Beat(START, 1_000_000, 1_000_000, 1000, 1, boot="yesterday"))
    with Reader(store) as reader:
        assert reader.pulse(1_000_500).health is Health.DOWN
        assert reader.pulse(1_000_500, "yesterday").health is Health.UP
        assert reader.pulse(999_000, "yesterday").health is Health.DOWN


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")
def test_a_still_store_is_read_by_who_may_not_write_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    store = folder / "s.sqlite"
    polls(store, Played(second(1, SignedIn(START + 500, "a", "q"))), 1)
    store.chmod(0o644)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    pid = os.fork()
    if not pid:
        os.setgid(65534)
        os.setuid(65534)
        try:
            os._exit(0 if Reader(store).measured() == [(START, START + 1000)] else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
