"""Asynchronous tests run on asyncio; the stores are made once for all."""

import pytest

from tests.console.floor_store import bare, hostile, imported, played, quiet, stores

__all__ = ["bare", "hostile", "imported", "played", "quiet", "stores"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
