"""What acts cost: fifty consoles at one desk of a real poller, each on a connection of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from console.desk import Desk
from data.model.people import ChangeFlag, NoteMood, RaiseFlag, Request
from data.store.files import StoreError
from data.store.reader import Reader

CONSOLES = 50
ACTS = 40
AGENTS = 200

_POLL = """
import sys
from pathlib import Path
from data.poller import Source, run
sys.exit(run(Path(sys.argv[1]), [Source("pbx", "simulator", {"agents": int(sys.argv[2])}, 1000)]))
"""


def measure(folder: Path) -> Iterator[Figure]:
    """Yield how long acts take to be answered, all consoles at it at once, and one alone."""
    store = folder / "desk.sqlite"
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", _POLL, str(store), str(AGENTS)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": root}, stderr=subprocess.DEVNULL) as poller:
        try:
            _wait_for(store, poller)
            alone, _ = asyncio.run(_played(store, 1, ACTS * 5, 0.0))
            at_work, _ = asyncio.run(_played(store, CONSOLES, ACTS, 0.5))
            in_a_row, seconds = asyncio.run(_played(store, CONSOLES, ACTS, 0.0))
        finally:
            poller.terminate()
    echo_ms = asyncio.run(_echo(folder / "echo", ACTS * 5))
    echo = f"an echo over such a socket: p50 {echo_ms[len(echo_ms) // 2]:.2f} ms"
    yield Figure("desk", "one console, p50", _at(alone, 0.50), "ms", anchor=echo)
    yield Figure("desk", f"{CONSOLES} consoles, two acts a second each, p50", _at(at_work, 0.50), "ms")
    yield Figure("desk", "the same, p95", _at(at_work, 0.95), "ms")
    yield Figure("desk", "the same, p99", _at(at_work, 0.99), "ms", goal=100)
    yield Figure("desk", f"{CONSOLES} consoles, never at rest, p50", _at(in_a_row, 0.50), "ms")
    yield Figure("desk", "the same, p95", _at(in_a_row, 0.95), "ms")
    yield Figure("desk", "the same, p99", _at(in_a_row, 0.99), "ms")
    yield Figure("desk", "acts carried out in a second, each on the disk", len(in_a_row) / seconds, "/s")


def _wait_for(store: Path, poller: subprocess.Popen[bytes]) -> None:
    while poller.poll() is None:
        try:
            with Reader(store) as reader:
                if reader.measured():
                    return
        except StoreError:
            pass
        time.sleep(0.05)
    raise RuntimeError("the poller has ended")


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def _played(store: Path, consoles: int, acts: int, every_s: float) -> tuple[list[float], float]:
    """Have consoles act; return the ms until each answer, and the seconds that all took."""
    desks = [Desk(store) for _ in range(consoles)]
    try:
        await asyncio.gather(*(desk.greet() for desk in desks))
        began = time.perf_counter()
        taken = await asyncio.gather(*(_acts(desk, n, acts, every_s) for n, desk in enumerate(desks)))
        return [each for one in taken for each in one], time.perf_counter() - began
    finally:
        for desk in desks:
            await desk.aclose()


async def _acts(desk: Desk, number: int, acts: int, every_s: float) -> list[float]:
    taken, flag = [], 0
    await asyncio.sleep(every_s * number / CONSOLES)
    for each in range(acts):
        agent = 1 + (number * 7 + each) % AGENTS
        note = "x" * 60
        kinds: tuple[Request, ...] = (RaiseFlag(agent, "tired", note), ChangeFlag(flag, owner="me"), NoteMood(agent, 3))
        began = time.perf_counter()
        answer = await desk.order(kinds[each % 3])
        taken.append((time.perf_counter() - began) * 1000)
        if not answer.done:
            raise RuntimeError(answer.said)
        flag = answer.id or 0
        await asyncio.sleep(every_s)
    return taken


async def _echo(path: Path, times: int) -> list[float]:
    """Return the ms that lines take there and back where nothing is done with them."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(json.loads(line)).encode() + b"\n")
        writer.close()

    taken = []
    server = await asyncio.start_unix_server(serve, path)
    async with server:
        reader, writer = await asyncio.open_unix_connection(path)
        for _ in range(times):
            began = time.perf_counter()
            writer.write(b'{"key":"k"}\n')
            await reader.readline()
            taken.append((time.perf_counter() - began) * 1000)
        writer.close()
        await writer.wait_closed()
    return sorted(taken)
