"""The catalogues that were in force, each from when on: a round of last month is of the one of then."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from functools import lru_cache

from data.discipline.catalogue import Catalogue, Text, catalogue_of
from data.discipline.shipped import shipped
from data.model.text import safe_text
from data.store.files import StoreError

EX_DATAERR = 65


def put_in_force(connection: sqlite3.Connection, catalogue: Catalogue, at_ms: int) -> bool:
    """Have a catalogue hold from a moment on, in the caller's transaction; return whether another one did, or none.

    It holds from after the one before it, whatever the clock says.
    """
    last = connection.execute("SELECT since_ms, digest FROM catalogue ORDER BY since_ms DESC, id DESC").fetchone()
    if last is not None and last[1] == catalogue.digest:
        return False
    since_ms = at_ms if last is None else max(at_ms, last[0])
    connection.execute(
        "INSERT INTO catalogue (since_ms, digest, body) VALUES (?, ?, ?)", (since_ms, catalogue.digest, catalogue.body)
    )
    return True


def id_in_force(connection: sqlite3.Connection, moment_ms: int) -> int | None:
    """Return which catalogue holds at a moment; None: the one that ships, because none was put in force yet."""
    sql = "SELECT id FROM catalogue WHERE since_ms <= ? ORDER BY since_ms DESC, id DESC LIMIT 1"
    found = connection.execute(sql, (moment_ms,)).fetchone()
    return None if found is None else int(found[0])


def in_force(connection: sqlite3.Connection, moment_ms: int) -> Catalogue:
    """Return the catalogue that holds at a moment. Raises StoreError where it is not as it was written."""
    number = id_in_force(connection, moment_ms)
    return shipped() if number is None else by_id(connection, number)


def by_id(connection: sqlite3.Connection, number: int) -> Catalogue:
    """Return a catalogue by its number. Raises StoreError where there is none, or not as it was written."""
    found = connection.execute("SELECT body, digest FROM catalogue WHERE id = ?", (number,)).fetchone()
    try:
        if found is None:
            raise ValueError
        return _read(*found)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError(f"the catalogue {number} in the store is not as it was written", EX_DATAERR) from None


@lru_cache(maxsize=8)
def _read(body: str, digest: str) -> Catalogue:
    """Return the catalogue of a body, its texts safe to draw. Raises ValueError and others for a changed one."""
    if hashlib.sha256(body.encode()).hexdigest() != digest:
        raise ValueError
    read = catalogue_of(body)
    return replace(
        read,
        areas={key: _safe(text) for key, text in read.areas.items()},
        rules={key: replace(rule, text=_safe(rule.text), do=_safe(rule.do)) for key, rule in read.rules.items()},
        checklists={key: replace(each, title=_safe(each.title)) for key, each in read.checklists.items()},
        shifts={key: replace(each, title=_safe(each.title)) for key, each in read.shifts.items()},
        incidents={key: _safe(text) for key, text in read.incidents.items()},
    )


def _safe(text: Text) -> Text:
    return Text(safe_text(text.en), safe_text(text.zh))
