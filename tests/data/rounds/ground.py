"""A floor with a map, a catalogue and a zone, on which people walk rounds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.discipline.catalogue import (
    Catalogue,
    Checker,
    Checklist,
    Edge,
    Occasion,
    Offset,
    Rule,
    Scoring,
    ShiftPlan,
    Text,
)
from data.model.days import DAY, HOUR
from data.model.discipline import Discipline, FindingRow, Gravity, RoundRow, WalkView, Where
from data.model.discipline_requests import MarkPlace
from data.model.discipline_seen import DisciplineSeen
from data.model.observation import AgentEntry, Directory, SeatEntry
from data.model.words import Mark
from data.store.catalogues import put_in_force
from tests.data.people.site import NAMES, NOON, ZONE, Site

SHIFT = "2025-11-22/early"
OPENING, WALK, LATE = f"{SHIFT}/opening/1", f"{SHIFT}/walk/1", f"{SHIFT}/walk/2"
SEATS = ("A-1", "A-2", "B-1")
"""Of two zones, A and B; the agents of `NAMES` sit on them, in this order."""

CATALOGUE = Catalogue(
    areas={"desk": Text("Workstation", "工位"), "safe": Text("Safety", "安全")},
    rules={
        "phone": Rule(
            "phone", "desk", Text("No phone", "无手机"), Where.SEAT, Gravity.CRITICAL, 5, 10, deadline_min=30
        ),
        "tidy": Rule("tidy", "desk", Text("Desk in order", "桌面整洁"), Where.SEAT),
        "badge": Rule("badge", "desk", Text("Badge worn", "佩戴工牌"), Where.AGENT, Gravity.MAJOR, 2, 2),
        "noise": Rule("noise", "safe", Text("Quiet enough", "噪音"), Where.ZONE),
        "exits": Rule("exits", "safe", Text("Exits clear", "通道畅通"), Where.FLOOR, dismissal=True),
        "helped": Rule("helped", "desk", Text("Helped a colleague", "帮助同事"), Where.AGENT, positive=True, most=3),
    },
    checklists={
        "opening": Checklist(
            *("opening", Text("Opening", "开班检查"), Occasion.OPENING, ("exits", "noise"), Checker.SUPERVISOR),
            opens=Offset(Edge.START, 0),
            due=Offset(Edge.START, 60),
        ),
        "walk": Checklist(
            *("walk", Text("Walk", "巡场"), Occasion.MID_SHIFT, ("phone", "tidy", "badge", "exits")),
            opens=Offset(Edge.START, 180),
            due=Offset(Edge.START, 300),
            every_min=240,
        ),
        "spot": Checklist("spot", Text("Spot check", "抽查"), Occasion.SAFETY, ("noise",)),
    },
    shifts={"early": ShiftPlan("early", Text("Early shift", "早班"), 8 * 60, 17 * 60)},
    incidents={"outage": Text("System outage", "系统故障")},
    scoring=Scoring(repeat_days=7),
)
"""The walk of the early shift is open from 11:00 to 13:00, and again from 15:00."""


class Ground(Site):
    """The site with its seats, its zone and `CATALOGUE` in force for a month."""

    def __init__(self, path: Path, catalogue: Catalogue | None = CATALOGUE, *, seats: bool = True) -> None:
        super().__init__(path)
        self.writer.set_site(zone=ZONE.key)
        if seats:
            entries = tuple(SeatEntry(label, label[0], 0, column) for column, label in enumerate(SEATS))
            agents = tuple(
                AgentEntry(f"10{n:02}", name, "North" if n else "South", SEATS[n]) for n, name in enumerate(NAMES)
            )
            with self.writer.transaction() as connection:
                self.writer._write_entries(connection, 1, NOON - 3 * HOUR, Directory(agents, (), entries))
                connection.execute("UPDATE revision SET number = number + 1 WHERE name = 'directory'")
        if catalogue is not None:
            self.put(catalogue, NOON - 30 * DAY)

    def put(self, catalogue: Catalogue, at_ms: int) -> None:
        """Put a catalogue in force."""
        with self.writer.transaction() as connection:
            put_in_force(connection, catalogue, at_ms)

    def discipline(self, at_ms: int = NOON) -> Discipline:
        """Return what the picture tells of discipline."""
        return self.picture(at_ms).discipline

    def round(self, key: str = WALK, at_ms: int = NOON) -> RoundRow:
        """Return a round as a picture has it."""
        return next(row for row in self.discipline(at_ms).rounds if row.key == key)

    def findings(self, at_ms: int = NOON) -> tuple[FindingRow, ...]:
        """Return the findings that are open at a moment."""
        return self.discipline(at_ms).findings

    def walk(self, key: str = WALK, at_ms: int = NOON) -> WalkView:
        """Return a round in whole."""
        with self.reading() as reader:
            view = reader.walk_of(key, at_ms, ZONE)
        assert view is not None
        return view

    def board(self, at_ms: int = NOON) -> DisciplineSeen:
        """Return what the screen of discipline shows."""
        with self.reading() as reader:
            return reader.discipline_of(at_ms, ZONE)


def at_seat(seat: str, mark: Mark, *rules: str, key: str = WALK, **more: object) -> MarkPlace:
    """Return the mark of rules at a seat."""
    return MarkPlace(key, Where.SEAT, seat, mark, rules, **more)  # type: ignore[arg-type]


@contextmanager
def ground_at(path: Path, catalogue: Catalogue | None = CATALOGUE, *, seats: bool = True) -> Iterator[Ground]:
    """Give such a floor."""
    with Ground(path, catalogue, seats=seats) as made:
        yield made
