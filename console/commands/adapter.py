"""`floorwalk adapter check`: an adapter held against the contract, by whoever writes one or is to trust one."""

from __future__ import annotations

import signal
import sys
import textwrap
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.commands.common import EX_CONFIG, Command, CommandError, is_terminal, say, say_json, settings_of

if TYPE_CHECKING:
    from console.settings import Settings
    from data.adapters.conformance import Judgement, Manner, Ruling, Targets

_EXAMPLES = """\
  floorwalk adapter check simulator
  floorwalk adapter check queue_log --option 'paths=["/var/log/asterisk/queue_log"]' --polls 20
  floorwalk adapter check --source pbx --json
  floorwalk adapter check --source pbx --acts agent=PJSIP/3001,queue=sales
  floorwalk adapter check --all
"""
_WIDTH = 110


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=["check"], help="check: hold it against the contract (docs/adapters.md)")
    parser.add_argument("name", metavar="NAME", nargs="?", help="which one (see `floorwalk adapters`)")
    parser.add_argument("--all", action="store_true", help="all that are installed; nothing is polled")
    parser.add_argument("--source", metavar="NAME", help="with the options and secrets of this source of the settings")
    parser.add_argument("--option", metavar="KEY=VALUE", action="append", default=[], help="an option of the adapter")
    parser.add_argument("--polls", type=int, default=5, metavar="N", help="how many polls (5)")
    parser.add_argument("--seconds", type=float, default=1.0, metavar="S", help="from one poll to the next (1)")
    parser.add_argument(
        "--acts",
        metavar="KEY=VALUE,…",
        help="carry out the acts that it lists, on agent=, queue=, phone=, call= (with extension=, context=), hang_up=",
    )
    parser.add_argument("--yes", action="store_true", help="carry them out without asking")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _run(args: Namespace) -> int:
    from data.adapters.registry import AdapterError

    if not 2 <= args.polls <= 1000:
        raise CommandError(f"--polls: {args.polls} is not between 2 and 1000")
    if not 0 <= args.seconds <= 600:
        raise CommandError(f"--seconds: {args.seconds:g} is not between 0 and 600")
    if args.all:
        if args.name or args.source or args.option or args.acts:
            raise CommandError("--all looks at every adapter, and takes no name, source, option or act")
        return _check_all(args.json)
    try:
        judgement = _judged(args)
    except AdapterError as error:
        raise CommandError(str(error), EX_CONFIG) from None
    if args.json:
        say_json(_as_json(judgement))
    else:
        for line in _lines(judgement):
            say(line)
    return int(bool(judgement.failed))


# ------------------------------------------------------------------ which one, and with what


def _judged(args: Namespace) -> Judgement:
    """Try an adapter and judge it. Raises AdapterError, SettingsError, CommandError."""
    from console.settings_sources import check, forget, with_secrets
    from data.adapters.conformance import judge
    from data.adapters.registry import load, names

    settings = _settings(args)
    (source,) = settings.sources
    checked = check(settings, source)
    options = with_secrets(settings, checked)
    targets = _targets(args.acts)
    if targets is not None and not args.yes:
        _ask(source.name, targets)
    forget([checked])
    loaded, found = load(source.adapter), names()[source.adapter]
    with redirect_stdout(sys.stderr), _ended_by_signals():
        judgement = judge(source.adapter, loaded, options, _manner(args, targets), found)
    _show("")
    return judgement


def _settings(args: Namespace) -> Settings:
    """Return the settings with the source alone that is meant: one of theirs, or one that the command line makes up."""
    from console.commands.screen import pairs
    from console.settings import SourceSettings

    settings = settings_of(args)
    configured = settings.sources if settings.configured else ()
    if args.source is None and args.name is None:
        raise CommandError("say which adapter, or --source and the name of one of the settings")
    if args.source is not None:
        found = [each for each in configured if each.name == args.source]
        if not found:
            there = ", ".join(each.name for each in configured) or "none"
            raise CommandError(f"--source: the settings have no source {args.source!r}; there are {there}", EX_CONFIG)
        if args.name is not None and args.name != found[0].adapter:
            raise CommandError(f"source {args.source!r} is of the adapter {found[0].adapter}, not {args.name}")
        options = pairs(args.option, found[0].adapter)
        return replace(settings, sources=(replace(found[0], options={**found[0].options, **options}),))
    alike = [each for each in configured if each.adapter == args.name]
    if args.option or not alike:
        return settings.polling("option", SourceSettings(args.name, args.name, pairs(args.option, args.name)))
    if len(alike) > 1:
        raise CommandError(f"say --source and which one: {', '.join(each.name for each in alike)}")
    return replace(settings, sources=(alike[0],))


def _manner(args: Namespace, targets: Targets | None) -> Manner:
    import asyncio

    from data.adapters.conformance import Manner

    async def pause() -> None:
        await asyncio.sleep(args.seconds)

    return Manner(polls=args.polls, pause=pause, targets=targets, progress=_show)


