"""A past picture, walk and board show discipline as it was known then, whatever was recorded later."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.discipline.roster import RosterRow, line_of
from data.model.days import HOUR, MINUTE, SECOND
from data.model.discipline import Avoidable, Closing, Discipline, Entry, WalkView, Where, Worked
from data.model.discipline_requests import (
    AcknowledgeHandover,
    AddToIncident,
    ChangeFinding,
    CloseFinding,
    EndIncident,
    EndRound,
    MarkPlace,
    NoteIncident,
    RaiseFinding,
    ReviewIncident,
    SetRoster,
    StartRound,
    WriteHandover,
)
from data.model.discipline_seen import DisciplineSeen
from data.model.people import Request
from data.model.picture import ChecklistView
from data.model.words import Mark
from data.store.reader import Reader
from tests.data.people.site import NOON, ZONE, Site
from tests.data.rounds.ground import OPENING, SEATS, SHIFT, WALK, Ground
from tests.examples import examples

IDS = st.integers(1, 3)
WORDS = st.sampled_from(["", "a", "b"])
MARKS = st.sampled_from(Mark)
ORDERS: st.SearchStrategy[Request] = st.one_of(
    st.builds(MarkPlace, st.just(WALK), st.just(Where.SEAT), st.sampled_from(SEATS), st.just(Mark.PASS)),
    st.builds(MarkPlace, st.just(WALK), st.just(Where.SEAT), st.sampled_from(SEATS), MARKS, st.just(("phone",)), WORDS),
    st.builds(MarkPlace, st.just(WALK), st.just(Where.AGENT), st.just("2"), MARKS, st.just(("badge",)), WORDS),
    st.builds(MarkPlace, st.just(OPENING), st.just(Where.ZONE), st.just("A"), MARKS, st.just(("noise",))),
    st.builds(StartRound, st.just("spot")),
    st.builds(EndRound, st.sampled_from([WALK, OPENING])),
    st.builds(RaiseFinding, st.sampled_from(["badge", "helped"]), st.just(Where.AGENT), st.just("2"), WORDS),
    st.builds(ChangeFinding, IDS, note=st.none() | WORDS, owner=st.none() | WORDS, points=st.none() | st.just(2)),
    st.builds(CloseFinding, IDS, st.sampled_from(Closing), WORDS),
    st.builds(NoteIncident, st.just("outage"), st.just("dark"), st.sampled_from([None, NOON - HOUR])),
    st.builds(AddToIncident, IDS, st.sampled_from(Entry), st.just("x"), st.sampled_from([None, NOON])),
    st.builds(EndIncident, IDS, WORDS),
    st.builds(ReviewIncident, IDS, st.sampled_from(Avoidable), st.sampled_from(Worked)),
    st.builds(WriteHandover, st.just(SHIFT), WORDS),
    st.builds(AcknowledgeHandover, IDS, WORDS),
    st.builds(
        SetRoster,
        st.sampled_from([480, 600, None]).map(
            lambda since: (line_of(RosterRow("1001", date(2025, 11, 22), "", "", since, since and 1020)),)
        ),
    ),
)
STEPS = st.sampled_from([0, 1, SECOND, MINUTE, 10 * MINUTE])
PEOPLE = st.sampled_from(["ann", "ben"])

Seen = tuple[Discipline, ChecklistView | None, WalkView | None, DisciplineSeen]


def seen(reader: Reader, at_ms: int) -> Seen:
    """Return all that is shown of discipline at a moment."""
    picture = reader.floor_at(at_ms, ZONE)
    walk = reader.walk_of(WALK, at_ms, ZONE)
    return picture.discipline, picture.checklist, walk, reader.discipline_of(at_ms, ZONE)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ground") / "s.sqlite"
    with Ground(path):
        pass
    return path


@examples(20)
@given(st.lists(st.tuples(ORDERS, STEPS, PEOPLE), min_size=2, max_size=12))
def test_what_is_recorded_later_changes_no_picture(empty: Path, orders: list[tuple[Request, int, str]]) -> None:
    """The reader that was there all along tells the same as one that comes later."""
    folder = Path(mkdtemp(dir=empty.parent))
    shutil.copy(empty, folder / "s.sqlite")
    with Site.over(folder / "s.sqlite") as site, Reader(site.path) as live:
        then: list[tuple[int, Seen]] = []
        at_ms = NOON
        for request, step_ms, by in orders:
            if step_ms:
                then.append((at_ms + step_ms, seen(live, at_ms + step_ms)))
            at_ms += step_ms + 1
            site.order(request, at_ms, by)
        with Reader(site.path) as later:
            for moment_ms, was in then:
                assert seen(later, moment_ms) == was
            last = seen(later, at_ms)
        assert seen(live, at_ms) == last
        for moment_ms, was in reversed(then):
            assert seen(live, moment_ms) == was
    shutil.rmtree(folder)
