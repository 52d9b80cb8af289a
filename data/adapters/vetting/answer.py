"""An answer of an adapter from elsewhere, looked through: what can't be used is left out, and told with its place.

The answers of the adapters in the tree are not looked through: tests hold those to their promises.
"""

from __future__ import annotations

from data.adapters.base import SourceError
from data.adapters.vetting.rows import EVENTS, Fault, Faults, rows_of
from data.adapters.vetting.values import DAY_MS, EARLIEST_MS, Bounds, shown
from data.model.observation import (
    AgentEntry,
    AgentSeen,
    Directory,
    Observation,
    QueueEntry,
    SeatEntry,
    Snapshot,
    WaitingSeen,
)

AHEAD_MS = 3_600_000
"""How far an answer may be ahead of this machine's clock, and an event of its answer."""
BACK_MS = 400 * DAY_MS
"""How far an event may be before the end of its answer."""
NEVER_MS = 253_402_300_800_000
"""The year 10000."""
MAX_EVENTS = 200_000
MAX_CURSOR = 1_000_000
"""The most of each that one answer may hold."""


def _directory(told: object, bounds: Bounds, faults: Faults) -> Directory | None:
    if told is None:
        return None
    if type(told) is not Directory:
        faults.add("directory", f"directory is {shown(told)}")
        return None
    parts = zip(Directory._fields, told, (AgentEntry, QueueEntry, SeatEntry), strict=True)
    try:
        return Directory(*(rows_of(rows, (kind,), f"directory.{name}", bounds, faults) for name, rows, kind in parts))
    except SourceError as error:
        faults.add("directory", f"directory: {error}")
        return None


def _snapshot(told: object, bounds: Bounds, faults: Faults) -> Snapshot | None:
    """Return a snapshot. Raises SourceError for one that can't be used: without it nothing would seem to change."""
    if told is None:
        return None
    if type(told) is not Snapshot or type(told.corrects) is not bool:
        raise SourceError(f"its snapshot is {shown(told)} that can't be used")
    agents, waiting = told.agents, told.waiting
    if agents is not None:
        agents = rows_of(agents, (AgentSeen,), "snapshot.agents", bounds, faults)
    if waiting is not None:
        waiting = rows_of(waiting, (WaitingSeen,), "snapshot.waiting", bounds, faults)
    return Snapshot(agents, waiting, told.corrects)


def _cursor(told: object, faults: Faults) -> str | None:
    if told is None:
        return None
    if type(told) is not str or len(told) > MAX_CURSOR or not _can_be_kept(told):
        faults.add("cursor", f"cursor is {shown(told)}: it can't be kept")
        return None
    return told


def _can_be_kept(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _until(told: object, now_ms: int) -> int:
    if type(told) is not int or told < EARLIEST_MS:
        raise SourceError(f"its until_ms is {shown(told)}, no time since 1980 in ms")
    if told > now_ms + AHEAD_MS:
        ahead = (told - now_ms) // 1000 if told < 1 << 63 else 0
        by = f"{ahead:,} s" if ahead else "far"
        raise SourceError(f"its until_ms is {by} ahead of this machine's clock: check the clocks of both")
    return told


def _since(told: object, bounds: Bounds, faults: Faults) -> int | None:
    """Return since when the answer tells; after a clock was set back that is later than its end."""
    if told is None or (type(told) is int and bounds.earliest_ms <= told < NEVER_MS):
        return told
    faults.add("since_ms", f"since_ms is {shown(told)}, no time since 1980 in ms that an answer can tell since")
    return None


def vetted(answer: object, now_ms: int) -> tuple[Observation, tuple[Fault, ...]]:
    """Return what of an answer can be used, its texts safe, and what was left out of it.

    A figure that can't be is left out as if it were not told (None); an event or row without which nothing is said is
    left out whole; an agent whose state is no state is unknown. Acts are left out: only people act.

    Args:
        answer: What `poll` returned, whatever it is.
        now_ms: This machine's clock, UTC ms.

    Raises:
        SourceError: Nothing of it can be used, because its times or its shape can't be.
    """
    if type(answer) is not Observation:
        raise SourceError(f"its answer is {shown(answer)}, no Observation")
    faults = Faults()
    until_ms = _until(answer.until_ms, now_ms)
    bounds = Bounds(max(EARLIEST_MS, until_ms - BACK_MS), until_ms + AHEAD_MS)
    events = rows_of(answer.events, EVENTS, "events", bounds, faults, MAX_EVENTS)
    directory = _directory(answer.directory, bounds, faults)
    observation = Observation(
        "",
        _since(answer.since_ms, bounds, faults),
        until_ms,
        events,
        (),
        directory,
        _cursor(answer.cursor, faults),
        _snapshot(answer.snapshot, bounds, faults),
    )
    return observation, faults.all()


def is_foreign(adapter: object) -> bool:
    """Whether an adapter is from elsewhere, so that its answers are looked through."""
    return not type(adapter).__module__.startswith("data.adapters.")
