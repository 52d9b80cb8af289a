"""A telephony system that is none: the command line's tests configure it, and say what it answers."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import pytest

from data.adapters.base import Capability, Finding, Option, SourceError
from data.model.acts import Order, Result
from data.model.observation import AgentEntry, AgentSeen, Directory, Observation, QueueEntry, Snapshot
from data.model.words import State


class Pbx:
    """Takes options of every kind; `made` are those it was made with, by its class, `mood` is what a poll does."""

    name = "pbx"
    capabilities = frozenset({Capability.SNAPSHOT})
    options = (
        Option("url", "where the system answers", required=True, example="http://127.0.0.1:8088"),
        Option("user", "the account", required=True, example="floorwalk"),
        Option("secret", "the account's password", required=True, secret=True),
        Option("token", "a second password", secret=True),
        Option("wrap_up_s", "seconds of wrap-up, by queue", dict, example="{ sales = 15 }"),
        Option("queues", "those to watch", list),
        Option("port", "where else it answers", int),
        Option("patience", "how long to wait", float),
        Option("proud", "whether it boasts", bool),
    )
    made: ClassVar[list[dict[str, Any]]] = []
    mood: ClassVar[str] = "well"
    closed: ClassVar[int] = 0

    def __init__(self, *, url: str, user: str, secret: str, **more: Any) -> None:  # noqa: ANN401
        if not url.startswith("http"):
            raise ValueError(f"url: {url!r} is no address for {user}:{secret}")
        self.url = url
        self.secret = secret
        Pbx.made.append({"url": url, "user": user, "secret": secret, **more})

    async def poll(self) -> Observation:
        """Answer as the mood is."""
        match Pbx.mood:
            case "refuses":
                raise SourceError(
                    f"{self.url} refuses the account (secret {self.secret}): look at \x1b[31mmanager.conf"
                )
            case "broken":
                raise KeyError(self.secret)
            case "silent":
                await asyncio.Event().wait()
        agents = tuple(AgentEntry(f"a{number}", f"Agent {number}") for number in range(3))
        seen = tuple(AgentSeen(agent.key, State.AVAILABLE) for agent in agents)
        directory = Directory(agents, (QueueEntry("sales", "Sales"),))
        return Observation("pbx", None, 1, (), (), directory, snapshot=Snapshot(seen, ()))

    async def perform(self, order: Order) -> Result:
        """Do nothing."""
        return Result(done=False, said=str(order.key))

    async def aclose(self) -> None:
        """Count."""
        Pbx.closed += 1


class Seen(Pbx):
    """The same, and it can be examined."""

    async def examine(self) -> list[Finding]:
        """Answer as the mood is."""
        if Pbx.mood == "silent":
            await asyncio.Event().wait()
        found = [Finding("signed in", ok=True, found="as floorwalk, not by hush")]
        if Pbx.mood == "well":
            return [*found, Finding("clocks", ok=True, found="0.2 s apart")]
        return [*found, Finding("rights", ok=False, found="none to read: add read = agent in manager.conf")]


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> type[Pbx]:
    """Install `pbx` and `seen` beside the adapters that ship."""
    from data.adapters import registry

    there = {**registry.BUILT_IN, "pbx": (__name__, "Pbx"), "seen": (__name__, "Seen")}
    monkeypatch.setattr(registry, "BUILT_IN", there)
    monkeypatch.setattr(Pbx, "made", [])
    monkeypatch.setattr(Pbx, "closed", 0)
    monkeypatch.setattr(Pbx, "mood", "well")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Pbx
