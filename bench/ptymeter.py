"""Run a terminal program in a pseudo-terminal, press its keys, and keep what it writes with the time of each piece.

Nothing is parsed while the program runs but what is waited for: the meter does not disturb the measurement. Bytes are
counted on the master's side, after the newline translation of the terminal. Only the child that was started is
signalled.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Self

from bench.processes import Usage, usage

KEYS = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
}
ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)"  # OSC, DCS, SOS, PM, APC
    rb"|\x1b[()*+][0-9A-B]"  # character sets
    rb"|\x1b[ -/]*[0-~]",  # others
    re.DOTALL,
)
_ASKED_MODE = re.compile(rb"\x1b\[\?(\d+)\$p")
_LOOKED_AT = 200_000
"""How many of the last bytes are searched for what is waited for."""


class Chunk(NamedTuple):
    """What one read brought, and when (s on the performance counter)."""

    at: float
    data: bytes


class Key(NamedTuple):
    """A key that was pressed, and when."""

    at: float
    name: str


class Window(NamedTuple):
    """A stretch of a run: what was written in it and what it cost."""

    chunks: list[Chunk]
    seconds: float
    before: Usage
    after: Usage

    @property
    def data(self) -> bytes:
        """All that was written."""
        return b"".join(chunk.data for chunk in self.chunks)

    @property
    def bytes_per_s(self) -> float:
        """How much was written a second."""
        return len(self.data) / self.seconds

    @property
    def cpu_percent(self) -> float:
        """How much of one core was used."""
        return 100 * (self.after.cpu_s - self.before.cpu_s) / self.seconds

    @property
    def others_percent(self) -> float:
        """How much of one core everything else on the machine used."""
        all_s = self.after.machine_busy_s - self.before.machine_busy_s
        return 100 * (all_s - (self.after.cpu_s - self.before.cpu_s)) / self.seconds


def bursts(chunks: Sequence[Chunk], pause_s: float = 0.015) -> list[list[Chunk]]:
    """Return chunks in groups, a new one after each pause in the output: a frame each."""
    groups: list[list[Chunk]] = []
    for chunk in chunks:
        if groups and chunk.at - groups[-1][-1].at < pause_s:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    return groups


def size_of(burst: Sequence[Chunk]) -> int:
    """Return how many bytes a burst has."""
    return sum(len(chunk.data) for chunk in burst)


class Run:
    """A program in a pseudo-terminal, as a context; at its end the program is ended."""

    def __init__(
        self, command: Sequence[str], columns: int = 160, rows: int = 45, env: dict[str, str] | None = None
    ) -> None:
        """Note what to start; `env` adds to this process' environment."""
        self.columns, self.rows = columns, rows
        self.chunks: list[Chunk] = []
        self.keys: list[Key] = []
        self._command = list(command)
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "COLORTERM")}
        self._env = kept | {"TERM": "xterm-256color"} | (env or {})
        self._ended = False

    def __enter__(self) -> Self:
        self.began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            self._become()
        self._set_size(self._fd)
        return self

    def _become(self) -> None:
        """Turn the child into the program."""
        try:
            self._set_size(0)
            os.execvpe(self._command[0], self._command, self._env)  # noqa: S606 - no shell between, it would cost
        except OSError as error:
            os.write(2, f"cannot run {self._command[0]}: {error}\n".encode())
        os._exit(127)

    def _set_size(self, fd: int) -> None:
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def __exit__(self, *_: object) -> None:
        for signum in (signal.SIGTERM, signal.SIGKILL):
            with suppress(OSError):
                os.kill(self.pid, signum)
            if self._reaped(2.0):
                break
        os.close(self._fd)

    def _reaped(self, patience_s: float) -> bool:
        """Wait for the child's end, taking what it still writes."""
        until = time.perf_counter() + patience_s
        while time.perf_counter() < until:
            with suppress(ChildProcessError):
                if not os.waitpid(self.pid, os.WNOHANG)[0]:
                    self._read(0.03)
                    continue
            return True
        return False

    # --------------------------------------------------------------- reading

    def _read(self, patience_s: float) -> bool:
        """Take what is there or comes within `patience_s`; tell whether anything did."""
        if self._ended:
            time.sleep(patience_s)
            return False
        if not select.select([self._fd], [], [], max(0.0, patience_s))[0]:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        self._ended = not data
        if data:
            self.chunks.append(Chunk(time.perf_counter(), data))
            self._answer(data)
        return bool(data)

    def _answer(self, data: bytes) -> None:
        """Answer what a terminal is asked, else some programs wait: where the cursor is, which modes it knows."""
        if b"\x1b[6n" in data:
            os.write(self._fd, b"\x1b[1;1R")
        if b"\x1b[c" in data or b"\x1b[0c" in data:
            os.write(self._fd, b"\x1b[?62;22c")
        for mode in _ASKED_MODE.findall(data):
            os.write(self._fd, b"\x1b[?%b;0$y" % mode)

    def read_for(self, seconds: float) -> None:
        """Take what comes for a while."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._read(left)

    def wait_for(self, pattern: bytes, timeout_s: float = 60.0) -> float | None:
        """Return the seconds from the start until the text written matches `pattern`, None if it never does."""
        wanted, tail, seen = re.compile(pattern), b"", 0
        until = time.perf_counter() + timeout_s
        while not self._ended and time.perf_counter() < until:
            for chunk in self.chunks[seen:]:
                tail = (tail + chunk.data)[-_LOOKED_AT:]
                if wanted.search(ESCAPES.sub(b"", tail)):
                    return chunk.at - self.began
            seen = len(self.chunks)
            self._read(0.02)
        return None

    def wait_quiet(self, quiet_s: float, timeout_s: float = 5.0) -> None:
        """Take what comes until nothing has come for `quiet_s`."""
        until = time.perf_counter() + timeout_s
        while self._read(quiet_s) and time.perf_counter() < until:
            pass

    def wait_output(self, timeout_s: float = 5.0) -> None:
        """Wait until something comes."""
        self._read(timeout_s)

    def measure(self, action: Callable[[], object]) -> Window:
        """Return what was written and used while `action` ran."""
        first, before, began = len(self.chunks), usage(self.pid), time.perf_counter()
        action()
        seconds = time.perf_counter() - began
        return Window(self.chunks[first:], seconds, before, usage(self.pid))

    def press(self, key: str) -> Key:
        """Press a key by its name in `KEYS`, or a letter."""
        os.write(self._fd, KEYS.get(key, key.encode()))
        self.keys.append(Key(time.perf_counter(), key))
        return self.keys[-1]

    def said(self, most: int = 300) -> str:
        """Return the end of the text that was written, for a message of what went wrong."""
        return ESCAPES.sub(b"", b"".join(chunk.data for chunk in self.chunks[-50:]))[-most:].decode("utf-8", "replace")
