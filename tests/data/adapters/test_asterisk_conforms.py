"""The conformance kit on the Asterisk adapter: every promise is kept, with the queue log and without."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.adapters.conformance import Manner, Targets, Verdict, judge
from data.adapters.registry import load
from tests.data.adapters.fake_ami import FakeAmi
from tests.rig.background import Background

MAY_WARN = {"does_not_hold_up_the_loop", "carries_out_what_it_lists"}
"""Warnings that say nothing here: httpx is loaded at the first poll, and nobody is in a call when acts are tried."""
ANN = {"Interface": "PJSIP/2001", "MemberName": "安娜"}


class Floor:
    """A scripted Asterisk on a thread of its own, on which a call comes, is answered and ends while it is polled."""

    def __init__(self, log: Path) -> None:
        self.fake = FakeAmi()
        self.log = log
        self.log.touch()
        self.step = 0
        self._background = Background("asterisk")
        self._background.run(self._begin())

    async def _begin(self) -> None:
        await self.fake.start()
        self.fake.queue("sales")
        self.fake.member("sales", "PJSIP/2001", "安娜")
        self.fake.member("sales", "PJSIP/2002", "Bo \u202e\x1b[31m")
        self.fake.phones["PJSIP/3001"] = "4"
        self.fake.extensions.add(("default", "700"))

    async def _play(self) -> None:
        """Let the next thing happen, told as an event and in the log."""
        call, at = self.step // 4, self.step % 4
        visit = {"Uniqueid": f"{call}.1", "Queue": "sales", "Channel": f"PJSIP/trunk-{call}"}
        self.step += 1
        if at == 0:
            self.fake.tell("QueueCallerJoin", **visit, CallerIDNum="5550001", CallerIDName="x\x1b]0;y\x07")
            self.fake.entry("sales", f"{call}.1", f"PJSIP/trunk-{call}", Wait="0")
            self._write(f"{call}.1|sales|NONE|ENTERQUEUE||5550001|1")
        elif at == 1:
            self.fake.entries.clear()
            self.fake.tell("QueueCallerLeave", **visit)
            talk = {"DestChannel": f"PJSIP/2001-{call}", "HoldTime": "1", "RingTime": "0"}
            self.fake.tell("AgentConnect", **visit, **ANN, **talk)
            self.fake.members[0] |= {"Status": "2", "InCall": "1"}
            self._write(f"{call}.1|sales|安娜|CONNECT|1|x|0")
        elif at == 2:
            end = {"DestChannel": f"PJSIP/2001-{call}", "HoldTime": "1", "TalkTime": "1", "Reason": "agent"}
            self.fake.tell("AgentComplete", **visit, **ANN, **end)
            self.fake.members[0] |= {"Status": "1", "InCall": "0"}
            self._write(f"{call}.1|sales|安娜|COMPLETEAGENT|1|1|1")
        else:
            paused = {"Queue": "sales", "Paused": "1", "PausedReason": "Lunch"}
            self.fake.tell("QueueMemberPause", Interface="PJSIP/2002", MemberName="Bo", **paused)
            self.fake.members[1] |= paused

    def _write(self, line: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{int(time.time())}|{line}\n")

    async def pause(self) -> None:
        await asyncio.to_thread(self._background.run, self._play())

    def close(self) -> None:
        self._background.run(self.fake.stop())
        self._background.end()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path / "queue_log")
    yield floor
    floor.close()


@pytest.mark.parametrize(
    ("follows", "login"),
    [
        pytest.param(True, "digest", id="followed-digest"),
        pytest.param(False, "auto", id="alone-auto"),
        pytest.param(True, "auto", id="followed-auto", marks=pytest.mark.slow),
        pytest.param(False, "digest", id="alone-digest", marks=pytest.mark.slow),
    ],
)
def test_the_adapter_keeps_every_promise(floor: Floor, follows: bool, login: str) -> None:
    fake = floor.fake
    options: dict[str, object] = {"url": fake.url, "user": fake.user, "secret": fake.secret, "login": login}
    if follows:
        options["queue_log"] = str(floor.log)
    targets = Targets(
        agent="PJSIP/2001", queue="sales", phone="PJSIP/3001", call="0.1", extension="700", context="default"
    )
    manner = Manner(polls=9, pause=floor.pause, linger_s=0.2, targets=targets)
    judgement = judge("asterisk", load("asterisk"), options, manner)
    assert [each for each in judgement.rulings if each.verdict == Verdict.FAILED] == []
    assert set(judgement.warned) <= MAY_WARN
