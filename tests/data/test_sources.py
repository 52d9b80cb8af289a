"""Several sources of one floor: each is what it is alone, and what one did not measure takes nothing from another."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.kpi import kpi_rows
from data.model.days import DAY, HOUR
from data.model.observation import (
    AgentEntry,
    CallEnded,
    CallEntered,
    Directory,
    Event,
    Paused,
    QueueEntry,
    SignedIn,
)
from data.model.picture import Picture
from data.model.words import Health, Outcome, State
from data.poller import Source, run
from data.store.boot import boot_id
from data.store.reader import Reader
from data.store.writer import Beat, Writer
from tests.data.logs import START, at
from tests.data.several import begun, told, write

UTC = ZoneInfo("UTC")
RANGE = 1 << 40


# One in a gap while the other goes on


def of_two(folder: Path) -> Path:
    """Write a floor of two: pbx2 is lost at 60 s and back at 600 s, pbx1 goes on all the while."""
    store = folder / "floor.sqlite"
    back = (SignedIn(at(600), "Cai", "sales"), SignedIn(at(600), "Dan", "sales"))
    write(
        store,
        [
            ("pbx1", told(0, 60, *begun("Ann", "a", "Bob"))),
            ("pbx2", told(0, 60, *begun("Cai", "c", "Dan"))),
            ("pbx1", told(60, 600, CallEnded(at(100), "a1", "sales", "Bob", Outcome.ANSWERED, 2_000, 97_000))),
            ("pbx2", told(600, 700, *back)),
            ("pbx1", told(600, 700)),
        ],
    )
    return store


def states(picture: Picture) -> dict[str, State]:
    return {agent.name: agent.state for agent in picture.agents}


def test_a_source_in_a_gap_takes_nothing_from_the_other(tmp_path: Path) -> None:
    with Reader(of_two(tmp_path)) as reader:
        both, gap, back = (reader.floor_at(at(second), UTC) for second in (50, 300, 650))
        dan = next(agent for agent in gap.agents if agent.name == "Dan")
        times = {agent.name: agent.since_ms for agent in gap.agents}
        timeline = reader.detail_of("agent", dan.id, at(300), UTC).timeline
    assert [source.health for source in both.sources] == [Health.UP, Health.UP]
    assert both.source.health is Health.UP
    assert states(both) == {"Ann": "available", "Bob": "talking", "Cai": "available", "Dan": "talking"}
    assert [queue.waiting for queue in both.queues] == [1, 1]
    assert [source.health for source in gap.sources] == [Health.UP, Health.NONE]
    assert (gap.source.name, gap.source.health, gap.source.measured_ms) == ("pbx2", Health.NONE, at(60))
    assert states(gap) == {"Ann": "available", "Bob": "available", "Cai": "unknown", "Dan": "unknown"}
    assert times["Cai"] == times["Dan"] == at(60)
    assert [(queue.name, queue.waiting, queue.talking) for queue in gap.queues] == [
        ("sales·pbx1", 1, 0),
        ("sales·pbx2", 0, 0),
    ]
    assert (gap.totals.waiting, dict(gap.totals.states)[State.UNKNOWN]) == (1, 2)
    assert timeline[-1].until_ms == at(60)
    assert back.source.health is Health.UP
    assert states(back) == {"Ann": "available", "Bob": "available", "Cai": "available", "Dan": "available"}


def test_a_source_that_has_not_come_back_is_not_known_while_the_other_goes_on(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    write(store, [(f"pbx{n}", told(0, 60, *begun(f"a{n}", "c", f"b{n}"))) for n in (1, 2)])
    with Reader(store) as reader:
        reader.floor_at(at(60), UTC)
        write(store, [("pbx1", told(60, 90))])
        picture = reader.floor_at(at(90), UTC)
    assert states(picture) == {"a1": "available", "b1": "talking", "a2": "unknown", "b2": "unknown"}
    assert [(queue.waiting, queue.talking, queue.oldest_ms) for queue in picture.queues] == [
        (1, 1, at(5)),
        (0, 0, None),
    ]
    assert picture.source == picture.sources[1]
    assert (picture.source.name, picture.source.health, picture.source.measured_ms) == ("pbx2", Health.NONE, at(60))


def test_free_agents_of_another_source_are_not_free_for_a_queue(tmp_path: Path) -> None:
    with Reader(of_two(tmp_path)) as reader:
        pbx1, pbx2 = reader.floor_at(at(20), UTC).queues
    assert (pbx1.available, pbx1.free_elsewhere) == (pbx2.available, pbx2.free_elsewhere) == (1, 0)


def test_a_gap_of_one_source_is_a_moment_under_its_name(tmp_path: Path) -> None:
    with Reader(of_two(tmp_path)) as reader:
        strip = reader.strip_of(at(300), UTC)
        assert reader.measured() == [(at(0), at(700))]
        assert reader.bounds() == (at(0), at(700))
    gaps = [mark for mark in strip.marks if mark.kind == "gap"]
    assert [(mark.at_ms, mark.subject, mark.value) for mark in gaps] == [(at(60), "pbx2", 540_000)]
    assert strip.measured == ((at(0), at(700)),)


@pytest.mark.parametrize(
    ("stretches", "gaps"),
    [
        ({"pbx1": [(0, 900)], "pbx2": [(0, 300)]}, [("pbx2", 300, 600)]),
        ({"pbx1": [(0, 900)], "pbx2": [(500, 900)]}, []),
        ({"pbx1": [(0, 300), (600, 900)], "pbx2": [(1, 301), (601, 899)]}, [("", 301, 299)]),
        ({"pbx1": [(0, 300), (600, 900)], "pbx2": [(0, 200), (600, 900)]}, [("pbx2", 200, 400), ("", 300, 300)]),
        ({"pbx1": [(0, 300), (600, 900)]}, [("", 300, 300)]),
        ({"pbx1": [(-86_400, 900)], "pbx2": [(-86_400, -60_000), (300, 900)]}, [("pbx2", -54_400, 54_700)]),
    ],
    ids=["ends early", "begins late", "both break off", "one before the other", "alone", "over midnight"],
)
def test_gaps(tmp_path: Path, stretches: dict[str, list[tuple[int, int]]], gaps: list[tuple[str, int, int]]) -> None:
    """A source that ends early, or is missed at the day's start, was to be measured; one that joins later was not."""
    said = [(name, told(*stretch)) for name, all_of_it in stretches.items() for stretch in all_of_it]
    write(tmp_path / "s.sqlite", said)
    with Reader(tmp_path / "s.sqlite") as reader:
        marks = reader.strip_of(at(900), UTC).marks
    assert [(m.subject, (m.at_ms - START) / 1000, (m.value or 0) / 1000) for m in marks if m.kind == "gap"] == gaps


