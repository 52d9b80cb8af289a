"""The command line itself: help, errors in one line, exit codes, and how it ends when it is broken off."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.cli import main
from console.commands import SUMMARIES, load
from console.launch_options import DemoOptions
from console.settings import Settings
from data.lease import Lease
from data.store.schema import VERSION
from tests.console.cli import QUEUE_LOG, ROOT, TRUTH, Cli
from tests.console.pbx import Pbx, pbx

__all__ = ["pbx"]

HEAVY = ("textual", "pydantic", "httpx", "sqlite_utils", "plotext", "rich", "asyncio", "sqlite3")

TELL_LOADED = f"""
import sys
from console.cli import main
code = main(sys.argv[1:])
print("loaded:", *sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


def process(*argv: str, program: str = TELL_LOADED) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", program, *argv], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


# ------------------------------------------------------------------ help


@pytest.mark.parametrize("command", ["", *SUMMARIES])
def test_help_is_cheap_and_shows_examples(command: str) -> None:
    ended = process(*([command] if command else []), "--help")
    assert (ended.returncode, ended.stderr.strip()) == (0, "loaded:")
    assert "examples:\n  floorwalk" in ended.stdout
    for option in ("--store", "--tz", "--config"):
        assert option in ended.stdout
    if not command:
        assert all(f"\n    {name} " in ended.stdout for name in SUMMARIES)


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_example_is_understood(name: str) -> None:
    import shlex

    from console.cli import build

    for line in load(name).examples.splitlines():
        words = shlex.split(line.split("    ")[0].split("|")[-1].split(" > ")[0])
        assert words[0] == "floorwalk"
        assert build(words[1:]).parse_args(words[1:]).command == name


def test_a_file_is_checked_only_where_there_is_one(cli: Cli) -> None:
    assert "pydantic" not in process("config", "show", "--json").stderr
    cli.settings("[site]\nname = 'x'\n")
    ended = process("config", "show", "--json")
    assert "pydantic" in ended.stderr
    assert json.loads(ended.stdout)["site.name"]["value"] == "x"


def test_version(cli: Cli) -> None:
    ended = cli("--version")
    assert ended.code == 0
    assert ended.out.startswith("floorwalk ")


# ------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("frobnicate",), "invalid choice: 'frobnicate'"),
        (("kpi", "--frobnicate"), "unrecognized arguments: --frobnicate"),
        (("import",), "the following arguments are required: FILE"),
        (("simulate",), "the following arguments are required: DAY"),
        (("poll", "--interval", "0"), "between 0.2 and 3600"),
        (("poll", "--option", "seed"), "write KEY=VALUE"),
        (("demo", "--speed", "0"), "between 0 and 3600"),
        (("demo", "--agents", "0"), "between 1 and 5000"),
    ],
)
def test_wrong_usage(cli: Cli, argv: tuple[str, ...], said: str) -> None:
    assert said in cli.fails(64, *argv)


def test_the_zone_is_checked_first(cli: Cli) -> None:
    assert "did you mean Asia/Shanghai" in cli.fails(78, "--tz", "Asia/Shanghia", "kpi")


READING = [("kpi",), ("floor",), ("console",), ()]
WRITING = [("import", str(QUEUE_LOG)), ("simulate", "2026-03-02"), ("poll",)]
SHOWING = [("up",), ("demo",)]


