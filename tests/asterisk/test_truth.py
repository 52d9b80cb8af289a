"""The truth that the tests against a real Asterisk compare with is read rightly itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.truth import Pause, Truth, truth_of

FOLDER = Path(__file__).parents[1] / "fixtures" / "asterisk"
COUNTED: dict[str, Any] = json.loads((FOLDER / "truth.json").read_text("utf-8"))
NAMES = {"Local/1@a": "Ann", "Local/2@a": "Ben"}


@pytest.fixture(scope="module")
def real() -> Truth:
    class Itself(dict[str, str]):
        def __missing__(self, interface: str) -> str:
            return interface

    return truth_of([FOLDER / "queue_log"], Itself())


@pytest.mark.parametrize("queue", COUNTED["queues"])
def test_a_real_run_counts_as_it_was_counted_elsewhere(real: Truth, queue: str) -> None:
    counted = COUNTED["queues"][queue]
    visits = [visit for visit in real.visits if visit.queue == queue]
    answered = [visit for visit in visits if visit.agent is not None]
    assert len(visits) == counted["offered"]
    assert len(answered) == counted["answered"]
    assert sum(visit.wait or 0 for visit in answered) == counted["sum_hold"]
    assert sum(visit.talk or 0 for visit in visits) == counted["sum_talk"]
    left = {
        "abandoned": counted["abandoned"],
        "timed_out": counted["exitwithtimeout"],
        "overflowed": counted["exitempty"] + counted["exitwithkey"] + counted["withdraw"],
        "transferred": counted["blindtransfer"] + counted["attendedtransfer"],
        None: 0,
    }
    for outcome, count in left.items():
        assert sum(visit.outcome == outcome for visit in visits) == count, outcome


def test_a_real_run_has_no_line_that_fits_nowhere(real: Truth) -> None:
    assert (real.strays, real.broken) == ([], [])
    assert dict(real.events) == COUNTED["events"]


def told(tmp_path: Path, *lines: str) -> Truth:
    (tmp_path / "queue_log").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return truth_of([tmp_path / "queue_log"], NAMES)


TWO_TALKS = (
    "100|c1|q|NONE|ENTERQUEUE||1|1",
    "100|c2|q|NONE|ENTERQUEUE||2|1",
    "104|c1|q|Ann|CONNECT|4|x|1",
    "105|c2|q|Ben|CONNECT|5|x|1",
)


def test_a_call_that_is_sent_on_to_its_own_queue(tmp_path: Path) -> None:
    truth = told(
        tmp_path,
        "100|c1|q|NONE|ENTERQUEUE||555|1|A_b|c",
        "103|c1|q|Ann|CONNECT|3|x|1",
        "110|c1|q|NONE|ENTERQUEUE||555|1",
        "110|c1|q|Ann|BLINDTRANSFER|701|transfer|3|7|1",
        "112|c1|q|NONE|ABANDON|1|1|2",
    )
    first, second = truth.visits
    assert (first.nth, first.agent, first.wait, first.talk, first.outcome) == (1, "Ann", 3, 7, "transferred")
    assert (second.nth, second.agent, second.wait, second.talk, second.outcome) == (2, None, 2, None, "abandoned")
    assert (first.name, second.name) == ("A_b|c", "")


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("ATTENDEDTRANSFER|BRIDGE|b|5|6|1", "transferred"),
        ("COMPLETECALLER|5|6|1", "answered"),
        ("COMPLETEAGENT|5|6|1", "answered"),
        ("COMPLETEAGENT|6|6|1", "answered"),
    ],
)
def test_an_end_that_has_the_id_of_another_leg(tmp_path: Path, end: str, outcome: str) -> None:
    truth = told(tmp_path, *TWO_TALKS, f"111|other|q|Ben|{end}")
    assert [(visit.outcome, visit.talk) for visit in truth.visits] == [(None, None), (outcome, 6)]
    assert truth.strays == []


@pytest.mark.parametrize(
    "stray",
    [
        "111|other|q|Zoe|COMPLETECALLER|5|6|1",
        "111|other|p|Ben|COMPLETECALLER|5|6|1",
        "111|other|q|Ben|COMPLETECALLER|4|6|1",
        "111|other|q|Ben|COMPLETECALLER|7|6|1",
        "111|c1|q|Ben|COMPLETECALLER|5|6|1",
        "111|gone|q|Ben|COMPLETECALLER|5|6|1",
        "111|gone|q|Ben|ATTENDEDTRANSFER|BRIDGE|b|5|6|1",
        "111|other|q|Ben|BLINDTRANSFER|700|x|5|6|1",
        "111|other|q|Zoe|ATTENDEDTRANSFER|BRIDGE|b|5|6|1",
        "111|other|q|NONE|ABANDON|1|1|5",
        "111|other|q|Ben|CONNECT|5|x|1",
    ],
)
def test_an_end_that_is_of_no_talk_is_a_stray(tmp_path: Path, stray: str) -> None:
    gone = ("99|gone|p|NONE|ENTERQUEUE||3|1", "99|gone|p|NONE|ABANDON|1|1|0")
    truth = told(tmp_path, *gone, *TWO_TALKS, stray)
    assert truth.strays == [stray]
    assert [visit.outcome for visit in truth.visits] == ["abandoned", None, None]


def test_an_end_that_is_told_twice_is_a_stray_the_second_time(tmp_path: Path) -> None:
    end = "111|other|q|Ben|COMPLETECALLER|5|6|1"
    truth = told(tmp_path, *TWO_TALKS, end, end)
    assert truth.strays == [end]


def test_pauses(tmp_path: Path) -> None:
    truth = told(
        tmp_path,
        "100|NONE|NONE|Ann|PAUSEALL|Lunch",
        "100|NONE|q|Ann|PAUSE|Lunch",
        "101|NONE|p|Ann|PAUSE|a|b",
        "102|NONE|q|Ann|PAUSE|Lunch",
        "105|NONE|q|Ann|PAUSE|Other",
        "107|NONE|q|Ann|UNPAUSE|",
        "108|NONE|q|Ann|UNPAUSE|",
        "109|MANAGER|q|Local/2@a|ADDMEMBER|PAUSED",
        "111|MANAGER|q|Local/2@a|REMOVEMEMBER|",
        "120|NONE|NONE|NONE|QUEUESTART|",
        "what is this",
    )
    assert truth.pauses == [
        Pause("q", "Ann", "Lunch", 100, 105),
        Pause("p", "Ann", "a|b", 101, 120),
        Pause("q", "Ann", "Other", 105, 107),
        Pause("q", "Ben", "", 109, 111),
    ]
    assert truth.broken == ["what is this"]


def test_a_start_ends_every_visit(tmp_path: Path) -> None:
    truth = told(
        tmp_path, "100|c1|q|NONE|ENTERQUEUE||1|1", "104|c1|q|Ann|CONNECT|4|x|1", "109|NONE|NONE|NONE|QUEUESTART|"
    )
    assert [(visit.outcome, visit.wait, visit.talk) for visit in truth.visits] == [("lost", 4, None)]
