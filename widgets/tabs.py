"""The panes of a narrow screen as one row of tabs, each named with its trouble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from data.alerts import Level, flag_level, pause_level, queue_level
from data.model.picture import Picture
from data.model.words import Mark, State
from widgets.canvas import Canvas, Line, Piece, padded
from widgets.cells import width_of
from widgets.levels import agent_levels
from widgets.look import Look
from widgets.pane import LEVEL_TONES


class Tab(NamedTuple):
    """A tab: its name in the reader's words, how many things are amiss, and how badly."""

    name: str
    amiss: int = 0
    level: Level = Level.CALM


class TabRow(Canvas):
    """One row of tabs; posts `Chosen` on a click."""

    DEFAULT_CSS = "TabRow { width: 1fr; height: 1; }"

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(look, id=id, classes=classes)
        self.tabs: Sequence[Tab] = ()
        self.active = 0

    def set_tabs(self, tabs: Sequence[Tab], active: int) -> None:
        """Show other tabs, or another one as active."""
        self.tabs, self.active = tuple(tabs), active
        self.sync()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the tabs in one line."""
        pieces = [Piece(" ")]
        for index, tab in enumerate(self.tabs):
            active = index == self.active
            pieces.append(Piece(f" {tab.name} ", "reverse-accent" if active else "text"))
            if tab.amiss:
                glyph = self.look.level(tab.level).strip()
                pieces.append(Piece(f"{tab.amiss}{glyph}", LEVEL_TONES[tab.level]))
            pieces.append(Piece(" "))
        return [padded(tuple(pieces), width, self.look.glyphs.ellipsis)]

    def on_click(self, event: events.Click) -> None:
        """Tell which tab was clicked."""
        at = 1
        for index, tab in enumerate(self.tabs):
            glyph = self.look.level(tab.level).strip()
            end = at + width_of(tab.name) + 3 + (width_of(f"{tab.amiss}{glyph}") if tab.amiss else 0)
            if at <= event.x < end:
                self.post_message(self.Chosen(index))
            at = end


def troubles(picture: Picture, now_ms: int, look: Look) -> list[tuple[int, Level]]:
    """Return how many things are amiss and how badly: queues, agents, breaks, flags, checklist."""
    limits = look.limits
    queues = [level for queue in picture.queues if (level := queue_level(queue, now_ms, limits)) >= Level.WARN]
    agents = [level for level in agent_levels(picture, now_ms, limits) if level >= Level.WARN]
    out = [agent for agent in picture.agents if agent.state is State.NOT_READY]
    levels = [pause_level(agent.reason, now_ms - agent.since_ms, limits.of(team=agent.team)) for agent in out]
    breaks = [level for level in levels if level >= Level.WARN]
    flags = [flag_level(flag.severity) for flag in picture.flags if flag.severity]
    failed = sum(item.mark is Mark.FAIL for item in picture.checklist.items) if picture.checklist else 0
    failed += sum(row.is_late(now_ms) for row in picture.discipline.rounds)
    return [
        _worst(queues),
        _worst(agents),
        _worst(breaks),
        (len(flags), max(flags, default=Level.CALM)),
        (failed, Level.WARN if failed else Level.CALM),
    ]


def _worst(levels: Sequence[Level]) -> tuple[int, Level]:
    """Return how many are as bad as the worst, and how bad that is."""
    worst = max(levels, default=Level.CALM)
    return sum(level is worst for level in levels), worst
