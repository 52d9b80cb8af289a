"""The floor walk: one key a seat, nothing waits for the desk, what was refused is not passed, the past is only read."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.screens.floor import FloorScreen
from console.screens.walk import WalkScreen
from data.model.days import MINUTE
from data.model.discipline import Gravity, Prefill, Where
from data.model.discipline_requests import EndRound, MarkPlace
from data.model.people import Answer, RaiseFlag, Refusal, Request, Role
from data.model.words import Mark
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, shows, text_of, until
from tests.console.floor_store import HOSTILE, SURGE
from tests.console.test_floor_golden import hold
from tests.console.walking import BOTH, KEY, Rounds, agents_of, opened, overrun, round_row, rounds, told, walk
from tests.widgets.walk_picture import RULES, finding, rule
from widgets.walking import How

pytestmark = pytest.mark.anyio
SIZES = {"narrow": NARROW, "medium": MEDIUM, "wide": WIDE}
MORE_SLOWLY = pytest.param("medium", marks=pytest.mark.slow)
TAKEN = Answer(False, "this is not your team", refusal=Refusal.TEAM)


async def marked(pilot: Pilot[None], desk: Rounds, n: int) -> list[MarkPlace]:
    await until(pilot, lambda: len(desk.marks()) == n, f"{n} marks")
    return desk.marks()


async def said(pilot: Pilot[None], text: str) -> None:
    await until(pilot, lambda: text in str([note.message for note in pilot.app._notifications]), f"told: {text}")


def places(screen: WalkScreen) -> list[str]:
    assert screen.walk is not None
    return [halt.place for halt in screen.walk.halts]


# ------------------------------------------------------------------------ one key a seat


async def test_a_walk_on_which_all_is_well_takes_a_key_a_seat(played: Path) -> None:
    async with rounds(played) as (pilot, desk):
        opening = ["c", "1"]
        screen = await opened(pilot, *opening)
        seats = places(screen)
        assert len(seats) >= 60
        walking = ["space"] * len(seats)
        await pilot.press(*walking)
        assert shows(app_of(pilot), f"All {len(seats)} seats seen: Enter ends the round.", "Nothing was found amiss.")
        await pilot.press("enter")
        await until(pilot, lambda: EndRound(KEY) in desk.ordered, "ended")
        await until(pilot, lambda: isinstance(pilot.app.screen, FloorScreen), "back on the floor")
        assert desk.ordered[-1] == EndRound(KEY), "after all marks"
        assert [request.place for request in desk.marks()] == seats
        assert {(request.mark, request.rules) for request in desk.marks()} == {(Mark.PASS, ())}
        keys = len(opening) + len(walking) + 1
        assert keys / len(seats) <= 1.3
        await said(pilot, f"Mid-shift walk: ended, {len(seats)} of {len(seats)} places, 0 failed")


async def test_each_failure_is_one_key_more_and_is_sent_before_the_rest_of_the_seat(played: Path) -> None:
    failing = {3: "2", 9: "1", 14: "4", 22: "2", 31: "3", 47: "2", 58: "1"}
    async with rounds(played) as (pilot, desk):
        screen = await opened(pilot)
        seats = places(screen)
        keys = [key for at in range(len(seats)) for key in (failing.get(at, ""), "space") if key]
        await pilot.press(*keys, "enter")
        await until(pilot, lambda: EndRound(KEY) in desk.ordered, "ended")
        rules = ["desk", "phone", "headset", "usb"]
        wanted = [(seats[at], (rules[int(key) - 1],)) for at, key in failing.items()]
        assert told(desk, Mark.FAIL) == wanted
        assert len(keys) + 3 == len(seats) + len(failing) + 3
        for seat, failed in wanted:
            of_seat = [request for request in desk.marks() if request.place == seat]
            assert [request.rules for request in of_seat] == [failed, ()], "what fails goes first, then the rest"
        assert desk.view is not None
        first = desk.view.marks[Where.SEAT, seats[3]]
        assert {name: row.mark for name, row in first.items()} == {
            **dict.fromkeys(rules, Mark.PASS),
            "phone": Mark.FAIL,
        }
        await said(pilot, "7 failed")


async def test_a_line_that_drops_loses_nothing_and_the_walk_goes_on_where_it_was(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        seats = places(screen)
        await pilot.press("space", "space", "3", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, FloorScreen), "left")
        await marked(pilot, desk, 3)
        again = await opened(pilot)
        assert again.halt is not None and again.halt.place == seats[2], "the first that is not done"
        assert again.walk is not None and again.walk.shown(again.halt.checks[2]).mark is Mark.FAIL
        await pilot.press("space")
        assert again.halt.place == seats[3]


async def test_the_keys_never_wait_for_the_desk_and_leaving_loses_no_mark(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        seats = places(screen)
        desk.open.clear()
        await pilot.press("space", "2", "space", "space")
        assert screen.halt is not None and screen.halt.place == seats[3]
        assert shows(app_of(pilot), "3 of 64 places", "1 finding ")
        await pilot.press("escape")
        assert not desk.ordered
        desk.open.set()
        marks = await marked(pilot, desk, 4)
        assert sorted(request.place for request in marks) == sorted([seats[0], seats[1], seats[1], seats[2]])
        assert [request.mark for request in marks if request.place == seats[1]] == [Mark.FAIL, Mark.PASS]


# ------------------------------------------------------------------------ what a key makes of a rule


async def test_a_digit_fails_then_is_not_applicable_then_passes(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        await pilot.press("2", "2", "2", "2")
        marks = await marked(pilot, desk, 4)
        assert [request.mark for request in marks] == [Mark.FAIL, Mark.NOT_APPLICABLE, Mark.PASS, Mark.FAIL]
        assert {request.rules for request in marks} == {("phone",)}
        assert screen.halt is not None and screen.halt.place == places(screen)[0], "the stop stays"


async def test_what_the_floor_itself_knows_fails_with_its_figures_when_agreed(played: Path) -> None:
    async with walk(played, rules=BOTH) as (pilot, desk, screen):
        assert screen.walk is not None
        halt = next(halt for halt in screen.walk.halts if halt.agent_id is not None)
        desk.facts = (overrun(halt.agent_id or 0),)
        desk.view = None
        app_of(pilot).ask()
        await until(pilot, lambda: screen.walk and screen.walk.view.facts, "the fact")
        screen.go_stop(screen.walk.halt(halt.key))
        await until(
            pilot, lambda: shows(app_of(pilot), "by the data: rest of 10:06 took 13:00, 10:00 allowed"), "shown"
        )
        await pilot.press("space")
        await marked(pilot, desk, 3)
        agent = str(halt.agent_id)
        fail = MarkPlace(
            *(KEY, Where.AGENT, agent, Mark.FAIL, ("break",), "rest of 10:06 took 13:00, 10:00 allowed"),
            from_data=True,
        )
        assert [request for request in desk.marks() if request.place == agent] == [
            fail,
            MarkPlace(KEY, Where.AGENT, agent, Mark.PASS),
        ]
        assert MarkPlace(KEY, Where.SEAT, halt.place, Mark.PASS) in desk.marks()


async def test_what_the_data_say_is_not_applicable_by_its_digit(played: Path) -> None:
    async with walk(played, rules=BOTH) as (pilot, desk, screen):
        assert screen.walk is not None
        halt = next(halt for halt in screen.walk.halts if halt.agent_id is not None)
        desk.facts, desk.view = (overrun(halt.agent_id or 0),), None
        app_of(pilot).ask()
        await until(pilot, lambda: screen.walk and screen.walk.view.facts, "the fact")
        screen.go_stop(screen.walk.halt(halt.key))
        await pilot.press("7", "space")
        marks = [request for request in await marked(pilot, desk, 3) if request.place == str(halt.agent_id)]
        assert [(request.mark, request.rules) for request in marks] == [
            (Mark.NOT_APPLICABLE, ("break",)),
            (Mark.PASS, ()),
        ]


async def test_more_than_nine_rules_have_keys_and_scroll(played: Path) -> None:
    many = tuple(rule(f"r{at}", f"Rule number {at} of the sheet", f"第 {at} 条") for at in range(1, 22))
    async with walk(played, rules=many) as (pilot, desk, _):
        assert shows(
            app_of(pilot), "9 ☐   Rule number 9 ", "0 ☐   Rule number 10 ", "more rules: Tab goes through them"
        )
        await pilot.press("0", "a", "u")
        assert [request.rules for request in await marked(pilot, desk, 3)] == [("r10",), ("r11",), ("r16",)]
        await pilot.press("shift+tab", "shift+tab", *["tab"] * 7, "x")
        assert (await marked(pilot, desk, 4))[-1].rules == ("r21",), "those without a key are reached by Tab"
        assert shows(app_of(pilot), "Rule number 21 of the sheet")


# ------------------------------------------------------------------------ what is refused


async def test_what_was_refused_stands_at_its_stop_and_the_rest_of_it_is_not_passed(played: Path) -> None:
    def not_ours(request: MarkPlace) -> Answer | None:
        return TAKEN if request.mark is Mark.FAIL else None

    async with walk(played, change=lambda desk: setattr(desk, "refuse", not_ours)) as (pilot, desk, screen):
        seats = places(screen)
        await pilot.press("2", "space")
        await said(pilot, f"{seats[0]}: not taken: this is not your team")
        await until(pilot, lambda: shows(app_of(pilot), "1 not taken"), "told in the title")
        assert {request.mark for request in desk.marks()} == {Mark.FAIL}, "the pass of the whole seat was kept back"
        assert screen.halt is not None and screen.halt.place == seats[1]
        assert screen.walk is not None and screen.walk.hows[f"seat/{seats[0]}"] is How.REFUSED
        await pilot.press("left")
        assert shows(app_of(pilot), "not taken: this is not your team", "a mark was not taken")
        desk.refuse = lambda request: None
        before = len(desk.marks())
        await pilot.press("space")
        marks = await marked(pilot, desk, before + 2)
        assert [(request.mark, request.rules) for request in marks[before:]] == [
            (Mark.FAIL, ("phone",)),
            (Mark.PASS, ()),
        ], "as it was"
        app_of(pilot).clear_notifications()
        await until(pilot, lambda: not shows(app_of(pilot), "not taken"), "taken")


async def test_a_round_does_not_end_while_a_mark_of_it_was_not_taken(played: Path) -> None:
    def last_one(request: MarkPlace) -> Answer | None:
        return TAKEN if request.place == "D-09" else None

    async with walk(played, change=lambda desk: setattr(desk, "refuse", last_one)) as (pilot, desk, screen):
        seats = places(screen)
        assert seats[-1] == "D-09"
        await pilot.press(*["space"] * len(seats), "enter")
        await until(pilot, lambda: screen.halt is not None and screen.halt.place == "D-09", "back at the seat")
        assert not [request for request in desk.ordered if isinstance(request, EndRound)]


async def test_without_a_desk_it_says_so_and_marks_nothing(played: Path) -> None:
    async with walk(played, role=None) as (pilot, _, screen):
        await pilot.press("space", "2")
        await said(pilot, "the poller does not run")
        assert screen.walk is not None and screen.walk.done == 0


async def test_a_desk_that_goes_away_in_the_middle_is_told(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        await pilot.press("space")
        await marked(pilot, desk, 1)
        desk.standing = None
        await pilot.press("space")
        await said(pilot, "there is no desk")
        await until(pilot, lambda: screen.walk is not None and screen.walk.refused == 1, "shown at its stop")


async def test_a_viewer_may_only_look(played: Path) -> None:
    async with walk(played, role=Role.VIEWER) as (pilot, desk, screen):
        await pilot.press("space", "2", "e")
        await said(pilot, "That takes the role lead")
        assert not desk.ordered and screen.walk is not None and screen.walk.done == 0


# ------------------------------------------------------------------------ two on one walk


async def test_where_somebody_else_has_just_marked_one_is_told_and_moved_on(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        seats = places(screen)
        await pilot.press("space")
        await marked(pilot, desk, 1)
        desk.keep(MarkPlace(KEY, Where.SEAT, seats[1], Mark.PASS), "limei")
        await until(pilot, lambda: screen.halt is not None and screen.halt.place == seats[2], "moved on")
        await said(pilot, f"{seats[1]}: limei has just been here; you go on.")
        app_of(pilot).clear_notifications()
        await until(pilot, lambda: shows(app_of(pilot), f"limei at {seats[1]}"), "where the other one is")
        await pilot.press("left")
        assert screen.halt is not None and screen.halt.place == seats[1], "who goes back may look"
        app_of(pilot).ask()
        await pilot.pause(0.05)
        assert screen.halt.place == seats[1]


async def test_the_other_ones_marks_are_left_alone(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        seats = places(screen)
        desk.keep(MarkPlace(KEY, Where.SEAT, seats[0], Mark.FAIL, ("usb",), "a stick in the hub"), "limei")
        await until(pilot, lambda: shows(app_of(pilot), "a stick in the hub · limei 10:46"), "seen within a second")
        await pilot.press("space")
        assert (await marked(pilot, desk, 1))[0].rules == (), "only where nobody has marked"
        assert desk.view is not None and desk.view.marks[Where.SEAT, seats[0]]["usb"].mark is Mark.FAIL


async def test_what_somebody_else_found_is_not_taken_back_by_a_digit(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        desk.keep(MarkPlace(KEY, Where.SEAT, places(screen)[0], Mark.FAIL, ("usb",), "a stick in the hub"), "limei")
        await until(pilot, lambda: shows(app_of(pilot), "a stick in the hub · limei 10:46"), "seen within a second")
        assert screen.halt is not None
        index = next(i for i, check in enumerate(screen.halt.checks) if check.rule.id == "usb")
        await pilot.press(str(index + 1))
        await said(pilot, "limei found that.")
        assert not desk.marks()


async def test_where_nobody_sits_what_is_known_of_people_is_not_applicable(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        assert desk.view is not None
        rules = [rule for rule in desk.view.rules if rule.where is Where.SEAT]
        known = rules[0]._replace(prefill=Prefill.BREAK_OVERRUN)
        told = tuple(known if rule.id == known.id else rule for rule in desk.view.rules)
        nobody = tuple(stop._replace(agent_id=None) for stop in desk.view.stops)
        desk.view = desk.view._replace(rules=told, stops=nobody)

        def is_empty() -> bool:
            halt = screen.halt
            return halt is not None and halt.agent_id is None and any(check.rule.prefill for check in halt.checks)

        await until(pilot, is_empty, "an empty seat")
        await pilot.press("space")
        marks = await marked(pilot, desk, 2)
        assert [(mark.mark, mark.rules) for mark in marks] == [(Mark.NOT_APPLICABLE, (known.id,)), (Mark.PASS, ())]


async def test_nobody_is_moved_while_something_is_asked(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        seats = places(screen)
        await pilot.press("2", "n")
        await until(pilot, lambda: shows(app_of(pilot), "a note"), "asked")
        desk.keep(MarkPlace(KEY, Where.SEAT, seats[0], Mark.PASS), "limei")
        app_of(pilot).ask()
        await pilot.press(*"red", "enter")
        marks = await marked(pilot, desk, 2)
        assert marks[1].place == seats[0] and marks[1].note == "red"


# ------------------------------------------------------------------------ what is said of a mark


async def test_note_owner_points_and_photo_go_with_the_mark(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        await pilot.press("2", "n")
        await until(pilot, lambda: shows(app_of(pilot), "No private phone on the desk: a note"), "asked")
        await pilot.press(*"again", "enter")
        await marked(pilot, desk, 2)
        await pilot.press("o", "1", "2")
        await marked(pilot, desk, 3)
        await pilot.press("p", "9", "enter")
        await until(pilot, lambda: shows(app_of(pilot), "write a whole number within the range"), "refused")
        await pilot.press("backspace", "4", "enter")
        await marked(pilot, desk, 4)
        await pilot.press("v", *"a1.jpg", "enter")
        last = (await marked(pilot, desk, 5))[-1]
        seat = places(screen)[0]
        owner, due_ms = "zhanglei", SURGE + 30 * MINUTE
        assert last == MarkPlace(KEY, Where.SEAT, seat, Mark.FAIL, ("phone",), "again", "a1.jpg", 4, owner, due_ms), (
            "what was said before is kept"
        )
        assert shows(app_of(pilot), "→ zhanglei 11:16 · again · photo a1.jpg", "4 points")


async def test_a_note_needs_a_rule_and_a_rule_without_a_range_has_no_choice(played: Path) -> None:
    async with walk(played) as (pilot, desk, _):
        await pilot.press("n")
        await said(pilot, "Mark a rule first")
        await pilot.press("1", "p")
        await said(pilot, "This rule leaves no choice: it is 1.")
        assert len(await marked(pilot, desk, 1)) == 1


async def test_who_sits_there_is_flagged_from_the_walk(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        assert screen.walk is not None
        halt = next(halt for halt in screen.walk.halts if halt.agent_id is not None)
        screen.go_stop(halt)
        await pilot.press("f", "6")
        await until(pilot, lambda: desk.ordered, "flagged")
        assert desk.ordered == [RaiseFlag(halt.agent_id or 0, "tired")]


# ------------------------------------------------------------------------ the way


async def test_arrows_and_letters_lead_over_the_floor(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        seats = places(screen)

        async def at(*keys: str) -> str:
            await pilot.press(*keys)
            return screen.halt.place if screen.halt is not None else ""

        assert await at("right", "l") == seats[2]
        assert await at("backspace") == seats[1]
        assert await at("left", "h", "h") == seats[0]
        assert await at("down") == "A-09", "the seat below"
        assert await at("j") == "B-01"
        assert await at("k", "up") == "A-01"
        assert await at("g", *"b-12", "enter") == "B-12"
        assert await at("g", "3", "enter") == "B-03", "in the zone where one is"
        await pilot.press("g", *"zz", "enter")
        await until(pilot, lambda: shows(app_of(pilot), "no such place on this round"), "told")
        await pilot.press("escape")
        desk.unseen = ("C-05",)
        app_of(pilot).ask()
        await until(pilot, lambda: screen.walk is not None and len(screen.walk.view.unseen) == 1, "told")
        assert await at("N") == "C-05"
        assert not desk.ordered


async def test_m_shows_the_map_on_a_small_screen_and_space_works_there(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        await pilot.press("m")
        assert shows(app_of(pilot), "Seats ── 64 left", "☐ D-16")
        await pilot.press("space", "down")
        await marked(pilot, desk, 1)
        assert screen.halt is not None and screen.halt.place == "A-10"
        await pilot.press("m")
        assert shows(app_of(pilot), "A-10 ── stop")


async def test_e_ends_a_round_although_places_are_left_and_says_how_many(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        left = len(places(screen)) - 2
        await pilot.press("space", "space", "e")
        await until(pilot, lambda: shows(app_of(pilot), "end it, although", f"{left} of 64 places", "left?"), "asked")
        await pilot.press("enter", *"fire drill", "enter")
        await until(pilot, lambda: EndRound(KEY, "fire drill") in desk.ordered, "ended")
        await until(pilot, lambda: isinstance(pilot.app.screen, FloorScreen), "left")
        again = await opened(pilot)
        again.go_stop(None)
        await until(
            pilot, lambda: shows(app_of(pilot), "Ended 10:46 by zhanglei.", f"{left} places were left."), "told"
        )
        await pilot.press("enter")
        await said(pilot, "This round was ended by zhanglei at 10:46.")


async def test_escape_leaves_the_question_and_the_round_goes_on(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        await pilot.press("e", "escape", "space")
        await marked(pilot, desk, 1)
        assert pilot.app.screen is screen and len(desk.ordered) == 1


# ------------------------------------------------------------------------ states


async def test_a_floor_without_seats_goes_by_agents(played: Path) -> None:
    def by_agents(desk: Rounds) -> None:
        desk.stops = agents_of

    async with walk(played, rules=BOTH, change=by_agents, alter=lambda picture: picture._replace(seats=())) as (
        pilot,
        desk,
        screen,
    ):
        assert screen.walk is not None and screen.picture is not None
        first = screen.walk.halts[0]
        name = next(agent.name for agent in screen.picture.agents if agent.id == first.agent_id)
        assert shows(app_of(pilot), f"{name} ── stop 1 of {len(screen.walk.halts)}", "4 ☐ ▲ No unapproved stick")
        await pilot.press("space")
        assert await marked(pilot, desk, 1) == [MarkPlace(KEY, Where.AGENT, first.place, Mark.PASS)]


async def test_a_floor_with_nobody_and_no_seats_says_so(played: Path) -> None:
    def nowhere(desk: Rounds) -> None:
        desk.stops = lambda picture: ()

    async with rounds(played, change=nowhere) as (pilot, desk):
        await pilot.press("c", "1")
        await until(pilot, lambda: shows(app_of(pilot), "There is no place to look at"), "told")
        await pilot.press("space", "enter", "right", "N", "2", "down", "tab")
        assert not desk.ordered


async def test_loading_and_no_such_round_are_told(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with rounds(played) as (pilot, _):
        app = app_of(pilot)
        monkeypatch.setattr(app.feed, "_post", lambda seen: None)
        app.push_screen(WalkScreen("2026-11-20/early/nothing/9"))
        await until(pilot, lambda: shows(app, "Reading the round…"), "loading")
        monkeypatch.undo()
        app.ask()
        await until(pilot, lambda: shows(app, "There is no such round at this moment."), "told")
        await pilot.press("space", "2", "g", "e", "right", "n")
        assert shows(app, "There is no such round at this moment.")


async def test_a_round_that_is_not_open_yet_is_looked_at_and_takes_no_marks(played: Path) -> None:
    def later(desk: Rounds) -> None:
        desk.rows = (round_row("mid_shift", opens=74, due=134),)

    async with walk(played, change=later) as (pilot, desk, screen):
        assert shows(app_of(pilot), "0 of 64 places · opens 12:00")
        await pilot.press("space", "2", "e", "right")
        await said(pilot, "This round opens at 12:00.")
        assert not desk.ordered and screen.halt is not None and screen.halt.place == "A-02"


async def test_the_past_shows_the_round_as_it_was_and_takes_nothing(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        await pilot.press("space", "2")
        await marked(pilot, desk, 2)
        desk.view = None
        await pilot.press("r")
        await until(pilot, lambda: shows(app_of(pilot), "0 of 64 places"), "as it was then")
        await pilot.press("2", "enter", "e", "n")
        await said(pilot, "This is the past")
        await pilot.press("left", "left", "right", "down")
        assert screen.halt is not None and screen.halt.place == "A-10"
        before = app_of(pilot).clock.mode
        await pilot.press("space")
        assert {before, app_of(pilot).clock.mode} == {"paused", "replay"}, "Space lets the clock run, as everywhere"
        assert len(desk.marks()) == 2


async def test_what_was_found_before_stands_at_its_seat(played: Path) -> None:
    def found(desk: Rounds) -> None:
        desk.findings = (
            finding(7, "usb", "A-01", SURGE - 90 * MINUTE, owner="IT", due_ms=SURGE + 30 * MINUTE, repeats=2),
            finding(8, "desk", "A-02", SURGE - 80 * MINUTE),
        )

    async with walk(played, change=found) as (pilot, _, _):
        line = next(line for line in text_of(app_of(pilot)) if "still open" in line)
        assert "No unapproved stick, note or print at the seat  09:16" in line
        assert shows(app_of(pilot), "times · → IT 11:16") and not shows(app_of(pilot), "09:26")
        await pilot.press("right")
        assert shows(app_of(pilot), "Desk in order: things on their side, nothing in the way  09:26")


async def test_a_click_on_a_key_of_the_last_row_does_what_the_key_does(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        row = text_of(app_of(pilot))[-1]
        await pilot.click(offset=(row.index("Space"), 23))
        assert (await marked(pilot, desk, 1))[0].place == places(screen)[0]
        await pilot.click(offset=(row.index("e end"), 23))
        await until(pilot, lambda: shows(app_of(pilot), "end it, although"), "asked")


async def test_the_page_of_help_has_the_keys_of_the_walk(played: Path) -> None:
    async with walk(played, language="zh") as (pilot, _, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: shows(app_of(pilot), "巡场检查", "按所示记下这一处，到下一处"), "shown")


# ------------------------------------------------------------------------ looks


def scene(desk: Rounds) -> None:
    """What the golden screens show: a walk that two are on, with findings, facts and what was found before."""
    desk.facts = tuple(overrun(agent) for agent in (3, 5, 6))
    desk.unseen = tuple(f"C-{at:02}" for at in range(1, 17))
    desk.findings = (
        finding(7, "usb", "A-05", SURGE - 90 * MINUTE, owner="IT", due_ms=SURGE + 30 * MINUTE, repeats=2),
        finding(9, "phone", "A-02", SURGE, round=KEY, repeats=1, owner="zhanglei", due_ms=SURGE + 20 * MINUTE),
    )


@pytest.mark.parametrize("look", ["en", "zh", pytest.param("ascii", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", ["narrow", MORE_SLOWLY, "wide"])
async def test_golden(played: Path, size: str, look: str) -> None:
    language = "zh" if look == "zh" else "en"
    more = {"language": language, "ascii": look == "ascii"}
    async with walk(played, SIZES[size], rules=RULES, change=scene, **more) as (pilot, desk, screen):
        for seat, failed in (("B-01", None), ("B-02", "desk"), ("B-03", None)):
            rules = (failed,) if failed else ()
            mark = Mark.FAIL if failed else Mark.PASS
            desk.keep(MarkPlace(KEY, Where.SEAT, seat, mark, rules), "limei", SURGE - MINUTE)
        await pilot.press("space", "2", "space", "space", "space")
        await until(pilot, lambda: len(desk.marks()) >= 8, "kept")
        await until(pilot, lambda: screen.walk is not None and screen.walk.others("zhanglei"), "the other one")
        app_of(pilot).clear_notifications()
        await pilot.pause()
        hold(pilot, f"walk_{size}", look)
        await pilot.press("2")
        hold(pilot, f"walk_{size}_failed", look)
        if size == "narrow":
            await pilot.press("m")
            hold(pilot, f"walk_{size}_map", look)
            screen.go_stop(None)
            await pilot.press("m")
            hold(pilot, f"walk_{size}_end", look)


@pytest.mark.parametrize("size", ["narrow", MORE_SLOWLY, pytest.param("wide", marks=pytest.mark.slow)])
async def test_hostile_names_in_rules_seats_notes_and_people(played: Path, size: str) -> None:
    bad = tuple(
        rule(f"h{at}", name, name, Where.SEAT if at % 2 else Where.AGENT, Gravity(at % 3 + 1), (1, 9), (name, name))
        for at, name in enumerate(HOSTILE)
    )

    async with walk(played, SIZES[size], rules=bad) as (pilot, desk, screen):
        seat = places(screen)[0]
        desk.findings = tuple(
            finding(at, "usb", seat, SURGE - MINUTE, en=name, zh=name, owner=name) for at, name in enumerate(HOSTILE)
        )
        for at, name in enumerate(HOSTILE):
            desk.keep(MarkPlace(KEY, Where.SEAT, seat, Mark.FAIL, (f"h{at}",), name, name), name)
        app_of(pilot).ask()
        await until(pilot, lambda: screen.walk is not None and screen.walk.failed, "told")
        _, height = SIZES[size]
        for keys in (("left",), ("2",), ("tab", "tab"), ("m",), ("e",), ("escape", "o")):
            await pilot.press(*keys)
            lines = text_of(app_of(pilot))
            assert len(lines) == height
            assert all(line.isprintable() for line in lines)


async def test_a_slow_desk_takes_the_marks_of_a_seat_in_the_order_of_the_keys(played: Path) -> None:
    async with walk(played) as (pilot, desk, screen):
        may = asyncio.Event()
        order = desk.order

        async def slow_at_first(request: Request, key: str = "") -> Answer:
            if isinstance(request, MarkPlace) and request.rules == ("phone",):
                await may.wait()
            return await order(request, key)

        desk.order = slow_at_first  # type: ignore[method-assign]
        seats = places(screen)
        await pilot.press("2", "space", "space")
        assert [request.place for request in await marked(pilot, desk, 1)] == [seats[1]], "another seat goes first"
        may.set()
        assert [request.place for request in (await marked(pilot, desk, 3))[1:]] == [seats[0], seats[0]]
