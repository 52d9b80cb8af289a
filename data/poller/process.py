"""The process that polls: one writer, one lease, a task for each source, and the desk that takes acts.

Exit codes, as a service manager sees them: 0 after a signal or with the parent's end; 75 another process writes the
store; 77 no source lets us in, and asking again would lock the account (systemd: `RestartPreventExitStatus=77`);
78 a source can't be made; the store's own otherwise (65, 73, 74).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from data.adapters.base import Adapter
from data.adapters.registry import AdapterError, make, secrets_in
from data.desk.rules import SHIPPED, Rules
from data.lease import Lease
from data.metrics import Goal
from data.poller.clock import Clock
from data.poller.source import Poller
from data.poller.telling import tell
from data.poller.usual import kept
from data.store.files import StoreError
from data.store.writer import Writer

EX_NOPERM = 77
EX_CONFIG = 78

SWEEP_S = 0.3
"""How long tasks are waited for that adapters began and left behind."""
LAST_RESORT_S = 4.0
"""So long after a signal the kernel ends a process in which an adapter waits without letting others run."""


class Source(NamedTuple):
    """One source to poll: what the store knows it by, the adapter that asks it, and how often."""

    name: str
    adapter: str
    options: Mapping[str, Any]
    interval_ms: int


def run(
    store: Path,
    sources: Sequence[Source],
    *,
    parent: int | None = None,
    goals: Mapping[str, Goal] | None = None,
    started: str = "",
    rules: Rules = SHIPPED,
    zone: str = "",
    site: Mapping[str, str] | None = None,
) -> int:
    """Poll the sources into a store until a signal comes; return the exit code (see above), said why on stderr.

    Args:
        store: Its path.
        sources: What to poll, each under a name of its own.
        parent: End when the process of this id is no longer the parent.
        goals: What queues are measured against where their source does not say.
        started: What to say once all is ready; nobody reads it from a poller that the screen started, whose last words
            are to be why it failed.
        rules: What the desk goes by: who may do what, the words for flags, the reasons for breaks.
        zone: The site's, by its key, which says when days and shifts begin; the store keeps it. "": what the store
            knows, else UTC.
        site: Other facts to keep in the store, as its `name`: whoever reads it goes by them, if nobody says otherwise.
    """
    threads = set(threading.enumerate())
    try:
        adapters = _made(sources)
        with Lease(store, f"floorwalk poll {_named(sources)}"), Writer(store) as writer:
            writer.feeds(source.name for source in sources)
            writer.set_site(**({"zone": zone} if zone else {}) | dict(site or {}))
            clock = Clock()
            pollers = _pollers(zip(sources, adapters, strict=True), writer, goals, clock)
            left = _drive(pollers, parent, started, lambda: _at_desk(writer, pollers, rules, clock, zone))
    except AdapterError as error:
        tell(str(error))
        return EX_CONFIG
    except StoreError as error:
        tell(str(error))
        return error.code
    code = EX_NOPERM if all(poller.refused for poller in pollers) else 0
    _end_what_is_left(left, threads, code)
    return code


def _made(sources: Sequence[Source]) -> list[Adapter]:
    """Return the adapters of all sources. Raises AdapterError that names every one that can't be made."""
    made: list[Adapter] = []
    wrong: list[str] = []
    names = [source.name for source in sources]
    if not sources:
        wrong.append("there is no source to poll")
    wrong += [f"two sources are called {name!r}" for name in sorted({name for name in names if names.count(name) > 1})]
    for source in sources:
        try:
            made.append(make(source.adapter, source.options))
        except AdapterError as error:
            wrong.append(f"source {source.name!r}: {error}")
    if wrong:
        raise AdapterError("\n".join(wrong))
    return made


