"""What the acts of people have in common: who ordered one, whom it names, and how it is refused."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from data.model.days import DAY
from data.model.people import MOST_TEXT, Answer, Refusal
from data.model.text import safe_text

LATEST_FOLLOW_UP_MS = 365 * DAY
LARGEST_ID = (1 << 63) - 1


class RefusedError(Exception):
    """What is asked can't be done; `answer` says why."""

    def __init__(self, said: str, refusal: Refusal = Refusal.INVALID) -> None:
        """Keep the words."""
        super().__init__(said)
        self.answer = Answer(False, said, refusal=refusal)


class Ordered(NamedTuple):
    """Who ordered something, and when; `role` is the name of theirs."""

    by: str
    at_ms: int
    role: str = "lead"


def name_of(connection: sqlite3.Connection, agent_id: int) -> str:
    """Return what an agent is called."""
    row = None
    if 0 < agent_id <= LARGEST_ID:
        row = connection.execute(
            "SELECT coalesce(nullif((SELECT name FROM agent_history WHERE agent_id = id "
            "ORDER BY since_ms DESC LIMIT 1), ''), key) FROM agent WHERE id = ?",
            (agent_id,),
        ).fetchone()
    if row is None:
        raise RefusedError(f"there is no agent {agent_id}", Refusal.UNKNOWN)
    if row[0] == f"erased-{agent_id}":  # a screen may still show whom the store knows no longer
        raise RefusedError("what was kept of this person is erased", Refusal.UNKNOWN)
    return safe_text(row[0])


def kept_text(text: str) -> str:
    """Return what a person wrote as it is kept: safe, and of a length."""
    return safe_text(text, MOST_TEXT)


def follow_up(moment_ms: int | None, at_ms: int) -> int | None:
    """Return when something is to be followed up, if ever, once it is sure that it lies ahead."""
    if moment_ms is not None and not at_ms < moment_ms <= at_ms + LATEST_FOLLOW_UP_MS:
        raise RefusedError("a follow-up lies ahead, within a year")
    return moment_ms
