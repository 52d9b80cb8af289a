"""A store of version 1 becomes one of this version with all it holds; an older program leaves a newer one alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from data.model.people import ChangeFlag, EraseAgent, NoteMood, RaiseFlag, ResolveFlag
from data.store import schema
from data.store.audited import verify
from data.store.files import StoreError, open_for_reading
from data.store.reader import Reader
from data.store.writer import Writer
from tests.data.people.site import NOON, ZONE, Site

VERSION_1 = Path(__file__).parents[2] / "fixtures" / "store" / "version-1.sql"
FLAGS = [("tired", 2), ("praise", 0), ("asked_for_help", 3), ("stepped_away_upset", 3), ("raised_voice", 2)]

NUMBERED = {"flag", "coaching", "break_decision", "listening", "finding", "incident", "handover"}
"""The tables whose rows people name by id in what they order."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store as version 1 wrote it: an agent, their history and state, and flags of the kinds there were."""
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(VERSION_1.read_text("utf-8"))
        connection.execute("INSERT INTO source VALUES (1, 'pbx', '7')")
        connection.execute("INSERT INTO agent (id, source_id, key) VALUES (1, 1, '1001')")
        connection.execute("INSERT INTO agent_history (agent_id, since_ms, name) VALUES (1, ?, '王芳')", (NOON - 1,))
        connection.execute("INSERT INTO coverage VALUES (1, ?, ?, '')", (NOON - 1, NOON + 60_000))
        connection.execute(
            "INSERT INTO state_span (agent_id, since_ms, state, reason) VALUES (1, ?, 'available', '')", (NOON - 1,)
        )
        for n, (kind, _) in enumerate(FLAGS):
            connection.execute(
                "INSERT INTO flag (agent_id, kind, note, raised_by, raised_ms, expires_ms, resolved_ms, resolved_by) "
                "VALUES (1, ?, '', 'ma', ?, ?, ?, ?)",
                (kind, NOON, NOON + 1000, *((NOON + 500, "ma") if n == 0 else (None, None))),
            )
        connection.commit()
    return path


def layout(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return the columns of each table and view, and what is indexed and guarded."""
    sql = "SELECT name, type, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    names = connection.execute(sql).fetchall()
    columns = {
        name: {row[1:4] for row in connection.execute(f"PRAGMA table_xinfo({name})").fetchall()}
        for name, kind, _ in names
        if kind in ("table", "view")
    }
    return {**columns, **{name: sql for name, kind, sql in names if kind not in ("table", "view")}}


def test_the_fixture_is_of_version_1(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert "severity" not in str(layout(connection))


def test_an_old_store_comes_to_be_laid_out_as_a_new_one(old: Path, tmp_path: Path) -> None:
    with Writer(old), Writer(tmp_path / "new.sqlite"):
        pass
    with closing(sqlite3.connect(old)) as migrated, closing(sqlite3.connect(tmp_path / "new.sqlite")) as made:
        assert layout(migrated) == layout(made)
        assert migrated.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert migrated.execute("SELECT name FROM revision ORDER BY 1").fetchall() == (
            made.execute("SELECT name FROM revision ORDER BY 1").fetchall()
        )
        assert migrated.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert _numbered(migrated) == _numbered(made) == NUMBERED


def _numbered(connection: sqlite3.Connection) -> set[str]:
    """Return the tables of which an id is of one row for ever."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    return {name for (name,) in rows.fetchall()}


def test_the_id_of_an_old_flag_is_given_to_no_other(old: Path) -> None:
    with Site(old) as site:
        ids = [flag for (flag,) in site.rows("SELECT id FROM flag ORDER BY id")]
        assert ids == list(range(1, len(FLAGS) + 1))
        site.done(EraseAgent(1, "on their wish"))
        with site.writer.transaction() as connection:
            connection.execute("INSERT INTO agent (id, source_id, key) VALUES (99, 1, '1099')")
        assert site.done(RaiseFlag(99, "tired")) == len(FLAGS) + 1


def test_old_flags_are_shown_as_they_were(old: Path) -> None:
    with Writer(old):
        pass
    with Reader(old) as reader:
        before, after, over = (reader.floor_at(NOON + ms, ZONE) for ms in (499, 500, 1000))
    assert [(flag.kind, flag.severity) for flag in before.flags] == FLAGS
    assert [(flag.kind, flag.severity) for flag in after.flags] == FLAGS[1:]
    assert over.flags == ()
    assert [agent.name for agent in before.agents] == ["王芳"]


def test_people_go_on_recording_in_an_old_store(old: Path) -> None:
    with Site(old) as site:
        (flag,) = site.rows("SELECT id FROM flag WHERE kind = 'raised_voice'")[0]
        site.done(ChangeFlag(flag, owner="me", expires_ms=NOON + 90_000), NOON + 100)
        site.done(NoteMood(1, 3), NOON + 100)
        site.done(ResolveFlag(flag, "a tea"), NOON + 2000)
        (row,) = (flag for flag in site.picture(NOON + 1999).flags)
        assert (row.kind, row.owner, row.expires_ms) == ("raised_voice", "me", NOON + 90_000)
        was = [flag.expires_ms for flag in site.picture(NOON + 99).flags if flag.kind == "raised_voice"]
        assert was == [NOON + 1000], "as it was before the first change, which version 1 knew nothing of"
        with site.reading() as reader:
            assert verify(reader.connection).fault is None


@pytest.mark.parametrize("opened", [Writer, Reader, open_for_reading])
def test_an_older_program_says_update_and_leaves_it_alone(
    tmp_path: Path,
    opened: Callable[[Path], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "new.sqlite"
    with Writer(path):
        pass
    before = path.read_bytes()
    monkeypatch.setattr(schema, "VERSION", 1)
    with pytest.raises(StoreError, match=r"newer Floorwalk \(version 3, this one knows 1\): update Floorwalk"):
        opened(path)
    assert path.read_bytes() == before
