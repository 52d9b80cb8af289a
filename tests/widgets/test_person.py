"""The panes of an agent's own page, a team's part of a picture, and what a wall may show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from data.break_board import board_of
from data.breaks import cap
from data.model.picture import Person
from data.model.words import State
from data.mood import weeks_of
from tests.widgets.floor_picture import NOW, ZONE, day_strip, floor_picture
from tests.widgets.gallery import make_look
from tests.widgets.held import drawn, hold, page
from tests.widgets.person_picture import person_of, with_people
from widgets.agents import AgentsPane, state_text
from widgets.header import FloorHeader
from widgets.look import Look
from widgets.pane import Pane
from widgets.person import PersonFlagsPane, PersonLine, PersonLoadPane, PersonMoodPane
from widgets.person_log import PersonLogPane
from widgets.seat_map import SeatMap
from widgets.teams import of_team, teams_of
from widgets.wall import person_without, strip_without_people, without_people

LOOKS = {"en": make_look(), "zh": make_look(zh=True), "ascii": make_look(ascii=True)}
NOBODY = Person(None, (), 0, (), (), (), (), ())
AGENT = floor_picture().agents[0]


def _mood(look: Look) -> PersonMoodPane:
    pane = PersonMoodPane(look)
    pane.set_agent(AGENT.id)
    return pane


MAKERS: dict[str, tuple[Callable[[Look], Pane], int]] = {
    "person_load": (PersonLoadPane, 18),
    "person_flags": (PersonFlagsPane, 6),
    "person_mood": (_mood, 12),
    "person_log": (PersonLogPane, 9),
}


def _shown(name: str, look: Look, person: Person | None) -> Pane:
    pane = MAKERS[name][0](look)
    assert isinstance(pane, PersonLoadPane | PersonFlagsPane | PersonMoodPane | PersonLogPane)
    pane.set_person(person)
    if isinstance(pane, PersonMoodPane) and person is not None:
        pane.set_weeks(weeks_of(person.moods, NOW, ZONE))
    pane.show(with_people(floor_picture()), NOW)
    return pane


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", MAKERS)
def test_golden(name: str, look: str) -> None:
    person = person_of(AGENT.id, AGENT.name, NOW)
    height = MAKERS[name][1]
    hold(f"{name}.{look}", page({w: drawn(_shown(name, LOOKS[look], person), w, height) for w in (60, 80, 120)}))


@pytest.mark.parametrize("look", ["en", "zh"])
def test_what_the_panes_say_when_there_is_nothing(look: str) -> None:
    said = {}
    for name in MAKERS:
        said[f"{name} loading"] = drawn(_shown(name, LOOKS[look], None), 60, 5)
        said[f"{name} empty"] = drawn(_shown(name, LOOKS[look], NOBODY), 60, 5)
        said[f"{name} read-only"] = drawn(_shown(name, replace(LOOKS[look], read_only=True), NOBODY), 60, 5)
        failed = _shown(name, LOOKS[look], NOBODY)
        failed.fail("The store is newer than this console. Restart it.")
        said[f"{name} failed"] = drawn(failed, 60, 5)
    hold(f"person_nothing.{look}", page(said))


@pytest.mark.parametrize("hidden", ["wall", "discreet"])
def test_what_was_noted_of_somebody_is_for_those_who_lead(hidden: str) -> None:
    look = replace(LOOKS["en"], wall=hidden == "wall", discreet=hidden == "discreet")
    person = person_of(AGENT.id, AGENT.name, NOW)
    text = "\n".join(line for name in MAKERS for line in drawn(_shown(name, look, person), 120, 14))
    for secret in (
        "caller shouted",
        "128",
        "greeting by name",
        "went for a walk",
        "Emotion",
        "new to billing",
        "distressed",
    ):
        assert secret not in text
    assert "calm with a hard caller" in text, "praise may be read by all"


def test_who_may_not_see_flags_is_not_told_that_there_are_none() -> None:
    for look, said in (
        (LOOKS["en"], "No flags in the weeks"),
        (replace(LOOKS["en"], discreet=True), "for the people who"),
    ):
        text = "\n".join(drawn(_shown("person_flags", look, NOBODY), 80, 5))
        assert said in text and ("No flags" in text) != look.discreet


def test_the_line_names_who_it_is_and_who_listens() -> None:
    picture = with_people(floor_picture())
    ear = picture.listening[0]
    line = PersonLine(LOOKS["en"], ear.agent_id)
    line.show(picture, NOW)
    text = drawn(line, 120, 1)[0]
    name = next(agent.name for agent in picture.agents if agent.id == ear.agent_id)
    assert name in text and "liumin listens" in text


def test_a_row_shows_that_somebody_listens_only_while_they_do() -> None:
    picture = with_people(floor_picture())
    ear = picture.listening[0]
    pane = AgentsPane(LOOKS["en"])
    pane.show(picture, NOW)
    assert sum("◎" in line for line in drawn(pane, 120, 70)) == 1
    pane.show(picture, ear.ends_ms)
    assert not any("◎" in line for line in drawn(pane, 120, 70))


# ------------------------------------------------------------------ teams


def test_a_teams_part_holds_its_people_and_nothing_of_others() -> None:
    picture = with_people(floor_picture())
    teams = teams_of(picture)
    parts = [of_team(picture, team) for team in teams]
    for team, part in zip(teams, parts, strict=True):
        own = {agent.id for agent in part.agents}
        assert {agent.team for agent in part.agents} == {team}
        people = (part.flags, part.follow_ups, part.listening, part.loads.values(), part.moods.values())
        assert all(row.agent_id in own for rows in people for row in rows)
        assert part.totals == picture.totals
    assert sum(len(part.agents) for part in parts) == sum(bool(agent.team) for agent in picture.agents)
    assert sum(len(part.loads) for part in parts) == len(picture.loads)
    assert of_team(picture, "") is picture


def test_a_teams_places_for_breaks_are_those_of_its_people_whatever_the_whole_floor_has_to_do() -> None:
    rushed = tuple(queue._replace(lately=900, lately_ms=30 * 60_000) for queue in floor_picture().queues)
    picture = floor_picture()._replace(queues=rushed)
    for team in teams_of(picture):
        places = board_of(of_team(picture, team)).places
        assert places.required == 0
        assert places.floor.cap == cap(places.staffed, 0)


# ------------------------------------------------------------------ walls


def test_a_wall_tells_of_people_nothing_but_praise() -> None:
    picture = without_people(with_people(floor_picture()))
    assert not picture.loads and not picture.moods and not picture.offers
    assert not picture.follow_ups and not picture.listening and not picture.totals.flags
    assert {flag.kind for flag in picture.flags} == {"praise"}
    assert not any(agent.flags or agent.urgent for agent in picture.agents)
    assert {mark.kind for mark in day_strip().marks} & {"flag", "break"}
    assert not {mark.kind for mark in strip_without_people(day_strip()).marks} & {"flag", "break"}
    person = person_without(person_of(AGENT.id, AGENT.name, NOW))
    assert [line.flag.kind for line in person.flags] == ["praise"]
    assert not any((person.load, person.load_day, person.moods, person.coaching, person.decisions, person.listening))


def test_a_wall_names_nobody_with_a_protected_reason() -> None:
    look = LOOKS["en"]
    for reason, said in (("restroom", "out"), ("medical", "out"), ("卫生间", "out"), ("rest", "rest")):
        agent = AGENT._replace(state=State.NOT_READY, reason=reason)
        assert state_text(agent, replace(look, wall=True)) == said
        assert state_text(agent, look) != "out"


def test_a_wall_shows_nobody_up_for_a_long_break() -> None:
    picture = floor_picture()
    late = AGENT._replace(state=State.NOT_READY, reason="rest", since_ms=NOW - 3_600_000)
    picture = picture._replace(agents=(late, *picture.agents[1:]))
    for wall in (False, True):
        for pane in (AgentsPane(replace(LOOKS["en"], wall=wall)), SeatMap(replace(LOOKS["en"], wall=wall))):
            pane.show(picture, NOW)
            text = "\n".join(drawn(pane, 130, 70))
            assert (late.name in text and "▲" in text) != wall


def test_the_header_of_a_wall_says_so_and_counts_no_flags() -> None:
    look = replace(LOOKS["en"], wall=True)
    header = FloorHeader(look)
    header.show(floor_picture(), NOW)
    text = drawn(header, 160, 1)[0]
    assert " WALL " in text and "LIVE" not in text and "⚑" not in text
