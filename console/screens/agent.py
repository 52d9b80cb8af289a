"""An agent's own page: the day, the load with its parts, flags, moods, and what was done and said; it replays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical

from console.screens.paned import PanedScreen
from data.alerts import Level, flag_level
from data.model.picture import AgentRow, FlagRow, FollowUpRow, Person, Picture
from data.model.words import Band
from widgets.detail import DetailPane
from widgets.load import asked, band_level
from widgets.look import Look
from widgets.person import PersonFlagsPane, PersonLine, PersonLoadPane, PersonMoodPane
from widgets.person_log import PersonLogPane
from widgets.tabs import Tab

if TYPE_CHECKING:
    from console.feed import FloorSeen


class AgentScreen(PanedScreen):
    """One agent. `subject` tells the app what to wish for."""

    PANES = ("day", "load", "flags", "mood", "log")
    BAR = (
        *(("Esc", "back"), ("f", "flag"), ("b", "break"), ("p", "phone"), ("n", "note"), ("w", "why")),
        *(("Tab", "pane"), ("r", "rewind"), ("z", "zoom"), ("L", "中文/English"), ("?", "help"), ("q", "quit")),
    )
    CSS = """
    #person { height: 1fr; }
    #person-day { width: 1fr; }
    #person-rest { width: 1fr; layout: vertical; }
    .-wide #person-rest { width: 2fr; layout: horizontal; }
    #person-upper, #person-lower { width: 1fr; height: 1fr; }
    #person-upper #load { height: 3fr; }
    #person-upper #flags { height: 1fr; }
    .-medium #person-upper { height: 19; }
    .-medium #person-upper #load { height: 14; }
    .-wide #person-upper #load { height: 1fr; }
    .-alone #person-rest { width: 1fr; layout: vertical; }
    .-alone #person-upper, .-alone #person-lower { height: 1fr; }
    .-alone #person-upper #load, .-alone #person-upper #flags { height: 1fr; }
    """
    AUTO_FOCUS = "#day"
    wants_moods = True

    def __init__(self, agent: int) -> None:
        super().__init__()
        self.subject = ("agent", agent)
        self.agent = agent

    def compose_panes(self, look: Look) -> ComposeResult:
        """Lay out who it is, and the panes."""
        yield PersonLine(look, self.agent)
        with Horizontal(id="person"):
            with Vertical(id="person-day", classes="column"):
                yield DetailPane(look, id="day")
            with Container(id="person-rest", classes="column"):
                with Vertical(id="person-upper", classes="column"):
                    yield PersonLoadPane(look, id="load")
                    yield PersonFlagsPane(look, id="flags")
                with Vertical(id="person-lower", classes="column"):
                    yield PersonMoodPane(look, id="mood")
                    yield PersonLogPane(look, id="log")

    def on_mount(self) -> None:
        """Tell the moods whose they are."""
        self.query_one(PersonMoodPane).set_agent(self.agent)
        super().on_mount()

    def stacks(self) -> Sequence[Sequence[str]]:
        """Return the columns: the day, and the rest in one or in two."""
        if self.size_class == "wide":
            return (("day",), ("load", "flags"), ("mood", "log"))
        return (("day",), ("load", "flags", "mood", "log"))

    def tabs(self, picture: Picture, now_ms: int) -> Sequence[Tab]:
        """Return the tabs with their trouble."""
        words = self.floor_app.look.words
        load, flags = picture.loads.get(self.agent), [f for f in picture.flags if f.agent_id == self.agent]
        strained = load is not None and asked(load) >= Band.OFFER and self.floor_app.look.tells_of_people
        level = max((flag_level(flag.severity) for flag in flags), default=Level.CALM)
        return [
            Tab(words("Day")),
            Tab(words("Load"), 1 if strained else 0, band_level(asked(load)) if load else Level.CALM),
            Tab(words("Flags"), len(flags), level),
            Tab(words("Mood")),
            Tab(words("Coaching")),
        ]

    def take(self, seen: FloorSeen) -> None:
        """Hand the day and what is known of the person to the panes, once they have come."""
        moods = self.query_one(PersonMoodPane)
        moods.set_weeks(seen.moods)
        if seen.detail is None or seen.wish.detail != self.subject:
            return
        dot = self.floor_app.look.glyphs.dot
        self.query_one(DetailPane).set_detail(seen.detail._replace(title=seen.detail.title.replace("·", dot)))
        person = seen.detail.person or Person(None, (), 0, (), (), (), (), ())
        self.query_one(PersonLoadPane).set_person(person)
        self.query_one(PersonFlagsPane).set_person(person)
        self.query_one(PersonLogPane).set_person(person)
        moods.set_person(person)

    def chosen_flag(self) -> FlagRow | FollowUpRow | None:
        """Return the open flag under the cursor of the pane of flags."""
        pane = self.focused
        line = pane.row_of(pane.selected) if isinstance(pane, PersonFlagsPane) else None
        return line.flag if line is not None and line.resolved_ms is None else None

    def chosen_agent(self) -> AgentRow | None:
        """Return the agent whose page it is."""
        agents = self.picture.agents if self.picture is not None else ()
        return next((agent for agent in agents if agent.id == self.agent), None)
