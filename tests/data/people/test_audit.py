"""The audit: only added to, and whatever is done to it past the database is found at its number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.days import MINUTE
from data.model.people import Refusal
from data.store import audit
from data.store.audit import Entry
from data.store.audited import Head, Verdict, entries, verify
from tests.data.people.site import NOON, Site
from tests.examples import examples

ROWS = 12
TRIGGERS = ("audit_adds", "audit_keeps", "audit_stays")


def entry(n: int = 0, result: str = audit.DONE, detail: Mapping[str, object] | None = None) -> Entry:
    detail = {"flag": "tired", "note": f"晚班 {n}"} if detail is None else detail
    agent = 1 + n % 3
    return Entry(NOON + n, 1000 + n, "liumin", "lead", "/dev/pts/3", "10.0.0.7", "raise_flag", agent, result, detail)


@pytest.fixture
def full(site: Site) -> Site:
    with site.writer.recording() as connection:
        for n in range(ROWS):
            assert audit.append(connection, entry(n)) == n + 1
    return site


def judged(site: Site, since: Head | None = None) -> Verdict:
    with site.reading() as reader:
        return verify(reader.connection, since)


def head_of(site: Site) -> Head:
    head = judged(site).head
    assert head is not None
    return head


@contextmanager
def tampering(site: Site) -> Iterator[sqlite3.Connection]:
    """Give a connection for which nothing guards the audit: that of somebody who may write the file."""
    with closing(sqlite3.connect(site.path, isolation_level=None)) as connection:
        for trigger in TRIGGERS:
            connection.execute(f"DROP TRIGGER {trigger}")
        yield connection


def test_an_empty_audit_is_whole(site: Site) -> None:
    assert judged(site) == Verdict(0, 0, None, None)


def test_a_whole_chain_tells_its_head(full: Site) -> None:
    verdict = judged(full)
    assert (verdict.rows, verdict.blanked, verdict.fault) == (ROWS, 0, None)
    assert verdict.head is not None
    assert verdict.head.number == ROWS
    assert Head.of(str(verdict.head)) == verdict.head


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "DELETE FROM audit WHERE number = 12",
        "UPDATE audit SET user = 'root' WHERE number = 3",
        "UPDATE audit SET detail = '{}' WHERE number = 3",
        "UPDATE audit SET salt = NULL WHERE number = 3",
        "UPDATE audit SET detail = NULL, salt = NULL, agent_id = 2 WHERE number = 3",
        "UPDATE audit SET number = 99 WHERE number = 12",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 3",
        "INSERT INTO audit SELECT 99, at_ms, uid, user, role, tty, address, act, agent_id, result, detail, salt, "
        "detail_digest, previous, digest FROM audit WHERE number = 3",
        "UPDATE OR REPLACE audit SET number = 4 WHERE number = 3",
    ],
)
def test_the_database_takes_no_change(full: Site, statement: str) -> None:
    before = full.rows("SELECT * FROM audit ORDER BY number")
    refused = pytest.raises(sqlite3.IntegrityError, match="only added to")
    with closing(sqlite3.connect(full.path, isolation_level=None)) as connection, refused:
        connection.execute(statement)
    assert full.rows("SELECT * FROM audit ORDER BY number") == before


CHANGES = {
    "at_ms": NOON - 1,
    "uid": 0,
    "user": "root",
    "role": "admin",
    "tty": "",
    "address": "10.0.0.8",
    "act": "resolve_flag",
    "agent_id": None,
    "result": "role",
    "detail": '{"flag":"praise"}',
    "salt": b"\0" * 16,
    "detail_digest": b"\0" * 32,
    "previous": b"\0" * 32,
    "digest": b"\0" * 32,
}


@pytest.mark.parametrize("number", [2, 7, ROWS])
@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_row_is_found_at_its_number(full: Site, column: str, number: int) -> None:
    with tampering(full) as connection:
        connection.execute(f"UPDATE audit SET {column} = ? WHERE number = ?", (CHANGES[column], number))
    verdict = judged(full)
    assert verdict.fault is not None
    assert verdict.fault.number == number
    assert verdict.rows == number - 1
    assert verdict.head is None


def test_every_column_is_tried(full: Site) -> None:
    columns = {row[1] for row in full.rows("PRAGMA table_xinfo(audit)")}
    assert columns == {"number", *CHANGES}


def test_what_is_no_text_is_found_at_its_number(full: Site) -> None:
    with tampering(full) as connection:
        connection.execute("UPDATE audit SET user = CAST(x'ff41' AS TEXT) WHERE number = 5")
    fault = judged(full).fault
    assert fault is not None
    assert fault.number == 5


@pytest.mark.parametrize("number", [1, 6])
def test_a_row_taken_away_is_missed_at_its_number(full: Site, number: int) -> None:
    with tampering(full) as connection:
        connection.execute("DELETE FROM audit WHERE number = ?", (number,))
    fault = judged(full).fault
    assert fault is not None
    assert (fault.number, "missing" in fault.what) == (number, True)


def test_a_row_taken_away_by_numbering_anew_is_found(full: Site) -> None:
    with tampering(full) as connection:
        connection.execute("DELETE FROM audit WHERE number = 6")
        connection.execute("UPDATE audit SET number = number - 1 WHERE number > 6")
    fault = judged(full).fault
    assert fault is not None
    assert fault.number == 6


def test_a_row_put_between_is_found(full: Site) -> None:
    """It is written as the desk would: only what comes after it does not fit."""
    with tampering(full) as connection:
        later = connection.execute("SELECT * FROM audit WHERE number > 6 ORDER BY number").fetchall()
        connection.execute("DELETE FROM audit WHERE number > 6")
        audit.append(connection, entry(99))
        connection.executemany(
            f"INSERT INTO audit VALUES ({', '.join('?' * 15)})", [(row[0] + 1, *row[1:]) for row in later]
        )
    fault = judged(full).fault
    assert fault is not None
    assert fault.number in (7, 8)


def test_a_row_before_the_first_is_found(full: Site) -> None:
    with tampering(full) as connection:
        connection.execute(
            "INSERT INTO audit SELECT -5, at_ms, uid, user, role, tty, address, act, agent_id, result, detail, salt, "
            "detail_digest, previous, digest FROM audit WHERE number = 1"
        )
    fault = judged(full).fault
    assert fault is not None
    assert (fault.number, "inserted" in fault.what) == (-5, True)


def test_a_cut_off_end_is_seen_from_a_head_noted_elsewhere(full: Site) -> None:
    head = head_of(full)
    with tampering(full) as connection:
        connection.execute("DELETE FROM audit WHERE number > 9")
    assert judged(full).fault is None, "from inside nobody can see it"
    fault = judged(full, head).fault
    assert fault is not None
    assert fault.number == 10


def test_a_chain_written_anew_is_seen_from_a_head_noted_elsewhere(full: Site) -> None:
    head = head_of(full)
    with tampering(full) as connection:
        connection.execute("DELETE FROM audit")
        for n in range(ROWS + 3):
            audit.append(connection, entry(n))
    assert judged(full).fault is None
    fault = judged(full, head).fault
    assert fault is not None
    assert fault.number == head.number
    assert "anew" in fault.what


def test_a_head_noted_earlier_is_still_in_the_chain(full: Site) -> None:
    head = head_of(full)
    with full.writer.recording() as connection:
        audit.append(connection, entry(99))
    verdict = judged(full, head)
    assert verdict.fault is None
    assert verdict.head is not None
    assert verdict.head.number == ROWS + 1


@pytest.mark.parametrize("text", ["", "5", "5:ab", "x:" + "0" * 64, "5:" + "g" * 64, "-5:" + "0" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hexadecimal|no head"):
        Head.of(text)


@examples(30)
@given(st.sets(st.integers(1, ROWS)))
def test_blanked_details_leave_the_chain_whole(tmp_path_factory: pytest.TempPathFactory, numbers: set[int]) -> None:
    with Site(tmp_path_factory.mktemp("s") / "s.sqlite") as site, site.writer.recording() as connection:
        for n in range(ROWS):
            audit.append(connection, entry(n))
        for number in numbers:
            connection.execute("UPDATE audit SET detail = NULL, salt = NULL WHERE number = ?", (number,))
        verdict = verify(connection)
        assert (verdict.rows, verdict.blanked, verdict.fault) == (ROWS, len(numbers), None)
        assert {row.number for row in entries(connection) if row.detail is None} == numbers


def test_nothing_of_a_blanked_detail_can_be_guessed(full: Site) -> None:
    """Two rows that say the same have different digests: without the salt there is nothing to try words against."""
    with full.writer.recording() as connection:
        for _ in range(2):
            audit.append(connection, entry(7))
    digests = full.rows("SELECT detail_digest FROM audit ORDER BY number DESC LIMIT 2")
    assert digests[0] != digests[1]


def test_only_a_result_is_a_result(site: Site) -> None:
    with site.writer.recording() as connection:
        for result in (audit.DONE, *(refusal for refusal in Refusal if refusal)):
            audit.append(connection, entry(result=result))
        with pytest.raises(ValueError, match="no result"):
            audit.append(connection, entry(result="王芳 is paused"))


def test_hostile_details_are_kept_harmless(site: Site) -> None:
    nested: dict[str, object] = {"a\x1b[2J": ["\ud800", {"b": ("\x9b31m", b"x", object())}], "long": "x" * 10_000}
    with site.writer.recording() as connection:
        audit.append(connection, entry(detail=nested))
    with site.reading() as reader:
        (row,) = entries(reader.connection)
    assert "\x1b" not in str(row)
    assert len(str(row)) < 2_000
    assert judged(site).fault is None


def test_rows_are_found_by_whom_who_and_when(full: Site) -> None:
    with full.reading() as reader:
        found = entries(reader.connection, agent_id=2, since_ms=NOON + 2, until_ms=NOON + 8)
        assert [row.number for row in found] == [8, 5]
        assert [row.number for row in entries(reader.connection, limit=3)] == [12, 11, 10]
        assert entries(reader.connection, user="nobody") == []
        assert entries(reader.connection, since_ms=NOON + MINUTE) == []
