"""The real program in a real pseudo-terminal: its screen as an emulator sees it, its bytes one sequence at a time."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyte
from rich.cells import cell_len

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 30.0

LOG_IN = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""

PIECE = re.compile(
    r"(?P<csi>\x1b\[(?P<prefix>[<=>?]?)(?P<params>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~]))"
    r"|(?P<string>\x1b[\]PX^_].*?(?:\x07|\x1b\\|$))"
    r"|(?P<escape>\x1b.?)"
    r"|(?P<text>[^\x1b]+)",
    re.DOTALL,
)

KNOWN = frozenset(
    {
        *("m", "H", "G", "K", "X", "A", "B", "C", "D", "b"),  # pen, cursor, erasing, repeating
        *("?h", "?l"),  # modes: the alternate screen, mouse, paste, focus, frames
        *(">u", "<u"),  # the keyboard's protocol
        *("?$p", "?u", "c"),  # questions: does the terminal know this mode
    }
)
"""The control sequences that the terminal layer writes, by prefix and final."""

MODES = frozenset(map(str, (7, 25, 1000, 1002, 1003, 1004, 1006, 1015, 1016, 1049, 2004, 2026, 2048)))
FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Piece(NamedTuple):
    """A control sequence (by prefix and final, with its parameters), or a text (kind "")."""

    kind: str
    text: str
    params: str = ""


def pieces(output: str) -> Iterator[Piece]:
    """Cut what was written into texts and control sequences; `ESC x` and strings (OSC, DCS) have kind "ESC"."""
    for found in PIECE.finditer(output):
        if found["csi"]:
            kind = found["prefix"] + found["between"] + found["final"]
            yield Piece(kind, found[0], found["params"])
        elif found["text"]:
            yield Piece("", found[0])
        else:
            yield Piece("ESC", found[0])


def harm_in(output: str) -> set[str]:
    """Return everything in the output that is not the terminal layer's own."""
    harm = set()
    for kind, text, params in pieces(output):
        if kind == "ESC":
            if text != "\x1bD":  # a line down
                harm.add(text)
        elif kind in ("?h", "?l"):
            if not set(params.split(";")) <= MODES:
                harm.add(text)
        elif kind:
            if kind not in KNOWN:
                harm.add(text)
        else:
            harm |= {char for char in text if char not in "\r\n\b" and unicodedata.category(char) in FORBIDDEN}
            harm |= {char for char in text if 0xFE00 <= ord(char) <= 0xFE0F}
    return harm


class Session:
    """A program in a pseudo-terminal of its own."""

    def __init__(self, home: Path, *arguments: str, size: tuple[int, int] = (120, 36), **env: str) -> None:
        self.size = size
        self.master, self._slave = pty.openpty()  # the slave stays open: its modes are looked at afterwards
        self.resize(*size)
        self.modes = termios.tcgetattr(self._slave)
        self.output = b""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.Stream(self._screen)
        self._fed = 0
        self.temporary = home / "tmp"
        self.temporary.mkdir(exist_ok=True)
        said = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(self.temporary),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "FLOORWALK_TZ": "Asia/Shanghai",
        } | env
        self.process = subprocess.Popen(
            [sys.executable, "-c", LOG_IN, *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={name: value for name, value in said.items() if value},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def read(self, wait_s: float = 0.05) -> bool:
        """Take what has arrived, waiting a moment for it."""
        if self.master < 0:
            select.select([], [], [], wait_s)
            return False
        if not select.select([self.master], [], [], wait_s)[0]:
            return False
        self.output += os.read(self.master, 1 << 16)
        return True

    def until(self, reached: Callable[[], object], what: str) -> None:
        """Read until a state is reached."""
        end = time.monotonic() + DEADLINE_S
        while not reached():
            assert time.monotonic() < end, f"never {what}:\n" + "\n".join(self.display())
            self.read()

    @property
    def text(self) -> str:
        """What was written so far."""
        return self.output.decode()

    def display(self) -> list[str]:
        """Return the lines of the emulated screen."""
        whole = self.output.decode(errors="ignore")
        if "\x1b" in whole[-24:]:  # perhaps the begin of a sequence
            whole = whole[: whole.rindex("\x1b")]
        fresh, self._fed = whole[self._fed :], max(self._fed, len(whole))
        for kind, text, _ in pieces(fresh):
            if kind[:1] not in (">", "<") and not kind.endswith("p"):
                self._stream.feed(text)
        return [self._line(y) for y in range(self._screen.lines)]

    def _line(self, y: int) -> str:
        """Return a line; where half of a wide character was written over, the other half is blank, as in terminals."""
        cells = [self._screen.buffer[y][x].data for x in range(self._screen.columns)]
        before = ["", *cells]
        return "".join(cell or ("" if cell_len(before[x][:1]) == 2 else " ") for x, cell in enumerate(cells))

    def shows(self, *texts: str) -> bool:
        """Tell whether all of these stand on the screen."""
        screen = "\n".join(self.display())
        return all(text in screen for text in texts)

    def see(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        self.until(lambda: self.shows(*texts), f"showing {texts}")

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def press_each(self, *keys: str) -> None:
        """Press one key after the other, each once the screen has come to rest after the last."""
        for key in keys:
            self.press(key)
            self.read(0.15)
            while self.read(0.04):
                pass

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size; the program hears of it."""
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        if hasattr(self, "process"):
            self._screen = pyte.Screen(width, height)  # the program draws all anew
            self._stream = pyte.Stream(self._screen)
            self._fed = len(self.output.decode(errors="ignore"))
            self.process.send_signal(signal.SIGWINCH)

    def children(self) -> list[int]:
        """Return the ids of the program's child processes."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(pid) for pid in found]

    def ended(self) -> int:
        """Wait for the end and return the exit code."""
        self.until(lambda: self.process.poll() is not None, "ended")
        while self.read(0):
            pass
        return int(self.process.returncode)

    def hang_up(self) -> None:
        """Close the terminal's far end, as a lost connection does."""
        os.close(self._slave)
        os.close(self.master)
        self.master = self._slave = -1

    def is_restored(self) -> bool:
        """Tell whether the terminal is as it was: its modes, its screen, its cursor, no mouse, no paste marks."""
        last = {mode: final for kind, _, params in pieces(self.text) for mode in params.split(";") if (final := kind)}
        off = ("1049", "1000", "1003", "1006", "2004")
        return (
            termios.tcgetattr(self._slave) == self.modes
            and all(last.get(mode, "?l") == "?l" for mode in off)
            and last.get("25") == "?h"
        )

    def close(self) -> None:
        """End what has not ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for fd in (self.master, self._slave):
            if fd >= 0:
                os.close(fd)


def is_alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
