"""Answers of adapters from elsewhere that can't be: told with what and where, left out, and all goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.base import SourceError
from data.adapters.vetting import vetted
from data.model.observation import (
    AgentEntry,
    AgentSeen,
    CallAnswered,
    CallEnded,
    CallEntered,
    Directory,
    Observation,
    Paused,
    QueueEntry,
    RingEnded,
    SeatEntry,
    Serving,
    SignedIn,
    Snapshot,
    WaitingSeen,
)
from data.model.words import Channel, Outcome, State
from data.store.reader import Reader
from tests.data.played import START, Played, covered, heartbeat, polls, second
from tests.examples import examples

UTC = ZoneInfo("UTC")
YEAR_MS = 31_536_000_000
GOOD = SignedIn(START + 1500, "ann", "q")

Said = Callable[[], list[str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Said:
    """Return what the poller has said since the last time, without its name, the time and the source."""
    return lambda: [line.partition("played: ")[2] for line in capsys.readouterr().err.splitlines()]


class Text(str):
    """A text of an adapter's own kind."""

    __slots__ = ()

    def __getitem__(self, key: object) -> str:
        raise RuntimeError("hands off")


class Other(NamedTuple):
    at_ms: int


def of(kind: Any, *values: Any, **more: Any) -> Any:  # noqa: ANN401
    """Return an event with whatever values."""
    return kind(*values, **more)


def answer(**fields: Any) -> Observation:  # noqa: ANN401
    """Return the answer of the second second, with other fields."""
    return second(2)._replace(**fields)


# ------------------------------------------------------------------ a part can't be used


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (of(SignedIn, -1, "bob"), "events[1]: SignedIn.at_ms is -1: it is before 1980"),
        (of(SignedIn, 0, "bob"), "events[1]: SignedIn.at_ms is 0: it is before 1980"),
        (
            of(SignedIn, 10**30, "bob"),
            "events[1]: SignedIn.at_ms is a huge number: it is too far from the end of the answer",
        ),
        (
            of(SignedIn, START - 2 * YEAR_MS, "bob"),
            f"events[1]: SignedIn.at_ms is {START - 2 * YEAR_MS}: it is too far from the end of the answer",
        ),
        (of(SignedIn, float("nan"), "bob"), "events[1]: SignedIn.at_ms is nan: it is no whole number"),
        (of(SignedIn, START + 1e3, "bob"), "events[1]: SignedIn.at_ms is 1795000001000.0: it is no whole number"),
        (of(SignedIn, True, "bob"), "events[1]: SignedIn.at_ms is True: it is no whole number"),
        (of(SignedIn, None, "bob"), "events[1]: SignedIn.at_ms is None: it is no whole number"),
        (of(SignedIn, START, ""), "events[1]: SignedIn.agent is '': it is empty"),
        (of(SignedIn, START, "\u200b"), "events[1]: SignedIn.agent is '\\u200b': it is empty"),
        (of(SignedIn, START, b"bob"), "events[1]: SignedIn.agent is a bytes: it is no text"),
        (of(SignedIn, START, "bob", ""), "events[1]: SignedIn.queue is '': it is empty"),
        (of(SignedIn, START, "bob", "q", "yes"), "events[1]: SignedIn.paused is 'yes': it is neither true nor false"),
        (of(CallEnded, START, "c", "q", "bob", "done"), "events[1]: CallEnded.outcome is 'done': it is no outcome"),
        (("no", "event"), "events[1] is a tuple"),
        (None, "events[1] is None"),
        (Other(START), "events[1] is a Other"),
        (AgentEntry("bob", "Bob"), "events[1] is a AgentEntry"),
        (tuple.__new__(SignedIn, (START,)), "events[1] is a SignedIn of another length"),
    ],
)
def test_an_event_that_can_not_be_used_is_left_out_alone(tmp_path: Path, told: Said, event: Any, said: str) -> None:  # noqa: ANN401
    poller = polls(tmp_path / "s", Played(second(1), answer(events=[GOOD, event])), 2)
    assert poller.failures == 0
    assert told() == [f"a part of what it says is left out: {said} (1 such in this answer)"]
    with Reader(tmp_path / "s") as reader:
        assert [agent.name for agent in reader.floor_at(START + 2000, UTC).agents] == ["ann"]
    assert heartbeat(tmp_path / "s")[1] == ""


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        (of(CallAnswered, START, "c", "q", "a", wait_ms=-5), of(CallAnswered, START, "c", "q", "a")),
        (of(CallAnswered, START, "c", "q", "a", "12", 7), of(CallAnswered, START, "c", "q", "a", None, 7)),
        (
            of(CallEnded, START, "c", "q", None, "abandoned", 10**12, float("inf")),
            of(CallEnded, START, "c", "q", None, Outcome.ABANDONED),
        ),
        (of(RingEnded, START, "c", "q", "a", 1.5), of(RingEnded, START, "c", "q", "a")),
        (of(Paused, START, "a", None, 7), of(Paused, START, "a", None)),
        (of(CallEntered, START, "c", "q", None, b"Bob"), of(CallEntered, START, "c", "q")),
    ],
)
def test_a_figure_that_can_not_be_is_as_if_not_told(event: Any, kept: Any) -> None:  # noqa: ANN401
    observation, faults = vetted(answer(events=(event,)), START)
    assert list(observation.events) == [kept]
    assert faults


