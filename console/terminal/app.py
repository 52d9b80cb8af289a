"""The app that writes only changed cells, leaves well, and tells little when it breaks."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Offset
from textual.worker import WorkerFailed

from console.terminal import crash, leaving
from console.terminal.driver import TerminalDriver, erases_colour
from console.terminal.encoder import Encoder
from console.terminal.grid import Grid

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual import events
    from textual.driver import Driver
    from textual.screen import Screen

Result = TypeVar("Result")


class TerminalApp(App[Result]):
    """A Textual app made for terminals far away. Subclass it instead of `App`; there is nothing to set up.

    - Of each update only the cells that really change are written. While the terminal has not taken the last
      frame, no other is sent: changes gather, and the newest state follows.
    - No cell carries a control, a bidi or another hidden character, or a link.
    - SIGHUP, SIGTERM, SIGINT and a terminal that vanishes end it in good order, with 128 + the signal.
    - A crash gives one line and a report without the values of variables, and exit code 70.
    """

    PATIENCE_S = 5.0
    """How long, after a signal, the app may take to end before it is ended by force."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed to App as they are
        super().__init__(*args, **kwargs)
        self._grid: Grid | None = None
        self._cursor_told = Offset(0, 0)
        self._failure: BaseException | None = None
        self._left_with: int | None = None
        self._last_resort: threading.Timer | None = None
        self._watch: asyncio.Task[None] | None = None

    def get_driver_class(self) -> type[Driver]:
        """Return our driver where Textual would take its own for terminals."""
        driver_class = super().get_driver_class()
        return TerminalDriver if driver_class is LinuxDriver else driver_class

    # ---------------------------------------------------------------- output

    def redraw(self) -> None:
        """Write every cell anew, for a terminal that somebody else wrote to."""
        if self._grid is not None:
            self._grid.forget()
            self._send()

    action_redraw = redraw

    def terminal_taken(self, driver: TerminalDriver) -> None:
        """Begin, or begin again after a stop: what the terminal shows is not known."""
        if self._watch is None:
            leaving.catch_signals(self.leave)
            self._watch = asyncio.create_task(leaving.watch_terminal(driver.watched, self.leave))
        self._cursor_told = Offset(0, 0)
        self.redraw()

    def terminal_drained(self) -> None:
        """Send what has gathered while the terminal took the last frame."""
        if self._running and not self._closed:
            self._send()

    def on_resize(self, _: events.Resize) -> None:
        """Forget what the terminal shows: terminals move lines about as they are resized."""
        if self._grid is not None:
            self._grid.forget()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Paint an update, and send what it changes."""
        driver = self._driver
        if (
            driver is None
            or driver.is_headless
            or driver.is_inline
            or not isinstance(renderable, LayoutUpdate | ChopsUpdate)
        ):
            super()._display(screen, renderable)
            return
        try:
            if not self._batch_count and self._running and not self._closed:
                self._paint(renderable)
        except Exception as error:
            self._handle_exception(error)
        finally:
            self.post_display_hook()

    def _paint(self, update: LayoutUpdate | ChopsUpdate) -> None:
        if self._grid is None:
            colours = self.console._color_system
            self._grid = Grid(colours, Encoder(erases_colour=erases_colour()))
        self._grid.paint(update)
        self._send()

    def _send(self) -> None:
        """Write the changed cells, unless the terminal is still busy with the last ones."""
        driver = self._driver
        if driver is None or self._grid is None:
            return
        if isinstance(driver, TerminalDriver) and not driver.idle and driver.call_when_idle():
            return
        data = self._grid.encode()
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if cursor != self._cursor_told or (data and cursor != Offset(0, 0)):
            self._cursor_told = cursor  # where an input method opens its window
            data += f"\x1b[{cursor.y + 1};{cursor.x + 1}H"
        if data:
            driver.write(f"{SYNC_START}{data}{SYNC_END}" if self._sync_available else data)
            driver.flush()

    def _set_pointer_shape(self, shape: str) -> None:
        """Leave the pointer alone: not all terminals know the sequence, and some show it."""

    # --------------------------------------------------------------- leaving

    def leave(self, signum: int) -> None:
        """Exit in good order because of a signal, and by force if that takes too long."""
        if self._left_with is not None:
            return
        self._left_with = leaving.exit_code(signum)
        driver = self._driver
        restore = driver.restore_now if isinstance(driver, TerminalDriver) else lambda: None
        self._last_resort = leaving.insist(self._left_with, restore, self.PATIENCE_S)
        self.exit(return_code=self._left_with)

    def ended(self) -> None:
        """Call off the end by force: the app has ended by itself."""
        if self._last_resort is not None:
            self._last_resort.cancel()

    def failed(self, error: Exception) -> None:
        """End because of an error that happened outside the app's own tasks."""
        self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        """Remember the error and end. Textual would draw it with the values of all variables."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = crash.EXIT_CODE if self._left_with is None else self._left_with
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        cause = error.error if isinstance(error, WorkerFailed) else error
        self._failure = self._failure or cause
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """End because of something that Textual could only draw."""
        if self.is_headless:
            super().panic(*renderables)
        else:
            self._handle_exception(RuntimeError("the screen toolkit gave up"))

    def _print_error_renderables(self) -> None:
        """Say what happened, the terminal being restored."""
        failure, self._failure = self._failure, None
        if failure is not None:
            self._exit_renderables.clear()
            say(crash.farewell(failure, (self.console.width, self.console.height)))
        super()._print_error_renderables()


def say(text: str) -> None:
    """Write to the terminal that may no longer be there."""
    try:
        if sys.__stderr__ is not None:
            sys.__stderr__.write(text)
            sys.__stderr__.flush()
    except OSError:
        pass


def run(app: TerminalApp[Any]) -> int:
    """Run the app and return the exit code of the program: 0, 70 after a crash, 128 + n after signal n."""
    try:
        app.run()
    except Exception as error:
        say(crash.farewell(error, (app.console.width, app.console.height)))
        return crash.EXIT_CODE
    finally:
        app.ended()
    return app.return_code or 0
