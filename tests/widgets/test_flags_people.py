"""The flags pane with people's next steps, owners, follow-ups and loads: which rows, in which order, for whom."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from data.model.days import MINUTE
from data.model.people import Decision
from data.model.picture import FlagRow, OfferRow, Picture
from data.model.words import State
from tests.widgets.floor_picture import NOW
from tests.widgets.gallery import make_look
from tests.widgets.people_picture import LONG, people_picture
from tests.widgets.test_panes_golden import drawn
from widgets.flags import FlagsPane, pressing
from widgets.look import Look

GOLDEN = Path(__file__).parent / "golden"


class Focused(FlagsPane):
    """In focus without an app."""

    has_focus = True


def pane(look: Look | None = None, kind: type[FlagsPane] = FlagsPane) -> FlagsPane:
    made = kind(look or make_look())
    made.picture, made.now_ms = people_picture(), NOW
    made._arranged(made.ordered(made.picture, NOW))
    return made


def text(made: FlagsPane, width: int = 80, height: int = 15) -> str:
    return "\n".join(drawn(made, width, height))


@pytest.mark.parametrize("look", ["en", "zh", "ascii"])
def test_golden(look: str) -> None:
    said = []
    for width in (58, 80, 120, 200):
        lines = drawn(pane(make_look(zh=look == "zh", ascii=look == "ascii")), width, 15)
        assert {cell_len(line) for line in lines} == {width}
        said.append(f"{width}\n" + "\n".join(lines))
    whole = "\n".join(said) + "\n"
    file = GOLDEN / f"flags_people.{look}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.write_text(whole, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == whole


def test_what_cannot_wait_comes_first_and_the_workload_last() -> None:
    made = pane()
    keys = [entry.key for entry in made._entries]
    assert keys[:2] == [3, 5], "one ends in six minutes, one is to be followed up"
    assert keys[2:4] == [2, 1], "then by urgency"
    assert keys[4:6] == [6, 4], "praise last of all flags"
    assert keys[6:8] == ["coaching:7", "coaching:8"]
    assert keys[8:] == ["load:109", "load:113", "loads"], "what asks for a break, the most urgent first; who is out not"
    assert all(entry.row is None for entry in made._entries[8:]), "what is computed is no flag of anybody's"


def test_of_who_is_out_or_was_offered_a_break_nothing_is_asked_and_free_lines_are_used() -> None:
    picture = people_picture()
    load = picture.loads[109]
    agents = [agent for agent in picture.agents if agent.state is State.AVAILABLE or agent.state is State.TALKING][:12]
    picture = picture._replace(
        flags=(), follow_ups=(), offers={}, loads={agent.id: load._replace(agent_id=agent.id) for agent in agents}
    )

    def told(changed: Picture, height: int) -> list[object]:
        made = FlagsPane(make_look())
        made.picture, made.now_ms = changed, NOW
        drawn(made, 100, height)
        return [entry.key for entry in made._entries]

    assert len(told(picture, 20)) == 13, "all, and how to go on"
    few = told(picture, 10)
    assert len(few) == 8 and few[-1] == "loads"
    first = agents[0]
    out = tuple(each._replace(state=State.NOT_READY) if each.id == first.id else each for each in picture.agents)
    assert f"load:{first.id}" not in told(picture._replace(agents=out), 20)
    offer = OfferRow(first.id, NOW, Decision.OFFER, "rest", "x", NOW + MINUTE)
    assert f"load:{first.id}" not in told(picture._replace(offers={first.id: offer}), 20)
    assert f"load:{first.id}" in told(picture, 20)


def test_the_selected_note_is_told_whole_at_the_foot() -> None:
    made = pane(kind=Focused)
    made.selected, made._anchored = 1, True
    shown = text(made, 80, 18)
    folded = " ".join(" ".join(line.strip("│ └") for line in shown.splitlines()[-4:-1]).split())
    assert folded == f"{LONG} · by Zhang Lei · owner: Zhang Lei"
    made.selected = 2
    assert "by Zhang Lei" not in text(made, 80, 18), "a flag without a note needs no foot"


def test_the_foot_never_hides_the_row_it_is_about() -> None:
    made = pane(kind=Focused)
    for height in range(4, 18):
        for key in (1, 2, 3, 4, 5, 6, "coaching:7", "coaching:8"):
            made._height = height - 2
            made.selected, made._anchored = key, True
            made._reveal(made._index[key])
            lines = drawn(made, 80, height)
            assert len(lines) == height
            assert made.top <= made._index[key] < made.top + made._height, (height, key)


def test_on_a_wall_there_is_praise_and_nothing_else() -> None:
    shown = text(pane(replace(make_look(), wall=True)))
    assert "★ 罗艳" in shown
    for hidden in ("王小明", "孙伟", "马超", "Liu Mei", "load", "open", "coaching", "calmed"):
        assert hidden not in shown


def test_who_may_only_look_sees_praise_and_nothing_else() -> None:
    shown = text(pane(replace(make_look(), discreet=True), Focused))
    assert "★ 罗艳" in shown
    for hidden in ("distressed", "asked for help", "shouted", "headset", "Liu Mei", "load 66", "coaching", "open"):
        assert hidden not in shown
    made = pane(replace(make_look(), discreet=True))
    made.picture = people_picture()._replace(flags=())
    made._arranged(made.ordered(made.picture, NOW))
    assert "Flags are for the people who lead" in text(made)


def test_a_kind_that_the_site_has_no_longer_is_called_by_its_key() -> None:
    assert "sang" in text(pane(make_look(zh=True)))


def test_a_step_and_its_time_are_told_whole_or_the_time_alone() -> None:
    wide, narrow = text(pane(), 200), text(pane(), 58)
    assert "a word in private → 14:40" in wide
    assert "→ 14:40" in narrow and "a word" not in narrow


def test_praise_and_what_has_time_can_wait() -> None:
    flag = FlagRow(1, 1, "x", "tired", "", "y", NOW, NOW + 11 * MINUTE)
    assert not pressing(flag, NOW)
    assert pressing(flag, NOW + MINUTE)
    assert not pressing(flag._replace(severity=0, expires_ms=NOW), NOW)
    assert not pressing(flag._replace(severity=1), NOW + MINUTE), "a note may end by itself"
    assert pressing(flag._replace(expires_ms=None, follow_up_ms=NOW), NOW)
    assert not pressing(flag._replace(expires_ms=None, follow_up_ms=NOW + 1), NOW)


def test_row_keys_lead_to_people() -> None:
    made = pane()
    assert made.agent_of(3) == 144
    assert made.agent_of("coaching:8") == 116
    assert made.agent_of("load:101") is None
    assert made.agent_of(99) is None and made.agent_of(None) is None
