"""Moods: a team's today with whom to look after and why, and one agent's emotion cycle. Nobody is ranked by mood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from data.alerts import Level
from data.model.picture import AgentRow, MoodRow, Picture
from data.model.words import SIGNED_IN
from data.mood import RULES, Concern, Mark, Mean, TeamDay, Weeks, Why, cycle_of, days_of, team_concern, team_days
from widgets.canvas import Line, Piece, padded
from widgets.cells import fit, safe, width_of
from widgets.columns import Column
from widgets.look import Look
from widgets.pane import Heading, Pane, wrap
from widgets.table import Cell, Entry, TablePane

MOOD_WORDS: Mapping[int | None, str] = {
    5: "very good",
    4: "good",
    3: "all right",
    2: "low",
    1: "very low",
    None: "absent",
}
"""The scale in plain words."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_WEEKDAYS = tuple(day[:3] for day in WEEKDAYS)

_COLUMNS = (
    Column("mark", 1),
    Column("seat", 5, rank=3, most=6, head="seat", gap=1),
    Column("agent", 8, most=16, head="name", gap=1),
    Column("mood", 11, most=11, head="today", gap=1),
    Column("week", 7, rank=1, head="7 days", gap=1),
    Column("why", 20, most=120, head="reason", gap=2, eager=True),
)
_STRIP_DAYS = 7
_TEAM_DAYS = 10
_FEW = 3
"""A mean of fewer marks is grey."""


def mood_text(mood: int | None, look: Look) -> str:
    """Return a mood with its word: `4 good`; an absence as its word."""
    word = look.words(MOOD_WORDS[mood])
    return word if mood is None else f"{mood} {word}"


def mean_text(mean: Mean, look: Look) -> str:
    """Return a mean with one decimal, the sign for none of nothing."""
    return look.glyphs.none if mean.value is None else f"{mean.value:.1f}"


def concern_text(concern: Concern, look: Look) -> str:
    """Return why somebody should be looked after, with the figures that say so."""
    low, own = mean_text(concern.low, look), mean_text(concern.own, look)
    times, n, say = concern.low.n, concern.own.n, look.say
    if concern.why is Why.TODAY:
        mood = mood_text(round(concern.low.total), look)
        if not n:
            return say("{mood} today", mood=mood)
        return say("{mood} today, usually {own} ({n} roll-calls)", mood=mood, own=own, n=n)
    if concern.why is Why.RUN:
        text = "{times} days in a row below the usual ({low}; usually {own}, {n} roll-calls)"
        return say(text, times=times, low=low, own=own, n=n)
    if concern.why is Why.WEEKDAY:
        weekday = look.words(WEEKDAYS[concern.at])
        text = "{weekday}: {times} in a row below the usual ({low}; usually {own}, {n} roll-calls)"
        return say(text, weekday=weekday, times=times, low=low, own=own, n=n)
    text = "usually lower at {hour} ({low} in {times} roll-calls; else {own} in {n})"
    return say(text, hour=f"{concern.at % 24:02}:00", times=times, low=low, own=own, n=n)


def told(concerns: Sequence[Concern], note: str, look: Look) -> str:
    """Return what was noted of an agent and why they should be looked after, in one line."""
    said = [safe(note)] if note else []
    return f" {look.glyphs.dot} ".join([*said, *(concern_text(concern, look) for concern in concerns)])


def without_count(text: str, room: int) -> str:
    """Return a reason without the count at its end where there is no room for it: no number is ever cut."""
    if width_of(text) <= room or text[-1:] not in (")", "）"):
        return text
    return text[: max(text.rfind("("), text.rfind("（"))].rstrip() or text


def week_strip(marks: Sequence[Mark], today: int, look: Look) -> str:
    """Return the last seven days as one sign each, today last: the mood, a dash for absent, a blank for none."""
    days = days_of(marks)
    signs = []
    for day in range(today - _STRIP_DAYS + 1, today + 1):
        mark = days.get(day)
        signs.append(" " if mark is None else look.glyphs.none if mark.mood is None else str(mark.mood))
    return "".join(signs)


def unseen(look: Look) -> str:
    """Return what to say to who may not see moods, "" to who may."""
    return "" if look.tells_of_people else look.words("Moods are for the people who lead: no role, no moods.")


