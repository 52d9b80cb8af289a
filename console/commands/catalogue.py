"""`floorwalk catalogue`: the floor's rules, checklists and shifts: what is in force, and whether a file could be."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from console.choices import LANGUAGES
from console.commands.common import (
    EX_DATAERR,
    Command,
    everywhere,
    in_zone,
    iso,
    now_ms,
    reading,
    say,
    say_json,
    settings_of,
    tell,
)

if TYPE_CHECKING:
    from console.settings import Settings
    from data.discipline.catalogue import Catalogue, Checklist, Offset, Rule, ShiftPlan, Text

_EXAMPLES = """\
  floorwalk catalogue show                         the rules, checklists and shifts that hold now
  floorwalk catalogue show --lang zh
  floorwalk catalogue init > rules.toml            those that ship, to be edited
  floorwalk catalogue check rules.toml             all that is wrong with a file, each with its line
"""


def _configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="show|check|init", required=True)
    show = actions.add_parser("show", help="print what is in force in the store, else what ships")
    show.add_argument("--lang", choices=LANGUAGES[1:], help="the language of the texts")
    show.add_argument("--json", action="store_true", help="print it as JSON, in both languages")
    check = actions.add_parser("check", help="tell what is wrong with a file; the exit code is 65 if anything is")
    check.add_argument("file", metavar="FILE", type=Path, help="a catalogue as TOML")
    check.add_argument("--json", action="store_true", help="print it as JSON")
    init = actions.add_parser("init", help="print the catalogue that ships, to be edited and named in the settings")
    for each in (show, check, init):
        everywhere(each)


def _run(args: Namespace) -> int:
    if args.action == "init":
        from data.discipline.shipped import shipped_text

        sys.stdout.flush()
        sys.stdout.buffer.write(shipped_text().encode())  # UTF-8 whatever the locale: it is to be read again
        return 0
    return _check(args) if args.action == "check" else _show(args)


def _check(args: Namespace) -> int:
    from data.discipline.reading import CatalogueError, catalogue_at

    try:
        found = catalogue_at(args.file)
        problems: tuple[str, ...] = ()
    except CatalogueError as error:
        found, problems = None, error.problems
    if args.json:
        say_json({"file": str(args.file), "ok": not problems, "problems": problems})
    elif found is not None:
        say(f"{args.file}: nothing wrong; {_counts(found)}")
    else:
        for problem in problems:
            say(problem)
    return EX_DATAERR if problems else 0


def _counts(catalogue: Catalogue) -> str:
    held = ((catalogue.rules, "rules"), (catalogue.areas, "areas"), (catalogue.checklists, "checklists"))
    counts = [f"{len(kind)} {name}" for kind, name in (*held, (catalogue.shifts, "shifts"))]
    return ", ".join((*counts, f"{len(catalogue.incidents)} kinds of incidents"))


# ------------------------------------------------------------------ show


def _show(args: Namespace) -> int:
    settings = settings_of(args)
    catalogue, since_ms, settings = _in_force(settings)
    since = None if since_ms is None else iso(since_ms, settings.tz)
    if args.json:
        say_json({"since": since, "digest": catalogue.digest, **json.loads(catalogue.body)})
        return 0
    tell(f"in force since {since}" if since else "none was put in force in the store: this is the one that ships")
    from console.locale import reader_language

    language = args.lang or reader_language(None if settings.language == "auto" else settings.language)
    for line in _lines(catalogue, language):
        say(line)
    return 0


def _in_force(settings: Settings) -> tuple[Catalogue, int | None, Settings]:
    """Return what holds now and since when, None where it is what ships; and the settings with the store's zone."""
    from data.discipline.shipped import shipped
    from data.store.catalogues import by_id, id_in_force
    from data.store.files import NoStoreError

    try:
        with reading(settings) as reader, reader.one_state() as connection:
            settings = in_zone(settings, dict(connection.execute("SELECT key, value FROM site").fetchall()))
            number = id_in_force(connection, now_ms())
            if number is None:
                return shipped(), None, settings
            (since_ms,) = connection.execute("SELECT since_ms FROM catalogue WHERE id = ?", (number,)).fetchone()
            return by_id(connection, number), since_ms, settings
    except NoStoreError:
        return shipped(), None, settings


def _lines(catalogue: Catalogue, language: str) -> Iterator[str]:
    from console.commands.table import Column, aligned

    def text(both: Text) -> str:
        return both.zh if language == "zh" else both.en

    def plain(titles: str) -> list[Column]:
        return [Column(title, right=False) for title in titles.split("|")]

    shifts = [[key, text(plan.title), *_times(plan)] for key, plan in catalogue.shifts.items()]
    yield from aligned(plain("shift|title|from|until|days"), shifts)
    yield ""
    lists = [[key, text(each.title), *_moments(each)] for key, each in catalogue.checklists.items()]
    yield from aligned(plain("checklist|title|for|role|opens|due|again|shifts|rules"), lists)
    for area, title in catalogue.areas.items():
        yield ""
        yield f"{text(title)} ({area})"
        rules = [rule for rule in catalogue.rules.values() if rule.area == area]
        columns = plain("rule|where|severity|points|who|every|what is expected, and what to do where it is not|more")
        yield from aligned(columns, [row for rule in rules for row in _rule(rule, text(rule.text), text(rule.do))])
    yield ""
    yield from aligned(plain("incident|title"), [[key, text(title)] for key, title in catalogue.incidents.items()])


def _times(plan: ShiftPlan) -> list[str]:
    from data.discipline.entries import DAYS

    times = [f"{minute // 60:02}:{minute % 60:02}" for minute in (plan.since, plan.until)]
    every = len(plan.weekdays) == len(DAYS)
    return [*times, "every day" if every else ", ".join(DAYS[day] for day in plan.weekdays)]


def _moments(each: Checklist) -> list[str]:
    again = f"{each.every_min} min" if each.every_min else ""
    opens, due = (_offset(at) if at else "by hand" for at in (each.opens, each.due))
    shifts = ", ".join(each.shifts) or "all"
    return [str(each.occasion), str(each.role), opens, due, again, shifts, ", ".join(each.rules)]


def _offset(at: Offset) -> str:
    minutes = abs(at.minutes)
    return (
        f"{at.edge} {'-' if at.minutes < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}" if minutes else str(at.edge)
    )


def _rule(rule: Rule, text: str, do: str) -> Iterator[list[str]]:
    """Yield the lines of a rule."""
    points = f"{rule.least}" if rule.least == rule.most else f"{rule.least}-{rule.most}"
    unit = "" if rule.unit == "points" else f" {rule.unit}"
    more = [
        f"by the data: {rule.prefill}" if rule.prefill else "",
        f"in {rule.deadline_min} min" if rule.deadline_min else "",
        "" if rule.repeats else "repeats weigh no more",
        "dismissal" if rule.dismissal else "",
    ]
    told = [str(rule.where), rule.severity.name.lower(), f"{'+' if rule.positive else ''}{points}{unit}"]
    yield [rule.id, *told, str(rule.checked_by), str(rule.every), text, ", ".join(filter(None, more))]
    if do:
        yield [*[""] * 6, f"  {do}", ""]


COMMANDS = {"catalogue": Command(_EXAMPLES, _configure, _run)}
