"""What the console costs on a terminal: 160×45, 2,000 agents, 5 % changing and all timers ticking each second."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bench.emulator import Emulator, cell_diff_bytes
from bench.figures import Figure, spread
from bench.ptymeter import Run, Window, bursts, size_of
from bench.stage import morning

AGENTS, SHARE = 2000, 0.05
COLUMNS, ROWS = 160, 45
WARM_UP_S, WINDOW_S = 6.0, 20.0
STARTS = 7
KEYS = 40
PAGES = 12
READY = rb"[A-Z]-\d\d"
"""A seat: the console shows live data once one is on the screen."""

_SEAT = re.compile(r"\b[A-Z]{1,2}-\d\d\b")
_CURSOR = "▌"
_START = "from console.launch import show; from console.options import Options; from pathlib import Path; "
_SHOW = "from zoneinfo import ZoneInfo; import sys; sys.exit(show(Options(Path({store!r}), ZoneInfo({zone!r}))))"


def console(store: Path, zone: ZoneInfo) -> list[str]:
    """Return the command that shows a live store."""
    return [sys.executable, "-c", _START + _SHOW.format(store=str(store), zone=zone.key)]


def tiny() -> list[str]:
    """Return the command of a trivial app."""
    return [sys.executable, str(Path(__file__).with_name("tiny_app.py"))]


@contextmanager
def moving_floor(folder: Path) -> Iterator[tuple[Path, ZoneInfo]]:
    """Give a store that a process of its own writes each second, and its zone."""
    store = folder / "live.db"
    zone = morning(store, AGENTS)
    mover = subprocess.Popen([sys.executable, "-m", "bench.mover", str(store), str(SHARE)])
    try:
        yield store, zone
    finally:
        mover.terminate()
        mover.wait()


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the figures of the screen."""
    with moving_floor(folder) as (store, zone):
        command = console(store, zone)
        with Run(command, COLUMNS, ROWS) as run:
            if run.wait_for(READY) is None:
                raise RuntimeError(f"the console showed no agent; it said: {run.said()}")
            run.read_for(WARM_UP_S)
            first = len(run.chunks)
            ticking = run.measure(lambda: run.read_for(WINDOW_S))
            yield from _ticking(run, first, ticking)
            yield from _keys(run)
            yield from _scrolling(run)
            rss_mb = run.measure(lambda: None).after.rss_mb
        yield from _starts(command, rss_mb)


def _ticking(run: Run, first: int, window: Window) -> Iterator[Figure]:
    diff = cell_diff_bytes(COLUMNS, ROWS, run.chunks[:first], window.chunks) / window.seconds
    name, other = _monitor()
    beside = f"a plain cell diff {diff:,.0f}"
    if other is not None:
        beside += f"; {name} {other.bytes_per_s:,.0f}"
    else:
        beside += "; neither htop nor top is installed"
    yield Figure("screen", "output while ticking", window.bytes_per_s, "B/s", 1000, anchor=beside)
    if other is not None:
        share = window.bytes_per_s / other.bytes_per_s
        yield Figure("screen", f"the same against {name}", share, "×", 0.5)
    beside = f"rest of the machine {window.others_percent:.0f} %" + (
        f"; {name} {other.cpu_percent:.1f}" if other else ""
    )
    yield Figure("screen", "processor while ticking", window.cpu_percent, "% of a core", 3, anchor=beside)
    frames = len(bursts(window.chunks)) / window.seconds
    yield Figure("screen", "frames while ticking", frames, "/s", anchor="one a second is the floor's own pace")


def _monitor() -> tuple[str, Window | None]:
    """Return the name and the cost of the system monitor that is installed, at the same size and pace."""
    for name, command in (("htop", ["htop", "-d", "10"]), ("top", ["top", "-d", "1"])):
        if shutil.which(name) is not None:
            with Run(command, COLUMNS, ROWS) as run:
                run.read_for(3)
                return name, run.measure(lambda: run.read_for(10))
    return "", None


