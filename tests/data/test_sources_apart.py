"""Several sources in one store are what each is in a store of its own: pictures, days and figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.kpi import KpiRow, kpi_rows
from data.model.days import HOUR
from data.model.known import Known
from data.model.observation import (
    Observation,
)
from data.model.picture import AgentRow, Picture, QueueRow
from data.recorder import record
from data.store.reader import Reader
from data.store.writer import Writer
from tests.data.floor import any_events, logged_events, watches
from tests.data.logs import START, dump
from tests.data.several import Said, write
from tests.data.test_store import check_rollups
from tests.examples import examples

UTC = ZoneInfo("UTC")
RANGE = 1 << 40
ANY = st.one_of(any_events(), logged_events())


@st.composite
def sayings(draw: st.DrawFn) -> list[Said]:
    """Draw what two sources say, the second begun earlier or later, each in its order and both in any."""
    later = draw(st.sampled_from([0, 0, 400_000, -61_000, 5 * HOUR]))
    one, two = draw(watches(ANY)), [_moved(each, later) for each in draw(watches(ANY))]
    turns = draw(st.permutations([True] * len(one) + [False] * len(two)))
    first, second = iter(one), iter(two)
    return [("one", next(first)) if turn else ("two", next(second)) for turn in turns]


def _moved(seen: Observation, by_ms: int) -> Observation:
    assert seen.since_ms is not None
    events = [event._replace(at_ms=event.at_ms + by_ms) for event in seen.events]
    return seen._replace(since_ms=seen.since_ms + by_ms, until_ms=seen.until_ms + by_ms, events=events)


# Two sources in one store are what each is in its own


class Alone:
    """One source in a store of its own, read as it should look in one that it shares."""

    def __init__(self, folder: Path, said: Sequence[Said], name: str, place: int) -> None:
        self.name = name
        self.first = place * RANGE
        write(folder / f"{name}.sqlite", [each for each in said if each[0] == name])
        self.reader = Reader(folder / f"{name}.sqlite")

    def names(self, moment_ms: int) -> set[str]:
        """Return the names of the source's agents and queues, by `a:` and `q:`."""
        directory = self.reader.directory
        directory.refresh(moment_ms)
        agents = (i for (i,) in self.reader.connection.execute("SELECT id FROM agent").fetchall())
        names = {f"a:{directory.agent(agent).name}" for agent in agents}
        return names | {f"q:{queue.name}" for queue in directory.queues.values()}

    def agent(self, row: AgentRow, shared: set[str]) -> AgentRow:
        """Return an agent's row as it is beside another source, of which `shared` names are the same."""
        return row._replace(
            id=row.id + self.first,
            name=self.told(row.name, "a", shared),
            queue=self.told(row.queue, "q", shared),
            queues=tuple(self.told(queue, "q", shared) for queue in row.queues),
        )

    def queue(self, row: QueueRow, shared: set[str]) -> QueueRow:
        """Return a queue's row as it is beside another source."""
        return row._replace(id=row.id + self.first, name=self.told(row.name, "q", shared))

    def told(self, name: str, kind: str, shared: set[str]) -> str:
        """Return a name as it is shown where both sources have some names."""
        return f"{name}·{self.name}" if f"{kind}:{name}" in shared else name


def check_union(picture: Picture, both: Sequence[Alone]) -> None:
    """Compare a picture of two sources with the pictures of each alone."""
    alone = [(each, each.reader.floor_at(picture.moment_ms, UTC)) for each in both]
    begun = [pair for pair in alone if pair[1].sources]
    assert picture.sources == tuple(own.source for _, own in begun)
    names = [each.names(picture.moment_ms) for each, _ in begun]
    shared = names[0] & names[1] if len(names) == 2 else set()
    here = begun or alone
    if not begun:
        return
    agents = [each.agent(row, shared) for each, own in here for row in own.agents]
    assert list(picture.agents) == agents
    assert list(picture.queues) == [each.queue(row, shared) for each, own in here for row in own.queues]
    totals = [own.totals for _, own in here]
    assert picture.totals.waiting == sum(total.waiting for total in totals)
    assert picture.totals.oldest_ms == min((t.oldest_ms for t in totals if t.oldest_ms is not None), default=None)
    assert picture.totals.service.within == sum(total.service.within for total in totals)
    assert picture.totals.service.n == sum(total.service.n for total in totals)
    for state, n in picture.totals.states:
        assert n == sum(dict(total.states)[state] for total in totals)


