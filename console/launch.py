"""Starting the screen: on a live store, on a past one, or with a poller as a child that ends with it."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from console.launch_options import DemoOptions
from console.locale import can_draw_unicode, reader_language
from console.options import Options, now_ms
from console.settings import Settings
from console.settings_secrets import MadeWith, Ready, environment_of_child
from data.alerts import Limits
from data.desk.rules import SHIPPED, Rules
from data.lease import HeldError
from data.metrics import Goal
from data.model.text import safe_text
from data.store.files import StoreError
from data.store.reader import Reader

DEMO_HOUR = 10
"""The demo's floor is always in this hour of its day: busy, and the surge at 10:40 is near."""

COLLECTOR = (50_000, 20, 100)
"""How seldom to look for garbage in circles: a picture is thousands of tuples, and none of them is."""


def show(options: Options) -> int:
    """Show a store and return the program's exit code. Raises StoreError without a terminal to show it in."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise StoreError("the screen needs a terminal; `floorwalk floor` prints the floor as text", 69)
    gc.set_threshold(*COLLECTOR)
    from console.app import FloorApp
    from console.terminal import run

    return run(FloorApp(options))


def _options(settings: Settings, store: Path, **more: Any) -> Options:  # noqa: ANN401 (fields of Options)
    language = reader_language(None if settings.language == "auto" else settings.language)
    said: dict[str, Any] = {
        "store": store,
        "zone": settings.tz,
        "language": language,
        "theme": settings.theme,
        "site": settings.site,
        "ascii": not can_draw_unicode(),
        "limits": settings.limits,
        "wall": settings.wall,
        "phone": settings.phone,
        "vocabulary": settings.vocabulary,
    }
    return Options(**said | more)


def run_live(settings: Settings, store: Path) -> int:
    """Show a store as it is now; one that nobody feeds is shown as it was last measured. Raises StoreError."""
    with Reader(store) as reader:
        fed = reader.fed()
        measured = reader.measured()
    if fed or not measured:
        return show(_options(settings, store))
    return show(_options(settings, store, live=False, moment_ms=measured[-1][1]))


def run_replay(settings: Settings, store: Path, moment_ms: int | None) -> int:
    """Show a store's past from a moment on, or where something first happens after it. Raises StoreError.

    `moment_ms` None: from the start of the last measured stretch.
    """
    with Reader(store) as reader:
        measured = reader.measured()
        if moment_ms is None:
            moment_ms = measured[-1][0] if measured else now_ms()
        moment_ms = reader.opening(moment_ms)
    return show(_options(settings, store, live=False, moment_ms=moment_ms))


def run_up(settings: Settings, store: Path, sources: Sequence[Ready]) -> int:
    """Poll the sources and show their floor; join in where a poller is at work already."""
    with poller(store, sources, settings.goals, settings.desk, settings.zone) as hindrance:
        return show(_options(settings, store, hindrance=hindrance))


def run_demo(settings: Settings, demo: DemoOptions) -> int:
    """Show a floor that is played, as it would be in mid-morning; its store goes with it unless one is named."""
    with tempfile.TemporaryDirectory(prefix="floorwalk-demo-") as folder:
        store = demo.store or Path(folder) / "demo.sqlite"
        start_ms = now_ms()
        zone = demo_zone(start_ms / 1000)
        played = {
            "seed": demo.seed,
            "start_ms": start_ms,
            "agents": demo.agents,
            "speed": demo.speed,
            "zone": zone.key,
            "weekends": False,
        }
        language = reader_language(demo.language or (None if settings.language == "auto" else settings.language))
        source = Ready("simulator", "simulator", MadeWith(played))
        with poller(store, [source], rules=settings.desk, zone=zone.key, site={"zone": zone.key}) as hindrance:
            return show(
                _options(
                    settings,
                    store,
                    zone=zone,
                    language=language,
                    theme=demo.theme or settings.theme,
                    site=settings.site or "Demo",
                    limits=_played_limits(settings.limits),
                    hindrance=hindrance,
                    now=lambda: start_ms + round((now_ms() - start_ms) * demo.speed),
                )
            )


def _played_limits(limits: Limits) -> Limits:
    """Return the limits with the played floor's queue of hard calls, where nobody has named any."""
    if limits.load.hard_queues:
        return limits
    return replace(limits, load=replace(limits.load, hard_queues=("complaints",)))


def demo_zone(moment_s: float) -> ZoneInfo:
    """Return the whole-hour zone in which a moment lies in the demo's hour, so that minutes stay the reader's own."""
    hour = datetime.fromtimestamp(moment_s, UTC).hour
    offset = (DEMO_HOUR - hour + 12) % 24 - 12
    return ZoneInfo(f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT")


class Hindrance:
    """Why a poller that was started gives nothing: asked while the screen waits, "" while there is hope."""

    def __init__(self, child: subprocess.Popen[bytes], words: IO[bytes]) -> None:
        self._child = child
        self._words = words

    def __call__(self) -> str:
        """Return the poller's last words once it has ended, for other reasons than that another one is at work."""
        code = self._child.poll()
        if code is None or code == HeldError.CODE:
            return ""
        self._words.seek(0)
        words = self._words.read().decode("utf-8", "replace").strip().splitlines()
        return safe_text(words[-1], 500) if words else f"the poller ended with exit code {code}"


@contextmanager
def poller(
    store: Path,
    sources: Sequence[Ready],
    goals: Mapping[str, Goal] | None = None,
    rules: Rules = SHIPPED,
    zone: str = "",
    site: Mapping[str, str] | None = None,
) -> Iterator[Hindrance]:
    """Run a poller as a child while the block lasts, and give why it gives nothing, should that be so.

    `site` are facts that the store is to keep.
    """
    order = {
        "store": str(store.absolute()),
        "sources": [(name, adapter, options.handed_over(), every_ms) for name, adapter, options, every_ms in sources],
        "goals": goals or {},
        "rules": rules.handed_over(),
        "zone": zone,
        "site": site or {},
        "parent": os.getpid(),
    }
    command = [sys.executable, "-P", "-m", "console.child"]  # -P: nothing is taken from the folder we are in
    with tempfile.TemporaryFile() as words:
        home = str(Path(__file__).parents[1])  # where this very program is, installed or not
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=words,
            stderr=words,
            start_new_session=True,
            env={**environment_of_child(), "PYTHONPATH": home},
        )
        with _ended(child):
            if child.stdin is not None:  # not among the arguments, which everybody can see
                with suppress(BrokenPipeError), child.stdin:  # one that has ended already says why
                    child.stdin.write(json.dumps(order).encode())
            yield Hindrance(child, words)


@contextmanager
def _ended(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a child with the block, by force if it takes too long."""
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