def test_a_text_of_another_kind_is_taken_as_the_text_it_is() -> None:
    observation, faults = vetted(answer(events=(SignedIn(START, Text("ann"), Text("q")),)), START)
    assert faults == ()
    assert [type(text) for text in observation.events[0][1:3]] == [str, str]
    assert observation.events[0] == SignedIn(START, "ann", "q")


def test_what_comes_again_and_again_is_told_once(tmp_path: Path, told: Said) -> None:
    bad: Any = [SignedIn(-n, "bob") for n in range(1, 6)]
    polls(tmp_path / "s", Played(*(second(n)._replace(events=bad) for n in range(1, 9))), 8)
    (line,) = told()
    assert line.endswith("events[0]: SignedIn.at_ms is -1: it is before 1980 (5 such in this answer)")


def test_the_directory_keeps_what_can_be_used() -> None:
    queues = [
        QueueEntry("q", "Q", "chat", 20_000, -1, float("nan"), "best"),  # type: ignore[arg-type]
        QueueEntry("", "none"),
        QueueEntry("r", "R", "fax"),  # type: ignore[arg-type]
        QueueEntry("s", "S", target=1, formula="offered"),
    ]
    agents = [AgentEntry("ann", "Ann", skills=["en", "zh"]), AgentEntry("bob", None), "carl"]  # type: ignore[arg-type]
    seats = [SeatEntry("A1", "A", 0, 0), SeatEntry("A2", "A", -1, 0), SeatEntry("A3", "A", 10**9, 0)]
    directory = Directory(tuple(agents), queues, seats)  # type: ignore[arg-type]
    observation, faults = vetted(answer(directory=directory), START)
    assert observation.directory == Directory(
        (AgentEntry("ann", "Ann", skills=("en", "zh")),),
        (QueueEntry("q", "Q", Channel.CHAT, 20_000), QueueEntry("s", "S", target=1.0, formula="offered")),
        (SeatEntry("A1", "A", 0, 0),),
    )
    assert sum(fault.times for fault in faults) == 9


@pytest.mark.parametrize("directory", [{}, ((), (), ()), of(Directory, "ann")])
def test_a_directory_that_is_none_is_left_out(directory: Any) -> None:  # noqa: ANN401
    observation, faults = vetted(answer(directory=directory, events=(GOOD,)), START)
    assert (observation.directory, len(observation.events), len(faults)) == (None, 1, 1)


def test_an_agent_seen_in_no_state_is_unknown_and_not_gone() -> None:
    snapshot = Snapshot(
        (
            AgentSeen("ann", "lunch"),  # type: ignore[arg-type]
            AgentSeen("bob", "talking", -4, 7, "", b"c", [Serving("", None)], {"hold", "talking"}),  # type: ignore[arg-type]
            AgentSeen("", State.TALKING),
            AgentSeen("eve", State.AVAILABLE, serving=(Serving("q", 3),)),  # type: ignore[arg-type]
        ),
        [WaitingSeen("c", "q", START - 5000), WaitingSeen("d", "q", None)],  # type: ignore[arg-type]
    )
    observation, _ = vetted(answer(snapshot=snapshot), START)
    assert observation.snapshot == Snapshot(
        (
            AgentSeen("ann", State.UNKNOWN),
            AgentSeen("bob", State.TALKING, or_states=frozenset({State.HOLD, State.TALKING})),
            AgentSeen("eve", State.AVAILABLE),
        ),
        (WaitingSeen("c", "q", START - 5000),),
    )


@pytest.mark.parametrize("cursor", ["x" * 1_000_001, "\ud800", 5, b"a"])
def test_a_cursor_that_can_not_be_kept_is_not(cursor: Any) -> None:  # noqa: ANN401
    observation, faults = vetted(answer(cursor=cursor), START)
    assert (observation.cursor, [fault.kind for fault in faults]) == (None, ["cursor"])


@pytest.mark.parametrize("since_ms", [-1, 0, 1.5, "yesterday", 10**30, START - 2 * YEAR_MS])
def test_an_answer_that_says_no_since_tells_of_a_gap(tmp_path: Path, told: Said, since_ms: Any) -> None:  # noqa: ANN401
    polls(tmp_path / "s", Played(second(1), answer(since_ms=since_ms)), 2)
    assert covered(tmp_path / "s") == [(0, 1), (2, 2)]
    assert told()[0].startswith("a part of what it says is left out: since_ms is ")


# ------------------------------------------------------------------ nothing can be used


