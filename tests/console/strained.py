"""The stores' floors with loads, moods and somebody who listens put in, whatever the store holds of those."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from console.feed import Feed, Wish
from data.model.picture import Detail, Picture
from data.mood import Weeks, weeks_of
from data.store.reader import Reader
from tests.console.floor_store import ZONE
from tests.widgets.person_picture import person_of, with_people


@pytest.fixture
def strained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every reader tell of people, as of the moment that is asked for."""
    floor_at, detail_of = Reader.floor_at, Reader.detail_of

    def floor(reader: Reader, moment_ms: int, zone: ZoneInfo, loads: bool = True) -> Picture:
        return with_people(floor_at(reader, moment_ms, zone, loads))

    def detail(reader: Reader, kind: str, owner: int, moment_ms: int, zone: ZoneInfo) -> Detail:
        told = detail_of(reader, kind, owner, moment_ms, zone)  # type: ignore[arg-type]
        return told._replace(person=person_of(owner, told.title, moment_ms)) if kind == "agent" else told

    def moods(_feed: Feed, _reader: Reader, picture: Picture, wish: Wish) -> Weeks:
        rows = [row for agent in picture.agents for row in person_of(agent.id, agent.name, wish.moment_ms).moods]
        return weeks_of(rows, wish.moment_ms, ZONE)

    monkeypatch.setattr(Reader, "floor_at", floor)
    monkeypatch.setattr(Reader, "detail_of", detail)
    monkeypatch.setattr(Feed, "_moods_of", moods)
