"""An event loop on a thread of its own, and waiting for what happens there or elsewhere."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 20.0


def until(wanted: Callable[[], T], what: str = "", seconds: float = PATIENCE_S) -> T:
    """Ask again and again until the answer is true, and return it.

    Raises:
        TimeoutError: It did not become true in time.
    """
    deadline = time.monotonic() + seconds
    while not (answer := wanted()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what or wanted}")
        time.sleep(0.02)
    return answer


class Background:
    """A thread that runs an event loop until `end`."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Run a coroutine there, and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def do(self, work: Callable[[], T]) -> T:
        """Call a function there, and return its result."""

        async def call() -> T:
            return work()

        return self.run(call())

    def end(self) -> None:
        """Cancel what still runs there, and end the thread."""

        async def cancel() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.run(cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()
