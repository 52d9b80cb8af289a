"""`floorwalk audit`: who did what about whom, and whether the record of it is whole."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from console.commands.common import (
    EX_DATAERR,
    Command,
    CommandError,
    day_from,
    in_zone,
    iso,
    number,
    reading,
    say,
    say_json,
    settings_of,
    tell,
)
from data.model.days import day_window
from data.model.text import safe_text

if TYPE_CHECKING:
    import sqlite3
    from zoneinfo import ZoneInfo

    from data.store.audited import Audited, Head, Verdict
    from data.store.persons import PersonFound

_EXAMPLES = """\
  floorwalk audit                          the last 50 acts
  floorwalk audit --day yesterday --user liumin
  floorwalk audit --agent "Wang Fang" --json
  floorwalk audit verify                   whether a row was changed or taken away; prints the head to note elsewhere
  floorwalk audit verify --since 4711:5d41…
"""
LIMIT = 50


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("what", metavar="verify", nargs="?", choices=("verify",), help="walk along the whole chain")
    parser.add_argument(
        "--since", metavar="NUMBER:HEX", help="with verify: a head noted earlier, which the chain must lead through"
    )
    rows = parser.add_argument_group("which acts")
    rows.add_argument("--agent", metavar="NAME|KEY|ID", help="about this agent")
    rows.add_argument("--user", metavar="USER", help="ordered by this user")
    rows.add_argument("--day", metavar="DAY", help="of a day: YYYY-MM-DD, today or yesterday")
    rows.add_argument("--limit", metavar="N", type=int, default=LIMIT, help=f"no more than these, 0 for all ({LIMIT})")
    parser.add_argument("--json", action="store_true", help="print it as JSON, with all details")


def _run(args: Namespace) -> int:
    if args.what == "verify":
        return _verify(args)
    if args.since:
        raise CommandError("--since belongs to `floorwalk audit verify`")
    if args.limit < 0:
        raise CommandError(f"--limit: {args.limit} is less than none")
    from data.store.audited import entries

    settings = settings_of(args)
    with reading(settings) as reader, reader.one_state() as connection:
        site = dict(connection.execute("SELECT key, value FROM site").fetchall())
        zone = in_zone(settings, site).tz
        window = day_window(day_from(args.day, zone), zone) if args.day else None
        person = one_person(connection, args.agent) if args.agent else None
        rows = entries(
            connection,
            agent_id=person.id if person else None,
            user=args.user,
            since_ms=window.since_ms if window else 0,
            until_ms=window.until_ms if window else None,
            limit=args.limit or None,
        )
        names = _names(connection)
    if args.json:
        say_json([_values(row, names, zone) for row in rows])
    else:
        _say_table(rows, names, zone)
    return 0


def one_person(connection: sqlite3.Connection, text: str) -> PersonFound:
    """Return the agent that a text names. Raises CommandError where it names none, or several."""
    from difflib import get_close_matches

    from data.store.persons import everybody, persons_called

    found = persons_called(connection, text)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "\n".join(f"  {each}" for each in found)
        raise CommandError(
            f"--agent: {len(found)} people go by {text!r}; give one by number, as '#{found[0].id}':\n{listed}"
        )
    near = get_close_matches(text, [each.name for each in everybody(connection)], 3)
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    raise CommandError(f"--agent: nobody goes by {text!r}{meant}")


def _names(connection: sqlite3.Connection) -> dict[int, str]:
    from data.store.persons import everybody

    return {each.id: each.name for each in everybody(connection)}


# ------------------------------------------------------------------ the rows


def _values(row: Audited, names: dict[int, str], zone: ZoneInfo) -> dict[str, Any]:
    whom = None if row.agent_id is None else names.get(row.agent_id, f"#{row.agent_id}")
    told = row._asdict()
    del told["at_ms"], told["detail"]
    return {**told, "at": iso(row.at_ms, zone), "whom": whom, "blanked": row.detail is None, "detail": row.detail}


def _say_table(rows: list[Audited], names: dict[int, str], zone: ZoneInfo) -> None:
    from console.commands.table import Column, aligned

    if not rows:
        tell("no act is on record")
        return
    titles = ("no.", "when", "user", "role", "from", "act", "whom", "result", "what")
    columns = [Column(title, right=title == "no.") for title in titles]
    lines = [
        [
            *(str(row.number), _clock(row.at_ms, zone), row.user, row.role, _place(row), row.act.replace("_", " ")),
            *("" if row.agent_id is None else names.get(row.agent_id, f"#{row.agent_id}"), row.result, _reason(row)),
        ]
        for row in rows
    ]
    for line in aligned(columns, lines):
        say(line)


def _clock(at_ms: int, zone: ZoneInfo) -> str:
    return (iso(at_ms - at_ms % 1000, zone) or "")[:19].replace("T", " ")


def _place(row: Audited) -> str:
    return " ".join(part for part in (row.tty.removeprefix("/dev/"), row.address) if part)


_TOLD = ("flag", "mood", "decision", "to_queue", "step", "owner", "reason", "note", "helped", "file")
"""What the table tells of what was ordered, in this order."""


def _reason(row: Audited) -> str:
    """Return what was ordered or, of what was refused, why."""
    from data.store.audit import DONE, ORDERED

    if row.detail is None:
        return "(blanked)"
    if row.result not in (DONE, ORDERED) and row.detail.get("said"):
        return safe_text(str(row.detail["said"]), 200)
    ordered = row.detail.get("with")
    told = ordered if isinstance(ordered, dict) else row.detail
    return " · ".join(safe_text(str(told[key])) for key in _TOLD if told.get(key) not in (None, ""))


# ------------------------------------------------------------------ verify


def _verify(args: Namespace) -> int:
    """Walk along the chain; the exit code is 65 where it is broken."""
    from data.store.audited import verify

    for option in ("agent", "user", "day"):
        if getattr(args, option):
            raise CommandError(f"--{option}: the chain can only be verified as a whole")
    since = _head(args.since) if args.since else None
    settings = settings_of(args)
    with reading(settings) as reader, reader.one_state() as connection:
        verdict = verify(connection, since)
    if args.json:
        fault = verdict.fault._asdict() if verdict.fault else None
        head = str(verdict.head) if verdict.head else None
        say_json({"rows": verdict.rows, "blanked": verdict.blanked, "head": head, "fault": fault})
    else:
        _say_verdict(verdict, since)
    return EX_DATAERR if verdict.fault else 0


def _head(text: str) -> Head:
    from data.store.audited import Head

    try:
        return Head.of(text)
    except ValueError as error:
        raise CommandError(f"--since: {error}") from None


def _say_verdict(verdict: Verdict, since: Head | None) -> None:
    if verdict.fault:
        say(f"row {verdict.fault.number}: {verdict.fault.what}")
        say(f"rows before it, as they were written: {number(verdict.rows)}")
        return
    if verdict.head is None:
        say("no act is on record")
        return
    blanked = f", {number(verdict.blanked)} of them with their details blanked" if verdict.blanked else ""
    say(f"rows: {number(verdict.rows)}, each as it was written{blanked}")
    if since is not None:
        say(f"row {number(since.number)}, noted earlier, is one of them: nothing up to it was changed")
    say(f"head: {verdict.head}")
    tell("note the head elsewhere: only with `--since` can it be seen that newer rows were taken away")


COMMANDS = {"audit": Command(_EXAMPLES, _configure, _run)}
