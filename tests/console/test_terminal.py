"""The terminal layer in an emulator: the same screen as Textual's, in few bytes, none of them hostile."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from console.terminal.encoder import Encoder
from console.terminal.glyphs import REST_OF_WIDE, cells_of
from console.terminal.grid import Grid
from console.terminal.pens import change, pen_of_codes
from tests.examples import examples

WIDTH, HEIGHT = 24, 6
STYLES = [
    Style(),
    Style(color="red", bgcolor="#101418"),
    Style(color="#c0c8d0", bgcolor="#101418"),
    Style(color="#c0c8d0", bgcolor="#101418", bold=True),
    Style(bgcolor="#2a4a6a"),
    Style(color="green", underline=True),
    Style(color="#ffffff", bgcolor="blue", reverse=True, italic=True),
    Style(bold=True, strike=True, link="https://example.org/"),
]
COLOURS = [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]


class Terminal:
    """An emulator that shows what it was fed, cell by cell, as the eye sees it."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.screen = pyte.Screen(width, height)
        self.screen.reset_mode(7, private=True)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    def seen(self) -> list[list[tuple[object, ...]]]:
        lines = [self.screen.buffer[y] for y in range(self.screen.lines)]
        return [[look(line[x]) for x in range(self.screen.columns)] for line in lines]


def look(cell: pyte.screens.Char) -> tuple[object, ...]:
    """Return what is seen of a cell: of a blank, neither its foreground nor whether it is bold."""
    lines = (cell.underscore, cell.strikethrough, cell.reverse)
    if cell.data == " " and not any(lines):
        return (" ", cell.bg)
    return (cell.data, cell.fg, cell.bg, *lines, *((cell.bold, cell.italics) if cell.data != " " else ()))


class Frame(NamedTuple):
    """A screen cut in columns: `cuts` from 0 to the width, a strip for each line and column."""

    cuts: list[int]
    strips: list[list[Strip]]

    def whole(self) -> LayoutUpdate:
        return LayoutUpdate([list(line) for line in self.strips], Region(0, 0, WIDTH, len(self.strips)))

    def part(self, spans: list[tuple[int, int, int]]) -> ChopsUpdate:
        chops = [dict(zip(self.cuts, line, strict=False)) for line in self.strips]
        return ChopsUpdate(chops, spans, [self.cuts[1:]] * len(self.strips))


def make_console(colours: ColorSystem) -> Console:
    names = {ColorSystem.TRUECOLOR: "truecolor", ColorSystem.EIGHT_BIT: "256", ColorSystem.STANDARD: "standard"}
    return Console(color_system=names[colours], force_terminal=True)  # type: ignore[arg-type]


def fresh(style: Style) -> Style:
    """Return a copy that remembers no codes of another colour system."""
    copy = style.copy()
    copy._ansi = None
    return copy


TEXT = st.text(st.sampled_from("  aaab1│●▲中文ไé한"), min_size=0, max_size=12)
SEGMENTS = st.lists(st.tuples(TEXT, st.sampled_from(STYLES)), max_size=5)


@st.composite
def strip(draw: st.DrawFn, width: int) -> Strip:
    segments = [Segment(text, fresh(style)) for text, style in draw(SEGMENTS)]
    return Strip(segments).adjust_cell_length(width, fresh(draw(st.sampled_from(STYLES))))


@st.composite
def frame(draw: st.DrawFn) -> Frame:
    inner = draw(st.sets(st.integers(1, WIDTH - 1), max_size=3))
    cuts = [0, *sorted(inner), WIDTH]
    lines = [[draw(strip(end - start)) for start, end in pairwise(cuts)] for _ in range(HEIGHT)]
    return Frame(cuts, lines)


