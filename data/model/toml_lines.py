"""Where a key of a TOML text stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Table = dict[str, Any]
Keys = tuple[str, ...]

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")


def _keys_in(text: str, end: str) -> Keys | None:
    """Return the keys of a dotted name that `end` follows."""
    keys: list[str] = []
    at = 0
    while found := _PART.match(text, at):
        keys.append(next(part for part in found.groups() if part is not None))
        at = found.end()
        if text[at : at + 1] == end:
            return tuple(keys)
        if text[at : at + 1] != ".":
            return None
        at += 1
    return None


def lines_of(text: str) -> dict[Keys, int]:
    """Return the line, from 1, on which each table and key of a TOML text stands."""
    found: dict[Keys, int] = {}
    table: Keys = ()
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            if (keys := _keys_in(stripped.lstrip("["), "]")) is not None:
                table = keys
                found.setdefault(table, number)
        elif (keys := _keys_in(stripped, "=")) is not None:
            found.setdefault((*table, *keys), number)
    return found


def line_of(lines: Mapping[Keys, int], keys: Keys) -> int:
    """Return the line of a key, or of the first one below it, or of the nearest table around it."""
    while keys:
        if keys in lines:
            return lines[keys]
        below = (line for key, line in lines.items() if key[: len(keys)] == keys)
        if (first := next(below, None)) is not None:
            return first
        keys = keys[:-1]
    return 1


def leaves(table: Table, above: Keys = ()) -> list[Keys]:
    """Return the keys of all values that are no tables."""
    found: list[Keys] = []
    for key, value in table.items():
        found += leaves(value, (*above, key)) if isinstance(value, dict) else [(*above, key)]
    return found
