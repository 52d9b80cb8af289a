"""Putting queue logs into a store, once each, however often they are given."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.queue_log import NameRules, QueueLog, Report
from data.adapters.queue_log.adapter import marks_of
from data.adapters.queue_log.files import LogFile, LogFileError, Mark, look_through, readable
from data.adapters.queue_log.lines import ACTING_EVENTS
from data.lease import Lease
from data.model.days import Window
from data.model.known import Known
from data.model.observation import Observation, QueueEntry
from data.recorder import record
from data.store.baselines import days_touched, write_baselines
from data.store.files import StoreError
from data.store.writer import Writer

UTC = ZoneInfo("UTC")

OVERLAP_MS = 60_000
"""A log may begin this long before the end of the last one; more means it is an older one."""

_SOME = 20
"""Baselines are written for so many agents at once."""


class NoLogError(LogFileError):
    """No line of what was given is of a queue log. `code` is an exit code (sysexits: bad data)."""

    code = 65


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
    named: frozenset[str] = frozenset()
    """The agents' names as they stand in the logs, what was taken before among them."""
    acting: frozenset[str] = frozenset()
    """The keys of the agents who act there, and don't only sign in."""

    @property
    def empty(self) -> bool:
        """Whether there was nothing in the logs at all."""
        return not self.report.lines and not self.report.already


def import_logs(
    store: Path,
    paths: Iterable[Path],
    *,
    names: NameRules | None = None,
    goals: Mapping[str, QueueEntry] | None = None,
    source: str = "queue_log",
    site: Mapping[str, str] | None = None,
    progress: Callable[[int], None] = lambda _done: None,
    sparing: bool = False,
    zone: ZoneInfo = UTC,
) -> Imported:
    """Import queue logs (`-`: standard input) into a store and return the account of every line.

    `site` are facts to keep (`name`, `zone`); `progress` is told the bytes of each piece read, twice for each file.
    Raises StoreError or LogFileError; what was committed before stays, and the same call again goes on from there.
    `sparing`: make no store and change none for empty files, for what can't be read to its end, and for files in
    which no line is of a queue log (NoLogError).
    `zone` says when days begin: baselines are kept of those that were imported.
    """
    with _seldom_collecting(), readable(paths) as files:

        def log_after(taken: set[Mark]) -> QueueLog:
            with _saying("nothing was taken"):
                return QueueLog(files, names, taken, goals, progress, source)

        early = _begin(log_after(set()), None, store, sparing) if sparing and not store.exists() else None
        if early is not None and _is_empty(early.log):
            return _imported(early.log)
        with Lease(store, "floorwalk import"), Writer(store) as writer:
            _refuse_known_by_another_name(files, writer, source, progress)
            known = writer.known(source)
            taken = {Mark(*pair) for pair in writer.taken(source)} | marks_of(known.cursor)
            covered_ms = known.coverage.until_ms if known.coverage else None
            begun = _begin(log_after(taken), covered_ms, store, sparing) if early is None or taken else early
            if sparing and _is_empty(begun.log):
                return _imported(begun.log)
            writer.set_site(**site or {})
            return _taken_in(begun, known, writer, zone)


@contextmanager
def _saying(what: str) -> Iterator[None]:
    """Add to the message of a LogFileError."""
    try:
        yield
    except LogFileError as error:
        raise LogFileError(f"{error}; {what}") from error


class _Begun(NamedTuple):
    """A log of which the first observation was drawn, if there is one: so it is known to be a log."""

    log: QueueLog
    observations: Iterator[Observation]


def _begin(log: QueueLog, covered_ms: int | None, store: Path, sparing: bool) -> _Begun:
    """Read a log up to its first observation. Raises StoreError for one older than the store, NoLogError if sparing."""
    _refuse_older(log, covered_ms, store)
    observations = log.observations(covered_ms)
    first = next(observations, None)
    if sparing and first is None:
        _refuse_other(log)
    return _Begun(log, observations if first is None else chain([first], observations))


