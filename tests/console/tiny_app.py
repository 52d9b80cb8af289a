"""The smallest app on the terminal layer, for the tests in a real pty.

Keys: `q` quits, `c` crashes with a password in a local variable and a phone number in the message, `w` counts,
`f` fills the screen with the next letter, `n` notes the count in a file, `x` gets stuck.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from console.terminal import TerminalApp, run


class TinyApp(TerminalApp[None]):
    BINDINGS: ClassVar = [
        Binding("q", "quit", "Quit"),
        Binding("c", "crash", "Crash"),
        Binding("w", "count", "Count"),
        Binding("f", "fill", "Fill"),
        Binding("n", "note", "Note"),
        Binding("x", "stick", "Stick"),
    ]
    PATIENCE_S = 0.3
    count = 0

    def compose(self) -> ComposeResult:
        yield Static("tiny and ready", markup=False)
        yield Static("count 0", id="count", markup=False)
        yield Static("", id="filled", markup=False)

    def action_count(self) -> None:
        self.count += 1
        self.query_one("#count", Static).update(f"count {self.count}")

    def action_fill(self) -> None:
        self.count += 1
        self.query_one("#filled", Static).update(chr(ord("a") + self.count % 26) * 1600)

    def action_note(self) -> None:
        Path(os.environ["XDG_STATE_HOME"], "note").write_text(str(self.count))

    async def action_stick(self) -> None:
        self.action_note()
        await asyncio.Event().wait()

    def action_crash(self) -> None:
        password = "hunter" + "2-in-a-local"
        raise ValueError(f"no queue for \x1b[31m{'1380013' + '8000'}", len(password))


if __name__ == "__main__":
    sys.exit(run(TinyApp()))