@st.composite
def change_of(draw: st.DrawFn, before: Frame, first: Frame) -> tuple[Frame, LayoutUpdate | ChopsUpdate]:
    """Draw what may follow a frame: another, the very first again, a scrolled one, or a part that changed."""
    kind = draw(st.sampled_from(["new", "back", "scroll", "part", "part", "popup"]))
    if kind in ("new", "back"):
        after = draw(frame()) if kind == "new" else first
        return after, after.whole()
    if kind == "scroll":
        by = draw(st.integers(1, HEIGHT - 1))
        after = Frame(before.cuts, before.strips[by:] + before.strips[:by])
        return after, after.whole()
    if kind == "popup":
        return draw(popup(before))
    lines = [list(line) for line in before.strips]
    spans = []
    columns = list(pairwise(before.cuts))
    for y in sorted(draw(st.sets(st.integers(0, HEIGHT - 1), min_size=1))):
        at = draw(st.integers(0, len(columns) - 1))
        start, end = columns[at]
        lines[y][at] = draw(strip(end - start))
        spans.append((y, start, end))
    after = Frame(before.cuts, lines)
    return after, after.part(spans)


@st.composite
def popup(draw: st.DrawFn, before: Frame) -> tuple[Frame, ChopsUpdate]:
    """Open something over the middle: wide characters below its edges are halved, and not in the update."""
    left = draw(st.integers(1, WIDTH - 3))
    right = draw(st.integers(left + 1, WIDTH - 1))
    joined = [Strip.join(line) for line in before.strips]
    lines = []
    for line in joined:
        west, _, east = line.divide([left, right, WIDTH])
        lines.append([west, draw(strip(right - left)), east])
    after = Frame([0, left, right, WIDTH], lines)
    return after, after.part([(y, left, right) for y in range(HEIGHT)])


