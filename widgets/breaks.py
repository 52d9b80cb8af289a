"""Who is out, on what, for how long of how much; who is over, who may go, and who should go next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from data.alerts import Level, pause_level, service_level
from data.break_board import Board, Due, Places, board_of
from data.breaks import allowance, canonical, is_protected
from data.model.people import Decision
from data.model.picture import AgentRow, OfferRow, Picture
from data.model.words import Band, State
from data.what_if import Cover, Pool, Unsaid, outlook
from widgets.agents import state_text
from widgets.canvas import Line, Piece
from widgets.cells import brief, duration, fit
from widgets.columns import Column
from widgets.load import asked, band_level, score_text
from widgets.look import REASON_WORDS, Look
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
_NEVER = 1 << 62
_MOST_DUE = 6
"""So many who should go next are named."""
_LARGE, _COVER_MS = 500, 10_000
"""From so many agents on a forecast serves for ten seconds: it is not worth a screen that lags."""

OUTLOOK_WORDS: Mapping[Unsaid, str] = {
    Unsaid.FEW: "next 30 min: too few contacts to tell",
    Unsaid.BLIND: "next 30 min: not known, the source is silent",
    Unsaid.OVERLOAD: "next 30 min: not enough people already",
}
"""What is said where no service level can be told."""


_OFFER_TEXTS: Mapping[Decision, str] = {
    Decision.OFFER: "{reason} offered {n} min ago by {who}",
    Decision.APPROVE: "{reason} approved {n} min ago by {who}",
    Decision.REFUSE: "{reason} refused {time} by {who}",
}


class Spot(NamedTuple):
    """A row of the board: somebody who is out, or (`offer`) may go or was told no, or (`due`) should."""

    agent: AgentRow
    offer: OfferRow | None = None
    due: Due | None = None


class BreaksPane(TablePane[Spot]):
    """The break board. Row keys are agent ids. Protected reasons are never judged; a wall has only numbers."""

    HEADS_FROM = 0

    _board: Board | None = None
    _board_of: Picture | None = None
    _covered_ms = 0

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a break."""
        return _COLUMNS

    def board(self, picture: Picture) -> Board:
        """Return the board of a picture, made anew only where something of it is another one."""
        old, board = self._board_of, self._board
        if board is None or old is None or not _serves(old, picture):
            large = len(picture.agents) >= _LARGE
            goes_on = board is not None and large and 0 <= picture.moment_ms - self._covered_ms < _COVER_MS
            board = board_of(picture, self.look.limits.breaks, board.cover if board is not None and goes_on else None)
            self._covered_ms = self._covered_ms if goes_on else picture.moment_ms
        self._board, self._board_of = board, picture
        return board

    def set_look(self, look: Look) -> None:
        """Change words or limits; another policy makes another board."""
        self._board = None
        super().set_look(look)

    def heading(self) -> Heading:
        """Return how many are out of how many may be, how many are over, and which teams have too many out."""
        look, name = self.look, self.look.words("Breaks")
        if self.picture is None or not self.picture.agents or self._is_blind(self.picture):
            return Heading(name)
        board = self.board(self.picture)
        places = board.places
        levels = [self._level(agent, self.now_ms) for agent in board.out]
        over = sum(level >= Level.WARN for level in levels)
        full = places.floor.taken > places.floor.cap
        said = places_text(places, look)
        parts = [f"{look.level(Level.WARN)} {said}" if full else said]
        if over and not look.wall:
            parts.append(look.say("{n} overdue", n=over))
        if crowded := len(places.crowded):
            parts.append(look.say("teams over: {n}", n=crowded))
        asking = sum(due.band >= Band.OFFER for due in board.due) if look.tells_of_people else 0
        if asking:
            parts.append(look.say("{n} due", n=asking))
        level = max(levels, default=Level.CALM) if over and not look.wall else Level.CALM
        return Heading(name, parts, max(level, Level.WARN) if full or crowded else level, self.position())

    def empty(self) -> str:
        """Say that all are at work, or that nobody knows."""
        if self.picture is None or any(entry.row is not None for entry in self._entries):
            return ""
        if self.picture.agents and self.board(self.picture).out:
            return ""
        if self._is_blind(self.picture):
            measured = [source.measured_ms for source in self.picture.each_source if source.measured_ms is not None]
            since = self.look.clock(max(measured, default=self.picture.moment_ms))
            return self.look.say("Who is on a break is not known since {time}.", time=since)
        if unknown := sum(agent.state is State.UNKNOWN for agent in self.picture.agents):
            return self.look.say("Nobody is known to be on a break; of {n} agents nothing is known.", n=unknown)
        if self.look.read_only:
            return self.look.words("Nobody is on a break.")
        return self.look.say("Nobody is on a break. {key} sends somebody.", key=self.look.keys.get("break", "b"))

    def _is_blind(self, picture: Picture) -> bool:
        """Whether it is not known of anybody who was there whether they are on a break."""
        if picture.is_blind:
            return True
        there = [agent for agent in picture.agents if agent.state is not State.OFFLINE]
        return bool(there) and all(agent.state is State.UNKNOWN for agent in there)

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[Spot]]:
        """Return who is out, the furthest over first; who may go; the places and what more would do; who should go.

        Last come those who were told no, or did not go, and are not listed for anything else.
        """
        if self._is_blind(picture):
            return []
        look, board = self.look, self.board(picture)
        out = [] if look.wall else list(board.out)
        out.sort(key=lambda agent: (-self._level(agent, now_ms), self._due(agent), agent.since_ms))
        entries = [Entry(agent.id, Spot(agent)) for agent in out]
        if look.tells_of_people:
            entries += [Entry(agent.id, Spot(agent, offer)) for agent, offer in board.offered]
        if picture.agents:
            entries += self._remarks(board)
        if not look.wall:
            entries += [
                Entry(due.agent.id, Spot(due.agent, self._told(due.agent), due)) for due in board.due[:_MOST_DUE]
            ]
        if look.tells_of_people:
            listed = {entry.key for entry in entries}
            entries += [Entry(agent.id, Spot(agent, offer)) for agent, offer in board.lapsed if agent.id not in listed]
        return entries

    def _told(self, agent: AgentRow) -> OfferRow | None:
        """Return what was refused an agent of late, or offered in vain."""
        return self.picture.lapsed.get(agent.id) if self.picture and self.look.tells_of_people else None

    def _remarks(self, board: Board) -> Iterator[Entry[Spot]]:
        """Give the line of the teams' places, and that of what one more or two on a break would do."""
        if len(board.places.teams) > 1 and board.places.out:
            yield Entry("teams", None, teams_line(board.places, self.look))
        if line := outlook_line(board.cover, self.look):
            yield Entry("outlook", None, line)

    def cells(self, row: Spot, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return the cells of whoever is out, may go, or should."""
        if row.due is not None:
            told = self._due_cells(row.due, now_ms)
            if row.offer is not None:
                told |= self._came_of(row.offer, now_ms)
        elif row.offer is not None:
            told = self._offer_cells(row.offer, now_ms)
        else:
            told = self._out_cells(row.agent, now_ms)
        return {"name": Cell(row.agent.name), **told, **_where(row.agent)}

    def _out_cells(self, agent: AgentRow, now_ms: int) -> dict[str, Cell]:
        """Return the cells of a break; those of a protected reason stay dim, and nobody is shown up on a wall."""
        look, policy = self.look, self.look.limits.breaks
        level, out_ms = self._level(agent, now_ms), now_ms - agent.since_ms
        level = Level.CALM if look.wall else level
        protected, allowed = is_protected(agent.reason, policy), allowance(agent.reason, policy)
        limited = allowed is not None and not protected
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "name": Cell(agent.name, "strong" if level is Level.ALARM else "text"),
            "reason": Cell(state_text(agent, look), "dim" if protected else "state-not_ready"),
            "time": Cell(brief(out_ms), LEVEL_TONES[level] if level else "text"),
            "allowed": Cell(look.say("of {time}", time=brief(allowed)) if limited and allowed else "", "dim"),
            "then": self._then(out_ms, allowed if limited else None, agent, level),
        }

    def _came_of(self, offer: OfferRow, now_ms: int) -> dict[str, Cell]:
        """Return the cells that say what became of a break that was offered, approved or refused, and by whom."""
        look = self.look
        word = look.words(fate_word(offer, now_ms))
        if offer.decision is Decision.REFUSE:
            return {"allowed": Cell(word), "then": Cell(f"{look.clock(offer.at_ms)} {offer.by}", "dim")}
        return {"allowed": Cell(look.words("by") + f" {offer.by}" if offer.by else "", "dim"), "then": Cell(word)}

    def foot(self, row: Spot) -> str:
        """Return in words what was decided about the agent's break, when and by whom."""
        if row.offer is None or not self.look.tells_of_people:
            return ""
        return offer_text(row.offer, self.look, self.now_ms)

    def _offer_cells(self, offer: OfferRow, now_ms: int) -> dict[str, Cell]:
        """Return the cells of a break that was not taken yet, or was refused."""
        look = self.look
        return {
            "mark": Cell(""),
            "reason": Cell(reason_text(offer.reason, look), "dim"),
            "time": Cell(brief(now_ms - offer.at_ms), "dim"),
            **self._came_of(offer, now_ms),
        }

    def _due_cells(self, due: Due, now_ms: int) -> dict[str, Cell]:
        """Return the cells of somebody who should go: since when without a break, and the load."""
        look, load = self.look, due.load if self.look.tells_of_people else None
        level = band_level(asked(load)) if load is not None and asked(load) >= Band.OFFER else Level.CALM
        scored = load is not None and load.score is not None
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "reason": Cell(look.words("go next"), "dim"),
            "time": Cell(worked(now_ms - due.since_ms), LEVEL_TONES[level] if level else "text"),
            "allowed": Cell(look.words("no break"), "dim"),
            "then": Cell(look.say("load {n}", n=score_text(load.score, look)) if load and scored else "", "dim"),
        }

    def _then(self, out_ms: int, allowed: int | None, agent: AgentRow, level: Level) -> Cell:
        """Return by how much a break is over, or when it ends."""
        if allowed is None or (out_ms > allowed and self.look.wall):
            return Cell("")
        if out_ms > allowed:
            return Cell(self.look.say("over {time}", time=duration(out_ms - allowed)), LEVEL_TONES[level])
        return Cell(self.look.say("back {time}", time=self.look.clock(agent.since_ms + allowed)), "dim")

    def _level(self, agent: AgentRow, now_ms: int) -> Level:
        """Return how far a break is over."""
        limits = self.look.limits.of(agent.queue_key, agent.team)
        return pause_level(agent.reason, now_ms - agent.since_ms, limits)

    def _due(self, agent: AgentRow) -> int:
        """Return when a break ends; what has no end of its own comes last."""
        policy = self.look.limits.breaks
        allowed = allowance(agent.reason, policy)
        return _NEVER if allowed is None or is_protected(agent.reason, policy) else agent.since_ms + allowed


