"""The roster, written: what is set of an agent and a day holds from then on; before that, what was set before."""

from __future__ import annotations

import json
import sqlite3

from data.discipline.roster import duty_of, rows_of
from data.model.discipline_requests import SetRoster
from data.model.people import Answer
from data.model.text import safe_text
from data.store import catalogues
from data.store.asked import Ordered, RefusedError
from data.store.roster_at import agents_by_word
from data.store.roundbook import site_zone

_COLUMNS = "day, agent, agent_id, name, shift, since_ms, until_ms, seat, skills, breaks"
_LAST = f"SELECT {_COLUMNS} FROM roster WHERE day = ? AND agent = ? ORDER BY set_ms DESC, id DESC LIMIT 1"


def set_roster(connection: sqlite3.Connection, request: SetRoster, ordered: Ordered) -> Answer:
    """Keep duties and days off, in place of what is known of the same agents on the same days. Raises RefusedError."""
    if not request.lines:
        raise RefusedError("lines: say whose duty it is, and when")
    try:
        rows = rows_of(request.lines)
    except ValueError as error:
        raise RefusedError(f"lines: {safe_text(str(error), 300)}") from None
    shifts = catalogues.in_force(connection, ordered.at_ms).shifts
    unknown = sorted({row.shift for row in rows if row.shift and row.shift not in shifts})
    if unknown:
        raise RefusedError(f"lines: there is no shift {safe_text(unknown[0], 60)!r}; there are {', '.join(shifts)}")
    zone, agents = site_zone(connection), agents_by_word(connection)
    duties = 0
    for row in rows:
        agent_id = agents.get(row.agent) or agents.get(row.name)
        duty = duty_of(row, agent_id, row.name or row.agent, zone)
        duties += duty is not None
        key, since_ms, until_ms = ("", None, None) if duty is None else duty[2:5]
        planned = [] if duty is None else [list(each) for each in duty.breaks]
        told = (
            *(row.day.isoformat(), row.agent, agent_id, row.name, key, since_ms, until_ms, row.seat),
            *(json.dumps(row.skills, ensure_ascii=False), json.dumps(planned, ensure_ascii=False)),
        )
        if connection.execute(_LAST, told[:2]).fetchone() != told:
            connection.execute(
                f"INSERT INTO roster ({_COLUMNS}, set_ms, set_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*told, ordered.at_ms, ordered.by),
            )
    off = len(rows) - duties
    words = ("1 duty" if duties == 1 else f"{duties} duties") + (f", {off} days off" if off else "")
    return Answer(True, f"roster: {words}")
