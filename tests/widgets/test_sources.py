"""How the header and the panes tell of several sources: which is worst, how many answer, what is old."""

from __future__ import annotations

import os

import pytest
from rich.cells import cell_len

from data.model.days import MINUTE, SECOND
from data.model.picture import Picture, ServiceLevel, SourceState, worst_of
from data.model.strip import DayMark
from data.model.words import Health, State
from tests.widgets.floor_picture import NOW, floor_picture
from tests.widgets.gallery import make_look
from tests.widgets.test_panes_golden import GOLDEN, WIDTHS, drawn
from widgets.header import ONE_LINE, FloorHeader, mode_block
from widgets.look import ClockState
from widgets.queues import QueuesPane
from widgets.scrubber import mark_words
from widgets.sources import told_apart

LIVE, REPLAY, READ_ONLY = ClockState(), ClockState("replay", 8), ClockState(read_only=True)


def source(name: str, health: Health, age_ms: int | None = 800) -> SourceState:
    return SourceState(name, health, None if age_ms is None else NOW - age_ms, 1_000)


UP = source("pbx1", Health.UP)
QUIET = ServiceLevel(None, 0, 0, "answered_and_abandoned", 20_000)
DOWN = source("pbx2", Health.DOWN, 41 * SECOND)
FLOORS: dict[str, tuple[ClockState, tuple[SourceState, ...]]] = {
    "both answer": (LIVE, (UP, source("pbx2", Health.UP, 1_900))),
    "one is late": (LIVE, (UP, source("pbx2", Health.LATE, 3 * SECOND))),
    "one is down": (LIVE, (UP, DOWN)),
    "one is down, one stale": (LIVE, (source("pbx0", Health.STALE, 20 * SECOND), UP, DOWN)),
    "one was not measured": (REPLAY, (UP, source("pbx2", Health.NONE, 8 * MINUTE))),
    "long names": (REPLAY, (UP, source("asterisk-shanghai-04", Health.NONE, 8 * MINUTE))),
    "wide names": (LIVE, (UP, source("上海呼叫中心二号机", Health.STALE, 16 * SECOND))),
    "all are down": (READ_ONLY, (DOWN._replace(name="pbx1"), DOWN)),
    "hostile": (LIVE, (UP, DOWN._replace(name="[/x]\x1b[31m\n\u202e"))),
    "none was ever measured": (LIVE, (source("pbx1", Health.DOWN, None), source("pbx2", Health.DOWN, None))),
}


@pytest.mark.parametrize("look", ["en", "zh", "ascii"])
def test_golden(look: str) -> None:
    chosen = make_look(zh=look == "zh", ascii=look == "ascii")
    said = []
    for floor, (clock, sources) in FLOORS.items():
        said.append(floor)
        for width in WIDTHS:
            header, queues = FloorHeader(chosen, clock), QueuesPane(chosen)
            for pane, height in ((header, 1 if width >= ONE_LINE else 2), (queues, 4)):
                pane.show(floor_picture().heard(sources), NOW)
                lines = drawn(pane, width, height)
                assert {cell_len(line) for line in lines} == {width}
                assert all(line.isprintable() for line in lines)
                said += lines[:2] if pane is header else lines[:1]
    text = "\n".join(said) + "\n"
    file = GOLDEN / f"sources.{look}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_the_worst_source_is_the_one_to_be_believed_least() -> None:
    late, stale = source("a", Health.LATE), source("b", Health.STALE)
    none = source("c", Health.NONE)
    assert worst_of((UP, late)) is late
    assert worst_of((stale, late, UP)) is stale
    assert worst_of((none, stale)) is none
    assert worst_of((DOWN, none)) is DOWN
    older = DOWN._replace(name="older", measured_ms=NOW - MINUTE)
    assert worst_of((DOWN, older)) is worst_of((older, DOWN)) is older
    assert worst_of(()) == SourceState("", Health.NONE, None)


def test_panes_show_what_the_others_measured_where_one_source_did_not() -> None:
    pane = QueuesPane(make_look())
    for sources, blank in (((UP, source("b", Health.NONE)), False), ((source("b", Health.NONE),), True)):
        pane.show(floor_picture().heard(sources), NOW)
        lines = "\n".join(drawn(pane, 80, 12))
        assert ("Nothing was measured" in lines) == blank
        assert ("billing" in lines) != blank


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [
        ("sales·pbx2", 10, "sales·pbx2"),
        ("sales·pbx2", 9, "sal…·pbx2"),
        ("sales·pbx2", 7, "s…·pbx2"),
        ("sales·pbx2", 6, "sales·pbx2"),
        ("技术 tech·pbx2", 9, "技…·pbx2"),
        ("complaints", 6, "complaints"),
        ("阿依古丽·买买提", 6, "阿依古丽·买买提"),
    ],
)
def test_a_name_is_cut_before_its_source(name: str, width: int, shown: str) -> None:
    assert told_apart(name, width, (UP, DOWN), make_look()) == shown
    assert told_apart(name, width, (DOWN,), make_look()) == name
    plain = told_apart(name.replace("·", "-"), width, (UP, DOWN), make_look(ascii=True))
    assert plain == shown.replace("…", "~").replace("·", "-")