def hostile(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.sqlite"
    match kind:
        case "folder":
            path.mkdir()
        case "text":
            path.write_text("not a database, but a text that is long enough to be looked at\n" * 20)
        case "newer" | "foreign":
            main(["simulate", "2026-03-02", "--agents", "2", "--store", str(path)])
            change = "PRAGMA user_version = 99" if kind == "newer" else "PRAGMA application_id = 42"
            connection = sqlite3.connect(path)
            connection.execute(change)
            connection.commit()
            connection.close()
        case "torn":
            path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    return path


@pytest.mark.parametrize("argv", [*READING, *WRITING, *SHOWING], ids=lambda argv: argv[0] if argv else "bare")
@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("folder", 73, "is a folder: give the path of a file"),
        ("text", 65, "is not a Floorwalk store"),
        ("newer", 65, "was made by a newer Floorwalk (version 99, this one knows"),
        ("foreign", 65, "is a database of another program"),
        ("torn", (65, 74), "torn.sqlite"),
    ],
)
def test_a_store_that_is_none(
    cli: Cli, argv: tuple[str, ...], kind: str, code: int | tuple[int, ...], said: str
) -> None:
    path = hostile(cli.home, kind)
    before = path.read_bytes() if path.is_file() else b""
    ended = cli("--store", path, *argv)
    assert ended.code in (code if isinstance(code, tuple) else (code,))
    assert ended.out == ""
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    assert "Traceback" not in ended.err
    assert not path.with_name(f"{path.name}.lock").exists() or kind in ("newer", "foreign"), "made with the store"
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.parametrize("argv", [*READING, ("replay", "yesterday")], ids=lambda argv: argv[0] if argv else "bare")
def test_no_store_yet(cli: Cli, argv: tuple[str, ...]) -> None:
    line = cli.fails(66, *argv)
    assert line.startswith(f"there is no store at {cli.store}")
    assert "floorwalk import FILE" in line
    assert not cli.store.parent.exists()


@pytest.mark.parametrize("argv", WRITING, ids=lambda argv: argv[0])
def test_a_store_that_is_being_written(cli: Cli, argv: tuple[str, ...]) -> None:
    with Lease(cli.store, "floorwalk poll simulator"):
        ended = cli(*argv)
    assert ended.code == 75
    assert f"already being written by floorwalk poll simulator (process {os.getpid()})" in ended.err


def test_a_place_where_nothing_can_be_written(cli: Cli) -> None:
    (cli.home / "file").write_text("")
    assert "check the folder's rights" in cli.fails(73, "import", "--store", "file/floor.sqlite", QUEUE_LOG)


def test_a_fault_of_the_program_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("what")

    monkeypatch.setattr("data.importer.import_logs", broken)
    assert "this is a fault of Floorwalk: KeyError: 'what'" in cli.fails(70, "import", QUEUE_LOG)
    monkeypatch.setenv("FLOORWALK_DEBUG", "1")
    with pytest.raises(KeyError):
        cli("import", QUEUE_LOG)


def test_interrupted(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("data.importer.import_logs", interrupted)
    ended = cli("import", QUEUE_LOG)
    assert (ended.code, ended.out, ended.err) == (130, "", "")


def test_interrupted_from_outside(cli: Cli) -> None:
    command = [sys.executable, "-m", "console.cli", "simulate", "2026-03-02", "--days", "300", "--store", "s.sqlite"]
    with subprocess.Popen(
        command, cwd=cli.home, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
    ) as child:
        while not (cli.home / "s.sqlite-wal").exists():
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (130, "")
    assert main(["floor", "--store", "s.sqlite"]) in (0, 66)


def test_ended_from_outside_leaves_no_temporary_file(cli: Cli) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(cli.home)}
    command = [sys.executable, "-m", "console.cli", "import", "-"]
    with subprocess.Popen(command, cwd=cli.home, env=environment, stdin=subprocess.PIPE) as child:
        while not list(cli.home.glob("floorwalk-*/*")):
            assert child.poll() is None
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=30) == 128 + signal.SIGTERM
    assert list(cli.home.glob("floorwalk-*")) == []


def test_a_locale_that_cannot_show_a_name(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    cli("import", QUEUE_LOG)
    table = process("kpi", "--by", "agent", "--day", "2026-11-21")
    assert "Maria Garc?a" in table.stdout
    rows = json.loads(process("kpi", "--by", "agent", "--json", "--day", "2026-11-21").stdout)
    assert "陈静" in [row["agent"] for row in rows]


def test_nobody_reads_on(cli: Cli) -> None:
    cli("import", QUEUE_LOG)
    program = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "console.cli", *sys.argv[1:]], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, cwd={str(cli.home)!r})
