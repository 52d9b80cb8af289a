"""Looking at the store again: what a reader keeps in memory, and what only the next look shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.model.observation import (
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    Directory,
    Event,
    FlagRaised,
    Observation,
    QueueEntry,
    SignedIn,
)
from data.model.words import Channel, FlagKind, Health, Outcome
from data.recorder import record
from data.store.reader import Reader
from data.store.writer import Beat, Writer
from tests.data.logs import START, at

UTC = ZoneInfo("UTC")


def seen(since: float, until: float, events: Iterable[Event] = (), directory: Directory | None = None) -> Observation:
    return Observation("test", at(since), at(until), list(events), (), directory)


def write(store: Path, *observations: Observation) -> None:
    with Writer(store) as writer:
        known = writer.known("test")
        for observation in observations:
            known, rows = record(known, observation)
            writer.write(rows)


def test_a_flag_that_expires_is_gone(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    passing = FlagRaised(at(5), "Ann", FlagKind.PRAISE, "Bea", expires_ms=at(20))
    lasting = FlagRaised(at(6), "Bob", FlagKind.PRAISE, "Bea")
    told = seen(0, 60, [SignedIn(START, "Ann", "sales"), SignedIn(START, "Bob", "sales")])
    write(store, told._replace(acts=(passing, lasting)))
    with Reader(store) as reader:
        for moment, flags in ((4, 0), (5, 1), (6, 2), (19.999, 2), (20, 1), (60, 1)):
            picture = reader.floor_at(at(moment), UTC)
            assert len(picture.flags) == flags, moment
            assert sum(agent.praise for agent in picture.agents) == flags, moment


def test_a_name_is_that_of_the_moment_whichever_was_looked_at_before(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    before = Directory((AgentEntry("a", "Ann"),), (QueueEntry("q", "Sales"),))
    after = Directory((AgentEntry("a", "Ann Lee"),), (QueueEntry("q", "Orders"),))
    write(store, seen(0, 60, [SignedIn(START, "a", "q")], before), seen(60, 120, (), after))
    with Reader(store) as reader:
        for moment in (120, 30, 90, 59, 60, 120):
            picture = reader.floor_at(at(moment), UTC)
            names = (picture.agents[0].name, picture.agents[0].queues, picture.queues[0].name)
            assert names == (("Ann", ("Sales",), "Sales") if moment < 60 else ("Ann Lee", ("Orders",), "Orders"))
            assert reader.detail_of("agent", picture.agents[0].id, at(moment), UTC).title == names[0]


@pytest.mark.parametrize(("beat_ms", "health"), [(1_000_000, Health.UP), (1_000_001, Health.DOWN)])
def test_a_sign_of_life_of_a_clock_yet_to_come_is_none(tmp_path: Path, beat_ms: int, health: Health) -> None:
    """The clock counts from the boot: a later reading than now is of a boot before, so its poller is gone."""
    with Writer(tmp_path / "s.sqlite") as writer:
        writer.beat(writer.known("test").source_id, Beat(START, beat_ms, beat_ms, 1_000, 1, "", "this boot"))
    with Reader(tmp_path / "s.sqlite") as reader:
        assert reader.pulse(1_000_000, "this boot").health is health


def test_what_an_agent_handled_is_counted_though_the_state_stays(tmp_path: Path) -> None:
    """An agent of two chats ends one of them and goes on with the other: not one state changes."""
    store = tmp_path / "s.sqlite"
    chat = Directory((), (QueueEntry("chat", "Chat", Channel.CHAT),))
    begin: list[Event] = [
        SignedIn(START, "Ann", "chat"),
        *(CallEntered(at(1), call, "chat") for call in ("c1", "c2")),
        *(CallAnswered(at(2), call, "chat", "Ann", 1_000) for call in ("c1", "c2")),
    ]
    write(store, seen(0, 60, begin, chat))
    with Reader(store) as reader:
        first = reader.floor_at(at(60), UTC).agents[0]
        write(store, seen(60, 90, [CallEnded(at(80), "c1", "chat", "Ann", Outcome.ANSWERED, 1_000, 78_000)]))
        again = reader.floor_at(at(90), UTC).agents[0]
        with Reader(store) as fresh:
            assert fresh.floor_at(at(90), UTC).agents[0] == again
    assert (first.state, first.since_ms) == (again.state, again.since_ms)
    assert (first.calls, again.calls, again.handle_ms) == (0, 1, 78_000)


def test_a_caller_is_never_shown_whole(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    write(
        store,
        seen(
            *(0, 60),
            [
                CallEntered(at(1), "c1", "sales", "13812348000", "13812348000"),
                CallAnswered(at(5), "c1", "sales", "Ann", 4_000),
            ],
        ),
    )
    with Reader(store) as reader:
        (line,) = reader.detail_of("agent", 1, at(60), UTC).calls
    assert line.caller == "138****8000"
    assert "13812348000" not in repr(line)
