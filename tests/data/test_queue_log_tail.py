"""Following a queue log as it grows, is rotated and emptied: the store equals that of one import of all its lines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.queue_log import QueueLog, files
from data.adapters.registry import make
from data.importer import import_logs
from data.model.observation import Observation
from data.poller import Poller
from data.store.writer import Writer
from tests.data.logs import REAL_RUN, START, dump, log, queue_logs, reading, second
from tests.examples import examples

SIGNED_IN = log("0|MANAGER|sales|Ann|ADDMEMBER|")
ENTERED = log("10|c1|sales|NONE|ENTERQUEUE||1|1")
ANSWERED = log("15|c1|sales|Ann|CONNECT|5|x|1")
ENDED = log("75|c1|sales|Ann|COMPLETEAGENT|5|60|1")


class Followed:
    """A log that somebody writes and a poller follows, one poll at a time, at times of the test's choosing."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.log = folder / "queue_log"
        self.store = folder / "followed.sqlite"
        self.options: dict[str, Any] = dict(options) or {"paths": [str(self.log)]}
        self.now_ms = START
        self.adapter: QueueLog
        self.start()

    def start(self) -> None:
        """Start the poller (again): what the last one knew is in the store alone."""
        adapter = make("queue_log", self.options | {"clock": lambda: self.now_ms})
        assert isinstance(adapter, QueueLog)
        self.adapter = adapter
        self.writer = Writer(self.store)
        self.poller = Poller(adapter, self.writer, 1000)

    def stop(self) -> None:
        asyncio.run(self.adapter.aclose())
        self.writer.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def write(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(text)

    def poll(self, at: float | None = None, times: int = 1) -> None:
        if at is not None:
            self.now_ms = START + round(at * 1000)
        for _ in range(times):
            asyncio.run(self.poller.once())

    def measured(self) -> list[tuple[float | None, float | None, str]]:
        with reading(self.store) as db:
            rows = db.execute("SELECT since_ms, until_ms, reason FROM coverage ORDER BY since_ms").fetchall()
        return [(second(since), second(until), reason) for since, until, reason in rows]

    def contacts(self) -> list[tuple[Any, ...]]:
        with reading(self.store) as db:
            return db.execute("SELECT contact, outcome, talk_ms FROM call ORDER BY id").fetchall()


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    (tmp_path / "queue_log").touch()
    return Followed(tmp_path)


def without_coverage(store: Path) -> dict[str, list[Any]]:
    """Return what a store holds but what depends on how long somebody watched."""
    since_the_watch_began = ("coverage", "queue_sample", "site", "agent_history", "queue_history")
    return {name: rows for name, rows in dump(store).items() if name not in since_the_watch_began}


def check_equals_import(followed: Followed, text: str) -> None:
    whole = followed.store.with_name("whole.log")
    whole.write_text(text, encoding="utf-8")
    store = followed.store.with_name("whole.sqlite")
    import_logs(store, [whole])
    assert without_coverage(followed.store) == without_coverage(store)


def test_a_log_that_grows_is_followed(followed: Followed) -> None:
    followed.write(SIGNED_IN)
    followed.poll(at=2)
    assert followed.measured() == [(0, 1.999, "")]
    followed.write(ENTERED + ANSWERED)
    followed.poll(at=20.5)
    assert (followed.contacts(), followed.measured()) == ([("c1", "answered", None)], [(0, 19.999, "")])
    followed.poll(at=60)
    assert followed.measured() == [(0, 59.999, "")]
    followed.poll(at=59)  # a clock set back takes nothing away
    followed.write(ENDED)
    followed.poll(at=75.2)
    followed.poll(at=76.2)
    assert followed.contacts() == [("c1", "answered", 60_000)]
    assert followed.measured() == [(0, 75.999, "")]
    assert followed.poller.failures == 0
    check_equals_import(followed, SIGNED_IN + ENTERED + ANSWERED + ENDED)


@pytest.mark.parametrize("paths", [str, Path, lambda path: [str(path)], lambda path: [Path(path)]])
def test_paths_may_be_one_or_many_texts_or_paths(tmp_path: Path, paths: Callable[[Path], object]) -> None:
    (tmp_path / "queue_log").write_text(SIGNED_IN, encoding="utf-8")
    followed = Followed(tmp_path, paths=paths(tmp_path / "queue_log"))
    followed.poll(at=2)
    assert followed.measured() == [(0, 1.999, "")]


def test_half_a_line_waits_for_its_end(followed: Followed) -> None:
    followed.write(SIGNED_IN + ENTERED[:30])
    followed.poll(at=11)
    assert followed.contacts() == []
    followed.poll(at=12)
    followed.write(ENTERED[30:])
    followed.poll(at=13)
    assert followed.contacts() == [("c1", None, None)]
    assert followed.adapter.report.rejects == 0


def test_a_restarted_poller_goes_on_where_the_last_one_stopped(followed: Followed) -> None:
    followed.write(SIGNED_IN + ENTERED + ANSWERED[:25])
    followed.poll(at=16)
    followed.restart()
    followed.write(ANSWERED[25:])
    followed.poll(at=20)
    followed.restart()
    followed.poll(at=30)
    followed.write(ENDED)
    followed.poll(at=80)
    assert (followed.adapter.report.lines, followed.adapter.report.repeated) == (1, 0)
    assert followed.measured() == [(0, 79.999, "")]
    check_equals_import(followed, SIGNED_IN + ENTERED + ANSWERED + ENDED)


def test_a_long_silence_while_nobody_watched_is_a_gap(followed: Followed) -> None:
    followed.write(SIGNED_IN)
    followed.poll(at=2)
    followed.restart()
    followed.poll(at=3_000)
    followed.restart()
    followed.poll(at=9_000)
    assert followed.measured() == [(0, 2_999.999, "gap"), (8_999.999, 8_999.999, "")]
    followed.restart()
    followed.write(log("20000|c1|sales|NONE|ENTERQUEUE||1|1"))  # the log itself tells that it was kept meanwhile
    followed.poll(at=20_001)
    assert followed.measured()[1:] == [(8_999.999, 20_000.999, "")]


def test_an_import_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(SIGNED_IN + ENTERED + ANSWERED[:-3], encoding="utf-8")
    import_logs(tmp_path / "followed.sqlite", [path])
    followed = Followed(tmp_path)
    followed.write(ANSWERED[-3:])
    followed.poll(at=20)
    assert (followed.adapter.report.lines, followed.contacts()) == (1, [("c1", "answered", None)])


# Rotation


def rotate(followed: Followed) -> None:
    followed.log.rename(followed.log.with_name("queue_log.0"))


def test_a_rotated_log_is_finished_before_the_next_one(followed: Followed) -> None:
    followed.write(SIGNED_IN)
    followed.poll(at=2)
    old = followed.log.with_name("queue_log.0")
    rotate(followed)
    with old.open("a", encoding="utf-8") as file:
        file.write(ENTERED)
        file.flush()
        followed.poll(at=11)  # nothing stands at the path yet
        assert followed.contacts() == [("c1", None, None)]
        followed.log.touch()
        followed.poll(at=12)  # what does is empty: the system still writes the old one
        file.write(ANSWERED)
        file.flush()
        followed.poll(at=16)
        file.write(log("20|NONE|sales|Ann|PAUSE|Lunch").rstrip("\n"))
    followed.write(ENDED)
    followed.poll(at=76, times=3)
    assert followed.poller.failures == 0
    assert followed.measured() == [(0, 75.999, "")]
    check_equals_import(followed, SIGNED_IN + ENTERED + ANSWERED + log("20|NONE|sales|Ann|PAUSE|Lunch") + ENDED)
    followed.restart()
    followed.poll(at=80)
    assert followed.adapter.report.lines == 0


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "beside"])
def test_a_log_rotated_while_nobody_polled_is_finished_first(tmp_path: Path, listed: bool) -> None:
    path, old = tmp_path / "queue_log", tmp_path / "queue_log.0"
    older = tmp_path / "queue_log.1"
    older.write_text(log("!1749990000|NONE|NONE|Ann|PAUSEALL|x"), encoding="utf-8")
    os.utime(older, (START / 1000 - 1, START / 1000 - 1))
    path.write_text(SIGNED_IN, encoding="utf-8")
    followed = Followed(tmp_path)
    followed.poll(at=2)
    followed.stop()
    followed.write(ENTERED + ANSWERED)
    rotate(followed)
    followed.write(ENDED)
    (tmp_path / "queue_log.sqlite").write_bytes(b"no log")
    if listed:
        followed.options = {"paths": [str(older), str(path), str(old)]}
    followed.start()
    followed.poll(at=76, times=4)
    assert followed.adapter.report.lines == 3
    check_equals_import(followed, SIGNED_IN + ENTERED + ANSWERED + ENDED)


