"""The poller outlives every adapter that breaks a promise: the store stays whole, and an honest one goes on with it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.adapters.base import SourceError
from data.adapters.conformance.trying import run
from data.adapters.registry import instance_breaks
from data.model.observation import Observation
from data.poller import Poller
from data.store.reader import Reader
from data.store.writer import Writer
from tests.data.adapters.hostile_adapter import SECRET, Good, World, family

LIMIT_S = 30.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    for undo in world.leaks:
        undo()


def made(adapter: type[Good], world: World) -> Good:
    return adapter(line=str(world.line), password=SECRET, world=world)


class Stubborn(Good):
    """Does not end at the deadline, nor when it is told again."""

    deadline_s = 0.05

    async def poll(self) -> Observation:
        for _ in range(3):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue
        raise SourceError("at last")


class Sulks(Good):
    """Can't even say what it can do."""

    @property
    def capabilities(self) -> object:  # type: ignore[override]
        raise RuntimeError("guess")


def polled(adapter: Good, store: Path, world: World, times: int) -> Poller:
    """Return a poller that has asked so often, and has let go of the adapter."""

    async def go(writer: Writer) -> Poller:
        poller = Poller(adapter, writer, 1000, min(adapter.deadline_s, 5.0), name="floor", secrets=(SECRET,))
        async with asyncio.timeout(LIMIT_S):
            for _ in range(times):
                await world.tick()
                await poller.once()
            poller.stop()
            await poller.run()
        return poller

    with Writer(store) as writer:
        return run(go(writer))  # asyncio's own would wait for what does not end


PARTLESS = {"WithoutAnEnd", "NotAsync", "AnotherKeyword"}
"""Those that the registry does not even load."""


@pytest.mark.parametrize(
    "adapter",
    [*(each for each in family() if each.__name__ not in PARTLESS), Stubborn],
    ids=lambda adapter: adapter.__name__,
)
def test_the_poller_outlives_it(
    adapter: type[Good], world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "floor.sqlite"
    polled(made(adapter, world), store, world, 4)
    world.waiting.setdefault("w1", world.now_ms)
    after = polled(made(Good, world), store, world, 2)
    assert after.failures == 0, capsys.readouterr().err
    assert sqlite3.connect(store).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Reader(store) as reader:
        assert reader.measured()
    assert SECRET not in capsys.readouterr().err
    assert SECRET.encode() not in store.read_bytes()


def test_what_cannot_say_what_it_can_is_refused(world: World) -> None:
    assert list(instance_breaks(made(Sulks, world))) != []
