"""A small window that asks for one text: who has it, when to look again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
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
_DAY = re.compile(
    r"(?:(today|tomorrow|今天|明天|后天)|\+?\s*(\d{1,3})\s*d|(\d{1,2})-(\d{1,2}))(?:\s*(\d.*))?", re.IGNORECASE
)
"""A day, by its name, as so many days on or as month and day; and a time, if one is said."""
_DAYS_ON = {"today": 0, "今天": 0, "tomorrow": 1, "明天": 1, "后天": 2}
EXAMPLE = "14:40  +30m  tomorrow 10:00"
AHEAD = "write a time ahead: 14:40, +30m, tomorrow 10:00, +2d 10:00 or 11-24 10:00"


def read_ahead(text: str, now_ms: int, zone: ZoneInfo) -> int:
    """Return the moment ahead that a text means: as `read_time` has it, or a day with a time.

    A day is `tomorrow`, `明天`, `+2d` or `11-24`, the next one of that date. `+2d` alone is the same time two days
    later, any other day alone its morning's nine o'clock. Raises PromptError.
    """
    text = text.strip()
    days = _DAYS.fullmatch(text)
    day = _DAY.fullmatch(text)
    try:
        if days is not None:
            local = local_time(now_ms, zone).replace(tzinfo=None) + timedelta(days=int(days[1]))
            moment_ms = moment_of(local.replace(tzinfo=zone))
        elif day is not None:
            moment_ms = read_time(day[5] or "09:00", _noon_of(day, now_ms, zone), zone)
        else:
            moment_ms = read_time(f"{text} 09:00" if _is_date(text) else text, now_ms, zone)
    except (PromptError, OverflowError, ValueError) as error:
        raise PromptError(AHEAD) from error
    if moment_ms <= now_ms:
        raise PromptError(AHEAD)
    return moment_ms


def _noon_of(day: re.Match[str], now_ms: int, zone: ZoneInfo) -> int:
    """Return the noon of a day that was named. Raises ValueError or OverflowError where there is none."""
    name, on, month, date = day[1], day[2], day[3], day[4]
    today = local_time(now_ms, zone).date()
    if month is None:
        meant = today + timedelta(days=_DAYS_ON[name.lower()] if name else int(on))
    else:
        meant = today.replace(month=int(month), day=int(date))
        if meant < today:
            meant = meant.replace(year=today.year + 1)
    return moment_of(datetime.combine(meant, time(12), zone))


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
