"""A document of tables, whatever it is written down as: CSV, Markdown, HTML, JSON or plain text.

Its titles and labels are in the reader's language already; what stands in its cells may come from anywhere, and is made
safe by each form in its own way (`console.commands.document_forms`).
"""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from console.commands.common import iso
from data.model.days import local_time
from data.model.text import safe_text


class At(NamedTuple):
    """A moment, UTC ms."""

    ms: int


class Lasting(NamedTuple):
    """A length of time, ms."""

    ms: int


class Share(NamedTuple):
    """A part of a whole, in the same unit; of a whole of 0 there is none."""

    part: float
    whole: float

    @property
    def ratio(self) -> float | None:
        """The part by the whole."""
        return self.part / self.whole if self.whole else None


Cell = str | int | float | bool | None | At | Lasting | Share


class Column(NamedTuple):
    """A column: what programs call it, what people read above it, and whether its values align at the right edge."""

    key: str
    title: str
    right: bool = False


class Table(NamedTuple):
    """A table; `none` is what a person reads where it has no rows, `about` a line below its title."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    none: str = ""
    about: str = ""


class Fact(NamedTuple):
    """Something that is told of the whole: what programs call it, its label, its value."""

    key: str
    label: str
    value: Cell


class Facts(NamedTuple):
    """Facts under a title, which may be empty."""

    key: str
    title: str
    facts: tuple[Fact, ...]


class Signature(NamedTuple):
    """Somebody signs here, or has: by `name` at a moment."""

    key: str
    label: str
    name: str = ""
    at: At | None = None


class Signatures(NamedTuple):
    """Who signs for what stands above; on paper it is the end of a page."""

    key: str
    title: str
    signed: tuple[Signature, ...]


Part = Table | Facts | Signatures


class Document(NamedTuple):
    """A document. `notes` are told below its title; `lang` is en or zh, `zone` what its times are told in."""

    title: str
    parts: tuple[Part, ...]
    zone: ZoneInfo
    lang: str = "en"
    notes: tuple[str, ...] = ()


_MOST_TEXT = 2_000


def safe_cell(text: str) -> str:
    """Return a text on one line, with nothing in it that could steer a terminal or turn a line around."""
    return safe_text(text, _MOST_TEXT)


def told(cell: Cell, zone: ZoneInfo) -> str:
    """Return a cell as a person reads it; nothing at all for what there is not."""
    match cell:
        case None:
            return ""
        case bool():
            return "✓" if cell else "–"
        case At():
            return clock_of(cell.ms, zone)
        case Lasting():
            return length_of(cell.ms)
        case Share():
            return "–" if cell.ratio is None else f"{int(cell.ratio * 1000 + 1e-6) / 10:.1f} %"
        case str():
            return safe_cell(cell)
        case float():
            return f"{cell:.1f}"
        case _:
            return str(cell)


def plain(cell: Cell, zone: ZoneInfo) -> object:
    """Return a cell as JSON has it: a moment as ISO time, a length in seconds, a share as a ratio."""
    match cell:
        case At():
            return iso(cell.ms, zone)
        case Lasting():
            return cell.ms / 1000
        case Share():
            return None if cell.ratio is None else round(cell.ratio, 6)
        case str():
            return safe_cell(cell)
        case _:
            return cell


def clock_of(moment_ms: int, zone: ZoneInfo) -> str:
    """Return a moment by the site's clock, to the second; spreadsheets take it for one."""
    return f"{local_time(moment_ms, zone):%Y-%m-%d %H:%M:%S}"


def length_of(ms: int) -> str:
    """Return a length of time as 0:05:00, or -0:05:00."""
    seconds = abs(ms) // 1000
    sign = "-" if ms <= -1000 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