@pytest.mark.parametrize(
    ("nonsense", "said"),
    [
        (None, "its answer is None, no Observation"),
        ({"events": []}, "its answer is a dict, no Observation"),
        (answer(until_ms=float("nan")), "its until_ms is nan, no time since 1980 in ms"),
        (answer(until_ms=-5), "its until_ms is -5, no time since 1980 in ms"),
        (answer(until_ms=True), "its until_ms is True, no time since 1980 in ms"),
        (answer(until_ms=1_795_000_002), "its until_ms is 1795000002, no time since 1980 in ms"),
        (
            answer(until_ms=START + 3_603_000),
            "its until_ms is 3,602 s ahead of this machine's clock: check the clocks of both",
        ),
        (answer(until_ms=10**40), "its until_ms is far ahead of this machine's clock: check the clocks of both"),
        (answer(events={}), "its events are a dict, not a tuple or list"),
        (answer(events=iter(())), "its events are a tuple_iterator, not a tuple or list"),
        (
            answer(events=[GOOD] * 200_001),
            "its events are 200001, and one answer may hold 200000: tell fewer at once",
        ),
        (answer(snapshot="all well"), "its snapshot is 'all well' that can't be used"),
        (answer(snapshot=of(Snapshot, {})), "its snapshot.agents are a dict, not a tuple or list"),
    ],
)
def test_an_answer_that_can_not_be_told_apart_is_a_failed_poll(
    tmp_path: Path,
    told: Said,
    nonsense: object,
    said: str,
) -> None:
    after = second(4, SignedIn(START + 3500, "ann", "q"))

    async def play() -> Any:  # noqa: ANN401
        return nonsense

    poller = polls(tmp_path / "s", Played(second(1), play, after), 3)
    assert poller.failures == 0
    assert told() == [f"what it says can't be recorded: {said}", "well again after 1 s"]
    assert covered(tmp_path / "s") == [(0, 1), (3, 4)]
    with Reader(tmp_path / "s") as reader:
        assert len(reader.floor_at(START + 4000, UTC).agents) == 1


def test_whoever_answers_so_is_down_with_the_words(tmp_path: Path) -> None:
    polls(tmp_path / "s", Played(second(1), answer(until_ms=0)), 2)
    assert heartbeat(tmp_path / "s")[1] == "what it says can't be recorded: its until_ms is 0, no time since 1980 in ms"


# ------------------------------------------------------------------ whatever is said

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(START - 10_000, START + 10_000),
    st.floats(),
    st.text(max_size=6),
    st.binary(max_size=4),
    st.sampled_from([*State, *Outcome, Text("ann"), 10**400, -(10**400), [], {}, object, Snapshot(), Directory()]),
    st.tuples(st.text(max_size=3)),
    st.frozensets(st.sampled_from(State)),
)
KINDS: list[Any] = [
    *(CallEntered, CallAnswered, CallEnded, RingEnded, SignedIn, Paused, Other),
    *(AgentEntry, QueueEntry, SeatEntry, AgentSeen, Serving, WaitingSeen),
]
ROWS = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(*[ANYTHING] * len(kind._fields)).map(kind._make))
LISTS = st.one_of(st.lists(ROWS, max_size=8), st.lists(ROWS, max_size=4).map(tuple), ANYTHING)
SNAPSHOTS = st.builds(Snapshot, LISTS, LISTS, st.one_of(st.booleans(), ANYTHING))
ANSWERS = st.builds(
    Observation,
    ANYTHING,
    st.one_of(st.just(START), ANYTHING),
    st.one_of(st.just(START + 2000), ANYTHING),
    LISTS,
    LISTS,
    st.one_of(st.builds(Directory, LISTS, LISTS, LISTS), ANYTHING),
    st.one_of(st.none(), ANYTHING),
    st.one_of(st.none(), SNAPSHOTS, ANYTHING),
)


@given(st.lists(ANSWERS, min_size=1, max_size=4))
@examples(60)
def test_whatever_is_said_is_recorded_or_told(tmp_path_factory: pytest.TempPathFactory, answers: list[Any]) -> None:
    """Nothing that an adapter can say spoils the store, or the answers after it."""
    store = tmp_path_factory.mktemp("anything") / "s"
    after = second(9, SignedIn(START + 8500, "ann and nobody else", "q"))._replace(cursor="the last one")

    async def play(said: Any) -> Any:  # noqa: ANN401
        return said

    plays = [lambda said=said: play(said) for said in answers]
    poller = polls(store, Played(*plays, after), len(answers) + 1)
    assert poller.failures == 0
    with Reader(store) as reader:
        assert "ann and nobody else" in [agent.name for agent in reader.floor_at(START + 3_609_000, UTC).agents]
        assert reader.measured()


@given(ANSWERS)
@examples(300)
def test_what_is_left_of_an_answer_is_clean(said: Any) -> None:  # noqa: ANN401
    """What was looked through once has no fault left."""
    try:
        observation, _ = vetted(said, START)
    except SourceError:
        return
    assert vetted(observation, START) == (observation, ())