class MoodPane(TablePane[AgentRow]):
    """A team's moods today: first whom to look after and why, then the others marked. Row keys are agent ids.

    Whom to look after stands by what kind of reason there is, the worst first: so nobody who needs a word is below the
    fold. All others stand by seat and name, never by mood. `set_weeks` brings what the feed gives for
    `Wish.moods`; without it today's marks alone are shown.
    """

    HEADS_FROM = 6
    MEASURED = False

    team = ""
    """The team in view, "" for all."""
    weeks: Weeks | None = None

    def set_team(self, team: str) -> None:
        """Show one team, "" for all."""
        if team != self.team:
            self.team = team
            self.sync()

    def set_weeks(self, weeks: Weeks | None) -> None:
        """Take what was noted over the weeks."""
        if weeks is not self.weeks:
            self.weeks = weeks
            self.sync()

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of an agent's mood."""
        return _COLUMNS

    def heading(self) -> Heading:
        """Return how many are marked, the team's mean today with n, who is absent, and how many to look after."""
        look, picture = self.look, self.picture
        name = look.words("Mood")
        if picture is None or not look.tells_of_people:
            return Heading(name)
        agents = self._members(picture)
        marks = [picture.moods[agent.id].mood for agent in agents if agent.id in picture.moods]
        moods = [mood for mood in marks if mood is not None]
        here = sum(agent.state in SIGNED_IN or agent.id in picture.moods for agent in agents)
        parts = [look.say("{n} of {all} marked", n=len(marks), all=here)]
        care = sum(agent.id in self._concerns for agent in agents)
        if care:
            parts.insert(0, look.say("{n} to look after", n=care))
        if moods:
            parts.append(look.say("mean {mean} of {n}", mean=f"{sum(moods) / len(moods):.1f}", n=len(moods)))
        if len(marks) > len(moods):
            parts.append(look.say("{n} absent", n=len(marks) - len(moods)))
        return Heading(name, parts, Level.NOTICE if care else Level.CALM, self.position())

    def empty(self) -> str:
        """Say that nothing was noted, and how to begin."""
        if not self.look.tells_of_people:
            return unseen(self.look)
        if self.picture is None or self._entries:
            return ""
        if self.look.read_only:
            return self.look.words("No mood was noted today.")
        return self.look.say("No mood was noted today. {key} takes the roll-call.", key=self.look.keys["roll_call"])

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[AgentRow]]:
        """Return whom to look after, then who else was marked today, and a remark on the team's days."""
        if not self.look.tells_of_people:
            return []
        agents = [a for a in self._members(picture) if a.id in self._concerns or a.id in picture.moods]
        agents.sort(key=lambda agent: (self._urgency(agent), agent.seat, agent.name))
        entries: list[Entry[AgentRow]] = [Entry(agent.id, agent) for agent in agents]
        entries += self._team_remarks(picture)
        return entries

    def cells(self, row: AgentRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return an agent's cells."""
        look = self.look
        concerns = self._concerns.get(row.id, ())
        mood = self._mood(row)
        said = "" if mood is None else mood_text(mood.mood, look)
        if width_of(said) > widths.get("mood", 0) and mood is not None and mood.mood is not None:
            said = str(mood.mood)
        weeks = self.weeks
        strip = week_strip(weeks.marks.get(row.id, ()), weeks.today, look) if weeks else ""
        return {
            "mark": Cell(look.level(Level.NOTICE) if concerns else " ", "level-notice"),
            "seat": Cell(row.seat, "dim"),
            "agent": Cell(row.name, "text"),
            "mood": Cell(said, "text"),
            "week": Cell(strip, "dim"),
            "why": Cell(without_count(self.foot(row), widths.get("why", 0)), "text" if concerns else "dim"),
        }

    def foot(self, row: AgentRow) -> str:
        """Return why an agent should be looked after, and what was noted today."""
        mood = self._mood(row)
        return told(self._concerns.get(row.id, ()), "" if mood is None else mood.note, self.look)

    def _mood(self, agent: AgentRow) -> MoodRow | None:
        return self.picture.moods.get(agent.id) if self.picture else None

    @property
    def _concerns(self) -> Mapping[int, tuple[Concern, ...]]:
        return self.weeks.concerns if self.weeks else {}

    def _members(self, picture: Picture) -> list[AgentRow]:
        return [agent for agent in picture.agents if not self.team or agent.team == self.team]

    def _urgency(self, agent: AgentRow) -> tuple[int, float]:
        """Return how soon somebody's row comes: by what kind of reason there is, and of a kind the worst first."""
        why = [(concern.why, concern.low.value or 0.0) for concern in self._concerns.get(agent.id, ())]
        return min(why, default=(len(Why), 0.0))

    def _team_remarks(self, picture: Picture) -> Iterator[Entry[AgentRow]]:
        """Give the team's means of the last days, and a word where they fall below its own."""
        if self.weeks is None or not self.team:
            return
        days = team_days(self.weeks, [agent.id for agent in self._members(picture)])
        concern = team_concern(days, self.weeks.today, RULES)
        if concern is not None:
            text = self.look.say(
                "the team is {times} days in a row below its usual ({low}; usually {own}, {n} days)",
                times=concern.low.n,
                low=mean_text(concern.low, self.look),
                own=mean_text(concern.own, self.look),
                n=concern.own.n,
            )
            yield Entry("team", None, (Piece(f"{self.look.level(Level.NOTICE)} {text}", "level-notice"),))
        if days:
            yield Entry("days", None, self._days(days[-_TEAM_DAYS:]))

    def _days(self, days: Sequence[TeamDay]) -> Line:
        """Return the team's mean of each day, the newest first so that what is cut is the oldest."""
        pieces = [Piece(f"  {self.look.words('mean by day')}", "dim")]
        for day in reversed(days):
            weekday = self.look.words(SHORT_WEEKDAYS[(day.day - 1) % 7])
            text = f"  {weekday} {mean_text(day.mean, self.look)}"
            pieces += [
                Piece(text, "faint" if day.mean.n < RULES.team_n else "text"),
                Piece(f" n={day.mean.n}", "faint"),
            ]
        return tuple(pieces)


class CyclePane(Pane):
    """An agent's emotion cycle: the mean mood by weekday and hour with n, and what stands out today."""

    MEASURED = False

    agent: int | None = None
    weeks: Weeks | None = None

    def set_agent(self, agent: int | None) -> None:
        """Show another agent."""
        self.agent = agent
        self.sync()

    def set_weeks(self, weeks: Weeks | None) -> None:
        """Take what was noted over the weeks."""
        if weeks is not self.weeks:
            self.weeks = weeks
            self.sync()

    @property
    def _marks(self) -> Sequence[Mark]:
        return self.weeks.marks.get(self.agent, ()) if self.weeks and self.agent is not None else ()

    def heading(self) -> Heading:
        """Return what is usual and of how many marks, and on how many days the agent was absent."""
        look = self.look
        name = look.words("Emotion cycle")
        if not look.tells_of_people or not self._marks:
            return Heading(name)
        overall = cycle_of(self._marks).overall
        parts = [look.say("usually {mean} ({n} roll-calls)", mean=mean_text(overall, look), n=overall.n)]
        absent = sum(mark.mood is None for mark in days_of(self._marks).values())
        if absent:
            parts.append(look.say("{n} days absent", n=absent))
        return Heading(name, parts)

    def empty(self) -> str:
        """Say that nothing was noted."""
        if not self.look.tells_of_people:
            return unseen(self.look)
        if self.weeks is None or self._marks:
            return ""
        return self.look.words("No mood was noted in the last four weeks.")

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return what stands out, then the table of means."""
        look = self.look
        concerns = self.weeks.concerns.get(self.agent or 0, ()) if self.weeks else ()
        said = [f"{look.level(Level.NOTICE)} {concern_text(concern, look)}" for concern in concerns]
        lines: list[Line] = [
            (Piece(fit(text, width, ellipsis=look.glyphs.ellipsis), "level-notice"),)
            for sentence in said
            for text in wrap(sentence, width)
        ]
        room = height - len(lines)
        table = self._table(width, with_cells=True)
        if len(table) > room:
            table = self._table(width, with_cells=False)
        return (lines + table)[:height]

    def _table(self, width: int, with_cells: bool) -> list[Line]:
        """Return the means by weekday and hour, all weekdays in one line at the foot; or that line alone."""
        cycle, look = cycle_of(self._marks), self.look
        most = max(0, (width - 14) // 6)
        hours = sorted(sorted(cycle.hours, key=lambda hour: -cycle.hours[hour].n)[:most])
        head = [Piece(fit("", 6)), *(Piece(fit(f"{hour:02}", 6, right=True), "faint") for hour in hours)]
        head.append(Piece(fit(look.words("all"), 8, right=True), "faint"))
        rows: list[tuple[str, list[Mean]]] = []
        for weekday in sorted(cycle.weekdays) if with_cells else ():
            own = [cycle.cells.get((weekday, hour), Mean()) for hour in hours]
            rows.append((look.words(SHORT_WEEKDAYS[weekday]), [*own, cycle.weekdays[weekday]]))
        rows.append((look.words("all"), [*(cycle.hours[hour] for hour in hours), cycle.overall]))
        return [_filled(head, width), *(self._row(name, means, width) for name, means in rows)]

    def _row(self, name: str, means: Sequence[Mean], width: int) -> Line:
        pieces = [Piece(fit(name, 6), "dim")]
        for at, mean in enumerate(means):
            text = f"{mean_text(mean, self.look)}/{mean.n}" if mean.n else self.look.glyphs.none
            size = 8 if at == len(means) - 1 else 6
            pieces.append(Piece(fit(text, size, right=True), "text" if mean.n >= _FEW else "faint"))
        return _filled(pieces, width)


def _filled(pieces: Sequence[Piece], width: int) -> Line:
    """Return pieces as a line of a width, cut where they are longer."""
    return padded(tuple(pieces), width)
