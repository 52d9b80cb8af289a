"""Who is shown what was noted of people where no desk says so, and what is left for those who are not.

The desk decides by roles. Until it has answered, and where there is none, only who could read the store's file past
any screen as its owner is shown everything.
"""

from __future__ import annotations

import os
from pathlib import Path

from console.feed import FloorSeen
from data.desk.wire import socket_of
from data.model.people import Role, Standing
from widgets.wall import (
    person_without,
    picture_of_lead,
    seen_of_lead,
    seen_without_people,
    strip_without_people,
    walk_of_lead,
    walk_without_people,
    without_people,
)


def begins_discreet(store: Path) -> bool:
    """Whether a screen shows nothing of people at first: a desk will say who we are, or the file is not ours."""
    return socket_of(store).exists() or not owns(store)


def is_discreet(standing: Standing | None, store: Path, before: bool) -> bool:
    """Whether a screen shows nothing of people to whom the desk takes us for.

    Where there is no desk to ask (None), it is as `before`, except that nothing is kept from the file's owner.
    """
    return before and not owns(store) if standing is None else standing.role < Role.LEAD


def owns(store: Path) -> bool:
    """Whether this process runs as the owner of a store's file, or as root."""
    try:
        return os.geteuid() in (0, store.stat().st_uid)
    except OSError:
        return False


def keep_back_people(seen: FloorSeen) -> None:
    """Take out of an answer what is not for everybody's eyes."""
    seen.picture = None if seen.picture is None else without_people(seen.picture)
    seen.strip = None if seen.strip is None else strip_without_people(seen.strip)
    person = None if seen.detail is None else seen.detail.person
    if seen.detail is not None and person is not None:
        seen.detail = seen.detail._replace(person=person_without(person))
    seen.moods = None
    seen.walk = None if seen.walk is None else walk_without_people(seen.walk)
    seen.discipline = None if seen.discipline is None else seen_without_people(seen.discipline)


def reach_of(standing: Standing | None) -> frozenset[str] | None:
    """Return the teams of whose people we may see what was found, None for all: a lead leads some of them."""
    return frozenset(standing.teams) if standing is not None and standing.role is Role.LEAD else None


def keep_to_teams(seen: FloorSeen, teams: frozenset[str]) -> None:
    """Take out of an answer what was found of people in other teams than these."""
    if seen.picture is None:
        return
    seen.walk = None if seen.walk is None else walk_of_lead(seen.walk, seen.picture, teams)
    seen.discipline = None if seen.discipline is None else seen_of_lead(seen.discipline, teams)
    seen.picture = picture_of_lead(seen.picture, teams)
