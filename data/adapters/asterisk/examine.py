"""Looking an Asterisk over for whoever connects it: what it lets us do, and what to change where that is too little."""

from __future__ import annotations

import asyncio

from data.adapters.asterisk.ami import Session
from data.adapters.asterisk.following import FollowedLog
from data.adapters.asterisk.status import names_of, status_of
from data.adapters.base import Finding, SourceError

_ACTS = {
    "QueuePause": ("agent", "pause, sign in and out, penalties"),
    "Redirect": ("call", "redirect, hang up"),
    "Originate": ("originate", "listen, whisper, barge"),
}
"""What `write` has to hold for acts, by an action of each kind."""

_LISTEN_S, _LISTEN_TIMES = 4.0, 8
"""How long events are listened for, and how often they are asked for meanwhile."""

_APART_MS = 2_000
"""Clocks that differ by more are worth mending; times are corrected all the same."""


async def examined(session: Session, log: FollowedLog | None) -> list[Finding]:
    """Return what was found, in the order in which somebody would look for a fault; after one the rest is left out."""
    found: list[Finding] = []
    try:
        await session.measure()
        found.append(Finding("logs in", ok=True, found=f"as {session.user} at {session.base}"))
        found.append(_clocks(session))
        found.append(await _rights(session))
        found.append(await _queues(session))
        found.append(await _events(session))
    except SourceError as error:
        found.append(Finding("asterisk", ok=False, found=str(error)))
    if log is not None:
        found.append(await _log_found(log))
    return found


def _clocks(session: Session) -> Finding:
    apart = abs(session.skew_ms) / 1000
    told = (
        "the same as ours" if not session.skew_ms else f"{apart:.1f} s {'ahead' if session.skew_ms > 0 else 'behind'}"
    )
    well = abs(session.skew_ms) <= _APART_MS
    return Finding("its clock", ok=well, found=told if well else f"{told}; times are corrected, but run NTP on both")


async def _rights(session: Session) -> Finding:
    """Say what the account may do. That acts are not allowed is well: then the floor is only watched."""
    allowed = await session.commands()
    may = [what for action, (_, what) in _ACTS.items() if action in allowed]
    missing = [right for action, (right, _) in _ACTS.items() if action not in allowed]
    told = f"may {'; '.join(may)}" if may else "may watch only"
    return Finding("rights", ok=True, found=told + (f" (for more: write = {','.join(missing)})" if missing else ""))


async def _queues(session: Session) -> Finding:
    answer = await session.ask("QueueStatus")
    status = status_of(answer.items)
    if not status.queues:
        return Finding("queues", ok=False, found="it has none: is app_queue loaded, and has queues.conf any?")
    agents = len(names_of(status.members))
    told = f"{len(status.queues)} with {agents} agents, {len(status.entries)} waiting"
    return Finding("queues", ok=True, found=told)


async def _events(session: Session) -> Finding:
    """Listen for what calls tell: only calls that come or go without a word show that the account may not hear them."""
    seen: set[frozenset[str]] = set()
    for _ in range(_LISTEN_TIMES):
        status = status_of((await session.ask("QueueStatus")).items)
        seen.add(
            frozenset([entry.call for entry in status.entries] + [m.interface for m in status.members if m.in_call])
        )
        await asyncio.sleep(_LISTEN_S / _LISTEN_TIMES)
        for event in (await session.drain()).events:
            if "Queue" in event:
                timed = "Timestamp" in event
                told = "heard" if timed else "they tell no time: timestampevents = yes in manager.conf"
                return Finding("events", ok=timed, found=told)
    if len(seen) > 1:
        told = "none came although calls did: give the account read = agent,call in manager.conf"
        return Finding("events", ok=False, found=told)
    return Finding("events", ok=True, found=f"nothing happened in {_LISTEN_S:g} s that could have been heard")


async def _log_found(log: FollowedLog) -> Finding:
    try:
        await log.read()
        strange = not log.looks_like_one()
    except SourceError as error:
        return Finding("queue log", ok=False, found=str(error))
    if strange:
        return Finding("queue log", ok=False, found=f"{log.path} holds no lines of a queue log: name another file")
    return Finding("queue log", ok=True, found=f"{log.path} can be followed")
