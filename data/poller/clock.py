"""The machine's two clocks: the one that people set, and the one since its boot that nobody can set."""

from __future__ import annotations

import time
from collections.abc import Callable

from data.store.boot import boot_ms

AHEAD_MS = 3_600_000
"""A step ahead is told from here on: smaller ones are a source of good time coming late."""
BACK_MS = 1_000
"""A step back is told from here on."""


def machine_ms() -> int:
    """Return the machine's time, UTC ms."""
    return time.time_ns() // 1_000_000


class Clock:
    """Both clocks, and the steps of the one against the other. CLOCK_BOOTTIME goes on while the machine sleeps."""

    def __init__(self, wall_ms: Callable[[], int] = machine_ms, boot_ms: Callable[[], int] = boot_ms) -> None:
        """Take the clocks as they are now to be in step."""
        self.wall_ms = wall_ms
        self.boot_ms = boot_ms
        self._apart_ms = wall_ms() - boot_ms()

    def stepped_ms(self) -> int:
        """Return by how much the clock was set since the last call, ahead (> 0) or back; 0 for what is not told."""
        apart_ms = self.wall_ms() - self.boot_ms()
        step, self._apart_ms = apart_ms - self._apart_ms, apart_ms
        return step if step > AHEAD_MS or step < -BACK_MS else 0
