"""The figures of one report are of one state of the store, whatever is written meanwhile."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from console.cli import main
from data.store import kpi as sums

LOG = Path(__file__).parents[1] / "fixtures" / "asterisk" / "queue_log"


def test_a_commit_between_two_queries_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "s.sqlite"
    assert main(["import", str(LOG), "--store", str(store), "--tz", "UTC"]) == 0
    capsys.readouterr()
    really: Callable[..., dict[int, int]] = sums.rings
    written: list[int] = []

    def rings(*args: object) -> dict[int, int]:
        with sqlite3.connect(store) as other:
            written.append(other.execute("DELETE FROM ring").rowcount)
        return really(*args)

    monkeypatch.setattr(sums, "rings", rings)
    assert main(["kpi", "--store", str(store), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert written == [96]
    assert sum(row["ring_no_answer"] for row in rows) == 86
