"""The catalogue's file kept in force: read when a poller starts and when it changes; a bad one changes nothing."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from console.cli import main
from data.discipline.catalogue import Catalogue
from data.discipline.reading import read_catalogue
from data.discipline.shipped import shipped
from data.poller.rulebook import MOST_TOLD, Rulebook, in_force
from data.store import catalogues
from data.store.audited import entries, verify
from data.store.files import StoreError
from data.store.writer import Writer
from tests.data.desk.polling import poller
from tests.data.discipline.mistakes import GOOD

ONE = read_catalogue(GOOD, "")
OTHER_TEXT = GOOD.replace("points = [2, 5]", "points = 3")
OTHER = read_catalogue(OTHER_TEXT, "")
BAD = GOOD.replace('severity = "major"', 'severity = "mayor"')
SAID = "rule.phone_away.severity: there is no severity 'mayor'; did you mean major?"

Capture = pytest.CaptureFixture[str]


class Site:
    """A store, a catalogue's file, and a clock; `steps` are what somebody does between two looks at the file."""

    def __init__(self, folder: Path) -> None:
        self.writer = Writer(folder / "floor.sqlite")
        self.path = folder / "rules.toml"
        self.now_ms = 1_000

    def runs(self, *steps: Callable[[], object], path: Path | None = None) -> None:
        """Run a poller's rulebook: a look, then a step and a look, and so on, to the end."""
        left = list(steps)

        async def pause() -> None:
            self.now_ms += 10_000
            if not left:
                raise asyncio.CancelledError
            left.pop(0)()

        async def run() -> None:
            book = Rulebook(self.writer, path or self.path, lambda: self.now_ms)
            await book.looked()
            with suppress(asyncio.CancelledError):
                await book.run(pause)

        asyncio.run(run())

    def writes(self, text: str) -> Callable[[], object]:
        return lambda: self.path.write_text(text, encoding="utf-8")

    def held(self, moment_ms: int = 10**12) -> Catalogue:
        with closing(sqlite3.connect(self.writer.path)) as connection:
            return catalogues.in_force(connection, moment_ms)

    def rows(self) -> int:
        with closing(sqlite3.connect(self.writer.path)) as connection:
            return int(connection.execute("SELECT count(*) FROM catalogue").fetchone()[0])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.writer.close()


def told(capsys: Capture) -> list[str]:
    return [line.removeprefix("floorwalk poll: ") for line in capsys.readouterr().err.splitlines()]


def nothing() -> None:
    pass


