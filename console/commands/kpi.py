"""`floorwalk kpi`: the figures of a window, by queue, agent or interval."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from console.commands.common import (
    EX_NOINPUT,
    Command,
    CommandError,
    day_from,
    in_zone,
    iso,
    last_day,
    last_measured,
    moment_from,
    now_ms,
    reading,
    say,
    say_json,
    settings_of,
    tell,
)
from data.metrics import FORMULAS
from data.model.days import Window, day_window

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from data.kpi import By, KpiRow

_EXAMPLES = """\
  floorwalk kpi                                  the last day measured, by queue
  floorwalk kpi --day yesterday --by agent
  floorwalk kpi --from 09:00 --to 12:00 --by interval --json
  floorwalk kpi --formula excluding_short_abandons
"""


def _configure(parser: ArgumentParser) -> None:
    window = parser.add_argument_group("window (the last day measured, unless said otherwise)")
    window.add_argument("--day", metavar="DAY", help="YYYY-MM-DD, today or yesterday")
    window.add_argument("--from", metavar="TIME", dest="since", help="HH:MM, ISO time, epoch seconds, or a day")
    window.add_argument("--to", metavar="TIME", dest="until", help="the same; what comes then is left out")
    parser.add_argument(
        "--by", choices=("queue", "agent", "interval", "total"), default="queue", help="what a row stands for"
    )
    parser.add_argument("--formula", choices=FORMULAS, help="the service level by name; each queue's own if left out")
    parser.add_argument("--wide", action="store_true", help="print all columns, however narrow the terminal")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")


def _run(args: Namespace) -> int:
    from data.kpi import kpi_rows

    settings = settings_of(args)
    with reading(settings) as reader:
        zone = in_zone(settings, reader.site()).tz
        covered = reader.measured()
        window = _window(args, covered, zone)
        present_ms = max(now_ms(), last_measured(covered) or 0)

        def rows(by: By) -> list[KpiRow]:
            return kpi_rows(reader, *window, by, args.formula, zone=zone, now_ms=present_ms)

        with reader.one_state():
            found = rows(args.by)
            whole = rows("total") if args.by != "total" and not args.json else []
    if args.json:
        say_json([_values(args.by, row) for row in found])
        return 0
    for line in _table(args.by, found, whole, args.wide):
        say(line)
    return 0


def _window(args: Namespace, covered: list[tuple[int, int]], zone: ZoneInfo) -> Window:
    """Return the window that was asked for. Raises CommandError for one that makes no sense."""
    if args.day and (args.since or args.until):
        raise CommandError("give either --day, or --from and --to")
    if args.day:
        return day_window(day_from(args.day, zone), zone)
    end_ms = last_measured(covered)
    if end_ms is None:
        raise CommandError("nothing was measured yet: the store is empty", EX_NOINPUT)
    day, window = last_day(end_ms, zone)
    if not (args.since or args.until):
        tell(f"{day}, the last day measured ({zone.key}); --day, --from and --to choose another window")
        return window
    since_ms = moment_from(args.since, zone, day) if args.since else window.since_ms
    until_ms = moment_from(args.until, zone, day) if args.until else max(end_ms, since_ms + 1)
    if since_ms >= until_ms:
        raise CommandError(f"the window ends ({iso(until_ms, zone)}) before it begins ({iso(since_ms, zone)})")
    if not (args.since and args.until):
        tell(f"from {iso(since_ms, zone)} to {iso(until_ms, zone)}")
    return Window(since_ms, until_ms)


def _values(by: By, row: KpiRow) -> dict[str, Any]:
    from data.kpi import FIGURES, GROUP_KEY

    key = {GROUP_KEY[by]: row.key} if by in GROUP_KEY else {}
    return key | {name: getattr(row, name) for name in FIGURES}


_COLUMNS: tuple[tuple[str, int | None], ...] = (
    ("offered", 0),
    ("answered", 1),
    ("abandoned", 2),
    ("short", None),
    ("other", None),
    ("lost", None),
    ("open", None),
    ("SL %", 0),
    ("ASA s", 4),
    ("AHT s", 3),
    ("max wait s", 5),
    ("talk h:m:s", None),
    ("missed rings", None),
    ("occupancy %", 6),
    ("available h:m:s", None),
    ("not ready h:m:s", None),
    ("signed in h:m:s", None),
    ("measured %", 7),
)
"""The columns after the name, each with its rank in a terminal that is narrower than the table."""


def _table(by: By, rows: list[KpiRow], whole: list[KpiRow], wide: bool) -> Iterator[str]:
    """Yield the rows as a table, the sum over all below; where somebody looks only what has room, unless `wide`."""
    from console.commands.table import Column, aligned, fitting, terminal_width

    columns = [Column("" if by == "total" else by, right=False, rank=0)]
    columns += [Column(title, rank=rank) for title, rank in _COLUMNS]
    lines = [_cells(row.key or "all", row) for row in rows]
    if whole and len(rows) > 1:
        lines += [_cells("all", row) for row in whole]
    room = None if wide else terminal_width()
    kept = list(range(len(columns))) if room is None else fitting(columns, lines, room)
    yield from aligned([columns[at] for at in kept], [[line[at] for at in kept] for line in lines])
    formulas = {(row.service_level_formula, row.threshold_s) for row in rows}
    if len(formulas) == 1 or len(kept) < len(columns):
        yield ""
    if len(formulas) == 1:
        formula, threshold_s = formulas.pop()
        yield f"SL: {formula or 'several formulas'}, within {'–' if threshold_s is None else threshold_s} s"
    if room is not None and len(kept) < len(columns):
        yield from _left_out([column.title for at, column in enumerate(columns) if at not in kept], room)


def _left_out(titles: list[str], room: int) -> list[str]:
    """Return what says which columns are not shown, broken between words."""
    from textwrap import wrap

    names = ", ".join(title.removesuffix(" h:m:s").removesuffix(" %").removesuffix(" s") for title in titles)
    return wrap(f"left out: {names}; --wide or --json shows all", max(room, 20))


def _cells(key: str, row: KpiRow) -> list[str]:
    from console.commands.common import number
    from console.commands.table import clock, decimal, percent

    other = row.overflowed + row.timed_out
    counts = (row.offered, row.answered, row.abandoned, row.short_abandoned, other, row.lost, row.waiting + row.talking)
    return [
        key,
        *map(number, counts),
        percent(row.service_level),
        decimal(row.asa_s),
        decimal(row.aht_s),
        decimal(row.max_wait_s),
        clock(row.talk_s),
        number(row.ring_no_answer),
        percent(row.occupancy),
        clock(row.available_s),
        clock(row.not_ready_s),
        clock(row.signed_in_s),
        percent(row.measured),
    ]


COMMANDS = {"kpi": Command(_EXAMPLES, _configure, _run)}
