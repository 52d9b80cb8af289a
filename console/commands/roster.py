"""`floorwalk roster`: who works when, taken from a file; who is expected, and who came."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.commands.common import (
    EX_DATAERR,
    EX_NOINPUT,
    Command,
    CommandError,
    check_store,
    day_from,
    everywhere,
    in_zone,
    now_ms,
    number,
    reading,
    say,
    say_json,
    settings_of,
    tell,
    with_site,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.settings import Settings
    from data.discipline.catalogue import Catalogue
    from data.discipline.roster import RosterRow

EX_TEMPFAIL, EX_NOPERM = 75, 77
LISTED = 20
"""How many unknown agents are named."""

_EXAMPLES = """\
  floorwalk roster import december.csv --dry-run
  floorwalk roster import december.csv
  floorwalk roster import week49.toml --day 2026-12-01
  floorwalk roster show --day today
"""


def _configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="import|show", required=True)
    take = actions.add_parser("import", help="take up who works when, from CSV or TOML")
    take.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a CSV as a spreadsheet writes it, or TOML")
    take.add_argument("--day", metavar="DAY", help="of the files this day only")
    take.add_argument("--dry-run", action="store_true", help="read and check it all, write nothing")
    show = actions.add_parser("show", help="who is expected when, and who came so far")
    show.add_argument("--day", metavar="DAY", help="YYYY-MM-DD, today or yesterday; the last day measured if left out")
    for each in (take, show):
        each.add_argument("--json", action="store_true", help="print it as JSON")
        everywhere(each)


def _run(args: Namespace) -> int:
    return _import(args) if args.action == "import" else _show(args)


# ------------------------------------------------------------------ import


def _import(args: Namespace) -> int:
    settings = settings_of(args)
    check_store(settings.store)
    zone = with_site(settings).tz
    day = day_from(args.day, zone) if args.day else None
    rows = [row for row in _read(args.files, catalogue_of(settings), settings) if day in (None, row.day)]
    if not rows:
        raise CommandError(f"nobody is on the roster of {day} in {', '.join(map(str, args.files))}", EX_DATAERR)
    unknown = strangers(settings, rows)
    account = _account(rows, unknown, args.dry_run)
    if not args.dry_run:
        _set(settings, rows)
    if args.json:
        say_json(account)
    else:
        _say_account(account)
    return 0


def _read(paths: Sequence[Path], catalogue: Catalogue, settings: Settings) -> list[RosterRow]:
    """Return the duties of files. Raises CommandError with every mistake of all of them, a line each."""
    from data.discipline.roster_file import RosterError, read_roster

    rows: list[RosterRow] = []
    problems: list[str] = []
    of: dict[tuple[str, object], Path] = {}
    for path in paths:
        try:
            found = read_roster(path.expanduser().read_bytes(), str(path), catalogue, settings.limits.breaks)
        except RosterError as error:
            problems += error.problems
            continue
        except FileNotFoundError:
            raise CommandError(f"{path}: there is no such file", EX_NOINPUT) from None
        for row in found:
            first = of.setdefault((row.agent, row.day), path)
            if first != path:
                problems.append(f"{path}:1: agent: one duty a day; {row.agent} has one on {row.day} in {first} as well")
        rows += found
    if problems:
        raise CommandError("\n".join(problems), EX_DATAERR)
    return rows


def catalogue_of(settings: Settings) -> Catalogue:
    """Return the catalogue in force in the store, the one that ships where there is no store yet."""
    from data.discipline.shipped import shipped
    from data.store.catalogues import in_force
    from data.store.files import NoStoreError

    try:
        with reading(settings) as reader, reader.one_state() as connection:
            return in_force(connection, now_ms())
    except NoStoreError:
        return shipped()


def strangers(settings: Settings, rows: Sequence[RosterRow]) -> list[str]:
    """Return those on a roster whom no source knows yet, by key or by name."""
    from data.store.files import NoStoreError
    from data.store.roster_at import agents_by_word

    try:
        with reading(settings) as reader, reader.one_state() as connection:
            known = agents_by_word(connection)
    except NoStoreError:
        known = {}
    return sorted({row.agent for row in rows if row.agent not in known and (row.name or row.agent) not in known})


def _set(settings: Settings, rows: Sequence[RosterRow]) -> None:
    """Have the duties kept, by the desk or by ourselves. Raises CommandError where that is refused."""
    from console.commands.own_hand import ordered
    from data.discipline.roster import line_of
    from data.model.discipline_requests import SetRoster
    from data.model.people import Refusal

    requests = [SetRoster(tuple(lines)) for lines in chunks([line_of(row) for row in rows])]
    answers = ordered(settings, requests, "floorwalk roster import", with_site(settings).tz.key)
    last = answers[-1]
    if not last.done:
        done = sum(len(request.lines) for request in requests[: len(answers) - 1])
        kept = f"{number(done)} duties were taken before that; import it again" if done else "nothing was written"
        code = EX_NOPERM if last.refusal is Refusal.ROLE else EX_TEMPFAIL
        raise CommandError(f"the roster was not taken: {last.said}; {kept}", code)


MOST_LINES, MOST_BYTES = 64, 12_000
"""How much of a roster goes into one order: the desk hears lines of 16,384 bytes."""


def chunks(lines: Sequence[str]) -> list[list[str]]:
    """Return lines in parts that each fit into an order. Raises CommandError for one that is too long by itself."""
    parts: list[list[str]] = []
    size = 0
    for line in lines:
        bytes_ = len(line.encode()) + line.count('"') + line.count("\\") + 3
        if bytes_ > MOST_BYTES:
            raise CommandError(f"this duty is too long, its skills above all: {line[:80]}…", EX_DATAERR)
        if not parts or len(parts[-1]) == MOST_LINES or size + bytes_ > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += bytes_
    return parts


def _account(rows: Sequence[RosterRow], unknown: list[str], dry: bool) -> dict[str, Any]:
    days = sorted({row.day for row in rows})
    return {
        "duties": sum(not row.is_off for row in rows),
        "days_off": sum(row.is_off for row in rows),
        "agents": len({row.agent for row in rows}),
        "first_day": f"{days[0]}",
        "last_day": f"{days[-1]}",
        "unknown": unknown,
        "written": not dry,
    }


def _say_account(told: dict[str, Any]) -> None:
    days = told["first_day"] + (f" to {told['last_day']}" if told["last_day"] != told["first_day"] else "")
    say(f"{days}: {number(told['duties'])} duties and {number(told['days_off'])} days off of {number(told['agents'])}")
    unknown = told["unknown"]
    if unknown:
        shown = ", ".join(unknown[:LISTED]) + (f" and {number(len(unknown) - LISTED)} more" if unknown[LISTED:] else "")
        tell(f"no source knows {shown}: kept by name, and found as soon as a source tells of them")
    say("taken up" if told["written"] else "nothing was written: that was a dry run")


# ------------------------------------------------------------------ show


def _show(args: Namespace) -> int:
    from console.commands.document_forms import lines_of, values_of
    from console.commands.recorded import days_asked, paper

    settings = settings_of(args)
    with reading(settings) as reader:
        zone = in_zone(settings, reader.site()).tz
        days = days_asked(args, reader, zone)
        document = paper("attendance", reader, settings, days, "en" if args.json else None, flat=args.json)
    if args.json:
        say_json(values_of(document))
        return 0
    for line in lines_of(document):
        say(line)
    return 0


COMMANDS = {"roster": Command(_EXAMPLES, _configure, _run)}