def test_a_break_runs_over_only_while_its_source_is_measured(tmp_path: Path) -> None:
    rest = (SignedIn(at(0), "Ann", "sales"), Paused(at(0), "Ann", None, "rest"))
    write(tmp_path / "s.sqlite", [("pbx1", told(0, 300, *rest)), ("pbx2", told(0, 3_000, *rest))])
    with Reader(tmp_path / "s.sqlite") as reader:
        marks = reader.strip_of(at(3_000), UTC).marks
    assert [mark.subject for mark in marks if mark.kind == "break"] == ["Ann·pbx2"]


def test_what_was_measured_is_told_of_each_source_and_of_all(tmp_path: Path) -> None:
    with Reader(of_two(tmp_path)) as reader:
        window = (at(0), at(700))
        queues = {row.key: row.measured for row in kpi_rows(reader, *window, "queue")}
        agents = {row.key: row.measured for row in kpi_rows(reader, *window, "agent")}
        (whole,) = kpi_rows(reader, *window, "total")
        slots = [row.measured for row in kpi_rows(reader, *window, "interval")]
    share = round(160 / 700, 6)
    assert queues == {"sales·pbx1": 1.0, "sales·pbx2": share}
    assert agents == {"Ann": 1.0, "Bob": 1.0, "Cai": share, "Dan": share}
    assert whole.measured == round(860 / 1400, 6)
    assert slots == [(500 + 60) / 1000, (200 + 100) / 400]


def test_a_source_that_joins_later_was_not_to_be_measured_before(tmp_path: Path) -> None:
    write(tmp_path / "s.sqlite", [("pbx1", told(0, 700)), ("pbx2", told(350, 700))])
    with Reader(tmp_path / "s.sqlite") as reader:
        assert kpi_rows(reader, at(0), at(700), "total")[0].measured == 1.0
        assert kpi_rows(reader, at(-700), at(700), "total")[0].measured == round(1050 / 1750, 6)


# Who is on the floor


