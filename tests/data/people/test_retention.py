"""What people recorded goes in its time: not a day sooner, and of the audit only what it tells in detail."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.desk.rules import Rules
from data.discipline.roster import RosterRow, line_of
from data.model.days import DAY, HOUR, MINUTE
from data.model.discipline import Entry
from data.model.discipline_requests import AddToIncident, NoteIncident, SetRoster, WriteHandover
from data.model.people import (
    Answer,
    ChangeFlag,
    DecideBreak,
    Decision,
    ListenIn,
    NoteCoaching,
    NoteMood,
    RaiseFlag,
)
from data.model.words import Mark
from data.store import audit, people, requests
from data.store.audited import verify
from data.store.requests import Asked
from data.store.retention import COACHING_ACTS, RETENTION, Retention, prune_people
from tests.data.people.site import NOON, Site
from tests.data.rounds.ground import SHIFT, Ground, at_seat

ALL = ("flag", "flag_change", "mood", "break_decision", "listening", "baseline", "coaching", "request")


DISCIPLINE = (
    *("checklist", "checklist_item", "checklist_mark", "finding", "finding_change", "incident", "incident_entry"),
    *("handover", "roster"),
)


def left(site: Site, now_ms: int, retention: Retention = RETENTION) -> set[str]:
    """Let go of what is too old; return the tables that hold something still."""
    with site.writer.transaction() as connection:
        prune_people(connection, now_ms, retention)
    return {table for table in ALL if site.rows(f"SELECT 1 FROM {table}")}


@pytest.fixture
def full(site: Site) -> Site:
    flag = site.done(RaiseFlag(1, "tired", expires_ms=NOON + 20 * DAY))
    site.done(ChangeFlag(flag, owner="me"), NOON + HOUR)
    site.done(NoteMood(1, 2))
    site.done(NoteCoaching(1, "listen first"))
    site.done(DecideBreak(1, Decision.OFFER))
    with site.writer.recording() as connection:
        number = people.listening_began(connection, ListenIn(1, "3001", "x"), "liumin", NOON, NOON + MINUTE)
        people.listening_ended(connection, number, NOON + MINUTE, "liumin")
        requests.keep(connection, 1, "k", NOON, Asked("d", Answer(True)))
        connection.execute("INSERT INTO baseline VALUES (1, 1, ?, 0, NULL, NULL, 0, NULL, NULL, NULL)", (NOON,))
        for act in (*COACHING_ACTS, "raise_flag", "mark_place"):
            row = audit.Entry(NOON, 1, "liumin", "lead", "", "", act, 1, audit.DONE, {"note": act})
            audit.append(connection, row)
    return site


def test_as_shipped_flags_and_moods_go_after_30_days_and_coaching_after_365(full: Site) -> None:
    assert left(full, NOON + DAY) == set(ALL)
    assert left(full, NOON + DAY + 1) == set(ALL) - {"request"}
    assert left(full, NOON + 30 * DAY) == set(ALL) - {"request"}
    assert left(full, NOON + 30 * DAY + 1) == {"coaching"}
    assert left(full, NOON + 365 * DAY) == {"coaching"}
    assert left(full, NOON + 365 * DAY + 1) == set()


def test_the_site_says_otherwise(full: Site) -> None:
    assert left(full, NOON + 3 * DAY, Retention(3, 7)) == set(ALL) - {"request"}
    assert left(full, NOON + 3 * DAY + 1, Retention(3, 7)) == {"coaching"}
    assert left(full, NOON + 7 * DAY + 1, Retention(3, 7)) == set()


def test_a_listening_that_goes_on_is_kept_however_old(site: Site) -> None:
    """Else nobody could end it."""
    with site.writer.recording() as connection:
        for agent in (1, 2):
            number = people.listening_began(connection, ListenIn(agent, "3001", "x"), "ma", NOON, NOON + MINUTE)
        people.listening_ended(connection, number, NOON + MINUTE, "ma")
    assert left(site, NOON + 90 * DAY) == {"listening"}
    assert site.rows("SELECT agent_id FROM listening") == [(1,)]


def test_a_follow_up_that_is_yet_to_come_is_kept(site: Site) -> None:
    site.done(NoteCoaching(1, "listen first", follow_up_ms=NOON + 20 * DAY))
    assert left(site, NOON + 10 * DAY, Retention(3, 7)) == {"coaching"}
    assert left(site, NOON + 28 * DAY, Retention(3, 7)) == set()


def test_what_is_kept_of_discipline_goes_after_a_year_or_when_the_site_says(tmp_path: Path) -> None:
    with Ground(tmp_path / "s.sqlite") as site:
        site.done(at_seat("A-1", Mark.FAIL, "phone"))
        site.done(AddToIncident(site.done(NoteIncident("outage", "dark")), Entry.MEASURE, "candles"))
        site.done(WriteHandover(SHIFT))
        site.done_without_id(SetRoster((line_of(RosterRow("1001", date(2025, 11, 22))),)))
        site.writer.set_site(name="kept")

        def there(now_ms: int, retention: Retention = RETENTION) -> set[str]:
            left(site, now_ms, retention)
            return {table for table in DISCIPLINE if site.rows(f"SELECT 1 FROM {table}")}

        assert there(NOON + 364 * DAY) == set(DISCIPLINE)
        assert there(NOON + 367 * DAY) == set()
        site.done(at_seat("A-1", Mark.FAIL, "phone"))
        assert there(NOON + 7 * DAY, Retention(3, 3, 9)) == set(DISCIPLINE[:5])
        assert there(NOON + 9 * DAY + HOUR, Retention(3, 3, 9)) == set()
        assert site.rows("SELECT count(*) FROM catalogue") == [(1,)]


def told(site: Site) -> set[str]:
    return {act for (act,) in site.rows("SELECT act FROM audit WHERE detail IS NOT NULL")}


def test_of_the_audit_details_go_with_what_they_tell_of(full: Site) -> None:
    rows = full.rows("SELECT count(*) FROM audit")
    left(full, NOON + 30 * DAY)
    assert told(full) == {*COACHING_ACTS, "raise_flag", "mark_place", "x"}
    left(full, NOON + 31 * DAY)
    assert told(full) == {*COACHING_ACTS, "mark_place"}
    left(full, NOON + 366 * DAY)
    assert told(full) == set()
    assert full.rows("SELECT count(*) FROM audit") == rows
    with full.reading() as reader:
        assert verify(reader.connection).fault is None


def test_what_went_is_in_no_file_any_more(site: Site) -> None:
    site.done(NoteMood(1, 2, "has a sick child"))
    left(site, NOON + 31 * DAY)
    assert site.writer.fold()
    assert b"sick child" not in site.path.read_bytes()


def test_the_desk_is_handed_the_days() -> None:
    rules = Rules(retention=Retention(5, 50, 500))
    assert Rules.taken_over(rules.handed_over()).retention == Retention(5, 50, 500)
