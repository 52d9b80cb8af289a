"""The commands that open the screen or keep it fed: `demo`, `up`, `poll`, `console`, `replay`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.choices import LANGUAGES, THEMES
from console.commands.common import (
    EX_CONFIG,
    EX_NOINPUT,
    Command,
    CommandError,
    check_store,
    day_from,
    in_zone,
    is_day,
    iso,
    reading,
    settings_of,
    tell,
    with_site,
)
from console.commands.importing import log_paths
from console.commands.naming import naming_options
from console.commands.simulate import check_agents, play_options

if TYPE_CHECKING:
    from console.settings import Settings
    from console.settings_secrets import Ready

_DEMO = """\
  floorwalk demo
  floorwalk demo --agents 200 --speed 10
  floorwalk demo --seed 7 --store demo.sqlite     keep what was played
"""
_UP = """\
  floorwalk up
  floorwalk up --store /var/lib/floorwalk/floor.sqlite
"""
_POLL = """\
  floorwalk poll
  floorwalk poll --adapter simulator --interval 2 --option seed=7
"""
_CONSOLE = """\
  floorwalk
  floorwalk --store /var/lib/floorwalk/floor.sqlite
  floorwalk console --wall
"""
_REPLAY = """\
  floorwalk replay queue_log
  floorwalk replay --tz Asia/Shanghai queue_log.1.gz queue_log
  floorwalk replay yesterday
  floorwalk replay 2026-03-02 --store week.sqlite
