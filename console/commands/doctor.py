"""What `floorwalk doctor` looks at."""

from __future__ import annotations

import locale
import os
import platform
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from console.commands.common import boot_ms, in_zone, iso, last_measured, number, reading, settings_of
from console.settings import Settings, SettingsError
from data.model.picture import SourceState
from data.model.text import safe_text
from data.model.words import Health
from data.store.boot import boot_id
from data.store.files import NoStoreError, StoreError
from data.store.reader import Reader

LEAST_SQLITE = (3, 37)
"""STRICT tables came with it."""

_SILENT_INTERVALS, _SILENT_MS = 6, 15_000
"""A poller that lives and whose source answers is never silent for longer: one poll lasts five intervals at most, or
ten seconds. One whose source fails pauses for longer, and says why."""

_START = "start `floorwalk poll`, or see why its service does not run"


class Check(NamedTuple):
    """One thing looked at: whether it is well, and what was found."""

    what: str
    ok: bool
    found: str


def examine(args: Namespace) -> list[Check]:
    """Return what was found, in the order of starting up: machine, terminal, settings, sources, store, poller."""
    checks = [*_machine(), *_terminal()]
    try:
        settings = settings_of(args)
    except SettingsError as error:
        return [*checks, Check("settings", ok=False, found="; ".join(str(error).splitlines()))]
    file = f"{settings.file}" if settings.file else "no file: what ships, the environment and the options hold"
    origin = settings.origins.get("store.path", "default")
    checks.append(Check("settings", ok=True, found=file))
    return [*checks, *_catalogue(settings), *_sources(settings), *_store(settings, origin)]


def _catalogue(settings: Settings) -> Iterator[Check]:
    """Yield whether the file that is to hold the floor's rules could be in force, if there is to be one."""
    if settings.catalogue is None:
        return
    from data.discipline.reading import CatalogueError, catalogue_at

    try:
        found = catalogue_at(settings.catalogue)
    except CatalogueError as error:
        yield Check("catalogue", ok=False, found="; ".join(error.problems))
    else:
        yield Check("catalogue", ok=True, found=f"{settings.catalogue}: {len(found.rules)} rules")


def _machine() -> Iterator[Check]:
    new = sys.version_info >= (3, 11)
    found = f"{platform.python_version()} ({sys.executable})"
    yield Check("Python", ok=new, found=found if new else f"{found}: 3.11 or newer is needed")
    version = sqlite3.sqlite_version
    fit = sqlite3.sqlite_version_info >= LEAST_SQLITE
    yield Check("SQLite", ok=fit, found=version if fit else f"{version}: 3.37 or newer is needed")


def _terminal() -> Iterator[Check]:
    name = os.environ.get("TERM", "")
    seen = [f"TERM={name or '(unset)'}", _colours(name)]
    if os.environ.get("NO_COLOR"):
        seen.append("NO_COLOR is set")
    if not sys.stdout.isatty():
        seen.append("output is no terminal")
    fit = name not in ("", "dumb") or not sys.stdout.isatty()
    todo = "" if fit else ": the screen needs a terminal that it can draw on, so set TERM, as TERM=xterm-256color"
    yield Check("terminal", fit, ", ".join(seen) + todo)
    encoding = locale.getencoding()
    utf8 = encoding.lower().replace("-", "") == "utf8"
    yield Check("locale", ok=True, found=encoding if utf8 else f"{encoding}: plain signs instead of lines and glyphs")


def _colours(name: str) -> str:
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "16 million colours"
    if "256color" in name:
        return "256 colours"
    return "no colours" if name in ("", "dumb", "vt100", "vt220") else "16 colours"


def _sources(settings: Settings) -> Iterator[Check]:
    from console.commands.examining import examine_sources

    for finding in examine_sources(in_zone(settings)):
        yield Check(*finding)


def _store(settings: Settings, origin: str) -> Iterator[Check]:
    path = settings.store
    try:
        with reading(settings) as reader:
            version = reader.connection.execute("PRAGMA user_version").fetchone()[0]
            size = sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.is_file())
            yield Check("store", ok=True, found=f"{path} ({origin}), version {version}, {number(size >> 10)} KB")
            yield _integrity(reader)
            yield _coverage(reader, settings)
            yield from _queues(reader, settings)
            yield from _poller(reader)
        yield _desk(path)
    except NoStoreError:
        yield Check("store", ok=True, found=f"{path} ({origin}): not there yet")
        yield Check("may be written", *_writable(path))
    except StoreError as error:
        yield Check("store", ok=False, found=str(error))


def _writable(path: Path) -> tuple[bool, str]:
    folder = next(each for each in (path, *path.parents)[1:] if each.exists())
    fit = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return fit, f"{folder} may be written" if fit else f"{folder} may not be written: give another place with --store"


