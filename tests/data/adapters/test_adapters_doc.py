"""docs/adapters.md is true: its example runs as it stands and conforms, and its table is the kit's."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from data.adapters.base import AccessError, Adapter, SourceError
from data.adapters.conformance import CHECKS, Manner, Verdict, judge
from data.adapters.registry import load, make, names
from data.model.words import State

DOC = (Path(__file__).parents[3] / "docs" / "adapters.md").read_text("utf-8")
TOKEN = "let-me-in-please"


def block(kind: str, holding: str = "") -> str:
    """Return the first block of a kind that holds a text."""
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", DOC, re.DOTALL)
    return next(each for each in found if holding in each)


class Wallboard:
    """What the document says that Acme answers."""

    def __init__(self) -> None:
        self.floor: Any = json.loads(block("json"))
        self.status = 200
        board = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                let_in = self.headers["Authorization"] == f"Bearer {TOKEN}" and self.path == "/v1/floor"
                body = json.dumps(board.floor).encode()
                self.send_response(board.status if let_in else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Polls are broken off: say nothing."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def board() -> Iterator[Wallboard]:
    board = Wallboard()
    yield board
    board.close()


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The example, installed as its pyproject.toml has it; its name."""
    about = tomllib.loads(block("ini", "[project]"))["project"]
    (group, points), *_ = about["entry-points"].items()
    ((name, value),) = points.items()
    info = tmp_path / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
    (tmp_path / "acme_floorwalk.py").write_text(block("python"), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "acme_floorwalk", raising=False)
    return str(name)


def asked(adapter: Adapter) -> Any:  # noqa: ANN401 (an observation, or what is raised)
    async def once() -> object:
        try:
            return await adapter.poll()
        finally:
            await adapter.aclose()

    return asyncio.run(once())


async def a_moment() -> None:
    await asyncio.sleep(0.005)  # the answers have to be of different milliseconds


def test_the_example_conforms(acme: str, board: Wallboard) -> None:
    options = {"url": board.url, "token": TOKEN}
    result = judge(acme, load(acme), options, Manner(polls=4, pause=a_moment, linger_s=10.0), names()[acme])
    ok = {each.check for each in result.rulings if each.verdict == Verdict.OK}
    assert result.failed == (), [each for each in result.rulings if each.verdict == Verdict.FAILED]
    assert {*result.warned} <= {"does_not_hold_up_the_loop"}
    assert {
        "a_lost_source_is_a_source_error",
        "goes_on_after_a_failure",
        "errors_tell_no_secret",
        "shows_no_secret",
        "a_poll_can_be_broken_off",
        "snapshots_make_sense",
        "a_snapshot_is_of_now",
        "keys_stay",
        "refuses_what_it_does_not_list",
        "leaves_nothing_behind",
    } <= ok


def test_the_example_says_what_the_wallboard_says(acme: str, board: Wallboard) -> None:
    told = asked(make(acme, {"url": board.url, "token": TOKEN}))
    (agent,) = told.snapshot.agents
    assert (agent.agent, agent.state, agent.queue, told.until_ms - agent.since_ms) == (
        "17",
        State.TALKING,
        "sales",
        42_000,
    )
    (waiting,) = told.snapshot.waiting
    assert (waiting.call, waiting.queue, waiting.caller) == ("c-81", "sales", "13812348000")
    assert [entry.name for entry in (*told.directory.agents, *told.directory.queues)] == ["王小明", "Sales"]


def test_the_example_tells_what_is_wrong(acme: str, board: Wallboard) -> None:
    with pytest.raises(AccessError, match="does not take the token"):
        asked(make(acme, {"url": board.url, "token": "another"}))
    nonsense: Any
    for nonsense in (None, {"agents": [{}]}, {"agents": [{"id": 1, "name": "x"}], "queues": []}):
        board.floor = nonsense
        with pytest.raises(SourceError, match="is it Acme 4 or newer"):
            asked(make(acme, {"url": board.url, "token": TOKEN}))


def test_the_table_lists_every_check() -> None:
    rows = re.findall(r"^\| ([a-z ]+?)( !)? \| (.*) \|$", DOC[DOC.index("| check | promise |") :], re.MULTILINE)
    told = [(name.replace(" ", "_"), bool(warns), promise) for name, warns, promise in rows if name != "check"]
    assert told == [(check.name, check.only_warns, check.promise) for check in CHECKS]


def test_the_imports_of_the_document_are_there() -> None:
    for source in re.findall(r"^from (data[\w.]*) import (.*)$", DOC, re.MULTILINE):
        module = __import__(source[0], fromlist=["_"])
        for name in source[1].split(", "):
            assert hasattr(module, name), (source[0], name)
