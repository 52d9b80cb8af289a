"""What a desk would do, done where there is none: by the store's only writer for that long, audited all the same."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from console.commands.common import now_ms
from data.lease import Lease
from data.model.people import NAMES, Answer, Request, Role
from data.store import audit, people
from data.store.writer import Writer

if TYPE_CHECKING:
    from console.settings import Settings


def ordered(settings: Settings, requests: Sequence[Request], what: str, zone: str = "") -> list[Answer]:
    """Have requests carried out one after the other at the desk or, where there is none, by ourselves as `what`.

    `zone` is what a store is told that knows none of its own, by whose clock orders are meant. Returns an answer for
    each up to the first that is refused; by ourselves it is all or nothing. Raises StoreError: HeldError while another
    one writes the store.
    """
    from console.desk import LONG_S, Desk, DeskError

    async def at_the_desk() -> list[Answer]:
        desk = Desk(settings.store)
        answers: list[Answer] = []
        try:
            for request in requests:
                answers.append(await desk.order(request, answer_s=LONG_S))
                if not answers[-1].done:
                    break
        finally:
            await desk.aclose()
        return answers

    try:
        return asyncio.run(at_the_desk())
    except DeskError:
        return by_ourselves(settings, requests, what, zone)


def by_ourselves(settings: Settings, requests: Iterable[Request], what: str, zone: str) -> list[Answer]:
    """Carry out requests in one transaction, up to the first that is refused: then none of them is done."""
    with Lease(settings.store, what), Writer(settings.store) as writer, writer.recording() as connection:
        if zone:
            connection.execute("INSERT OR IGNORE INTO site VALUES ('zone', ?)", (zone,))
        connection.execute("SAVEPOINT orders")
        answers: list[Answer] = []
        for request in requests:
            answers.append(carry_out(connection, settings, request))
            if not answers[-1].done:
                connection.execute("ROLLBACK TO orders")
                _audit(connection, request, answers[-1])
                break
        connection.execute("RELEASE orders")
    return answers


def carry_out(connection: sqlite3.Connection, settings: Settings, request: Request) -> Answer:
    """Do what only the store is needed for in the caller's transaction, and audit it under our user."""
    vocabulary, policy = settings.vocabulary, settings.limits.breaks
    answer = people.carry_out(
        connection, request, _user(), now_ms(), vocabulary=vocabulary, policy=policy, role=Role.ADMIN
    )
    _audit(connection, request, answer)
    return answer


def _audit(connection: sqlite3.Connection, request: Request, answer: Answer) -> None:
    result = audit.DONE if answer.done else str(answer.refusal)
    tty, address = _tty(), os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
    detail = {"with": asdict(request), "said": answer.said, "by": "the machine's own hand: no poller ran"}
    whom = getattr(request, "agent", None)
    entry = audit.Entry(
        now_ms(), os.getuid(), _user(), "admin", tty, address, NAMES[type(request)], whom, result, detail
    )
    audit.append(connection, entry)


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _tty() -> str:
    for stream in (0, 1, 2):
        try:
            return os.ttyname(stream)
        except OSError:
            continue
    return ""
