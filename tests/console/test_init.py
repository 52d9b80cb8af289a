"""`floorwalk init`: four questions, and a settings file that holds what was answered."""

import io
import os
import pty
import select
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.settings import Settings, load
from console.settings_file import _all_keys
from console.settings_schema import File
from console.settings_secrets import MadeWith
from console.settings_sources import ready
from console.settings_template import Configured, key_of, toml, written
from data.adapters.base import Option
from tests.console.cli import ROOT, Cli, Ended
from tests.console.pbx import Pbx, pbx

__all__ = ["pbx"]

HUSH = "hush-4711"
ANSWERS = ("pbx", "http://127.0.0.1:8088", "floorwalk", HUSH, "", "Asia/Shanghai", "North 北")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pbx: type[Pbx]) -> Cli:
    monkeypatch.setenv("HOME", str(tmp_path))
    return Cli(tmp_path, monkeypatch, capsys)


def answer(cli: Cli, monkeypatch: pytest.MonkeyPatch, *lines: str, argv: tuple[object, ...] = ()) -> Ended:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return cli("init", *argv)


def refused(cli: Cli, monkeypatch: pytest.MonkeyPatch, code: int, *lines: str, argv: tuple[object, ...] = ()) -> str:
    """Return the one line that a refusal is told in; nothing is written."""
    there = sorted(cli.home.rglob("*"))
    ended = answer(cli, monkeypatch, *lines, argv=argv)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (code, "", 1), ended
    assert sorted(cli.home.rglob("*")) == there
    assert HUSH not in ended.err
    return ended.err


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


# ------------------------------------------------------------------ what is written


def test_what_it_writes_is_what_holds(cli: Cli, monkeypatch: pytest.MonkeyPatch, pbx: type[Pbx]) -> None:
    ended = answer(cli, monkeypatch, *ANSWERS)
    secret = cli.config.with_name("pbx.secret")
    assert ended.out.splitlines() == [
        f"wrote {cli.config}",
        f"wrote {secret} (mode 0600, for the secret)",
        "optional keys, explained in the file: wrap_up_s, queues …",
        "next: floorwalk doctor",
    ]
    assert (ended.code, ended.err) == (0, "")
    assert (mode(secret), mode(cli.config)) == (0o600, 0o644)
    assert secret.read_text() == f"{HUSH}\n"
    assert HUSH not in cli.config.read_text()
    shown = cli("config", "show", "--json").json
    said = {key: entry["value"] for key, entry in shown.items() if entry["origin"].startswith(f"{cli.config}:")}
    assert said == {
        "site.name": "North 北",
        "site.zone": "Asia/Shanghai",
        "source.pbx.adapter": "pbx",
        "source.pbx.url": "http://127.0.0.1:8088",
        "source.pbx.user": "floorwalk",
    }
    assert shown["source.pbx.secret"] == {"value": "***", "origin": str(secret)}
    assert shown["source.pbx.token"]["value"] is None
    ((name, adapter, options, _),) = ready(load())
    assert (name, adapter) == ("pbx", "pbx")
    assert options == {"url": "http://127.0.0.1:8088", "user": "floorwalk", "secret": HUSH}
    assert len(pbx.made) == pbx.closed > 0, "made to see that it can be, and let go of"
    assert pbx.made[-1] == {"url": "http://127.0.0.1:8088", "user": "floorwalk", "secret": HUSH}
    assert {made["secret"] for made in pbx.made[:2]} == {"to-be-answered"}, "the answers before it are tried without"


