"""Rounds, written: begun, marked place by place, ended. Marks are only added; of a check the last one holds."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from data.discipline.catalogue import Catalogue
from data.discipline.rounds import Round, by_hand, round_of, shifts_at
from data.model.days import local_time
from data.model.discipline import Closing, Where
from data.model.discipline_requests import EndRound, MarkPlace, StartRound
from data.model.people import Answer, Refusal
from data.model.text import safe_text
from data.model.words import Mark
from data.store import catalogues, findings
from data.store.asked import Ordered, RefusedError, kept_text
from data.store.findings import LONGEST_OVER_MS, FrozenRule, OfRound, Told, frozen, photo_of
from data.store.places import Place, has_seats, place_of
from data.store.roundbook import StoredRound, site_zone, stored_round, write_round

_RULES = (
    "SELECT key, area, en, zh, place_kind, severity, least, most, unit, positive, deadline_min, dismissal "
    "FROM checklist_item WHERE checklist_id = ? ORDER BY position"
)
_MARKS = (
    "SELECT item, mark, marked_by, note, photo, at_ms FROM checklist_mark WHERE checklist_id = ? AND place_kind = ? "
    "AND place = ? ORDER BY at_ms, id"
)
_SAID = {Mark.PASS: "passed", Mark.FAIL: "failed", Mark.NOT_APPLICABLE: "not applicable"}


class _There(NamedTuple):
    """The mark that holds of a rule at a place."""

    mark: Mark
    by: str
    note: str
    photo: str
    at_ms: int


class _Open(NamedTuple):
    """A round that can be marked: as it is stored, or as it will be."""

    stored: StoredRound | None
    planned: Round | None
    catalogue: Catalogue
    catalogue_id: int | None

    def kept(self, connection: sqlite3.Connection, ordered: Ordered) -> StoredRound:
        """Return it as it is stored, after it was if need be."""
        if self.stored is not None:
            return self.stored
        if self.planned is None:
            raise TypeError("a round is stored or planned")
        return write_round(connection, self.catalogue, self.catalogue_id, self.planned, ordered.at_ms, ordered.by)

    def rules(self, connection: sqlite3.Connection) -> list[FrozenRule]:
        """Return its rules as they read in it."""
        if self.stored is not None:
            rows = connection.execute(_RULES, (self.stored.id,)).fetchall()
            return [_frozen(row) for row in rows]
        if self.planned is None:
            return []
        rules = self.catalogue.checklists[self.planned.checklist].rules
        return [frozen(self.catalogue.rules[rule]) for rule in rules if rule in self.catalogue.rules]


def _open_round(connection: sqlite3.Connection, key: str, at_ms: int) -> _Open:
    """Return a round that can be marked now. Raises RefusedError for any other, saying why."""
    stored = stored_round(connection, key)
    number = catalogues.id_in_force(connection, at_ms)
    catalogue = catalogues.in_force(connection, at_ms)
    zone = site_zone(connection)
    planned = round_of(catalogue, key, zone) if stored is None else None
    each = stored or planned
    if each is None:
        raise RefusedError(f"there is no round {safe_text(key, 80)!r}", Refusal.UNKNOWN)
    if each.opens_ms > at_ms:
        raise RefusedError(f"this round opens at {local_time(each.opens_ms, zone):%H:%M on %Y-%m-%d}")
    if stored is not None and stored.ended_ms is not None:
        raise RefusedError(f"this round was ended by {stored.ended_by}")
    if at_ms > each.due_ms + LONGEST_OVER_MS:
        raise RefusedError("this round was due more than a day ago")
    return _Open(stored, planned, catalogue, number)


# ------------------------------------------------------------------ begun and ended


def start_round(connection: sqlite3.Connection, request: StartRound, ordered: Ordered) -> Answer:
    """Begin a round by hand. Raises RefusedError for a checklist that there is not, and where no shift is near."""
    catalogue = catalogues.in_force(connection, ordered.at_ms)
    checklist = catalogue.checklists.get(request.checklist)
    if checklist is None:
        known = ", ".join(catalogue.checklists)
        raise RefusedError(f"there is no checklist {safe_text(request.checklist, 60)!r}; there are {known}")
    shifts = shifts_at(catalogue, ordered.at_ms, site_zone(connection))
    if not shifts:
        raise RefusedError("no shift goes on, and none comes today")
    own = [each for each in shifts if not checklist.shifts or each.key.partition("/")[2] in checklist.shifts]
    shift = (own or list(shifts))[0]
    sql = "SELECT count(*) FROM checklist WHERE key GLOB ? AND by_hand = 1"
    (before,) = connection.execute(sql, (f"{shift.key}/{checklist.id}/+*",)).fetchone()
    number = catalogues.id_in_force(connection, ordered.at_ms)
    made = by_hand(checklist, shift, ordered.at_ms, before)
    stored = write_round(connection, catalogue, number, made, ordered.at_ms, ordered.by, by_hand=True)
    return Answer(True, f"{checklist.title.en}: begun as {stored.key}", stored.id)


def end_round(connection: sqlite3.Connection, request: EndRound, ordered: Ordered) -> Answer:
    """Keep that a round is done. Raises RefusedError."""
    stored = _open_round(connection, request.round, ordered.at_ms).kept(connection, ordered)
    connection.execute(
        "UPDATE checklist SET ended_ms = max(?, coalesce(begun_ms, opened_ms)), ended_by = ?, ended_note = ? "
        "WHERE id = ?",
        (ordered.at_ms, ordered.by, kept_text(request.note), stored.id),
    )
    return Answer(True, f"{stored.en}: ended", stored.id)


# ------------------------------------------------------------------ marked


def mark_place(connection: sqlite3.Connection, request: MarkPlace, ordered: Ordered) -> Answer:
    """Mark rules at a place; the answer's id is that of the finding that it raised, if one. Raises RefusedError.

    What holds already is not written once more.
    """
    each = _open_round(connection, request.round, ordered.at_ms)
    place = place_of(connection, request.where, request.place)
    here = _rules_at(connection, each, place, ordered.at_ms)
    there = _there(connection, each.stored, place)
    if request.rules:
        rules = _named(request, here, place)
    else:
        if request.mark is Mark.FAIL:
            raise RefusedError("rules: say which ones failed")
        rules = [rule for rule in here if rule.id not in there]
        if not rules:
            by = max(there.values(), key=lambda mark: mark.at_ms).by
            return Answer(True, f"{place.name}: marked already by {by}")
    stored = each.kept(connection, ordered)
    latest_ms = max((mark.at_ms for mark in there.values()), default=ordered.at_ms)
    ordered = ordered._replace(at_ms=max(ordered.at_ms, latest_ms))  # a clock that went back turns nothing round
    raised = [_mark(connection, stored, rule, place, request, ordered, there.get(rule.id)) for rule in rules]
    what = rules[0].en if len(rules) == 1 else f"{len(rules)} rules"
    number = next((finding for finding in raised if finding is not None), None)
    return Answer(True, f"{place.name}: {what}: {_SAID[request.mark]}", number)


def _rules_at(connection: sqlite3.Connection, each: _Open, place: Place, at_ms: int) -> list[FrozenRule]:
    """Return the rules of a round that are checked at such a place. Raises RefusedError where none is."""
    rules = each.rules(connection)
    here = [rule for rule in rules if rule.where is place.where]
    if place.where is Where.AGENT and any(rule.where is Where.SEAT for rule in rules):
        here = here if has_seats(connection, at_ms) else [r for r in rules if r.where in (Where.SEAT, Where.AGENT)]
    if not here:
        raise RefusedError(f"where: nothing of this round is checked at {place.name}")
    return here


def _named(request: MarkPlace, here: list[FrozenRule], place: Place) -> list[FrozenRule]:
    by_id = {rule.id: rule for rule in here}
    for rule in request.rules:
        if rule not in by_id:
            known = f"there are {', '.join(by_id)}"
            raise RefusedError(f"rules: {safe_text(rule, 60)!r} is not checked at {place.name}; {known}")
    return [by_id[rule] for rule in dict.fromkeys(request.rules)]


def _there(connection: sqlite3.Connection, stored: StoredRound | None, place: Place) -> dict[str, _There]:
    """Return the mark that holds of each rule at a place."""
    if stored is None:
        return {}
    rows = connection.execute(_MARKS, (stored.id, place.where, place.place)).fetchall()
    return {row[0]: _There(Mark(row[1]), safe_text(row[2]), *row[3:]) for row in rows}


def _mark(
    connection: sqlite3.Connection,
    stored: StoredRound,
    rule: FrozenRule,
    place: Place,
    request: MarkPlace,
    ordered: Ordered,
    before: _There | None,
) -> int | None:
    """Mark one rule where that is anything new; return the finding that it raised, if one."""
    note, photo = kept_text(request.note), photo_of(request.photo)
    is_same = before is not None and before.mark is request.mark
    if before is None or not is_same or ((note or photo) and (note, photo) != (before.note, before.photo)):
        connection.execute(
            "INSERT INTO checklist_mark (checklist_id, item, place_kind, place, agent_id, team, zone, at_ms, mark, "
            "marked_by, note, photo, from_data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(stored.id, rule.id, place.where, place.place, place.agent_id, place.team, place.zone, ordered.at_ms),
                *(request.mark, ordered.by, note, photo, request.from_data),
            ),
        )
    found = findings.raised_by(connection, stored.id, rule.id, place)
    if request.mark is not Mark.FAIL:
        if found is not None:
            findings.end(connection, found, Closing.WITHDRAWN, ordered)
        return None
    if rule.positive:
        return None
    told = Told(request.note, request.photo, request.points, "", request.owner, request.due_ms)
    if found is not None:
        findings.say_more(connection, found, told, ordered)
        return found
    if is_same:  # it was put right, and is said once more: what failed twice is marked passed between
        return None
    whose = place.of_sitter if request.from_data else place  # what the floor knows, it knows of an agent
    return findings.write_finding(connection, rule, whose, ordered, told, OfRound(stored.id, stored.key, stored.shift))


def _frozen(row: tuple[Any, ...]) -> FrozenRule:
    """Return a rule of a round from its row."""
    key, area, en, zh, where, severity, least, most, unit, positive, deadline_min, dismissal = row
    texts = (key, area, en, zh)
    return FrozenRule(*texts, Where(where), severity, least, most, unit, bool(positive), deadline_min, bool(dismissal))
