"""Calling an adapter as the poller does, and worse: broken off in the middle, closed while it is asked, cut off."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self, TypeVar

from data.adapters.base import Adapter, Capability, Examinable
from data.adapters.conformance.evidence import Answer, Watch
from data.adapters.conformance.outside import Held
from data.model.acts import Order

T = TypeVar("T")

TICK_S = 0.02


class Targets(NamedTuple):
    """Whom and what acts are tried on, each "" where nobody may be: `call` is redirected, `hang_up` is hung up."""

    agent: str = ""
    queue: str = ""
    phone: str = ""
    call: str = ""
    extension: str = ""
    context: str = ""
    hang_up: str = ""


def machine_ms() -> int:
    """Return the machine's time."""
    return time.time_ns() // 1_000_000


async def a_second() -> None:
    """Wait for a second."""
    await asyncio.sleep(1)


class Manner(NamedTuple):
    """How an adapter is tried.

    Args:
        polls: How often the main trial asks.
        pause: Waits from one poll to the next.
        clock: Returns the present in UTC ms.
        deadline_s: The most that one poll may take.
        patience_s: The most that closing, or ending when broken off, may take.
        linger_s: How long what is on its way out after the end may still be there.
        targets: Whom acts are tried on; None: none is tried.
        progress: Is told what is being done.
    """

    polls: int = 5
    pause: Callable[[], Awaitable[None]] = a_second
    clock: Callable[[], int] = machine_ms
    deadline_s: float = 10.0
    patience_s: float = 5.0
    linger_s: float = 1.0
    targets: Targets | None = None
    progress: Callable[[str], None] = lambda _: None


class Stepped:
    """An awaitable that counts how often it waits, and calls `then` just before it does so for the `at`th time."""

    def __init__(self, awaitable: Awaitable[Any], at: int = 0, then: Callable[[], object] = int) -> None:
        self.waits = 0
        self._awaitable = awaitable
        self._at = at
        self._then = then

    def __await__(self) -> Generator[Any, Any, Any]:
        """Go on as the awaitable does."""
        inner = self._awaitable.__await__()
        step: Callable[[], Any] = lambda: inner.send(None)  # noqa: E731 (it is replaced at each step)
        while True:
            try:
                waited_for = step()
            except StopIteration as end:
                return end.value
            self.waits += 1
            if self.waits == self._at:
                self._then()
            try:
                sent = yield waited_for
            except BaseException as error:
                step = _thrower(inner, error)
            else:
                step = _sender(inner, sent)


def _sender(inner: Generator[Any, Any, Any], sent: object) -> Callable[[], Any]:
    return lambda: inner.send(sent)


def _thrower(inner: Generator[Any, Any, Any], error: BaseException) -> Callable[[], Any]:
    return lambda: inner.throw(error)


