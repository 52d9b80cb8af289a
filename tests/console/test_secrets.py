"""Secrets: where they are looked up, what is refused, and that nobody ever sees one."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from console.launch import poller
from console.settings import load
from console.settings_secrets import MadeWith, Ready, variable_of
from console.settings_sources import ready
from data.desk.roles import Rights
from data.desk.rules import Rules
from tests.console.cli import Cli
from tests.console.pbx import Pbx, pbx

__all__ = ["pbx"]

HUSH = "hush-4711"
SOURCE = "[source.north]\nadapter = 'pbx'\nurl = 'http://127.0.0.1:8088'\nuser = 'floorwalk'\n"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pbx: type[Pbx]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


def keep(path: Path, text: str | bytes = f"{HUSH}\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def found(cli: Cli, option: str = "secret") -> dict[str, Any]:
    shown: dict[str, Any] = cli("config", "show", "--json").json[f"source.north.{option}"]
    return shown


def secret_of(source: int = 0) -> str:
    secret: str = ready(load())[source].options["secret"]
    return secret


# ------------------------------------------------------------------ where they are looked up


def test_the_first_place_that_there_is_holds_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cli.settings(f"{SOURCE}secret_file = 'own/north.txt'\n")
    credentials = cli.home / "credentials"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    usual = keep(path.with_name("north.secret"), "usual")
    named = keep(path.parent / "own" / "north.txt", "named")
    second = keep(credentials / "north.secret", "short credential", 0o440)
    first = keep(credentials / "floorwalk.north.secret", "credential", 0o400)

    for where, secret, origin in (
        (first, "credential", str(first)),
        (second, "short credential", str(second)),
        (None, "of the environment", "FLOORWALK_NORTH_SECRET"),
        (named, "named", str(named)),
    ):
        if where != named:
            monkeypatch.setenv("FLOORWALK_NORTH_SECRET", "of the environment")
        assert found(cli) == {"value": "***", "origin": origin}
        assert secret_of() == secret
        assert "FLOORWALK_NORTH_SECRET" not in os.environ, "taken away from the children that an adapter may have"
        if where is not None:
            where.unlink()
    cli.settings(SOURCE)
    assert (found(cli), secret_of()) == ({"value": "***", "origin": str(usual)}, "usual")
    usual.unlink()
    assert found(cli) == {"value": None, "origin": "not found"}


def test_a_place_that_is_no_good_is_not_passed_over(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cli.settings(f"{SOURCE}secret_file = 'missing'\n")
    keep(path.with_name("north.secret"))
    said = cli.fails(78, "poll")
    assert said.startswith(f"{path.with_name('missing')} can't be read: No such file")
    monkeypatch.setenv("FLOORWALK_NORTH_SECRET", "  \nsecond")
    assert cli.fails(78, "poll") == "FLOORWALK_NORTH_SECRET: its first line is empty, and should be the secret"


def test_none_is_found(cli: Cli) -> None:
    path = cli.settings(SOURCE)
    said = cli.fails(78, "poll")
    assert said.startswith(f"{path}:1: source.north: pbx needs secret, a secret (the account's password): put it into ")
    for way in (str(path.with_name("north.secret")), "FLOORWALK_NORTH_SECRET", "credential floorwalk.north.secret"):
        assert way in said
    assert "token" not in said, "that one is optional"


def test_first_line_without_its_spaces(cli: Cli) -> None:
    path = cli.settings(SOURCE)
    keep(path.with_name("north.secret"), f"  {HUSH} \r\nnot this\n")
    keep(path.with_name("north.token"), "密码 with space")
    (source,) = ready(load())
    assert dict(source.options) == {
        "url": "http://127.0.0.1:8088",
        "user": "floorwalk",
        "secret": HUSH,
        "token": "密码 with space",
    }


@pytest.mark.parametrize(
    ("mode", "text", "said"),
    [
        (0o640, HUSH, "can be read by others (mode 0640): chmod 600 "),
        (0o604, HUSH, "can be read by others (mode 0604): chmod 600 "),
        (0o620, HUSH, "can be read by others (mode 0620): chmod 600 "),
        (0o600, "", "is empty: its first line should be the secret"),
        (0o600, "\n", ": its first line is empty, and should be the secret"),
        (0o600, "a\x00b", ": the secret has a control character in it"),
        (0o600, b"\xff\xfe", ": the secret is not UTF-8 text"),
        (0o600, "x" * 5000, "has more than 4096 bytes: that is no secret"),
    ],
)
def test_a_file_that_will_not_do(cli: Cli, mode: int, text: str | bytes, said: str) -> None:
    path = cli.settings(SOURCE)
    file = keep(path.with_name("north.secret"), text, mode)
    line = cli.fails(78, "poll")
    assert line.startswith(str(file))
    assert said in line
    if "chmod" in said:
        assert line.endswith(f"chmod 600 {file}")
    assert HUSH not in line


def test_what_is_no_file(cli: Cli) -> None:
    path = cli.settings(SOURCE)
    file = path.with_name("north.secret")
    os.mkfifo(file, 0o600)
    assert cli.fails(78, "poll") == f"{file} is no regular file: a secret is kept in one"
    file.unlink()
    file.symlink_to("nowhere")
    assert cli.fails(78, "poll").startswith(f"{file} can't be read: No such file")


def test_a_file_of_somebody_else(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cli.settings(SOURCE)
    file = keep(path.with_name("north.secret"))
    real = os.fstat

    def foreign(descriptor: int) -> os.stat_result:
        told = real(descriptor)
        return (
            os.stat_result((told.st_mode, 0, 0, 1, 4242, 0, told.st_size, 0, 0, 0))
            if stat.S_ISREG(told.st_mode)
            else told
        )

    monkeypatch.setattr("console.settings_secrets.os.fstat", foreign)
    said = cli.fails(78, "poll")
    assert said.startswith(f"{file} belongs to somebody else (user 4242)")
    assert said.endswith(f"chown {os.geteuid()} {file}")


def test_variables() -> None:
    assert variable_of("north-2", "secret") == "FLOORWALK_NORTH_2_SECRET"
    assert variable_of("北", "api.key") == "FLOORWALK___API_KEY"


def test_two_sources_never_share_a_variable(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password of one telephony system must not be sent to another."""
    monkeypatch.setenv("FLOORWALK_N_1_SECRET", HUSH)
    cli.settings(SOURCE.replace("north", "n-1") + SOURCE.replace("north", "n_1"))
    ended = cli("poll")
    assert ended.code == 78
    first = "FLOORWALK_N_1_SECRET would be the secret of source.n-1.secret and of source.n_1.secret: give one source"
    assert first in ended.err


