"""A full disk: said in a line, nothing that was committed is lost, and the same command goes on when there is room."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.cli import main
from data.store import files

LOG = Path(__file__).parents[1] / "fixtures" / "asterisk" / "queue_log"


def dump(store: Path) -> list[str]:
    with sqlite3.connect(store) as connection:
        return sorted(connection.iterdump())


def test_an_import_goes_on_when_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, whole = tmp_path / "full.sqlite", tmp_path / "whole.sqlite"
    assert main(["import", str(LOG), "--store", str(whole), "--tz", "UTC"]) == 0
    really = files.open_for_writing

    def cramped(path: Path) -> sqlite3.Connection:
        connection = really(path)
        connection.execute("PRAGMA max_page_count = 50")
        return connection

    monkeypatch.setattr("data.store.writer.open_for_writing", cramped)
    assert main(["import", str(LOG), "--store", str(store), "--tz", "UTC"]) == 74
    error = capsys.readouterr().err
    assert "disk" in error
    assert "full" in error
    assert "Traceback" not in error
    with sqlite3.connect(store) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    monkeypatch.setattr("data.store.writer.open_for_writing", really)
    assert main(["import", str(LOG), "--store", str(store), "--tz", "UTC"]) == 0
    assert dump(store) == dump(whole)
