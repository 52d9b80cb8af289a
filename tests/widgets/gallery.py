"""All panes on the hand-made floor, ticking: `python -m tests.widgets.gallery [--zh] [--ascii] [--theme NAME]`.

Keys: Tab the next pane · m map · d detail · t theme · z language · p mode · s sort · u group · x source down · q quit.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from time import monotonic
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from data.model.picture import Picture
from data.model.words import Health
from tests.widgets.floor_picture import NOW, ZONE, agent_detail, day_strip, floor_picture
from themes import STYLESHEET, THEMES, pick
from themes.plain import MONO
from widgets.agents import AgentsPane
from widgets.breaks import BreaksPane
from widgets.canvas import Canvas
from widgets.checklist import ChecklistPane
from widgets.detail import DetailPane
from widgets.flags import FlagsPane
from widgets.header import FloorHeader
from widgets.keys import KeyBar
from widgets.look import ASCII, UNICODE, ClockState, Look
from widgets.queues import QueuesPane
from widgets.scrubber import Scrubber
from widgets.seat_map import SeatMap
from widgets.zh import ZH

KEYS = (
    *(("f", "flag"), ("b", "break"), ("c", "check"), ("p", "pause…"), ("Enter", "open"), ("w", "why")),
    *(("m", "map"), ("r", "rewind"), ("Tab", "pane"), ("z", "zoom"), ("?", "help")),
)
MODES = (ClockState(), ClockState("replay", 8), ClockState("paused"), ClockState("live", 1, read_only=True))


def translate(text: str) -> str:
    """Return the Chinese words for an English text."""
    return ZH.get(text, text)


def make_look(zh: bool = False, ascii: bool = False) -> Look:
    """Return the gallery's look."""
    look = Look(zone=ZONE, glyphs=ASCII if ascii else UNICODE, site="Day shift · 客服中心")
    return replace(look, words=translate, language="zh") if zh else look


class Gallery(App[None]):
    """The floor screen's two columns."""

    CSS_PATH = STYLESHEET
    CSS = """
    #left { width: 57; }
    #left QueuesPane { height: 12; }
    #left FlagsPane { height: 5; }
    #left ChecklistPane { height: 7; }
    SeatMap, DetailPane, Scrubber { display: none; }
    .-wide #left { width: 80; }
    .-narrow #left { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-usual"), (160, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit"),
        Binding("s", "sort"),
        Binding("u", "group"),
        Binding("t", "next_theme"),
        Binding("p", "mode"),
        Binding("x", "down"),
        Binding("m", "swap('SeatMap')"),
        Binding("d", "swap('DetailPane')"),
        Binding("z", "language"),
    ]

    def __init__(self, look: Look, theme: str, still: bool = False) -> None:
        # Without colours the app must be native ANSI from the start: its filter is chosen then.
        super().__init__(ansi_color=True if theme == MONO.name else None)
        for item in THEMES:
            self.register_theme(item)
        self.theme = theme
        self.look = look
        self.still = still
        self.picture: Picture = floor_picture()
        self.started = monotonic()
        self.mode_index = 0

    def compose(self) -> ComposeResult:
        yield FloorHeader(self.look)
        with Horizontal():
            with Vertical(id="left"):
                yield QueuesPane(self.look, open_ended=True)
                yield BreaksPane(self.look, joined=True, open_ended=True)
                yield FlagsPane(self.look, joined=True, open_ended=True)
                yield ChecklistPane(self.look, joined=True)
            yield AgentsPane(self.look)
            yield SeatMap(self.look)
            yield DetailPane(self.look)
        yield Scrubber(self.look)
        yield KeyBar(self.look, KEYS)

    def on_mount(self) -> None:
        self.query_one(DetailPane).set_detail(agent_detail())
        self.query_one(Scrubber).set_strip(day_strip())
        self.tick()
        if not self.still:
            self.set_interval(1, self.tick)

    def tick(self) -> None:
        now = NOW if self.still else NOW + int((monotonic() - self.started) * 1000)
        picture = self.picture
        if picture.source.health is Health.UP:
            picture = picture._replace(moment_ms=now, source=picture.source._replace(measured_ms=now - 800))
        for pane in self.query(Canvas):
            pane.show(picture, now)

    def action_sort(self) -> None:
        self.query_one(AgentsPane).cycle_sort()

    def action_group(self) -> None:
        pane = self.query_one(AgentsPane)
        pane.set_grouped(not pane.grouped)

    def action_next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_mode(self) -> None:
        self.mode_index = (self.mode_index + 1) % len(MODES)
        clock = MODES[self.mode_index]
        self.screen.set_class(clock.mode == "replay", "-replay")
        self.screen.set_class(clock.mode == "paused", "-paused")
        self.query_one(FloorHeader).set_clock(clock)

        self.query_one(Scrubber).display = clock.mode != "live"

    def action_swap(self, name: str) -> None:
        shown = self.query_one(name).display
        for pane in self.query("AgentsPane, SeatMap, DetailPane"):
            pane.display = False
        wanted = self.query_one("AgentsPane" if shown else name)
        wanted.display = True
        wanted.focus()

    def action_language(self) -> None:
        zh = self.look.language == "en"
        words = translate if zh else Look().words
        self.look = replace(self.look, language="zh" if zh else "en", words=words)
        for pane in self.query(Canvas):
            pane.set_look(self.look)

    def action_down(self) -> None:
        health = Health.DOWN if self.picture.source.health is Health.UP else Health.UP
        source = self.picture.source._replace(health=health, measured_ms=NOW)
        self.picture = self.picture._replace(source=source)
        self.tick()


def main() -> None:
    """Run the gallery."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zh", action="store_true")
    parser.add_argument("--ascii", action="store_true")
    parser.add_argument("--theme", default=THEMES[0].name)
    options = parser.parse_args()
    look = make_look(options.zh, options.ascii)
    colours = 16 if os.environ.get("TERM") == "xterm" and not os.environ.get("COLORTERM") else 256
    Gallery(look, pick(options.theme, colours, "NO_COLOR" in os.environ)).run()


if __name__ == "__main__":
    main()
