"""What an adapter reaches outside with: watched while one is made, cut off while one is polled."""

from __future__ import annotations

import builtins
import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

_OPENS = ((builtins, "open"), (io, "open"), (os, "open"))
_REACHES = (
    *_OPENS,
    (socket.socket, "connect"),
    (socket.socket, "connect_ex"),
    (socket, "getaddrinfo"),
    (subprocess.Popen, "__init__"),
)
_TALKS = tuple(
    (socket.socket, name) for name in ("send", "sendall", "sendto", "sendmsg", "recv", "recv_into", "recvfrom")
)

_NO_REACH = ("importlib", "zoneinfo", "linecache", "_frozen_importlib")
"""What these read is the program's own: code, and the tables of time zones."""

_Told = Callable[[str], None]


def _who() -> str | None:
    """Return where the code stands that reaches outside, None where that is the program's own business."""
    frame: FrameType | None = sys._getframe(2)
    caller = frame
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(_NO_REACH):
            return None
        frame = frame.f_back
    return f"{Path(caller.f_code.co_filename).name}:{caller.f_lineno}" if caller is not None else "?"


def _is_own(args: tuple[Any, ...]) -> bool:
    """Whether a call is of the event loop's own pair of sockets, by which it wakes itself up."""
    if not args or not isinstance(args[0], socket.socket):
        return False
    its: socket.socket = args[0]
    try:
        return its.family == socket.AF_UNIX and not its.getsockname() and not its.getpeername()
    except OSError:
        return False


@contextmanager
def watched() -> Iterator[list[str]]:
    """Note what is opened, connected, started or slept through meanwhile, and where in the code."""
    seen: list[str] = []

    def noting(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever is handed on)
            where = _who()
            if where is not None:
                seen.append(f"{name} at {where}")
            return original(*args, **kwargs)

        return noted

    with ExitStack() as stack:
        for owner, name in (*_REACHES, (time, "sleep")):
            shown = f"{getattr(owner, '__name__', owner)}.{name}"
            stack.enter_context(patch.object(owner, name, noting(shown, getattr(owner, name))))
        yield seen


@contextmanager
def cut_off(bystanders: Set[int | None]) -> Iterator[list[str]]:
    """Let nothing outside be reached meanwhile: every file and every peer fails; give what was tried.

    The threads of these idents are let alone: they may be the telephony system of a test.
    """
    met: list[str] = []

    def failing(name: str, original: Callable[..., Any], error: OSError) -> Callable[..., Any]:
        def failed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            if threading.get_ident() in bystanders or _is_own(args) or _who() is None:
                return original(*args, **kwargs)
            met.append(name)
            raise error

        return failed

    with ExitStack() as stack:
        for owner, name in (*_REACHES, *_TALKS):
            stack.enter_context(patch.object(owner, name, failing(name, getattr(owner, name), _failure(name))))
        yield met


def _failure(name: str) -> OSError:
    if name in ("open", "__init__"):
        return PermissionError(13, "Permission denied")
    if name == "getaddrinfo":
        return socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    if name in ("connect", "connect_ex"):
        return ConnectionRefusedError(111, "Connection refused")
    return ConnectionResetError(104, "Connection reset by peer")


def bystanders() -> Set[int | None]:
    """Return the idents of all threads but this one."""
    return {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}


# ------------------------------------------------------------------ what is left behind


class Held:
    """The threads, tasks and open files of the process at a moment."""

    def __init__(self, tasks: set[Any]) -> None:
        """Take them as they are; `tasks` are those of the loop."""
        self.threads = {each for each in threading.enumerate() if not each.name.startswith("asyncio_")}
        self.tasks = tasks
        self.files = _open_files()

    def beyond(self, before: Held) -> list[str]:
        """Return what there is now and was not before, in words. The loop's own helper threads don't count."""
        threads = [f"the thread {each.name!r}" for each in self.threads - before.threads]
        tasks = [f"the task {each.get_name()!r}" for each in self.tasks - before.tasks]
        files = (self.files - before.files).elements()
        return [*threads, *tasks, *map(_file, files)]


def _file(target: str) -> str:
    return f"an open {target.partition(':')[0]}" if ":" in target else f"the open file {target}"


def _open_files() -> Counter[str]:
    """Return what the process has open; nothing where the system has no /proc."""
    found: Counter[str] = Counter()
    folder = Path("/proc/self/fd")
    if folder.is_dir():
        for each in folder.iterdir():
            with suppress(OSError):  # the listing itself was open a moment ago
                found[str(each.readlink())] += 1
    return found
