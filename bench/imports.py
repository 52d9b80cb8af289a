"""What taking in a queue log costs, beside SQLite's own import of the same file into a plain table.

Times are of the processor, so that what else runs on the machine does not count.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.stage import long_log
from data.importer import import_logs

PATTERN = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "asterisk" / "queue_log"
DAYS = 40
RUNS = 3
_COLUMNS = ("epoch", "call", "queue", "agent", "event", "data1", "data2", "data3", "data4", "data5")


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the figures of the import."""
    if not PATTERN.exists():
        yield Figure("import", "lines", None, "/s", anchor=f"skipped: {PATTERN} is not there")
        return
    log = folder / "queue_log"
    lines = long_log(PATTERN, log, DAYS)
    ours, theirs = [], []
    for run in range(RUNS):
        ours.append(lines / _ours(folder / f"import{run}.db", log, lines))
        seconds = _theirs(folder / f"plain{run}.db", log)
        if seconds is not None:
            theirs.append(lines / seconds)
    beside = f"{lines:,} lines, {log.stat().st_size / 1e6:.0f} MB"
    yield Figure("import", "lines", max(ours), "/s", anchor=beside)
    if theirs:
        ratio = max(ours) / max(theirs)
        yield Figure("import", "against sqlite3 .import", ratio, "×", 0.35, True, f".import {max(theirs):,.0f} lines/s")
    else:
        yield Figure("import", "against sqlite3 .import", None, "×", 0.35, True, "skipped: sqlite3 is not installed")


def _ours(store: Path, log: Path, lines: int) -> float:
    began = time.process_time()
    report = import_logs(store, [log]).report
    seconds = time.process_time() - began
    if report.lines != lines or report.rejects:
        raise RuntimeError(f"{report.lines} of {lines} lines were taken, {report.rejects} rejected")
    return seconds


def _theirs(store: Path, log: Path) -> float | None:
    """Return the seconds that the sqlite3 shell takes; it warns of each short line, which goes nowhere."""
    shell = shutil.which("sqlite3")
    if shell is None:
        return None
    table = ", ".join(f"{name} TEXT" for name in _COLUMNS)
    words = ["PRAGMA journal_mode = WAL", f"CREATE TABLE log ({table})"]
    command = [shell, str(store), *words, ".mode ascii", '.separator "|" "\\n"', f".import {log} log"]
    began = _children_s()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _children_s() - began


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
