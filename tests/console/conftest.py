"""Asynchronous tests run on asyncio; the stores are made once for all."""

import pytest
from textual import _wait

from tests.console.floor_store import bare, hostile, imported, played, quiet, stores

__all__ = ["bare", "hostile", "imported", "played", "quiet", "stores"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test see the same terminal, whichever it is run in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Textual's pilot look more often whether the app has come to rest: each key costs it 50 ms otherwise."""
    monkeypatch.setattr(_wait, "SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr(_wait, "SLEEP_IDLE", 0.002)
