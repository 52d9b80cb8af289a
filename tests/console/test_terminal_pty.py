"""Ways to end, in a real pseudo-terminal: what is restored, what is reported, with which code."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import stat
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

ROOT = Path(__file__).resolve().parents[2]
TINY_APP = Path(__file__).with_name("tiny_app.py")
DEADLINE_S = 20.0
SIZE = (80, 24)
LEFT_ALTERNATE, CURSOR_SHOWN, PASTE_OFF = b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l"
MOUSE_OFF = (b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l")

pytestmark = pytest.mark.pty


LOG_IN = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
for name in sys.argv[2:]:
    signal.signal(signal.Signals[name], signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, sys.argv[1]])
"""


class Session:
    """The tiny app in a pseudo-terminal of its own, and what it wrote."""

    def __init__(self, state: Path, *ignored: str) -> None:
        self.master, self._slave = pty.openpty()  # the slave stays open: its modes are looked at afterwards
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        self.modes = termios.tcgetattr(self._slave)
        self.output = b""
        keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        more = {"TERM": "xterm-256color", "XDG_STATE_HOME": str(state), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", LOG_IN, str(TINY_APP), *ignored],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=keep | more,
            start_new_session=True,
        )

    def read(self) -> None:
        """Take what has arrived, waiting a moment for it."""
        if self.master >= 0 and select.select([self.master], [], [], 0.05)[0]:
            self.output += os.read(self.master, 1 << 16)

    def until(self, reached: Callable[[], bool], what: str) -> None:
        """Read until a state is reached."""
        end = time.monotonic() + DEADLINE_S
        while not reached():
            assert time.monotonic() < end, f"never {what}: {self.output[-2000:]!r}"
            self.read()

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def shows(self, text: str, size: tuple[int, int] = SIZE) -> bool:
        """Tell whether the emulated screen has `text` on it."""
        screen = pyte.Screen(*size)
        stream = pyte.ByteStream(screen)
        known = self.output.replace(b"\x1b[>25u", b"")
        stream.feed(known)
        return text in "\n".join(screen.display)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def kill(self, signum: int) -> None:
        self._process.send_signal(signum)

    def is_stopped(self) -> bool:
        pid, status = os.waitpid(self._process.pid, os.WUNTRACED | os.WNOHANG)
        return bool(pid) and os.WIFSTOPPED(status)

    def until_written(self, path: Path, text: str) -> None:
        """Wait for a file to hold `text`, reading nothing from the terminal."""
        end = time.monotonic() + DEADLINE_S
        while not path.exists() or path.read_text() != text:
            assert time.monotonic() < end, f"{path.name} never held {text!r}"
            select.select([], [], [], 0.002)

    def ended(self) -> int:
        """Wait for the end and return the exit code."""
        self.until(lambda: self._process.poll() is not None, "ended")
        while self.master >= 0 and select.select([self.master], [], [], 0)[0]:
            self.output += os.read(self.master, 1 << 16)
        return int(self._process.returncode)

    def hang_up(self) -> None:
        """Close the terminal's far end, as a lost connection does."""
        os.close(self._slave)
        os.close(self.master)
        self.master = self._slave = -1

    def is_restored(self) -> bool:
        """Tell whether the terminal is as it was before."""
        told = (LEFT_ALTERNATE, CURSOR_SHOWN, PASTE_OFF, *MOUSE_OFF)
        return termios.tcgetattr(self._slave) == self.modes and all(
            self.output.rfind(off) > self.output.rfind(off[:-1] + (b"h" if off.endswith(b"l") else b"l"))
            for off in told
        )

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for fd in (self.master, self._slave):
            if fd >= 0:
                os.close(fd)


