"""Two Unix users and one store: what the kernel lets each of them do, and what the desk does."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.desk.roles import Rights
from data.desk.wire import socket_of
from data.store.writer import Writer
from tests.data.desk.polling import ROOT, poller, teams

pytestmark = [
    pytest.mark.skipif(os.getuid() != 0, reason="only root can be other users"),
]

DAEMON, GAMES, MAIL = (1, 1), (5, 60), (8, 8)
"""(uid, gid) of users that every Debian has: here a viewer, a lead and a supervisor."""

DROP = """
import asyncio, json, os, sys, uuid
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import console.desk
from console.desk import Desk
from data.model.people import *
from data.desk.wire import socket_of
store = Path(sys.argv[2])
os.setgroups([]); os.setgid(int(sys.argv[4])); os.setuid(int(sys.argv[3]))
told = json.loads(sys.argv[5])
console.desk.ANSWER_S, console.desk.EXPIRES_MS = 30, 30_000  # the machine may have much else to do

async def main(play):
    desk = Desk(store)
    try:
        print(json.dumps(await play(desk)))
    finally:
        await desk.aclose()
"""


def as_user(who: tuple[int, int], store: Path, play: str, told: object = None) -> Any:  # noqa: ANN401 (JSON)
    """Return what a play returns that somebody else runs."""
    args = [str(ROOT), str(store), *map(str, who), json.dumps(told)]
    ran = subprocess.run(
        [sys.executable, "-c", DROP + play + "\nasyncio.run(main(play))", *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture
def store() -> Iterator[Path]:
    """Return a store in a folder that everybody can enter, and that everybody can read."""
    folder = Path(tempfile.mkdtemp(prefix="floorwalk-desk-"))
    folder.chmod(0o755)
    path = folder / "floor.sqlite"
    Writer(path).close()
    path.chmod(0o644)
    yield path
    shutil.rmtree(folder)


def rows(store: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(store)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


TRY_ALL = """
async def play(desk):
    def tried(what):
        try:
            what()
        except OSError as error:
            return type(error).__name__
        return "done"
    socket, beside = socket_of(store), store.parent
    found = {
        "write": tried(lambda: os.open(store, os.O_RDWR)),
        "write the WAL": tried(lambda: os.open(f"{store}-wal", os.O_RDWR)),
        "write the lock": tried(lambda: os.open(f"{store}.lock", os.O_RDWR)),
        "make a file": tried(lambda: os.open(beside / "new", os.O_CREAT | os.O_RDWR)),
        "remove the socket": tried(socket.unlink),
        "move the socket": tried(lambda: socket.rename(beside / "old")),
        "remove the store": tried(store.unlink),
        "kill": tried(lambda: os.kill(told, 9)),
        "stop": tried(lambda: os.kill(told, 15)),
    }
    standing = await desk.greet()
    answers = [await desk.order(each) for each in (RaiseFlag(1, "tired"), NoteMood(1, 3), EraseAgent(1, "own wish"))]
    return [found, [standing.user, standing.role], [each.refusal for each in answers]]
"""

ACT = """
async def play(desk):
    answers = [await desk.order(RaiseFlag(agent, "tired")) for agent in told]
    stolen = await desk.order(SignOutAgent(told[0]))
    return [[each.refusal for each in answers], stolen.refusal]
"""

FORGE = """
async def play(desk):
    reader, writer = await asyncio.open_unix_connection(str(socket_of(store)))
    now = int(__import__("time").time() * 1000) + 30_000
    for number in range(500):
        line = {"key": f"k{number}", "expires_ms": now, "act": "raise_flag", "with": {"agent": 1, "flag": "tired"},
                "from": {"tty": "/dev/tty1", "address": "root@console"}}
        if number % 2:
            line["from"]["uid"] = 0
        writer.write(json.dumps(line).encode() + b"\\n")
        if number % 10 == 9:
            for _ in range(10):
                assert not json.loads(await reader.readline())["done"]
    writer.close()
    return "forged"
"""


def test_a_viewer_only_looks(store: Path) -> None:
    with poller(store) as child:
        found, standing, answers = as_user(DAEMON, store, TRY_ALL, child.pid)
        assert child.poll() is None
    assert set(found.values()) == {"PermissionError"}, found
    assert standing == ["daemon", 0]
    assert answers == ["role"] * 3
    assert rows(store, "SELECT count(*) FROM flag WHERE raised_by = 'daemon'") == [(0,)]
    assert rows(store, "SELECT DISTINCT uid, user, role, result FROM audit") == [(1, "daemon", "viewer", "role")]


def test_a_lead_acts_on_the_own_team_only(store: Path) -> None:
    own = next(team for team in teams().values() if team)
    rights = Rights(leads=("@60",), supervisors=("mail",), teams={own: ("games",)})
    with poller(store, rights):
        keys = rows(store, "SELECT id, key FROM agent ORDER BY id")
        agents = [agent for agent, _ in keys]
        refusals, stolen = as_user(GAMES, store, ACT, agents)
        assert refusals == ["" if teams()[key] == own else "team" for _, key in keys]
        assert {"", "team"} == set(refusals)
        assert stolen == "role"
        refusals, _ = as_user(MAIL, store, ACT, agents)
        assert set(refusals) == {""}
    by = rows(store, "SELECT raised_by, count(*) FROM flag WHERE raised_by IN ('games', 'mail') GROUP BY 1 ORDER BY 1")
    assert by == [("games", list(teams().values()).count(own)), ("mail", len(agents))]


def test_forged_requests_are_kept_under_the_true_user(store: Path) -> None:
    with poller(store):
        assert as_user(DAEMON, store, FORGE) == "forged"
    assert rows(store, "SELECT uid, user, result, count(*) FROM audit GROUP BY 1, 2, 3 ORDER BY 3") == [
        (1, "daemon", "invalid", 250),
        (1, "daemon", "role", 250),
    ]


PRETEND = """
async def play(desk):
    import socket
    pretended = socket.socket(socket.AF_UNIX)
    pretended.bind(str(socket_of(store)))
    os.chmod(socket_of(store), 0o666)
    pretended.listen()
    print(json.dumps("listening"), flush=True)
    sys.stdin.read()
    pretended.close()
"""


def test_a_desk_of_somebody_else_is_not_trusted(store: Path) -> None:
    import asyncio

    from console.desk import Desk, DeskError

    store.parent.chmod(0o777)
    args = [sys.executable, "-c", DROP + PRETEND + "\nasyncio.run(main(play))"]
    with subprocess.Popen(
        [*args, str(ROOT), str(store), *map(str, DAEMON), "null"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None and child.stdin is not None
        assert child.stdout.readline() == '"listening"\n'

        async def greet() -> None:
            desk = Desk(store)
            try:
                await desk.greet()
            finally:
                await desk.aclose()

        try:
            with pytest.raises(DeskError, match="somebody who does not own the store"):
                asyncio.run(greet())
        finally:
            child.stdin.close()
    assert socket_of(store).exists()