def check_days(store: Reader, both: Sequence[Alone], moment_ms: int) -> None:
    """Compare the days of agents and queues, and the figures of a window, with those of each source alone."""
    for each in both:
        own = each.reader.floor_at(moment_ms, UTC)
        for kind, rows in (("agent", own.agents), ("queue", own.queues if own.sources else ())):
            for row in rows:
                assert kind in ("agent", "queue")
                alone = each.reader.detail_of("agent" if kind == "agent" else "queue", row.id, moment_ms, UTC)
                beside = store.detail_of("agent" if kind == "agent" else "queue", row.id + each.first, moment_ms, UTC)
                assert [part._replace(queue="") for part in beside.timeline] == [
                    part._replace(queue="") for part in alone.timeline
                ]
                assert (beside.figures, beside.depth, beside.calls_in_all) == (
                    alone.figures,
                    alone.depth,
                    alone.calls_in_all,
                )


def without_key(rows: Iterable[KpiRow]) -> list[str]:
    return sorted(repr(row[1:]) for row in rows if row.offered or row.signed_in_s)


def check_figures(store: Reader, both: Sequence[Alone], since_ms: int, until_ms: int) -> None:
    """Compare the figures of a window with those of each source alone."""
    for by in ("queue", "agent"):
        alone = chain.from_iterable(
            kpi_rows(each.reader, since_ms, until_ms, "queue" if by == "queue" else "agent") for each in both
        )
        assert without_key(kpi_rows(store, since_ms, until_ms, "queue" if by == "queue" else "agent")) == without_key(
            alone
        )
    (whole,) = kpi_rows(store, since_ms, until_ms, "total")
    totals = [kpi_rows(each.reader, since_ms, until_ms, "total")[0] for each in both]
    for name in ("offered", "answered", "abandoned", "lost", "talk_s", "ring_no_answer"):
        assert getattr(whole, name) == sum(getattr(total, name) for total in totals), name


def check_two_in_one(folder: Path, said: list[Said], moments: Iterable[int]) -> None:
    write(folder / "both.sqlite", said)
    order = list(dict.fromkeys(name for name, _ in said))
    both = [Alone(folder, said, name, place) for place, name in enumerate(order)]
    last_ms = max(observation.until_ms for _, observation in said)
    with Reader(folder / "both.sqlite") as store:
        for moment_ms in [*(START + moment for moment in moments), last_ms, last_ms + 5_000, last_ms + 20_000]:
            check_union(store.floor_at(moment_ms, UTC), both)
        check_days(store, both, last_ms)
        check_figures(store, both, START + 100_000, last_ms + 1)
    for each in both:
        each.reader.close()
    check_rollups(folder / "both.sqlite")


MOMENTS = st.lists(st.integers(-100, 30_000).map(lambda n: n * 1_000), min_size=6, max_size=6)


@examples(25)
@given(sayings(), MOMENTS)
def test_two_sources_in_one_store_are_what_each_is_alone(tmp_path: Path, said: list[Said], moments: list[int]) -> None:
    if said:
        check_two_in_one(Path(mkdtemp(dir=tmp_path)), said, moments)


@pytest.mark.slow
@examples(300)
@given(sayings(), MOMENTS)
def test_two_sources_in_one_store_are_what_each_is_alone_at_length(
    tmp_path: Path, said: list[Said], moments: list[int]
) -> None:
    if said:
        check_two_in_one(Path(mkdtemp(dir=tmp_path)), said, moments)


@examples(25)
@given(sayings())
def test_a_reader_that_stays_sees_what_a_fresh_one_sees(tmp_path: Path, said: list[Said]) -> None:
    store = Path(mkdtemp(dir=tmp_path)) / "s.sqlite"
    Writer(store).close()
    known: dict[str, Known] = {}
    with Writer(store) as writer, Reader(store) as stays:
        for name, observation in said:
            known[name], rows = record(known.get(name) or writer.known(name), observation)
            writer.write(rows)
            for moment_ms in (observation.until_ms, observation.until_ms + 20_000):
                with Reader(store) as fresh:
                    assert fresh.floor_at(moment_ms, UTC) == stays.floor_at(moment_ms, UTC)


@examples(25)
@given(sayings())
def test_recorders_that_start_again_go_on_as_before(tmp_path: Path, said: list[Said]) -> None:
    """What an agent of several chats rings for is not kept, and so not drawn: here no queue is told to be of chats."""
    folder = Path(mkdtemp(dir=tmp_path))
    calm = [(name, seen._replace(directory=None)) for name, seen in said]
    write(folder / "never.sqlite", calm)
    write(folder / "always.sqlite", calm, afresh=True)
    assert dump(folder / "always.sqlite") == dump(folder / "never.sqlite")
