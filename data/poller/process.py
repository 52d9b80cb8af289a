"""The process that polls: one writer, one lease, and a task for each source."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from data.adapters.base import Adapter
from data.adapters.registry import AdapterError, make
from data.lease import Lease
from data.metrics import Goal
from data.poller.source import Poller, tell
from data.store.files import StoreError
from data.store.writer import Writer

EX_CONFIG = 78


class Source(NamedTuple):
    """One source to poll: what the store knows it by, the adapter that asks it, and how often."""

    name: str
    adapter: str
    options: Mapping[str, Any]
    interval_ms: int


async def _serve(pollers: Sequence[Poller], parent: int | None, started: str) -> None:
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(signum, _stop, pollers)
    if started:
        tell(started)
    watch = asyncio.create_task(_follow(pollers, parent)) if parent is not None else None
    try:
        await asyncio.gather(*(poller.run() for poller in pollers))
    finally:
        if watch is not None:
            watch.cancel()
        for poller in pollers:
            await poller.adapter.aclose()


def _stop(pollers: Sequence[Poller]) -> None:
    for poller in pollers:
        poller.stopping.set()


async def _follow(pollers: Sequence[Poller], parent: int) -> None:
    """Stop when the process that started this one is gone."""
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    _stop(pollers)


def _made(sources: Sequence[Source]) -> list[Adapter]:
    """Return the adapters of all sources. Raises AdapterError that names every one that can't be made."""
    made: list[Adapter] = []
    wrong: list[str] = []
    for source in sources:
        try:
            made.append(make(source.adapter, source.options))
        except AdapterError as error:
            wrong.append(f"source {source.name!r}: {error}")
    if wrong:
        raise AdapterError("\n".join(wrong))
    return made


def run(
    store: Path,
    sources: Sequence[Source],
    *,
    parent: int | None = None,
    goals: Mapping[str, Goal] | None = None,
    started: str = "",
) -> int:
    """Poll the sources into a store until a signal comes; return the exit code.

    75 where another process writes the store (named on stderr), 78 for adapters that can't be made, else the
    StoreError's. `parent`: end when the process of this id is no longer the parent. `started`: what to say once all is
    ready; nobody reads it from a poller that the screen started, whose last words are to be why it failed.
    """
    names = ", ".join(source.name for source in sources)
    try:
        with Lease(store, f"floorwalk poll {names}"), Writer(store) as writer:
            pollers = [
                Poller(adapter, writer, source.interval_ms, goals=goals, name=source.name)
                for source, adapter in zip(sources, _made(sources), strict=True)
            ]
            asyncio.run(_serve(pollers, parent, started))
    except AdapterError as error:
        tell(str(error))
        return EX_CONFIG
    except StoreError as error:
        tell(str(error))
        return error.code
    return 0