child.stdout.close()
print(child.stderr.read().decode(), child.wait())
"""
    assert process("kpi", "--json", "--by", "agent", "--day", "2026-11-21", program=program).stdout == " 141\n"


# ------------------------------------------------------------------ adapters, doctor


def test_adapters(cli: Cli) -> None:
    rows = cli("adapters", "--json").json
    assert {"name": "simulator", "value": "data.adapters.simulator:Simulator", "distribution": "floorwalk"} in rows
    assert "queue_log  data.adapters.queue_log:QueueLog" in cli("adapters").out


def test_a_foreign_adapter_is_found_but_not_loaded(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    info = cli.home / "site" / "their_pbx-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-pbx\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[floorwalk.adapters]\npbx = their_pbx.adapter:Pbx\n")
    monkeypatch.syspath_prepend(str(info.parent))
    assert {"name": "pbx", "value": "their_pbx.adapter:Pbx", "distribution": "their-pbx"} in cli(
        "adapters", "--json"
    ).json


def test_the_options_of_an_adapter(cli: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def import_module(name: str) -> object:
        loaded.append(name)
        return sys.modules[name]

    monkeypatch.setattr("data.adapters.registry.import_module", import_module)
    rows = {row["option"]: row for row in cli("adapters", "pbx", "--json").json}
    assert list(rows) == [option.name for option in pbx.options]
    assert rows["url"] == {
        "option": "url",
        "kind": "str",
        "given": "required",
        "about": "where the system answers",
        "example": "http://127.0.0.1:8088",
    }
    assert rows["token"]["given"] == "optional secret"
    assert loaded == ["tests.console.pbx"]
    assert pbx.made == []
    table = cli("adapters", "pbx").out.splitlines()
    assert table[0].split() == ["option", "kind", "given", "about", "example"]
    assert "required secret  the account's password" in table[3]
    assert "there is no adapter 'pbxx'; did you mean pbx?" in cli.fails(78, "adapters", "pbxx")


def checks(cli: Cli, *argv: object) -> tuple[int, dict[str, Any]]:
    ended = cli("doctor", "--json", *argv)
    return ended.code, {check["what"]: check for check in ended.json}


def test_doctor_on_a_new_machine(cli: Cli) -> None:
    code, found = checks(cli)
    assert code == 0
    names = ["Python", "SQLite", "terminal", "locale", "settings", "source", "store", "may be written"]
    assert list(found) == names
    assert found["source"]["found"] == "none: a floor is played; `floorwalk init` sets one up"
    assert "not there yet" in found["store"]["found"]


def test_doctor_of_a_store(cli: Cli) -> None:
    cli("import", QUEUE_LOG)
    code, found = checks(cli)
    assert code == 0
    assert f"{cli.store} (default), version {VERSION}, " in found["store"]["found"]
    assert found["integrity"]["found"] == "ok"
    assert "2026-11-21T19:29:54+00:00 to 2026-11-21T19:41:55+00:00 (UTC)" in found["measured"]["found"]
    assert "none ever ran" in found["poller"]["found"]
    assert "ok  integrity  ok" in cli("doctor").out


@pytest.mark.parametrize("kind", ["folder", "text", "newer", "torn"])
def test_doctor_finds_what_is_wrong_with_a_store(cli: Cli, kind: str) -> None:
    path = hostile(cli.home, kind)
    code, found = checks(cli, "--store", path)
    assert (code, found["store"]["ok"]) == (1, False)
    assert "WRONG  store" in cli("doctor", "--store", path).out


def test_doctor_finds_what_is_wrong_with_settings(cli: Cli) -> None:
    path = cli.settings("[site]\nnam = 1\n")
    code, found = checks(cli)
    assert (code, found["settings"]["ok"]) == (1, False)
    assert found["settings"]["found"] == f"{path}:2: site.nam is no setting; did you mean site.name?"


HUSH = "hush-4711"
PBX = "adapter = 'pbx'\nurl = 'http://127.0.0.1:8088'\nuser = 'floorwalk'\n"


@pytest.fixture
def two(cli: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Two sources with their secrets; the second one can be examined."""
    cli.settings(f"[source.north]\n{PBX}[source.south]\n{PBX.replace('pbx', 'seen')}")
    for name in ("NORTH", "SOUTH"):
        monkeypatch.setenv(f"FLOORWALK_{name}_SECRET", HUSH)
    return cli


def sources(cli: Cli) -> dict[str, tuple[bool, str]]:
    """Return what doctor says of sources; whatever it is, no secret is in it, and a fault is the exit code."""
    code, found = checks(cli)
    told = {what: (check["ok"], check["found"]) for what, check in found.items() if "north" in what or "south" in what}
    assert code == int(not all(ok for ok, _ in told.values()))
    assert HUSH not in str(told)
    assert all(text.isprintable() for _, text in told.values())
    return told


