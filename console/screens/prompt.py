"""One line that asks for a word: a filter, or a time to go to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
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


_TIME = re.compile(r"(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?")
_SHIFT = re.compile(r"([+-])\s*(\d+)\s*([smh]?)")
_UNITS = {"s": 1, "": 60, "m": 60, "h": 3600}


def read_time(text: str, moment_ms: int, zone: ZoneInfo) -> int:
    """Return the moment that a text means: `10:40`, `1040`, `10:40:30`, `2026-11-20 10:40`, `-5m`, `+30s`.

    A time without a date is of the shown moment's local day. Raises PromptError.
    """
    text = text.strip()
    shift = _SHIFT.fullmatch(text)
    if shift is not None:
        seconds = int(shift[2]) * _UNITS[shift[3]]
        return moment_ms + (seconds if shift[1] == "+" else -seconds) * 1000
    try:
        found = _TIME.fullmatch(text)
        if found is not None:
            clock = time(int(found[1]), int(found[2] or 0), int(found[3] or 0))
            return moment_of(datetime.combine(local_time(moment_ms, zone).date(), clock, zone))
        moment = datetime.fromisoformat(text)
        return moment_of(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise PromptError("write a time as 10:40, 10:40:30, 2026-11-20 10:40, -5m or +30s") from error


def shift_of(minutes: int) -> timedelta:
    """Return minutes as a time difference."""
    return timedelta(minutes=minutes)


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

    def on_mount(self) -> None:
        """Take the keys."""
        self.query_one(Input).focus()

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
