"""The catalogues that a store keeps: which one holds at a moment, and that they come back as they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.discipline.catalogue import Catalogue, Text
from data.discipline.reading import read_catalogue
from data.discipline.shipped import shipped
from data.store.catalogues import by_id, id_in_force, in_force, put_in_force
from data.store.files import StoreError
from data.store.writer import Writer
from tests.data.discipline.catalogues import catalogues
from tests.data.discipline.mistakes import GOOD
from tests.examples import examples

ONE = read_catalogue(GOOD, "rules.toml")
OTHER = read_catalogue(GOOD.replace("points = [2, 5]", "points = 3"), "rules.toml")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "floor.sqlite"
    Writer(path).close()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_where_none_was_put_in_force_the_one_that_ships_holds(store: sqlite3.Connection) -> None:
    assert id_in_force(store, 10) is None
    assert in_force(store, 10) is shipped()
    assert put_in_force(store, ONE, 100)
    assert in_force(store, 99) is shipped()
    assert in_force(store, 100) == ONE


def test_what_holds_already_is_not_put_in_force_again(store: sqlite3.Connection) -> None:
    assert put_in_force(store, ONE, 100)
    assert not put_in_force(store, ONE, 200)
    assert put_in_force(store, OTHER, 300)
    assert put_in_force(store, ONE, 400)
    assert store.execute("SELECT since_ms FROM catalogue ORDER BY id").fetchall() == [(100,), (300,), (400,)]


def test_each_moment_has_the_catalogue_of_then(store: sqlite3.Connection) -> None:
    for at_ms, catalogue in ((100, ONE), (200, OTHER), (300, shipped())):
        put_in_force(store, catalogue, at_ms)
    assert [in_force(store, at) for at in (100, 199, 200, 299, 300, 10**15)] == [
        *(ONE, ONE, OTHER, OTHER, shipped(), shipped())
    ]
    number = id_in_force(store, 250)
    assert number is not None
    assert by_id(store, number) == OTHER


def test_a_clock_that_was_set_back_does_not_put_a_new_catalogue_behind_an_old_one(store: sqlite3.Connection) -> None:
    put_in_force(store, ONE, 1_000)
    put_in_force(store, OTHER, 400)
    assert in_force(store, 999) is shipped()
    assert in_force(store, 1_000) == OTHER


@given(st.lists(st.tuples(st.integers(0, 100), catalogues()), min_size=1, max_size=6))
@examples(30)
def test_for_any_history_each_moment_has_the_last_one_before_it(history: list[tuple[int, Catalogue]]) -> None:
    history.sort(key=lambda each: each[0])
    with closing(sqlite3.connect(":memory:")) as store:
        store.execute("CREATE TABLE catalogue (id INTEGER PRIMARY KEY, since_ms INTEGER, digest TEXT, body TEXT)")
        for at_ms, catalogue in history:
            put_in_force(store, catalogue, at_ms)
        for moment in (-1, *(at_ms for at_ms, _ in history), 101):
            before = [catalogue for at_ms, catalogue in history if at_ms <= moment]
            assert in_force(store, moment) == (before[-1] if before else shipped())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE catalogue SET body = replace(body, 'Desk', 'Disk')",
        "UPDATE catalogue SET body = 'nothing'",
        "UPDATE catalogue SET digest = 'x'",
        "UPDATE catalogue SET body = '{}', digest = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'",
        "DELETE FROM catalogue",
    ],
)
def test_one_that_somebody_changed_is_refused(store: sqlite3.Connection, change: str) -> None:
    put_in_force(store, ONE, 100)
    store.execute(change)
    with pytest.raises(StoreError, match="the catalogue 1 in the store is not as it was written"):
        by_id(store, 1)


def test_a_text_that_could_steer_a_terminal_does_not_come_out_of_a_store(store: sqlite3.Connection) -> None:
    hostile = Text("\x1b]0;owned\x07 desk", "工\u202e位\x9b2J")
    rules = {key: replace(rule, text=hostile, do=hostile) for key, rule in ONE.rules.items()}
    put_in_force(store, replace(ONE, areas={"desk": hostile}, rules=rules), 100)
    read = in_force(store, 100)
    for en, zh in (*read.areas.values(), *(rule.text for rule in read.rules.values())):
        assert (en.isprintable(), zh.isprintable()) == (True, True)
        assert "desk" in en


def test_a_catalogue_is_read_from_its_text_once(store: sqlite3.Connection) -> None:
    put_in_force(store, ONE, 100)
    assert in_force(store, 100) is in_force(store, 200)
