"""What the commands share: errors with exit codes, the store and its zone, times as people write them, output."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from data.model.days import Window, day_of, day_window, local_time, moment_of

if TYPE_CHECKING:
    from console.settings import Settings
    from data.store.reader import Reader

EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_SOFTWARE, EX_IOERR, EX_CONFIG = 64, 65, 66, 70, 74, 78


class CommandError(Exception):
    """A command can't do what it was asked for; the message says why and what would do. `code` is the exit code."""

    def __init__(self, message: str, code: int = EX_USAGE) -> None:
        """Keep the message and the exit code (sysexits)."""
        super().__init__(message)
        self.code = code


class Command(NamedTuple):
    """A command: `examples` end its help, `configure` adds its options, `run` does it and returns the exit code."""

    examples: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


# ------------------------------------------------------------------ output


def say(text: str = "") -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """Write a line for the person at the keyboard, apart from the output."""
    from data.model.text import safe_text

    sys.stdout.flush()
    sys.stderr.write(f"floorwalk: {safe_text(text, 2000)}\n")  # it may name a file, and files may be named anything
    sys.stderr.flush()


def say_json(value: object) -> None:
    """Write a value as JSON, its texts as they are where the locale can show them."""
    readable = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    say(json.dumps(value, indent=2, ensure_ascii=not readable))


def number(value: int) -> str:
    """Return a count with its thousands apart."""
    return f"{value:,}"


# ------------------------------------------------------------------ settings, store, zone


def everywhere(parser: ArgumentParser, default: object = SUPPRESS) -> None:
    """Let a parser take the options that every command takes; where they are left out, what stood before them stays."""
    group = parser.add_argument_group("everywhere")
    group.add_argument("--store", metavar="FILE", default=default, help="where the store is")
    group.add_argument("--tz", metavar="ZONE", default=default, help="the site's time zone, as Asia/Shanghai")
    group.add_argument("--config", metavar="FILE", type=Path, default=default, help="the settings file")


def settings_of(args: Namespace) -> Settings:
    """Return the settings with what the command line says."""
    from console.settings import load, zone_of

    settings = load(args.config)
    store = None if args.store is None else Path(args.store).expanduser()
    zone = None if args.tz is None else zone_of(args.tz, "--tz").key
    return settings.given("option", store=store, zone=zone)


def in_zone(settings: Settings, site: dict[str, str] | None = None) -> Settings:
    """Return the settings with a zone: as said, else the store's (`site`), else the machine's."""
    from console.settings import system_zone, zone_of

    if settings.zone:
        return settings
    kept = (site or {}).get("zone")
    if kept:
        return settings.given("store", zone=zone_of(kept, "the store").key)
    return settings.given("system", zone=system_zone())


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    """Give a reader of the store; whatever SQLite says of it becomes a StoreError."""
    import sqlite3

    from data.store.files import explain
    from data.store.reader import Reader

    try:
        with Reader(settings.store) as reader:
            yield reader
    except sqlite3.Error as error:
        raise explain(error, settings.store) from error


def check_store(path: Path) -> None:
    """Raise StoreError where no store can be written at a path, before a lock or a log is left beside it."""
    from data.store.files import NoStoreError, open_for_reading

    with suppress(NoStoreError):
        open_for_reading(path).close()


def with_site(settings: Settings) -> Settings:
    """Return the settings with what the store knows of its site, if there is a store that can be read."""
    from data.store.files import StoreError

    try:
        with reading(settings) as reader:
            site = reader.site()
    except StoreError:
        site = {}
    if not settings.site and site.get("name"):
        settings = settings.given("store", site=site["name"])
    return in_zone(settings, site)


def now_ms() -> int:
    """Return the present."""
    return time.time_ns() // 1_000_000


def boot_ms() -> int:
    """Return ms since boot, on the clock by which the poller leaves its signs of life."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


# ------------------------------------------------------------------ times

_EPOCH = re.compile(r"\d{9,11}(?:\.\d+)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


FIRST_YEAR, LAST_YEAR = 1970, 2999
"""The years that can be asked about; local time of far ones can't be told."""


def is_day(text: str) -> bool:
    """Whether a text names a day: YYYY-MM-DD, today or yesterday."""
    return text in ("today", "yesterday") or _DAY.fullmatch(text) is not None


def day_from(text: str, zone: ZoneInfo) -> date:
    """Return the day that a text names. Raises CommandError."""
    today = day_of(now_ms(), zone)
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if FIRST_YEAR <= day.year <= LAST_YEAR:
                return day
            raise CommandError(f"{text!r} is no day to ask about: the years are {FIRST_YEAR} to {LAST_YEAR}")
    except ValueError as error:
        raise CommandError(f"{text!r} is no day: {error}") from None
    raise CommandError(f"{text!r} is no day: write YYYY-MM-DD, today or yesterday")


def moment_from(text: str, zone: ZoneInfo, day: date) -> int:
    """Return the moment (ms) that a text names: now, epoch seconds, HH:MM[:SS] of `day`, or ISO. Raises CommandError.

    An ISO time without an offset is local; a day alone is its start.
    """
    if text == "now":
        return now_ms()
    if _EPOCH.fullmatch(text):
        return round(float(text) * 1000)
    try:
        if is_day(text):
            return day_window(day_from(text, zone), zone).since_ms
        if found := _CLOCK.fullmatch(text):
            hour, minute, second = (int(part or 0) for part in found.groups())
            return moment_of(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone))
        moment = datetime.fromisoformat(text)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError
    except ValueError:
        raise CommandError(
            f"{text!r} is no time: write now, HH:MM, HH:MM:SS, YYYY-MM-DDTHH:MM:SS or epoch seconds"
        ) from None
    return moment_of(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def iso(moment_ms: int | None, zone: ZoneInfo) -> str | None:
    """Return a moment as local ISO time with its offset, to the second or, where it has some, the ms."""
    if moment_ms is None:
        return None
    return local_time(moment_ms, zone).isoformat(timespec="milliseconds" if moment_ms % 1000 else "seconds")


def last_measured(covered: list[tuple[int, int]]) -> int | None:
    """Return the last moment that was measured."""
    return max((until_ms for _, until_ms in covered), default=None)


def last_day(end_ms: int, zone: ZoneInfo) -> tuple[date, Window]:
    """Return the local day in which a measured stretch ends; one that ends at midnight is of the day before."""
    day = day_of(end_ms - 1, zone)
    return day, day_window(day, zone)


def is_terminal(stream: Any) -> bool:  # noqa: ANN401 (any stream, closed or None ones too)
    """Whether somebody looks at a stream."""
    try:
        return bool(stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb")
    except ValueError:
        return False