class Tried:
    """An adapter that is being tried: every call is noted, and nothing that it raises gets any further."""

    def __init__(self, adapter: Adapter, manner: Manner, watch: Watch) -> None:
        self.adapter = adapter
        self.manner = manner
        self.watch = watch

    async def poll(self, doing: str = "poll", cancel_at: int = 0) -> Answer:
        """Ask it as the poller does; `cancel_at`: break it off when it waits for that time."""
        answer = await self._call(doing, self.adapter.poll, self.manner.deadline_s, cancel_at)
        if doing == "poll" and answer.went_well and len(self.watch.done("poll")) == 1:
            self.watch.capabilities = _capabilities(self.adapter)
        return answer

    async def perform(self, order: Order) -> Answer:
        """Give it an order."""
        return await self._call("perform", lambda: self.adapter.perform(order), self.manner.deadline_s)

    async def examine(self, examinable: Examinable) -> Answer:
        """Let it look its source over, as `floorwalk doctor` does."""
        return await self._call("examine", examinable.examine, self.manner.deadline_s)

    async def aclose(self, doing: str = "aclose") -> Answer:
        """Let go of it."""
        return await self._call(doing, self.adapter.aclose, self.manner.patience_s)

    async def poll_and(self, meanwhile: Callable[[], Awaitable[object]]) -> bool:
        """Ask it, and do something as soon as it waits; return whether it ever did.

        What came of the poll is noted as `poll while closing`.
        """
        waiting = asyncio.Event()
        asking = asyncio.create_task(
            self._call("poll while closing", self.adapter.poll, self.manner.deadline_s, 1, waiting.set)
        )
        waits = asyncio.create_task(waiting.wait())
        await asyncio.wait({asking, waits}, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()
        waited = waiting.is_set()
        if waited:
            await meanwhile()
        await asyncio.wait({asking}, timeout=self.manner.patience_s)
        if not asking.done():
            asking.cancel()
            self._note(Answer("poll while closing", self.manner.clock(), self.manner.clock(), late=True))
            await asyncio.wait({asking}, timeout=self.manner.patience_s)
        return waited

    async def _call(
        self,
        doing: str,
        call: Callable[[], Awaitable[object]],
        deadline_s: float,
        at: int = 0,
        then: Callable[[], object] | None = None,
    ) -> Answer:
        """Do one call and note what came of it; without `then` it is broken off when it waits for the `at`th time."""
        task = asyncio.current_task()
        asked_ms = self.manner.clock()
        broken_off: list[bool] = []

        def break_off() -> None:
            broken_off.append(task is not None and task.cancel())

        told: object = None
        error: BaseException | None = None
        late = False
        stepped = None
        try:
            async with asyncio.timeout(deadline_s) as limit:
                stepped = Stepped(call(), at, then or break_off)
                told = await stepped
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            late = isinstance(raised, TimeoutError) and limit.expired()
            error = raised
        if task is not None and broken_off:
            task.uncancel()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise error  # we are told to end ourselves
        waits = stepped.waits if stepped is not None else 0
        return self._note(
            Answer(doing, asked_ms, self.manner.clock(), told, error, waits, late, cancelled=bool(broken_off))
        )

    def _note(self, answer: Answer) -> Answer:
        self.watch.answers.append(answer)
        return answer


def _capabilities(adapter: Adapter) -> frozenset[Capability]:
    can: object = adapter.capabilities
    return (
        frozenset(each for each in can if isinstance(each, Capability))
        if isinstance(can, (set, frozenset))
        else frozenset()
    )


@asynccontextmanager
async def trying(
    make: Callable[[], Adapter], manner: Manner, watch: Watch, *, alone: bool = True
) -> AsyncIterator[Tried]:
    """Give an adapter to be tried; at the end it is let go of twice, and what it has left behind is noted.

    Of one that is not `alone`, it can't be told whose a thing is: the other one's trial notes what is left of both.
    """
    before = Held(asyncio.all_tasks())
    watch.made_ms = manner.clock()
    tried = Tried(make(), manner, watch)
    watch.capabilities = _capabilities(tried.adapter)
    guard = _Guard()
    try:
        async with guard:
            yield tried
    finally:
        watch.longest_ms = guard.longest_ms
        watch.shown = _shown(tried.adapter)
        await tried.aclose()
        await tried.aclose("second aclose")
        if alone:
            watch.left = await _left_behind(before, manner.linger_s)


def _shown(adapter: Adapter) -> tuple[str, ...]:
    try:
        return (repr(adapter), str(adapter))
    except Exception as error:
        return (str(error),)


async def _left_behind(before: Held, linger_s: float) -> list[str]:
    """Return what is still there, after what is on its way out was given some time for it."""
    left = Held(asyncio.all_tasks()).beyond(before)
    if left:
        gc.collect()
    for _ in range(round(linger_s / TICK_S)):
        if not left:
            break
        await asyncio.sleep(TICK_S)
        left = Held(asyncio.all_tasks()).beyond(before)
    return left


class _Guard:
    """Notes how long the loop was held up meanwhile."""

    def __init__(self) -> None:
        self.longest_ms = 0

    async def __aenter__(self) -> Self:
        """Begin."""
        self._task = asyncio.create_task(self._tick())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _tick(self) -> None:
        while True:
            before = time.monotonic()
            try:
                await asyncio.sleep(TICK_S)
            finally:
                self.longest_ms = max(self.longest_ms, round((time.monotonic() - before - TICK_S) * 1000))


async def within(trial: Coroutine[Any, Any, None], manner: Manner) -> bool:
    """Do a trial, and return whether it ended: one that can't even be broken off is left to itself at last.

    Raises what making the adapter raises.
    """
    task = asyncio.create_task(trial)
    limit_s = (manner.polls + 6) * (manner.deadline_s + manner.patience_s) + 30 * manner.patience_s
    await asyncio.wait({task}, timeout=limit_s)
    if task.done():
        task.result()
        return True
    task.cancel()
    return False


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a loop of its own, and don't wait for tasks that won't end."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(main)
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=1))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.set_exception_handler(lambda *_: None)
        loop.close()
