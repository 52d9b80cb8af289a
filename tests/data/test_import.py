"""Putting logs into a store once, in whatever pieces and however often they come."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.queue_log import QueueLog, adapter, files
from data.adapters.queue_log.files import LogFileError
from data.importer import Imported, NoLogError, import_logs
from data.lease import HeldError, Lease
from data.model.observation import Observation
from data.store.files import StoreError
from tests.data.logs import (
    AGENTS,
    ASTERISK,
    EPOCH,
    INTERFACE,
    REAL_RUN,
    accounted,
    day_of,
    dump,
    log,
    queue_logs,
    reading,
    take,
)
from tests.examples import examples

EDGE = [ASTERISK / "edge" / "queue_log.0", ASTERISK / "edge" / "queue_log"]
SMALL_CHUNK = 2_000
"""Bytes read at a time in tests that need many batches."""


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK", SMALL_CHUNK)


def imported_whole(folder: Path, data: bytes) -> Path:
    """Import a log in one go into a store of its own."""
    path = folder / "whole.log"
    path.write_bytes(data)
    import_logs(folder / "whole.sqlite", [path])
    return folder / "whole.sqlite"


def growing(folder: Path, data: bytes, cuts: list[int]) -> Path:
    """Import a log each time that it has grown to one of the sizes, and at its end."""
    path = folder / "growing.log"
    lines = 0
    for size in [*sorted(cuts), len(data)]:
        path.write_bytes(data[:size])
        report = import_logs(folder / "growing.sqlite", [path]).report
        assert accounted(report) == report.lines
        lines = report.already + report.lines
    assert lines == data.count(b"\n") + (not data.endswith(b"\n"))
    return folder / "growing.sqlite"


# Again


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    store = imported_whole(tmp_path, REAL_RUN.read_bytes())
    before = dump(store, leave_out=())
    again = import_logs(store, [tmp_path / "whole.log"])
    assert dump(store, leave_out=()) == before
    assert (again.report.lines, again.report.already, again.calls, again.agents) == (0, 3696, 0, 0)


@pytest.mark.parametrize("end", ["\n", ""], ids=["ended", "cut off"])
def test_a_copy_under_another_name_changes_nothing(tmp_path: Path, end: str) -> None:
    text = log("0|c1|sales|NONE|ENTERQUEUE||1|1", "5|c1|sales|Ann|CONNECT|5|x|1").rstrip("\n") + end
    day = take(tmp_path, text)
    before = dump(day.store, leave_out=())
    copies = [tmp_path / "copy", tmp_path / "copy.gz"]
    copies[0].write_text(text)
    copies[1].write_bytes(gzip.compress(text.encode()))
    again = import_logs(day.store, copies)
    assert dump(day.store, leave_out=()) == before
    assert (again.report.lines, again.report.already) == (0, 4)


def test_two_copies_at_once_are_taken_once(tmp_path: Path) -> None:
    data = REAL_RUN.read_bytes()[:60_000]
    whole = imported_whole(tmp_path, data)
    earlier = tmp_path / "earlier.log"
    earlier.write_bytes(data[: data.index(b"\n", 20_000) + 1])
    import_logs(tmp_path / "both.sqlite", [tmp_path / "whole.log", earlier, tmp_path / "whole.log"])
    assert dump(tmp_path / "both.sqlite") == dump(whole)


# In pieces


def fair(data: bytes, cut: int) -> int:
    """Return a place to cut that can be made good later.

    Half the reason of a pause is another reason: who was paused with the whole one already is seen to change. Such a
    line is left whole.
    """
    start, end = data.rfind(b"\n", 0, cut) + 1, data.index(b"\n", cut - 1) + 1
    return end if b"PAUSE" in data[start:end] else cut


@examples(60)
@given(lines=queue_logs(), data=st.data())
def test_a_growing_file_in_any_number_of_steps_equals_one_import(
    tmp_path: Path, lines: list[str], data: st.DataObject
) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    written = "".join(f"{line}\n" for line in lines).encode()
    cuts = data.draw(st.lists(st.integers(1, len(written)), max_size=4))
    assert dump(growing(folder, written, [fair(written, cut) for cut in cuts])) == dump(imported_whole(folder, written))


@pytest.mark.slow
@examples(600)
@given(lines=queue_logs(contacts=14), data=st.data())
def test_a_growing_file_in_any_number_of_steps_at_length(tmp_path: Path, lines: list[str], data: st.DataObject) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    written = "".join(f"{line}\n" for line in lines).encode()
    cuts = data.draw(st.lists(st.integers(1, len(written)), max_size=12))
    assert dump(growing(folder, written, [fair(written, cut) for cut in cuts])) == dump(imported_whole(folder, written))


SIGN_INS = [f"{EPOCH - 4_000}|MANAGER|sales|{INTERFACE.get(agent, agent)}|ADDMEMBER|" for agent in AGENTS]
"""Which sign-ins are left out as nobody's is decided by all that a file says, so these come first."""