def test_an_emptied_log_is_read_from_its_start(followed: Followed) -> None:
    followed.write(SIGNED_IN + ENTERED)
    followed.poll(at=12, times=2)
    followed.log.write_text(ANSWERED, encoding="utf-8")
    followed.poll(at=16, times=2)
    assert followed.contacts() == [("c1", "answered", None)]
    longer = log("20|NONE|sales|Ann|PAUSE|Lunch") + ENDED  # emptied, and beyond the old place, within one interval
    followed.log.write_text(longer, encoding="utf-8")
    followed.poll(at=76, times=2)
    check_equals_import(followed, SIGNED_IN + ENTERED + ANSWERED + longer)


# What goes wrong


def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    followed = Followed(tmp_path)
    followed.poll(at=1, times=2)
    assert followed.poller.failures == 2
    assert "queue_log can't be read: No such file" in capsys.readouterr().err
    followed.write(SIGNED_IN)
    followed.poll(at=2)
    assert (followed.poller.failures, followed.measured()) == (0, [(0, 1.999, "")])


def test_after_a_failure_it_goes_on_where_it_was(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    followed.write(SIGNED_IN + ENTERED)
    followed.poll(at=12, times=2)

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("data.adapters.queue_log.tail.os.pread", fail)
        followed.poll(at=13)
        assert followed.poller.failures == 1
    followed.write(ANSWERED)
    followed.poll(at=16)
    assert (followed.poller.failures, followed.adapter.report.repeated) == (0, 0)
    assert followed.adapter.report.lines == 3


@pytest.mark.parametrize(
    ("name", "why"), [("packed.gz", "gzipped, so it does not grow"), ("pipe", "no regular file"), ("", "is named")]
)
def test_what_cannot_be_followed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, why: str
) -> None:
    (tmp_path / "packed.gz").write_bytes(
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    )
    os.mkfifo(tmp_path / "pipe")
    followed = Followed(tmp_path, paths=[str(tmp_path / name)] if name else [])
    followed.poll(at=1)
    assert why in capsys.readouterr().err