"""


def _configure_screen(parser: ArgumentParser) -> None:
    """Take what the screen is shown by."""
    parser.add_argument(
        "--wall", action="store_true", help="for a wall that everybody reads: no acts, no load or mood, praise only"
    )
    parser.add_argument("--phone", metavar="NAME", help="your own phone, as PJSIP/3001, for listening to a call")


def _screen_settings(args: Namespace) -> Settings:
    """Return the settings with what the command line says of the screen; the bare program has none of it."""
    return replace(settings_of(args), wall=getattr(args, "wall", False), phone=getattr(args, "phone", None) or "")


# ------------------------------------------------------------------ demo, up, poll, console


def _configure_demo(parser: ArgumentParser) -> None:
    play_options(parser)
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="played seconds in a second (1)")
    parser.add_argument("--language", choices=LANGUAGES, help="of the screen")
    parser.add_argument("--theme", choices=THEMES, help="the colours")
    _configure_screen(parser)


def _demo(args: Namespace) -> int:
    from console.launch import run_demo
    from console.launch_options import DemoOptions

    check_agents(args.agents)
    if not 0 < args.speed <= 3600:
        raise CommandError(f"--speed: {args.speed} is not between 0 and 3600")
    settings = _screen_settings(args).given("option", language=args.language, theme=args.theme)
    store = None if args.store is None else settings.store
    if store:
        check_store(store)
    settings = with_site(settings) if store else in_zone(settings)
    options = DemoOptions(args.seed, args.agents, args.speed, store, args.language, args.theme)

    return run_demo(settings, options)


def _up(args: Namespace) -> int:
    settings = _screen_settings(args)
    check_store(settings.store)
    settings = with_site(settings)
    from console.launch import run_up
    from console.settings_sources import ready

    return run_up(settings, settings.store, ready(settings))


def _configure_poll(parser: ArgumentParser) -> None:
    parser.add_argument("--adapter", metavar="NAME", help="poll a source of this kind, not the file's")
    parser.add_argument("--interval", metavar="SECONDS", type=float, help="how often to ask it")
    parser.add_argument("--option", metavar="KEY=VALUE", action="append", default=[], help="an option of the adapter")


def _poll(args: Namespace) -> int:
    from console.settings_sources import ready
    from data import poller

    settings = _asked_for(settings_of(args), args)
    check_store(settings.store)
    settings = with_site(settings)
    found = ready(settings)
    sources = [poller.Source(*each) for each in found]
    told = _polling(settings, found)
    rules = settings.desk
    return poller.run(settings.store, sources, goals=settings.goals, started=told, rules=rules, zone=settings.zone)


def _asked_for(settings: Settings, args: Namespace) -> Settings:
    """Return the settings with the sources, options and interval that the command line names."""
    from console.settings import SourceSettings

    if args.adapter is not None:
        options = pairs(args.option, args.adapter)
        settings = settings.polling("option", SourceSettings(args.adapter, args.adapter, options))
    elif args.option:
        if len(settings.sources) > 1:
            raise CommandError("--option: several sources are configured: write it into the table of the one it is for")
        settings = _with_options(settings, pairs(args.option, settings.sources[0].adapter))
    if args.interval is None:
        return settings
    if not 0.2 <= args.interval <= 3600:
        raise CommandError(f"--interval: {args.interval} is not between 0.2 and 3600 seconds")
    alike = tuple(replace(source, interval_ms=None) for source in settings.sources)
    return replace(settings.given("option", interval_ms=round(args.interval * 1000)), sources=alike)


def _with_options(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """Return the settings with options put over those of the only source."""
    (source,) = settings.sources
    origins = {f"source.{source.name}.{key}": "option" for key in options}
    source = replace(source, options={**source.options, **options})
    return replace(settings, sources=(source,), origins={**settings.origins, **origins})


def _polling(settings: Settings, sources: Sequence[Ready]) -> str:
    """Return what is polled into what, and why a floor is played that nobody asked for."""
    paces = {source.interval_ms for source in sources}
    told = []
    for source in sources:
        about = [source.adapter] if source.adapter != source.name else []
        if source.adapter == "simulator":
            about.append("a played floor" + ("" if settings.configured else ", because no source is configured"))
        if len(paces) > 1:
            about.append(f"every {source.interval_ms / 1000:g} s")
        told.append(f"{source.name} ({', '.join(about)})" if about else source.name)
    pace = f" every {paces.pop() / 1000:g} s" if len(paces) == 1 else ""
    return f"polling {', '.join(told)} into {settings.store}{pace}; Ctrl-C stops"


def pairs(texts: list[str], adapter: str) -> dict[str, Any]:
    """Return KEY=VALUE texts as a mapping, the values of such kinds as the adapter declares; TOML will do as well."""
    from console.settings_sources import from_text
    from data.adapters.registry import AdapterError, options_of

    found: dict[str, Any] = {}
    for text in texts:
        key, given, found[key] = text.partition("=")
        if not given or not key:
            raise CommandError("--option: there is one without a key or without a '=': write KEY=VALUE")
    try:
        declared = {option.name: option for option in options_of(adapter) if not option.secret}
    except AdapterError:  # told when all is checked
        return found
    for key in found.keys() & declared.keys():
        try:
            found[key] = from_text(declared[key], found[key])
        except ValueError as error:
            raise CommandError(f"--option: {error}") from error
    return found


def _console(args: Namespace) -> int:
    settings = with_site(_screen_settings(args))
    from console.launch import run_live

    return run_live(settings, settings.store)


# ------------------------------------------------------------------ replay


def _configure_replay(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what", metavar="FILE|DAY", nargs="+", help="queue logs (- is standard input), a store, or a day of the store"
    )
    naming_options(parser)
    _configure_screen(parser)


def _replay(args: Namespace) -> int:
    settings = _screen_settings(args)
    first = Path(args.what[0]).expanduser()
    if len(args.what) == 1 and is_day(args.what[0]) and not first.exists():
        return _replay_day(with_site(settings), args.what[0])
    if len(args.what) == 1 and _is_store(first):
        return _replay_store(with_site(settings.given("option", store=first)), None)
    from console.commands.replaying import cached_store

    store = cached_store(args, settings, log_paths(args.what))
    if "-" in args.what:
        _take_keyboard()
    return _replay_store(with_site(settings.given("option", store=store)), None)


def _is_store(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16).startswith(b"SQLite format 3")
    except OSError:
        return False


def _replay_store(settings: Settings, moment_ms: int | None) -> int:
    from console.launch import run_replay

    with reading(settings) as reader:
        if not reader.measured():
            raise CommandError(f"nothing was measured in {settings.store}: there is nothing to replay", EX_NOINPUT)
    return run_replay(settings, settings.store, moment_ms)


def _replay_day(settings: Settings, name: str) -> int:
    """Open the store at the first measured moment of a day."""
    from data.model.days import day_window

    zone = settings.tz
    window = day_window(day_from(name, zone), zone)
    with reading(settings) as reader:
        covered = reader.measured()
    for since_ms, until_ms in covered:
        if since_ms < window.until_ms and until_ms > window.since_ms:
            return _replay_store(settings, max(since_ms, window.since_ms))
    if not covered:
        raise CommandError(f"nothing was measured yet in {settings.store}", EX_NOINPUT)
    held = f"it holds {iso(covered[0][0], zone)} to {iso(covered[-1][1], zone)}"
    raise CommandError(f"nothing was measured on {name} in {settings.store}: {held}", EX_NOINPUT)


def _take_keyboard() -> None:
    """Read keys from the terminal, now that standard input has given the log."""
    if sys.stdin.isatty():
        return
    try:
        os.dup2(os.open("/dev/tty", os.O_RDWR), sys.stdin.fileno())
    except OSError as error:
        tell(f"there is no terminal to read keys from: {error.strerror}")
        raise CommandError("give the log as a file instead of -", EX_CONFIG) from None


COMMANDS = {
    "demo": Command(_DEMO, _configure_demo, _demo),
    "up": Command(_UP, _configure_screen, _up),
    "poll": Command(_POLL, _configure_poll, _poll),
    "console": Command(_CONSOLE, _configure_screen, _console),
    "replay": Command(_REPLAY, _configure_replay, _replay),
}
