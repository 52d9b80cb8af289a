"""Asynchronous tests run on asyncio; the stores are made once for all."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual import _wait
from textual.css.stylesheet import Stylesheet

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


@pytest.fixture(autouse=True, scope="session")
def _styled_once() -> Iterator[None]:
    """Let a stylesheet be parsed once for all apps; each would parse all of them anew, with the same outcome."""
    parse, parsed = Stylesheet._parse_rules, {}

    def parse_once(sheet: Stylesheet, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever it takes and returns)
        key = (args, *sorted(kwargs.items()), *sorted(sheet._variables.items()))
        if key not in parsed:
            parsed[key] = parse(sheet, *args, **kwargs)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield
