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
from data.model.people import Decision
from data.model.picture import AgentRow, LoadRow, OfferRow, Picture
from data.model.words import SIGNED_IN, Band, State
from data.what_if import Cover, cover_of

_NEVER = 1 << 62
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
    staffed: int = 0
    """How many are signed in and not lost to a break beyond all measure."""

    def team(self, name: str) -> Room:
        """Return a team's places; the floor's where it has no name."""
        return self.teams.get(name, self.floor)

    @property
    def crowded(self) -> tuple[str, ...]:
        """The teams with more out than may be, by name."""
        return tuple(name for name, room in self.teams.items() if room.taken > room.cap)


class Due(NamedTuple):
    """Somebody who should go next, since when without a break, and what the load says (None: not known)."""

    agent: AgentRow
    since_ms: int
    load: LoadRow | None

    @property
    def band(self) -> Band:
        """What the load asks for."""
        return asked_of(self.agent, self.load)


def asked_of(agent: AgentRow, load: LoadRow | None) -> Band:
    """Return what an agent's load asks for: two hours without a break ask for one whatever the score.

    Of who is out already nothing is asked.
    """
    if load is None or agent.state is State.NOT_READY:
        return Band.OK
    return max(load.band, Band.OFFER) if load.overdue else load.band


def by_need(agent: AgentRow, load: LoadRow | None) -> tuple[int, float, int, int]:
    """Return the order in which a break is due: by what is asked, then by score, then by how long without one."""
    score = -1.0 if load is None or load.score is None else load.score
    since_ms = _NEVER if agent.break_ms is None else agent.break_ms
    return -asked_of(agent, load), -score, since_ms, agent.id


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
    lapsed: tuple[Offered, ...] = ()
    """Who was refused a break of late, or did not take the one offered, and is at work."""


def places_of(picture: Picture, required: int = 0, policy: BreakPolicy = POLICY) -> Places:
    """Return how many are out of how many may be, when the load needs `required` at work.

    Who is over beyond all measure is no longer counted as staffed, but takes a place still.
    """
    staffed: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    approved: Counter[str] = Counter()
    out = protected = 0
    for agent in picture.agents:
        if agent.state not in SIGNED_IN:
            continue
        approved[agent.team] += takes_place(agent, picture, policy)
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
        name: Room(
            counted[name],
            cap(staffed[name], share_of(required, staffed[name], whole), policy.of(name)),
            approved[name],
        )
        for name in sorted(staffed)
        if name
    }
    floor = Room(counted.total(), cap(whole, required, policy), approved.total())
    return Places(floor, teams, out, protected, required, whole)


def takes_place(agent: AgentRow, picture: Picture, policy: BreakPolicy = POLICY) -> bool:
    """Whether somebody at work was told to go, for a reason that counts, and has a place from then on."""
    offer = picture.offers.get(agent.id)
    approved = offer is not None and offer.decision is Decision.APPROVE and not is_protected(offer.reason, policy)
    return approved and agent.state is not State.NOT_READY


def board_of(picture: Picture, policy: BreakPolicy = POLICY, cover: Cover | None = None) -> Board:
    """Return the board of a floor; `cover` is what was found of its load shortly before, None: it is found now.

    Due is whose load asks for a break, and who has worked for an hour, in the order of `by_need`. Who is offered a
    break, or out, is not due.
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
    due.sort(key=lambda each: by_need(each.agent, each.load))
    lapsed = [Offered(agent, picture.lapsed[agent.id]) for agent in at_work if agent.id in picture.lapsed]
    lapsed.sort(key=lambda each: (-each.offer.at_ms, each.agent.id))
    places = places_of(picture, cover.required, policy)
    return Board(places, cover, out, tuple(offered), tuple(due), tuple(lapsed))


def objections(
    board: Board,
    agent: AgentRow,
    reason: str,
    moment_ms: int,
    zone: ZoneInfo,
    day: Mapping[str, Taken] | None = None,
    policy: BreakPolicy = POLICY,
) -> tuple[Against, ...]:
    """Return what speaks against a break of an agent now; a place that they have already is not counted again.

    Args:
        board: The floor's board.
        agent: Whose break it would be.
        reason: What for.
        moment_ms: When.
        zone: The site's, for the times in which nobody rests.
        day: What the agent has taken today; None: not known.
        policy: The rules.
    """
    floor, team = rooms_for(board, agent, policy)
    return against(reason, floor, team, quiet_at(moment_ms, zone, policy) is not None, day, policy)


def rooms_for(board: Board, agent: AgentRow, policy: BreakPolicy = POLICY) -> tuple[Room, Room]:
    """Return the places of the floor and of the agent's team without the one that the agent has."""
    floor, team = board.places.floor, board.places.team(agent.team)
    if agent.state is State.NOT_READY:
        has = 0 if is_protected(agent.reason, policy) else 1
        return floor._replace(out=floor.out - has), team._replace(out=team.out - has)
    own = next((each.offer for each in board.offered if each.agent.id == agent.id), None)
    has = own is not None and own.decision is Decision.APPROVE and not is_protected(own.reason, policy)
    return floor._replace(approved=floor.approved - has), team._replace(approved=team.approved - has)