@pytest.mark.slow
@examples(400)
@given(lines=queue_logs(nasty=True), data=st.data())
def test_a_nasty_file_that_grows_by_whole_lines_equals_one_import(
    tmp_path: Path, lines: list[str], data: st.DataObject
) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    written = "".join(f"{line}\n" for line in [*SIGN_INS, *lines]).encode()
    places = data.draw(st.lists(st.integers(0, len(written) - 1), max_size=6))
    cuts = [written.index(b"\n", place) + 1 for place in places]
    assert dump(growing(folder, written, cuts)) == dump(imported_whole(folder, written))


def whole_lines(data: bytes, parts: int) -> list[int]:
    return [data.index(b"\n", len(data) * n // parts) + 1 for n in range(1, parts)]


def test_the_real_run_in_steps_equals_one_import(tmp_path: Path) -> None:
    data = REAL_RUN.read_bytes()
    steps = growing(tmp_path, data, [*whole_lines(data, 6), 30_000, 111_111])
    assert dump(steps) == dump(imported_whole(tmp_path, data))


@pytest.mark.usefixtures("small_chunks")
def test_in_small_batches_equals_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = REAL_RUN.read_bytes()
    path = tmp_path / "small.log"
    path.write_bytes(data)
    import_logs(tmp_path / "small.sqlite", [path])
    monkeypatch.setattr(files, "CHUNK", 1 << 20)
    assert dump(tmp_path / "small.sqlite") == dump(imported_whole(tmp_path, data))


def test_a_quiet_night_between_two_imports_is_no_gap(tmp_path: Path) -> None:
    lines = ["0|MANAGER|sales|Ann|ADDMEMBER|", "9000|c1|sales|NONE|ENTERQUEUE||1|1"]
    data = log(*lines).encode()
    steps = growing(tmp_path, data, [data.index(b"\n") + 1])
    assert dump(steps) == dump(imported_whole(tmp_path, data))


def test_an_entry_written_after_the_answer_by_the_next_import(tmp_path: Path) -> None:
    data = log(
        "5|c1|sales|Ann|CONNECT|5|x|1",
        "6|c1|sales|NONE|ENTERQUEUE||555|1",
        "9|c1|sales|Ann|COMPLETEAGENT|5|4|1",
    )
    steps = growing(tmp_path, data.encode(), [data.index("\n") + 1])
    assert dump(steps) == dump(imported_whole(tmp_path, data.encode()))


@pytest.mark.parametrize("tail", ["5|c1|sales|Ann|CONNECT|5|x", "5|c1|sales|Ann|CONN", "5|c1|sa", "5"])
def test_a_line_cut_off_is_read_again_when_it_is_whole(tmp_path: Path, tail: str) -> None:
    start, full = log("0|c1|sales|NONE|ENTERQUEUE||1|1"), log("5|c1|sales|Ann|CONNECT|5|x|2")
    cut = start + log(tail).rstrip("\n|")
    steps = growing(tmp_path, (start + full).encode(), [len(cut)])
    assert dump(steps) == dump(imported_whole(tmp_path, (start + full).encode()))


@pytest.mark.parametrize("end", ["COMPLETECALLER", "COMPLETEAGENT", "ATTENDEDTRANSFER|APP|Wait"])
@examples(20)
@given(data=st.data())
def test_an_end_under_the_other_legs_id_in_any_number_of_steps(tmp_path: Path, end: str, data: st.DataObject) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    before, after = (
        log("0|c1|sales|NONE|ENTERQUEUE||555|1", "15|c1|sales|Ann|CONNECT|15|x|1"),
        log(
            f"65|c77|sales|Ann|{end}|15|50|1",
            *("80|c2|sales|NONE|ENTERQUEUE||556|1", "95|c2|sales|Ann|CONNECT|15|x|1"),
            "97|c2|sales|Ann|COMPLETEAGENT|15|2|1",
        ),
    )
    written = f"{before}{after}".encode()
    cuts = data.draw(st.lists(st.integers(len(before), len(written)), min_size=1, max_size=4))
    steps = growing(folder, written, cuts)
    assert dump(steps) == dump(imported_whole(folder, written))
    with reading(steps) as db:
        calls = db.execute("SELECT contact, wait_ms, talk_ms FROM call ORDER BY id").fetchall()
    assert calls == [("c1", 15_000, 50_000), ("c2", 15_000, 2_000)]


# Several files


def test_rotated_files_together_and_one_by_one(tmp_path: Path) -> None:
    together, apart = tmp_path / "together.sqlite", tmp_path / "apart.sqlite"
    done = import_logs(together, reversed(EDGE))
    for path in EDGE:
        import_logs(apart, [path])
    assert dump(together) == dump(apart)
    assert (done.report.lines, done.report.rejects, accounted(done.report)) == (222, 0, 222)
    day = day_of(together, done)
    assert [c[1:] for c in day.coverage] == [(EPOCH_OF_EDGE * 1000, 1_795_293_371_000, "")]


EPOCH_OF_EDGE = 1_795_293_186


def test_the_edge_cases_come_out_as_they_were_played(tmp_path: Path) -> None:
    day = day_of(tmp_path / "s.sqlite", import_logs(tmp_path / "s.sqlite", EDGE))
    told = [(f[1], f[2], f[3], f[4]) for f in day.figures()]
    agent = "Edge Agent 李"
    assert told == [
        (agent, "answered", 1, 5),
        (agent, "answered", 1, 2),
        (agent, "answered", 1, 2),
        (agent, "answered", 1, 8),
        (agent, "answered", 1, 8),
        (agent, "answered", 1, 8),
        (None, "overflowed", 2, None),
        (None, "abandoned", 1, None),
        (None, "abandoned", 1, None),
        (None, "abandoned", 2, None),
        (None, "abandoned", 1, None),
        (agent, "answered", 1, 7),
        (agent, "transferred", 1, 2),
        ("Sam Lee", "answered", 1, 8),
        (None, "abandoned", 4, None),
        (None, "abandoned", 13, None),
        (agent, "answered", 1, 21),
        (agent, "answered", 1, 11),
    ]
    assert [(r.ring_ms, bool(r.cancelled)) for r in day.rings] == [(3501, True), (10000, False)]


def test_rotation_in_mid_import(tmp_path: Path) -> None:
    data = REAL_RUN.read_bytes()
    first, second = whole_lines(data, 3)
    live, rotated, store = tmp_path / "queue_log", tmp_path / "queue_log.0", tmp_path / "s.sqlite"
    live.write_bytes(data[:first])
    import_logs(store, [live])
    rotated.write_bytes(data[:second])
    live.write_bytes(data[second:])
    import_logs(store, [live, rotated])
    assert dump(store) == dump(imported_whole(tmp_path, data))


def test_a_night_between_two_files_is_a_gap(tmp_path: Path) -> None:
    paths = [tmp_path / "monday", tmp_path / "tuesday"]
    paths[0].write_text(log("0|MANAGER|sales|Ann|ADDMEMBER|", "9|c1|sales|NONE|ENTERQUEUE||1|1"))
    paths[1].write_text(log("50000|MANAGER|sales|Ann|ADDMEMBER|"))
    day = day_of(tmp_path / "s.sqlite", import_logs(tmp_path / "s.sqlite", paths))
    assert [(c.since_ms - EPOCH * 1000, c.until_ms - EPOCH * 1000, c.reason) for c in day.coverage] == [
        (0, 9_000, "gap"),
        (50_000_000, 50_000_000, ""),
    ]
    assert day.states("Ann") == [("available", "", 0, 9), ("available", "", 50_000, None)]
    assert day.call().outcome == "lost"


def test_gzip(tmp_path: Path) -> None:
    packed = tmp_path / "queue_log.1.gz"
    packed.write_bytes(gzip.compress(REAL_RUN.read_bytes()))
    import_logs(tmp_path / "packed.sqlite", [packed])
    assert dump(tmp_path / "packed.sqlite") == dump(imported_whole(tmp_path, REAL_RUN.read_bytes()))


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(REAL_RUN.read_bytes())))
    import_logs(tmp_path / "piped.sqlite", [Path("-")])
    assert dump(tmp_path / "piped.sqlite") == dump(imported_whole(tmp_path, REAL_RUN.read_bytes()))


