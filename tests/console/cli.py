"""The command line driven from outside: what it is given, what it prints, how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from console.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent
QUEUE_LOG = ROOT / "tests" / "fixtures" / "asterisk" / "queue_log"
TRUTH: dict[str, Any] = json.loads(QUEUE_LOG.with_name("truth.json").read_text(encoding="utf-8"))


class Ended(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 (whatever was printed)
        """What was printed, as JSON."""
        return json.loads(self.out)


class Cli:
    """A machine of its own: no settings, no store, UTC."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        for name in ("STORE", "CONFIG", "TZ", "LANGUAGE", "THEME", "ADAPTER", "DEBUG"):
            monkeypatch.delenv(f"FLOORWALK_{name}", raising=False)
        for name in ("STATE", "CONFIG", "CACHE"):
            monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        monkeypatch.setenv("TZ", "UTC")
        monkeypatch.chdir(home)
        self.home = home
        self.config = home / "config" / "floorwalk" / "floorwalk.toml"
        self.store = home / "state" / "floorwalk" / "floorwalk.sqlite"
        self._capsys = capsys

    def __call__(self, *argv: object) -> Ended:
        """Run a command line."""
        self._capsys.readouterr()
        code = main([str(each) for each in argv])
        return Ended(code, *self._capsys.readouterr())

    def fails(self, code: int, *argv: object) -> str:
        """Run a command line that must end with this code, nothing on standard output, and one line of error."""
        ended = self(*argv)
        assert (ended.code, ended.out) == (code, ""), ended
        lines = ended.err.splitlines()
        assert len(lines) == 1, ended.err
        assert lines[0].startswith("floorwalk: ")
        return lines[0].removeprefix("floorwalk: ")

    def settings(self, text: str) -> Path:
        """Write the settings file."""
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text, encoding="utf-8")
        return self.config