def _show(text: str) -> None:
    """Show on a terminal what is being done, in place of what was shown before."""
    if is_terminal(sys.stderr):
        sys.stderr.write(f"\r{text + ' …' if text else ''}\x1b[K")
        sys.stderr.flush()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a signal to end break off the trials; a SystemExit would be taken for the adapter's own."""
    came: list[int] = []

    def end(signum: int, _frame: object) -> None:
        came.append(signum)
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        if came:
            sys.exit(128 + came[0])
        raise
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


# ------------------------------------------------------------------ acts


def _targets(text: str | None) -> Targets | None:
    """Return whom acts may be tried on. Raises CommandError."""
    if text is None:
        return None
    from data.adapters.conformance import Targets

    given: dict[str, str] = {}
    for pair in text.split(","):
        key, there, value = pair.partition("=")
        if not there or not value or key not in Targets._fields:
            raise CommandError(f"--acts: {pair!r} is none of {', '.join(f'{each}=…' for each in Targets._fields)}")
        given[key] = value
    return Targets(**given)


def _ask(source: str, on: Targets) -> None:
    """Ask whether the acts may be carried out. Raises CommandError unless somebody says so."""
    acts = {
        f"pause {on.agent}, end it, set the penalty to 0": on.agent,
        f"sign {on.agent} out of {on.queue} and in again": on.agent and on.queue,
        f"connect {on.phone} with a call of {on.agent}": on.agent and on.phone,
        f"send the call {on.call} to {on.extension}": on.call and on.extension,
        f"hang up {on.hang_up}": on.hang_up,
    }
    told = "; ".join(act for act, whom in acts.items() if whom)
    if not told:
        raise CommandError("--acts: with these nothing can be done; give an agent, or a call and an extension")
    if not is_terminal(sys.stdin):
        raise CommandError("--acts: nobody is there to be asked; --yes does without")
    sys.stderr.write(f"This is done at {source}, for real, as far as it can: {told}.\nGo on? Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "yes":
        raise CommandError("nothing was done")


# ------------------------------------------------------------------ what came of it


def _lines(judgement: Judgement) -> Iterator[str]:
    yield f"{judgement.name} ({judgement.found})"
    yield judgement.seen
    yield ""
    for ruling in judgement.rulings:
        yield from _ruling(ruling)
    yield ""
    yield _sum(judgement)


def _ruling(ruling: Ruling) -> Iterator[str]:
    from data.adapters.conformance import Verdict

    title = ruling.check.replace("_", " ")
    if ruling.verdict in (Verdict.OK, Verdict.NOT_APPLICABLE):
        yield f"{ruling.verdict:8} {title}{f': {ruling.found}' if ruling.found else ''}"
        return
    yield f"{ruling.verdict:8} {title}"
    for what, text in (("", ruling.promise), ("seen: ", ruling.found), ("why: ", ruling.why), ("mend: ", ruling.mend)):
        yield from textwrap.wrap(what + text, _WIDTH, initial_indent=" " * 9, subsequent_indent=" " * 11)


def _sum(judgement: Judgement) -> str:
    from data.adapters.conformance import Verdict

    counts = {verdict: sum(each.verdict == verdict for each in judgement.rulings) for verdict in Verdict}
    return (
        f"{len(judgement.rulings)} checks: {counts[Verdict.OK]} ok, {counts[Verdict.FAILED]} failed, "
        f"{counts[Verdict.WARNING]} warnings, {counts[Verdict.NOT_APPLICABLE]} with nothing to look at"
    )


def _as_json(judgement: Judgement) -> dict[str, Any]:
    return {
        "adapter": judgement.name,
        "class": f"{judgement.found.module}:{judgement.found.attribute}",
        "distribution": judgement.found.distribution,
        "seen": judgement.seen,
        "ok": not judgement.failed,
        "checks": [each._asdict() for each in judgement.rulings],
    }


def _check_all(as_json: bool) -> int:
    """Load every adapter, and look at the classes."""
    from data.adapters.conformance import judge_class
    from data.adapters.registry import load_all, names

    loaded, broken = load_all()
    there = names()
    judgements = [judge_class(name, each, there[name]) for name, each in loaded.items()]
    if as_json:
        say_json(
            [
                *map(_as_json, judgements),
                *({"adapter": name, "ok": False, "error": str(error)} for name, error in broken.items()),
            ]
        )
    else:
        for judgement in judgements:
            say("\n".join((f"{judgement.name} ({judgement.found})", *_troubles(judgement), _sum(judgement), "")))
        for name, error in broken.items():
            say(f"{name}\nFAIL     it can't be loaded\n         {error}\n")
    return int(bool(broken) or any(each.failed for each in judgements))


def _troubles(judgement: Judgement) -> Iterator[str]:
    for ruling in judgement.rulings:
        if ruling.check in (*judgement.failed, *judgement.warned):
            yield from _ruling(ruling)


COMMANDS = {"adapter": Command(_EXAMPLES, _configure, _run)}
