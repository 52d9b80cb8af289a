"""Property tests try the same examples each time, so that a green run stays green; FLOORWALK_EXPLORE=1 tries others."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.register_profile("exploring", deadline=None)
settings.load_profile("exploring" if os.environ.get("FLOORWALK_EXPLORE") else "repeatable")
