"""The store: sums equal what they sum, the picture equals one made by hand, and nothing is lost by stopping."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.queue_log import QueueLog
from data.adapters.simulator import Simulator, simulate_day
from data.importer import import_logs
from data.metrics import NOTHING, STATE_FIELD, CallFigures, figures_of
from data.model.days import INTERVAL, MINUTE, interval_start
from data.model.observation import CallAnswered, CallEntered, Directory, Event, Observation, QueueEntry
from data.model.picture import Picture
from data.model.rows import Call, Span
from data.model.words import Health, State
from data.recorder import record
from data.store import schema
from data.store.files import NoStoreError, StoreError
from data.store.reader import Reader
from data.store.rollups import split
from data.store.writer import Writer
from tests.data.by_hand import Floor, floors
from tests.data.floor import any_events, in_pieces, logged_events, watches
from tests.data.logs import REAL_RUN, START, dump, reading
from tests.examples import examples

UTC = ZoneInfo("UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")
ANY = st.one_of(any_events(), logged_events(nasty=True))
GOALS = Directory(queues=(QueueEntry("sales", "Sales", threshold_ms=30_000, short_abandon_ms=8_000),))


def written(store: Path, observations: list[Observation]) -> None:
    """Record and write observations, one after the other."""
    with Writer(store) as writer:
        known = writer.known("test")
        for observation in observations:
            known, rows = record(known, observation)
            writer.write(rows)


# Rollups


def check_rollups(store: Path) -> None:
    """Compare every rollup with the same sum over the rows themselves."""
    with Writer(store) as writer, reading(store) as db:
        calls = [Call(*row) for row in db.execute("SELECT * FROM call").fetchall()]
        by_queue: dict[tuple[int, int], CallFigures] = defaultdict(CallFigures)
        by_agent: dict[tuple[int, int], CallFigures] = defaultdict(CallFigures)
        for call in calls:
            figures = figures_of(call, writer.goal_of(call.queue_id, call.entered_ms))
            start = interval_start(call.entered_ms)
            by_queue[start, call.queue_id] = by_queue[start, call.queue_id].plus(figures)
            if call.agent_id is not None:
                by_agent[start, call.agent_id] = by_agent[start, call.agent_id].plus(figures)
        times: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * len(STATE_FIELD))
        for agent_id, state, since_ms, until_ms in db.execute(
            "SELECT agent_id, state, since_ms, until_ms FROM state_span WHERE until_ms IS NOT NULL"
        ):
            at_ms = since_ms
            while at_ms < until_ms:
                end = min(until_ms, at_ms - at_ms % INTERVAL + INTERVAL)
                times[at_ms - at_ms % INTERVAL, agent_id][STATE_FIELD[state]] += end - at_ms
                at_ms = end
        queues = {row[:2]: CallFigures(*row[2:]) for row in db.execute("SELECT * FROM rollup_queue")}
        agents = {row[:2]: row[2:] for row in db.execute("SELECT * FROM rollup_agent")}
    assert {key: f for key, f in queues.items() if f != NOTHING} == by_queue
    size = len(CallFigures._fields)
    assert {key: CallFigures(*row[:size]) for key, row in agents.items() if any(row[:size])} == by_agent
    assert {key: list(row[size:]) for key, row in agents.items() if any(row[size:])} == times


@examples(60)
@given(watches(ANY))
def test_rollups_equal_the_raw_sums(tmp_path: Path, observations: list[Observation]) -> None:
    store = Path(mkdtemp(dir=tmp_path)) / "s.sqlite"
    goals = [o._replace(directory=GOALS) if n == 0 else o for n, o in enumerate(observations)]
    written(store, goals)
    check_rollups(store)


@pytest.mark.slow
@examples(800)
@given(watches(st.one_of(any_events(60), logged_events(nasty=True))))
def test_rollups_equal_the_raw_sums_at_length(tmp_path: Path, observations: list[Observation]) -> None:
    store = Path(mkdtemp(dir=tmp_path)) / "s.sqlite"
    written(store, observations)
    check_rollups(store)


def test_rollups_of_a_real_run_and_of_a_played_day(tmp_path: Path) -> None:
    import_logs(tmp_path / "real.sqlite", [REAL_RUN])
    check_rollups(tmp_path / "real.sqlite")
    written(tmp_path / "played.sqlite", list(simulate_day(date(2026, 3, 29), ZoneInfo("Europe/Berlin"), agents=20)))
    check_rollups(tmp_path / "played.sqlite")


def test_the_longest_wait_shrinks_when_a_lost_visit_is_found(tmp_path: Path) -> None:
    gone = [CallEntered(START, "c1", "sales"), CallEntered(START, "c2", "sales"), CallEntered(START, "c3", "sales")]
    ends: list[Event] = [CallAnswered(START + 30_000, "c2", "sales", "Ann", 30_000)]
    back: list[Event] = [
        CallAnswered(START + 900_000, "c1", "sales", "Bob", 20_000),
        CallAnswered(START + 900_001, "c3", "sales", "Ann", 7),
    ]
    observations = [
        Observation("test", START, START + 800_000, [*gone, *ends], cursor="1"),
        Observation("test", START + 850_000, START + 860_000, [], cursor="2"),
        Observation("test", START + 860_000, START + 950_000, back, cursor="3"),
    ]
    written(tmp_path / "s.sqlite", observations)
    check_rollups(tmp_path / "s.sqlite")
    with reading(tmp_path / "s.sqlite") as db:
        assert db.execute("SELECT max(max_wait_ms) FROM rollup_queue").fetchone() == (30_000,)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_stretch_is_split_without_loss(since_ms: int, length: int) -> None:
    parts = list(split(since_ms, since_ms + length))
    assert sum(ms for _, ms in parts) == length
    assert all(start % INTERVAL == 0 and 0 < ms <= INTERVAL for start, ms in parts)


# The picture, against one made by hand


@pytest.fixture(scope="module")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("real") / "real.sqlite"
    import_logs(store, [REAL_RUN])
    return store


LINES = REAL_RUN.read_text(encoding="utf-8").split("\n")[:-1]
FIRST_MS, LAST_MS = int(LINES[0][:10]) * 1000, int(LINES[-1][:10]) * 1000


def safe(name: str) -> str:
    return name.replace("\x1b", "\N{REPLACEMENT CHARACTER}")


def check_agents(picture: Picture, floor: Floor) -> None:
    shown = {
        a.name: (str(a.state), a.reason, a.queue, a.since_ms, a.calls, a.handle_ms, set(a.queues))
        for a in picture.agents
    }
    assert shown == {
        safe(name): (*map(safe, a.shown[:3]), a.since_ms, a.calls, a.handle_ms, a.serves())
        for name, a in floor.agents.items()
    }
    states = Counter(a.shown[0] for a in floor.agents.values())
    assert {str(state): n for state, n in picture.totals.states if n} == states


def check_queues(picture: Picture, floor: Floor) -> None:
    free = {name for name, a in floor.agents.items() if a.shown[0] == "available"}
    for row in picture.queues:
        queue = floor.queues[row.name]
        assert row.waiting == len(queue.waiting)
        assert row.oldest_ms == min(queue.waiting.values(), default=None)
        assert (row.offered, row.answered, row.abandoned) == (queue.offered, queue.answered, queue.abandoned)
        assert row.talking == queue.talking
        assert (row.service.within, row.service.n) == (queue.answered_within, queue.answered + queue.abandoned)
        ratio = queue.answered_within / row.service.n if row.service.n else None
        assert row.service.ratio == ratio
        assert row.depth == floor.depth_at(row.name, picture.moment_ms)
        serving = {name for name, a in floor.agents.items() if row.name in a.serves()}
        assert (row.members, row.available) == (len(serving), len(serving & free))
        assert row.free_elsewhere == (len(free - serving) if queue.waiting else 0)
    waiting = [at_ms for queue in floor.queues.values() for at_ms in queue.waiting.values()]
    assert (picture.totals.waiting, picture.totals.oldest_ms) == (len(waiting), min(waiting, default=None))
    within = sum(queue.answered_within for queue in floor.queues.values())
    n = sum(queue.answered + queue.abandoned for queue in floor.queues.values())
    assert (picture.totals.service.within, picture.totals.service.n) == (within, n)


@pytest.mark.parametrize("zone", [pytest.param(UTC, marks=pytest.mark.slow), SHANGHAI], ids=str)
def test_200_random_moments_of_the_real_run_equal_a_picture_made_by_hand(real_run: Path, zone: ZoneInfo) -> None:
    chance = Random(7)
    moments = [chance.randrange(FIRST_MS, LAST_MS + 10_000) for _ in range(150)]
    moments += [chance.randrange(FIRST_MS, LAST_MS, 1000) for _ in range(38)]
    moments += [FIRST_MS - FIRST_MS % MINUTE + n * MINUTE for n in range(1, 13)]
    pictures = {}
    shuffled = chance.sample(moments, len(moments))
    with Reader(real_run) as reader:
        for moment_ms in shuffled:
            pictures[moment_ms] = reader.floor_at(moment_ms, zone)
    for moment_ms, floor in floors(LINES, sorted(moments)):
        floor.wait_until(min(moment_ms, LAST_MS))
        assert pictures[moment_ms].source.health == Health.UP
        check_agents(pictures[moment_ms], floor)
        check_queues(pictures[moment_ms], floor)


def test_before_and_long_after_nothing_is_known(real_run: Path) -> None:
    with Reader(real_run) as reader:
        before = reader.floor_at(FIRST_MS - 1, UTC)
        after = reader.floor_at(LAST_MS + 60_000, UTC)
    assert (before.source.health, before.agents, before.totals.waiting) == (Health.NONE, (), 0)
    assert after.source.health == Health.NONE
    assert {a.state for a in after.agents} <= {State.UNKNOWN, State.OFFLINE}
    assert {a.since_ms for a in after.agents} == {LAST_MS}
    assert after.totals.waiting == 0


# One code path: walked or sought, live or replayed


@pytest.mark.parametrize("step_ms", [pytest.param(1_000, marks=pytest.mark.slow), 4_000])
def test_a_reader_walked_forward_by_seconds_equals_a_fresh_one(real_run: Path, step_ms: int) -> None:
    with Reader(real_run) as walked:
        for number, moment_ms in enumerate(range(FIRST_MS - 2_000, LAST_MS + 20_000, step_ms)):
            picture = walked.floor_at(moment_ms, UTC)
            if number % 3 == 0:
                with Reader(real_run) as fresh:
                    assert fresh.floor_at(moment_ms, UTC) == picture


def test_a_reader_walked_to_and_fro_equals_a_fresh_one(tmp_path: Path) -> None:
    written(tmp_path / "s.sqlite", list(simulate_day(date(2026, 3, 3), SHANGHAI, agents=25)))
    chance = Random(3)
    with Reader(tmp_path / "s.sqlite") as walked:
        since_ms, until_ms = walked.measured()[0]
        moment_ms = since_ms
        for _ in range(150):
            moment_ms += chance.choice([1_000, 60_000, 600_000, 3_600_000, -1_800_000, -10_000])
            moment_ms = min(max(moment_ms, since_ms), until_ms - 1)
            with Reader(tmp_path / "s.sqlite") as fresh:
                assert walked.floor_at(moment_ms, SHANGHAI) == fresh.floor_at(moment_ms, SHANGHAI)


def polled_by_second(path: Path) -> Iterator[Observation]:
    """Yield a log as a poller would see it that asks every second."""
    (whole,) = QueueLog([path]).observations()
    by_second: dict[int, list[Event]] = defaultdict(list)
    for event in whole.events:
        by_second[event.at_ms].append(event)
    assert whole.since_ms is not None
    for at_ms in range(whole.since_ms, whole.until_ms + 1, 1_000):
        told = whole.directory if at_ms == whole.since_ms else None
        yield Observation("test", max(at_ms - 1_000, whole.since_ms), at_ms, by_second[at_ms], (), told, str(at_ms))


@pytest.mark.slow
def test_live_and_replay_give_equal_pictures_of_a_real_run(tmp_path: Path) -> None:
    check_live_and_replay(tmp_path / "s.sqlite", polled_by_second(REAL_RUN), UTC)


def test_live_and_replay_give_equal_pictures_of_a_played_morning(tmp_path: Path) -> None:
    start = 1_772_499_600_000  # 2026-03-03 09:00 in Shanghai
    floor = Simulator(4, 30, SHANGHAI, start, clock=lambda: 0)
    observations = (floor.advance(start + n * 2_000) for n in range(400))
    check_live_and_replay(tmp_path / "s.sqlite", observations, SHANGHAI)


def check_live_and_replay(store: Path, observations: Iterator[Observation], zone: ZoneInfo) -> None:
    """Write observations one by one, look at each moment when it is now, and again when all is written."""
    live: list[Picture] = []
    with Writer(store) as writer:
        known = writer.known("test")
        with Reader(store) as reader:
            for observation in observations:
                known, rows = record(known, observation)
                writer.write(rows)
                live.append(reader.floor_at(observation.until_ms, zone))
        with Reader(store) as reader:
            for picture in live:
                assert reader.floor_at(picture.moment_ms, zone) == picture
    assert len(live) > 300


# Stopping and going on


def check_restarts(folder: Path, observations: list[Observation]) -> None:
    """Write observations with one recorder, and with one that starts anew from the store before each of them.

    Two things are not kept, and not drawn here: what an agent of several chats rings or wraps up for meanwhile, and
    visits that ended more than six hours ago.
    """
    written(folder / "never.sqlite", observations)
    with Writer(folder / "always.sqlite") as writer:
        for observation in observations:
            _, rows = record(writer.known("test"), observation)
            writer.write(rows)
    assert dump(folder / "always.sqlite") == dump(folder / "never.sqlite")


@examples(40)
@given(logged_events(nasty=True), st.lists(st.integers(1, 60), max_size=8))
def test_a_recorder_that_starts_again_goes_on_as_before(tmp_path: Path, events: list[Event], cuts: list[int]) -> None:
    check_restarts(Path(mkdtemp(dir=tmp_path)), in_pieces(events, cuts, directory=None))


@pytest.mark.slow
@examples(800)
@given(ANY, st.lists(st.integers(1, 60), max_size=30))
def test_a_recorder_that_starts_again_goes_on_as_before_at_length(
    tmp_path: Path, events: list[Event], cuts: list[int]
) -> None:
    check_restarts(Path(mkdtemp(dir=tmp_path)), in_pieces(events, cuts, directory=None))


def test_a_recorder_that_starts_again_each_minute_of_a_played_day(tmp_path: Path) -> None:
    start = 1_772_499_600_000
    floor = Simulator(4, 30, SHANGHAI, start, clock=lambda: 0)
    check_restarts(tmp_path, [floor.advance(start + n * MINUTE) for n in range(90)])


def test_an_observation_written_twice_is_written_once(tmp_path: Path) -> None:
    observations = list(polled_by_second(REAL_RUN))[:200]
    written(tmp_path / "once.sqlite", observations)
    written(tmp_path / "twice.sqlite", [o for observation in observations for o in (observation, observation)])
    assert dump(tmp_path / "twice.sqlite") == dump(tmp_path / "once.sqlite")


# What can be wrong with a file


def newer(path: Path) -> None:
    Writer(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    db.close()


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE wine (name TEXT)")
    db.close()


def text(path: Path) -> None:
    path.write_text("this is no database, it is a letter of some length\n" * 10)


HOSTILE = [
    (Path.mkdir, "is a folder", 73),
    (text, "is not a Floorwalk store", 65),
    (foreign, "is a database of another program", 65),
    (newer, f"made by a newer Floorwalk \\(version {schema.VERSION + 1}", 65),
]


@pytest.mark.parametrize("opener", [Writer, Reader])
@pytest.mark.parametrize(("make", "message", "code"), HOSTILE)
def test_a_file_that_is_no_store_is_told_apart(
    tmp_path: Path, opener: type[Writer] | type[Reader], make: object, message: str, code: int
) -> None:
    path = tmp_path / "floor.sqlite"
    assert callable(make)
    make(path)
    with pytest.raises(StoreError, match=message) as caught:
        opener(path)
    assert caught.value.code == code
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("empty", [False, True])
def test_a_missing_store_says_how_one_comes_to_be(tmp_path: Path, empty: bool) -> None:
    path = tmp_path / "floor.sqlite"
    if empty:
        path.touch()
    with pytest.raises(NoStoreError, match="floorwalk demo") as caught:
        Reader(path)
    assert caught.value.code == 66
    assert path.exists() == empty


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("data.store.files.os.open", refuse)
    with pytest.raises(StoreError, match="Permission denied") as caught:
        Writer(tmp_path / "floor.sqlite")
    assert caught.value.code == 73


def test_a_reader_cannot_write(real_run: Path) -> None:
    with Reader(real_run) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.connection.execute("DELETE FROM call")


# Open to anyone's SQL


def test_tables_are_strict_and_every_moment_can_be_read(real_run: Path) -> None:
    with reading(real_run) as db:
        tables = db.execute(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        ).fetchall()
        views = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        for table, strict in tables:
            if table.startswith("sqlite_"):
                continue
            assert strict, table
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            assert all(c.endswith("_ms") == (c in schema.MOMENTS or c.endswith("_ms")) for c in columns)
            if schema.MOMENTS & set(columns):
                assert f"{table}_readable" in views
                assert len(list(db.execute(f"SELECT * FROM {table}_readable LIMIT 3"))) <= 3
        (at,) = db.execute("SELECT entered_at FROM call_readable ORDER BY entered_ms LIMIT 1").fetchone()
    assert at == "2026-11-21T19:29:57.000Z"


def test_a_span_cannot_end_before_it_begins(tmp_path: Path) -> None:
    with Writer(tmp_path / "s.sqlite") as writer, pytest.raises(StoreError), writer.transaction() as db:
        span = Span(1, State.AVAILABLE, "", None, None, 10, 5)
        db.execute("INSERT INTO state_span VALUES (?, ?, ?, ?, ?, ?, ?)", (1, 10, 5, *span[1:5]))
