"""When the program breaks: a line for the person, a report for its makers, no caller's data in either."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

EXIT_CODE = 70
"""`EX_SOFTWARE` of sysexits.h: an internal error."""

_REPORTS_KEPT = 20
_SHORT = 200
_DIGITS = re.compile(r"\d(?:[ .()-]{0,2}\d){5,}")
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_SECRET = re.compile(r"(?i)(\b\w*(?:passw(?:or)?d|secret|token|api_?key)\w*['\"]?\s*[=:]\s*)\S+")
_VARIABLES = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "LANG", "LC_ALL", "NO_COLOR")
_MULTIPLEXERS = {"TMUX": "tmux", "STY": "screen", "SSH_TTY": "ssh"}


def redact(text: str) -> str:
    """Return `text` without what looks like a phone number (six digits or more) or a secret."""
    text = _SECRET.sub(r"\1***", _USERINFO.sub("***@", text))
    return _DIGITS.sub("***", text)


def one_line(error: BaseException) -> str:
    """Return `Type: message`, redacted, printable, and short enough for one line."""
    message = "".join(char if char.isprintable() else " " for char in str(error))
    text = f"{type(error).__name__}: {redact(' '.join(message.split()))}".rstrip(": ")
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def farewell(error: BaseException, size: tuple[int, int]) -> str:
    """Write the report and return what to tell the person."""
    try:
        where = f"A report is in {write_report(error, size)}"
    except OSError as why:
        where = f"No report could be written ({why.strerror or type(why).__name__})"
    return f"Floorwalk stopped: {one_line(error)}. {where}; nothing was lost: the poller goes on.\n"


def write_report(error: BaseException, size: tuple[int, int]) -> Path:
    """Write the report of `error` where only its owner reads it.

    Args:
        error: What broke.
        size: Columns and lines of the terminal.

    Returns:
        Its path, in `$XDG_STATE_HOME/floorwalk` (by default `~/.local/state/floorwalk`).

    Raises:
        OSError: The folder or the file cannot be written.
    """
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "floorwalk"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(report(error, size))
    for old in sorted(folder.glob("crash-*.txt"))[:-_REPORTS_KEPT]:
        old.unlink(missing_ok=True)
    return path


def report(error: BaseException, size: tuple[int, int]) -> str:
    """Return the text of a report: versions, terminal, traceback without any variable's value."""
    import platform
    import sqlite3
    import traceback

    lines = [f"time: {time.strftime('%Y-%m-%dT%H:%M:%S%z')}", f"python: {platform.python_version()}"]
    lines += [f"{name}: {_version(name)}" for name in ("floorwalk", "textual", "rich")]
    lines += [f"sqlite: {sqlite3.sqlite_version}", f"system: {platform.platform()}"]
    lines.append(f"size: {size[0]}x{size[1]}")
    lines += [f"{name}: {os.environ[name]!r}" for name in _VARIABLES if name in os.environ]
    lines.append("inside: " + (" ".join(n for var, n in _MULTIPLEXERS.items() if var in os.environ) or "-"))
    lines.append(f"encoding: {getattr(sys.__stderr__, 'encoding', None)}")
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    return "\n".join(lines) + "\n\n" + redact("".join(told.format()))


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
