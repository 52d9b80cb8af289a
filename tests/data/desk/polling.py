"""A real poller with its desk, on a played floor, in a process of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.adapters.simulator import default_floor
from data.desk.roles import Rights
from data.desk.rules import Rules

ROOT = Path(__file__).parents[3]
AGENTS = 20

POLL = """
import json, sys
from pathlib import Path
from data.desk.rules import Rules
from data.poller import Source, run
options = {"seed": 1, "agents": int(sys.argv[2]), "start_ms": 1_794_992_400_000}
sources = [Source("pbx", "simulator", options, 500)]
sys.exit(run(Path(sys.argv[1]), sources, started="started", rules=Rules.taken_over(json.loads(sys.argv[3]))))
"""


def teams() -> dict[str, str]:
    """Return the team of each of the played floor's agents, by key."""
    return {agent.key: agent.team or "" for agent in default_floor(AGENTS, 1).directory.agents}


@contextmanager
def poller(
    store: Path, rights: Rights | None = None, agents: int = AGENTS, catalogue: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """Run a poller while the block lasts, from when its desk is open; what it says is on its standard error."""
    rules = json.dumps(Rules(rights or Rights(), catalogue=catalogue).handed_over())
    child = subprocess.Popen(
        [sys.executable, "-c", POLL, str(store), str(agents), rules],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not polled(store, child.pid):
            assert child.poll() is None, child.stderr and child.stderr.read()
            time.sleep(0.01)
        yield child
    finally:
        child.kill()
        child.wait()
        if child.stderr is not None:
            child.stderr.close()


def polled(store: Path, pid: int) -> bool:
    """Whether this poller has polled, and so has its desk open."""
    if not store.exists():
        return False
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        found = connection.execute("SELECT 1 FROM heartbeat WHERE pid = ?", (pid,)).fetchone()
        return found is not None
    except sqlite3.Error:
        return False
    finally:
        connection.close()
