"""The stores' floors with discipline put in, whatever the store holds of it: made by hand, as of the surge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from console.feed import Feed, Wish
from data.model.discipline import Discipline, FindingRow, HandoverRow, IncidentRow, RoundRow, ShiftRow
from data.model.discipline_seen import AttendanceRow, DisciplineSeen
from data.model.picture import AgentRow, Picture
from data.store.reader import Reader
from tests.console.floor_store import SURGE
from tests.widgets import discipline_picture as made
from tests.widgets.floor_picture import NOW

Row = TypeVar("Row", ShiftRow, RoundRow, FindingRow, IncidentRow, HandoverRow)
BY = SURGE - NOW
"""How much later than the hand-made floor's moment the surge is."""
DAY = {"2025-05-14": "2026-11-20", "2025-05-13": "2026-11-19"}


def _key(key: str) -> str:
    return DAY.get(key[:10], key[:10]) + key[10:]


def _late(ms: int | None) -> int | None:
    return None if ms is None else ms + BY


def _shifted(row: Row) -> Row:
    """Return a row with its moments that much later, and its keys of the day that is played."""
    told = row._asdict()
    changed: dict[str, Any] = {name: _late(value) for name, value in told.items() if name.endswith("_ms")}
    changed |= {name: _key(told[name]) for name in ("key", "shift") if told.get(name)}
    return row._replace(**changed)


def _on(row: FindingRow, agents: Mapping[int, AgentRow], ids: list[int]) -> FindingRow:
    """Return a finding on somebody of this floor, where it is on anybody."""
    if row.agent_id is None:
        return row
    agent = agents[ids[row.agent_id % len(ids)]]
    return row._replace(agent_id=agent.id, agent=agent.name, team=agent.team)


def discipline_on(picture: Picture) -> Discipline:
    """Return the hand-made discipline on the people of a floor."""
    known = made.discipline()
    agents = {agent.id: agent for agent in picture.agents}
    incidents = tuple(
        row._replace(
            entries=tuple(entry._replace(at_ms=entry.at_ms + BY) for entry in row.entries),
            review=None if row.review is None else row.review._replace(at_ms=row.review.at_ms + BY),
        )
        for row in map(_shifted, known.incidents)
    )
    return Discipline(
        tuple(_shifted(row) for row in known.shifts),
        tuple(_shifted(row) for row in known.rounds),
        tuple(_on(_shifted(row), agents, sorted(agents)) for row in known.findings),
        incidents,
        tuple(_shifted(row) for row in known.handovers),
        tuple(_key(key) for key in known.missing),
    )


def seen_on(picture: Picture) -> DisciplineSeen:
    """Return what the screen shows besides, on the people of a floor."""
    seen = made.discipline_seen()
    agents = list(picture.agents)
    teams = sorted({agent.team for agent in agents if agent.team})
    scores = seen.scores._replace(
        teams=tuple(score._replace(name=team) for score, team in zip(seen.scores.teams, teams, strict=False))
    )
    closed = tuple(_shifted(row) for row in seen.closed)
    draft = None if seen.handover is None else _handed(seen.handover)
    return seen._replace(
        closed=closed,
        scores=scores,
        attendance=tuple(_attended(row, agents[at]) for at, row in enumerate(seen.attendance)),
        handover=draft,
    )


def _handed(row: HandoverRow) -> HandoverRow:
    items = tuple(item._replace(at_ms=_late(item.at_ms), due_ms=_late(item.due_ms)) for item in row.items)
    return row._replace(shift=_key(row.shift), at_ms=row.at_ms + BY, items=items)


def _attended(row: AttendanceRow, agent: AgentRow) -> AttendanceRow:
    duty = row.duty._replace(
        shift=_key(row.duty.shift), since_ms=row.duty.since_ms + BY, until_ms=row.duty.until_ms + BY, breaks=()
    )
    if duty.agent_id is not None:
        duty = duty._replace(agent_id=agent.id, agent=agent.name, seat=agent.seat)
    return row._replace(duty=duty, first_ms=_late(row.first_ms))


@pytest.fixture
def disciplined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every reader tell of discipline."""
    floor_at = Reader.floor_at

    def floor(reader: Reader, moment_ms: int, zone: ZoneInfo, loads: bool = True) -> Picture:
        picture = floor_at(reader, moment_ms, zone, loads)
        return picture._replace(discipline=discipline_on(picture), checklist=None)

    def seen(_feed: Feed, _reader: Reader, picture: Picture, _wish: Wish) -> DisciplineSeen:
        return seen_on(picture)

    monkeypatch.setattr(Reader, "floor_at", floor)
    monkeypatch.setattr(Feed, "_discipline_of", seen)