def _refuse_other(log: QueueLog) -> None:
    """Raise NoLogError where what was read, and that is all of it, is no queue log's."""
    report = log.report
    told = report.rejects + report.blank
    if report.lines and told == report.lines and not any(file.skip for file in log.files):
        names = ", ".join(file.name for file in log.files)
        why = f" (line {report.rejected[0][1]} {report.rejected[0][2]})" if report.rejected else ""
        raise NoLogError(f"{names}: no line of {report.lines:,} is of a queue log{why}; is it the right file?")


def _is_empty(log: QueueLog) -> bool:
    return not any(file.whole.size for file in log.files)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for garbage in circles seldom meanwhile: an import makes millions of rows, none of them in circles."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _taken_in(begun: _Begun, known: Known, writer: Writer, zone: ZoneInfo) -> Imported:
    """Write all that a log tells, what is usual from then on, and that it was taken."""
    imported = _record_all(begun, known, writer)
    covered_ms = known.coverage.until_ms if known.coverage else None
    _keep_usual(imported, writer, known.source_id, covered_ms, zone)
    _keep_ledger(writer, known.source_id, list(begun.log.marks.values()))
    return imported


def _record_all(begun: _Begun, before: Known, writer: Writer) -> Imported:
    log, observations = begun
    known, report = before, log.report
    calls = derived = kept = 0
    for observation in _told_where_it_ends(observations, report):
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
    return _imported(log, before, known, calls, derived)


def _told_where_it_ends(observations: Iterator[Observation], report: Report) -> Iterator[Observation]:
    """Yield the observations; a LogFileError half-way says how much was taken before it."""
    try:
        yield from observations
    except LogFileError as error:
        raise LogFileError(f"{error}; the {report.lines:,} lines before that were taken") from error


def _imported(
    log: QueueLog, before: Known | None = None, after: Known | None = None, calls: int = 0, derived: int = 0
) -> Imported:
    pairs = {pair for file in log.files for pair in file.names}
    named = {(raw.decode("utf-8", "replace").strip(), event.decode()) for raw, event in pairs}
    coverage = after.coverage if after else None
    return Imported(
        log.report,
        calls,
        after.next_agent - before.next_agent if before and after else 0,
        after.next_queue - before.next_queue if before and after else 0,
        derived,
        coverage.since_ms if coverage else None,
        coverage.until_ms if coverage else None,
        frozenset(name for name, _ in named),
        frozenset(log.names.key(name) for name, event in named if event in ACTING_EVENTS),
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


def _refuse_known_by_another_name(
    files: Iterable[Path], writer: Writer, source: str, progress: Callable[[int], None]
) -> None:
    """Raise StoreError for a log that was taken for another source: all that is in it would count twice."""
    for name, (cursor, pairs) in writer.others(source).items():
        marks = {Mark(*pair) for pair in pairs}
        with suppress(ValueError, TypeError):  # the cursor of another kind of source
            marks |= marks_of(cursor)
        for path in files if marks else ():
            if look_through(path, frozenset(marks), progress).skip:
                raise StoreError(
                    f"{path.name} was already taken into {writer.path} for the source {name!r}: go on with it by "
                    f"--source {name}, or give another path with --store",
                    65,
                )


def _keep_usual(imported: Imported, writer: Writer, source_id: int, covered_ms: int | None, zone: ZoneInfo) -> None:
    """Write the baselines of the days that were imported, and of whom."""
    if not imported.calls or imported.until_ms is None or imported.since_ms is None:
        return
    days = days_touched(Window(covered_ms or imported.since_ms, imported.until_ms + 1), zone)
    with writer.transaction() as connection:
        rows = connection.execute("SELECT id FROM agent WHERE source_id = ?", (source_id,)).fetchall()
    agents = [agent_id for (agent_id,) in rows]
    for start in range(0, len(agents), _SOME):
        with writer.transaction() as connection:
            write_baselines(connection, agents[start : start + _SOME], days)


def _keep_ledger(writer: Writer, source_id: int, files: Iterable[tuple[LogFile, tuple[Mark, ...]]]) -> None:
    for file, marks in files:
        for mark in marks:
            writer.took(source_id, file.name, *mark)