def test_doctor_asks_each_source_once(two: Cli, pbx: type[Pbx]) -> None:
    assert sources(two) == {
        "north: made": (True, "pbx, secret from FLOORWALK_NORTH_SECRET"),
        "north: answers": (True, "agents 3, queues 1, waiting 0, events 0"),
        "south: made": (True, "seen, secret from FLOORWALK_SOUTH_SECRET"),
        "south: signed in": (True, "as floorwalk, not by hush"),
        "south: clocks": (True, "0.2 s apart"),
    }
    assert len(pbx.made) == pbx.closed == 2
    assert pbx.made[0]["secret"] == HUSH
    assert not two.store.exists(), "nothing is written"
    assert "FLOORWALK_NORTH_SECRET" not in os.environ


def test_doctor_says_what_is_wrong_with_a_source(two: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbx, "mood", "refuses")
    told = sources(two)
    refused = "http://127.0.0.1:8088 refuses the account (secret •••): look at \ufffd[31mmanager.conf"
    assert told["north: answers"] == (False, refused)
    assert told["south: rights"] == (False, "none to read: add read = agent in manager.conf")
    assert (len(pbx.made), pbx.closed) == (2, 2)


def test_doctor_of_an_adapter_that_is_broken(two: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbx, "mood", "broken")
    assert sources(two)["north: answers"] == (
        False,
        "KeyError: '•••': this is a fault of the adapter; tell its author",
    )


def test_doctor_waits_for_no_source_for_ever(two: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbx, "mood", "silent")
    monkeypatch.setattr("console.commands.examining.DEADLINE_S", 0.05)
    told = sources(two)
    assert told["north: answers"][1].startswith("not within 0.05 s: see that the system runs")
    assert (told["north: answers"][0], told["south: answers"][0], pbx.closed) == (False, False, 2)


def test_doctor_of_sources_that_cannot_be_asked(cli: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch) -> None:
    path = cli.settings(f"[source.north]\n{PBX}[source.south]\n{PBX}port = 'x'\n[source.south-west]\nadapter = 'nix'\n")
    code, found = checks(cli)
    assert code == 1
    assert found["source north"]["found"].startswith(f"{path}:1: source.north: pbx needs secret, a secret")
    assert found["source south"]["found"] == f"{path}:9: source.south.port: should be a whole number, not a text"
    assert "there is no adapter 'nix'" in found["source south-west"]["found"]
    assert not any(found[f"source {name}"]["ok"] for name in ("north", "south", "south-west"))
    assert "store" in found, "the rest is looked at"
    path = cli.settings(f"[source.north]\n{PBX.replace('http', 'ftp')}")
    monkeypatch.setenv("FLOORWALK_NORTH_SECRET", HUSH)
    assert "is no address for floorwalk:•••" in sources(cli)["source north"][1]
    assert pbx.made == []


def test_doctor_tells_of_the_poller_with_each_source(cli: Cli) -> None:
    from data.store.boot import boot_id, boot_ms
    from data.store.writer import Beat, Writer

    now = boot_ms()
    with Writer(cli.store) as writer:
        for name, error, since in (("north", "refused", 0), ("south", "", 0), ("west", "", 3_600_000)):
            beat = Beat(1, now - since, now - since, 60_000, 1, error, boot_id())
            writer.beat(writer.known(name).source_id, beat)
    ended = cli("doctor", "--json")
    told = {check["found"].split(" is ")[0]: check for check in ended.json if check["what"] == "poller"}
    assert ended.code == 1
    assert {name: check["ok"] for name, check in told.items()} == {"north": False, "south": True, "west": False}
    assert told["north"]["found"] == "north is DOWN: refused"
    assert told["west"]["found"] == (
        "west is DOWN: no sign of life for 60 min: it has ended or hangs; "
        "start `floorwalk poll`, or see why its service does not run"
    )


