"""The clock by which signs of life are told: time since the machine's boot, which nobody can set, and which boot."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path


def boot_ms() -> int:
    """Return ms since boot, on the clock that all processes of this machine share."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


@cache
def boot_id() -> str:
    """Return the name of the machine's boot, "" where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""
