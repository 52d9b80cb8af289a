"""Erasing what is kept about a person."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Erased(NamedTuple):
    """What was erased, in words."""

    said: str


def erase(connection: sqlite3.Connection, agent_id: int) -> Erased:
    """Erase what is kept about a person, in the caller's transaction."""
    raise NotImplementedError(agent_id)
