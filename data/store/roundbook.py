"""Rounds as they are stored: from the first mark on, with their rules as they read then."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.discipline.catalogue import Catalogue, Checklist, Rule
from data.discipline.rounds import Round
from data.model.days import DAY, Window
from data.model.discipline import Gravity, Prefill, RuleLine, Where
from data.model.text import safe_text
from data.store import catalogues
from data.store.directory import DirectoryCache
from data.store.tally import MARKS, Marked, Tally, marked

_ROUND = (
    "SELECT id, key, title_en, title_zh, opened_ms, due_ms, shift, checklist, occasion, role, "
    "coalesce(begun_ms, opened_ms), ended_ms, ended_by FROM checklist "
)
_OF_DAY = f"{_ROUND} WHERE opened_ms >= ? AND opened_ms < ? ORDER BY opened_ms, id"
_BY_KEY = f"{_ROUND} WHERE key = ? ORDER BY opened_ms DESC, id DESC LIMIT 1"
_ITEMS = (
    "SELECT key, area, en, zh, place_kind, severity, least, most, unit, positive, do_en, do_zh, prefill "
    "FROM checklist_item WHERE checklist_id = ? ORDER BY position"
)
_REACH_MS = DAY
"""Rounds of a shift that reaches into a day, or of the first one after it, open this long before or after it."""


class StoredRound(NamedTuple):
    """A round that somebody has begun, texts safe; as in the table."""

    id: int
    key: str
    en: str
    zh: str
    opens_ms: int
    due_ms: int
    shift: str
    checklist: str
    occasion: str
    role: str
    begun_ms: int
    ended_ms: int | None
    ended_by: str


def stored_round(connection: sqlite3.Connection, key: str) -> StoredRound | None:
    """Return a round by its key, None where nobody has begun it."""
    row = connection.execute(_BY_KEY, (key,)).fetchone()
    return None if row is None else _stored(row)


def _stored(row: tuple[int, str, str, str, int, int, str, str, str, str, int, int | None, str]) -> StoredRound:
    texts = [safe_text(text) for text in (*row[1:4], *row[6:10])]
    key, en, zh, shift, checklist, occasion, role = texts
    return StoredRound(
        row[0], key, en, zh, row[4], row[5], shift, checklist, occasion, role, row[10], row[11], safe_text(row[12])
    )


def frozen_rules(connection: sqlite3.Connection, round_id: int) -> tuple[RuleLine, ...]:
    """Return the rules of a round as they read when it was begun."""
    return tuple(_frozen(row) for row in connection.execute(_ITEMS, (round_id,)).fetchall())


def _frozen(
    row: tuple[str, str, str, str, str, int, int, int, str, int, str, str, str | None],
) -> RuleLine:
    key, area, en, zh, where, severity, least, most, unit, positive, do_en, do_zh, prefill = row
    return RuleLine(
        *(safe_text(key), safe_text(area), safe_text(en, 300), safe_text(zh, 300), Where(where), Gravity(severity)),
        *(least, most, safe_text(unit), bool(positive), safe_text(do_en, 300), safe_text(do_zh, 300)),
        None if prefill is None else Prefill(prefill),
    )


def line_of(rule: Rule) -> RuleLine:
    """Return a rule of the catalogue as a round shows it."""
    return RuleLine(
        *(rule.id, rule.area, *rule.text, rule.where, rule.severity, rule.least, rule.most, rule.unit, rule.positive),
        *(*rule.do, rule.prefill),
    )


def lines_of(catalogue: Catalogue, checklist: Checklist) -> tuple[RuleLine, ...]:
    """Return the rules of a checklist as the catalogue has them now."""
    return tuple(line_of(catalogue.rules[rule]) for rule in checklist.rules if rule in catalogue.rules)


class Begun(NamedTuple):
    """A stored round with its rules and marks."""

    round: StoredRound
    rules: tuple[RuleLine, ...]
    tally: Tally


class RoundBook:
    """The rounds of a day with all their marks, kept in memory until somebody marks more, and the rules in force."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory
        self._kept_for: tuple[int, int] | None = None
        self._revision = -1
        self._last_id = 0
        self._marks: dict[int, list[Marked]] = {}
        self._rules: dict[int, tuple[RuleLine, ...]] = {}
        self._begun: dict[str, Begun] = {}
        self._catalogues: dict[int | None, Catalogue] = {}
        self._lines: dict[tuple[int | None, str], tuple[RuleLine, ...]] = {}

    def catalogue(self, moment_ms: int) -> tuple[int | None, Catalogue]:
        """Return the catalogue that is in force at a moment, with its number."""
        number = catalogues.id_in_force(self._connection, moment_ms)
        if number not in self._catalogues:
            self._catalogues[number] = catalogues.in_force(self._connection, moment_ms)
        return number, self._catalogues[number]

    def lines(self, number: int | None, checklist: Checklist) -> tuple[RuleLine, ...]:
        """Return the rules of a checklist of a catalogue that was asked for before."""
        key = (number, checklist.id)
        if key not in self._lines:
            self._lines[key] = lines_of(self._catalogues[number], checklist)
        return self._lines[key]

    def of_day(self, day: Window) -> dict[str, Begun]:
        """Return the rounds of a day that anybody has begun by now, by key, in the order in which they opened."""
        kept_for = (day.since_ms, self._directory.revision("directory"))  # who is erased changes that as well
        revision = self._directory.revision("discipline")
        if kept_for != self._kept_for:
            self._kept_for, self._revision, self._last_id = kept_for, -1, 0
            self._marks, self._rules, self._begun = {}, {}, {}
        if revision != self._revision:
            self._read(day)
            self._revision = revision
        return self._begun

    def _read(self, day: Window) -> None:
        """Read what was begun and marked since the last time."""
        window = (day.since_ms - _REACH_MS, day.until_ms + _REACH_MS)
        rounds = [_stored(row) for row in self._connection.execute(_OF_DAY, window).fetchall()]
        if self._last_id:
            sql = f"{MARKS} FROM checklist_mark WHERE id > ?"
            rows = self._connection.execute(sql, (self._last_id,)).fetchall()
        else:
            sql = f"{MARKS} FROM checklist_mark WHERE checklist_id IN (SELECT id FROM ({_OF_DAY}))"
            rows = self._connection.execute(sql, window).fetchall()
        fresh: dict[int, list[Marked]] = defaultdict(list)
        for mark in map(marked, rows):
            fresh[mark.round_id].append(mark)
            self._last_id = max(self._last_id, mark.id)
        begun = {}
        for each in rounds:
            before = self._begun.get(each.key)
            if each.id not in self._rules:
                self._rules[each.id] = frozen_rules(self._connection, each.id)
            rules = self._rules[each.id]
            if before is None or each.id in fresh:
                marks = self._marks.setdefault(each.id, [])
                marks += fresh.get(each.id, ())
                begun[each.key] = Begun(each, rules, Tally(marks, rules))
            else:
                begun[each.key] = before._replace(round=each)
        self._begun = begun

    def one(self, key: str) -> Begun | None:
        """Return a round of any day by its key, None where nobody has begun it by now."""
        if key in self._begun and self._revision == self._directory.revision("discipline"):
            return self._begun[key]
        found = stored_round(self._connection, key)
        if found is None:
            return None
        rules = frozen_rules(self._connection, found.id)
        rows = self._connection.execute(f"{MARKS} FROM checklist_mark WHERE checklist_id = ?", (found.id,)).fetchall()
        return Begun(found, rules, Tally(map(marked, rows), rules))


