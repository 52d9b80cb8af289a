"""The command line: reads what was asked for, hands it to its command, and turns every error into one clear line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import NoReturn

from console.commands import SUMMARIES, load
from console.commands.common import EX_IOERR, EX_SOFTWARE, EX_USAGE, CommandError, everywhere, tell

_DESCRIPTION = "The call-centre floor in a terminal: live, and as it looked at any moment before."
_EPILOG = """\
examples:
  floorwalk demo                     a floor that is played, to look at
  floorwalk replay queue_log         scrub through a day of an Asterisk's queue log
  floorwalk import queue_log*        put queue logs into the store
  floorwalk kpi --by queue           the figures of the last day

`floorwalk COMMAND --help` says more.
"""

INTERRUPTED, CLOSED_PIPE = 130, 141


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with the exit code of a wrong usage."""

    def error(self, message: str) -> NoReturn:
        """End with the message."""
        raise CommandError(f"{message} (see `{self.prog} --help`)", EX_USAGE)


class _Version(argparse.Action):
    """Says the version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Write the version and end."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("floorwalk")
        except PackageNotFoundError:
            number = "(not installed)"
        print(f"floorwalk {number}")
        parser.exit()


def _shared(default: object) -> _Parser:
    """Return the options that every command takes; after the command they leave alone what stood before it."""
    shared = _Parser(add_help=False)
    everywhere(shared, default)
    return shared


def build(argv: list[str]) -> argparse.ArgumentParser:
    """Return the parser of a command line: of the commands that it does not name, the summary only."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = _Parser("floorwalk", None, _DESCRIPTION, _EPILOG, [_shared(None)], raw)
    parser.add_argument("--version", action=_Version, nargs=0, help="say the version and end")
    parser.set_defaults(command="console")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    for name, (_, summary) in SUMMARIES.items():
        about = f"{summary[:1].upper()}{summary[1:]}."
        each = commands.add_parser(
            name, help=summary, description=about, formatter_class=raw, parents=[_shared(argparse.SUPPRESS)]
        )
        each.set_defaults(command=name)
        if name in argv:
            command = load(name)
            command.configure(each)
            each.epilog = f"examples:\n{command.examples}"
    return parser


def main(argv: list[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the locale can't show must not end the program
    try:
        with _ending_in_order():
            code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_output()
        return CLOSED_PIPE
    return code


def _run(argv: list[str] | None) -> int:
    try:
        given = sys.argv[1:] if argv is None else argv
        args = build(given).parse_args(given)
        code = load(args.command).run(args)
    except SystemExit as end:  # --help and --version end here
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        tell(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return EX_IOERR
    except Exception as error:
        return _explained(error)
    return code


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let a signal to end unwind the program, so that temporary files go; the screen and the poller have their own."""

    def end(signum: int, _frame: object) -> NoReturn:
        sys.exit(128 + signum)

    before = {}
    if threading.current_thread() is threading.main_thread():
        wanted = (signal.SIGTERM, signal.SIGHUP)
        before = {each: signal.signal(each, end) for each in wanted if signal.getsignal(each) is signal.SIG_DFL}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _explained(error: Exception) -> int:
    """Say an error in a line, one of ours with its own exit code, any other as a fault of the program."""
    if os.environ.get("FLOORWALK_DEBUG"):
        raise error
    code = getattr(error, "code", None)
    if isinstance(code, int):
        for line in str(error).splitlines():
            tell(line)
        return code
    tell(f"this is a fault of Floorwalk: {type(error).__name__}: {error} (FLOORWALK_DEBUG=1 shows where)")
    return EX_SOFTWARE


def _let_go_of_output() -> None:
    """Let what is still to be written go nowhere, so that the interpreter does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
