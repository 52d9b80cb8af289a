"""The roll-call: a team by seat, a line an agent, a key a mood; what was entered stands there before it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from data.alerts import Level
from data.model.days import SECOND
from data.model.picture import AgentRow, MoodRow, Picture
from data.model.words import SIGNED_IN
from data.mood import Weeks
from widgets.cells import safe
from widgets.columns import Column
from widgets.look import Look
from widgets.mood import mood_text, told, unseen, week_strip
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry, TablePane

_COLUMNS = (
    Column("mark", 1),
    Column("seat", 5, most=6, head="seat", gap=1),
    Column("agent", 12, most=18, head="name", gap=1),
    Column("mood", 12, head="today", gap=1),
    Column("said", 4, head="", gap=1),
    Column("week", 7, rank=1, head="7 days", gap=1),
    Column("why", 20, most=120, head="reason", gap=2, eager=True),
)
_HOLD_MS = 5 * SECOND
"""So long a mark that was stored is shown as it was entered, until a picture tells of it."""


class Fate(Enum):
    """What has become of a mark."""

    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"


class Entered(NamedTuple):
    """A mark as it was entered; `words` say why it was refused."""

    mood: int | None
    said: bool
    at_ms: int
    note: str = ""
    fate: Fate = Fate.SENDING
    words: str = ""
    before: tuple[int | None, ...] = ()
    """What it took the place of, if anything: a mood, None for absent."""


class RollCallPane(TablePane[AgentRow]):
    """The agents of the picture by seat and name. Row keys are agent ids."""

    MEASURED = False

    weeks: Weeks | None = None
    _pressed: tuple[int, str] | None = None

    def __init__(self, look: Look, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self.entered: dict[int, Entered] = {}
        self.asked: tuple[int, str] | None = None
        """Whose mark is asked about, and in what words: the same key again answers."""

    def set_weeks(self, weeks: Weeks | None) -> None:
        """Take what was noted over the weeks."""
        if weeks is not self.weeks:
            self.weeks = weeks
            self.sync()

    def ask(self, agent: int | None, words: str = "") -> None:
        """Ask on a row whether its mark is to be changed; None: ask nothing any more."""
        self.asked = None if agent is None else (agent, words)
        self.sync()

    def enter(self, agent: int, entered: Entered) -> None:
        """Show a mark as it was entered, or what became of it."""
        self.entered[agent] = entered
        self.sync()

    def forget(self) -> None:
        """Show only what the picture tells."""
        self.entered.clear()
        self.sync()

    def mood_of(self, agent: int) -> Entered | MoodRow | None:
        """Return the mark that holds for an agent: the entered one until the picture tells of it."""
        told = self.picture.moods.get(agent) if self.picture else None
        entered = self.entered.get(agent)
        if entered is None or entered.fate is Fate.REFUSED:
            return told
        fresh = entered.fate is Fate.SENDING or self.now_ms - entered.at_ms < _HOLD_MS
        return entered if fresh else told

    def first_unmarked(self) -> int | None:
        """Return the first agent without a mark, None where all have one."""
        keys = (entry.key for entry in self._entries if entry.row is not None)
        return next((key for key in keys if isinstance(key, int) and self.mood_of(key) is None), None)

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a roll-call."""
        return _COLUMNS

    def heading(self) -> Heading:
        """Return how many of how many are marked, who is absent, and what was refused."""
        look = self.look
        name = look.words("Roll-call")
        if self.picture is None or not look.tells_of_people:
            return Heading(name)
        agents = [entry.row.id for entry in self._entries if entry.row is not None]
        marks = [mark for mark in map(self.mood_of, agents) if mark is not None]
        refused = sum(self.entered[agent].fate is Fate.REFUSED for agent in agents if agent in self.entered)
        parts = [look.say("{n} of {all} marked", n=len(marks), all=len(agents))]
        if refused:
            parts.insert(0, look.say("{n} not taken", n=refused))
        absent = sum(mark.mood is None for mark in marks)
        if absent:
            parts.append(look.say("{n} absent", n=absent))
        return Heading(name, parts, Level.ALARM if refused else Level.CALM, self.position())

    def empty(self) -> str:
        """Say that there is nobody to call."""
        if not self.look.tells_of_people:
            return unseen(self.look)
        if self.picture is None or self.picture.agents:
            return ""
        return self.look.words("Nobody is known here yet. Agents appear when they sign in.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[AgentRow]]:
        """Return the agents as they sit; those without a seat last, by name."""
        agents = sorted(picture.agents, key=lambda agent: (not agent.seat, agent.seat, agent.name.casefold(), agent.id))
        return [Entry(agent.id, agent) for agent in agents]

    def cells(self, row: AgentRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return an agent's cells; of a mark that was refused the words that say why."""
        look, mark = self.look, self.mood_of(row.id)
        entered = self.entered.get(row.id)
        asked = self.asked is not None and self.asked[0] == row.id
        refused = not asked and entered is not None and entered.fate is Fate.REFUSED
        concerns = self.weeks.concerns.get(row.id, ()) if self.weeks else ()
        reason = Cell(self.foot(row), "text" if concerns else "dim")
        if refused:
            reason = reason._replace(tone="level-alarm")
        if asked:
            reason = reason._replace(tone="level-warn")
        level = Level.WARN if asked else Level.ALARM if refused else Level.NOTICE if concerns else Level.CALM
        sending = isinstance(mark, Entered) and mark.fate is Fate.SENDING
        strip = week_strip(self.weeks.marks.get(row.id, ()), self.weeks.today, look) if self.weeks else ""
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "seat": Cell(row.seat, "dim"),
            "agent": Cell(row.name, "text"),
            "mood": Cell("" if mark is None else mood_text(mark.mood, look), "dim" if sending else "strong"),
            "said": Cell(look.words("said") if mark is not None and mark.said else "", "dim"),
            "week": Cell(strip, "dim"),
            "why": reason,
        }

    def foot(self, row: AgentRow) -> str:
        """Return why a mark was refused, else what was noted and why the agent should be looked after."""
        entered, mark = self.entered.get(row.id), self.mood_of(row.id)
        if self.asked is not None and self.asked[0] == row.id:
            return self.asked[1]
        if entered is not None and entered.fate is Fate.REFUSED:
            return safe(self.look.words(entered.words))
        concerns = self.weeks.concerns.get(row.id, ()) if self.weeks else ()
        was = ""
        if entered is not None and entered.before:
            was = self.look.say("was {mood}", mood=mood_text(entered.before[0], self.look))
        said = told(concerns, "" if mark is None else mark.note, self.look)
        return f" {self.look.glyphs.dot} ".join(part for part in (was, said) if part)

    def may_mark(self, row: AgentRow, key: str, mood: int | None, own: str) -> bool:
        """Whether a key marks somebody at once; where it does not, the row asks, and the same key again does.

        At once is marked who has no mark, and who has one that was made here. Asked is about one that stood before
        (`own` is the reader's name), and about the absence of somebody who is signed in.
        """
        look, mark, again = self.look, self.mood_of(row.id), (row.id, key)
        before, self._pressed = self._pressed, again
        if before == again and self.asked is not None:
            self._pressed = None
            self.ask(None)
            return True
        if mood is None and row.state in SIGNED_IN and (mark is None or mark.mood is not None):
            self.ask(row.id, look.words("is signed in; the same key again notes the absence"))
            return False
        if isinstance(mark, MoodRow):
            text = "already {mood} by {who} {time}; the same key again changes it"
            who = look.words("you") if mark.by == own else mark.by or look.glyphs.none
            self.ask(row.id, look.say(text, mood=mood_text(mark.mood, look), who=who, time=look.clock(mark.at_ms)))
            return False
        self._pressed = None
        self.ask(None)
        return True
