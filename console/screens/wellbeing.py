"""Wellbeing: load, flags, breaks and mood of the team in view, now or at any other moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from console.screens.paned import PanedScreen
from data.alerts import Level
from data.model.picture import AgentRow, Picture
from data.model.words import Band
from widgets.breaks import BreaksPane
from widgets.canvas import Piece
from widgets.cells import safe
from widgets.flags import FlagsPane
from widgets.load import LoadPane, asked_bands, band_level
from widgets.look import Look
from widgets.mood import MoodPane
from widgets.pane import Pane
from widgets.tabs import Tab, troubles
from widgets.teams import of_team, teams_of
from widgets.title import TitleLine

if TYPE_CHECKING:
    from console.feed import FloorSeen


class WellbeingScreen(PanedScreen):
    """The people of a team, or of all: who is under strain, and what to do about it."""

    PANES = ("load", "flags", "breaks", "mood")
    BAR = (
        *(("Esc", "back"), ("Enter", "open"), ("t", "team"), ("f", "flag"), ("b", "break"), ("p", "phone")),
        *(("c", "check"), ("n", "note"), ("w", "why"), ("R", "roll-call"), ("r", "rewind"), ("Tab", "pane")),
        *(("z", "zoom"), ("?", "help"), ("q", "quit")),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("W", "back", show=False),
        Binding("t", "team", show=False),
    ]
    CSS = """
    #people { height: 1fr; }
    #people-left { width: 11fr; }
    #people-right { width: 9fr; }
    #people-left #load { height: 3fr; }
    #people-left #breaks { height: 2fr; }
    #people-right #flags { height: 1fr; }
    #people-right #mood { height: 1fr; }
    """
    AUTO_FOCUS = "#load"
    wants_moods = True

    def __init__(self) -> None:
        super().__init__()
        self.team: str | None = None
        """The team in view, "" for all; None until it is known which ones there are."""

    def compose_panes(self, look: Look) -> ComposeResult:
        """Lay out the title and the four panes."""
        yield TitleLine(look)
        with Horizontal(id="people"):
            with Vertical(id="people-left", classes="column"):
                yield LoadPane(look, id="load")
                yield BreaksPane(look, id="breaks")
            with Vertical(id="people-right", classes="column"):
                yield FlagsPane(look, id="flags")
                yield MoodPane(look, id="mood")

    def stacks(self) -> Sequence[Sequence[str]]:
        """Return the two columns."""
        return (("load", "breaks"), ("flags", "mood"))

    def tabs(self, picture: Picture, now_ms: int) -> Sequence[Tab]:
        """Return the four tabs with their trouble."""
        look = self.floor_app.look
        words = look.words
        asking = [band for band in asked_bands(picture) if band >= Band.OFFER]
        load = (len(asking), band_level(max(asking))) if asking and look.tells_of_people else (0, Level.CALM)
        _, _, breaks, flags, _ = troubles(picture, now_ms, look)
        names = (("Load", *load), ("Flags", *flags), ("Breaks", *breaks), ("Mood", 0, Level.CALM))
        return [Tab(words(name), amiss, level) for name, amiss, level in names]

    def narrowed(self, picture: Picture) -> Picture:
        """Return the part of the floor that is the team's."""
        return of_team(picture, self.team or "")

    def take(self, seen: FloorSeen) -> None:
        """Choose the team: a lead's own first."""
        if seen.picture is None:
            return
        teams = teams_of(seen.picture)
        if self.team is None and teams:
            standing = self.floor_app.standing
            own = [team for team in teams if standing is not None and team in standing.teams]
            self.team = own[0] if own else ""
        elif self.team and self.team not in teams:
            self.team = ""
        self._entitle(teams)
        mood = self.query_one("#mood", MoodPane)
        mood.set_team(self.team or "")
        mood.set_weeks(seen.moods)

    def _entitle(self, teams: Sequence[str]) -> None:
        """Say which team is in view, and what its load is not."""
        look = self.floor_app.look
        name = self.team or look.words("all teams")
        place = f"  {teams.index(self.team) + 1}/{len(teams)}" if self.team in teams else ""
        left = (
            Piece(look.words("Wellbeing"), "title"),
            Piece(f" {look.glyphs.dot} ", "dim"),
            Piece(safe(name), "strong"),
            Piece(place, "dim"),
        )
        right = (Piece(look.words("Computed from workload only; nobody's feelings are inferred."), "dim"),)
        self.query_one(TitleLine).set_title(left, right)

    def action_team(self) -> None:
        """Go on to the next team; after the last come all."""
        if self.picture is None:
            return
        order = ["", *teams_of(self.picture)]
        at = order.index(self.team) if self.team in order else 0
        self.team = order[(at + 1) % len(order)]
        self.floor_app.show_seen()

    # ---------------------------------------------------------------- agents

    def chosen_agent(self) -> AgentRow | None:
        """Return the agent under the cursor of the pane in use."""
        if self.picture is None:
            return None
        owner = self._owner(self.active, getattr(self.pane(self.active), "selected", None))
        return next((agent for agent in self.narrowed(self.picture).agents if agent.id == owner), None)

    def _owner(self, pane: str, key: object) -> int | None:
        """Return whose row a key stands for."""
        if pane == "flags":
            row = self.query_one(FlagsPane).row_of(key) if isinstance(key, int | str) else None
            return row.agent_id if row is not None else None
        return key if isinstance(key, int) else None

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Deal with a flag, where acts are taken; else open an agent's own page."""
        if event.pane.id == "flags" and self.floor_app.clock.mode == "live" and not self.floor_app.read_only:
            self.action_resolve()
            return
        owner = self._owner(event.pane.id or "", event.key)
        if owner is not None:
            from console.screens.agent import AgentScreen

            self.app.push_screen(AgentScreen(owner))
