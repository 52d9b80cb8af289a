"""`floorwalk privacy`: what is kept about a person, given to them, or erased."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.audit import one_person
from console.commands.common import (
    Command,
    CommandError,
    in_zone,
    iso,
    now_ms,
    reading,
    say,
    settings_of,
    tell,
)

if TYPE_CHECKING:
    from console.settings import Settings
    from data.model.people import Answer
    from data.store.persons import PersonFound

EX_CANTCREAT, EX_TEMPFAIL, EX_NOPERM = 73, 75, 77

_EXAMPLES = """\
  floorwalk privacy export --agent "Wang Fang" -o wang-fang.json
  floorwalk privacy export --agent 1024 --format csv
  floorwalk privacy erase --agent '#17' --reason "asked for it in writing"
"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("export", "erase"), help="give all that is kept, or have it gone for good")
    parser.add_argument("--agent", metavar="NAME|KEY|ID", required=True, help="whom; '#17' is always the number")
    export = parser.add_argument_group("export")
    export.add_argument("-o", "--output", metavar="FILE", type=Path, help="write it there instead of to the terminal")
    export.add_argument("--format", choices=("json", "csv"), default="json", help="json, or csv for a spreadsheet")
    erase = parser.add_argument_group("erase")
    erase.add_argument("--yes", action="store_true", help="ask nothing")
    erase.add_argument("--reason", default="asked for by the person", help="stays in the audit; name nobody in it")


def _run(args: Namespace) -> int:
    return _export(args) if args.what == "export" else _erase(args)


# ------------------------------------------------------------------ export


def _export(args: Namespace) -> int:
    from console.commands.exporting import as_csv, as_json
    from data.store.about import all_about

    settings = settings_of(args)
    with reading(settings) as reader, reader.one_state() as connection:
        site = dict(connection.execute("SELECT key, value FROM site").fetchall())
        zone = in_zone(settings, site).tz
        person = one_person(connection, args.agent)
        found = all_about(connection, person.id, lambda moment_ms: iso(moment_ms, zone))
    found = {"exported_at": iso(now_ms(), zone), "zone": zone.key, "site": site.get("name", ""), **found}
    text = (as_json if args.format == "json" else as_csv)(found)
    if args.output is None:
        sys.stdout.write(text)  # a locale that can't show a name gets it with question marks: a file has it whole
        return 0
    try:
        made = os.open(args.output, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{args.output} is there already: give another name", EX_CANTCREAT) from None
    tell(f"all that is kept about {person} is in {args.output}; only you can read it")
    return 0


# ------------------------------------------------------------------ erase


def _erase(args: Namespace) -> int:
    from data.store.erasing import held, own_names_of

    settings = settings_of(args)
    with reading(settings) as reader, reader.one_state() as connection:
        person = one_person(connection, args.agent)
        there_is = held(connection, person.id)
        names = own_names_of(connection, person.id)
    if not args.yes:
        _confirm(person, there_is.told)
    answer = _erased(settings, person.id, args.reason)
    if not answer.done:
        raise CommandError(f"{person} was not erased: {answer.said}", _code_of(answer))
    say(f"{person}: {answer.said}")
    _say_traces(settings.store, names)
    return 0


def _confirm(person: PersonFound, there_is: str) -> None:
    """Ask whether it is meant. Raises CommandError where it is not."""
    if not sys.stdin.isatty():
        raise CommandError("erasing can't be undone: give --yes where nobody can be asked")
    say(f"About {person} there is kept: {there_is}.")
    say("All of it goes, for good; calls and rings stay in the queues' figures without the person.")
    if input("Write `erase` to do that: ").strip() != "erase":
        raise CommandError("nothing was erased")


def _code_of(answer: Answer) -> int:
    from data.model.people import Refusal

    return EX_NOPERM if answer.refusal is Refusal.ROLE else EX_TEMPFAIL


def _erased(settings: Settings, agent_id: int, reason: str) -> Answer:
    """Have a person erased at the desk or, where there is none, by the store's only writer: ourselves."""
    import asyncio

    from console.commands.erasing import erase_here
    from console.desk import LONG_S, Desk, DeskError
    from data.model.people import EraseAgent

    request = EraseAgent(agent_id, reason)

    async def ordered() -> Answer:
        desk = Desk(settings.store)
        try:
            return await desk.order(request, answer_s=LONG_S)
        finally:
            await desk.aclose()

    try:
        return asyncio.run(ordered())
    except DeskError:
        return erase_here(settings, request)


def _say_traces(store: Path, names: set[str]) -> None:
    """Tell whether a name that only this person bore can still be read in the store's files."""
    from console.commands.erasing import traces

    left = traces(store, names)
    if left:
        tell(
            f"the name can still be read in {', '.join(map(str, left))}: the telephony system has told of the person "
            "again, or somebody reads an older state; stop the poller and erase once more"
        )
    elif names:
        say("the name can't be found in the store's files any more")


COMMANDS = {"privacy": Command(_EXAMPLES, _configure, _run)}
