"""A store of version 2 becomes one of this version: its checklists and marks are read as they were."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.model.days import HOUR, MINUTE
from data.model.discipline import Where
from data.model.discipline_requests import MarkPlace, RaiseFinding
from data.model.words import Mark
from data.store import schema
from data.store.reader import Reader
from data.store.writer import Writer
from tests.data.people.site import NOON, ZONE, Site
from tests.data.people.test_migration import NUMBERED, _numbered, layout

VERSION_2 = Path(__file__).parents[2] / "fixtures" / "store" / "version-2.sql"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store as version 2 wrote it: a checklist of three items, of which one failed, passed later, and one passed."""
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(VERSION_2.read_text("utf-8"))
        connection.execute("INSERT INTO source VALUES (1, 'pbx', '7')")
        connection.execute("INSERT INTO agent (id, source_id, key) VALUES (1, 1, '1001')")
        connection.execute("INSERT INTO coverage VALUES (1, ?, ?, '')", (NOON - HOUR, NOON + HOUR))
        times = (NOON - HOUR, NOON + HOUR)
        connection.execute("INSERT INTO checklist VALUES (7, 'walk', 'Floor walk', '巡场', ?, ?)", times)
        for position, key in enumerate(("exits", "desk", "noise")):
            connection.execute("INSERT INTO checklist_item VALUES (7, ?, ?, ?, ?)", (position, key, key.title(), "项"))
        for item, at_ms, mark, place, owner in (
            ("desk", NOON, "fail", "A-09", "张磊"),
            ("desk", NOON + 10 * MINUTE, "pass", "A-09", ""),
            ("exits", NOON + MINUTE, "pass", "", ""),
        ):
            connection.execute(
                "INSERT INTO checklist_mark VALUES (7, ?, ?, ?, 'ma', 'cup', ?, ?, ?)",
                (item, at_ms, mark, place, owner, NOON + HOUR if owner else None),
            )
        connection.execute(
            "INSERT INTO flag (agent_id, kind, note, raised_by, raised_ms) VALUES (1, 'tired', '', 'ma', ?)", (NOON,)
        )
        connection.commit()
    return path


def test_it_comes_to_be_laid_out_as_a_new_one(old: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert "finding" not in layout(connection)
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


def test_old_checklists_read_as_they_were(old: Path) -> None:
    """A reader brings the store up to date of itself."""
    with Reader(old) as reader:
        before, after = (reader.floor_at(NOON + minutes * MINUTE, ZONE) for minutes in (2, 10))
    assert before.checklist is not None and after.checklist is not None
    assert (before.checklist.key, before.checklist.title_zh) == ("walk", "巡场")
    told = {item.key: (item.mark, item.place, item.owner, item.by) for item in before.checklist.items}
    assert told == {
        "exits": (Mark.PASS, "", "", "ma"),
        "desk": (Mark.FAIL, "A-09", "张磊", "ma"),
        "noise": (None, "", "", ""),
    }
    assert [item.mark for item in after.checklist.items] == [Mark.PASS, Mark.PASS, None]
    (row,) = (row for row in after.discipline.rounds if row.key == "walk")
    assert (row.done, row.n, row.failed) == (2, 3, 0)
    assert [flag.kind for flag in after.flags] == ["tired"]


def test_people_go_on_recording_in_it(old: Path) -> None:
    with Site.over(old) as site:
        number = site.done(RaiseFinding("news_known", Where.FLOOR, "", "boxes"), NOON)
        assert [row.id for row in site.picture(NOON).discipline.findings] == [number]
        assert not site.order(MarkPlace("walk", Where.SEAT, "A-09", Mark.PASS), NOON).done