# At length


def test_the_real_run_followed_in_steps_equals_one_import(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK", 5_000)
    text = REAL_RUN.read_text(encoding="utf-8")
    at = number = 0
    while at < len(text):
        end = at + 9_973
        if number % 9 == 8:
            end = text.index("\n", at) + 1
        followed.write(text[at:end])
        followed.poll(at=0, times=4)
        if number % 9 == 4:
            followed.restart()
        if number % 9 == 8:
            rotate(followed)
        at, number = end, number + 1
    followed.poll(at=0, times=4)
    check_equals_import(followed, text)


@examples(25)
@given(
    lines=queue_logs(contacts=5),
    steps=st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["", "restart", "rotate"])), max_size=12),
)
def test_followed_in_any_steps_equals_one_import(
    tmp_path: Path, lines: list[str], steps: list[tuple[int, str]]
) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    (folder / "queue_log").touch()
    followed = Followed(folder)
    text = "".join(f"{line}\n" for line in lines)
    at = 0
    for size, what in [*steps, (len(text), "")]:
        followed.write(text[at : at + size])
        at += size
        followed.poll(at=0, times=2)
        if what == "restart":
            followed.restart()
        elif what == "rotate" and followed.log.stat().st_size and text[:at].endswith("\n"):
            followed.log.rename(folder / f"queue_log.{at}")
            followed.log.touch()
    followed.poll(at=0, times=3)
    followed.stop()
    assert followed.poller.failures == 0
    check_equals_import(followed, text)


def test_an_observation_says_nothing_of_the_second_that_is_not_over(tmp_path: Path) -> None:
    (tmp_path / "queue_log").touch()
    adapter = QueueLog(str(tmp_path / "queue_log"), clock=lambda: START + 1_700)
    first = asyncio.run(adapter.poll())
    assert first == Observation("queue_log", START + 999, START + 999)
    asyncio.run(adapter.aclose())
