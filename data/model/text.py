"""Outside strings made safe to show, and caller numbers masked."""

from __future__ import annotations

import re
import sys

_CONTROLS = {*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0xFFF9, 0xFFFD), *range(0xD800, 0xE000)}
"""C0, DEL, C1, line separators, interlinear marks and lone surrogates: shown as U+FFFD."""

_INVISIBLE = {
    0x00AD,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    0xFEFF,
    *range(0xE0000, 0xE0200),
}
"""Soft hyphen, zero-width and bidi controls, variation selectors, tags: they break a row or hide text; left out."""

_TABLE = dict.fromkeys(_CONTROLS, "\ufffd") | dict.fromkeys(_INVISIBLE, "") | {0x09: " ", 0x0A: " ", 0x0D: " "}
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]"
_MANY_MARKS = re.compile(f"({_MARK}{{2}}){_MARK}+")

MAX_LENGTH = 120


def safe_text(value: str, limit: int = MAX_LENGTH) -> str:
    """Return `value` with nothing in it that could steer a terminal, at most `limit` characters, interned.

    Control characters become U+FFFD (tab and line ends a space), zero-width and bidi ones go, and of a pile of
    combining marks two stay. Brackets stay as they are: markup is off wherever such a text is drawn.
    """
    if value.isascii() and value.isprintable():
        return sys.intern(value[:limit])
    value = _MANY_MARKS.sub(r"\1", value.translate(_TABLE))
    return sys.intern(value[:limit].strip())


def mask_number(number: str) -> str:
    """Return a caller's number with its middle hidden: `13812348000` → `138****8000`; short ones wholly."""
    if not number:
        return ""
    if len(number) < 7:
        return "*" * len(number)
    return f"{number[:3]}****{number[-4:]}"