def _serves(old: Picture, new: Picture) -> bool:
    """Whether the board of one picture is that of another: a live one says each second how its sources are."""
    if old is new:
        return True
    same = (old.agents is new.agents, old.queues is new.queues, old.offers is new.offers, old.loads is new.loads)
    return old.moment_ms == new.moment_ms and all(same) and old.lapsed is new.lapsed


def _where(agent: AgentRow) -> dict[str, Cell]:
    return {"seat": Cell(agent.seat, "dim"), "team": Cell(agent.team, "dim")}


def places_text(places: Places, look: Look) -> str:
    """Return how many are out, how many more were told to go, and how many of the places that takes."""
    room = places.floor
    if room.approved:
        text = "{n} out + {approved} approved, {taken} of {cap} places taken"
        return look.say(text, n=places.out, approved=room.approved, taken=room.taken, cap=room.cap)
    return look.say("{n} out, {taken} of {cap} places taken", n=places.out, taken=room.taken, cap=room.cap)


def fate_word(offer: OfferRow, now_ms: int) -> str:
    """Return in English what became of a break: offered, approved, refused; or not taken, where its time is over."""
    if offer.decision is Decision.REFUSE:
        return "refused"
    if offer.ends_ms is not None and offer.ends_ms <= now_ms:
        return "not taken"
    return "approved" if offer.decision is Decision.APPROVE else "offered"