# Stopped half-way


def stop_after(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Make the next import stop after so many observations, as a kill would."""
    whole = QueueLog.observations

    def some(self: QueueLog, covered_ms: int | None = None) -> Iterator[Observation]:
        for number, observation in enumerate(whole(self, covered_ms)):
            if number == batches:
                raise KeyboardInterrupt
            yield observation

    monkeypatch.setattr(adapter.QueueLog, "observations", some)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("batches", [0, 1, 2, 3, 4, 5, 6])
def test_a_killed_import_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    import_logs(tmp_path / "whole.sqlite", EDGE)
    store = tmp_path / "killed.sqlite"
    with monkeypatch.context() as patch:
        stop_after(patch, batches)
        try:
            import_logs(store, EDGE)
        except KeyboardInterrupt:
            pass
        else:
            assert batches >= 6
    done: Imported = import_logs(store, EDGE)
    assert dump(store) == dump(tmp_path / "whole.sqlite")
    assert done.report.already + done.report.lines == 222
    import_logs(store, EDGE)
    assert dump(store) == dump(tmp_path / "whole.sqlite")


@pytest.mark.usefixtures("small_chunks")
def test_a_log_that_breaks_off_half_way_says_what_was_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = QueueLog.observations

    def broken(self: QueueLog, covered_ms: int | None = None) -> Iterator[Observation]:
        yield next(whole(self, covered_ms))
        raise LogFileError("it breaks off")

    monkeypatch.setattr(adapter.QueueLog, "observations", broken)
    with pytest.raises(LogFileError, match=r"^it breaks off; the \d+ lines before that were taken$"):
        import_logs(tmp_path / "s.sqlite", EDGE)


# Refused


@pytest.mark.parametrize("text", ["", "nonsense\n", "nonsense\n" * 9_000, "\n\n"])
def test_a_sparing_import_makes_no_store_for_what_is_no_log(tmp_path: Path, text: str) -> None:
    path = tmp_path / "text"
    path.write_text(text)
    if text:
        with pytest.raises(NoLogError, match=r"no line of .* is of a queue log"):
            import_logs(tmp_path / "new" / "s.sqlite", [path], sparing=True)
    else:
        assert import_logs(tmp_path / "new" / "s.sqlite", [path], sparing=True).empty
    assert list(tmp_path.iterdir()) == [path]


def test_a_sparing_import_is_an_import(tmp_path: Path) -> None:
    done = import_logs(tmp_path / "sparing.sqlite", EDGE, sparing=True)
    again = import_logs(tmp_path / "sparing.sqlite", EDGE, sparing=True)
    import_logs(tmp_path / "whole.sqlite", EDGE)
    assert dump(tmp_path / "sparing.sqlite") == dump(tmp_path / "whole.sqlite")
    assert (done.report.lines, again.report.lines, again.empty) == (222, 0, False)
    assert "Sam Lee" in done.acting <= again.acting


def test_an_older_log_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    import_logs(store, EDGE[1:])
    before = dump(store, leave_out=())
    with pytest.raises(StoreError, match=r"queue_log.0 begins before the end .* import older logs first") as caught:
        import_logs(store, EDGE[:1])
    assert caught.value.code == 65
    assert dump(store, leave_out=()) == before


@pytest.mark.parametrize("name", ["missing", "folder", "broken.gz"])
def test_a_log_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.gz").write_bytes(gzip.compress(REAL_RUN.read_bytes())[:5000])
    with pytest.raises(LogFileError, match=name):
        import_logs(tmp_path / "s.sqlite", [tmp_path / name])


def test_a_store_that_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    with Lease(store, "floorwalk poll"), pytest.raises(HeldError, match="floorwalk poll") as caught:
        import_logs(store, EDGE)
    assert caught.value.code == 75


def test_site_and_summary(tmp_path: Path) -> None:
    done = import_logs(tmp_path / "s.sqlite", EDGE, site={"zone": "Asia/Shanghai", "name": "North"})
    with reading(tmp_path / "s.sqlite") as db:
        assert dict(db.execute("SELECT key, value FROM site")) == {"zone": "Asia/Shanghai", "name": "North"}
    assert (done.calls, done.queues, done.derived) == (18, 3, 0)
    assert (done.since_ms, done.until_ms) == (EPOCH_OF_EDGE * 1000, 1_795_293_371_000)
