"""The trials: what is done with adapters so that there is something to judge."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import uuid4

from data.adapters.base import ACTS, Adapter, Capability, Examinable, Resumable
from data.adapters.conformance.evidence import Answer, Evidence, Ordered, Watch
from data.adapters.conformance.outside import bystanders, cut_off, watched
from data.adapters.conformance.trying import Manner, Targets, Tried, trying, within
from data.adapters.registry import made
from data.model.acts import (
    EndWrapUp,
    HangUp,
    Listen,
    Order,
    Pause,
    PhoneAct,
    Redirect,
    SetPenalty,
    SignIn,
    SignOut,
    StopListening,
    Unpause,
)
from data.model.observation import AgentEntry, Directory, Event, Observation, Paused, QueueEntry
from data.model.words import State

NOBODY = "floorwalk-check-nobody"
"""No agent, queue, phone or call of any site; acts that must not be carried out are aimed at it."""

MOST_WAITS, TIMES = 16, 5
"""At how many of its waits a poll is broken off, and how often at each: more than there are connections in a pool."""

SCREEN = ("textual", "rich", "console", "widgets", "themes")

_IMPORT = f"""
import sys
from importlib import import_module
sys.path[:] = sys.argv[2:]
import_module(sys.argv[1])
print("loaded:", *sorted(set({SCREEN!r}) & set(sys.modules)))
"""

_WRONG: Mapping[type, object] = {str: [], int: "x", float: "x", bool: "x", list: 1, dict: 1}
"""For each kind of option something of another kind."""


# ------------------------------------------------------------------ without a source


@cache
def drags_in(module: str) -> tuple[frozenset[str], str]:
    """Return which of the screen's packages a fresh process loads with a module, or why it can't be imported there."""
    argv = [sys.executable, "-c", _IMPORT, module, *sys.path]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd=os.getcwd())  # noqa: PTH109
    except subprocess.TimeoutExpired:
        return frozenset(), "it takes more than a minute"
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return frozenset(), (done.stderr.splitlines() or ["it ends the process"])[-1]
    return frozenset(lines[-1].removeprefix("loaded:").split()), ""


def look_at_the_class(evidence: Evidence) -> None:
    """Import it in a fresh process, and make it with options that can't be."""
    evidence.drags_in, evidence.import_error = drags_in(evidence.found.module)
    for option in evidence.loaded.options:
        if option.name not in evidence.options and any(
            each.required and each.name not in evidence.options for each in evidence.loaded.options
        ):
            continue  # it can't be made as it is
        try:
            evidence.loaded(**{**evidence.options, option.name: _WRONG[option.kind]})
        except Exception as error:
            evidence.misfits[option.name] = error
        else:
            evidence.misfits[option.name] = None


def make_one(evidence: Evidence) -> None:
    """Make one, and see what it reaches outside with. Raises AdapterError."""
    with watched() as reached:
        made(evidence.name, evidence.loaded, evidence.options)
    evidence.reached = list(dict.fromkeys(reached))


# ------------------------------------------------------------------ with a source


