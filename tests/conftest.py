"""How all tests are run.

Property tests try the same examples each time, so that a green run stays green; FLOORWALK_EXPLORE=1 tries others.
`--hypothesis-profile=lean` tries fewer of them.
"""

from __future__ import annotations

import gc
import os

from hypothesis import settings

from tests.examples import LEAN

if os.environ.get("FLOORWALK_EXPLORE"):
    settings.register_profile("full", deadline=None)
else:
    settings.register_profile("full", derandomize=True, deadline=None, database=None)
full = settings.get_profile("full")
settings.register_profile("lean", full, max_examples=full.max_examples // LEAN)
settings.load_profile("full")

# With Python's own figures a quarter of the time goes into looking through what stays.
gc.set_threshold(20_000, 10, 10)


def pytest_collection_finish() -> None:
    """Leave what there is before the first test out of every later search for garbage."""
    gc.collect()
    gc.freeze()
