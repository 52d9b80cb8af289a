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

_SPACING = r"\s()+./\-\u2010-\u2015"
_APART = re.compile(f"[{_SPACING}]+")
"""What people put between the digits of a number."""
_NUMBER = re.compile(rf"\+?\d(?:[{_SPACING}]*\d){{6,}}")

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
    """Return a caller's number with at least four of its characters hidden; what only sets it apart is left out.

    Fewer than 7 are hidden wholly, of 7 to 10 the last two are shown, of more the first three and the last four:
    `13812348000` → `138****8000`.
    """
    bare = number[:1] + _APART.sub("", number[1:]) if number[:1] == "+" else _APART.sub("", number)
    if len(bare) < 7:
        return "*" * len(bare)
    if len(bare) < 11:
        return "*" * (len(bare) - 2) + bare[-2:]
    return f"{bare[:3]}****{bare[-4:]}"


def mask_name(name: str, number: str) -> str:
    """Return a caller's name, with every number in it (7 digits or more in a row, however set apart) masked.

    Telephone systems repeat the number as the name where they know none: a name that is the number is masked too.
    """
    bare = _APART.sub("", name)
    if bare and bare == _APART.sub("", number):
        return mask_number(name)
    return _NUMBER.sub(lambda found: mask_number(found[0]), name)
