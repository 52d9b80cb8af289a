"""`floorwalk import`: queue logs into the store, with an account of every line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from console.commands.common import (
    Command,
    CommandError,
    check_store,
    is_terminal,
    iso,
    number,
    say,
    say_json,
    settings_of,
    tell,
    with_site,
)
from console.commands.naming import in_vain, name_rules, naming_options
from data.model.days import local_time

if TYPE_CHECKING:
    from console.settings import Settings
    from data.adapters.queue_log import Report
    from data.importer import Imported

LISTED = 20
"""How many rejected lines are shown."""

LARGE = 8 << 20
"""Bytes from which on a bar shows how far an import is."""

_EXAMPLES = """\
  floorwalk import /var/log/asterisk/queue_log
  floorwalk import --tz Europe/Berlin queue_log.2.gz queue_log.1 queue_log
  zcat logs/*.gz | floorwalk import -
  floorwalk import queue_log --name-rule 'SIP/(\\d+)=Agent \\1' --alias 'Local/7@q=Anna'
"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+", help="a queue log, plain or gzipped; - is standard input")
    parser.add_argument("--source", metavar="NAME", default="queue_log", help="which telephony system they are of")
    naming_options(parser)
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a line was rejected")
    parser.add_argument("--json", action="store_true", help="print the account as JSON")


def log_paths(names: list[str]) -> list[Path]:
    """Return the paths of logs as given. Raises CommandError where standard input is named twice."""
    if names.count("-") > 1:
        raise CommandError("standard input (-) can be read once only")
    return [Path(name).expanduser() if name != "-" else Path("-") for name in names]


def _run(args: Namespace) -> int:
    from data.importer import import_logs

    settings = settings_of(args)
    check_store(settings.store)
    paths = log_paths(args.files)
    with progress_bar(paths, "reading the log") as progress:
        imported = import_logs(
            settings.store,
            paths,
            names=name_rules(args, settings),
            goals=settings.queue_entries,
            source=args.source,
            site=site_facts(settings),
            progress=progress,
            sparing=True,
            zone=with_site(settings).tz,
        )
    shown = with_site(settings)
    for line in () if imported.empty else in_vain(args, settings, imported):
        tell(line)
    if args.json:
        say_json(account(imported, settings.store, shown.tz))
    elif imported.empty:
        say(_emptiness(args.files))
    else:
        for line in summary(imported, shown, renaming=bool(args.alias or args.name_rule)):
            say(line)
    return int(args.strict and imported.report.rejects > 0)


def _emptiness(names: list[str]) -> str:
    shown = ["standard input" if name == "-" else name for name in names]
    return f"{', '.join(shown)} {'is' if len(shown) == 1 else 'are'} empty"


def site_facts(settings: Settings) -> dict[str, str]:
    """Return what the store should keep of the site: what somebody has said."""
    return {name: value for name, value in (("zone", settings.zone), ("name", settings.site)) if value}


# ------------------------------------------------------------------ the bar


@contextmanager
def progress_bar(paths: list[Path], what: str) -> Iterator[Callable[[int], None]]:
    """Give a function that is told the bytes read, each file's twice; draws only where somebody looks."""
    plain = [path for path in paths if path.is_file()]
    size = sum(path.stat().st_size for path in plain)
    if size < LARGE or not is_terminal(sys.stderr):
        yield lambda _done: None
        return
    measured = len(plain) == len(paths) and not any(path.suffix == ".gz" for path in plain)
    done = 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        sys.stderr.write(f"\r{_bar(what, done, 2 * size if measured else None)}\x1b[K")
        sys.stderr.flush()

    try:
        yield progress
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _bar(what: str, done: int, whole: int | None) -> str:
    if whole is None:
        return f"{what}  {done >> 20} MB"
    part = min(done / whole, 1.0)
    fill = round(part * 30)
    return f"{what}  [{'#' * fill}{'.' * (30 - fill)}] {part:4.0%}"


# ------------------------------------------------------------------ the account


def _counts(counter: Counter[str], most: int = 6) -> str:
    shown = ", ".join(f"{name} {number(count)}" for name, count in counter.most_common(most))
    return shown + (f" and {len(counter) - most} more" if len(counter) > most else "")


def _length(ms: int) -> str:
    """Return a length of time in words: 40 s, 12 min 5 s, 3 h 20 min."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    return f"{seconds} s"


def _span(first_ms: int, last_ms: int, zone: ZoneInfo) -> str:
    """Return from when to when, in local time, and how long that is."""
    first_ms, last_ms = sorted((first_ms, last_ms))
    first, last = local_time(first_ms, zone), local_time(last_ms, zone)
    until = f"{last:%H:%M:%S}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{first:%Y-%m-%d %H:%M:%S} to {until} {zone.key}, {_length(last_ms - first_ms)}"


_WORDS = {"noted": "not needed", "unjoined": "sign-ins under an unknown name"}
"""What a person reads for a part of the account."""


def _parts(report: Report) -> list[tuple[str, int, str]]:
    """Return what became of the lines, as (what, how many, which and why); what is as JSON has it."""
    return [
        ("used", report.used, ""),
        ("repeated", report.repeated, "said again what was known"),
        ("noted", report.noted.total(), _counts(report.noted)),
        ("outbound", report.outbound.total(), _counts(report.outbound)),
        ("unjoined", report.unjoined.total(), _counts(report.unjoined)),
        ("blank", report.blank, ""),
        ("rejected", report.rejects, _counts(report.reasons)),
    ]


def _times_in(settings: Settings) -> str:
    """Return which zone times are told in and, unless the command line named it, who said so."""
    origin = settings.origins.get("site.zone", "")
    said = {"option": "", "system": "the system's zone", "store": "the store's zone"}.get(origin, f"from {origin}")
    return f"times in {settings.tz.key}" + (f" ({said}; --tz names another)" if said else "")


def _line(what: str, count: int, why: str = "", indent: int = 2) -> str:
    return f"{' ' * indent}{what:<{34 - indent}}{number(count):>9}   {why}".rstrip()


def summary(imported: Imported, settings: Settings, renaming: bool) -> Iterator[str]:
    """Yield the account as lines for a person. `renaming`: aliases or name rules were given with the logs."""
    report = imported.report
    yield f"{settings.store}"
    if renaming and report.already:
        yield "  names of what was taken before stay as they are: to rename it, import all of it into a new store"
    if report.lines == 0 and report.already:
        yield f"  nothing was new: all {number(report.already)} lines had been taken before"
        return
    parts = _parts(report)
    missing = report.lines - sum(count for _, count, _ in parts)
    told = f"{number(abs(missing))} of them are NOT accounted for" if missing else "each accounted for"
    yield _line("lines", report.lines, f"{told}:")
    for what, count, why in parts:
        if count or what in ("used", "rejected"):
            yield _line(_WORDS.get(what, what), count, why, indent=4)
    if report.already:
        yield _line("before", report.already, "lines had been taken by an earlier import")
    derived = f"{number(imported.derived)} of them without an entry of their own: worked out from the wait"
    yield _line("contacts", imported.calls, derived if imported.derived else "")
    yield _line("agents", imported.agents, "new")
    yield _line("queues", imported.queues, "new")
    if report.first_ms is not None and report.last_ms is not None:
        yield f"  {_span(report.first_ms, report.last_ms, settings.tz)}"
    yield f"  {_times_in(settings)}"
    if report.went_back:
        times = "once" if report.went_back == 1 else f"{number(report.went_back)} times"
        yield f"  time went back {times}, by up to {_length(report.went_back_ms)}; the order of the lines was kept"
    yield from _hints(report)


def _hints(report: Report) -> Iterator[str]:
    if report.unjoined:
        name = report.unjoined.most_common(1)[0][0]
        yield ""
        some = len(report.unjoined)
        who = "1 interface signs in but never acts" if some == 1 else f"{some} interfaces sign in but never act"
        yield f"{who} under that name, so these lines were left out."
        yield f"Say whose they are: --alias '{name}=AGENT', or for many --name-rule 'PATTERN=AGENT', into a new store."
    if report.rejects:
        yield ""
        yield "rejected:"
        for name, line, why, text in report.rejected[:LISTED]:
            yield f"  {name}:{line}: {why}: {text_of(text)}"
        if report.rejects > LISTED:
            yield f"  and {number(report.rejects - LISTED)} more"


def text_of(line: str) -> str:
    """Return the beginning of a line of a log, safe to show."""
    from data.model.text import safe_text

    return safe_text(line, 80)


def account(imported: Imported, store: Path, zone: ZoneInfo) -> dict[str, Any]:
    """Return the account as JSON values."""
    report = imported.report
    counters = {name: dict(getattr(report, name).most_common()) for name in ("noted", "outbound", "unjoined")}
    return {
        "store": str(store),
        "lines": report.lines,
        **{what: count for what, count, _ in _parts(report)},
        "already_taken": report.already,
        "visits": imported.calls,
        "derived": imported.derived,
        "agents": imported.agents,
        "queues": imported.queues,
        "first": iso(report.first_ms, zone),
        "last": iso(report.last_ms, zone),
        "went_back": report.went_back,
        "went_back_s": report.went_back_ms / 1000,
        "by": {**counters, "rejected": dict(report.reasons.most_common())},
        "rejected_lines": [
            {"file": name, "line": line, "why": why, "text": text_of(text)} for name, line, why, text in report.rejected
        ],
    }


COMMANDS = {"import": Command(_EXAMPLES, _configure, _run)}
