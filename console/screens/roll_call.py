"""The roll-call of a team: a key an agent, 1 to 5 or absent, and on to the next seat; the cursor never waits.

Each mark goes to the desk at once. One that it refuses is shown on its row; a later one of the same agent holds.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from console.desk import DeskError
from console.screens.asking import AskScreen
from console.screens.paned import PanedScreen
from data.model.people import NoteMood
from data.model.picture import AgentRow, Picture
from widgets.canvas import Line, Piece
from widgets.look import Look
from widgets.mood import MOOD_WORDS
from widgets.pane import Pane
from widgets.roll_call import Entered, Fate, RollCallPane
from widgets.tabs import Tab, TabRow
from widgets.teams import of_team, teams_of
from widgets.title import TitleLine

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen


class RollCallScreen(PanedScreen):
    """A team's people as they sit, each with the mood of today. In the past it shows what was noted then."""

    PANES = ("roll",)
    BAR = (
        *(("1-5", "mood"), ("0", "absent"), ("s", "said or seen"), ("n", "note"), ("Bksp", "back a line")),
        *(("t", "team"), ("f", "flag"), ("Enter", "open"), ("Esc", "back"), ("?", "help"), ("q", "quit")),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(mood), f"mark({mood})", show=False) for mood in range(1, 6)),
        Binding("0,a", "absent", show=False),
        Binding("s", "said", show=False),
        Binding("n", "mood_note", show=False),
        Binding("backspace", "line_back", show=False),
        Binding("t", "team", show=False),
        Binding("escape,R", "back", show=False),
    ]
    CSS = "#roll { height: 1fr; }"
    AUTO_FOCUS = "#roll"
    wants_moods = True

    def __init__(self, team: str | None = None) -> None:
        """Call a team, None or "" for the own one."""
        super().__init__()
        self.team: str | None = team or None
        """The team that is called, "" where there are no teams; None until it is known which ones there are."""
        self.said = False
        """Whether marks are what the agents say, else what is seen."""
        self._said_changed = False
        """Whether that was chosen here: else a mark that is corrected stays whose word it was."""
        self._begun: set[str] = set()
        self._one_by_one: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def compose_panes(self, look: Look) -> ComposeResult:
        """Lay out the title, the scale and the roll."""
        yield TitleLine(look, id="roll-title")
        yield TitleLine(look, id="roll-scale")
        yield RollCallPane(look, id="roll")

    def stacks(self) -> Sequence[Sequence[str]]:
        """Return the one pane."""
        return (("roll",),)

    def tabs(self, picture: Picture, now_ms: int) -> Sequence[Tab]:
        """Return none: there is one pane."""
        return ()

    def lay_out(self, width: int = 0, height: int = 0) -> None:
        """Show the roll alone."""
        super().lay_out(width, height)
        self.query_one(TabRow).display = False

    @property
    def roll(self) -> RollCallPane:
        """The pane."""
        return self.query_one("#roll", RollCallPane)

    # --------------------------------------------------------------- showing

    def narrowed(self, picture: Picture) -> Picture:
        """Return the part of the floor that is the team's."""
        return of_team(picture, self.team or "")

    def take(self, seen: FloorSeen) -> None:
        """Choose the team: a lead's own first, else the first there is."""
        if seen.picture is None:
            return
        teams = teams_of(seen.picture)
        if self.team is None or (self.team and self.team not in teams):
            standing = self.floor_app.standing
            own = [team for team in teams if standing is not None and team in standing.teams]
            self.team = (own or [*teams, ""])[0]
        self._entitle(teams)
        self.roll.set_weeks(seen.moods)

    def show_seen(self, seen: FloorSeen) -> None:
        """Show the roll; a team's first time with the cursor on the first who has no mark."""
        super().show_seen(seen)
        if seen.picture is not None and self.team is not None and self.team not in self._begun:
            self._begun.add(self.team)
            first = self.roll.first_unmarked()
            if first is not None:
                self.roll.select(first)

    def follow_clock(self) -> None:
        """Say which time it is; what was entered now does not hold for the past."""
        super().follow_clock()
        if self.floor_app.clock.mode != "live" and self.roll.entered:
            self.roll.forget()

    def _entitle(self, teams: Sequence[str]) -> None:
        """Say which team is called and by what, and the scale in words."""
        look = self.floor_app.look
        dot = Piece(f" {look.glyphs.dot} ", "dim")
        place = f"  {teams.index(self.team) + 1}/{len(teams)}" if self.team in teams else ""
        team = look.say("{name}", name=self.team) if self.team else look.words("all teams")
        how = "as the agents say" if self.said else "as you see them"
        left = (
            *(Piece(look.words("Roll-call"), "title"), dot, Piece(team, "strong"), Piece(place, "dim"), dot),
            Piece(look.words(how), "accent" if self.said else "dim"),
        )
        right = (Piece(look.words("Seen or said by people; never in rankings or pay."), "dim"),)
        self.query_one("#roll-title", TitleLine).set_title(left, right)
        scale: list[Piece] = []
        for mood in (1, 2, 3, 4, 5, None):
            scale += [Piece(f"{mood or 0}", "key"), Piece(f" {look.words(MOOD_WORDS[mood])}  ", "dim")]
        scale_line: Line = tuple(scale)
        self.query_one("#roll-scale", TitleLine).set_title(scale_line)

    def action_team(self) -> None:
        """Go on to the next team."""
        teams = teams_of(self.picture) if self.picture is not None else ()
        if teams:
            at = teams.index(self.team) if self.team in teams else -1
            self.team = teams[(at + 1) % len(teams)]
            self.floor_app.show_seen()

    # --------------------------------------------------------------- marking

    def chosen_agent(self) -> AgentRow | None:
        """Return the agent under the cursor."""
        if self.picture is None:
            return None
        return next((agent for agent in self.picture.agents if agent.id == self.roll.selected), None)

    def action_mark(self, mood: int) -> None:
        """Note a mood of the agent under the cursor, and go on to the next."""
        self._mark(mood)

    def action_absent(self) -> None:
        """Note that the agent under the cursor is absent, and go on to the next."""
        self._mark(None)

    def _mark(self, mood: int | None) -> None:
        agent, standing = self.chosen_agent(), self.floor_app.standing
        if agent is None or not self.can_act():
            return
        if not self.roll.may_mark(agent, str(mood), mood, "" if standing is None else standing.user):
            return
        self._send(agent.id, self._entered(agent.id, mood))
        self.roll.action_move(1)

    def _entered(self, agent: int, mood: int | None) -> Entered:
        """Return a mark; a later one of the day keeps the note, and whose word it was unless that was changed."""
        before = self.roll.mood_of(agent)
        moment_ms = self.floor_app.clock.moment()
        if before is None:
            return Entered(mood, self.said, moment_ms)
        said = self.said if self._said_changed else before.said
        return Entered(mood, said, moment_ms, before.note, before=(before.mood,))

    def _send(self, agent: int, entered: Entered) -> None:
        """Show a mark, and have the desk keep it meanwhile."""
        self.roll.enter(agent, entered)
        keep = self._keep(self.floor_app, agent, entered)
        self.app.run_worker(keep, group="marks", exit_on_error=True)  # the app's: leaving the screen ends no mark

    async def _keep(self, app: FloorApp, agent: int, entered: Entered) -> None:
        """Have the desk keep a mark, after those of the same agent that were entered before."""
        request = NoteMood(agent, entered.mood, entered.note, entered.said)
        async with self._one_by_one[agent]:
            try:
                answer = await app.desk.order(request)
                done, words = answer.done, answer.said
            except DeskError as error:
                app.set_standing(None)
                done, words = False, str(error)
        if not self.is_attached:
            if not done:
                app.notify(app.look.words(words), severity="error", timeout=10, markup=False)
        elif self.roll.entered.get(agent) is entered:
            fate = Fate.DONE if done else Fate.REFUSED
            self.roll.enter(agent, entered._replace(fate=fate, words=words, at_ms=app.clock.moment()))
        app.ask()

    def action_said(self) -> None:
        """Change between what is seen and what the agents say; it holds for the marks to come."""
        self.said = not self.said
        self._said_changed = True
        if self.picture is not None:
            self._entitle(teams_of(self.picture))

    def action_line_back(self) -> None:
        """Go back a line, to mark it anew."""
        self.roll.action_move(-1)

    def action_mood_note(self) -> None:
        """Add a note to the mark of the agent under the cursor."""
        if self.can_act():
            self.begin(self._note())

    async def _note(self) -> None:
        look = self.floor_app.look
        agent = self.chosen_agent()
        mark = None if agent is None else self.roll.mood_of(agent.id)
        if mark is None or agent is None:
            name = "" if agent is None else agent.name
            text = "{name}: mark first, 1 to 5 or 0 for absent; Bksp goes back to the one before."
            self.notify(look.say(text, name=name), markup=False)
            return
        title = look.say("{name}: a note on the mood", name=agent.name)
        note = await self.ask(AskScreen(look, title, look.words("note, if any"), str.strip, mark.note))
        if note is not None:
            before = mark.before if isinstance(mark, Entered) else ()
            moment_ms = self.floor_app.clock.moment()
            self._send(agent.id, Entered(mark.mood, mark.said, moment_ms, note, before=before))

    # ---------------------------------------------------------------- agents

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Open an agent's own page."""
        if isinstance(event.key, int):
            from console.screens.agent import AgentScreen

            self.app.push_screen(AgentScreen(event.key))
