"""What the desk was asked, by caller and key: so that the same request is carried out once, however often it comes.

A row holds, as JSON: `of`, the digest of what was asked; `ordered`, the number of the audited order where a telephony
system was asked; `answer`, null while that goes on. Rows stay for a day (see `data.store.retention`).
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple

from data.model.people import Answer, Refusal


class Asked(NamedTuple):
    """A request that was taken: the digest of what was asked, and the answer, None while it is carried out."""

    digest: str
    answer: Answer | None
    ordered: int | None = None


class Unanswered(NamedTuple):
    """A request that a poller took and never answered; `ordered` is the number of its audited order."""

    uid: int
    key: str
    asked: Asked


def find(connection: sqlite3.Connection, uid: int, key: str) -> Asked | None:
    """Return what a caller asked under a key before."""
    row = connection.execute("SELECT answer FROM request WHERE uid = ? AND key = ?", (uid, key)).fetchone()
    return None if row is None else _read(row[0])


def keep(connection: sqlite3.Connection, uid: int, key: str, at_ms: int, asked: Asked) -> None:
    """Keep a request, in the caller's transaction, in place of what was kept under the key."""
    answer = None if asked.answer is None else asked.answer._asdict()
    told = json.dumps({"of": asked.digest, "ordered": asked.ordered, "answer": answer}, ensure_ascii=False)
    connection.execute("INSERT OR REPLACE INTO request VALUES (?, ?, ?, ?)", (uid, key, at_ms, told))


def unanswered(connection: sqlite3.Connection) -> list[Unanswered]:
    """Return the requests that are being carried out; of a poller that has just started: that another one left."""
    rows = connection.execute("SELECT uid, key, answer FROM request ORDER BY at_ms").fetchall()
    found = [Unanswered(uid, key, _read(told)) for uid, key, told in rows]
    return [each for each in found if each.asked.answer is None]


def ordered(connection: sqlite3.Connection, number: int | None) -> tuple[str, int | None] | None:
    """Return the act and the agent of an audited order, None where there is no such row."""
    row = connection.execute("SELECT act, agent_id FROM audit WHERE number = ?", (number,)).fetchone()
    return None if row is None else (str(row[0]), row[1])


def _read(told: str) -> Asked:
    kept: dict[str, Any] = json.loads(told)
    said = kept["answer"]
    answer = None if said is None else Answer(said["done"], said["said"], said["id"], Refusal(said["refusal"]))
    return Asked(kept["of"], answer, kept["ordered"])