def _integrity(reader: Reader) -> Check:
    try:
        rows = reader.connection.execute("PRAGMA quick_check(3)").fetchall()
        found = "; ".join(str(row[0]) for row in rows)
    except sqlite3.Error as error:
        found = str(error)
    well = found == "ok"
    return Check("integrity", well, found if well else f"{found}: check the disk, and restore a copy of the store")


def _coverage(reader: Reader, settings: Settings) -> Check:
    zone = in_zone(settings, reader.site()).tz
    covered = reader.measured()
    if not covered:
        return Check("measured", ok=True, found="nothing yet")
    gaps = len(covered) - 1
    told = f"{iso(covered[0][0], zone)} to {iso(last_measured(covered), zone)} ({zone.key})"
    return Check("measured", ok=True, found=told + (f", in {gaps + 1} stretches" if gaps else ""))


def _queues(reader: Reader, settings: Settings) -> Iterator[Check]:
    """Name the queues that settings are for and that nobody has seen: a slip of the pen, or one that is yet to come."""
    seen = {safe_text(key) for (key,) in reader.connection.execute("SELECT key FROM queue")}
    tables: list[tuple[str, ...]] = [("queue", name) for name in settings.queues]
    tables += [("limits", "queue", name) for name in settings.limits.by_queue]
    unseen = [table for table in tables if safe_text(table[-1]) not in seen]
    if seen and unseen:
        told = ", ".join(
            f"{safe_text(table[-1])}{_meant(table[-1], seen)} ({settings.table(*table)})" for table in unseen
        )
        yield Check("queues", ok=True, found=f"no queue of that name was seen yet: {told}")


def _meant(name: str, seen: Collection[str]) -> str:
    near = get_close_matches(name, seen, 1)
    return f", did you mean {near[0]}?" if near else ""


def _poller(reader: Reader) -> Iterator[Check]:
    """Say how the poller is with each source; a store that none ever wrote is well without one."""
    now_ms = boot_ms()
    pulses = reader.pulses(now_ms)
    if not pulses:
        yield Check("poller", ok=True, found="none ever ran on this store")
    silences = _silences(reader, now_ms)
    for pulse in pulses:
        well = pulse.health in (Health.UP, Health.LATE)
        why = "" if well else f": {_why(pulse, silences.get(pulse.name))}"
        yield Check("poller", well, f"{pulse.name} is {pulse.health.upper()}{why}")


def _desk(store: Path) -> Check:
    """Say whether acts are taken for a store, and who the desk takes us for."""
    import asyncio

    from console.desk import Desk, DeskError
    from data.model.people import Role

    async def greeted() -> str:
        desk = Desk(store)
        try:
            user, role, teams, _ = await desk.greet()
        finally:
            await desk.aclose()
        led = f" of {', '.join(teams) or 'no team: [desk.teams] says who leads which'}" if role is Role.LEAD else ""
        looks = ", who only looks: [desk] says who may act" if role is Role.VIEWER else ""
        return safe_text(f"takes acts; you are {user}, {role.name.lower()}{led}{looks}", 200)

    try:
        return Check("desk", ok=True, found=asyncio.run(greeted()))
    except DeskError as error:
        return Check("desk", ok=True, found=f"{error}")


def _silences(reader: Reader, now_ms: int) -> dict[str, int]:
    """Return since when each source's poller gave no sign of life, in ms; none of those of another boot."""
    rows = reader.connection.execute(
        "SELECT s.name, max(h.boot_ms, h.good_boot_ms) FROM heartbeat h JOIN source s ON s.id = h.source_id "
        "WHERE h.boot = ?",
        (boot_id(),),
    )
    return {safe_text(name): now_ms - beat_ms for name, beat_ms in rows if beat_ms <= now_ms}


def _why(pulse: SourceState, silent_ms: int | None) -> str:
    """Return what is known of a poller that is not well, and what to do; only a sign of life says that it runs."""
    said = f"{pulse.error}; " if pulse.error else ""
    if silent_ms is None:
        return f"{said}no sign of life since this machine was started; {_START}"
    longest_ms = max(_SILENT_INTERVALS * pulse.interval_ms, _SILENT_MS)
    if pulse.error and (pulse.fed or silent_ms <= longest_ms):
        return pulse.error
    if silent_ms <= longest_ms:
        return f"it runs (its last sign of life is {_lasting(silent_ms)} old), but the source has not answered"
    return f"{said}no sign of life for {_lasting(silent_ms)}: it has ended or hangs; {_START}"


def _lasting(ms: int) -> str:
    """Return a time in the largest unit of which it has two or more."""
    units = ((86_400, "days"), (3_600, "h"), (60, "min"))
    return next((f"{ms // 1000 // unit} {name}" for unit, name in units if ms >= 2000 * unit), f"{ms // 1000} s")
