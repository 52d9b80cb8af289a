"""The driver: Textual's own, with an output that knows when it has drained or gone, an input that ends."""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
from collections.abc import Callable
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from console.terminal.app import TerminalApp

_LAST_WORDS_S = 2.0
"""How long a terminal that takes no bytes may hold up the end of the program."""
RESTORE = (
    "\x1b[m\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?2048l\x1b[?1004l"
    "\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h"
)
"""What gives a terminal back, whatever state the program left it in."""


class Output:
    """The terminal as the writer thread sees it: a file that swallows all once the terminal has gone.

    Args:
        fd: Where to write.
        written: Called in the writer thread after each text that was written in full.
        gone: Called in the writer thread, once, when the terminal can no longer be written to.
    """

    def __init__(self, fd: int, written: Callable[[], None], gone: Callable[[], None]) -> None:
        self._fd = fd
        self._written = written
        self._gone = gone
        self.broken = False

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._fd

    def write(self, text: str) -> None:
        """Write all of `text`, waiting for the terminal as long as it takes."""
        data = memoryview(text.encode("utf-8", "replace"))
        while data and not self.broken:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                self._wait()
            except OSError:
                self.broken = True
                self._gone()
        self._written()

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def _wait(self) -> None:
        import select

        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        poll.poll(1000)


class TerminalDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, made fit for slow links and for terminals that vanish."""

    def __init__(self, app: TerminalApp[Any], **options: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(app, **options)
        self._terminal_app = app
        self._output = Output(2, self._on_written, self._on_gone)
        self._file = cast(TextIOWrapper, self._output)
        self._sent = self._arrived = 0
        self._awaited = False

    @property
    def idle(self) -> bool:
        """Whether the terminal has taken everything that was written."""
        return self._arrived >= self._sent

    @property
    def watched(self) -> list[int]:
        """The file descriptors whose hang-up means that nobody is there."""
        return [fd for fd in (self.fileno, self._output.fileno()) if os.isatty(fd)]

    def call_when_idle(self) -> bool:
        """Ask for one `app.terminal_drained()` once everything has been taken; False if it has been."""
        self._awaited = True
        if self.idle:
            self._awaited = False
            return False
        return True

    def write(self, data: str) -> None:
        """Hand `data` to the writer thread."""
        self._sent += 1
        super().write(data)

    def start_application_mode(self) -> None:
        """Take over the terminal."""
        self._sent = self._arrived = 0
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._terminal_app.terminal_taken(self)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.write("\x1b[m")
        super().stop_application_mode()

    def close(self) -> None:
        """Let the writer thread end, but do not wait for ever for a terminal that takes no bytes."""
        thread = self._writer_thread
        if thread is not None:
            stopper = threading.Thread(target=thread.stop, name="terminal-close", daemon=True)
            stopper.start()
            stopper.join(_LAST_WORDS_S)

    def restore_now(self) -> None:
        """Give the terminal back without thread or loop, from wherever the program is stuck."""
        try:
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            termios.tcflush(self._output.fileno(), termios.TCOFLUSH)
            os.set_blocking(self._output.fileno(), False)
            os.write(self._output.fileno(), RESTORE.encode())
            os.set_blocking(self._output.fileno(), True)
        except (OSError, termios.error):
            pass

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again after a stop.

        After a stop that nobody announced (SIGSTOP) Textual would start twice, and take its own raw mode for
        the mode to restore: leave first.
        """
        if self._auto_restart and not self._must_signal_resume:
            self.suspend_application_mode()
        super()._sigcont_application()

    def _run_input_thread(self) -> None:
        """Read keys until the end, or until the terminal has gone."""
        try:
            if self.input_tty:
                self.run_input_thread()
            else:
                self.exit_event.wait()  # a pipe at its end would be read over and over
        except OSError:
            self._on_gone()
        except Exception as error:
            self._call(self._terminal_app.failed, error)

    def _on_written(self) -> None:
        self._arrived += 1
        if self._awaited and self.idle:
            self._awaited = False
            self._call(self._terminal_app.terminal_drained)

    def _on_gone(self) -> None:
        self._call(self._terminal_app.leave, signal.SIGHUP)

    def _call(self, callback: Callable[..., object], *args: object) -> None:
        """Call something in the app's thread, if its loop still runs."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, *args)


def erases_colour(environ_term: str | None = None) -> bool:
    """Tell from terminfo whether erasing takes the background of the pen; False where that is not known."""
    import curses

    try:
        curses.setupterm(environ_term, sys.__stdout__.fileno() if sys.__stdout__ else -1)
        return curses.tigetflag("bce") == 1
    except (curses.error, OSError, ValueError):
        return False
