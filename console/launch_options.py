"""What `floorwalk demo` was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class DemoOptions(NamedTuple):
    """How the demo's floor is played and shown.

    `speed` is how many simulated seconds pass in a second; `store` None: one that goes when the demo ends.
    `language` and `theme` None: what the settings say.
    """

    seed: int = 1
    agents: int = 60
    speed: float = 1.0
    store: Path | None = None
    language: str | None = None
    theme: str | None = None