class Trials:
    """All that is tried with a source, one after the other."""

    def __init__(self, evidence: Evidence, manner: Manner) -> None:
        """Take what is known of the adapter so far."""
        self.evidence = evidence
        self.manner = manner
        self._bystanders = bystanders()

    def make(self) -> Adapter:
        """Return a new one. Raises AdapterError."""
        return made(self.evidence.name, self.evidence.loaded, self.evidence.options)

    async def all(self) -> None:
        """Do them; only the first two where the source does not answer, and none any more where it shuts us out."""
        await self._do("unpolled", self._unpolled)
        await self._do("main", self._main)
        if not self.evidence.watches["main"].observations:
            return
        if callable(getattr(self.evidence.loaded, "resume", None)):
            await self._do("resumed", self._resumed)
        if callable(getattr(self.evidence.loaded, "examine", None)):
            await self._do("examined", self._examined)
        await self._do("closed", self._closed)
        await self._do("steady", self._broken_off)
        await self._do("worn", self._worn)
        await self._do("cut", self._cut)
        await self._do("acting", self._acting)

    async def _do(self, name: str, trial: Callable[[Watch], Any]) -> None:
        if any(watch.shut_out for watch in self.evidence.watches.values()):
            return
        self.manner.progress(_TOLD[name])
        watch = self.evidence.watches[name] = Watch()
        if not await within(trial(watch), self.manner):
            now_ms = self.manner.clock()
            unended = Answer("poll", now_ms, now_ms, late=True)
            self.evidence.watches[name] = replace(watch, answers=[*watch.answers, unended])

    async def _unpolled(self, watch: Watch) -> None:
        async with trying(self.make, self.manner, watch):
            pass

    async def _main(self, watch: Watch) -> None:
        async with trying(self.make, self.manner, watch) as tried:
            for number in range(self.manner.polls):
                if number:
                    await self.manner.pause()
                await tried.poll()
                if watch.shut_out:
                    break

    async def _resumed(self, watch: Watch) -> None:
        """Go on where the main trial ended, as a poller does that was started again."""
        told = self.evidence.watches["main"].observations

        def make() -> Adapter:
            adapter = self.make()
            if isinstance(adapter, Resumable):
                cursors = [each.cursor for each in told if each.cursor is not None]
                adapter.resume(cursors[-1] if cursors else None, told[-1].until_ms, known_of(told))
            return adapter

        async with trying(make, self.manner, watch) as tried:
            for _ in range(2):
                await self.manner.pause()
                await tried.poll()

    async def _examined(self, watch: Watch) -> None:
        """Let one that was never polled look its source over."""
        async with trying(self.make, self.manner, watch) as tried:
            if isinstance(tried.adapter, Examinable):
                await tried.examine(tried.adapter)

    async def _closed(self, watch: Watch) -> None:
        """Close it in the middle of a poll, and ask it once more."""
        async with trying(self.make, self.manner, watch) as tried:
            if not await tried.poll_and(lambda: tried.aclose("aclose in a poll")):
                await tried.aclose()
            await tried.poll("poll after aclose")

    async def _broken_off(self, watch: Watch) -> None:
        """Break off polls of one adapter at their first, second, ... wait, and let another go on steadily beside it."""
        twin = self.evidence.watches["twin"] = Watch()
        beside = trying(self.make, self.manner, twin, alone=False)
        async with trying(self.make, self.manner, watch) as steady, beside as tried:
            await steady.poll()
            await tried.poll()
            for at in range(1, 1 + self.manner.polls):
                await self.manner.pause()
                await steady.poll()
                answer = await tried.poll(cancel_at=at)
                if not answer.cancelled:
                    break
            for _ in range(2):
                await self.manner.pause()
                await steady.poll()
                await tried.poll()

    async def _worn(self, watch: Watch) -> None:
        """Break off polls at each wait, several times each, until one fails by itself; then let it recover."""
        async with trying(self.make, self.manner, watch) as tried:
            await tried.poll()
            waits = min(MOST_WAITS, (await tried.poll()).waits)
            for at in (at for at in range(1, 1 + waits) for _ in range(TIMES)):
                answer = await tried.poll(cancel_at=at)
                if not (answer.cancelled or answer.went_well):
                    break
            for _ in range(3):
                await self.manner.pause()
                if (await tried.poll("poll after wear")).went_well:
                    break

    async def _cut(self, watch: Watch) -> None:
        """Cut it off from everything before its first poll, and again later."""
        async with trying(self.make, self.manner, watch) as tried:
            for _ in range(2):
                with cut_off(self._bystanders) as met:
                    answer = await tried.poll("poll while cut off")
                if not met:
                    watch.answers[-1] = answer._replace(doing="poll")
                for _ in range(3):
                    await self.manner.pause()
                    if (await tried.poll()).went_well:
                        break

    async def _acting(self, watch: Watch) -> None:
        """Give it orders: those that it must refuse, and where we may, those that it must carry out."""
        async with trying(self.make, self.manner, watch) as tried:
            if not (await tried.poll()).went_well:
                return
            giver = _Orders(self.evidence, self.manner, tried)
            listed = watch.capabilities & ACTS
            for can in sorted(ACTS - listed):
                await giver.give("undeclared", acts_on(can, _NOBODYS)[0])
            if self.manner.targets is not None:
                await giver.give_listed(sorted(listed), self.manner.targets)


_TOLD = {
    "unpolled": "making and closing one",
    "main": "polling",
    "resumed": "going on as after a restart",
    "examined": "looking the source over",
    "closed": "closing it in the middle of a poll",
    "steady": "breaking off polls",
    "worn": "breaking off polls again and again",
    "cut": "cutting it off",
    "acting": "giving orders",
}
_NOBODYS = Targets(*[NOBODY] * len(Targets._fields))


