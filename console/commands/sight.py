"""Of whom a command may tell what was found: of everybody, of those in some teams, or of nobody."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Sight(NamedTuple):
    """What the reader may see of people: everything, or what concerns those who are in `teams`."""

    everything: bool
    teams: frozenset[str] = frozenset()
    lead: bool = False

    @property
    def leads(self) -> bool:
        """Whether the reader is a lead at least."""
        return self.everything or self.lead

    def reaches(self, team: str) -> bool:
        """Whether it takes in who is in a team; "" is none."""
        return self.everything or (bool(team) and team in self.teams)


def sight_of(store: Path) -> Sight:
    """Return what we may see: all as the file's owner or root, else what the desk says of our role and teams."""
    from console.discretion import owns
    from data.desk.wire import socket_of

    if owns(store):
        return Sight(True)
    return _by_the_desk(store) if socket_of(store).exists() else Sight(False)


def _by_the_desk(store: Path) -> Sight:
    import asyncio

    from console.desk import Desk, DeskError
    from data.model.people import Role

    async def standing() -> Sight:
        desk = Desk(store)
        try:
            told = await desk.greet()
        except DeskError:
            return Sight(False)
        finally:
            await desk.aclose()
        if told.role >= Role.SUPERVISOR:
            return Sight(True)
        lead = told.role is Role.LEAD
        return Sight(False, frozenset(told.teams if lead else ()), lead)

    return asyncio.run(standing())
