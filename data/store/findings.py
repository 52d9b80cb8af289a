"""Findings, written: raised, changed, closed. What a past picture shows of one stays: a change is a row of its own."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from data.discipline.catalogue import Rule
from data.discipline.rounds import shifts_at
from data.model.days import DAY, MINUTE
from data.model.discipline import Closing, Where
from data.model.discipline_requests import ChangeFinding, CloseFinding, RaiseFinding
from data.model.people import Answer, Refusal
from data.model.text import MAX_LENGTH, safe_text
from data.store import catalogues
from data.store.asked import LARGEST_ID, LATEST_FOLLOW_UP_MS, Ordered, RefusedError, kept_text
from data.store.places import Place, place_of
from data.store.roundbook import site_zone


class FrozenRule(NamedTuple):
    """A rule as it read when somebody used it: what a finding keeps of it."""

    id: str
    area: str
    en: str
    zh: str
    where: Where
    severity: int
    least: int
    most: int
    unit: str
    positive: bool
    deadline_min: int | None
    dismissal: bool


def frozen(rule: Rule) -> FrozenRule:
    """Return a rule of the catalogue as it reads now."""
    return FrozenRule(
        *(rule.id, rule.area, *rule.text, rule.where, rule.severity, rule.least, rule.most, rule.unit, rule.positive),
        *(rule.deadline_min, rule.dismissal),
    )


class Told(NamedTuple):
    """What somebody says of a finding."""

    note: str = ""
    photo: str = ""
    points: int | None = None
    measure: str = ""
    owner: str = ""
    due_ms: int | None = None


class OfRound(NamedTuple):
    """The round whose check failed; `id` None: none."""

    id: int | None
    key: str
    shift: str


# ------------------------------------------------------------------ what is checked of texts and figures


def owner_of(text: str) -> str:
    """Return whose something is. Raises RefusedError for a name that is too long to be shown."""
    if len(text) > MAX_LENGTH:
        raise RefusedError(f"owner: {MAX_LENGTH} characters at most")
    return safe_text(text)


def photo_of(text: str) -> str:
    """Return the name of a photo's file. Raises RefusedError for a path, or what is no name."""
    if text in (".", "..") or "/" in text or "\\" in text or not text.isprintable() or len(text) > MAX_LENGTH:
        raise RefusedError(f"photo: the name of a file, without folders, {MAX_LENGTH} characters at most")
    return safe_text(text)


def ahead(name: str, moment_ms: int | None, at_ms: int) -> int | None:
    """Return a moment once it is sure that it lies ahead. Raises RefusedError."""
    if moment_ms is not None and not at_ms < moment_ms <= at_ms + LATEST_FOLLOW_UP_MS:
        raise RefusedError(f"{name}: lies ahead, within a year")
    return moment_ms


def points_of(points: int | None, least: int, most: int) -> int:
    """Return what a finding counts: what was said, else the least. Raises RefusedError out of the rule's range."""
    if points is None:
        return least
    if not least <= points <= most:
        raise RefusedError(f"points: {least}" if least == most else f"points: from {least} to {most}")
    return points


# ------------------------------------------------------------------ raised


def raise_finding(connection: sqlite3.Connection, request: RaiseFinding, ordered: Ordered) -> Answer:
    """Raise a finding outside a round. Raises RefusedError."""
    catalogue = catalogues.in_force(connection, ordered.at_ms)
    rule = catalogue.rules.get(request.rule)
    if rule is None:
        raise RefusedError(f"there is no rule {safe_text(request.rule, 60)!r} in force", Refusal.UNKNOWN)
    check_where(frozen(rule), request.where)
    place = place_of(connection, request.where, request.place)
    going = shifts_at(catalogue, ordered.at_ms, site_zone(connection))
    shift = next((each.key for each in going if each.since_ms <= ordered.at_ms), "")
    told = Told(request.note, request.photo, request.points, request.measure, request.owner, request.due_ms)
    finding_id = write_finding(connection, frozen(rule), place, ordered, told, OfRound(None, "", shift))
    return Answer(True, f"{place.name}: {rule.text.en}", finding_id)