Start = Callable[..., Session]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the tiny app, wait until it shows itself, and end it after the test if it has not ended."""
    sessions: list[Session] = []

    def begin(*ignored: str) -> Session:
        session = Session(tmp_path, *ignored)
        sessions.append(session)
        session.until(lambda: session.shows("tiny and ready"), "ready")
        return session

    yield begin
    for session in sessions:
        session.close()


def test_quit_is_0_and_restores_the_terminal(start: Start) -> None:
    session = start()
    assert termios.tcgetattr(session._slave) != session.modes
    session.press(b"q")
    assert session.ended() == 0
    assert session.is_restored()


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_good_order(start: Start, signum: int, code: int) -> None:
    session = start()
    session.kill(signum)
    assert session.ended() == code
    assert session.is_restored()


def test_a_terminal_that_vanishes_ends_it(start: Start) -> None:
    session = start()
    session.hang_up()
    assert session.ended() == 129


def test_a_terminal_that_vanishes_ends_it_even_where_hang_up_is_ignored(start: Start) -> None:
    session = start("SIGHUP")
    session.hang_up()
    assert session.ended() == 129


def test_a_crash_tells_little_and_reports_privately(start: Start, tmp_path: Path) -> None:
    session = start()
    session.press(b"c")
    assert session.ended() == 70
    assert session.is_restored()
    last = session.output[session.output.rfind(CURSOR_SHOWN) :]
    assert b"Floorwalk stopped: ValueError:" in last
    (report,) = (tmp_path / "floorwalk").iterdir()
    assert str(report).encode() in last.replace(b"\r\n", b"")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text()
    assert "action_crash" in text
    assert "textual: " in text
    assert "TERM: 'xterm-256color'" in text
    for told in (text, session.output.decode()):
        assert "hunter2-in-a-local" not in told
        assert "13800138000" not in told
        assert "\x1b[31m" not in told


def test_a_key_that_changes_a_digit_sends_a_digit(start: Start) -> None:
    session = start()
    before = len(session.output)
    session.press(b"w")
    session.until(lambda: session.shows("count 1"), "counted")
    assert len(session.output) - before <= 40


@pytest.mark.parametrize("stop", [signal.SIGSTOP, signal.SIGTSTP])
def test_after_a_stop_the_screen_is_drawn_anew_and_the_modes_are_still_known(start: Start, stop: int) -> None:
    session = start()
    session.kill(stop)
    session.until(session.is_stopped, "stopped")
    if stop == signal.SIGTSTP:
        session.until(session.is_restored, "given back")
    session.output = b""
    session.kill(signal.SIGCONT)
    session.until(lambda: session.shows("tiny and ready"), "drawn again")
    session.press(b"w")
    session.until(lambda: session.shows("count 1"), "counting again")
    session.press(b"q")
    assert session.ended() == 0
    assert session.is_restored()


def test_after_a_resize_everything_is_drawn_anew(start: Start) -> None:
    session = start()
    session.press(b"f")
    session.until(lambda: session.shows("b" * 80), "filled")
    session.output = b""
    session.resize(100, 30)
    session.until(lambda: session.shows("b" * 100, (100, 30)), "as wide as the terminal")
    assert session.shows("tiny and ready", (100, 30))


def test_a_terminal_that_takes_no_bytes_stalls_no_key(start: Start, tmp_path: Path) -> None:
    session, screens = start(), 120
    for count in range(1, screens + 1):  # screens that nobody reads, each after the last was painted
        (tmp_path / "note").unlink(missing_ok=True)
        session.press(b"fn")
        session.until_written(tmp_path / "note", str(count))
    unread = len(session.output)
    session.until(lambda: session.shows(chr(ord("a") + screens % 26) * 40), "showing the newest")
    assert len(session.output) - unread < screens * 1600 / 2  # what the kernel held, and the newest
    session.press(b"q")
    assert session.ended() == 0


def test_an_app_that_is_stuck_is_ended_by_force(start: Start, tmp_path: Path) -> None:
    session = start()
    session.press(b"x")
    session.until((tmp_path / "note").exists, "stuck")
    session.kill(signal.SIGTERM)
    assert session.ended() == 143
    assert session.is_restored()
