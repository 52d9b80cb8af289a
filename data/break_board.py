"""The break board: who is out and how many may be, what was offered, and who should go next.

It helps whoever decides; it is no order in which people are judged. Pure functions over the picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.breaks import (
    POLICY,
    Against,
    BreakPolicy,
    Room,
    Taken,
    against,
    cap,
    is_protected,
    overrun,
    quiet_at,
    share_of,
)
from data.model.picture import AgentRow, LoadRow, OfferRow, Picture
from data.model.words import SIGNED_IN, Band, State
from data.what_if import Cover, cover_of

NEXT_AFTER_MS = 60 * 60_000
"""Who has worked for an hour without a break is due one."""


class Places(NamedTuple):
    """The places for breaks on the floor and in each team that has a name, those taken by protected reasons apart."""

    floor: Room
    teams: Mapping[str, Room]
    out: int
    """All who are not ready, for whatever reason."""
    protected: int
    required: int
    """How many the load needs at work; 0 where that can't be told."""

    def team(self, name: str) -> Room:
        """Return a team's places; the floor's where it has no name."""
        return self.teams.get(name, self.floor)

    @property
    def crowded(self) -> tuple[str, ...]:
        """The teams with more out than may be, by name."""
        return tuple(name for name, room in self.teams.items() if room.out > room.cap)


class Due(NamedTuple):
    """Somebody who should go next, since when without a break, and what the load says (None: not known)."""

    agent: AgentRow
    since_ms: int
    load: LoadRow | None

    @property
    def band(self) -> Band:
        """What the load asks for: two hours without a break ask for one whatever the score."""
        if self.load is None:
            return Band.OK
        return max(self.load.band, Band.OFFER) if self.load.overdue else self.load.band


class Offered(NamedTuple):
    """Somebody with a break that was offered or approved, and not taken yet."""

    agent: AgentRow
    offer: OfferRow


class Board(NamedTuple):
    """All of it."""

    places: Places
    cover: Cover
    out: tuple[AgentRow, ...]
    offered: tuple[Offered, ...]
    due: tuple[Due, ...]


def places_of(picture: Picture, required: int = 0, policy: BreakPolicy = POLICY) -> Places:
    """Return how many are out of how many may be, when the load needs `required` at work.

    Who is over beyond all measure is no longer counted as staffed, but takes a place still.
    """
    staffed: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    out = protected = 0
    for agent in picture.agents:
        if agent.state not in SIGNED_IN:
            continue
        away = agent.state is State.NOT_READY
        staffed[agent.team] += not away or overrun(agent.reason, picture.moment_ms - agent.since_ms, policy) < 3
        if away:
            out += 1
            if is_protected(agent.reason, policy):
                protected += 1
            else:
                counted[agent.team] += 1
    whole = staffed.total()
    teams = {
        name: Room(counted[name], cap(staffed[name], share_of(required, staffed[name], whole), policy.of(name)))
        for name in sorted(staffed)
        if name
    }
    return Places(Room(counted.total(), cap(whole, required, policy)), teams, out, protected, required)


def board_of(picture: Picture, policy: BreakPolicy = POLICY, cover: Cover | None = None) -> Board:
    """Return the board of a floor; `cover` is what was found of its load shortly before, None: it is found now.

    Who is due comes in this order: whose load asks for a break, then who has worked for an hour; of these the longest
    first. Who is offered a break, or out, is not due.
    """
    cover = cover_of(picture) if cover is None else cover
    out = tuple(agent for agent in picture.agents if agent.state is State.NOT_READY)
    at_work = [agent for agent in picture.agents if agent.state in SIGNED_IN and agent.state is not State.NOT_READY]
    offered = [Offered(agent, picture.offers[agent.id]) for agent in at_work if agent.id in picture.offers]
    offered.sort(key=lambda each: (each.offer.at_ms, each.agent.id))
    due = [
        Due(agent, agent.break_ms, picture.loads.get(agent.id))
        for agent in at_work
        if agent.break_ms is not None and agent.id not in picture.offers
    ]
    due = [each for each in due if each.band >= Band.OFFER or picture.moment_ms - each.since_ms >= NEXT_AFTER_MS]
    due.sort(key=lambda each: (each.band < Band.OFFER, each.since_ms, each.agent.id))
    return Board(places_of(picture, cover.required, policy), cover, out, tuple(offered), tuple(due))


def objections(
    board: Board,
    agent: AgentRow,
    reason: str,
    moment_ms: int,
    zone: ZoneInfo,
    day: Mapping[str, Taken] | None = None,
    policy: BreakPolicy = POLICY,
) -> tuple[Against, ...]:
    """Return what speaks against a break of an agent now; the place of one who is out already is not counted again.

    Args:
        board: The floor's board.
        agent: Whose break it would be.
        reason: What for.
        moment_ms: When.
        zone: The site's, for the times in which nobody rests.
        day: What the agent has taken today; None: not known.
        policy: The rules.
    """
    floor, team = board.places.floor, board.places.team(agent.team)
    if agent.state is State.NOT_READY and not is_protected(agent.reason, policy):
        floor, team = floor._replace(out=floor.out - 1), team._replace(out=team.out - 1)
    return against(reason, floor, team, quiet_at(moment_ms, zone, policy) is not None, day, policy)