_CHECKED_AT = {Where.SEAT: "seats", Where.AGENT: "agents", Where.ZONE: "zones", Where.FLOOR: "the floor as a whole"}


def check_where(rule: FrozenRule, where: Where) -> None:
    """Raise RefusedError for a rule that is not checked at such a place; what is of a seat may be said of who sits."""
    if rule.where is not where and (rule.where, where) != (Where.SEAT, Where.AGENT):
        raise RefusedError(f"where: {rule.id} is checked at {_CHECKED_AT[rule.where]}")


def write_finding(
    connection: sqlite3.Connection, rule: FrozenRule, place: Place, ordered: Ordered, told: Told, of: OfRound
) -> int:
    """Keep a finding with its rule as it reads now, and how it stands; return its id. Raises RefusedError."""
    points = points_of(told.points, rule.least, rule.most)
    note, measure, owner = kept_text(told.note), kept_text(told.measure), owner_of(told.owner)
    due_ms = ahead("due_ms", told.due_ms, ordered.at_ms)
    if due_ms is None and rule.deadline_min is not None:
        due_ms = ordered.at_ms + rule.deadline_min * MINUTE
    made = connection.execute(
        "INSERT INTO finding (rule, area, en, zh, severity, positive, points, unit, dismissal, place_kind, place, "
        "zone, agent_id, team, found_by, found_role, at_ms, note, photo, checklist_id, round, shift) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(rule.id, rule.area, rule.en, rule.zh, rule.severity, rule.positive, points, rule.unit, rule.dismissal),
            *(place.where, place.seat if place.where is Where.AGENT else place.place, place.zone, place.agent_id),
            *(place.team, ordered.by, ordered.role, ordered.at_ms, note, photo_of(told.photo), *of),
        ),
    )
    finding_id = int(made.lastrowid or 0)
    _write_change(connection, finding_id, ordered, _State(note, measure, owner, due_ms, None, points))
    return finding_id


class _State(NamedTuple):
    """How a finding stands from a moment on."""

    note: str
    measure: str
    owner: str
    due_ms: int | None
    recheck_ms: int | None
    points: int


def _write_change(connection: sqlite3.Connection, finding_id: int, ordered: Ordered, state: _State) -> None:
    connection.execute(
        "INSERT INTO finding_change (finding_id, at_ms, changed_by, note, measure, owner, due_ms, recheck_ms, points) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (finding_id, ordered.at_ms, ordered.by, *state),
    )


# ------------------------------------------------------------------ changed and closed


class FindingNow(NamedTuple):
    """How a finding stands: the rule's text, its range as far as it is known, and what was said last."""

    id: int
    rule: str
    en: str
    at_ms: int
    closed_ms: int | None
    closed_by: str
    state: _State
    range: tuple[int, int] | None


def finding_now(connection: sqlite3.Connection, finding_id: int) -> FindingNow:
    """Return how a finding stands. Raises RefusedError where there is none."""
    row = None
    if 0 < finding_id <= LARGEST_ID:
        row = connection.execute(
            "SELECT f.id, f.rule, f.en, f.at_ms, f.closed_ms, coalesce(f.closed_by, ''), c.note, c.measure, c.owner, "
            "c.due_ms, c.recheck_ms, c.points, f.checklist_id, c.at_ms FROM finding f JOIN finding_change c "
            "ON c.id = (SELECT id FROM finding_change WHERE finding_id = f.id ORDER BY at_ms DESC, id DESC LIMIT 1) "
            "WHERE f.id = ?",
            (finding_id,),
        ).fetchone()
    if row is None:
        raise RefusedError(f"there is no finding {finding_id}", Refusal.UNKNOWN)
    if row[12] is not None:
        sql = "SELECT least, most FROM checklist_item WHERE checklist_id = ? AND key = ?"
        bounds = connection.execute(sql, (row[12], row[1])).fetchone()
    else:
        rule = catalogues.in_force(connection, row[3]).rules.get(row[1])
        bounds = None if rule is None else (rule.least, rule.most)
    last_ms = max(row[3], row[13])
    return FindingNow(row[0], row[1], safe_text(row[2]), last_ms, row[4], row[5], _State(*row[6:12]), bounds)


