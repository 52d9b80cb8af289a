"""A small window that asks for one text: who has it, when to look again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from console.screens.prompt import PromptError, read_time
from console.screens.window import Window
from data.model.days import local_time, moment_of
from data.model.people import MOST_TEXT
from widgets.look import Look

Result = TypeVar("Result")

_DAYS = re.compile(r"\+?\s*(\d{1,3})\s*d")
EXAMPLE = "14:40  +30m  +2d"
AHEAD = "write a time ahead: 14:40, +30m, +2d or 2026-11-24 10:00"


def read_ahead(text: str, now_ms: int, zone: ZoneInfo) -> int:
    """Return the moment ahead that a text means: as `read_time` has it, or `+2d`, the same time two days later.

    A date alone is its morning's nine o'clock. Raises PromptError.
    """
    text = text.strip()
    days = _DAYS.fullmatch(text)
    try:
        if days is not None:
            local = local_time(now_ms, zone).replace(tzinfo=None) + timedelta(days=int(days[1]))
            moment_ms = moment_of(local.replace(tzinfo=zone))
        else:
            moment_ms = read_time(f"{text} 09:00" if _is_date(text) else text, now_ms, zone)
    except (PromptError, OverflowError) as error:
        raise PromptError(AHEAD) from error
    if moment_ms <= now_ms:
        raise PromptError(AHEAD)
    return moment_ms


def _is_date(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 (a date has no zone)
    except ValueError:
        return False
    return True


class AskScreen(Window[Result], Generic[Result]):
    """Asks for a text and gives what `read` makes of it, or None at Esc.

    Args:
        look: How to speak.
        title: Who it is about, and what is asked.
        example: What stands in the empty field.
        read: Returns what a text means; raises PromptError, whose words are shown, for one that will not do.
        value: What stands in the field at first.
    """

    def __init__(self, look: Look, title: str, example: str, read: Callable[[str], Result], value: str = "") -> None:
        super().__init__()
        self.look = look
        self._heading = title
        self._example = example
        self._read = read
        self._value = value

    def compose(self) -> ComposeResult:
        """Lay out the title, the field, and the keys or what is wrong."""
        with Vertical(id="chooser"):
            yield Static(self._heading, markup=False, id="chooser-title")
            yield Input(self._value, placeholder=self._example, compact=True, id="chooser-note", max_length=MOST_TEXT)
            yield Static(self.look.words("Enter: take it   Esc: back"), markup=False, id="chooser-keys")

    def first(self) -> Input:
        """Return the field."""
        return self.query_one(Input)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text, or say what is wrong with it."""
        event.stop()
        try:
            meant = self._read(event.value)
        except PromptError as error:
            self.query_one("#chooser-keys", Static).update(self.look.words(str(error)))
            return
        self.dismiss(meant)
