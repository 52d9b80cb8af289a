"""Who is out, on what, for how long of how much; who is over and who is due back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from data.alerts import Level, pause_level
from data.breaks import allowance, cap, is_protected
from data.model.picture import AgentRow, Picture
from data.model.words import SIGNED_IN, State
from widgets.agents import state_text
from widgets.canvas import Line, Piece
from widgets.cells import brief, duration, fit
from widgets.columns import Column
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry, TablePane

_COLUMNS = (
    Column("mark", 1),
    Column("name", 8, most=20, gap=1),
    Column("reason", 8, most=9),
    Column("time", 6, right=True),
    Column("allowed", 8, rank=2, gap=1),
    Column("then", 10, rank=1, most=14),
    Column("seat", 5, rank=3, most=7),
    Column("team", 8, rank=4, most=14),
)
_MINUTE = 60_000
_NEXT_AFTER_MS = 60 * _MINUTE
_NEVER = 1 << 62


class BreaksPane(TablePane[AgentRow]):
    """The agents on a break. Row keys are agent ids. Protected reasons are shown and never judged."""

    HEADS_FROM = 0

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a break."""
        return _COLUMNS

    def heading(self) -> Heading:
        """Return how many are out of how many may be, and how many are over."""
        look, name = self.look, self.look.words("Breaks")
        if self.picture is None or not self.picture.agents:
            return Heading(name)
        agents, policy = self.picture.agents, look.limits.breaks
        out = [a for a in agents if a.state is State.NOT_READY]
        counted = sum(not is_protected(agent.reason, policy) for agent in out)
        most = cap(sum(agent.state in SIGNED_IN for agent in agents), 0, policy)  # what the load needs is not known yet
        levels = [self._level(agent, self.now_ms) for agent in out]
        over = sum(level >= Level.WARN for level in levels)
        parts = [look.say("{n} out, {counted} of {cap} allowed", n=len(out), counted=counted, cap=most)]
        if over:
            parts.append(look.say("{n} overdue", n=over))
        worst = max(levels, default=Level.CALM)
        level = worst if over else Level.WARN if counted > most else Level.CALM
        return Heading(name, parts, level, self.position())

    def empty(self) -> str:
        """Say that all are at work."""
        if self.picture is None or self._entries:
            return ""
        if self.look.read_only:
            return self.look.words("Nobody is on a break.")
        return self.look.say("Nobody is on a break. {key} sends somebody.", key=self.look.keys.get("break", "b"))

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[AgentRow]]:
        """Return who is out: the furthest over first, then who is due next; last, who should go next."""
        out = [agent for agent in picture.agents if agent.state is State.NOT_READY]
        out.sort(key=lambda agent: (-self._level(agent, now_ms), self._due(agent), agent.since_ms))
        entries = [Entry(agent.id, agent) for agent in out]
        entries += self._crowded(picture)
        remark = self._next(picture, now_ms)
        return [*entries, Entry("next", None, remark)] if remark else entries

    def _crowded(self, picture: Picture) -> Iterator[Entry[AgentRow]]:
        """Give a remark for each team that has more out than its own cap allows."""
        policy = self.look.limits.breaks
        staffed: Counter[str] = Counter(agent.team for agent in picture.agents if agent.state in SIGNED_IN)
        out = Counter(
            agent.team
            for agent in picture.agents
            if agent.state is State.NOT_READY and agent.team and not is_protected(agent.reason, policy)
        )
        for team, n in out.most_common():
            most = cap(staffed[team], 0, policy)
            if n > most:
                text = self.look.say("{team}: {n} out, cap {cap}", team=team, n=n, cap=most)
                yield Entry(f"team:{team}", None, (Piece(f"{self.look.level(Level.WARN)} {text}", "level-warn"),))

    def cells(self, row: AgentRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a break's cells; those of a protected reason stay dim."""
        look, policy = self.look, self.look.limits.breaks
        level, out_ms = self._level(row, now_ms), now_ms - row.since_ms
        protected, allowed = is_protected(row.reason, policy), allowance(row.reason, policy)
        limited = allowed is not None and not protected
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "name": Cell(row.name, "strong" if level is Level.ALARM else "text"),
            "reason": Cell(state_text(row, look), "dim" if protected else "state-not_ready"),
            "time": Cell(brief(out_ms), LEVEL_TONES[level] if level else "text"),
            "allowed": Cell(look.say("of {time}", time=brief(allowed)) if limited and allowed else "", "dim"),
            "then": self._then(out_ms, allowed if limited else None, row, level),
            "seat": Cell(row.seat, "dim"),
            "team": Cell(row.team, "dim"),
        }

    def _then(self, out_ms: int, allowed: int | None, row: AgentRow, level: Level) -> Cell:
        """Return by how much a break is over, or when it ends."""
        if allowed is None:
            return Cell("")
        if out_ms > allowed:
            return Cell(self.look.say("over {time}", time=duration(out_ms - allowed)), LEVEL_TONES[level])
        return Cell(self.look.say("back {time}", time=self.look.clock(row.since_ms + allowed)), "dim")

    def _level(self, agent: AgentRow, now_ms: int) -> Level:
        """Return how far a break is over."""
        limits = self.look.limits.of(agent.queue_key, agent.team)
        return pause_level(agent.reason, now_ms - agent.since_ms, limits)

    def _due(self, agent: AgentRow) -> int:
        """Return when a break ends; what has no end of its own comes last."""
        policy = self.look.limits.breaks
        allowed = allowance(agent.reason, policy)
        return _NEVER if allowed is None or is_protected(agent.reason, policy) else agent.since_ms + allowed

    def _next(self, picture: Picture, now_ms: int) -> Line:
        """Return the line about who has worked longest without a break, once that is an hour."""
        working = SIGNED_IN - {State.NOT_READY}
        since = [(a.break_ms, a.name) for a in picture.agents if a.break_ms is not None and a.state in working]
        if not since or now_ms - min(since)[0] < _NEXT_AFTER_MS:
            return ()
        begun, name = min(since)
        text = self.look.say(
            "next: {name}, {n} min without a break",
            name=fit(name, 12).rstrip(),
            n=(now_ms - begun) // _MINUTE,
        )
        return (Piece("  "), Piece(text, "dim"))
