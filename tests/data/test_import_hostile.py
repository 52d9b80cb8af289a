"""Logs that are damaged, endless or no files: told apart, accounted for, and never held in memory whole."""

from __future__ import annotations

import gzip
import os
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from random import Random

import pytest

from data.adapters.queue_log import files
from data.adapters.queue_log.files import MAX_LINE, LogFileError
from data.importer import import_logs
from tests.data.logs import REAL_RUN, accounted, dump, log

MB = 1 << 20
BEFORE, AFTER = log("0|c1|sales|NONE|ENTERQUEUE||1|1"), log("5|c1|sales|Ann|CONNECT|5|x|1")
TOO_LONG = {"is too long": 1}


def packed(path: Path, pieces: Iterator[bytes]) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for piece in pieces:
            file.write(piece)


def zeros(size: int) -> Iterator[bytes]:
    yield BEFORE.encode()
    yield from repeat(b"0" * MB, size)
    yield b"\n" + AFTER.encode()


@pytest.mark.slow
def test_a_line_without_an_end_is_one_rejected_line_and_takes_no_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    packed(bomb, zeros(50))
    tracemalloc.start()
    try:
        report = import_logs(tmp_path / "s.sqlite", [bomb]).report
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 20 * MB
    assert (report.lines, report.used, dict(report.reasons)) == (3, 2, TOO_LONG)
    assert accounted(report) == report.lines
    assert [(number, why, len(line)) for _, number, why, line in report.rejected] == [(2, "is too long", 120)]
    again = import_logs(tmp_path / "s.sqlite", [bomb]).report
    assert (again.lines, again.already) == (0, 3)


@pytest.mark.parametrize("chunk", [1_000, MAX_LINE, MB])
@pytest.mark.parametrize(("size", "kept"), [(MAX_LINE, True), (MAX_LINE + 1, False), (3 * MAX_LINE, False)])
def test_how_long_a_line_may_be_does_not_depend_on_how_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, size: int, kept: bool
) -> None:
    monkeypatch.setattr(files, "CHUNK", chunk)
    start = log("3|NONE|NONE|Ann|PAUSEALL|").rstrip("\n").encode()
    line = start + "培".encode() * ((size - len(start)) // 3)
    line += b"x" * (size - len(line))
    path = tmp_path / "queue_log"
    path.write_bytes(BEFORE.encode() + line + b"\n" + AFTER.encode())
    report = import_logs(tmp_path / "s.sqlite", [path]).report
    assert (report.lines, report.used, dict(report.reasons)) == (3, 2 + kept, {} if kept else TOO_LONG)
    assert report.rejected == [] or report.rejected[0][1] == 2


@pytest.mark.parametrize("seen", [MAX_LINE // 2, MAX_LINE + 100, 3 * MB, 5 * MB])
def test_a_log_that_grows_within_a_line_that_is_too_long(tmp_path: Path, seen: int) -> None:
    whole = BEFORE.encode() + b"0" * (5 * MB) + b"\n" + AFTER.encode()
    path, store = tmp_path / "queue_log", tmp_path / "s.sqlite"
    path.write_bytes(whole[: len(BEFORE) + seen])
    first = import_logs(store, [path]).report
    assert (first.lines, first.rejects, accounted(first)) == (2, 1, 2)
    same = import_logs(store, [path]).report
    assert (same.lines, same.already) == (0, 2)
    path.write_bytes(whole)
    then = import_logs(store, [path]).report
    assert (then.already, then.lines, then.used, dict(then.reasons)) == (1, 2, 1, TOO_LONG)
    import_logs(tmp_path / "at once.sqlite", [path])
    assert dump(store) == dump(tmp_path / "at once.sqlite")


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) * 40 + data[middle + 40 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a cut one": lambda data: data[:-3_000],
    "one that is wrong in the middle": flipped,
    "one whose sum is wrong": lambda data: data[:-8] + bytes(8),
    "one with something else after its end": lambda data: data + b"\x1f\x8bno",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_gzip_file_is_named_with_how_much_of_it_can_be_read(tmp_path: Path, damage: str) -> None:
    chance = Random(3)
    lines = (f"1750000{n:03}|c{chance.random()}|sales|NONE|ENTERQUEUE||1|1\n".encode() for n in range(1000))
    path = tmp_path / "queue_log.1.gz"
    packed(path, lines)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(LogFileError, match=r"queue_log\.1\.gz can be read for the first [1-9][\d,]* bytes") as caught:
        import_logs(tmp_path / "s.sqlite", [path])
    assert caught.value.code == 66
    assert "None" not in str(caught.value)


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe, data = tmp_path / "queue_log.pipe", REAL_RUN.read_bytes()
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    import_logs(tmp_path / "piped.sqlite", [pipe])
    writer.join(10)
    import_logs(tmp_path / "read.sqlite", [REAL_RUN])
    assert dump(tmp_path / "piped.sqlite") == dump(tmp_path / "read.sqlite")


def test_blank_lines_by_the_hundred_thousand_are_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(b"\n" * 300_000)
    report = import_logs(tmp_path / "s.sqlite", [path]).report
    assert (report.lines, report.blank) == (300_000, 300_000)
