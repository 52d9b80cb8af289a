"""Putting queue logs into a store, once each, however often they are given."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from data.adapters.queue_log import NameRules, QueueLog, Report
from data.adapters.queue_log.adapter import marks_of
from data.adapters.queue_log.files import LogFile, Mark, readable
from data.lease import Lease
from data.model.known import Known
from data.model.observation import QueueEntry
from data.recorder import record
from data.store.files import StoreError
from data.store.writer import Writer

OVERLAP_MS = 60_000
"""A log may begin this long before the end of the last one; more means it is an older one."""


class Imported(NamedTuple):
    """What an import did."""

    report: Report
    calls: int
    """Visits that were new."""
    agents: int
    queues: int
    derived: int
    """Visits whose entry is not in the log, so that it was worked out from the wait."""
    since_ms: int | None
    until_ms: int | None


def import_logs(
    store: Path,
    paths: Iterable[Path],
    *,
    names: NameRules | None = None,
    goals: Mapping[str, QueueEntry] | None = None,
    source: str = "queue_log",
    site: Mapping[str, str] | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> Imported:
    """Import queue logs (`-`: standard input) into a store and return the account of every line.

    `site` are facts to keep (`name`, `zone`); `progress` is told the bytes of each piece read, twice for each file
    (it is looked through first). Raises StoreError or LogFileError; what was committed before stays, and the same
    call again goes on from there.
    """
    with _seldom_collecting(), readable(paths) as files, Lease(store, "floorwalk import"), Writer(store) as writer:
        known = writer.known(source)
        taken = {Mark(*pair) for pair in writer.taken(source)}
        log = QueueLog(files, names, taken | marks_of(known.cursor), goals, progress, source)
        covered_ms = known.coverage.until_ms if known.coverage else None
        _refuse_older(log, covered_ms, store)
        if site:
            writer.set_site(**site)
        imported = _record_all(log, known, writer)
        _keep_ledger(writer, known.source_id, list(log.marks.values()))
    return imported


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for garbage in circles seldom meanwhile: an import makes millions of rows, none of them in circles."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _record_all(log: QueueLog, before: Known, writer: Writer) -> Imported:
    known, report = before, log.report
    calls = derived = kept = 0
    for observation in log.observations(known.coverage.until_ms if known.coverage else None):
        finished = list(log.marks.values())[kept:-1]  # before the cursor moves on to the next file
        _keep_ledger(writer, known.source_id, finished)
        kept += len(finished)
        known, rows = record(known, observation)
        writer.write(rows)
        report.repeated += rows.repeats
        report.used -= rows.repeats
        derived += rows.derived
        calls += sum(old is None for old, _ in rows.calls.values())
    report.already = sum(file.skip_lines for file in log.files)
    return Imported(
        report,
        calls,
        known.next_agent - before.next_agent,
        known.next_queue - before.next_queue,
        derived,
        known.coverage.since_ms if known.coverage else None,
        known.coverage.until_ms if known.coverage else None,
    )


def _refuse_older(log: QueueLog, covered_ms: int | None, store: Path) -> None:
    """Raise StoreError for a log that is older than what the store holds: agents' days are told in order."""
    for file in log.files:
        if covered_ms is None or file.skip or file.first is None or file.first * 1000 >= covered_ms - OVERLAP_MS:
            continue
        raise StoreError(
            f"{file.name} begins before the end of what {store} already holds: import older logs first, "
            "or all of them at once into a new store (--store NEW)",
            65,
        )


def _keep_ledger(writer: Writer, source_id: int, files: Iterable[tuple[LogFile, tuple[Mark, ...]]]) -> None:
    for file, marks in files:
        for mark in marks:
            writer.took(source_id, file.name, *mark)
