"""Discipline at the desk: who may record what, that all of it is audited, and that two on one round do not collide."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from data.desk import desk as desk_module
from data.desk.callers import Caller
from data.discipline.catalogue import Edge, Offset, ShiftPlan
from data.model.discipline import Closing, Where
from data.model.discipline_requests import (
    AcknowledgeHandover,
    ChangeFinding,
    CloseFinding,
    EndRound,
    MarkPlace,
    NoteIncident,
    RaiseFinding,
    SetRoster,
    StartRound,
    WriteHandover,
)
from data.model.people import Refusal, Role
from data.model.words import Mark
from data.store.catalogues import put_in_force
from tests.data.desk.desks import ANN, BEN, NOW, Floor, known_as, open_floor
from tests.data.rounds.ground import CATALOGUE

LEAD, SUPER, VIEWER, OTHER = Caller(101, 1), Caller(102, 1), Caller(103, 1), Caller(104, 1)
DAY = "2026-11-18"
ROUND, SHIFT = f"{DAY}/all/walk/1", f"{DAY}/all"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def people(monkeypatch: pytest.MonkeyPatch) -> None:
    known = known_as(
        lee=(101, Role.LEAD, ("North",)),
        sue=(102, Role.SUPERVISOR, ()),
        vic=(103, Role.VIEWER, ()),
        sam=(104, Role.LEAD, ("South",)),
    )
    monkeypatch.setattr(desk_module, "person_of", known)


def on(path: Path, play: Callable[[Floor], Coroutine[None, None, T]]) -> T:
    """Play at a desk of a floor with seats, where a walk is open the whole day."""
    shift = ShiftPlan("all", CATALOGUE.shifts["early"].title, 0, 0)
    walk = replace(CATALOGUE.checklists["walk"], opens=Offset(Edge.START, 0), due=Offset(Edge.END, 0), every_min=None)
    catalogue = replace(CATALOGUE, shifts={"all": shift}, checklists={"walk": walk})

    async def played() -> T:
        async with open_floor(path / "s.sqlite") as floor:
            with floor.writer.transaction() as connection:
                put_in_force(connection, catalogue, NOW - 1)
                for agent, seat in ((ANN, "A-1"), (BEN, "A-2")):
                    connection.execute("UPDATE agent_history SET seat = ? WHERE agent_id = ?", (seat, agent))
                for column, label in enumerate(("A-1", "A-2", "A-3")):
                    connection.execute("INSERT INTO seat VALUES (?, 0, 'A', 0, ?)", (label, column))
            return await play(floor)

    return asyncio.run(played())


def seat(label: str, mark: Mark = Mark.PASS, *rules: str, note: str = "") -> MarkPlace:
    return MarkPlace(ROUND, Where.SEAT, label, mark, rules, note)


def test_a_lead_marks_own_people_empty_seats_and_the_floor(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        for request, allowed in (
            (seat("A-1"), True),
            (seat("A-2"), False),
            (seat("A-3"), True),
            (MarkPlace(ROUND, Where.FLOOR, "", Mark.PASS), True),
            (MarkPlace(ROUND, Where.AGENT, str(ANN), Mark.PASS), True),
            (MarkPlace(ROUND, Where.AGENT, str(BEN), Mark.PASS), False),
            (RaiseFinding("badge", Where.AGENT, str(BEN)), False),
            (RaiseFinding("exits", Where.FLOOR, ""), True),
        ):
            answer = await floor.asks(request, LEAD)
            assert (answer.done, answer.refusal) == (allowed, Refusal.NONE if allowed else Refusal.TEAM), request
            looked = await floor.asks(request, VIEWER)
            assert looked.refusal is Refusal.ROLE
            assert (await floor.asks(request, SUPER)).done
        assert (await floor.asks(SetRoster(("x",)), LEAD)).refusal is Refusal.ROLE
        said = (await floor.asks(seat("A-2"), LEAD)).said
        assert "there sits South, you lead North" in said

    on(tmp_path, play)


def test_a_finding_is_dealt_with_by_the_persons_own_lead(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        finding = (await floor.asks(RaiseFinding("badge", Where.AGENT, str(BEN)), OTHER)).id
        at_seat = (await floor.asks(seat("A-2", Mark.FAIL, "phone"), OTHER)).id
        assert finding and at_seat
        for request in (
            ChangeFinding(finding, owner="lee"),
            CloseFinding(finding, Closing.WITHDRAWN),
            CloseFinding(at_seat, Closing.CORRECTED),
        ):
            assert (await floor.asks(request, LEAD)).refusal is Refusal.TEAM
            assert (await floor.asks(request, OTHER)).done
        assert (await floor.asks(CloseFinding(77, Closing.CORRECTED), LEAD)).refusal is Refusal.UNKNOWN
        assert floor.rows("SELECT closing, closed_by FROM finding ORDER BY id") == [
            ("withdrawn", "sam"),
            ("corrected", "sam"),
        ]

    on(tmp_path, play)


def test_all_of_it_is_audited_with_whom_it_is_about(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        await floor.asks(MarkPlace(ROUND, Where.AGENT, str(ANN), Mark.FAIL, ("badge",), "at home"), LEAD)
        await floor.asks(seat("A-1"), LEAD)
        await floor.asks(seat("A-9"), LEAD)
        await floor.asks(NoteIncident("outage", "dark"), LEAD)
        await floor.asks(StartRound("x"), LEAD)
        assert floor.audited() == [
            (101, "mark_place", ANN, "done"),
            (101, "mark_place", None, "done"),
            (101, "mark_place", None, "unknown"),
            (101, "note_incident", None, "done"),
            (101, "start_round", None, "invalid"),
        ]
        (detail,) = floor.rows("SELECT detail FROM audit WHERE number = 1")[0]
        told = json.loads(detail)
        assert (told["with"]["note"], told["with"]["rules"], told["said"]) == (
            *("at home", ["badge"], "Ann: Badge worn: failed"),
        )
        role, by = floor.rows("SELECT found_role, found_by FROM finding")[0]
        assert (role, by) == ("lead", "lee")

    on(tmp_path, play)


def test_two_supervisors_at_once_mark_each_check_once(tmp_path: Path) -> None:
    """Both walk the same seats at the same time; whoever comes second hears who was first."""

    async def play(floor: Floor) -> None:
        labels = ("A-1", "A-2", "A-3") * 4
        answers = await asyncio.gather(
            *(floor.asks(seat(label), caller) for label in labels for caller in (SUPER, Caller(0, 1)))
        )
        assert all(answer.done for answer in answers)
        first = [answer.said for answer in answers if "marked already by" not in answer.said]
        assert len(first) == 3
        assert floor.rows("SELECT count(*), count(DISTINCT place || item) FROM checklist_mark") == [(6, 6)]
        assert floor.rows("SELECT count(*) FROM checklist") == [(1,)]

    on(tmp_path, play)


def test_a_request_that_is_asked_again_is_done_once(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        request = seat("A-1", Mark.FAIL, "phone", note="again")
        first = await floor.asks(request, SUPER, key="k")
        assert await floor.asks(request, SUPER, key="k") == first
        assert floor.rows("SELECT count(*) FROM finding") == [(1,)]

    on(tmp_path, play)


def test_a_handover_is_acknowledged_by_another_user(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        written = await floor.asks(WriteHandover(SHIFT, "quiet"), LEAD)
        assert written.done and written.id
        assert not (await floor.asks(AcknowledgeHandover(written.id), LEAD)).done
        assert (await floor.asks(AcknowledgeHandover(written.id), VIEWER)).refusal is Refusal.ROLE
        assert (await floor.asks(AcknowledgeHandover(written.id), OTHER)).done
        assert floor.rows("SELECT written_by, acknowledged_by FROM handover") == [("lee", "sam")]

    on(tmp_path, play)


def test_the_floors_own_clock_says_when(tmp_path: Path) -> None:
    """A played floor has a present of its own."""

    async def play(floor: Floor) -> None:
        floor.phone.now_ms = lambda: NOW + 60_000  # type: ignore[attr-defined]
        for request in (seat("A-1"), NoteIncident("outage", "dark"), EndRound(ROUND)):
            assert (await floor.asks(request, SUPER)).done
        assert floor.rows("SELECT max(at_ms), min(at_ms) FROM checklist_mark") == [(NOW + 60_000, NOW + 60_000)]
        assert floor.rows("SELECT at_ms, noted_ms FROM incident") == [(NOW + 60_000, NOW + 60_000)]
        assert floor.rows("SELECT ended_ms FROM checklist") == [(NOW + 60_000,)]

    on(tmp_path, play)