@pytest.mark.parametrize(
    ("silent_s", "good_s", "error", "boot", "said"),
    [
        (40, 40, "", None, "STALE: no sign of life for 40 s: it has ended or hangs; start `floorwalk poll`"),
        (2, 40, "", None, "STALE: it runs (its last sign of life is 2 s old), but the source has not answered"),
        (150, 150, "", None, "DOWN: no sign of life for 2 min: it has ended or hangs; start `floorwalk poll`"),
        (200_000, 200_000, "", None, "DOWN: no sign of life for 2 days: it has ended"),
        (40, 90, "refused", None, "DOWN: refused"),
        (300, 400, "refused", None, "DOWN: refused; no sign of life for 5 min: it has ended or hangs; start"),
        (2, 2, "", "another boot", "DOWN: no sign of life since this machine was started; start `floorwalk poll`"),
    ],
)
def test_doctor_says_of_a_poller_what_is_known(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, silent_s: int, good_s: int, error: str, boot: str | None, said: str
) -> None:
    """That it runs is said only where a sign of life is recent."""
    from data.store.boot import boot_id
    from data.store.writer import Beat, Writer

    now = 1_000_000_000
    monkeypatch.setattr("console.commands.doctor.boot_ms", lambda: now)
    beat = Beat(1, now - silent_s * 1000, now - good_s * 1000, 1_000, 1, error, boot_id() if boot is None else boot)
    with Writer(cli.store) as writer:
        writer.beat(writer.known("north").source_id, beat)
    code, found = checks(cli)
    assert (code, found["poller"]["ok"]) == (1, False)
    assert found["poller"]["found"].startswith(f"north is {said}")
    assert ("it runs" in found["poller"]["found"]) == ("it runs" in said)


def test_doctor_names_the_queues_that_nobody_has_seen(cli: Cli) -> None:
    path = cli.settings("[queue.nosuch]\ntarget = 0.9\n[limits.queue.gone]\nwaiting = [1, 2, 3, 4]\n")
    assert "queues" not in checks(cli)[1], "there is no store to hold them against"
    cli("import", QUEUE_LOG)
    code, found = checks(cli)
    assert (code, found["queues"]["ok"]) == (0, True)
    assert found["queues"]["found"] == f"no queue of that name was seen yet: nosuch ({path}:2), gone ({path}:4)"
    key = next(iter(TRUTH["queues"]))
    cli.settings(f"[queue.{key}]\ntarget = 0.9\n[limits.queue.{key}x]\nwaiting = [1, 2, 3, 4]\n")
    assert f"yet: {key}x, did you mean {key}? (" in checks(cli)[1]["queues"]["found"]
    cli.settings(f"[queue.{key}]\ntarget = 0.9\n")
    assert "queues" not in checks(cli)[1]


