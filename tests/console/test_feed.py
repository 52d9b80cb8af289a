"""The feed: it waits, it says what is wrong, it recovers, and only the newest wish counts."""

from __future__ import annotations

import queue
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.feed import Feed, FloorSeen, Wish
from data.model.days import DAY, MINUTE, SECOND
from data.model.observation import Observation
from data.model.picture import MoodRow
from data.model.words import Health
from data.store.loads import LoadBook
from data.store.reader import Reader
from data.store.writer import Writer
from tests.console.floor_store import SURGE, ZONE, at, write

DEADLINE_S = 15.0
THEN = Wish(SURGE, live=False)


class Listener:
    """Takes what a feed posts; it can be made to hold the feed up."""

    def __init__(self) -> None:
        self.seen: queue.Queue[FloorSeen] = queue.Queue()
        self.free = threading.Event()
        self.free.set()

    def __call__(self, event: FloorSeen) -> None:
        self.seen.put(event)
        assert self.free.wait(DEADLINE_S)

    def next(self) -> FloorSeen:
        return self.seen.get(timeout=DEADLINE_S)


class Asked(Listener):
    """A feed and who listens to it."""

    def __init__(self, store: Path) -> None:
        super().__init__()
        self.feed = Feed(store, ZONE, self)
        self.feed.start()

    def ask(self, wish: Wish = THEN) -> FloorSeen:
        """Wish for something and return what it brought."""
        self.feed.ask(wish)
        return self.next()

    def until(self, reached: Callable[[FloorSeen], bool], wish: Wish = THEN) -> FloorSeen:
        """Wish again and again, until the answer is as it should be."""
        for _ in range(100):
            seen = self.ask(wish)
            if reached(seen):
                return seen
        pytest.fail(f"the last answer was {seen.error!r}")


Start = Callable[[Path], Asked]


@pytest.fixture
def start() -> Iterator[Start]:
    feeds: list[Asked] = []

    def begin(store: Path) -> Asked:
        feeds.append(Asked(store))
        return feeds[-1]

    yield begin
    for asked in feeds:
        asked.free.set()
        asked.feed.stop()


@pytest.fixture
def store(tmp_path: Path, quiet: Path) -> Path:
    """A store that may be spoilt."""
    return copied(quiet, tmp_path / "store.sqlite")


def copied(source: Path, target: Path) -> Path:
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()
    return target


