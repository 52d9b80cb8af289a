"""Put the planned load on a rig's Asterisk: callers and phones over SIP, the supervisor over the manager interface.

    RIG_SECRET=… python -m tests.rig.load BASE_PORT --seconds 120 --rate 4 --seed 1 --drain 45

It ends by itself: no new calls after --seconds, then at most --drain seconds until the last one is over. What it did is
written to standard output as JSON: counts, and the agents (interface to name). All on the loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from tests.rig.ami import block, parsed
from tests.rig.plan import (
    IGNORED,
    LATE,
    REJECTED,
    TALK_S,
    PlannedAct,
    PlannedCall,
    planned_acts,
    planned_calls,
    planned_phone_call,
)
from tests.rig.ports import Ports
from tests.rig.sip import HOST, IncomingLeg, Leg, Line, OutgoingLeg

Planned = TypeVar("Planned", PlannedAct, PlannedCall)
TRANSFER_EVERY = 20  # the supervisor sends on every so many-th call that an agent Local/1xxx answered
ACTION_S = 10.0
SETTLED_S = 15.0


class Switch:
    """A session of the manager interface that answers actions and hands events on."""

    def __init__(self, counts: Counter[str], on_event: Callable[[dict[str, str]], None]) -> None:
        self._counts, self._on_event = counts, on_event
        self._asked: dict[str, asyncio.Future[dict[str, str]]] = {}
        self._count = 0

    async def open(self, port: int, secret: str) -> None:
        self._reader, self._writer = await asyncio.open_connection(HOST, port, limit=1 << 20)
        await self._reader.readline()
        self._listening = asyncio.create_task(self._listen())
        answer = await self.do("Login", Username="full", Secret=secret, Events="agent,call")
        if answer.get("Response") != "Success":
            raise SystemExit(f"the load may not log in: {answer.get('Message')}")

    async def close(self) -> None:
        self._listening.cancel()
        self._writer.close()

    async def do(self, action: str, **fields: object) -> dict[str, str]:
        self._count += 1
        action_id = f"load-{self._count}"
        asked = self._asked[action_id] = asyncio.get_running_loop().create_future()
        self._writer.write(block(action, action_id, fields))
        answer: dict[str, str] = await asyncio.wait_for(asked, ACTION_S)
        self._counts[f"{action} {answer['Response']}"] += 1
        return answer

    async def _listen(self) -> None:
        while True:
            fields = parsed(await self._reader.readuntil(b"\r\n\r\n"))
            if "Response" in fields:
                self._asked.pop(fields["ActionID"]).set_result(fields)
            else:
                self._on_event(fields)


class Load:
    """A run of the plan."""

    def __init__(self, ports: Ports, arguments: argparse.Namespace) -> None:
        self.counts: Counter[str] = Counter()
        self._ports, self._seed, self._seconds = ports, arguments.seed, arguments.seconds
        self._drain = arguments.drain
        self._calls = planned_calls(arguments.seed, arguments.seconds, arguments.rate)
        self._withdrawn = {call.number for call in self._calls if call.withdrawn}
        self._switch = Switch(self.counts, self._on_event)
        self._doing: set[asyncio.Task[None]] = set()
        self._phones_called = self._answered = 0

    async def run(self, secret: str) -> None:
        """Carry out the plan, and wait until the last call is over."""
        self._callers = await Line.open(self._ports.callers, self._ports.sip)
        self._phones = await Line.open(self._ports.phones, self._ports.sip, self._phone_rings)
        await self._switch.open(self._ports.ami, secret)
        dice = {"TALK_LEAST": TALK_S[0], "TALK_USUAL": TALK_S[1], "TALK_MOST": TALK_S[2]}
        dice |= {"IGNORED": round(100 * IGNORED), "REJECTED": round(100 * REJECTED)}
        for name, value in dice.items():
            await self._switch.do("Setvar", Variable=name, Value=value)
        self._began = time.monotonic()
        await asyncio.gather(
            self._each_at_its_time(self._calls, self._call),
            self._each_at_its_time(planned_acts(self._seed, self._seconds), self._act),
        )
        await self._end()

    async def _each_at_its_time(self, plan: Sequence[Planned], do: Callable[[Planned], Awaitable[None]]) -> None:
        for planned in plan:
            await asyncio.sleep(self._began + planned.at - time.monotonic())
            self._start(do(planned))

    async def _end(self) -> None:
        """Give the last calls their time, end what is left, and wait until Asterisk has noted it all."""
        deadline = time.monotonic() + self._drain
        while (live := legs_of(self._callers)) and time.monotonic() < deadline:
            await asyncio.wait([asyncio.create_task(leg.ended.wait()) for leg in live], timeout=1)
        self.counts["hung up at the end"] = len(live)
        for leg in live:
            leg.hang_up()
        deadline = time.monotonic() + SETTLED_S
        while int((await self._switch.do("CoreStatus"))["CoreCurrentCalls"]) and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        for task in self._doing:
            task.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)
        await self._switch.close()
        self._callers.close()
        self._phones.close()

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._doing.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._doing.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.counts[f"failed: {error!r}"] += 1

    async def _call(self, planned: PlannedCall) -> None:
        self.counts["calls"] += 1
        leg = OutgoingLeg(self._callers, planned.dialled, planned.number, planned.name)
        hang_up = asyncio.get_running_loop().call_later(planned.patience, leg.hang_up)
        if planned.key:
            key, after = planned.key
            await asyncio.sleep(after)
            if leg.state == "talking":
                leg.press(key)
        await leg.ended.wait()
        hang_up.cancel()
        if leg.code:
            self.counts[f"refused with {leg.code}"] += 1

    async def _act(self, planned: PlannedAct) -> None:
        await self._switch.do(planned.action, **planned.fields)

    def _phone_rings(self, leg: IncomingLeg) -> None:
        self._phones_called += 1
        self._start(self._at_the_phone(leg, self._phones_called))

    async def _at_the_phone(self, leg: IncomingLeg, count: int) -> None:
        """Let an agent at a phone do what is planned for this call."""
        plan = planned_phone_call(self._seed, count)
        if plan.rejects:
            leg.reject()
        if plan.rejects or plan.rings is None:
            return
        await asyncio.sleep(plan.rings)
        leg.answer()
        if leg.state != "talking":
            return  # the caller gave up
        self.counts["answered at a phone"] += 1
        began = time.monotonic()
        for at, on in zip(plan.hold or (), (True, False), strict=False):
            await asyncio.sleep(began + at - time.monotonic())
            leg.hold(on)
        await asyncio.sleep(began + plan.talks - time.monotonic())
        if leg.state == "talking":
            await self._end_at_the_phone(leg, plan.end, plan.to)
        leg.hang_up()

    async def _end_at_the_phone(self, leg: IncomingLeg, end: str, to: str) -> None:
        consult = None
        if end == "attended":
            consult = OutgoingLeg(self._phones, "500", leg.phone, None)
            await asyncio.sleep(1)
            if consult.state != "talking":
                return
        if end != "hang up":
            leg.transfer(to if consult is None else "500", consult)
            self.counts[f"{end} transfer at a phone"] += 1
            await asyncio.sleep(1)  # Asterisk hangs up
        if consult is not None:
            consult.hang_up()

    def _on_event(self, fields: dict[str, str]) -> None:
        if fields["Event"] == "AgentConnect" and fields["DestChannel"].startswith("Local/"):
            self._answered += 1
            if self._answered % TRANSFER_EVERY == 0:
                to = "701" if self._answered % (3 * TRANSFER_EVERY) == 0 else "700"
                transfer = {"Channel": fields["DestChannel"], "Context": "transfer", "Exten": to}
                self._start(self._later(1.5, "BlindTransfer", transfer))
        elif fields["Event"] == "QueueCallerJoin" and fields["CallerIDNum"] in self._withdrawn:
            caller = {"Queue": fields["Queue"], "Caller": fields["Channel"], "WithdrawInfo": "by the supervisor"}
            self._start(self._later(0.2, "QueueWithdrawCaller", caller))

    async def _later(self, seconds: float, action: str, fields: dict[str, str]) -> None:
        await asyncio.sleep(seconds)
        await self._switch.do(action, **fields)


def legs_of(line: Line) -> list[Leg]:
    return list(line.legs.values())


def main(argv: Iterable[str]) -> None:
    parser = argparse.ArgumentParser(prog="load")
    parser.add_argument("base", type=int, help="first port of the rig")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rate", type=float, required=True, help="calls per second")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--drain", type=float, required=True, help="seconds for the last calls")
    arguments = parser.parse_args(list(argv))
    load = Load(Ports(arguments.base), arguments)
    asyncio.run(load.run(os.environ["RIG_SECRET"]))
    late = {interface: name for interface, (_, name) in LATE.items()}
    json.dump({"counts": dict(sorted(load.counts.items())), "late": late}, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main(sys.argv[1:])
