"""The worked example of 25 call legs: the KPI rows equal every expected value that they have a column for."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.kpi import By, KpiRow, kpi_rows
from data.model.days import moment_of
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    Directory,
    Event,
    Observation,
    Paused,
    QueueEntry,
    Resumed,
    SignedIn,
    SignedOut,
    WrapUpEnded,
)
from data.model.words import Outcome
from data.recorder import record
from data.store.reader import Reader
from data.store.writer import Writer

FOLDER = Path(__file__).parent.parent / "fixtures" / "kpi"
ZONE = ZoneInfo("Asia/Shanghai")


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def at(text: str) -> int:
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=ZONE))


START, END = at("2026-03-02T09:00:00"), at("2026-03-03T00:30:00")
OUTCOMES = {
    "answered": Outcome.ANSWERED,
    "transferred": Outcome.TRANSFERRED,
    "abandoned": Outcome.ABANDONED,
    "overflow": Outcome.OVERFLOWED,
}


def calls() -> Iterator[Event]:
    logouts = {row["agent"]: at(row["logout"]) for row in table("sessions")}
    for leg in table("calls"):
        contact, queue, agent = leg["contact_id"], leg["queue"], leg["agent"]
        entered, ended = at(leg["entered"]), at(leg["ended"])
        yield CallEntered(entered, contact, queue)
        if not leg["answered"]:
            yield CallEnded(ended, contact, queue, None, OUTCOMES[leg["outcome"]], ended - entered)
            continue
        answered, hold = at(leg["answered"]), int(leg["hold_s"]) * 1000
        wait, talk = answered - entered, ended - answered - hold
        yield CallAnswered(answered, contact, queue, agent, wait)
        yield CallEnded(ended, contact, queue, agent, OUTCOMES[leg["outcome"]], wait, talk, hold, wraps_up=True)
        done = min(ended + int(leg["acw_s"]) * 1000, logouts[agent])
        yield WrapUpEnded(done, contact, queue, agent)


def presence() -> Iterator[Event]:
    for session in table("sessions"):
        for queue in session["queues"].split("|"):
            yield SignedIn(at(session["login"]), session["agent"], queue)
        yield SignedOut(at(session["logout"]), session["agent"])
    for pause in table("pauses"):
        yield Paused(at(pause["start"]), pause["agent"], None, pause["reason"])
        yield Resumed(at(pause["end"]), pause["agent"], None)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    path = tmp_path_factory.mktemp("example") / "example.sqlite"
    order = {CallEnded: 0, WrapUpEnded: 1, SignedOut: 3}
    events = sorted([*calls(), *presence()], key=lambda event: (event.at_ms, order.get(type(event), 2)))
    queues = Directory((), (QueueEntry("Q1", "Q1"), QueueEntry("Q2", "Q2")))
    with Writer(path) as writer:
        _, rows = record(writer.known("example"), Observation("example", START, END, events, (), queues))
        writer.write(rows)
    with Reader(path) as reader:
        yield reader


def row_of(store: Reader, scope: str, formula: str | None = None) -> KpiRow:
    kind, _, name = scope.rpartition(" ")
    kinds: dict[str, By] = {"agent": "agent", "iv": "interval", "state": "interval"}
    by = kinds.get(kind, "total" if scope in ("ALL", "team A1-A4") else "queue")
    key = f"2026-{name}:00+08:00" if by == "interval" else "" if by == "total" else name
    (row,) = (row for row in kpi_rows(store, START, END, by, formula, zone=ZONE) if row.key == key)
    return row


FORMULAS = {
    "sl_a_offered": "answered_and_abandoned",
    "sl_b_answered": "answered_only",
    "sl_c_excl_short": "excluding_short_abandons",
    "sl_d_excl_ab_le_T": "excluding_abandons_within",
    "sl_e_ab_le_T_as_ok": "abandons_within_count",
    "sl_f_incl_overflow": "offered",
}
FIELDS = {
    "offered": "offered",
    "answered": "answered",
    "handled": "answered",
    "abandoned": "abandoned",
    "short_abandoned": "short_abandoned",
    "overflow": "overflowed",
    "answered_le_T": "answered_within",
    "abandoned_le_T": "abandoned_within",
    "asa_s": "asa_s",
    "aht_s": "aht_s",
    "talk_s": "talk_s",
    "hold_s": "hold_s",
    "acw_s": "wrap_up_s",
    "staffed_s": "signed_in_s",
    "pause_s": "not_ready_s",
    "ready_s": "available_s",
    "ready_idle_s": "available_s",
    "occupancy": "occupancy",
}
EXPECTED = [
    (row["scope"], row["kpi"], float(row["expected"]) if row["expected"] else None)
    for row in table("expected")
    if (row["kpi"] in FIELDS or row["kpi"] in FORMULAS) and not row["scope"].startswith(("iv-by-event", "pause", "con"))
]


def test_there_is_something_to_compare() -> None:
    assert len(EXPECTED) > 200


@pytest.mark.parametrize(("scope", "kpi", "expected"), EXPECTED, ids=[f"{scope}-{kpi}" for scope, kpi, _ in EXPECTED])
def test_expected_value(store: Reader, scope: str, kpi: str, expected: float | None) -> None:
    if kpi in FORMULAS:
        found = row_of(store, scope, FORMULAS[kpi]).service_level
    else:
        found = getattr(row_of(store, scope), FIELDS[kpi])
    if expected is None:
        assert found is None
    elif found is None:
        assert expected == 0
        assert row_of(store, scope).answered == 0, "no visit tells its hold or wrap-up"
    else:
        assert found == pytest.approx(expected, abs=1e-6)


def test_waits(store: Reader) -> None:
    row = row_of(store, "ALL")
    assert (row.wait_answered_s, row.wait_abandoned_s, row.max_wait_s, row.transferred) == (442, 88, 135, 1)