def test_doctor_sees_that_a_store_is_damaged(cli: Cli) -> None:
    cli("import", QUEUE_LOG)
    damaged = bytearray(cli.store.read_bytes())
    for page in range(20, len(damaged) // 4096, 7):
        damaged[page * 4096 : page * 4096 + 200] = b"\xaa" * 200
    cli.store.write_bytes(damaged)
    code, found = checks(cli)
    assert code == 1
    assert not found["integrity"]["ok"] or not found["store"]["ok"]
    ended = cli("kpi", "--by", "agent")
    assert ended.code in (0, 74), "what can be read is, and the rest is an error in a line"
    assert "fault of Floorwalk" not in ended.err


# ------------------------------------------------------------------ what opens the screen


class Opened(list[tuple[Any, ...]]):
    """What the screen was opened with."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    calls = Opened()

    def note(name: str) -> Callable[..., int]:
        def noted(*given: object) -> int:
            calls.append((name, *given))
            return 7

        return noted

    for name in ("run_live", "run_replay", "run_demo", "run_up"):
        monkeypatch.setattr(f"console.launch.{name}", note(name))
    return calls


def test_bare_and_console_and_up(cli: Cli, opened: Opened) -> None:
    cli("import", "--tz", "Asia/Tokyo", QUEUE_LOG)
    assert [cli().code, cli("console").code, cli("up").code] == [7, 7, 7]
    assert [call[0] for call in opened] == ["run_live", "run_live", "run_up"]
    for _, settings, store, *_ in opened:
        assert (settings.zone, store) == ("Asia/Tokyo", cli.store)
    assert opened[-1][3] == [("simulator", "simulator", {"zone": "Asia/Tokyo"}, 1000)]


def test_demo(cli: Cli, opened: Opened) -> None:
    assert (
        cli("demo", "--agents", 9, "--seed", 3, "--speed", 2, "--language", "zh", "--theme", "floorwalk-mono").code == 7
    )
    cli("demo", "--store", "kept.sqlite")
    (_, settings, first), (_, _, second) = opened
    assert isinstance(settings, Settings)
    assert first == DemoOptions(3, 9, 2.0, None, "zh", "floorwalk-mono")
    assert second == DemoOptions(store=Path("kept.sqlite"))


def test_poll(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    said: list[str] = []

    def run(*args: object, started: str, **_: object) -> int:
        given.extend(args)
        said.append(started)
        return 0

    monkeypatch.setattr("data.poller.run", run)
    cli("poll")
    cli("poll", "--adapter", "simulator", "--store", "played.sqlite")
    given.clear()
    cli.settings("[source.simulator]\nadapter = 'simulator'\nseed = 1\nagents = 5\n")
    assert (
        cli("poll", "--interval", "2.5", "--option", "seed=9", "--option", "load=0.5", "--tz", "Asia/Tokyo").code == 0
    )
    options = {"seed": 9, "agents": 5, "load": 0.5, "zone": "Asia/Tokyo"}
    assert given == [cli.store, [("simulator", "simulator", options, 2500)]]
    because = "because no source is configured"
    assert said == [
        f"polling simulator (a played floor, {because}) into {cli.store} every 1 s; Ctrl-C stops",
        "polling simulator (a played floor) into played.sqlite every 1 s; Ctrl-C stops",
        f"polling simulator (a played floor) into {cli.store} every 2.5 s; Ctrl-C stops",
    ]


def test_poll_says_first_what_it_does(cli: Cli) -> None:
    command = [sys.executable, "-m", "console.cli", "poll", "--store", "s.sqlite"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=cli.home, env=environment, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        first = child.stderr.readline()
        child.send_signal(signal.SIGINT)
        _, rest = child.communicate(timeout=30)
    assert first.startswith("floorwalk poll: polling simulator (a played floor, because no source is configured) into")
    assert (child.returncode, rest) == (0, "")


def test_replay_of_a_day(cli: Cli, opened: Opened) -> None:
    cli("import", QUEUE_LOG)
    assert cli("replay", "2026-11-21").code == 7
    ((_, settings, store, moment_ms),) = opened
    assert (settings.zone, store, moment_ms) == ("UTC", cli.store, 1_795_289_394_000)
    assert "nothing was measured on 2026-11-20" in cli.fails(66, "replay", "2026-11-20")


def test_replay_of_a_store(cli: Cli, opened: Opened) -> None:
    cli("simulate", "2026-03-02", "--agents", 3, "--store", "played", "--tz", "Asia/Tokyo")
    cli("replay", "played")
    ((_, settings, store, moment_ms),) = opened
    assert (settings.store, settings.zone, store, moment_ms) == (Path("played"), "Asia/Tokyo", Path("played"), None)


def test_replay_of_a_log_is_imported_once(cli: Cli, opened: Opened) -> None:
    ended = cli("replay", QUEUE_LOG)
    assert "floorwalk: read 3,696 lines: 839 contacts, 32 agents\nfloorwalk: replaying from " in ended.err
    copied = cli.home / "copied"
    copied.write_bytes(QUEUE_LOG.read_bytes())
    assert "made from these logs before" in cli("replay", copied).err
    assert "made from these" not in cli("replay", "--alias", "Local/1019@agents=Ann", copied).err
    first, second, third = (call[2] for call in opened)
    assert first == second != third
    folder = cli.home / "cache" / "floorwalk" / "replay"
    assert {path for path in folder.iterdir() if path.suffix == ".sqlite"} == {first, third}
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    assert not cli.store.exists()


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("nowhere", 66, "nowhere can't be read: No such file"),
        ("text", 65, "text: no line of 2 is of a queue log"),
        (".", 66, "Is a directory"),
    ],
)
def test_replay_of_what_is_no_log(cli: Cli, opened: Opened, name: str, code: int, said: str) -> None:
    (cli.home / "text").write_text("hello\nworld\n")
    assert said in cli.fails(code, "replay", name)
    assert opened == []
    folder = cli.home / "cache" / "floorwalk" / "replay"
    assert not folder.exists() or not list(folder.iterdir())
