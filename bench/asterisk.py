"""What a poll of a large Asterisk costs: 500 members in one queue, 200 callers waiting, calls coming and going.

The Asterisk is a scripted one in a process of its own, so that its work does not count; the calls are told as events
and in the list, as a real one does. Each poll goes the whole way: asked, recorded, written.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from bench.figures import Figure, spread
from data.adapters.asterisk import Asterisk
from data.poller.source import Poller
from data.store.writer import Writer
from tests.data.adapters.fake_ami import FakeAmi

MEMBERS, WAITING, CALLS_A_SECOND = 500, 200, 5
POLLS = 60
INTERVAL_MS = 1000


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the figures of polling."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        walls, works, held = asyncio.run(_polled(folder / "floor.db", ours))
    finally:
        process.terminate()
        process.join()
    wall, work = spread(walls), spread(works)
    size = (
        f"{MEMBERS} members, {WAITING} waiting, {CALLS_A_SECOND} calls/s; p95 {wall.p95:.0f}, most {wall.most:.0f} ms"
    )
    yield Figure("asterisk", "a poll, from question to commit (p50)", wall.p50, "ms", anchor=size)
    busy = 100 * work.p50 / INTERVAL_MS
    yield Figure("asterisk", "processor at an interval of 1 s", busy, "%", anchor=f"{work.p50:.0f} ms a poll")
    yield Figure("asterisk", "polls within the interval", 100 * held / len(walls), "%", 100, at_least=True)


async def _polled(store: Path, ours: Connection) -> tuple[list[float], list[float], int]:
    """Return each poll's ms of wall and of processor time, and how many were done within the interval."""
    url, user, secret = ours.recv()
    adapter = Asterisk(url=url, user=user, secret=secret, wrap_up_s={"sales": 15})
    walls: list[float] = []
    works: list[float] = []
    with Writer(store) as writer:
        poller = Poller(adapter, writer, INTERVAL_MS)
        await poller.once()
        for _ in range(POLLS):
            ours.send("second")
            ours.recv()
            began, worked = time.perf_counter(), time.process_time()
            await poller.once()
            walls.append((time.perf_counter() - began) * 1000)
            works.append((time.process_time() - worked) * 1000)
        await adapter.aclose()
        assert poller.failures == 0
    return walls, works, sum(wall < INTERVAL_MS for wall in walls)


def _serve(theirs: Connection) -> None:
    """Play the Asterisk: at each word a second's calls come, are answered and end."""

    async def play() -> None:
        async with FakeAmi() as fake:
            fake.queue("sales")
            for number in range(MEMBERS):
                fake.member("sales", f"PJSIP/{number}", f"Agent {number}")
            for number in range(WAITING):
                _join(fake, number)
            theirs.send((fake.url, fake.user, fake.secret))
            second = 0
            while True:
                while not theirs.poll():
                    await asyncio.sleep(0.001)
                theirs.recv()
                _play_second(fake, second)
                second += 1
                theirs.send("done")

    asyncio.run(play())


def _visit(number: int) -> dict[str, str]:
    return {"Uniqueid": f"1.{number}", "Queue": "sales", "Channel": f"PJSIP/trunk-{number}"}


def _join(fake: FakeAmi, number: int) -> None:
    fake.tell("QueueCallerJoin", **_visit(number), CallerIDNum=f"555{number:07}", CallerIDName="<unknown>")
    fake.entry("sales", f"1.{number}", f"PJSIP/trunk-{number}", Wait="60" if number < WAITING else "1")


def _play_second(fake: FakeAmi, second: int) -> None:
    """Let the oldest callers be answered, as many others end, and as many new ones come."""
    for at in range(CALLS_A_SECOND):
        number = second * CALLS_A_SECOND + at
        agent = {"Interface": f"PJSIP/{number % MEMBERS}", "MemberName": f"Agent {number % MEMBERS}"}
        talk = {"DestChannel": f"PJSIP/{number % MEMBERS}-{number}", "HoldTime": "40", "RingTime": "3"}
        fake.entries.pop(0)
        fake.tell("AgentCalled", **_visit(number), **agent)
        fake.tell("QueueCallerLeave", **_visit(number))
        fake.tell("AgentConnect", **_visit(number), **agent, **talk)
        fake.members[number % MEMBERS] |= {"Status": "2", "InCall": "1"}
        ended = number - 30 * CALLS_A_SECOND
        if ended >= 0:
            over = {"Interface": f"PJSIP/{ended % MEMBERS}", "MemberName": f"Agent {ended % MEMBERS}"}
            told = {"DestChannel": f"PJSIP/{ended % MEMBERS}-{ended}", "HoldTime": "40", "TalkTime": "30"}
            fake.tell("AgentComplete", **_visit(ended), **over, **told, Reason="caller")
            fake.members[ended % MEMBERS] |= {"Status": "1", "InCall": "0"}
        _join(fake, WAITING + number)