def change_finding(connection: sqlite3.Connection, request: ChangeFinding, ordered: Ordered) -> Answer:
    """Change what is to be done about an open finding. Raises RefusedError."""
    now = finding_now(connection, request.id)
    _check_open(now)
    state = changed(now, request, ordered.at_ms)
    if state != now.state:
        _write_change(connection, now.id, ordered._replace(at_ms=max(ordered.at_ms, now.at_ms)), state)
    return Answer(True, f"{now.en}: changed", now.id)


def changed(now: FindingNow, request: ChangeFinding, at_ms: int) -> _State:
    """Return how a finding stands after a change. Raises RefusedError."""
    state = now.state
    points = state.points
    if request.points is not None:
        points = points_of(request.points, *(now.range or (state.points, state.points)))
    return _State(
        state.note if request.note is None else kept_text(request.note),
        state.measure if request.measure is None else kept_text(request.measure),
        state.owner if request.owner is None else owner_of(request.owner),
        state.due_ms if request.due_ms is None else ahead("due_ms", request.due_ms, at_ms),
        state.recheck_ms if request.recheck_ms is None else ahead("recheck_ms", request.recheck_ms, at_ms),
        points,
    )


def say_more(connection: sqlite3.Connection, finding_id: int, told: Told, ordered: Ordered) -> None:
    """Keep what somebody who saw the same again says of an open finding, where they say something."""
    request = ChangeFinding(
        finding_id,
        told.note or None,
        told.measure or None,
        told.owner or None,
        told.due_ms,
        points=told.points,
    )
    change_finding(connection, request, ordered)


def close_finding(connection: sqlite3.Connection, request: CloseFinding, ordered: Ordered) -> Answer:
    """Keep that a finding is put right, or withdrawn. Raises RefusedError."""
    now = finding_now(connection, request.id)
    _check_open(now)
    if request.closing is Closing.CORRECTED and connection.execute(
        "SELECT positive FROM finding WHERE id = ?", (request.id,)
    ).fetchone() == (1,):
        raise RefusedError("closing: what is to somebody's credit is withdrawn, or stands")
    end(connection, now.id, request.closing, ordered._replace(at_ms=max(ordered.at_ms, now.at_ms)), request.note)
    return Answer(True, f"{now.en}: {request.closing}", now.id)


def end(connection: sqlite3.Connection, finding_id: int, closing: Closing, ordered: Ordered, note: str = "") -> None:
    """Keep that an open finding has ended."""
    connection.execute(
        "UPDATE finding SET closing = ?, closed_ms = max(?, at_ms), closed_by = ?, closed_note = ? "
        "WHERE id = ? AND closed_ms IS NULL",
        (closing, ordered.at_ms, ordered.by, kept_text(note), finding_id),
    )


def _check_open(now: FindingNow) -> None:
    if now.closed_ms is not None:
        by = f" by {safe_text(now.closed_by)}" if now.closed_by else ""
        raise RefusedError(f"this finding is closed already{by}")


def raised_by(connection: sqlite3.Connection, round_id: int, rule: str, place: Place) -> int | None:
    """Return the open finding that a round's check has raised at a place, None where there is none."""
    of_agent = place.where is Where.AGENT
    sql = (
        "SELECT id FROM finding WHERE checklist_id = ? AND rule = ? AND closed_ms IS NULL AND place_kind = ? AND "
        f"{'agent_id' if of_agent else 'place'} = ? ORDER BY id DESC LIMIT 1"
    )
    at = place.agent_id if of_agent else place.place
    row = connection.execute(sql, (round_id, rule, place.where, at)).fetchone()
    return None if row is None else int(row[0])


LONGEST_OVER_MS = DAY
"""So long after it is due something can still be recorded of a round, or of a shift."""
