"""How long is kept what people recorded about people, and letting go of it afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from data.model.days import DAY
from data.model.discipline_requests import DISCIPLINE_REQUESTS

REQUEST_DAYS = 1
"""The answers to requests: for asking again after a broken connection."""

COACHING_ACTS = ("note_coaching", "close_follow_up")
"""The audited acts whose details are kept as long as coaching is."""


KEPT_LONGER = (*COACHING_ACTS, *DISCIPLINE_REQUESTS)
"""The acts whose details are not kept as long as flags are."""


class Retention(NamedTuple):
    """For how many days.

    Args:
        flags_and_mood_days: Flags, moods, decisions about breaks, who listened, what was usual for somebody on a day,
            and what the audit tells of all that.
        coaching_days: Coaching and praise, and what the audit tells of it.
        discipline_days: Rounds with their marks, findings, incidents, handovers, the roster, and what the audit tells.
    """

    flags_and_mood_days: int = 30
    coaching_days: int = 365
    discipline_days: int = 365


RETENTION = Retention()
"""As shipped."""


def prune_people(connection: sqlite3.Connection, now_ms: int, retention: Retention = RETENTION) -> int:
    """Delete what is older than it may be, in the caller's transaction; return how many rows went.

    Of the audit no row goes, as the chain goes over all: what it tells in detail is blanked in its time.
    """
    old_ms = now_ms - retention.flags_and_mood_days * DAY
    coached_ms = now_ms - retention.coaching_days * DAY
    deleted: list[tuple[str, int | str]] = [
        ("flag_change WHERE flag_id IN (SELECT id FROM flag WHERE raised_ms < ?)", old_ms),
        ("flag WHERE raised_ms < ?", old_ms),
        ("mood WHERE at_ms < ?", old_ms),
        ("baseline WHERE start_ms < ?", old_ms),
        ("break_decision WHERE at_ms < ?", old_ms),
        ("listening WHERE since_ms < ? AND until_ms IS NOT NULL", old_ms),
        ("coaching WHERE at_ms < ? AND coalesce(follow_up_ms, 0) < ?1", coached_ms),
        ("request WHERE at_ms < ?", now_ms - REQUEST_DAYS * DAY),
    ]
    deleted += _of_discipline(now_ms - retention.discipline_days * DAY)
    gone = sum(connection.execute(f"DELETE FROM {what}", (before_ms,)).rowcount for what, before_ms in deleted)
    blank = "UPDATE audit SET detail = NULL, salt = NULL WHERE detail IS NOT NULL AND at_ms < ? AND act"
    disciplined_ms = now_ms - retention.discipline_days * DAY
    gone += connection.execute(f"{blank} NOT IN ({_listed(KEPT_LONGER)})", (old_ms,)).rowcount
    gone += connection.execute(f"{blank} IN ({_listed(COACHING_ACTS)})", (coached_ms,)).rowcount
    return gone + connection.execute(f"{blank} IN ({_listed(DISCIPLINE_REQUESTS)})", (disciplined_ms,)).rowcount


def _listed(acts: Iterable[str]) -> str:
    return ", ".join(f"'{act}'" for act in acts)


def _of_discipline(old_ms: int) -> list[tuple[str, int | str]]:
    """Return what goes of rounds, findings, incidents, handovers and the roster; what was in force stays."""
    old_day = (datetime.fromtimestamp(old_ms / 1000, UTC) - timedelta(days=1)).date().isoformat()
    rounds = "checklist_id IN (SELECT id FROM checklist WHERE opened_ms < ?)"
    return [
        ("finding_change WHERE finding_id IN (SELECT id FROM finding WHERE at_ms < ?)", old_ms),
        ("finding WHERE at_ms < ?", old_ms),
        (f"checklist_mark WHERE {rounds}", old_ms),
        (f"checklist_item WHERE {rounds}", old_ms),
        ("checklist WHERE opened_ms < ?", old_ms),
        ("incident_entry WHERE incident_id IN (SELECT id FROM incident WHERE noted_ms < ?)", old_ms),
        ("incident WHERE noted_ms < ?", old_ms),
        ("handover WHERE at_ms < ?", old_ms),
        ("roster WHERE day < ?", old_day),
    ]
