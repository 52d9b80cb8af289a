"""The roster: who works when, and the one text of each duty by which it is sent and kept.

A duty is of the local day on which it begins; a person has one a day, or a day off. Files are read by
`data.discipline.roster_file`. Pure: no clock, no I/O.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from data.model.days import moment_of
from data.model.discipline_seen import Duty
from data.model.text import safe_text

DAY_MINUTES = 24 * 60
FIRST_YEAR, LAST_YEAR = 2000, 2199
MOST_BREAKS, MOST_SKILLS = 24, 50


class PlannedBreak(NamedTuple):
    """A break of a duty, by the break policy's name of its reason; minutes after the midnight that begins the day."""

    reason: str
    since: int
    until: int


class RosterRow(NamedTuple):
    """A duty, or (`since` None) a day off. Times are minutes of the wall clock after the midnight that begins `day`.

    What is over midnight counts on: a duty from 22:00 to 06:00 is from 1,320 to 1,800. `agent` is the source's key of
    somebody, else the name; `shift` the id of a shift of the catalogue, "" for none.
    """

    agent: str
    day: date
    name: str = ""
    shift: str = ""
    since: int | None = None
    until: int | None = None
    seat: str = ""
    skills: tuple[str, ...] = ()
    breaks: tuple[PlannedBreak, ...] = ()

    @property
    def is_off(self) -> bool:
        """Whether it is a day off."""
        return self.since is None


def in_order(rows: Iterable[RosterRow]) -> tuple[RosterRow, ...]:
    """Return rows by day and agent."""
    return tuple(sorted(rows, key=lambda row: (row.day, row.agent)))


def line_of(row: RosterRow) -> str:
    """Return the one text of a duty: a JSON list of its fields."""
    day, breaks = row.day.isoformat(), [[*each] for each in row.breaks]
    told = [day, row.agent, row.name, row.shift, row.since, row.until, row.seat, [*row.skills], breaks]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def row_of(line: str) -> RosterRow:
    """Return the duty of a text as `line_of` writes it. Raises ValueError for any other, saying what is wrong."""
    try:
        day, agent, name, shift, since, until, seat, skills, breaks = json.loads(line)
        row = RosterRow(
            _word(agent),
            date.fromisoformat(_word(day)),
            _word(name),
            _word(shift),
            None if since is None else _minute(since),
            None if until is None else _minute(until),
            _word(seat),
            tuple(_word(skill) for skill in _list(skills)),
            tuple(PlannedBreak(_word(reason), _minute(a), _minute(b)) for reason, a, b in _list(breaks)),
        )
    except (ValueError, TypeError) as error:
        raise ValueError(f"this is no line of a roster: {line[:80]!r}") from error
    wrong = fault_of(row)
    if wrong is not None:
        raise ValueError(f"{wrong.column}: {wrong.expected}")
    return row


def rows_of(lines: Iterable[str]) -> tuple[RosterRow, ...]:
    """Return the duties of such texts, by day and agent. Raises ValueError, also where somebody has two on a day."""
    rows = in_order(map(row_of, lines))
    for before, row in pairwise(rows):
        if before[:2] == row[:2]:
            raise ValueError(f"{row.agent} has two duties on {row.day}")
    return rows


def _word(value: object) -> str:
    if not isinstance(value, str) or safe_text(value) != value:
        raise ValueError("this is no text")
    return value


def _minute(value: object) -> int:
    if type(value) is not int:
        raise ValueError("this is no minute")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("this is no list")
    return value


class Fault(NamedTuple):
    """What is wrong with a duty: in which column, and what is expected there."""

    column: str
    expected: str


def fault_of(row: RosterRow) -> Fault | None:
    """Return what is wrong with a duty, None where nothing is."""
    if not row.agent:
        return Fault("agent", "whose duty it is")
    if not FIRST_YEAR <= row.day.year <= LAST_YEAR:
        return Fault("day", f"a day from {FIRST_YEAR} to {LAST_YEAR}")
    if row.since is None or row.until is None:
        return Fault("from", "no times and no breaks on a day off") if row[4:6] != (None, None) or row.breaks else None
    if not 0 <= row.since < DAY_MINUTES:
        return Fault("from", "a time from 00:00 to 23:59")
    if not row.since < row.until <= row.since + DAY_MINUTES:
        return Fault("until", "a time within 24 hours after `from`")
    if len(row.skills) > MOST_SKILLS:
        return Fault("skills", f"{MOST_SKILLS} at most")
    return _fault_of_breaks(row.breaks, row.since, row.until)


def _fault_of_breaks(breaks: tuple[PlannedBreak, ...], since: int, until: int) -> Fault | None:
    if len(breaks) > MOST_BREAKS:
        return Fault("breaks", f"{MOST_BREAKS} at most")
    before = since
    for each in breaks:
        if not since <= each.since < each.until <= until:
            return Fault("breaks", f"times within the duty: {clock(each.since)}-{clock(each.until)} is not")
        if each.since < before:
            return Fault("breaks", f"one after another: {clock(each.since)} is before the one before ends")
        before = each.until
    return None


def clock(minute: int) -> str:
    """Return what a wall clock shows at a minute after midnight."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def duty_of(row: RosterRow, agent_id: int | None, agent: str, zone: ZoneInfo) -> Duty | None:
    """Return a duty in moments, by the wall clock of a zone; None for a day off."""
    if row.since is None or row.until is None:
        return None
    breaks = tuple((each.reason, _ms(row.day, each.since, zone), _ms(row.day, each.until, zone)) for each in row.breaks)
    shift = f"{row.day.isoformat()}/{row.shift}" if row.shift else ""
    since_ms, until_ms = _ms(row.day, row.since, zone), _ms(row.day, row.until, zone)
    return Duty(agent_id, agent, shift, since_ms, until_ms, row.seat, breaks)


def _ms(day: date, minute: int, zone: ZoneInfo) -> int:
    days, within = divmod(minute, DAY_MINUTES)
    return moment_of(datetime.combine(day + timedelta(days=days), time(within // 60, within % 60), zone))
