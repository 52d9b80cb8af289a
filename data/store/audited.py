"""Reading the audit: its rows, the newest first, and whether the chain holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from data.model.text import safe_text
from data.store.audit import COLUMNS, START, digest_of, digest_of_detail

_AT_ONCE = 1_000


class Audited(NamedTuple):
    """A row of the audit; texts safe. `detail` is None where it was blanked."""

    number: int
    at_ms: int
    uid: int
    user: str
    role: str
    tty: str
    address: str
    act: str
    agent_id: int | None
    result: str
    detail: dict[str, Any] | None


class Head(NamedTuple):
    """A row by which a chain can be told later: its number, and its digest in hex."""

    number: int
    digest: str

    def __str__(self) -> str:
        """Return it as it is noted: NUMBER:HEX."""
        return f"{self.number}:{self.digest}"

    @classmethod
    def of(cls, text: str) -> Head:
        """Return the head that a text names. Raises ValueError for what is none."""
        number, _, digest = text.partition(":")
        if not number.isdigit() or len(digest) != 2 * len(START):
            raise ValueError(f"{text!r} is no head of the audit: write NUMBER:HEX, as `floorwalk audit verify` says it")
        bytes.fromhex(digest)
        return cls(int(number), digest.lower())


class Fault(NamedTuple):
    """The first row that is not as it was written, or that should be there."""

    number: int
    what: str


class Verdict(NamedTuple):
    """What the walk along the chain has found. `head` None: there is no row, or the chain is broken."""

    rows: int
    blanked: int
    """Of these, the rows whose detail was blanked."""
    head: Head | None
    fault: Fault | None


def entries(
    connection: sqlite3.Connection,
    *,
    agent_id: int | None = None,
    user: str | None = None,
    since_ms: int = 0,
    until_ms: int | None = None,
    limit: int | None = None,
) -> list[Audited]:
    """Return rows of the audit, the newest first: those of a window, about an agent, of a user, where one is named."""
    where = ["at_ms >= ?"]
    given: list[object] = [since_ms]
    for clause, value in (("agent_id = ?", agent_id), ("user = ?", user), ("at_ms < ?", until_ms)):
        if value is not None:
            where.append(clause)
            given.append(value)
    rows = connection.execute(
        f"SELECT number, at_ms, uid, user, role, tty, address, act, agent_id, result, detail FROM audit "
        f"WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?",
        (*given, -1 if limit is None else limit),
    ).fetchall()
    return [_audited(row) for row in rows]


def _audited(row: tuple[Any, ...]) -> Audited:
    user, role, tty, address, act = (safe_text(str(text)) for text in row[3:8])
    try:
        detail = None if row[10] is None else json.loads(row[10])
    except ValueError:
        detail = {"unreadable": safe_text(str(row[10]))}
    number, at_ms, uid = row[:3]
    told = safe_text(str(row[9]))
    return Audited(number, at_ms, uid, user, role, tty, address, act, row[8], told, detail)


def verify(connection: sqlite3.Connection, since: Head | None = None) -> Verdict:
    """Walk along the chain and return what was found; what is wrong is told at the first row that shows it.

    `since` is a head that was noted earlier, elsewhere: the chain must lead through it. Without one nobody can see
    from the rows alone that the newest were taken away, or that all were written anew.
    """
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # what was put there may be no text at all
    try:
        return _walked(connection, since)
    finally:
        connection.text_factory = str


def _walked(connection: sqlite3.Connection, since: Head | None) -> Verdict:
    count = blanked = 0
    previous, last = START, 0
    for row in _rows(connection):
        number = row[0]
        what = _wrong_with(row, last, previous)
        if not what and since is not None and number == since.number and row[14].hex() != since.digest:
            what = "it is not the row that was noted: the chain was written anew"
        if what:
            return Verdict(count, blanked, None, Fault(last + 1 if "missing" in what else number, what))
        count, blanked = count + 1, blanked + (row[10] is None)
        last, previous = number, row[14]
    if since is not None and since.number > last:
        missing = f"rows {last + 1} to {since.number} are missing: the end was cut off since {since.number} was noted"
        return Verdict(count, blanked, None, Fault(last + 1, missing))
    return Verdict(count, blanked, Head(last, previous.hex()) if count else None, None)


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Yield the rows in order."""
    sql = f"SELECT {COLUMNS}, previous, digest FROM audit WHERE number > ? ORDER BY number LIMIT {_AT_ONCE}"
    after = -(1 << 63)
    while rows := connection.execute(sql, (after,)).fetchall():
        yield from rows
        after = rows[-1][0]


def _wrong_with(row: tuple[Any, ...], last: int, previous: bytes) -> str:
    """Return what is wrong with a row that comes after row `last`, "" where nothing is."""
    number, detail, salt, detail_digest, follows, digest = row[0], *row[10:15]
    if number <= last:
        return "it was inserted: the first row is 1"
    if number > last + 1:
        return f"it is missing: {last or 'the start'} is followed by {number}"
    if digest_of(row[:10], detail_digest, follows) != digest:
        return "it was changed: its digest is that of another row"
    if follows != previous:
        return f"it does not follow row {last}: one of the two was put there later"
    if detail is not None and (salt is None or digest_of_detail(salt, detail) != detail_digest):
        return "its detail was changed"
    return ""
