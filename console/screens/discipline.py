"""Floor discipline: rounds, findings, incidents, the handover, scores and attendance, now or at any other moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from console.screens.paned import PanedScreen
from data.alerts import Level
from data.discipline.attendance import attendance_sum
from data.model.discipline import FindingRow, HandoverRow, IncidentRow
from data.model.discipline_seen import DisciplineSeen
from data.model.people import Role
from data.model.picture import AgentRow, Picture
from widgets.attendance import AttendancePane
from widgets.canvas import Piece
from widgets.cells import safe
from widgets.discipline_words import DisciplinePane
from widgets.findings import FindingsPane, level_of
from widgets.handover import HandoverPane, unread
from widgets.incidents import IncidentsPane
from widgets.look import Look
from widgets.pane import Pane, RowKey
from widgets.rounds import RoundsPane
from widgets.scores import ScoresPane
from widgets.tabs import Tab
from widgets.teams import of_team, seen_of_team, teams_of
from widgets.title import TitleLine

if TYPE_CHECKING:
    from console.feed import FloorSeen


class DisciplineScreen(PanedScreen):
    """What is due and what was found on the floor, of a team or of all; people act on it from here."""

    PANES = ("rounds", "findings", "incidents", "handover", "scores", "attendance")
    BAR = (
        *(("Esc", "back"), ("Enter", "open"), ("c", "check"), ("F", "finding"), ("x", "deal with"), ("i", "incident")),
        *(
            ("H", "handover"),
            ("a", "area"),
            ("o", "own"),
            ("t", "team"),
            ("r", "rewind"),
            ("z", "zoom"),
            ("Tab", "pane"),
        ),
        *(("?", "help"), ("q", "quit")),
    )
    OWN_TITLE = "On the page of discipline"
    OWN_KEYS = (
        ("Enter", "Walk the round, deal with the finding, show the floor at the incident, read the handover"),
        ("x", "Deal with what is under the cursor: put right, whose, until when; the incident's measures"),
        ("a o", "Findings of the next area; the own ones or all"),
        ("t", "The next team, after the last one all"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D", "back", show=False),
        Binding("6", "pane(5)", show=False),
        Binding("t", "team", show=False),
        Binding("a", "area", show=False),
        Binding("o", "own", show=False),
    ]
    CSS = """
    #discipline { height: 1fr; }
    #discipline-left { width: 10fr; }
    #discipline-middle, #discipline-right { width: 1fr; }
    .-medium #discipline-rest { width: 9fr; layout: vertical; }
    .-medium #discipline-left { width: 11fr; }
    .-medium #discipline-middle, .-medium #discipline-right { width: 1fr; }
    #discipline-rest { width: 11fr; layout: horizontal; }
    #discipline-left #rounds { height: 2fr; }
    #discipline-left #findings { height: 3fr; }
    .-alone #discipline-left, .-alone #discipline-rest { width: 1fr; }
    """
    AUTO_FOCUS = "#rounds"
    wants_discipline = True

    def __init__(self) -> None:
        super().__init__()
        self.team: str | None = None
        """The team in view, "" for all; None until it is known which ones there are."""

    # ---------------------------------------------------------------- layout

    def compose_panes(self, look: Look) -> ComposeResult:
        """Lay out the title and the six panes."""
        yield TitleLine(look)
        with Horizontal(id="discipline"):
            with Vertical(id="discipline-left", classes="column"):
                yield RoundsPane(look, id="rounds")
                yield FindingsPane(look, id="findings")
            with Horizontal(id="discipline-rest", classes="column"):
                with Vertical(id="discipline-middle", classes="column"):
                    yield IncidentsPane(look, id="incidents")
                    yield HandoverPane(look, id="handover")
                with Vertical(id="discipline-right", classes="column"):
                    yield ScoresPane(look, id="scores")
                    yield AttendancePane(look, id="attendance")

    def stacks(self) -> Sequence[Sequence[str]]:
        """Return the columns: two, or three where there is room."""
        left, middle, right = ("rounds", "findings"), ("incidents", "handover"), ("scores", "attendance")
        return (left, middle, right) if self.size_class == "wide" else (left, (*middle, *right))

    def tabs(self, picture: Picture, now_ms: int) -> Sequence[Tab]:
        """Return the six tabs with their trouble."""
        words, known = self.floor_app.look.words, picture.discipline
        late = sum(row.is_late(now_ms) for row in known.rounds)
        levels = [level for row in known.findings if (level := level_of(row, now_ms)) >= Level.WARN]
        going = sum(row.ended_ms is None for row in known.incidents)
        owed = sum(row.ended_ms is not None and row.review is None for row in known.incidents)
        waiting = len(known.missing) + len(unread(known))
        seen = self._seen()
        failing = sum(not score.passed for score in seen.scores.teams) if seen is not None else 0
        absent = attendance_sum(seen.attendance) if seen is not None else None
        missed = 0 if absent is None else absent.absent or absent.late
        return [
            Tab(words("Rounds"), late, Level.ALARM if late else Level.CALM),
            Tab(words("Findings"), len(levels), max(levels, default=Level.CALM)),
            Tab(words("Incidents"), going or owed, Level.ALARM if going else Level.WARN if owed else Level.CALM),
            Tab(words("Handover"), waiting, Level.WARN if waiting else Level.CALM),
            Tab(words("Scores"), failing, Level.WARN if failing else Level.CALM),
            Tab(words("Attendance"), missed, Level.ALARM if absent and absent.absent else Level.WARN),
        ]

    # --------------------------------------------------------------- showing

    def narrowed(self, picture: Picture) -> Picture:
        """Return the part of the floor that is the team's."""
        return of_team(picture, self.team or "")

    def _seen(self) -> DisciplineSeen | None:
        """Return what is known of discipline for the team in view, None until it has come."""
        seen = self.floor_app.seen
        if seen is None or seen.discipline is None or seen.picture is None:
            return None
        return seen_of_team(seen.discipline, seen.picture, self.team or "")

    def take(self, seen: FloorSeen) -> None:
        """Keep to the team, and hand the panes what else has come."""
        if seen.picture is None:
            return
        teams = teams_of(seen.picture)
        if self.team is None or self.team not in teams:
            self.team = ""
        self._entitle(teams)
        if seen.wish.discipline:  # an answer to another screen's wish says nothing of it
            known = self._seen()
            for pane in self.query(DisciplinePane).results():
                pane.set_seen(known)

    def _entitle(self, teams: Sequence[str]) -> None:
        """Say which team is in view, and what the scores are not."""
        look = self.floor_app.look
        place = f"  {teams.index(self.team) + 1}/{len(teams)}" if self.team in teams else ""
        left = (
            Piece(look.words("Discipline"), "title"),
            Piece(f" {look.glyphs.dot} ", "dim"),
            Piece(safe(self.team or look.words("all teams")), "strong"),
            Piece(place, "dim"),
        )
        right = (Piece(look.words("Scores are of teams and places, never of people."), "dim"),)
        self.query_one(TitleLine).set_title(left, right)

    def action_team(self) -> None:
        """Go on to the next team; after the last come all."""
        if self.picture is None:
            return
        order = ["", *teams_of(self.picture)]
        at = order.index(self.team) if self.team in order else 0
        self.team = order[(at + 1) % len(order)]
        self.floor_app.show_seen()

    # ---------------------------------------------------------------- which findings

    @property
    def findings(self) -> FindingsPane:
        """The pane of findings."""
        return self.query_one("#findings", FindingsPane)

    def action_area(self) -> None:
        """Show the findings of the next area in which there are any; after the last one all."""
        if self.picture is None:
            return
        seen = self._seen()
        rows = (*self.narrowed(self.picture).discipline.findings, *(seen.closed if seen is not None else ()))
        found = dict.fromkeys(row.area for row in rows)
        known = [key for key, _, _ in seen.areas] if seen is not None else []
        order = ["", *(key for key in known if key in found), *(key for key in found if key not in known)]
        at = order.index(self.findings.area) if self.findings.area in order else 0
        self.findings.set_area(order[(at + 1) % len(order)])
        self._to_findings()

    def action_own(self) -> None:
        """Show only what we found, have to see to, or what is about the teams that we lead; or all again."""
        standing = self.floor_app.standing
        if self.findings.own is None and standing is not None:
            self.findings.set_own((standing.user, frozenset(standing.teams)))
        else:
            self.findings.set_own(None)
        self._to_findings()

    def _to_findings(self) -> None:
        if self.active != "findings":
            self.go("findings")

    # ---------------------------------------------------------------- what is under the cursor

    def _under(self, pane: str, key: RowKey | None = None) -> object:
        """Return the row under the cursor of a pane, or the one of a key."""
        shown = self.query_one(f"#{pane}", DisciplinePane)
        return shown.row_of(shown.selected if key is None else key)

    def chosen_finding(self) -> FindingRow | None:
        """Return the finding under the cursor of the pane in use."""
        row = self._under(self.active)
        return row if isinstance(row, FindingRow) else None

    def chosen_incident(self) -> IncidentRow | None:
        """Return the incident under the cursor of the pane in use."""
        row = self._under(self.active)
        return row if isinstance(row, IncidentRow) else None

    def chosen_handover(self) -> HandoverRow | None:
        """Return the handover under the cursor of the pane in use."""
        row = self._under(self.active)
        return row if isinstance(row, HandoverRow) else None

    def chosen_agent(self) -> AgentRow | None:
        """Return the agent whom the row under the cursor is about."""
        row = self._under(self.active)
        agent = row.agent_id if isinstance(row, FindingRow) else getattr(getattr(row, "duty", None), "agent_id", None)
        agents = self.picture.agents if self.picture is not None else ()
        return next((each for each in agents if each.id == agent), None)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Open what is under the cursor."""
        opening: dict[str, Callable[[RowKey], None]] = {
            "rounds": self._walk,
            "findings": lambda key: self.action_resolve(),
            "incidents": self._to_incident,
            "handover": lambda key: self.action_handover(),
            "scores": self._to_area,
            "attendance": self._to_agent,
        }
        if event.pane.id in opening:
            opening[event.pane.id](event.key)

    def _walk(self, key: RowKey) -> None:
        from console.acting.rounds import walk

        walk(self, str(key))

    def _to_incident(self, key: RowKey) -> None:
        from console.acting.incidents import show_floor_at

        row = self._under("incidents", key)
        if isinstance(row, IncidentRow):
            show_floor_at(self, row)

    def _to_area(self, key: RowKey) -> None:
        """Show the findings of the area under the cursor."""
        kind, _, name = str(key).partition(":")
        if kind == "area":
            self.findings.set_area(name)
            self.go("findings")

    def _to_agent(self, key: RowKey) -> None:
        agent = getattr(getattr(self._under("attendance", key), "duty", None), "agent_id", None)
        if isinstance(agent, int):
            from console.screens.agent import AgentScreen

            self.app.push_screen(AgentScreen(agent))

    def action_resolve(self) -> None:
        """Deal with what is under the cursor: a finding, an incident, a handover, a round."""
        if self.active == "rounds":
            row = self._under("rounds")
            if row is not None:
                self._walk(getattr(row, "key", ""))
        elif self.active == "incidents":
            self.action_incident()
        elif self.active == "handover":
            self.action_handover()
        elif (finding := self.chosen_finding()) is not None:
            if self.can_act(Role.LEAD):
                from console.acting.findings import deal_with

                self.begin(deal_with(self, finding))
        else:
            self.notify(self.floor_app.look.words("Put the cursor on a finding first."), markup=False)
