"""Single calls for a test: callers and phones on a thread of their own, driven from the test's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from tests.rig.background import PATIENCE_S, Background, until
from tests.rig.sip import IncomingLeg, Leg, Line, OutgoingLeg

T = TypeVar("T")
FRAME_S = 0.02

__all__ = ["CallerHandle", "Desk", "PhoneHandle", "until"]


class Handle:
    """A call as a test's thread has it in hand."""

    def __init__(self, desk: Desk, leg: Leg) -> None:
        self.desk, self.leg = desk, leg

    @property
    def state(self) -> str:
        """ "calling", "ringing", "talking" or "ended"; a caller whom Asterisk lets wait in a queue is "talking"."""
        return self.leg.state

    def hang_up(self) -> None:
        self.desk.do(self.leg.hang_up)

    def wait(self, *states: str, seconds: float = PATIENCE_S) -> Handle:
        """Wait until the call is in one of the states."""
        until(lambda: self.state in states, f"the call to be {' or '.join(states)}; it is {self.state}", seconds)
        return self


class CallerHandle(Handle):
    """Somebody who called; `id` is Asterisk's for that call, "" if it came to no queue."""

    leg: OutgoingLeg
    id = ""

    def press(self, key: str) -> None:
        """Press a key, for instance to leave the queue."""
        self.desk.do(lambda: self.leg.press(key))


class PhoneHandle(Handle):
    """A call at one of the desk's phones; `phone` says which."""

    leg: IncomingLeg

    @property
    def phone(self) -> str:
        return self.leg.phone

    def hold(self, on: bool = True) -> None:
        """Put the caller on hold, or take him back."""
        self.desk.do(lambda: self.leg.hold(on))

    def transfer(self, to: str) -> None:
        """Send the caller to an extension of the context `phones`."""
        self.desk.do(lambda: self.leg.transfer(to))


class Desk:
    """A thread with one line: it calls for a test, and answers at once what comes in."""

    def __init__(self, port: int, asterisk: int) -> None:
        self._sounds: set[asyncio.Future[None]] = set()
        self.received: list[PhoneHandle] = []
        self._background = Background("desk")
        self._line = self._background.run(Line.open(port, asterisk, self._answer))

    def do(self, work: Callable[[], T]) -> T:
        """Do something on the desk's thread, and return its result."""
        return self._background.do(work)

    def call(self, dialled: str, number: str, name: str | None) -> CallerHandle:
        return CallerHandle(self, self.do(lambda: OutgoingLeg(self._line, dialled, number, name)))

    def hang_up_later(self, handle: CallerHandle, seconds: float) -> None:
        self.do(lambda: self._background.loop.call_later(seconds, handle.leg.hang_up))

    def close(self) -> None:
        """End every call, and the thread."""
        for leg in list(self._line.legs.values()):
            self.do(leg.hang_up)
        self.do(self._line.close)
        self._background.end()

    def _answer(self, leg: IncomingLeg) -> None:
        self.received.append(PhoneHandle(self, leg))
        leg.answer()
        sound = asyncio.ensure_future(silence(leg))
        self._sounds.add(sound)
        sound.add_done_callback(self._sounds.discard)


async def silence(leg: IncomingLeg) -> None:
    """Send 20 ms frames of silence for as long as the call lasts, as a phone does.

    Where a call carries no sound at all, Asterisk can't end a supervisor's listening to it.
    """
    frame = 0
    while not leg.ended.is_set():
        leg.line.say(leg.sound_port, frame)
        frame += 1
        await asyncio.sleep(FRAME_S)
