"""What the app is started with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from console.locale import Language
from data.alerts import LIMITS, Limits
from data.flags import VOCABULARY, Vocabulary


def now_ms() -> int:
    """Return the present, as the machine has it."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """How to show a store.

    Args:
        store: The store's file.
        zone: The site's zone.
        live: Whether a live floor may be behind the store; else it is only replayed.
        moment_ms: Where to begin; None: now.
        language: Which language to speak first.
        theme: The theme asked for.
        site: The name in the header.
        ascii: Draw with ASCII only.
        limits: The thresholds in force.
        vocabulary: The site's words for flags.
        wall: Whether everybody on the floor can read the screen: no names where that would hurt, praise only.
        phone: The reader's own phone, as the telephony system calls it, for listening; "" while it is not said.
        now: Gives the live floor's present in ms; a played floor may have its own.
        hindrance: Why the poller that was started with the screen gives nothing, "" while there is hope.
    """

    store: Path
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    live: bool = True
    moment_ms: int | None = None
    language: Language = "en"
    theme: str = ""
    site: str = ""
    ascii: bool = False
    limits: Limits = LIMITS
    vocabulary: Vocabulary = VOCABULARY
    wall: bool = False
    phone: str = ""
    hindrance: Callable[[], str] | None = None
    now: Callable[[], int] = now_ms
