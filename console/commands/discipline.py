"""`floorwalk discipline`: what was walked, found, handed over and scored, as text or as a document."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from console.choices import LANGUAGES
from console.commands.common import (
    Command,
    CommandError,
    everywhere,
    in_zone,
    reading,
    say,
    say_json,
    settings_of,
    tell,
)

EX_CANTCREAT = 73
WHAT = ("walks", "findings", "incidents", "handovers", "attendance", "scores")
FORMATS = ("csv", "md", "html", "json")
DAYS = 30
"""Over how many days scores go where nobody says."""

_EXAMPLES = """\
  floorwalk discipline scores                          teams, zones, areas and rules of the last 30 days
  floorwalk discipline export walks --day yesterday
  floorwalk discipline export findings --since 2026-11-01 --until 2026-11-30 -o findings.csv
  floorwalk discipline export handovers --day yesterday --lang zh -o handover.html
"""


def _configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="export|scores", required=True)
    export = actions.add_parser("export", help="write what was recorded as CSV, Markdown, HTML or JSON")
    export.add_argument("what", choices=WHAT, help="what of it")
    days = export.add_argument_group("days (the last one measured, unless said otherwise)")
    days.add_argument("--day", metavar="DAY", help="YYYY-MM-DD, today or yesterday")
    days.add_argument("--since", metavar="DAY", help="the first of several days")
    days.add_argument("--until", metavar="DAY", help="the last of them; the last one measured if left out")
    export.add_argument("--format", choices=FORMATS, help="by the file's ending, else csv")
    export.add_argument("-o", "--output", metavar="FILE", type=Path, help="write it there instead of to the terminal")
    scores = actions.add_parser("scores", help="teams, zones, areas and rules over days; never people")
    scores.add_argument(
        "--days", metavar="N", type=int, default=DAYS, help=f"how many days, up to the last one measured ({DAYS})"
    )
    scores.add_argument("--json", action="store_true", help="print it as JSON")
    for each in (export, scores):
        each.add_argument("--lang", choices=LANGUAGES[1:], help="the language (JSON: English if left out)")
        everywhere(each)


def _run(args: Namespace) -> int:
    return _export(args) if args.action == "export" else _scores(args)


# ------------------------------------------------------------------ export


def _export(args: Namespace) -> int:
    from console.commands.document_forms import FORMS
    from console.commands.recorded import days_asked, paper

    form = _form(args)
    lang = args.lang or ("en" if form == "json" else None)
    settings = settings_of(args)
    with reading(settings) as reader:
        zone = in_zone(settings, reader.site()).tz
        days = days_asked(args, reader, zone)
        document = paper(args.what, reader, settings, days, lang, flat=form in FLAT)
    text = FORMS[form](document)
    for note in document.notes:
        tell(note)
    if args.output is None:
        sys.stdout.write(text)  # a locale that can't show a name gets it with question marks: a file has it whole
        return 0
    _write(args.output, text)
    tell(f"{args.what} of {days} are in {args.output}; only you can read it")
    return 0


FLAT = ("csv", "json")
"""The forms for spreadsheets and programs."""


def _form(args: Namespace) -> str:
    """Return the form to write: the one asked for, else by the file's ending, else CSV."""
    ending = "" if args.output is None else args.output.suffix.lstrip(".").lower()
    ending = {"markdown": "md", "htm": "html"}.get(ending, ending)
    if not args.format and args.output is not None and ending not in FORMATS:
        raise CommandError(f"-o {args.output}: end it in {', '.join(f'.{each}' for each in FORMATS)}, or give --format")
    return args.format or ending or "csv"


def _write(path: Path, text: str) -> None:
    """Write a file that only we can read. Raises CommandError where there is one already."""
    try:
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise CommandError(f"{path} is there already: give another name", EX_CANTCREAT) from None
    with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
        file.write(text)


# ------------------------------------------------------------------ scores


def _scores(args: Namespace) -> int:
    from console.commands.document_forms import lines_of, values_of
    from console.commands.recorded import last_days, paper

    settings = settings_of(args)
    with reading(settings) as reader:
        zone = in_zone(settings, reader.site()).tz
        lang = args.lang or ("en" if args.json else None)
        document = paper("scores", reader, settings, last_days(reader, zone, args.days), lang, flat=args.json)
    if args.json:
        say_json(values_of(document))
        return 0
    for line in lines_of(document):
        say(line)
    return 0


COMMANDS = {"discipline": Command(_EXAMPLES, _configure, _run)}
