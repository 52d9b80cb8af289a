"""One line that asks for a word: a filter, or a time to go to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from data.model.days import local_time, moment_of
from widgets.look import Look


class PromptError(ValueError):
    """What was typed can't be understood; the message says what can."""


LAST_MS = 32_503_680_000_000
"""The end of the year 2999: no floor is older than 1970 or younger than this."""

_TIME = re.compile(r"(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?")
_SHIFT = re.compile(r"([+-])\s*(\d+)\s*([smh]?)")
_UNITS = {"s": 1, "": 60, "m": 60, "h": 3600}


def read_time(text: str, moment_ms: int, zone: ZoneInfo) -> int:
    """Return the moment that a text means: `10:40`, `1040`, `10:40:30`, `2026-11-20 10:40`, `-5m`, `+30s`.

    A time without a date is of the shown moment's local day. Raises PromptError.
    """
    text = text.strip()
    shift = _SHIFT.fullmatch(text)
    try:
        if shift is not None:
            return _known(moment_ms + int(shift[1] + shift[2]) * _UNITS[shift[3]] * 1000)
        found = _TIME.fullmatch(text)
        if found is not None:
            clock = time(int(found[1]), int(found[2] or 0), int(found[3] or 0))
            return moment_of(datetime.combine(local_time(moment_ms, zone).date(), clock, zone))
        moment = datetime.fromisoformat(text)
        return _known(moment_of(moment if moment.tzinfo else moment.replace(tzinfo=zone)))
    except (ValueError, OverflowError) as error:
        raise PromptError("write a time as 10:40, 10:40:30, 2026-11-20 10:40, -5m or +30s") from error


def _known(moment_ms: int) -> int:
    """Return a moment that a store may hold; raises OverflowError for any other."""
    if not 0 <= moment_ms < LAST_MS:
        raise OverflowError
    return moment_ms


class Prompt(Horizontal):
    """A label and a field. `typed` hears each change, `done` the text on Enter; Esc takes it all back."""

    Take = Callable[[str], None]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", show=False)]

    class Closed(Message):
        """The prompt is gone."""

    def __init__(self, look: Look, label: str, value: str, typed: Take, done: Take) -> None:
        super().__init__()
        self.look = look
        self.label = look.words(label)
        self.value = value
        self.typed = typed
        self.done = done

    def compose(self) -> ComposeResult:
        """Lay out label, field and a place for a complaint."""
        yield Static(f" {self.label} ", markup=False, id="prompt-label")
        yield Input(self.value, compact=True, select_on_focus=False)
        yield Static("", markup=False, id="prompt-error")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.typed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text, or say what is wrong with it."""
        event.stop()
        try:
            self.done(event.value)
        except PromptError as error:
            self.query_one("#prompt-error", Static).update(f" {self.look.words(str(error))}")
            return
        self._close()

    def action_dismiss(self) -> None:
        """Take back what was typed."""
        self.typed("")
        self._close()

    def _close(self) -> None:
        self.post_message(self.Closed())
        self.remove()