def test_a_file_is_in_force_from_the_start_and_each_change_from_when_it_is_seen(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs(nothing, site.writes(OTHER_TEXT), nothing)
    assert site.held() == OTHER
    assert (site.held(999), site.held(1_000), site.held(20_999), site.held(21_000)) == (shipped(), ONE, ONE, OTHER)
    said = f"the catalogue of {site.path} is in force: 3 rules, 1 checklists, 1 shifts"
    assert told(capsys) == [said, said]


def test_a_bad_file_is_told_once_and_the_old_one_stays(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs(site.writes(BAD), nothing, nothing)
    assert site.held() == ONE
    assert told(capsys)[1:] == [f"{site.path}:10: {SAID}", "the catalogue that was in force stays"]


def test_another_mistake_is_told_again_and_a_good_file_holds_at_last(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs(site.writes(BAD), site.writes(BAD + "\n[rulez.x]\n"), site.writes(OTHER_TEXT))
    assert site.held() == OTHER
    lines = told(capsys)
    assert [line.count(SAID) for line in lines] == [0, 1, 0, 1, 0, 0, 0]
    assert "rulez: is no table of a catalogue; did you mean rule?" in lines[4]
    assert "is in force" in lines[-1]


def test_what_was_wrong_and_is_as_it_was_before_is_told_to_be_well(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs(site.writes(BAD), site.writes(GOOD), nothing)
    assert "is in force" in told(capsys)[-1]
    assert site.rows() == 1


def test_a_poller_that_starts_with_a_bad_file_goes_on_with_what_was_in_force(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs()
    site.path.write_text(BAD, encoding="utf-8")
    capsys.readouterr()
    site.runs(nothing)
    assert site.held() == ONE
    assert told(capsys) == [f"{site.path}:10: {SAID}", "the catalogue that was in force stays"]


def test_a_poller_that_starts_with_the_file_of_before_says_nothing(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs()
    capsys.readouterr()
    site.runs(nothing)
    assert told(capsys) == []
    assert site.rows() == 1


def test_a_first_poller_with_a_bad_file_has_what_ships(site: Site, capsys: Capture) -> None:
    site.path.write_text(BAD, encoding="utf-8")
    site.runs()
    assert site.held() == shipped()
    assert told(capsys)[-1] == "the catalogue that ships is in force"


def test_a_file_that_goes_away_and_comes_back(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs(site.path.unlink, nothing, site.writes(OTHER_TEXT))
    lines = told(capsys)
    assert lines[1] == f"{site.path}:1: can't be read: No such file or directory"
    assert len(lines) == 4
    assert site.held() == OTHER


def test_a_file_that_is_put_in_place_of_another_is_seen(site: Site) -> None:
    """As editors do: another file of the same size and time takes the name."""
    site.path.write_text(GOOD, encoding="utf-8")
    before = site.path.stat()

    def replaced() -> None:
        new = site.path.with_suffix(".new")
        new.write_text(GOOD.replace('en = "Desk"', 'en = "Disk"'), encoding="utf-8")
        os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
        new.replace(site.path)

    site.runs(replaced)
    assert site.held().areas["desk"].en == "Disk"


def test_many_mistakes_are_told_in_part(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD + "".join(f"[rule.r{n}]\n" for n in range(MOST_TOLD)), encoding="utf-8")
    site.runs()
    lines = told(capsys)
    assert len(lines) == MOST_TOLD + 2
    assert lines[-2].endswith("more: `floorwalk catalogue check` tells them all")


def test_without_a_file_what_ships_is_in_force_again(site: Site) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs()

    async def start(path: str) -> None:
        async with in_force(site.writer, path, lambda: 50_000):
            assert site.held() == (shipped() if not path else ONE)

    asyncio.run(start(""))
    assert site.held(49_999) == ONE
    asyncio.run(start(str(site.path)))


def test_each_change_is_in_the_audit(site: Site, capsys: Capture) -> None:
    site.path.write_text(GOOD, encoding="utf-8")
    site.runs(site.writes(BAD), site.writes(OTHER_TEXT))
    with closing(sqlite3.connect(site.writer.path)) as connection:
        newest, oldest = entries(connection, limit=None)
        assert verify(connection).fault is None
    assert [(row.act, row.result, row.user) for row in (oldest, newest)] == [("put_in_force", "done", "floorwalk")] * 2
    assert newest.detail == {"file": str(site.path), "digest": OTHER.digest, "n": 3}
    capsys.readouterr()
    assert main(["audit", "--store", str(site.writer.path)]) == 0
    assert all(line.endswith(f"done    {site.path}") for line in capsys.readouterr().out.splitlines()[1:])


def test_a_store_that_takes_nothing_is_tried_again(
    site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.path.write_text(GOOD, encoding="utf-8")

    def full(*_: object) -> bool:
        raise StoreError("the disk is full", 74)

    monkeypatch.setattr("data.poller.rulebook.put_in_force", full)
    site.runs(nothing, monkeypatch.undo, nothing)
    assert told(capsys)[:2] == ["the catalogue is not in force yet: the disk is full"] * 2
    assert site.held() == ONE


def test_a_real_poller_starts_with_a_bad_file_and_says_so(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(BAD, encoding="utf-8")
    store = tmp_path / "floor.sqlite"
    with poller(store, catalogue=str(rules)) as child:
        child.terminate()
        _, said = child.communicate(timeout=30)
    assert f"floorwalk poll: {rules}:10: {SAID}\n" in said
    assert "floorwalk poll: the catalogue that ships is in force\n" in said
    rules.write_text(GOOD, encoding="utf-8")
    with poller(store, catalogue=str(rules)), closing(sqlite3.connect(store)) as connection:
        assert catalogues.in_force(connection, 10**14) == ONE