def write_round(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    catalogue_id: int | None,
    each: Round,
    at_ms: int,
    by: str,
    *,
    by_hand: bool = False,
) -> StoredRound:
    """Keep a round with its rules as they read now, in the caller's transaction."""
    checklist = catalogue.checklists[each.checklist]
    connection.execute(
        "INSERT INTO checklist (key, title_en, title_zh, opened_ms, due_ms, shift, checklist, occasion, role, "
        "catalogue_id, by_hand, begun_ms, begun_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(each.key, *checklist.title, each.opens_ms, each.due_ms, each.shift, each.checklist),
            *(checklist.occasion, checklist.role, catalogue_id, by_hand, at_ms, by),
        ),
    )
    stored = stored_round(connection, each.key)
    if stored is None:
        raise LookupError(each.key)
    rules = [catalogue.rules[rule] for rule in checklist.rules if rule in catalogue.rules]
    _write_items(connection, stored.id, rules)
    return stored


def _write_items(connection: sqlite3.Connection, round_id: int, rules: Iterable[Rule]) -> None:
    connection.executemany(
        "INSERT INTO checklist_item (checklist_id, position, key, en, zh, place_kind, area, severity, least, most, "
        "unit, positive, do_en, do_zh, prefill, deadline_min, dismissal) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(
                    round_id,
                    position,
                    rule.id,
                    *rule.text,
                    rule.where,
                    rule.area,
                    rule.severity,
                    rule.least,
                    rule.most,
                ),
                *(rule.unit, rule.positive, *rule.do, rule.prefill, rule.deadline_min, rule.dismissal),
            )
            for position, rule in enumerate(rules)
        ],
    )


def site_zone(connection: sqlite3.Connection) -> ZoneInfo:
    """Return the site's zone as the store knows it, else UTC."""
    said = connection.execute("SELECT value FROM site WHERE key = 'zone'").fetchone()
    try:
        return ZoneInfo(said[0] if said else "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
