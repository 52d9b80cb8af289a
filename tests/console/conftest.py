"""Asynchronous tests run on asyncio; the stores are made once for all."""

import pytest

from tests.console.floor_store import bare, hostile, imported, played, quiet, stores

__all__ = ["bare", "hostile", "imported", "played", "quiet", "stores"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test see the same terminal, whichever it is run in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
