"""Starting the screen: on a live store, on a past one, or with a poller as a child that ends with it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from console.options import Options

DEMO_HOUR = 10
"""The demo's floor is always in this hour of its day: busy, and the surge at 10:40 is near."""


def show(options: Options) -> int:
    """Show a store and return the program's exit code."""
    from console.app import FloorApp
    from console.terminal import run

    return run(FloorApp(options))


def demo_zone(moment_s: float) -> ZoneInfo:
    """Return the whole-hour zone in which a moment lies in the demo's hour, so that minutes stay the reader's own."""
    hour = datetime.fromtimestamp(moment_s, UTC).hour
    offset = (DEMO_HOUR - hour + 12) % 24 - 12
    return ZoneInfo(f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT")


@contextmanager
def poller(store: Path, arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a poller as a child while the block lasts; its words go to a log beside the store."""
    log = store.with_name(store.name + ".log")
    command = [sys.executable, "-m", "console", "poll", "--store", str(store), "--child", *arguments]
    store.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as words:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def run_demo(options: Options, *, seed: int = 1, agents: int = 60, speed: float = 1.0) -> int:
    """Show a simulated floor, made anew, as it would be in mid-morning."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{options.store}{suffix}").unlink()
    zone = demo_zone(time.time())
    arguments = ["--adapter", "simulator", "--tz", zone.key]
    arguments += ["--option", f"seed={seed}", "--option", f"agents={agents}", "--option", f"speed={speed}"]
    with poller(options.store, arguments):
        return show(replace(options, zone=zone, live=True, moment_ms=None))