def _keys(run: Run) -> Iterator[Figure]:
    """Press `down` and `up` at any moment of the tick, and see when the cursor stands on the next row."""
    chance = Random(1)
    first = len(run.keys)

    def play() -> None:
        for i in range(KEYS):
            run.press("up" if i % 8 >= 4 else "down")
            run.read_for(chance.uniform(0.25, 0.55))

    window = run.measure(play)
    delays, lost = _delays(run, first)
    if not delays:
        raise RuntimeError("no key moved the cursor")
    found = spread(delays)
    beside = f"n {found.n}, most {found.most:.0f}, unclear {lost}, rest of the machine {window.others_percent:.0f} %"
    yield Figure("screen", "key to paint, p50", found.p50, "ms", 15, anchor=beside)
    yield Figure("screen", "key to paint, p95", found.p95, "ms", 40)


def _delays(run: Run, first: int) -> tuple[list[float], int]:
    """Return the ms from each key until the row that was next has the cursor, and how many keys could not be judged.

    A tick that re-orders the rows between a key and its paint makes it unclear.
    """
    emulator, fed = Emulator(run.columns, run.rows), 0
    delays: list[float] = []
    lost = 0
    for i, key in enumerate(run.keys[first:], first):
        while fed < len(run.chunks) and run.chunks[fed].at < key.at:
            emulator.feed(run.chunks[fed].data)
            fed += 1
        until = run.keys[i + 1].at if i + 1 < len(run.keys) else float("inf")
        wanted = _row_beside_cursor(emulator.lines(), 1 if key.name == "down" else -1)
        hit = None
        while fed < len(run.chunks) and run.chunks[fed].at < until:
            emulator.feed(run.chunks[fed].data)
            if hit is None and wanted and _row_beside_cursor(emulator.lines(), 0) == wanted:
                hit = (run.chunks[fed].at - key.at) * 1000
            fed += 1
        if hit is None:
            lost += 1
        else:
            delays.append(hit)
    return delays, lost


def _row_beside_cursor(lines: Sequence[str], by: int) -> str | None:
    """Return the seat on the line of the cursor, or so many lines below."""
    for y, line in enumerate(lines):
        at = line.find(_CURSOR)
        if at >= 0 and 0 <= y + by < len(lines):
            found = _SEAT.search(lines[y + by][at:])
            return found[0] if found else None
    return None


def _scrolling(run: Run) -> Iterator[Figure]:
    """Page down just after a tick, so that the next burst is the page's own."""
    sizes, frames = [], []

    def turn() -> None:
        run.press("pagedown")
        run.wait_output()
        run.wait_quiet(0.1)

    for _ in range(PAGES):
        run.wait_output()
        run.wait_quiet(0.15)
        page = run.measure(turn)
        groups = bursts(page.chunks)
        if groups:
            sizes.append(sum(map(size_of, groups)))
            frames.append(len(groups))
    yield Figure(
        "screen", "a screenful of scrolling", statistics.median(sizes), "B", 6000, anchor=f"most {max(sizes):,}"
    )
    yield Figure("screen", "frames of that", statistics.median(frames), "", 1, anchor=f"most {max(frames)}")


def _starts(command: list[str], rss_mb: float) -> Iterator[Figure]:
    """Start the console and a trivial app in turn, caches warm."""
    ours: list[float] = []
    theirs: list[float] = []
    memory: list[float] = []
    for _ in range(STARTS):
        for times, started, ready in ((ours, command, READY), (theirs, tiny(), rb"tiny and ready")):
            with Run(started, COLUMNS, ROWS) as run:
                seconds = run.wait_for(ready)
                if seconds is None:
                    raise RuntimeError(f"{started[-1]} never was ready; it said: {run.said()}")
                times.append(seconds * 1000)
                if times is theirs:
                    run.read_for(0.3)
                    memory.append(run.measure(lambda: None).after.rss_mb)
    mine, other = statistics.median(ours), statistics.median(theirs)
    yield Figure(
        "screen", "first paint with live data", mine / other, "×", 1.4, anchor="a trivial app of the toolkit = 1"
    )
    yield Figure("screen", "the same in time", mine, "ms", anchor=f"the trivial app {other:.0f} ms")
    yield Figure(
        "screen", "memory (RSS)", rss_mb, "MB", 55, anchor=f"the trivial app {statistics.median(memory):.1f} MB"
    )
