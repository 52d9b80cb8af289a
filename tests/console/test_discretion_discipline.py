"""Who is shown what was found of whom: a viewer and a wall of nobody, a lead of the own teams, a supervisor of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from console.app import FloorApp
from console.discretion import keep_back_people, keep_to_teams
from console.feed import FloorSeen, Wish
from data.model.discipline import MarkRow, Where
from data.model.people import Role, Standing
from data.model.picture import ChecklistView, ItemRow
from data.model.words import Mark
from tests.console.acting import ALL_PHONES, NotingDesk, acting_floor
from tests.console.disciplined import disciplined
from tests.console.floor_pilot import WIDE, app_of, floor, past, shows, text_of, until
from tests.console.test_discipline import there
from tests.widgets.discipline_picture import attendance, discipline, discipline_picture, discipline_seen
from tests.widgets.floor_picture import NOW
from tests.widgets.walk_picture import walk_view

__all__ = ["disciplined"]
pytestmark = pytest.mark.anyio

TEAMS = frozenset({"客服一部"})


def answer() -> FloorSeen:
    """Return an answer that tells of everything."""
    picture = discipline_picture()
    items = (
        ItemRow("badge", "Badge worn", "", Mark.FAIL, "hers", "Liu", "陈晓", "Liu", NOW, NOW, Where.AGENT, 44, 44, 101),
        ItemRow(
            "badge", "Badge worn", "", Mark.FAIL, "his", "Liu", "王小明", "Liu", NOW, NOW, Where.AGENT, 44, 44, 100
        ),
        ItemRow("desk", "Desk in order", "", Mark.FAIL, "cups", "Liu", "A-10", "Liu", NOW, NOW, Where.SEAT, 3, 60),
    )
    checklist = ChecklistView("k", "Floor walk", "", NOW, items)
    view = walk_view()
    marks = {place: dict(rows) for place, rows in view.marks.items()}
    marks[Where.AGENT, "101"] = {"badge": MarkRow("badge", Mark.FAIL, NOW, "Liu", "hers")}
    marks[Where.AGENT, "100"] = {"badge": MarkRow("badge", Mark.FAIL, NOW, "Liu", "his")}
    return FloorSeen(
        *(1, Wish(NOW, live=True), picture._replace(checklist=checklist)),
        walk=view._replace(marks=marks),
        discipline=discipline_seen(),
    )


def names() -> set[str]:
    """Return everything that names somebody who is found, hands over or checks: what nobody else may read."""
    told = discipline()
    found = {text for row in told.findings for text in (row.agent, row.note, row.measure, row.owner, row.by)}
    written = {entry.text for row in told.incidents for entry in row.entries} | {row.title for row in told.incidents}
    return (found | written | {row.note for row in told.handovers} | {"wants a word", "吴刚", "hers", "his"}) - {""}


def test_everybody_sees_how_far_rounds_are_and_what_was_found_of_places_and_no_name() -> None:
    seen = answer()
    secret = names()
    keep_back_people(seen)
    assert seen.picture and seen.discipline and seen.walk
    known = seen.picture.discipline
    assert {row.id for row in known.findings} == {1, 2, 3, 4, 8}
    assert {row.id for row in seen.discipline.closed} == {9, 10}
    told = repr((known, seen.discipline, seen.walk.marks, seen.walk.facts, seen.picture.checklist, seen.walk.round))
    assert not {text for text in secret if f"'{text}'" in told}
    assert [(row.kind, row.at_ms) for row in known.incidents] == [(r.kind, r.at_ms) for r in discipline().incidents]
    assert [(row.done, row.n) for row in known.rounds] == [(row.done, row.n) for row in discipline().rounds]
    assert [row.presence for row in seen.discipline.attendance] == [row.presence for row in attendance()]
    assert all(row.duty.agent == "" and row.duty.agent_id is None for row in seen.discipline.attendance)
    assert seen.discipline.handover is not None
    assert {item.section for item in seen.discipline.handover.items} == {"incidents", "queues", "findings", "rounds"}
    assert seen.discipline.scores == discipline_seen().scores and seen.discipline.rules == discipline_seen().rules
    assert all(where is not Where.AGENT for where, _ in seen.walk.marks)


def test_of_a_rule_that_failed_for_people_alone_everybody_sees_that_it_was_looked_at() -> None:
    seen = answer()
    keep_back_people(seen)
    assert seen.picture is not None and seen.picture.checklist is not None
    badge, desk = seen.picture.checklist.items
    assert (badge.key, badge.mark, badge.place, badge.done) == ("badge", Mark.NOT_APPLICABLE, "", 44)
    assert (desk.key, desk.mark, desk.place, desk.note, desk.by) == ("desk", Mark.FAIL, "A-10", "", "")


def test_a_lead_sees_what_was_found_of_the_own_people_and_of_places() -> None:
    seen = answer()
    assert seen.picture is not None
    own = {row.id for row in seen.picture.discipline.findings if row.agent_id is None or row.team in TEAMS}
    assert own < {row.id for row in seen.picture.discipline.findings}
    keep_to_teams(seen, TEAMS)
    assert seen.discipline is not None and seen.walk is not None
    assert {row.id for row in seen.picture.discipline.findings} == own
    assert seen.discipline.attendance == attendance() and seen.discipline.handover == discipline_seen().handover
    assert seen.picture.checklist is not None
    assert [item.place for item in seen.picture.checklist.items] == ["王小明", "A-10"]
    mine, others = (seen.walk.marks[Where.AGENT, agent]["badge"] for agent in ("100", "101"))
    assert (mine.mark, mine.note) == (Mark.FAIL, "his")
    assert (others.mark, others.note, others.by) == (Mark.NOT_APPLICABLE, "", "Liu")


def test_a_lead_without_a_team_sees_what_was_found_of_places_only() -> None:
    seen = answer()
    keep_to_teams(seen, frozenset())
    assert seen.picture is not None
    assert {row.id for row in seen.picture.discipline.findings} == {1, 2, 3, 4, 8}


def found(app: FloorApp) -> set[int]:
    picture = app.seen.picture if app.seen is not None else None
    return {row.id for row in picture.discipline.findings} if picture is not None else set()


async def test_the_screen_follows_the_desks_word_both_ways(played: Path, disciplined: None) -> None:
    async with acting_floor(played, WIDE) as (pilot, desk):
        app = app_of(pilot)
        assert found(app) == {1, 2, 3, 4, 5, 6, 7, 8}
        assert app.seen is not None and app.seen.picture is not None
        rows = {row.id: row for row in app.seen.picture.discipline.findings}
        lead = Standing("lead", Role.LEAD, (rows[5].team,), (("simulator", ALL_PHONES),))
        own = {row.id for row in rows.values() if row.agent_id is None or row.team == rows[5].team}
        app.set_standing(lead)
        assert found(app) == own, "at once"
        await until(pilot, lambda: found(app) == own, "and from then on")
        app.set_standing(lead._replace(role=Role.SUPERVISOR, teams=()))
        await until(pilot, lambda: found(app) == set(rows), "all again")
        app.set_standing(lead._replace(role=Role.VIEWER, teams=()))
        assert found(app) == {1, 2, 3, 4, 8}
        await until(pilot, lambda: found(app) == {1, 2, 3, 4, 8}, "of places")
        assert desk.ordered == []


@pytest.mark.parametrize("more", [{"role": Role.VIEWER}, {"role": Role.LEAD}])
async def test_the_page_names_nobody_who_is_not_ones_own(played: Path, disciplined: None, more: dict[str, Any]) -> None:
    async with acting_floor(played, WIDE, **more) as (pilot, _):
        app = app_of(pilot)
        await there(pilot)
        page = "\n".join(text_of(app))
        for text in ("On time for the shift", "second talk", "Helped a colleague", "No chatting between calls  "):
            assert text not in page
        assert shows(app, "No customer data on paper", "A-10")
        assert shows(app, "absent  ") is (more["role"] is Role.LEAD)
        if more["role"] is Role.VIEWER:
            assert shows(app, "Who was absent or late is for the people who", "1 absent")
            assert not shows(app, "wants a word") and not shows(app, "CRM answers")


async def test_a_wall_opens_no_page_and_tells_of_an_incident_without_its_words(played: Path, disciplined: None) -> None:
    async with acting_floor(played, WIDE, role=None, wall=True) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("D", "H", "F", "i")
        await until(pilot, lambda: app._notifications, "told")
        assert app.screen is app.front and not shows(app, "Discipline ·") and not desk.ordered
        assert shows(app, "System outage  since 10:24") and not shows(app, "CRM answers")


async def test_a_file_without_a_desk_is_for_its_owner(
    played: Path, disciplined: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with floor(past(played), WIDE) as pilot:
        assert found(app_of(pilot)) == {1, 2, 3, 4, 5, 6, 7, 8}
    monkeypatch.setattr("console.discretion.owns", lambda _store: False)
    async with floor(past(played), WIDE) as pilot:
        assert found(app_of(pilot)) == {1, 2, 3, 4, 8}


async def test_a_lead_replays_the_own_peoples_past(played: Path, disciplined: None) -> None:
    app = FloorApp(past(played))
    desk = NotingDesk(Standing("lead", Role.LEAD, (), ()))
    app.desk = desk  # type: ignore[assignment]
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: found(app) == {1, 2, 3, 4, 8}, "limited")
