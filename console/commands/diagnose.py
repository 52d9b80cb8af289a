"""What there is and whether it is well: `adapters`, `doctor`, `config show`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from console.commands.common import Command, say, say_json, settings_of, with_site

_ADAPTERS = """\
  floorwalk adapters
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


def _adapters(args: Namespace) -> int:
    """List the adapters; none is loaded, as a plugin is code that gets the telephony system's password."""
    from importlib.metadata import entry_points

    from data.adapters.registry import BUILT_IN, GROUP

    found = {name: (f"{module}:{attribute}", "floorwalk") for name, (module, attribute) in BUILT_IN.items()}
    for point in entry_points(group=GROUP):
        if point.name not in found:
            found[point.name] = (point.value, point.dist.name if point.dist else "")
    rows = [(name, value, distribution) for name, (value, distribution) in sorted(found.items())]
    if args.json:
        say_json([dict(zip(("name", "value", "distribution"), row, strict=True)) for row in rows])
        return 0
    from console.commands.table import Column, aligned

    for line in aligned([Column(title, right=False) for title in ("adapter", "class", "distribution")], rows):
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
    "adapters": Command(_ADAPTERS, _configure_json, _adapters),
    "doctor": Command(_DOCTOR, _configure_json, _doctor),
    "config": Command(_CONFIG, _configure_config, _config),
}