def test_the_machines_own_zone_and_name_are_offered(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    monkeypatch.setattr("platform.node", lambda: "cc-1")
    answer(cli, monkeypatch, *ANSWERS[:5], "", "")
    assert (load().zone, load().site) == ("Europe/Berlin", "cc-1")
    answer(cli, monkeypatch, *ANSWERS[:5], "", "", argv=("--force", "--tz", "Asia/Tokyo", "--store", "floor.sqlite"))
    assert (load().zone, load().store) == ("Asia/Tokyo", cli.home / "floor.sqlite")


def test_another_file_has_its_secret_beside_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cli.home / "etc dir" / "site.toml"
    ended = answer(cli, monkeypatch, *ANSWERS, argv=("--config", path))
    assert ended.out.splitlines()[-1] == f"next: floorwalk doctor --config '{path}'"
    assert 'secret_file = "pbx.secret"' in path.read_text()
    assert not cli.config.parent.exists()
    ((_, _, options, _),) = ready(load(path))
    assert options["secret"] == HUSH


def test_a_list_may_be_one_thing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(cli, monkeypatch, "queue_log", "/var/log/a b/queue_log", "", "").code == 0
    assert load().sources[0].options == {"paths": ["/var/log/a b/queue_log"]}
    assert answer(cli, monkeypatch, "queue_log", '["a", "b"]', "", "", argv=("--force",)).code == 0
    assert load().sources[0].options == {"paths": ["a", "b"]}


def test_every_key_is_explained_and_holds_when_it_is_put_in_force(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line that is commented out can be put in force alone, and most say what holds without it."""
    answer(cli, monkeypatch, *ANSWERS)
    text = cli.config.read_text()
    lines = text.splitlines()
    entries = [number for number, line in enumerate(lines) if line.startswith("# ") and _is_entry(line[2:])]
    assert len(entries) > 30
    for number in entries:
        line = lines[number]
        assert "#" in line[2:] or lines[number - 1].startswith(f"# {line[2:].split(' =')[0]}: "), f"unexplained: {line}"
        cli.config.write_text("\n".join([*lines[:number], line[2:], *lines[number + 1 :]]))
        load()
    cli.config.write_text("\n".join(line[2:] if number in entries else line for number, line in enumerate(lines)))
    settings = load()
    assert settings.goal == Settings().goal
    assert (settings.limits.waiting, settings.limits.talk_ms) == (Settings().limits.waiting, Settings().limits.talk_ms)
    breaks = replace(settings.limits.breaks, total_ms=None, no_rest=(), by_team={})  # what ships without a value
    assert breaks == Settings().limits.breaks
    assert settings.store == Settings().store
    whole = tomllib.loads(cli.config.read_text())
    schema = {keys[:2] for keys in _all_keys(File)} - {("source",), ("queue",), ("flags",), ("steps",)}
    assert schema <= {(table, key) for table, keys in whole.items() for key in keys}, "no key is missing"
    assert set(whole["source"]["pbx"]) == {
        *("adapter", "interval_s", "secret_file", "token_file"),
        *(option.name for option in Pbx.options if not option.secret),
    }


def _is_entry(line: str) -> bool:
    try:
        return bool(tomllib.loads(line))
    except tomllib.TOMLDecodeError:
        return False


@given(
    st.recursive(
        st.text() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_any_value_is_written_as_toml(value: object) -> None:
    assert tomllib.loads(f"{key_of('a b')} = {toml(value)}") == {"a b": value}


def test_a_plugins_words_stay_within_their_comments() -> None:
    declared = (
        Option("url", "where\n[site]\nname = 'x'", example="'''\n"),
        Option("number", "n", int, example="1\n[site]\nname = 'x'"),
        Option("secret", "s\nadapter = 'y'", secret=True),
    )
    text = written(Configured({}, "a.b", "ad]apter", declared, {}, {"secret": "in a file"}))
    assert tomllib.loads(text)["source"] == {"a.b": {"adapter": "ad]apter"}}
    assert not tomllib.loads(text)["site"]


# ------------------------------------------------------------------ what is refused


def test_nothing_is_overwritten(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.settings("[site]\r\nname = 'old'\r\n")
    before = cli.config.read_bytes()
    assert f"{cli.config} is there already: --force replaces it" in refused(cli, monkeypatch, 73, *ANSWERS)
    assert answer(cli, monkeypatch, *ANSWERS, argv=("--force",)).code == 0
    kept = cli.config.with_name("floorwalk.toml.bak")
    assert (kept.read_bytes(), mode(kept)) == (before, 0o600)
    assert load().site == "North 北"
    cli.config.unlink()
    assert "pbx.secret is there already" in refused(cli, monkeypatch, 73, *ANSWERS)
    assert sorted(path.name for path in cli.config.parent.iterdir()) == ["floorwalk.toml.bak", "pbx.secret"]


def test_a_link_leads_to_the_file_that_is_replaced(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cli.home / "dotfiles" / "floor.toml"
    real.parent.mkdir()
    real.write_text("")
    cli.config.parent.mkdir(parents=True)
    cli.config.symlink_to(real)
    assert answer(cli, monkeypatch, "simulator", "", "", argv=("--force",)).code == 0
    assert cli.config.is_symlink()
    assert load().sources[0].adapter == "simulator"
    assert "adapter" in real.read_text()


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ((), 66, "the answers ended before the questions did"),
        (ANSWERS[:3], 66, "the answers ended"),
        (("pbxx", *ANSWERS[1:]), 65, "there is no adapter 'pbxx'; "),
        (("pbx", "", *ANSWERS[2:]), 65, "url is needed: where the system answers"),
        (("pbx", "ftp://x"), 65, "is no address for floorwalk:"),
        (("pbx", "http://\x1b[31m", *ANSWERS[2:]), 65, "has characters in it that can't be seen"),
        ((*ANSWERS[:3], "", "", "", ""), 65, "secret is needed: the account's password"),
        ((*ANSWERS[:5], "Asia/Shanghia", "x"), 65, "there is no time zone 'Asia/Shanghia'; did you mean Asia/Shanghai"),
        (("queue_log", "7", "", ""), 0, ""),
    ],
)
def test_answers_that_will_not_do(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], code: int, said: str
) -> None:
    if code:
        err = refused(cli, monkeypatch, code, *lines)
        assert said in err
        assert err.rstrip().endswith("nothing was written")
    else:
        assert answer(cli, monkeypatch, *lines).code == 0
        assert load().sources[0].options == {"paths": ["7"]}


def test_a_place_where_nothing_can_be_written(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (cli.home / "file").write_text("")
    said = refused_at(cli, monkeypatch, cli.home / "file" / "x.toml")
    assert "file can't be written: " in said


def refused_at(cli: Cli, monkeypatch: pytest.MonkeyPatch, path: Path) -> str:
    ended = answer(cli, monkeypatch, "simulator", "", "", argv=("--config", path))
    assert ended.code == 73
    return ended.err


def test_all_or_nothing_is_written(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up half-way leaves no secret behind."""
    calls = []
    real = os.fsync

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("os.fsync", full)
    ended = answer(cli, monkeypatch, *ANSWERS)
    assert (ended.code, ended.out) == (73, "")
    assert "No space left on device" in ended.err
    assert list(cli.config.parent.iterdir()) == []


# ------------------------------------------------------------------ on a terminal


class Terminal:
    """`floorwalk init` in a terminal of its own, its prompts waited for."""

    def __init__(self, cli: Cli, *argv: str) -> None:
        program = (
            "import sys; from data.adapters import registry; from console.cli import main;"
            "registry.BUILT_IN = {**registry.BUILT_IN, 'pbx': ('tests.console.pbx', 'Pbx')};"
            "sys.exit(main(sys.argv[1:]))"
        )
        self.screen = ""
        self.master, slave = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
        self.child = subprocess.Popen(
            [sys.executable, "-c", program, "init", *argv],
            cwd=cli.home,
            env=environment,
            preexec_fn=lambda: os.login_tty(slave),
        )
        os.close(slave)

    def expect(self, text: str) -> None:
        """Wait until a text is on the screen."""
        deadline = time.monotonic() + 30
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            if select.select([self.master], [], [], 1)[0]:
                try:
                    self.screen += os.read(self.master, 4096).decode()
                except OSError as gone:
                    raise AssertionError(self.screen) from gone

    def type(self, line: str) -> None:
        os.write(self.master, f"{line}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self.master)


def test_a_dialogue_on_a_terminal(cli: Cli) -> None:
    dialogue = (
        ("Which telephony system (", "pbxx"),
        ("there is no adapter 'pbxx'", "pbx"),
        ("url: where the system answers, such as http://127.0.0.1:8088: ", "ftp://x"),
        ("is no address for floorwalk:•••", None),
        ("url: where the system answers, such as http://127.0.0.1:8088: ", "http://127.0.0.1"),
        ("user: the account, such as floorwalk: ", "floorwalk"),
        ("secret: the account's password (not shown): ", ""),
        ("secret is needed: the account's password", None),
        ("secret: the account's password (not shown): ", HUSH),
        ("token: a second password (Enter: none) (not shown): ", "second"),
        ("Time zone of the site (days and clocks are cut by it) [UTC]: ", "Asia/Tokio"),
        ("did you mean Asia/Tokyo", "Asia/Tokyo"),
        ("Name of the site, as the screens show it [", "North"),
    )
    with Terminal(cli) as terminal:
        for question, line in dialogue:
            terminal.expect(question)
            before, _, terminal.screen = terminal.screen.partition(question)
            assert HUSH not in before
            if line is not None:
                terminal.type(line)
        terminal.expect("next: floorwalk doctor")
        assert terminal.child.wait(timeout=30) == 0
        assert HUSH not in terminal.screen
    ((_, _, options, _),) = ready(load())
    assert options == MadeWith({"url": "http://127.0.0.1", "user": "floorwalk", "secret": HUSH, "token": "second"})
    assert load().zone == "Asia/Tokyo"


def test_on_a_terminal_only_the_answer_that_an_adapter_names_is_asked_for_again(cli: Cli) -> None:
    dialogue = (
        ("Which telephony system (", "asterisk"),
        ("url: where its HTTP server answers, such as http://127.0.0.1:8088: ", "127.0.0.1:25001"),
        ("the url has to be http://host:port", None),
        ("url: where its HTTP server answers, such as http://127.0.0.1:8088: ", "http://u:p@127.0.0.1"),
        ("the url holds a user or password", None),
        ("url: where its HTTP server answers, such as http://127.0.0.1:8088: ", "http://127.0.0.1:25001"),
        ("user: the account in manager.conf, such as floorwalk: ", "floorwalk"),
        ("secret: the account's secret (not shown): ", HUSH),
        ("Time zone of the site", ""),
        ("Name of the site", "North"),
        ("optional keys, explained in the file: queue_log, wrap_up_s …", None),
        ("next: floorwalk doctor", None),
    )
    with Terminal(cli) as terminal:
        for question, line in dialogue:
            terminal.expect(question)
            before, _, terminal.screen = terminal.screen.partition(question)
            assert "Which telephony system" not in before
            if line is not None:
                terminal.type(line)
        assert terminal.child.wait(timeout=30) == 0
    assert load().sources[0].options == {"url": "http://127.0.0.1:25001", "user": "floorwalk"}


class Talk:
    """Somebody at a terminal who gives these answers, one by one, and what they were asked and told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.said: list[str] = []
        left = iter(answers)

        def answer(_asker: object, prompt: str) -> str:
            self.said.append(prompt.partition(":")[0])
            return next(left)

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("console.commands.init._Asker._line", answer)
        monkeypatch.setattr("console.commands.init._unseen", lambda prompt: answer(None, prompt))
        monkeypatch.setattr("console.commands.init.tell", lambda why: self.said.append(f"! {why}"))


class Choosy(Pbx):
    """Finds fault only once it knows all; `fault` is what it says then of the user `wrong`."""

    fault = "user: this one has another secret; the url is fine"

    def __init__(self, *, url: str, user: str, secret: str, **more: Any) -> None:  # noqa: ANN401
        super().__init__(url=url, user=user, secret=secret, **more)
        if user == "wrong" and secret == HUSH:
            raise ValueError(self.fault)


@pytest.mark.parametrize("named", [True, False])
def test_what_is_wrong_only_at_the_end_is_asked_for_alone(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    monkeypatch.setattr("data.adapters.registry.BUILT_IN", {"choosy": ("tests.console.test_init", "Choosy")})
    if not named:
        monkeypatch.setattr(Choosy, "fault", "nothing fits")
    whole = ("http://127.0.0.1", "floorwalk", HUSH, "")
    again = ("floorwalk",) if named else ("choosy", *whole)
    talk = Talk(monkeypatch, "choosy", "http://127.0.0.1", "wrong", HUSH, "", *again, "", "")
    assert cli("init").code == 0
    options = ["url", "user", "secret", "token"]
    asked = [said.split()[0] for said in talk.said]
    assert asked == ["Which", *options, "!", *(["user"] if named else ["Which", *options]), "Time", "Name"]
    assert load().sources[0].options == {"url": "http://127.0.0.1", "user": "floorwalk"}


def test_broken_off_on_a_terminal_nothing_is_written(cli: Cli) -> None:
    for key, code in (("\x03", 130), ("\x04", 66)):
        with Terminal(cli) as terminal:
            terminal.expect("Which telephony system")
            terminal.type("pbx")
            terminal.expect("url: ")
            os.write(terminal.master, key.encode())
            assert terminal.child.wait(timeout=30) == code
        assert not cli.config.parent.exists()
