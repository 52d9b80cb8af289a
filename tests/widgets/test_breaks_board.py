"""The break board: who may go and who should, what one more out does, and what a wall does not show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.model.days import MINUTE
from data.model.people import Decision
from data.model.picture import OfferRow, Picture, SourceState
from data.model.words import Band, Health, State
from data.staffing import Load, served
from tests.data.break_floor import NOW, agent, load, picture, queue
from tests.widgets.gallery import make_look
from tests.widgets.test_panes_golden import drawn
from widgets.breaks import BreaksPane, percent_text
from widgets.look import Look

OUT = State.NOT_READY


def floor() -> Picture:
    agents = [agent(n, team="NS"[n % 2]) for n in range(30)]
    agents[1] = agent(1, OUT, "rest", "S", since_s=780)
    agents[2] = agent(2, OUT, "restroom", "N", since_s=3000)
    agents[3] = agent(3, team="S", worked_min=40)
    agents[4] = agent(4, team="N", worked_min=95)
    agents[5] = agent(5, team="S", worked_min=130)
    offers = {6: OfferRow(6, NOW - 4 * MINUTE, Decision.APPROVE, "meal", "zhang", None)}
    loads = {3: load(3, Band.URGENT, 71.0), 5: load(5, overdue=True)}
    return picture(agents, [queue(lately=220)], loads, offers)


def lines(look: Look, seen: Picture | None = None, width: int = 80, height: int = 12) -> list[str]:
    pane = BreaksPane(look)
    pane.show(seen or floor(), NOW)
    return [line.strip("│┃|#╭╰╮╯ ") for line in drawn(pane, width, height)]


def test_the_board() -> None:
    said = lines(Look())
    assert said[0].startswith("Breaks ── 2 out + 1 approved, 2 of 3 places taken · 1 overdue · 2 due")
    assert said[1:9] == [
        "! Agent 1      rest        13:00 of 10:00  over 3:00              S",
        "Agent 2      restroom    50:00                                  N",
        "Agent 6      meal         4:00 by zhang  approved               N",
        "N 1/1  S 1/1",
        said[5],
        "▲ Agent 3      go next       40m no break  load 71                S",
        "! Agent 5      go next     2h10m no break  load 30                S",
        "Agent 4      go next     1h35m no break                         N",
    ]


def test_what_one_more_out_does_is_erlangs_figure_with_a_sign_below_the_target() -> None:
    levels = [served(Load(214, 1800, 180), 27 - more, 20).sl or 0 for more in range(3)]
    now, one, two = (percent_text(level) for level in levels)
    assert levels[1] >= 0.8 > levels[2] > 0.6
    seen = floor()._replace(queues=(queue(lately=214),))  # of thirty two are out, and one was told to go
    assert lines(Look(), seen)[5] == f"next 30 min: SL about {now}, one more out {one}, two {two}!"


@pytest.mark.parametrize(
    ("lately", "said"), [(9, "too few contacts to tell"), (300, "! next 30 min: not enough people")]
)
def test_where_nothing_can_be_said_it_is_said_in_words(lately: int, said: str) -> None:
    seen = floor()
    assert any(said in line for line in lines(Look(), seen._replace(queues=(queue(lately=lately),))))


def test_a_refusal_and_an_offer_in_vain_leave_a_trace() -> None:
    lapsed = {
        4: OfferRow(4, NOW - 12 * MINUTE, Decision.REFUSE, "rest", "zhang", None),
        7: OfferRow(7, NOW - 40 * MINUTE, Decision.OFFER, "rest", "liu", NOW - 10 * MINUTE),
    }
    seen = floor()._replace(lapsed=lapsed)
    said = lines(Look(), seen)
    assert [line.split("  ")[0] for line in said[6:10]] == ["▲ Agent 3", "! Agent 5", "Agent 4", "Agent 7"]
    assert said[8].startswith("Agent 4      go next     1h35m refused   02:48 zhan")
    assert said[9].startswith("Agent 7      rest        40:00 by liu    not taken")
    pane = BreaksPane(Look())
    feet = {entry.key: pane.foot(entry.row) for entry in pane.ordered(shown(pane, seen), NOW) if entry.row}
    assert feet[4] == "rest refused 02:48 by zhang"
    assert feet[6] == "meal approved 4 min ago by zhang"
    assert feet[7] == "rest offered 40 min ago by liu, not taken"
    for look in (replace(Look(), wall=True), replace(Look(), discreet=True)):
        assert not any(word in "\n".join(lines(look, seen)) for word in ("refused", "not taken", "Agent 7"))


def shown(pane: BreaksPane, seen: Picture) -> Picture:
    pane.show(seen, NOW)
    return seen


def test_what_is_not_known_is_not_nobody() -> None:
    there = [agent(n, State.UNKNOWN) for n in range(3)]
    silent = SourceState("pbx", Health.DOWN, NOW - 5 * MINUTE, fed=False)
    blind = picture(there, [queue(unknown=True)])._replace(source=silent, sources=(silent,))
    for look in (Look(), replace(Look(), read_only=True)):
        said = "\n".join(lines(look, blind))
        assert "Who is on a break is not known since 02:55." in said and "Nobody" not in said
        assert "0 of" not in said
    half = picture([*there, agent(9, worked_min=5)], [])
    assert "Nobody is known to be on a break; of 3 agents nothing is known." in "\n".join(lines(Look(), half))
    assert "Nobody is on a break. b sends" in "\n".join(lines(Look(), picture([agent(9, worked_min=5)])))


def test_a_wall_names_nobody_who_is_away_late_or_due() -> None:
    said = "\n".join(lines(replace(Look(), wall=True)))
    assert "2 out + 1 approved" in said and "N 1/1  S 1/1" in said and "Agent" not in said and "overdue" not in said
    hidden = ("Agent 2", "Agent 3", "Agent 6", "over 3:00", "restroom", "load", "! Agent")
    assert not any(text in said for text in hidden)


def test_who_may_only_look_learns_no_loads_and_no_offers() -> None:
    said = "\n".join(lines(replace(Look(), discreet=True)))
    assert "load" not in said and "Agent 6" not in said and "Agent 4      go next" in said


def test_rows_stand_still_while_time_goes_on() -> None:
    pane = BreaksPane(Look())
    seen = floor()
    order = [entry.key for entry in pane.ordered(seen, NOW)]
    assert all([entry.key for entry in pane.ordered(seen, NOW + s * 1000)] == order for s in range(300))
    remarks = [entry.remark for entry in pane.ordered(seen, NOW) if entry.row is None]
    assert remarks == [entry.remark for entry in pane.ordered(seen, NOW + 59_000) if entry.row is None]


def test_the_board_is_made_anew_only_for_another_floor() -> None:
    pane, seen = BreaksPane(Look()), floor()
    board = pane.board(seen)
    assert pane.board(seen.heard(seen.sources)) is board
    assert pane.board(seen._replace(agents=seen.agents[1:])) is not board
    pane.set_look(make_look(zh=True))
    assert pane.board(seen) is not board


def test_on_a_large_floor_a_forecast_serves_for_ten_seconds() -> None:
    agents = [agent(n) for n in range(600)]
    pane, seen = BreaksPane(Look()), picture(agents, [queue(lately=5000)])
    board = pane.board(seen)
    gone = seen._replace(agents=(*agents[:-1], agent(599, OUT, "rest")), moment_ms=NOW + 9_000)
    later = pane.board(gone)
    assert (later.places.floor.out, later.cover) == (1, board.cover)
    assert pane.board(gone._replace(moment_ms=NOW + 10_000)).cover.pools[0].working == 599
    assert pane.board(seen).cover == board.cover


@pytest.mark.parametrize("width", [40, 53, 80, 120])
@pytest.mark.parametrize("zh", [False, True])
def test_the_board_fits(width: int, zh: bool) -> None:
    assert len(lines(make_look(zh=zh), width=width, height=10)) == 10


def test_in_chinese() -> None:
    said = "\n".join(lines(make_look(zh=True)))
    for text in ("小休", "卫生间", "用餐", "已批准", "待休", "未休息", "负荷 71", "超 3:00", "未来半小时：服务水平约"):
        assert text in said