@given(data=st.data(), erases=st.booleans(), colours=st.sampled_from(COLOURS))
@examples(300)
def test_ends_with_the_screen_that_textual_would_draw(data: st.DataObject, erases: bool, colours: ColorSystem) -> None:
    grid, ours = Grid(colours, Encoder(erases_colour=erases)), Terminal()
    now = first = data.draw(frame())
    grid.paint(now.whole())
    ours.feed(grid.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        now, update = data.draw(change_of(now, first))
        grid.paint(update)
        if data.draw(st.booleans()):  # else the terminal is busy, and the next frame brings both
            ours.feed(grid.encode())
    ours.feed(grid.encode())
    textual = Terminal()
    textual.feed(now.whole().render_segments(make_console(colours)).replace("\n", "\r\n"))
    assert ours.seen() == textual.seen()


@given(data=st.data())
@examples(50)
def test_nothing_is_written_when_nothing_changed(data: st.DataObject) -> None:
    grid = Grid(ColorSystem.TRUECOLOR, Encoder(erases_colour=True))
    now = data.draw(frame())
    grid.paint(now.whole())
    assert grid.encode()
    copies = [[Strip([Segment(t, fresh(s or Style())) for t, s, _ in part]) for part in line] for line in now.strips]
    for update in (now.whole(), Frame(now.cuts, copies).whole(), now.part([(0, 0, WIDTH)])):
        grid.paint(update)
        assert grid.encode() == ""


def test_a_redraw_repairs_whatever_the_terminal_shows() -> None:
    grid, ours, once = Grid(ColorSystem.TRUECOLOR, Encoder(erases_colour=True)), Terminal(), Terminal()
    lines = [[Strip([Segment(f"{y} 中文".ljust(20), STYLES[y % 4])]).adjust_cell_length(WIDTH)] for y in range(HEIGHT)]
    grid.paint(Frame([0, WIDTH], lines).whole())
    first = grid.encode()
    once.feed(first)
    ours.feed(first + "\x1b[3;4H\x1b[41mnoise from somebody else\x1b[2;1H")
    grid.forget()
    ours.feed(grid.encode())
    assert ours.seen() == once.seen()


def test_a_column_of_timers_costs_a_few_bytes_a_line() -> None:
    width, height = 160, 45
    grid = Grid(ColorSystem.TRUECOLOR, Encoder(erases_colour=True))

    def line(y: int, second: int) -> Iterable[Strip]:
        at = y * 37 + second
        timer = f"{at // 60:3}:{at % 60:02}" if y < 35 else ""
        segments = [
            Segment(f" agent {y:<20}", Style(color="#d0d8e0", bgcolor="#101418", bold=True)),
            Segment(timer, Style(color="#e0c060" if y % 3 else "#c0c8d0", bgcolor="#101418")),
            Segment("  sales       billing", Style(color="#90a0b0", bgcolor="#101418")),
        ]
        return [Strip(segments).adjust_cell_length(width, Style(bgcolor="#101418"))]

    def table(second: int) -> LayoutUpdate:
        return LayoutUpdate([line(y, second) for y in range(height)], Region(0, 0, width, height))

    grid.paint(table(0))
    grid.encode()
    costs = []
    for second in range(1, 61):
        grid.paint(table(second))
        costs.append(len(grid.encode().encode()))
    assert max(costs) <= 600
    assert sum(costs) / len(costs) <= 400


# ------------------------------------------------------------------------------------------ hostile strings

HOSTILE = [
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;aGk=\x07",
    "\x1b]8;;http://evil/\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31m\x9d0;title\x9c",
    "\x90$q\x9c\x84\x85",
    "a\rb\nc\td\be\x00f\x07\x0e\x0f",
    "\x7f\x7f",
    "\u202eadmin\u202c",
    "\u2066left\u2069\u2067right\u2069",
    "\u200e\u200f\u061c",
    "zero\u200bwidth\u200c\u2060\ufeff",
    "\ud800\udfff",
    "Z" + "\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 20,
    "\u0301\u0301",
    "⚠\ufe0f ❤\ufe0f",
    "👨\u200d👩\u200d👧 👍🏽 🇨🇳",
    "\U000e0041\U000e0042\U000e007f",
    "\u2028\u2029\ufff9\ufffa\ufffb",
    "\u115f\u1160\u3164\uffa0\xad\u034f\u180e",
    "[/nope][@click=app.quit]",
    "\x1bP1$r0m\x1b\\\x1b_G\x1b\\\x1b^x\x1b\\\x1bc",
]
OURS = re.compile(r"\x1b\[[0-9;]*[A-HJKXm]|\x1bD|\r|\x08")
FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e0fff]"
)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_hostile_character_reaches_the_terminal(text: str) -> None:
    grid, ours = Grid(ColorSystem.TRUECOLOR, Encoder(erases_colour=True)), Terminal()
    hostile = Strip([Segment(text, STYLES[-1]), Segment("|after", STYLES[1])]).adjust_cell_length(WIDTH)
    other = [Strip([Segment("x" * WIDTH, STYLES[0])])]
    lines: list[Iterable[Strip]] = [[hostile], other]
    grid.paint(LayoutUpdate(lines, Region(0, 0, WIDTH, 2)))
    sent = grid.encode()
    assert not FORBIDDEN.search(OURS.sub("", sent)), ascii(sent)
    assert "\x1b]" not in sent
    ours.feed(sent)
    assert ours.screen.display[1] == "x" * WIDTH
    assert ours.screen.title == ""


@given(st.text(max_size=20))
@examples(500)
def test_any_text_keeps_the_width_that_textual_gives_it(text: str) -> None:
    cells = cells_of(text)
    assert len(cells) == Strip([Segment(text)]).cell_length
    assert not FORBIDDEN.search("".join(cells))
    for before, cell in zip(["", *cells], cells, strict=False):
        assert cell != REST_OF_WIDE or before != REST_OF_WIDE


# ------------------------------------------------------------------------------------------------------ pens

CODE = st.sampled_from(["1", "2", "3", "4", "7", "8", "9", "21", "31", "94", "38;5;9", "38;2;1;2;3", "42", "39"])
CODES = st.lists(CODE, max_size=4).map(";".join)


@given(CODES, CODES)
def test_a_change_of_pen_ends_with_the_new_pen(old: str, new: str) -> None:
    before, after = pen_of_codes(old), pen_of_codes(new)
    step = change(before, after)
    direct, stepped = Terminal(), Terminal()
    direct.feed(change(None, after) + "x")
    stepped.feed(change(None, before) + step + "x")
    assert look(stepped.screen.buffer[0][0]) == look(direct.screen.buffer[0][0])
    assert len(step) <= len(change(None, after))
