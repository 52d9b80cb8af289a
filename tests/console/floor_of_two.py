"""A floor that a poller feeds apart from any screen, and screens on it that come and go; other users of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.launch import demo_zone
from tests.console.floor_pty import ROOT, Session
from tests.data.desk.polling import polled

SETTINGS = """
[desk]
leads = ["games"]
"""


class Floor:
    """A played floor of 60 in mid-morning, its poller at work; the folder is one that everybody can enter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "floor.sqlite"
        self.config = folder / "floorwalk.toml"
        self.config.write_text(SETTINGS, encoding="utf-8")
        self.sessions: list[Session] = []
        self.zone = demo_zone(time.time()).key
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), "TZ": "UTC", "HOME": str(folder)}

    def arguments(self, *words: str) -> tuple[str, ...]:
        """Return a command line of Floorwalk on this floor."""
        return (
            "-m",
            "console.cli",
            *words,
            "--store",
            str(self.store),
            "--tz",
            self.zone,
            "--config",
            str(self.config),
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        argv = [sys.executable, *self.arguments(*words)]
        return subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=60, check=False)

    def console(self, size: tuple[int, int] = (120, 36)) -> Session:
        """Open a screen on the floor."""
        session = Session(self.folder, *self.arguments("console"), size=size)
        self.sessions.append(session)
        session.see(" LIVE ", " UP ", "? help")
        return session


@contextmanager
def polled_floor() -> Iterator[Floor]:
    """Give a floor while its poller runs."""
    with tempfile.TemporaryDirectory(prefix="floorwalk-shift-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        floor = Floor(folder)
        words = ("poll", "--adapter", "simulator", "--option", f"zone={floor.zone}", "--option", "weekends=false")
        with (folder / "poller.log").open("wb") as log:
            argv = [sys.executable, *floor.arguments(*words)]
            poller = subprocess.Popen(argv, env=floor.env, stdout=log, stderr=log)
        try:
            while not polled(floor.store, poller.pid):
                assert poller.poll() is None, (folder / "poller.log").read_text()
                time.sleep(0.05)
            yield floor
        finally:
            for session in floor.sessions:
                session.close()
            poller.terminate()
            poller.wait(30)
