"""`floorwalk simulate`: whole past days of a played floor into the store."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from console.commands.common import (
    EX_DATAERR,
    Command,
    CommandError,
    check_store,
    day_from,
    is_terminal,
    iso,
    number,
    say,
    settings_of,
    with_site,
)
from data.model.days import day_window

if TYPE_CHECKING:
    from console.settings import Settings

_EXAMPLES = """\
  floorwalk simulate yesterday
  floorwalk simulate 2026-03-02 --days 5 --agents 200 --seed 7 --store week.sqlite
"""

MOST_AGENTS = 5_000


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("day", metavar="DAY", help="YYYY-MM-DD, today or yesterday: the first day")
    parser.add_argument("--days", type=int, default=1, metavar="N", help="how many days (1)")
    play_options(parser)


def play_options(parser: ArgumentParser) -> None:
    """Add the options of a played floor."""
    parser.add_argument("--agents", type=int, default=60, metavar="N", help="how many people work there (60)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all chance (1): the same plays the same")


def check_agents(agents: int) -> None:
    """Raise CommandError for a floor that can't be played."""
    if not 1 <= agents <= MOST_AGENTS:
        raise CommandError(f"--agents: {agents} is not between 1 and {MOST_AGENTS}")


def _run(args: Namespace) -> int:
    check_agents(args.agents)
    if args.days < 1:
        raise CommandError(f"--days: {args.days} is no number of days")
    settings = settings_of(args)
    check_store(settings.store)
    settings = with_site(settings)
    first = day_from(args.day, settings.tz)
    calls = _play(settings, [first + timedelta(days=n) for n in range(args.days)], args.agents, args.seed)
    days = f"{first}" if args.days == 1 else f"{first} to {first + timedelta(days=args.days - 1)}"
    say(f"{settings.store}: {days} ({settings.zone}), {args.agents} agents, {number(calls)} contacts")
    return 0


def _play(settings: Settings, days: list[date], agents: int, seed: int) -> int:
    """Write days, one after the other; return how many contacts there were."""
    from data.adapters.simulator import simulate_day
    from data.lease import Lease
    from data.recorder import record
    from data.store.writer import Writer

    zone = settings.tz
    calls = 0
    with Lease(settings.store, "floorwalk simulate"), Writer(settings.store) as writer:
        known = writer.known("simulator")
        start_ms = day_window(days[0], zone).since_ms
        if known.coverage is not None and known.coverage.until_ms > start_ms:
            held = iso(known.coverage.until_ms, zone)
            raise CommandError(
                f"{settings.store} already holds a played floor up to {held}: simulate a later day, "
                "or give another file with --store",
                EX_DATAERR,
            )
        writer.set_site(zone=settings.zone)
        for day in days:
            _show(f"playing {day} …")
            for observation in simulate_day(day, zone, seed, agents):
                known, rows = record(known, observation)
                writer.write(rows)
                calls += sum(before is None for before, _ in rows.calls.values())
        _show("")
    return calls


def _show(text: str) -> None:
    if is_terminal(sys.stderr):
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()


COMMANDS = {"simulate": Command(_EXAMPLES, _configure, _run)}