def test_a_store_that_appears_later_is_waited_for(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "later.sqlite"
    asked = start(path)
    early = asked.ask()
    assert early.waiting
    assert early.picture is None
    assert str(path) in early.error
    assert "floorwalk" in early.error
    write(path, "simulator", [Observation("simulator", at(10), at(11))])
    seen = asked.ask()
    assert not seen.waiting
    assert seen.picture is not None
    assert seen.picture.source.health is Health.UP


def _folder(path: Path) -> None:
    path.mkdir()


def _text(path: Path) -> None:
    path.write_text("1750000000|NONE|NONE|NONE|QUEUESTART|\n" * 9)


def _other(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mail (id)")
    db.close()


def _newer(path: Path) -> None:
    Writer(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def _torn(path: Path) -> None:
    Writer(path).close()
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(_folder, "folder"), (_text, "not a Floorwalk"), (_other, "another program"), (_newer, "newer"), (_torn, "read")],
)
def test_what_is_no_store_is_told_and_gives_way_to_a_good_one(
    start: Start, tmp_path: Path, quiet: Path, spoil: Callable[[Path], None], says: str
) -> None:
    path = tmp_path / "store.sqlite"
    spoil(path)
    asked = start(path)
    seen = asked.ask()
    assert not seen.waiting
    assert seen.picture is None
    assert says in seen.error
    assert str(path) in seen.error
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    copied(quiet, path)
    assert asked.ask().picture is not None


def test_a_store_that_is_deleted_is_missed_and_a_new_one_is_taken(start: Start, store: Path, played: Path) -> None:
    asked = start(store)
    first = asked.ask().picture
    assert first is not None
    assert first.agents == ()
    store.unlink()
    assert asked.until(lambda seen: seen.waiting).picture is None
    copied(played, store)
    picture = asked.ask().picture
    assert picture is not None
    assert len(picture.agents) > 40


def test_a_store_that_is_replaced_is_opened_anew(start: Start, store: Path, played: Path) -> None:
    asked = start(store)
    asked.ask()
    copied(played, store.with_suffix(".new")).replace(store)
    picture = asked.ask().picture
    assert picture is not None
    assert len(picture.agents) > 40


def test_rows_that_nobody_foresaw_are_told_and_do_not_end_the_feed(start: Start, played: Path, tmp_path: Path) -> None:
    store = copied(played, tmp_path / "store.sqlite")
    change = "UPDATE state_span SET state = 'sang' WHERE since_ms < ?"
    with sqlite3.connect(store) as db:
        db.execute(change, (SURGE,))
    asked = start(store)
    assert "sang" in asked.ask().error
    with sqlite3.connect(store) as db:
        db.execute("UPDATE state_span SET state = 'available'")
    db.close()
    assert asked.ask().picture is not None


def test_a_flag_of_a_kind_that_the_site_has_no_longer_is_still_shown(
    start: Start, played: Path, tmp_path: Path
) -> None:
    store = copied(played, tmp_path / "store.sqlite")
    with sqlite3.connect(store) as db:
        db.execute("UPDATE flag SET kind = 'sang'")
    db.close()
    picture = start(store).ask().picture
    assert picture is not None
    assert {flag.kind for flag in picture.flags} == {"sang"}


def test_moods_are_read_when_they_are_wished_for_and_anew_only_when_somebody_was_marked(
    start: Start, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copied(played, tmp_path / "store.sqlite")
    insert = "INSERT INTO mood (agent_id, at_ms, mood, note, noted_by, said) VALUES (1, ?, ?, '', 'x', 0)"

    def note(at_ms: int, mood: int) -> None:
        with sqlite3.connect(store) as db:
            db.execute(insert, (at_ms, mood))
        db.close()

    with sqlite3.connect(store) as db:
        db.execute("DELETE FROM mood")
    db.close()
    note(SURGE - 20 * DAY, 4)
    note(SURGE - 2 * MINUTE, 2)
    note(SURGE + 10 * SECOND, 5)
    reads: list[tuple[int, int]] = []
    read = Reader.moods

    def counted(reader: Reader, since_ms: int, until_ms: int) -> list[MoodRow]:
        reads.append((since_ms, until_ms))
        return read(reader, since_ms, until_ms)

    monkeypatch.setattr(Reader, "moods", counted)
    asked = start(store)
    wish = Wish(SURGE, live=True, moods=True)
    assert asked.ask(Wish(SURGE, live=True)).moods is None
    assert not reads
    weeks = asked.ask(wish).moods
    assert weeks is not None
    assert [mark.mood for mark in weeks.marks[1]] == [4, 2], "the third was noted later"
    with sqlite3.connect(store) as db:
        db.execute("DELETE FROM heartbeat")  # something else was written
    db.close()
    assert asked.ask(wish._replace(moment_ms=SURGE + 5 * SECOND)).moods is weeks
    later = asked.ask(wish._replace(moment_ms=SURGE + 20 * SECOND)).moods
    assert later is weeks, "in a roll-call not at every key"
    assert len(reads) == 1
    monkeypatch.setattr("console.feed.ROLL_CALL_MS", 0)
    later = asked.ask(wish._replace(moment_ms=SURGE + 21 * SECOND)).moods
    assert later is not None and [mark.mood for mark in later.marks[1]] == [4, 5], "of one hour the last holds"
    earlier = asked.ask(Wish(SURGE - 3 * MINUTE, live=False, moods=True)).moods
    assert earlier is not None and [mark.mood for mark in earlier.marks[1]] == [4]


def test_only_the_newest_wish_counts(start: Start, quiet: Path) -> None:
    asked = start(quiet)
    asked.free.clear()
    asked.feed.ask(Wish(at(10, 1), live=False))
    assert asked.next().wish.moment_ms == at(10, 1)
    for minute in range(2, 40):
        asked.feed.ask(Wish(at(10, minute), live=False))
    asked.free.set()
    seen = asked.next()
    assert seen.wish.moment_ms == at(10, 39)
    assert seen.number == 39
    assert asked.seen.empty()


def test_it_ends_and_says_nothing_more(start: Start, quiet: Path) -> None:
    asked = start(quiet)
    asked.ask()
    asked.feed.stop()
    assert not asked.feed._thread.is_alive()
    asked.feed.ask(THEN)
    assert asked.seen.empty()


def test_one_that_never_began_ends_too(quiet: Path) -> None:
    Feed(quiet, ZONE, lambda _: None).stop()


def test_a_live_picture_serves_until_something_is_written(start: Start, store: Path) -> None:
    asked = start(store)
    first = asked.ask(Wish(at(10, 59, 1), live=True)).picture
    assert asked.ask(Wish(at(10, 59, 2), live=True)).picture is first
    write(store, "simulator", [Observation("simulator", at(11), at(11) + SECOND)])
    assert asked.ask(Wish(at(10, 59, 3), live=True)).picture is not first


def test_a_strip_comes_only_when_wished_for_and_serves_for_its_day(start: Start, played: Path) -> None:
    asked = start(played)
    assert asked.ask().strip is None
    strip = asked.ask(Wish(SURGE, live=False, strip=True)).strip
    assert strip is not None
    assert asked.ask(Wish(at(15), live=False, strip=True)).strip is strip
    assert asked.ask(Wish(at(15) + 24 * 3600 * SECOND, live=False, strip=True)).strip != strip


def test_a_large_floor_is_shown_before_its_loads_are_told(
    start: Start, played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.feed.MANY", 5)
    asked = start(played)
    first = asked.ask().picture
    assert first is not None
    assert len(first.loads) > 5
    far, near, nearer = (SURGE + n * MINUTE for n in (-50, -49, -48))
    for moment_ms in (far, near, nearer):
        early, late = asked.ask(Wish(moment_ms, live=False)).picture, asked.next().picture
        with Reader(played) as reader:
            whole = reader.floor_at(moment_ms, ZONE)
        assert late == whole
        assert early is not None
        assert early._replace(loads={}) == whole._replace(loads={})
        assert bool(early.loads) == (moment_ms != far), "those of the minute before serve for the while"
    assert asked.ask(Wish(nearer, live=False)).picture == whole
    asked.feed.stop()
    assert asked.seen.empty(), "what is told whole is told once"


def test_loads_that_nobody_foresaw_do_not_end_the_feed(
    start: Start, played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.feed.MANY", 5)
    asked = start(played)
    assert asked.ask().picture is not None

    def unforeseen(*_: object, **_more: object) -> None:
        raise KeyError(7)

    with monkeypatch.context() as patched:
        patched.setattr(LoadBook, "at", unforeseen)
        patched.setattr(Reader, "with_loads", unforeseen)
        assert "KeyError: 7" in asked.ask(Wish(SURGE - MINUTE, live=False)).error
    with monkeypatch.context() as patched:
        assert asked.ask().picture is not None
        patched.setattr(Reader, "with_loads", unforeseen)
        assert asked.ask(Wish(SURGE - 50 * MINUTE, live=False)).picture is not None
        assert asked.ask(Wish(SURGE - 9 * MINUTE, live=False)).picture is not None, "it goes on"
    assert asked.ask().picture is not None
