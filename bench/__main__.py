"""`python -m bench [NAME…] [--json]`: measure, and print each figure beside its goal and its anchor."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import asterisk, desk, imports, load, screen, store
from bench.figures import Figure, table

BENCHES: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "screen": screen.measure,
    "store": store.measure,
    "load": load.measure,
    "import": imports.measure,
    "asterisk": asterisk.measure,
    "desk": desk.measure,
}


def _loop_ms() -> float:
    """Return the processor's ms for a fixed piece of work: what else runs on the machine slows all figures alike."""
    began, total = time.thread_time(), 0
    for number in range(1_000_000):
        total += number
    return (time.thread_time() - began) * 1000


def main() -> int:
    """Measure what was asked for, in one run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(BENCHES)}; all if none")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    figures: list[Figure] = []
    before_ms = _loop_ms()
    for name in asked.names or BENCHES:
        print(f"measuring: {name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="floorwalk-bench-") as folder:
            figures += BENCHES[name](Path(folder))
    if asked.json:
        print(json.dumps([figure._asdict() | {"met": figure.met} for figure in figures], indent=1, ensure_ascii=False))
        return 0
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {python}, SQLite {sqlite}")
    print(f"a loop of a million additions took {before_ms:.0f} ms before the run and {_loop_ms():.0f} ms after it\n")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
