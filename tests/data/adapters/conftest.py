"""What the tests of adapters have in common."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _listens_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a look at a scripted Asterisk, on which nothing happens by itself, take no longer than it has to."""
    monkeypatch.setattr("data.adapters.asterisk.examine._LISTEN_S", 0.01)
