"""The audit: who asked for what and what came of it, in a chain in which no row can be changed unseen.

Each row's digest goes over what the row says and over the digest of the row before. What it tells in detail goes in by
a salted digest of its own, so that the detail can be blanked when the person it is about asks for that, or when its
time is over: the chain still holds, and says of the row that it is blanked.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from data.model.people import Refusal
from data.model.text import safe_text

DONE = "done"
ORDERED = "ordered"
"""A telephony system is being asked; what came of it is a row of its own."""
RESULTS = frozenset({DONE, ORDERED, *(str(refusal) for refusal in Refusal if refusal)})
"""What the result of an act can be: that it was done, or why not. Words with names in them belong into the detail."""

_MOST_TEXT = 600
_MOST_PARTS = 60
_SALT_BYTES = 16
START = b"\0" * 32
"""What the first row follows."""

COLUMNS = "number, at_ms, uid, user, role, tty, address, act, agent_id, result, detail, salt, detail_digest"


class Entry(NamedTuple):
    """What is to be kept of an act.

    `tty` and `address` are what the caller says of itself, `uid` is the kernel's word. `act` is a name of
    `data.model.people.REQUESTS` or of the desk's own; `result` one of `RESULTS`. Only `detail` may hold a person's
    name or a note: it is what can be blanked.
    """

    at_ms: int
    uid: int
    user: str
    role: str
    tty: str
    address: str
    act: str
    agent_id: int | None
    result: str
    detail: Mapping[str, object]


def append(connection: sqlite3.Connection, entry: Entry) -> int:
    """Add an act at the end of the chain, in the caller's transaction; return its number.

    Raises ValueError for a result that is none of `RESULTS`.
    """
    if entry.result not in RESULTS:
        raise ValueError(f"{entry.result!r} is no result of an act: it is one of {', '.join(sorted(RESULTS))}")
    last = connection.execute("SELECT number, digest FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, START)
    detail = _canonical(_plain(entry.detail))
    salt = os.urandom(_SALT_BYTES)
    texts = (safe_text(text) for text in (entry.user, entry.role, entry.tty, entry.address, entry.act))
    fields = (number, entry.at_ms, entry.uid, *texts, entry.agent_id, entry.result)
    detail_digest = digest_of_detail(salt, detail)
    connection.execute(
        f"INSERT INTO audit ({COLUMNS}, previous, digest) VALUES ({', '.join('?' * 15)})",
        (*fields, detail, salt, detail_digest, previous, digest_of(fields, detail_digest, previous)),
    )
    return number


def digest_of(fields: Sequence[object], detail_digest: bytes, previous: bytes) -> bytes:
    """Return a row's digest: over `fields`, from its number to its result as in the table, and the two others."""
    return sha256(_canonical([*fields, detail_digest.hex(), previous.hex()]).encode()).digest()


def digest_of_detail(salt: bytes, detail: str) -> bytes:
    """Return the digest by which a detail goes into the chain; without the salt nobody can guess what was blanked."""
    return sha256(salt + detail.encode()).digest()


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    """Return what JSON and a terminal can hold of a value, its texts and lists cut to a length."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return safe_text(value, _MOST_TEXT)
        case Mapping():
            return {safe_text(str(key)): _plain(each) for key, each in list(value.items())[:_MOST_PARTS]}
        case list() | tuple() | set() | frozenset():
            return [_plain(each) for each in list(value)[:_MOST_PARTS]]
        case _:
            return safe_text(str(value), _MOST_TEXT)
