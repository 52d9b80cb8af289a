"""A real run of a real Asterisk equals the truth that was counted of it independently, to the last call and second."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.importer import import_logs
from data.kpi import KpiRow, kpi_rows
from data.store.reader import Reader

FOLDER = Path(__file__).parent.parent / "fixtures" / "asterisk"
TRUTH: dict[str, Any] = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
QUEUES: dict[str, dict[str, Any]] = {**TRUTH["queues"], "": TRUTH["all"]}
FORMULAS = {
    "answered_only": "sl_of_answered",
    "answered_and_abandoned": "sl_of_ans_plus_ab",
    "abandons_within_count": "sl_answered_plus_short_abandons",
    "offered": "sl_of_offered",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    path = tmp_path_factory.mktemp("truth") / "run.sqlite"
    report = import_logs(path, [FOLDER / "queue_log"]).report
    assert report.lines == sum(TRUTH["events"].values())
    assert (report.rejects, report.repeated) == (len(TRUTH["bad_lines"]), 0)
    with Reader(path) as reader:
        yield reader


def window(reader: Reader) -> tuple[int, int]:
    ((since_ms, until_ms),) = reader.measured()
    assert (since_ms, until_ms) == (TRUTH["first"] * 1000, TRUTH["last"] * 1000)
    return since_ms, until_ms


def queue_rows(reader: Reader, formula: str | None = None) -> dict[str, KpiRow]:
    rows = kpi_rows(reader, *window(reader), "queue", formula) + kpi_rows(reader, *window(reader), "total", formula)
    return {row.key: row for row in rows}


def test_every_queue_is_there(store: Reader) -> None:
    assert queue_rows(store).keys() == QUEUES.keys()


@pytest.mark.parametrize("name", QUEUES, ids=lambda name: name or "all")
def test_queue(store: Reader, name: str) -> None:
    row, truth = queue_rows(store)[name], QUEUES[name]
    assert row.offered == truth["offered"]
    assert row.answered == truth["answered"]
    assert row.abandoned == truth["abandoned"]
    assert row.timed_out == truth["exitwithtimeout"]
    assert row.overflowed == truth["exitempty"] + truth["exitwithkey"] + truth["withdraw"]
    assert row.transferred == truth["blindtransfer"] + truth["attendedtransfer"]
    assert row.lost + row.waiting + row.talking == truth["unresolved"]
    assert row.answered_within == truth["answered_within_sl"]
    assert row.abandoned_within == truth["abandoned_within_sl"]
    assert row.ring_no_answer == truth["ringnoanswer"]
    assert row.wait_answered_s == truth["sum_hold"]
    assert row.talk_s == truth["sum_talk"]
    assert row.max_wait_s == truth["max_wait_answered"]
    assert row.asa_s == pytest.approx(truth["asa"], abs=0.0005)
    assert row.aht_s == pytest.approx(truth["aht_talk"], abs=0.0005)
    assert row.wait_abandoned_s / row.abandoned == pytest.approx(truth["mean_wait_abandoned"], abs=0.0005)
    assert (row.hold_s, row.wrap_up_s) == (None, None), "a queue log tells neither"
    assert (row.threshold_s, row.measured) == (TRUTH["sl_seconds"], 1.0)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("name", QUEUES, ids=lambda name: name or "all")
def test_service_level(store: Reader, name: str, formula: str) -> None:
    row = queue_rows(store, formula)[name]
    truth = QUEUES[name]
    expected = truth[FORMULAS[formula]]
    if formula == "offered":
        expected = round(100 * truth["answered_within_sl"] / truth["offered"], 2)
    assert row.service_level_formula == formula
    assert row.service_level is not None
    assert row.service_level * 100 == pytest.approx(expected, abs=0.005)


def test_agents(store: Reader) -> None:
    rows = {row.key: row for row in kpi_rows(store, *window(store), "agent")}
    truth = TRUTH["agents"]
    assert rows.keys() == truth.keys()
    for name, row in rows.items():
        agent = truth[name]
        found = (row.answered, row.talk_s, row.transferred, row.ring_no_answer)
        assert found == tuple(agent.get(key, 0) for key in ("connect", "talk", "transfer", "rna")), name
        assert row.answered - row.transferred == agent.get("complete", 0), name


def test_intervals_sum_to_the_whole(store: Reader) -> None:
    rows = kpi_rows(store, *window(store), "interval")
    (whole,) = kpi_rows(store, *window(store), "total")
    for name in ("offered", "answered", "talk_s", "ring_no_answer", "available_s", "not_ready_s", "signed_in_s"):
        assert sum(getattr(row, name) for row in rows) == getattr(whole, name), name
