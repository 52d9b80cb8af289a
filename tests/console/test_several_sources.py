"""A floor of two sources on the screen and in text: one in a gap, names that both have, how the poller is with each."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from console.feed import Wish
from console.options import Options
from data.model.days import MINUTE, SECOND
from data.model.observation import (
    AgentEntry,
    CallAnswered,
    CallEntered,
    Directory,
    Event,
    Observation,
    Paused,
    QueueEntry,
    SignedIn,
)
from data.model.words import Health
from data.store.boot import boot_id, boot_ms
from data.store.writer import Beat, Writer
from tests.console.cli import Cli
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, floor, past, press, shows, until
from tests.console.floor_store import ZONE, at, write
from tests.console.test_feed import Start, copied, start
from tests.console.test_floor_golden import LOOKS, hold

__all__ = ["start"]

QUEUES = (QueueEntry("sales", "sales"), QueueEntry("complaints", "complaints and praise"))
PEOPLE = {
    "pbx1": (AgentEntry("1", "王小明", "客服一部"), AgentEntry("2", "Anna Kowalska"), AgentEntry("3", "Bob")),
    "pbx2": (AgentEntry("1", "王小明", "客服二部"), AgentEntry("2", "Carla"), AgentEntry("3", "Dan")),
}


def busy(source: str, since_ms: int) -> Iterable[Event]:
    """Give a floor of three: one free, one who talks, one out; and one contact that waits."""
    free, talks, out = (agent.key for agent in PEOPLE[source])
    yield from (SignedIn(since_ms, agent, "sales") for agent in (free, talks, out))
    yield SignedIn(since_ms, free, "complaints")
    yield Paused(since_ms + MINUTE, out, None, "rest")
    yield CallEntered(since_ms + MINUTE, f"{source}-1", "sales")
    yield CallAnswered(since_ms + MINUTE + 5 * SECOND, f"{source}-1", "sales", talks, 5_000)
    yield CallEntered(since_ms + 11 * MINUTE, f"{source}-2", "complaints")


@pytest.fixture(scope="session")
def several(stores: Path) -> Path:
    """A floor of pbx1, measured from 10:00 to 11:00, and pbx2, which was lost from 10:12 to 10:40."""
    store = stores / "several.sqlite"
    told = {name: Directory(people, QUEUES) for name, people in PEOPLE.items()}
    first = Observation("pbx1", at(10), at(11), list(busy("pbx1", at(10))), (), told["pbx1"])
    write(store, "pbx1", [first])
    early = Observation("pbx2", at(10), at(10, 12), list(busy("pbx2", at(10))), (), told["pbx2"])
    late = Observation("pbx2", at(10, 40), at(11), [SignedIn(at(10, 40), "1", "sales")])
    return write(store, "pbx2", [early, late])


GAP = at(10, 12, 41)


@pytest.mark.anyio
@pytest.mark.parametrize("look", LOOKS)
async def test_one_source_in_a_gap(several: Path, look: str) -> None:
    options = past(several, "zh" if look == "zh" else "en", moment_ms=GAP, ascii=look == "ascii")
    for name, size in (("120x36", MEDIUM), ("200x50", WIDE), ("80x24", NARROW)):
        async with floor(options, size) as pilot:
            hold(pilot, f"{name}_several", look)
            if size == NARROW:
                await press(pilot, "1")
                hold(pilot, "80x24_several_queues", look)
                await pilot.press("question_mark")
                await pilot.pause()
                hold(pilot, "80x24_several_help", look)


def fed(several: Path, tmp_path: Path, of_boot: str = "", **told: tuple[int, str]) -> Path:
    """Copy the store, with a poller's signs of life: of each source the age of its last answer in ms, and an error.

    `of_boot` is the boot that the poller lived in, "" for this one.
    """
    store = copied(several, tmp_path / "fed.sqlite")
    now_ms, boot = time.time_ns() // 1_000_000, boot_ms()
    with Writer(store) as writer:
        for name, (age_ms, error) in told.items():
            beat = Beat(now_ms, boot, boot - age_ms, 3_600_000, 1, error, of_boot or boot_id())
            writer.beat(writer.known(name).source_id, beat)
    return store


@pytest.mark.anyio
async def test_the_page_of_help_tells_why_a_source_is_down(several: Path, tmp_path: Path) -> None:
    why = "http://pbx2:8088 lets nobody in as 'floor': check the secret in manager.conf [/nope]"
    store = fed(several, tmp_path, pbx1=(0, ""), pbx2=(41_000, why))
    async with floor(Options(store, ZONE, now=lambda: GAP), NARROW) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: shows(app, "DOWN  pbx2 41s · 1/2 up"), "told which source is down")
        assert not app.unfed
        await pilot.press("question_mark")
        words = why.split()
        await until(pilot, lambda: shows(app, "Sources", "pbx1  UP · 0s", "pbx2  DOWN · 41s · ", *words), "told why")


@pytest.mark.anyio
async def test_a_store_whose_poller_is_gone_is_read_only(several: Path, tmp_path: Path) -> None:
    store = fed(several, tmp_path, "another boot", pbx1=(5_000, ""), pbx2=(41_000, ""))
    async with floor(Options(store, ZONE, now=lambda: GAP), MEDIUM) as pilot:
        await until(pilot, lambda: shows(app_of(pilot), "read-only", "DOWN  pbx2 41s"), "read-only")


def test_a_live_picture_tells_how_the_poller_is_with_each_source(start: Start, several: Path, tmp_path: Path) -> None:
    asked = start(fed(several, tmp_path, pbx1=(0, ""), pbx2=(41_000, "gone"), pbx3=(9_000, "never came")))
    picture = asked.ask(Wish(GAP, live=True)).picture
    assert picture is not None
    told = [(source.name, source.health, source.error) for source in picture.sources]
    assert told == [
        ("pbx1", Health.UP, ""),
        ("pbx2", Health.DOWN, "gone"),
        ("pbx3", Health.DOWN, "never came"),
    ]
    assert [source.measured_ms for source in picture.sources[:2]] == [GAP, at(10, 12)], "by the floor's own time"
    assert picture.source in picture.sources[1:]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


def test_floor_prints_every_source(cli: Cli, several: Path) -> None:
    wish = ("floor", "--store", several, "--at", "2026-11-20T10:20+08:00")
    floor = cli(*wish, "--json").json
    assert [(source["name"], source["health"]) for source in floor["sources"]] == [("pbx1", "up"), ("pbx2", "none")]
    assert floor["source"] == floor["sources"][1]
    assert {"sales·pbx1", "sales·pbx2"} <= {queue["name"] for queue in floor["queues"]}
    lines = cli(*wish).out.splitlines()
    assert lines[0] == "2026-11-20T02:20:00+00:00   pbx1: measured"
    assert lines[1].split() == ["pbx2:", "measured", "up", "to", "2026-11-20T02:12:00+00:00"]
    assert lines[2].startswith("waiting 1 ")


def test_floor_is_that_of_now_while_one_source_answers(
    cli: Cli, several: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.commands.floor.now_ms", lambda: at(11, 0, 3))
    both = fed(several, tmp_path, pbx1=(0, ""), pbx2=(41_000, "gone"))
    assert cli("floor", "--json", "--store", both).json["moment"] == "2026-11-20T03:00:03+00:00"
    none = fed(several, tmp_path, pbx1=(0, "gone"), pbx2=(41_000, "gone"))
    assert cli("floor", "--json", "--store", none).json["moment"] == "2026-11-20T03:00:00+00:00"


def test_kpi_prints_each_queue_with_what_its_source_measured(cli: Cli, several: Path) -> None:
    window = ("--from", "2026-11-20T10:00+08:00", "--to", "2026-11-20T11:00+08:00")
    rows = {row["queue"]: row for row in cli("kpi", "--json", "--store", several, *window).json}
    assert list(rows) == sorted(rows)
    assert (rows["sales·pbx1"]["measured"], rows["sales·pbx2"]["measured"]) == (1.0, round(32 / 60, 6))
    (whole,) = cli("kpi", "--json", "--by", "total", "--store", several, *window).json
    assert whole["measured"] == round(92 / 120, 6)