# ------------------------------------------------------------------ what is never said


def test_a_secret_in_the_settings_file_is_refused_and_not_repeated(cli: Cli) -> None:
    path = cli.settings(f"{SOURCE}secret = '{HUSH}'\n")
    for command in ("poll", "up"):
        said = cli.fails(78, command)
        assert said.startswith(f"{path}:5: source.north.secret is a secret, and nobody else must read it here: put it ")
        assert HUSH not in said
    assert HUSH not in cli("config", "show").err + cli("doctor").out
    assert HUSH not in repr(load())


@pytest.mark.parametrize(
    "text",
    [
        f"{SOURCE}secrte = '{HUSH}'\n",
        f"{SOURCE}token = 3\nurl2 = '{HUSH}'\n",
        f"{SOURCE}port = '{HUSH}'\n",
        f"{SOURCE}queues = '{HUSH}'\n",
        f"[source]\nadapter = 'pbx'\nsecret = '{HUSH}'\n",
        f"source = '{HUSH}'\n",
        f"[[source]]\nsecret = '{HUSH}'\n",
        f"[source.north]\nsecret = '{HUSH}'\n",
        f"[poller]\nadapter = 'pbx'\noptions = {{ secret = '{HUSH}' }}\n",
    ],
)
def test_nothing_of_a_source_is_repeated(cli: Cli, text: str) -> None:
    cli.settings(text)
    ended = cli("poll")
    assert ended.code == 78
    assert ended.out == ""
    assert HUSH not in ended.err


