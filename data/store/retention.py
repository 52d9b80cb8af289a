"""How long is kept what people recorded about people, and letting go of it afterwards."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from data.model.days import DAY

REQUEST_DAYS = 1
"""The answers to requests: for asking again after a broken connection."""

COACHING_ACTS = ("note_coaching", "close_follow_up")
"""The audited acts whose details are kept as long as coaching is."""


class Retention(NamedTuple):
    """For how many days.

    Args:
        flags_and_mood_days: Flags, moods, decisions about breaks, who listened, what was usual for somebody on a day,
            and what the audit tells of all that.
        coaching_days: Coaching and praise, and what the audit tells of it.
    """

    flags_and_mood_days: int = 30
    coaching_days: int = 365


RETENTION = Retention()
"""As shipped."""


def prune_people(connection: sqlite3.Connection, now_ms: int, retention: Retention = RETENTION) -> int:
    """Delete what is older than it may be, in the caller's transaction; return how many rows went.

    Of the audit no row goes, as the chain goes over all: what it tells in detail is blanked in its time.
    """
    old_ms = now_ms - retention.flags_and_mood_days * DAY
    coached_ms = now_ms - retention.coaching_days * DAY
    deleted = [
        ("flag_change WHERE flag_id IN (SELECT id FROM flag WHERE raised_ms < ?)", old_ms),
        ("flag WHERE raised_ms < ?", old_ms),
        ("mood WHERE at_ms < ?", old_ms),
        ("baseline WHERE start_ms < ?", old_ms),
        ("break_decision WHERE at_ms < ?", old_ms),
        ("listening WHERE since_ms < ? AND until_ms IS NOT NULL", old_ms),
        ("coaching WHERE at_ms < ? AND coalesce(follow_up_ms, 0) < ?1", coached_ms),
        ("request WHERE at_ms < ?", now_ms - REQUEST_DAYS * DAY),
    ]
    gone = sum(connection.execute(f"DELETE FROM {what}", (before_ms,)).rowcount for what, before_ms in deleted)
    coaching = ", ".join(f"'{act}'" for act in COACHING_ACTS)
    blank = "UPDATE audit SET detail = NULL, salt = NULL WHERE detail IS NOT NULL AND at_ms < ? AND act"
    gone += connection.execute(f"{blank} NOT IN ({coaching})", (old_ms,)).rowcount
    return gone + connection.execute(f"{blank} IN ({coaching})", (coached_ms,)).rowcount
