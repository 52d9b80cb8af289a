"""What holds for any floor: rows never exceed the width, nothing steers the terminal, the order is stable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from data.alerts import Level
from data.model.picture import AgentRow, Picture
from data.model.words import SIGNED_IN, State
from tests.examples import examples
from tests.widgets.floor_picture import HOSTILE, NOW, floor_picture
from tests.widgets.gallery import make_look
from tests.widgets.test_panes_golden import MAKERS, PANES, drawn
from widgets.agents import SORTS, AgentsPane
from widgets.canvas import Line, Piece, changed_span
from widgets.cells import fit, spark
from widgets.columns import Column, place

NAMES = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="王小明abc \u0301\u0e47\ufe0f\u200d\u202e\x1b[]@=", max_size=30),
    st.sampled_from(HOSTILE),
)


@given(NAMES, st.integers(0, 40), st.booleans())
def test_fit_takes_exactly_its_width(text: str, width: int, right: bool) -> None:
    fitted = fit(text, width, right)
    assert cell_len(fitted) == width
    assert fitted.isprintable()


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(0, 40))
def test_sparks_take_exactly_their_width(values: list[int], width: int) -> None:
    assert len(spark(values, width, "▁▂▃▄▅▆▇█", 10)) == width


@given(st.integers(1, 220))
def test_columns_never_exceed_the_width(width: int) -> None:
    columns = (Column("a", 1), Column("b", 8, rank=2, most=20), Column("c", 6, rank=1), Column("d", 4, most=30))
    assert sum(item.gap + item.width for item in place(columns, width)) <= max(width, 8)


def renamed(picture: Picture, names: list[str]) -> Picture:
    """Return the floor with other names everywhere."""
    agents = tuple(
        agent._replace(name=names[i % len(names)], team=names[-1], seat=names[0], reason=names[i % len(names)])
        for i, agent in enumerate(picture.agents)
    )
    queues = tuple(queue._replace(name=names[i % len(names)]) for i, queue in enumerate(picture.queues))
    flags = tuple(flag._replace(agent=names[0], note=names[-1], by=names[0]) for flag in picture.flags)
    source = picture.source._replace(name=names[0])
    return picture._replace(agents=agents, queues=queues, flags=flags, source=source)


@examples(25)
@given(st.lists(NAMES, min_size=1, max_size=6), st.sampled_from((20, 57, 80, 121)), st.booleans())
def test_no_name_breaks_a_row(names: list[str], width: int, zh: bool) -> None:
    picture = renamed(floor_picture(), names)
    for name, (maker, height) in MAKERS.items():
        pane = maker(make_look(zh=zh))
        pane.show(picture, NOW)
        for line in drawn(pane, width, height or 2):
            assert cell_len(line) == width, name
            assert line.isprintable(), name


def shown(pane: AgentsPane) -> list[int]:
    """Return the ids of the rows in order."""
    return [entry.row.id for entry in pane._entries if entry.row is not None]


@examples(30)
@given(st.permutations(range(60)), st.sampled_from(SORTS))
def test_order_does_not_hang_on_the_order_of_the_picture(order: list[int], sort: str) -> None:
    look = make_look()
    pane, other = AgentsPane(look), AgentsPane(look)
    pane.sort = other.sort = sort
    picture = floor_picture()
    unlike = tuple(agent._replace(since_ms=NOW - 1000 * i, name=f"{i:02}") for i, agent in enumerate(picture.agents))
    picture = picture._replace(agents=unlike)
    pane.show(picture, NOW)
    other.show(picture._replace(agents=tuple(unlike[i] for i in order)), NOW)
    pane.sync()
    other.sync()
    if sort != "aht":
        assert shown(pane) == shown(other)


@given(st.lists(st.tuples(st.sampled_from(State), st.integers(0, 5000)), min_size=1, max_size=40), st.integers(0, 9))
def test_worst_first_and_the_selected_stays(states: list[tuple[State, int]], after_s: int) -> None:
    rows = tuple(
        AgentRow(i, f"a{i}", "", "", state, "", "", NOW - s * 1000, 0, 0, 0, 0, (), None)
        for i, (state, s) in enumerate(states)
    )
    pane = AgentsPane(make_look())
    pane.show(floor_picture()._replace(agents=rows), NOW)
    drawn(pane, 80, 12)
    pane._entries and pane.select(len(rows) // 2)
    pane.show(floor_picture()._replace(agents=tuple(reversed(rows))), NOW + after_s * 1000)
    drawn(pane, 80, 12)
    levels = [pane._levels[i] for i in shown(pane)]
    assert levels == sorted(levels, reverse=True)
    assert pane.selected == len(rows) // 2
    assert pane.top <= pane._index[len(rows) // 2] < pane.top + pane._height
    assert len(shown(pane)) == len(rows)


def test_protected_reasons_are_never_coloured() -> None:
    picture = floor_picture()
    agents = tuple(
        agent._replace(state=State.NOT_READY, reason="restroom", since_ms=NOW - 9_000_000, flags=0, break_ms=None)
        for agent in picture.agents
        if agent.state in SIGNED_IN
    )
    for kind in PANES[1:4]:
        pane = kind(make_look())
        pane.show(picture._replace(agents=agents), NOW)
        pane.sync()
        tones = {piece.tone for line in pane.draw(120, 30) for piece in line}
        assert not any("level-" in tone or "not_ready" in tone for tone in tones), kind
        assert pane.heading().level is Level.CALM


def line(*texts: str) -> Line:
    return tuple(Piece(text) for text in texts)


def test_only_the_columns_that_changed() -> None:
    assert changed_span(line("ab", "1:02", "cd"), line("ab", "1:02", "cd")) is None
    assert changed_span(line("ab", "1:02", "cd"), line("ab", "1:03", "cd")) == (2, 6)
    assert changed_span(line("王", "1:02", "cd"), line("李", "1:03", "cd")) == (0, 6)
    assert changed_span(line("ab", "c", "defg"), line("ab", "cdef", "g")) == (2, 7)
    assert changed_span(line("abcd"), line("ab", "cd")) == (0, 4)
