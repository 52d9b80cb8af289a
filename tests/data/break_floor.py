"""Floors of any size, made by hand, for the rules of breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.model.days import HOUR, MINUTE, SECOND
from data.model.picture import AgentRow, LoadRow, OfferRow, Picture, QueueRow, ServiceLevel, SourceState, Totals
from data.model.words import Band, Channel, Health, State

NOW = 1_772_506_800_000
"""2026-03-03 11:00 in Shanghai."""

_SERVICE = ServiceLevel(None, 0, 0, "answered_and_abandoned", 20_000, 0.8)


def queue(name: str = "sales", lately: int = 100, **more: Any) -> QueueRow:  # noqa: ANN401 (its fields)
    """Return a queue to which so many came in the last half hour, all of it measured."""
    row = QueueRow(1, name, Channel.VOICE, 0, None, 0, _SERVICE, lately, lately, 0, 0, 0, 0, (), key=name)
    return row._replace(lately=lately, lately_ms=30 * MINUTE)._replace(**more)


def agent(
    number: int,
    state: State = State.AVAILABLE,
    reason: str = "",
    team: str = "North",
    queues: tuple[str, ...] = ("sales",),
    since_s: int = 60,
    worked_min: int | None = 10,
    handle_s: int = 180,
) -> AgentRow:
    """Return an agent who has handled ten contacts today."""
    rested = None if worked_min is None else NOW - worked_min * MINUTE
    times = (NOW - since_s * SECOND, 10, 10 * handle_s * SECOND, 0, 0)
    served = () if state in (State.NOT_READY, State.OFFLINE) else queues
    return AgentRow(number, f"Agent {number}", team, "", state, reason, "", *times, served, rested)


def picture(
    agents: Sequence[AgentRow],
    queues: Sequence[QueueRow] = (),
    loads: Mapping[int, LoadRow] | None = None,
    offers: Mapping[int, OfferRow] | None = None,
) -> Picture:
    """Return a floor at `NOW`."""
    source = SourceState("played", Health.UP, NOW)
    totals = Totals(0, None, _SERVICE, (), 0)
    day = (NOW - 11 * HOUR, NOW + 13 * HOUR)
    made = Picture(NOW, *day, source, tuple(queues), tuple(agents), (), None, (), totals, (source,))
    return made._replace(loads=loads or {}, offers=offers or {})


def load(number: int, band: Band = Band.OK, score: float | None = 30.0, overdue: bool = False) -> LoadRow:
    """Return an agent's load."""
    return LoadRow(number, score, 100, band, NOW, (), overdue)