def _pollers(
    made: Iterable[tuple[Source, Adapter]], writer: Writer, goals: Mapping[str, Goal] | None, clock: Clock
) -> list[Poller]:
    """Return what polls each source into one store. Raises StoreError."""
    return [
        Poller(
            adapter,
            writer,
            source.interval_ms,
            goals=goals,
            name=source.name,
            clock=clock,
            secrets=secrets_in(type(adapter), source.options),
        )
        for source, adapter in made
    ]


def _named(sources: Sequence[Source]) -> str:
    names = ", ".join(source.name for source in sources)
    return names if len(names) <= 80 else f"{len(sources)} sources"


# ------------------------------------------------------------------ the loop


@asynccontextmanager
async def _at_desk(
    writer: Writer, pollers: Sequence[Poller], rules: Rules, clock: Clock, zone: str
) -> AsyncIterator[None]:
    """Have a desk, keep the floor's rules in force and what is usual for each agent, while the block lasts."""
    from data.desk.desk import Desk  # which tells what it has to tell as the poller does
    from data.desk.server import listening
    from data.poller.rulebook import in_force

    async with (
        in_force(writer, rules.catalogue, clock.wall_ms),
        Desk(writer, pollers, rules, clock.wall_ms) as desk,
        listening(writer.path, desk),
        kept(writer, zone),
    ):
        yield


def _drive(
    pollers: Sequence[Poller],
    parent: int | None,
    started: str,
    desk: Callable[[], AbstractAsyncContextManager[None]],
) -> bool:
    """Poll and have a desk until all is over; return whether an adapter left something that will not end."""

    def stop() -> None:
        for poller in pollers:
            poller.stop()

    loop = asyncio.new_event_loop()
    threads = ThreadPoolExecutor(thread_name_prefix="adapter")
    loop.set_default_executor(threads)
    try:
        with _stopped_by_signals(lambda: loop.call_soon_threadsafe(stop)):
            if started:
                tell(started)
            left = loop.run_until_complete(_serve(pollers, parent, stop, desk))
    finally:
        loop.set_exception_handler(lambda _loop, _context: None)  # of tasks that are left behind on purpose
        threads.shutdown(wait=False, cancel_futures=True)
        loop.close()
    return left


async def _serve(
    pollers: Sequence[Poller],
    parent: int | None,
    stop: Callable[[], None],
    desk: Callable[[], AbstractAsyncContextManager[None]],
) -> bool:
    async with desk():
        tasks = {asyncio.create_task(poller.run()) for poller in pollers}
        watch = None if parent is None else asyncio.create_task(_follow(parent, stop))
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        if pending:  # a fault of ours: all ends in good order, and is started anew
            stop()
            await asyncio.wait(pending)
    if watch is not None:
        watch.cancel()
    left = await _swept()
    for task in done:
        task.result()
    return left


async def _follow(parent: int, stop: Callable[[], None]) -> None:
    """Stop when the process that started this one is gone."""
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    stop()


async def _swept() -> bool:
    """End the tasks that adapters began; return whether one of them will not end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    closing = asyncio.ensure_future(asyncio.get_running_loop().shutdown_asyncgens())
    _, pending = await asyncio.wait({*others, closing}, timeout=SWEEP_S)
    return bool(pending)


@contextmanager
def _stopped_by_signals(stop: Callable[[], object]) -> Iterator[None]:
    """Stop at a signal to end; the alarm clock ends the process where nobody hears that."""

    def heard(_signum: int, _frame: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, LAST_RESORT_S)
        stop()

    before = {each: signal.signal(each, heard) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in before.items():
            signal.signal(each, handler)


def _end_what_is_left(tasks: bool, before: Collection[threading.Thread], code: int) -> None:
    """End the process at once where what an adapter left behind would hold it up; the store is closed by now."""
    threads = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in threads:
        thread.join(SWEEP_S / 3)
    if tasks or any(thread.is_alive() for thread in threads):
        if not code:  # else the last words are to be why it failed
            tell("an adapter left something behind that does not end: it is ended with the process")
        with suppress(Exception):
            sys.stdout.flush()
        os._exit(code)
