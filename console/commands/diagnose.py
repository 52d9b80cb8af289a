"""What there is and whether it is well: `adapters`, `doctor`, `config show`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.commands.common import EX_CONFIG, Command, CommandError, say, say_json, settings_of, with_site

if TYPE_CHECKING:
    from data.adapters.base import Option

_ADAPTERS = """\
  floorwalk adapters
  floorwalk adapters queue_log    its options
  floorwalk adapters --json
"""
_DOCTOR = """\
  floorwalk doctor
  floorwalk doctor --store /var/lib/floorwalk/floor.sqlite --json
"""
_CONFIG = """\
  floorwalk config show
  floorwalk config show --json --config site.toml
"""


def _configure_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _configure_adapters(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="the one whose options to list; it is loaded for that")
    _configure_json(parser)


def _adapters(args: Namespace) -> int:
    """List the adapters, or the options of one; no other is loaded: a plugin is code that gets a password."""
    from data.adapters.registry import AdapterError, names, options_of

    if args.name is None:
        titles: tuple[str, ...] = ("name", "value", "distribution")
        rows = [(name, f"{each.module}:{each.attribute}", each.distribution) for name, each in names().items()]
        return _listed(args, titles, rows, ("adapter", "class", "distribution"))
    try:
        options = options_of(args.name)
    except AdapterError as error:
        raise CommandError(str(error), EX_CONFIG) from error
    titles = ("option", "kind", "given", "about", "example")
    listed = [(each.name, each.kind.__name__, _given(each), each.about, each.example) for each in options]
    return _listed(args, titles, listed, titles)


def _given(option: Option) -> str:
    """Return whether an option must be given, and whether it may stand in the settings file."""
    return " ".join(("required" if option.required else "optional", *(["secret"] if option.secret else [])))


def _listed(args: Namespace, keys: Sequence[str], rows: Sequence[Sequence[str]], titles: Sequence[str]) -> int:
    if args.json:
        say_json([dict(zip(keys, row, strict=True)) for row in rows])
        return 0
    from console.commands.table import Column, aligned

    for line in aligned([Column(title, right=False) for title in titles], rows):
        say(line)
    return 0


def _doctor(args: Namespace) -> int:
    from console.commands.doctor import examine

    checks = examine(args)
    if args.json:
        say_json([check._asdict() for check in checks])
    else:
        from console.commands.table import Column, aligned

        rows = [("ok" if check.ok else "WRONG", check.what, check.found) for check in checks]
        for line in aligned([Column(title, right=False) for title in ("", "what", "found")], rows):
            say(line)
    return int(not all(check.ok for check in checks))


def _configure_config(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=["show"], help="show: each value that holds, and where it comes from")
    _configure_json(parser)


def _config(args: Namespace) -> int:
    from console.settings_shown import shown

    settings = with_site(settings_of(args))
    rows = shown(settings)
    if args.json:
        say_json({key: {"value": value, "origin": origin} for key, value, origin in rows})
        return 0
    from console.commands.table import Column, aligned

    texts = [(key, "–" if value in (None, "") else str(value), origin) for key, value, origin in rows]
    for line in aligned([Column(title, right=False) for title in ("setting", "value", "from")], texts):
        say(line)
    return 0


COMMANDS = {
    "adapters": Command(_ADAPTERS, _configure_adapters, _adapters),
    "doctor": Command(_DOCTOR, _configure_json, _doctor),
    "config": Command(_CONFIG, _configure_config, _config),
}