def offer_text(offer: OfferRow, look: Look, now_ms: int) -> str:
    """Return a decision about a break in words: rest refused 10:12 by zhang; rest offered 12 min ago by zhang."""
    text = look.say(
        _OFFER_TEXTS[offer.decision],
        reason=reason_text(offer.reason, look),
        time=look.clock(offer.at_ms),
        n=max(0, now_ms - offer.at_ms) // _MINUTE,
        who=offer.by or look.glyphs.none,
    )
    return text + (look.words(", not taken") if fate_word(offer, now_ms) == "not taken" else "")


def worked(ms: int) -> str:
    """Return how long somebody has worked, in whole minutes: 45m, 1h35m."""
    return brief(ms) if ms >= 60 * _MINUTE else f"{max(0, ms) // _MINUTE}m"


def reason_text(reason: str, look: Look) -> str:
    """Return a reason in the reader's words, or as the site has it."""
    known = REASON_WORDS.get(canonical(reason, look.limits.breaks))
    return look.words(known) if known else reason


def percent_text(ratio: float) -> str:
    """Return a ratio as whole per cent, cut so that no goal is read before it is reached."""
    return f"{int(ratio * 100 + 1e-9)}%"


def teams_line(places: Places, look: Look) -> Line:
    """Return how many are out of how many may be in each team, those with too many first."""
    crowded = places.crowded
    pieces = [Piece("  ")]
    for name in (*crowded, *(name for name in places.teams if name not in crowded)):
        room = places.teams[name]
        sign = f"{look.level(Level.WARN)} " if name in crowded else ""
        shown = f"{sign}{fit(name, 12, ellipsis=look.glyphs.ellipsis).rstrip()} {room.taken}/{room.cap}"
        pieces += [Piece(shown, "level-warn" if sign else "dim"), Piece("  ")]
    return tuple(pieces[:-1])


def outlook_line(cover: Cover, look: Look, pool: Pool | None = None) -> Line:
    """Return the service level of the half hour to come, and with one or two more on a break; of the busiest pool."""
    pool = pool or next(iter(cover.pools), None)
    if pool is None:
        return ()
    now = outlook(pool)
    if now.level is None or pool.demand is None:
        tone = "level-warn" if now.why is Unsaid.OVERLOAD else "dim"
        sign = look.level(Level.WARN) if now.why is Unsaid.OVERLOAD else " "
        return (Piece(f"{sign} {look.words(OUTLOOK_WORDS[now.why])}", tone),)
    texts = (
        "next 30 min: SL about {ratio}",
        ", one more out {ratio}",
        ", two {ratio}",
    )
    pieces = [Piece("  ")]
    for fewer, text in enumerate(texts):
        level = outlook(pool, fewer).level or 0.0
        worth = service_level(level, pool.demand.target, None, look.limits)
        sign = look.level(worth) if worth else ""
        pieces.append(Piece(look.say(text, ratio=percent_text(level) + sign), LEVEL_TONES[worth]))
    return tuple(pieces)
