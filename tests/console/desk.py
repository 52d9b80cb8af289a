"""Adapters that the command line's tests install: they stand apart, for a fresh process imports them as well."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import ClassVar

from data.adapters.base import Capability, Option, refused
from data.model.acts import Order, Pause, PhoneAct, Result, Unpause
from data.model.observation import Observation


class Desk:
    """Carries out pauses, and prints what should not be printed."""

    name = "desk"
    capabilities = frozenset({Capability.PAUSE})
    options: ClassVar[tuple[Option, ...]] = ()
    done: ClassVar[list[PhoneAct]] = []

    async def poll(self) -> Observation:
        """Print."""
        print("noise")  # noqa: T201
        return Observation("desk", None, 1_795_000_000_000)

    async def perform(self, order: Order) -> Result:
        """Note a pause."""
        if not isinstance(order.act, (Pause, Unpause)):
            return refused(order)
        Desk.done.append(order.act)
        return Result(done=True, said="done")

    async def aclose(self) -> None:
        """Do nothing."""


class Ended(Desk):
    """Is asked while somebody ends the program."""

    async def poll(self) -> Observation:
        """Wait until it is over."""
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        raise AssertionError