def test_a_queues_source_stands_in_a_narrow_column() -> None:
    picture = floor_picture().heard((UP, DOWN))
    row = picture.queues[0]._replace(name="complaints and praise·pbx2")
    pane = QueuesPane(make_look())
    pane.show(picture._replace(queues=(row,)), NOW)
    assert "…·pbx2 " in "\n".join(drawn(pane, 60, 5))


def test_a_gap_is_told_with_the_source_that_was_not_measured() -> None:
    mark = DayMark(NOW, "gap", "pbx2", 9 * MINUTE)
    assert mark_words(mark, make_look()) == "pbx2 not measured for 9:00"
    assert mark_words(mark._replace(subject=""), make_look()) == "not measured for 9:00"


def calm(**sources: Health) -> Picture:
    """A floor on which nothing is past a limit, with sources of such health."""
    picture = floor_picture()
    rows = tuple(row._replace(waiting=0, oldest_ms=None, service=QUIET) for row in picture.queues)
    totals = picture.totals._replace(waiting=0, oldest_ms=None, states=((State.TALKING, 3), (State.AVAILABLE, 1)))
    told = tuple(source(name, health, 3 * SECOND) for name, health in sources.items())
    return picture._replace(queues=rows, agents=(), totals=totals).heard(told)


def silenced(picture: Picture, names: set[int]) -> Picture:
    """The same floor, queues of such ids not known."""
    rows = tuple(row._replace(unknown=row.id in names, available=0) for row in picture.queues)
    return picture._replace(queues=rows)


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize(
    ("health", "sign", "plain", "tone"),
    [
        (Health.UP, "●", "*", "level-good"),
        (Health.LATE, "●", "*", "level-good"),
        (Health.STALE, "!", "!", "level-warn"),
        (Health.DOWN, "▲", "^", "level-alarm"),
    ],
)
def test_the_first_sign_tells_at_once_how_the_sources_are(
    ascii: bool, health: Health, sign: str, plain: str, tone: str
) -> None:
    look = make_look(ascii=ascii)
    for sources in ({"pbx1": health}, {"pbx1": Health.UP, "pbx2": health}, {"pbx1": health, "pbx2": Health.UP}):
        piece = mode_block(calm(**sources), NOW, LIVE, look).pieces[0]
        assert (piece.text.strip(), piece.tone) == (plain if ascii else sign, tone)


def test_an_alarm_on_the_floor_outdoes_a_stale_source() -> None:
    picture = calm(pbx1=Health.STALE)
    row = picture.queues[0]._replace(waiting=99)
    assert mode_block(picture._replace(queues=(row,)), NOW, LIVE, make_look()).pieces[0].text == " ▲ "


def header_of(picture: Picture) -> str:
    header = FloorHeader(make_look())
    header.show(picture, NOW)
    return " ".join("".join(drawn(header, 120, 1)).split())


def test_the_header_counts_nothing_that_nobody_knows() -> None:
    picture = calm(pbx1=Health.DOWN)
    everything = {row.id for row in picture.queues}
    unheard = ((State.OFFLINE, 2), (State.UNKNOWN, 4), (State.TALKING, 0), (State.AVAILABLE, 0))
    blind = silenced(picture, everything)
    blind = blind._replace(totals=blind.totals._replace(states=unheard))
    assert "waiting – oldest –" in header_of(blind)
    assert "talk – free – wrap – out –" in header_of(blind)
    half = silenced(calm(pbx1=Health.UP, pbx2=Health.DOWN), everything - {1})
    assert "waiting 0" in header_of(half)
    assert "talk 3 free 1 wrap 0 out 0" in header_of(half)


def test_a_floor_without_a_measured_moment_is_not_well() -> None:
    picture = calm(pbx1=Health.NONE)._replace(queues=())
    piece = mode_block(picture, NOW, REPLAY, make_look()).pieces[0]
    assert (piece.text, piece.tone) == (" ? ", "level-notice")


@pytest.mark.parametrize("zh", [False, True])
def test_a_queue_of_a_silent_source_is_not_known(zh: bool) -> None:
    for sources in ({"pbx1": Health.DOWN}, {"pbx1": Health.UP, "pbx2": Health.DOWN}):
        pane = QueuesPane(make_look(zh=zh))
        pane.show(silenced(calm(**sources), {2}), NOW)
        lines = drawn(pane, 120, 12)
        row = next(line for line in lines if "billing" in line)
        assert row.split()[1:5] == ["?", "billing", "–", "–"]
        assert any("●" in line and "sales" in line for line in lines)
        assert "all within their limits" not in lines[0]
        if len(sources) > 1:
            assert ("1 个状况不明" if zh else "1 not known") in lines[0]