def known_of(told: list[Observation]) -> Directory:
    """Return the agents and queues that were told, each as it was told last."""
    agents: dict[str, AgentEntry] = {}
    queues: dict[str, QueueEntry] = {}
    for directory in (each.directory for each in told if each.directory is not None):
        agents.update((entry.key, entry) for entry in directory.agents)
        queues.update((entry.key, entry) for entry in directory.queues)
    return Directory(tuple(agents.values()), tuple(queues.values()))


# ------------------------------------------------------------------ orders


def acts_on(can: Capability, on: Targets) -> list[PhoneAct]:
    """Return what a capability lets one do, and undo, with those named; nothing where somebody is missing."""
    if can == Capability.PAUSE and on.agent:
        return [Pause(on.agent, on.queue or None, "floorwalk"), Unpause(on.agent, on.queue or None)]
    if can == Capability.SIGN_IN and on.agent and on.queue:
        return [SignOut(on.agent, on.queue), SignIn(on.agent, on.queue)]
    if can == Capability.END_WRAP_UP and on.agent:
        return [EndWrapUp(on.agent)]
    if can == Capability.PENALTY and on.agent:
        return [SetPenalty(on.agent, on.queue or None, 0)]
    if can == Capability.LISTEN and on.agent and on.phone:
        end = StopListening(on.phone)
        return [Listen(on.agent, on.phone), end, end]  # the second finds that nobody listens, and is done as well
    if can == Capability.REDIRECT and on.call and on.extension:
        return [Redirect(on.call, on.extension, on.context)]
    if can == Capability.HANG_UP and on.hang_up:
        return [HangUp(on.hang_up)]
    return []


class _Orders:
    """Gives orders to one adapter and notes what came of them."""

    def __init__(self, evidence: Evidence, manner: Manner, tried: Tried) -> None:
        self.evidence = evidence
        self.manner = manner
        self.tried = tried

    async def give(self, kind: str, act: PhoneAct, lasts_ms: int = 60_000, key: str = "") -> Order:
        """Give an order."""
        order = Order(key or f"floorwalk-check-{uuid4()}", self.manner.clock() + lasts_ms, act)
        answer: Answer = await self.tried.perform(order)
        self.evidence.ordered.append(Ordered(kind, order, answer))
        return order

    async def give_listed(self, listed: list[Capability], targets: Targets) -> None:
        """Give those that it must carry out, and their like that it must not."""
        for can in listed:
            acts = acts_on(can, targets)
            if not acts:
                self.evidence.not_tried.append(can)
                continue
            await self.give("unknown", acts_on(can, _NOBODYS)[0])
            await self.give("expired", acts[0], lasts_ms=-60_000)
            if can == Capability.PAUSE:
                await self._pause_twice(acts[0], acts[1], targets.agent)
                continue
            for act in acts:
                await self.give("listed", act)

    async def _pause_twice(self, pause: PhoneAct, unpause: PhoneAct, agent: str) -> None:
        """Pause, end it, and give the first order again: the agent must stay as they are."""
        began_ms = self.manner.clock()
        first = await self.give("listed", pause)
        seen = await self._shows_pause(agent, began_ms)
        await self.give("listed", unpause)
        await self._shows_pause(agent, began_ms)
        again_ms = self.manner.clock()
        await self.give("again", pause, key=first.key)
        again = await self._shows_pause(agent, again_ms)
        if again:
            await self.give("tidied", unpause)
        self.evidence.pauses_seen = (seen, again)

    async def _shows_pause(self, agent: str, since_ms: int) -> bool:
        """Whether the next polls say that an agent was paused since a moment: an event does, or the last snapshot."""
        began = False
        shown = False
        for _ in range(2):
            await self.manner.pause()
            told = (await self.tried.poll()).told
            if type(told) is Observation:
                began = began or any(_is_pause(each, agent, since_ms) for each in told.events)
                shown = _is_paused(told, agent) if told.snapshot is not None else shown
        return began or shown


def _is_pause(event: Event, agent: str, since_ms: int) -> bool:
    """Whether an event pauses an agent after a moment; some sources tell whole seconds."""
    return type(event) is Paused and event.agent == agent and event.at_ms > since_ms - 1000


def _is_paused(told: Observation, agent: str) -> bool:
    rows = (told.snapshot.agents if told.snapshot is not None else None) or ()
    return any(
        row.agent == agent
        and (row.state == State.NOT_READY or any(each.paused is not None for each in row.serving or ()))
        for row in rows
    )