def test_a_source_comes_to_the_floor_with_its_first_moment_and_leaves_it_a_day_after_its_last(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    hours = DAY // 1000 + 3600
    write(
        store,
        [
            ("old", told(0, 60, SignedIn(at(0), "Ann", "sales"))),
            ("new", told(30, 90, SignedIn(at(30), "Ann", "sales"))),
            ("new", told(90, 2 * hours)),
        ],
    )
    with Reader(store) as reader:
        shown = {
            second: [
                [source.name for source in picture.sources],
                [queue.name for queue in picture.queues],
                [agent.name for agent in picture.agents],
            ]
            for second in (-5, 10, 40, 60 + DAY // 1000, 61 + DAY // 1000, 3 * hours)
            for picture in [reader.floor_at(at(second), UTC)]
        }
        since_ms = START + 2 * DAY
        assert [row.key for row in kpi_rows(reader, since_ms, since_ms + HOUR, "queue")] == ["sales"]
        both = [row.key for row in kpi_rows(reader, START, since_ms, "queue")]
        assert both == ["sales·new", "sales·old"]
    apart = [["old", "new"], ["sales·old", "sales·new"], ["Ann·old", "Ann·new"]]
    assert list(shown.values()) == [
        [[], ["sales·old", "sales·new"], []],
        [["old"], ["sales"], ["Ann"]],
        apart,
        apart,
        [["new"], ["sales"], ["Ann"]],
        [["new"], ["sales"], ["Ann"]],
    ]


def test_a_source_that_is_polled_in_vain_stays_on_the_floor(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    write(store, [("old", told(0, 60)), ("new", told(0, 3 * DAY // 1000))])
    with Writer(store) as writer:
        writer.beat(writer.known("old").source_id, Beat(at(2 * DAY // 1000), 9, 1, 1000, 1, "no answer", boot_id()))
    with Reader(store) as reader:
        for hour, sources in ((71, ("old", "new")), (73, ("new",))):
            assert tuple(s.name for s in reader.floor_at(START + hour * HOUR, UTC).sources) == sources


# Signs of life


def beats(store: Path, **ages_s: tuple[float, str]) -> None:
    """Leave signs of life of a poller at 1,000 s since boot: the age of each source's last answer, and an error."""
    with Writer(store) as writer:
        for name, (age, error) in ages_s.items():
            good_ms = 1_000_000 - round(age * 1000)
            writer.beat(writer.known(name).source_id, Beat(START, 1_000_000, good_ms, 1_000, 7, error, "boot"))


def test_each_source_has_its_pulse_and_the_floor_that_of_the_worst(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    beats(store, pbx1=(0.5, ""), pbx2=(41, "refused"), pbx3=(3, ""))
    with Reader(store) as reader:
        pulses = reader.pulses(1_000_000, "boot")
        assert [(p.name, p.health, p.error) for p in pulses] == [
            ("pbx1", Health.UP, ""),
            ("pbx2", Health.DOWN, "refused"),
            ("pbx3", Health.LATE, ""),
        ]
        assert reader.pulse(1_000_000, "boot") == pulses[1]
        assert {p.health for p in reader.pulses(1_000_000, "another boot")} == {Health.DOWN}


def test_of_a_source_that_is_polled_no_more_no_sign_of_life_is_awaited(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    beats(store, pbx1=(0.5, ""), pbx2=(41, "refused"))
    with Writer(store) as writer:
        writer.feeds(["pbx1", "pbx3"])
    with Reader(store) as reader:
        assert [(p.name, p.health) for p in reader.pulses(1_000_000, "boot")] == [("pbx1", Health.UP)]


def test_a_poller_that_starts_waits_for_its_own_sources_only(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    beats(store, pbx1=(0.5, ""), pbx2=(41, "refused"))
    assert run(store, [Source("pbx1", "simulator", {}, 60_000)], parent=-1) == 0
    with Reader(store) as reader:
        assert [pulse.name for pulse in reader.pulses(1_000_000, "boot")] == ["pbx1"]


def test_each_source_is_believed_by_its_own_interval(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    write(store, [("quick", told(0, 60)), ("slow", told(0, 60))])
    with Writer(store) as writer:
        for name, interval_ms in (("quick", 1_000), ("slow", 60_000)):
            writer.beat(writer.known(name).source_id, Beat(at(60), 1, 1, interval_ms, 1))
    with Reader(store) as reader:
        picture = reader.floor_at(at(100), UTC)
    assert [(s.health, s.interval_ms) for s in picture.sources] == [(Health.NONE, 1_000), (Health.UP, 60_000)]


# Names


def test_names_that_two_sources_have_carry_their_source(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    told_by = {
        "pbx1": Directory((AgentEntry("1", "王小明"), AgentEntry("2", "Ann")), (QueueEntry("s", "sales"),)),
        "pbx2": Directory((AgentEntry("9", "王小明"), AgentEntry("2", "Bob")), (QueueEntry("s", "sales"),)),
    }
    write(store, [(n, told(0, 60, *_busy(d.agents), directory=d)) for n, d in told_by.items()])
    renamed = Directory((AgentEntry("9", "王小亮"),), (QueueEntry("s", "orders"),))
    write(store, [("pbx2", told(60, 120, directory=renamed)), ("pbx1", told(60, 120))])
    with Reader(store) as reader:
        for _ in range(2):
            picture, after = reader.floor_at(at(50), UTC), reader.floor_at(at(110), UTC)
            assert [(queue.name, queue.key) for queue in picture.queues] == [("sales·pbx1", "s"), ("sales·pbx2", "s")]
            assert {agent.name: agent.queues for agent in picture.agents} == {
                **dict.fromkeys(("王小明·pbx1", "Ann"), ("sales·pbx1",)),
                **dict.fromkeys(("王小明·pbx2", "Bob"), ("sales·pbx2",)),
            }
            assert [queue.name for queue in after.queues] == ["sales", "orders"]
            assert {agent.name for agent in after.agents} == {"王小明", "Ann", "王小亮", "Bob"}
        queue, agent = picture.queues[1], next(agent for agent in picture.agents if agent.name == "王小明·pbx2")
        assert reader.detail_of("queue", queue.id, at(50), UTC).title == "sales·pbx2"
        assert reader.detail_of("queue", queue.id, at(50), UTC).queue_key == "s"
        assert reader.detail_of("agent", agent.id, at(50), UTC).title == "王小明·pbx2"
        assert {row.key for row in kpi_rows(reader, at(0), at(60), "agent")} == {agent.name for agent in picture.agents}


def _busy(agents: tuple[AgentEntry, ...]) -> list[Event]:
    return [SignedIn(at(0), agent.key, "s") for agent in agents]


def test_two_of_one_name_at_one_source_stay_as_they_are(tmp_path: Path) -> None:
    twins = Directory((AgentEntry("1", "王小明"), AgentEntry("2", "王小明")), (QueueEntry("s", "sales"),))
    write(tmp_path / "s.sqlite", [("pbx1", told(0, 60, *_busy(twins.agents), directory=twins)), ("pbx2", told(0, 60))])
    with Reader(tmp_path / "s.sqlite") as reader:
        assert [agent.name for agent in reader.floor_at(at(50), UTC).agents] == ["王小明", "王小明"]


def test_of_a_source_that_never_answered_nothing_was_measured(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    beats(store, pbx1=(0, "refused"), pbx2=(0.5, ""))
    write(store, [("pbx2", told(0, 60))])
    with Reader(store) as reader:
        assert [p.measured_ms for p in reader.pulses(1_000_000, "boot")] == [None, START - 500]


# Where a replay opens


def test_a_replay_opens_at_a_moment_that_was_measured(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    contact = (CallEntered(at(8_030), "c", "sales"),)
    write(
        store,
        [
            ("pbx", told(0, 60, CallEntered(at(20), "a", "sales"))),
            ("pbx", told(4_000, 4_100)),
            ("pbx", told(8_000, 8_500, *contact)),
        ],
    )
    with Reader(store) as reader:
        for since, opened in (
            (-50, 60),  # its minute ends in the gap
            (0, 60),
            (30, 8_090),  # a stretch without a contact is passed over
            (60, 8_090),
            (5_000, 8_090),
            (8_040, 8_040),  # measured, and nothing comes any more
            (9_000, 8_500),
        ):
            assert reader.opening(at(since)) == at(opened)
            assert reader.floor_at(reader.opening(at(since)), UTC).source.health is Health.UP


def test_a_replay_opens_at_the_next_stretch_where_nobody_called(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    write(store, [("pbx", told(0, 60)), ("pbx", told(4_000, 4_100))])
    with Reader(store) as reader:
        assert [reader.opening(at(s)) for s in (0, 100, 4_000, 9_000)] == [at(s) for s in (0, 4_000, 4_000, 4_100)]


def test_a_replay_of_nothing_opens_where_it_was_asked_to(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    beats(store, pbx1=(0, ""))
    with Reader(store) as reader:
        assert reader.opening(at(7)) == at(7)


def test_a_queue_of_a_silent_source_is_not_known(tmp_path: Path) -> None:
    with Reader(of_two(tmp_path)) as reader:
        both, gap, back = (reader.floor_at(at(second), UTC) for second in (50, 300, 650))
    assert [(q.key, q.unknown) for q in both.queues] == [("sales", False), ("sales", False)]
    assert [q.unknown for q in gap.queues] == [False, True]
    assert [q.unknown for q in back.queues] == [False, False]
    assert not gap.is_blind