def test_a_secret_among_the_arguments_is_refused(cli: Cli) -> None:
    address = ("--option", "url=http://127.0.0.1", "--option", "user=x")
    said = cli.fails(78, "poll", "--adapter", "pbx", *address, "--option", f"secret={HUSH}")
    assert said.startswith("the command line: source.pbx.secret is a secret, and nobody else must read it here: ")
    assert HUSH not in said


def test_an_adapter_that_tells_its_secret_is_not_believed(cli: Cli) -> None:
    path = cli.settings(SOURCE.replace("http:", "ftp:"))
    keep(path.with_name("north.secret"))
    ended = cli("poll")
    assert ended.code == 78
    assert "is no address for floorwalk:" in ended.err
    assert HUSH not in ended.err


def test_made_with_shows_no_secret() -> None:
    options = MadeWith({"url": "http://x", "secret": HUSH}, frozenset({"secret"}))
    ready = Ready("north", "pbx", options)
    for shown in (repr(options), str(options), f"{options}", f"{ready}", repr([ready])):
        assert HUSH not in shown
        assert "http://x" in shown
    with pytest.raises(TypeError):
        json.dumps(options)
    assert dict(**options) == {"url": "http://x", "secret": HUSH}
    assert MadeWith.taken_over(json.loads(json.dumps(options.handed_over()))) == options
    assert HUSH not in options.without_secrets(f"sent {HUSH} to http://x")


def test_the_pollers_process_gets_them_on_standard_input_alone(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    told = child = cli.home / "python"
    child.write_text(
        f'#!/bin/sh\ncat > {told}.stdin\nenv > {told}.env\necho "$@" > {told}.new\nmv {told}.new {told}.argv\n'
    )
    child.chmod(0o700)
    path = cli.settings(SOURCE)
    keep(path.with_name("north.token"), "other-0815")
    monkeypatch.setenv("FLOORWALK_NORTH_SECRET", HUSH)
    monkeypatch.setenv("FLOORWALK_SOUTH_SECRET", "of a source of another file")
    monkeypatch.setattr(sys, "executable", str(child))
    with poller(cli.store, ready(load()), {}):
        while not Path(f"{told}.argv").exists():
            pass
    order = json.loads(Path(f"{told}.stdin").read_text())
    ((name, adapter, options, interval_ms),) = order["sources"]
    assert (name, adapter, interval_ms) == ("north", "pbx", 1000)
    assert MadeWith.taken_over(options)["secret"] == HUSH
    assert options["secret"] == ["secret", "token"]
    for part in ("env", "argv"):
        text = Path(f"{told}.{part}").read_text()
        assert "PATH" in text or part == "argv"
        for secret in (HUSH, "other-0815", "of a source of another file"):
            assert secret not in text


def test_the_child_makes_the_sources_it_was_handed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from io import StringIO

    from console import child

    made: list[Any] = []

    def run(store: Path, sources: list[Any], **more: object) -> int:
        made.append((store, sources, more))
        return 0

    monkeypatch.setattr(child, "run", run)
    options = MadeWith({"url": "x", "secret": HUSH}, frozenset({"secret"}))
    order = {
        "store": str(tmp_path / "s"),
        "sources": [("north", "pbx", options.handed_over(), 2000)],
        "goals": {"": (20_000, 5_000, 0.8, "offered")},
        "rules": Rules(Rights(admins=("ann",))).handed_over(),
        "zone": "Asia/Shanghai",
        "site": {"zone": "Asia/Shanghai"},
        "parent": 7,
    }
    monkeypatch.setattr(sys, "stdin", StringIO(json.dumps(order)))
    assert child.main() == 0
    ((store, (source,), more),) = made
    assert (store, source) == (tmp_path / "s", ("north", "pbx", options, 2000))
    assert HUSH not in repr(source)
    assert (more["parent"], more["goals"][""].target) == (7, 0.8)
    assert more["site"] == {"zone": "Asia/Shanghai"}
    assert more["rules"] == Rules(Rights(admins=("ann",)))
