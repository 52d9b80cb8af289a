"""`floorwalk adapter check` from outside: what it is told, what it prints, how it ends."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path

import pytest

from data.adapters import registry
from data.adapters.conformance import CHECKS
from data.model.acts import Pause
from tests.console.cli import QUEUE_LOG, Cli
from tests.console.desk import Desk
from tests.console.pbx import Pbx, pbx

__all__ = ["pbx"]

QUICK = ("--polls", "2", "--seconds", "0")
LOG = ("queue_log", "--option", f"paths={QUEUE_LOG}", *QUICK)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    there = {**registry.BUILT_IN, "desk": (Desk.__module__, "Desk"), "ended": (Desk.__module__, "Ended")}
    monkeypatch.setattr(registry, "BUILT_IN", there)
    monkeypatch.setattr(Desk, "done", [])
    return Cli(tmp_path, monkeypatch, capsys)


def verdicts(out: str) -> dict[str, str]:
    """Return the verdict of each check, by its name."""
    lines = [line for line in out.splitlines() if line[:1] not in ("", " ")]
    found = {line[9:].partition(":")[0].replace(" ", "_"): line[:9].strip() for line in lines}
    return {name: verdict for name, verdict in found.items() if name in {check.name for check in CHECKS}}


# ------------------------------------------------------------------ what it prints


def test_a_sound_adapter_is_well(cli: Cli) -> None:
    ended = cli("adapter", "check", "simulator", *QUICK)
    assert ended.code == 0, ended.out
    found = verdicts(ended.out)
    assert list(found) == [check.name for check in CHECKS]
    assert (found["answers_follow_one_another"], found["snapshots_make_sense"]) == ("ok", "–")
    assert ended.out.startswith("simulator (data.adapters.simulator:Simulator of floorwalk)\n2 polls, ")
    assert ended.out.splitlines()[-1].startswith(f"{len(CHECKS)} checks: ")
    assert " 0 failed" in ended.out.splitlines()[-1]


def test_what_fails_is_told_with_what_was_seen_why_and_how_to_mend_it(cli: Cli) -> None:
    missing = cli.home / "no" / "such_log"
    ended = cli("adapter", "check", "queue_log", "--option", f"paths={missing}", *QUICK)
    assert ended.code == 1
    lines = ended.out.splitlines()
    at = lines.index("FAIL     the source answers")
    told = " ".join(" ".join(lines[at:]).partition(" ok ")[0].split())
    seen = f"seen: LogFileError: {missing} can't be read: No such file or directory"
    assert seen.replace(" ", "") in told.replace(" ", "")  # a long path is wrapped as well
    assert "why: A failed poll marks the source DOWN" in told
    assert "mend: See what it says" in told


def test_json(cli: Cli) -> None:
    ended = cli("adapter", "check", *LOG, "--json")
    assert ended.code == 0, ended.out
    told = ended.json
    assert (told["adapter"], told["class"], told["ok"]) == ("queue_log", "data.adapters.queue_log:QueueLog", True)
    assert [each["check"] for each in told["checks"]] == [check.name for check in CHECKS]
    assert set(told["checks"][0]) == {"check", "verdict", "promise", "found", "why", "mend"}
    assert {each["verdict"] for each in told["checks"]} <= {"ok", "warning", "–"}


def test_all_are_looked_at_without_polling(cli: Cli) -> None:
    ended = cli("adapter", "check", "--all")
    assert ended.code == 0, ended.out
    for name in registry.names():
        assert f"\n{name} (" in f"\n{ended.out}"
    assert Desk.done == []


def test_all_survives_one_that_cannot_be_loaded(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BUILT_IN", {**registry.BUILT_IN, "acme": ("no_such_module", "Acme")})
    ended = cli("adapter", "check", "--all")
    assert ended.code == 1
    assert "acme\nFAIL     it can't be loaded\n" in ended.out
    assert "No module named 'no_such_module'" in ended.out
    assert "simulator (data" in ended.out
    acme = next(each for each in cli("adapter", "check", "--all", "--json").json if each["adapter"] == "acme")
    assert (acme["ok"], "no_such_module" in acme["error"]) == (False, True)


def test_what_an_adapter_prints_is_not_the_answer(cli: Cli) -> None:
    ended = cli("adapter", "check", "desk", *QUICK, "--json")
    assert ended.json["adapter"] == "desk"
    assert "noise" in ended.err


# ------------------------------------------------------------------ with what


def test_a_source_of_the_settings(cli: Cli) -> None:
    cli.settings(f"[source.hall]\nadapter = 'queue_log'\npaths = ['{QUEUE_LOG}']\n")
    for argv in (("--source", "hall"), ("queue_log",), ("queue_log", "--source", "hall")):
        ended = cli("adapter", "check", *argv, *QUICK)
        assert (ended.code, verdicts(ended.out)["the_source_answers"]) == (0, "ok"), argv


def test_secrets_come_from_where_settings_take_them_and_are_not_told(
    cli: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOORWALK_PBX_SECRET", "open-sesame")
    monkeypatch.setattr(pbx, "mood", "refuses")
    ended = cli("adapter", "check", "pbx", "--option", "url=http://x", "--option", "user=me", *QUICK)
    assert (ended.code, pbx.made[-1]["secret"]) == (1, "open-sesame")
    assert verdicts(ended.out)["errors_tell_no_secret"] == "FAIL"
    assert "open-sesame" not in ended.out + ended.err
    assert "FLOORWALK_PBX_SECRET" not in os.environ  # nor does the process see it that imports the adapter


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("nope",), "there is no adapter 'nope'"),
        (("queue_log",), "queue_log needs paths"),
        (("simulator", "--option", "zone=Mars/Olympus"), "there is no time zone 'Mars/Olympus'"),
        (("simulator", "--option", "sead=3"), "did you mean source.simulator.seed?"),
        (("--source", "hall"), "the settings have no source 'hall'; there are none"),
    ],
)
def test_one_that_cannot_be_made_is_78(cli: Cli, argv: tuple[str, ...], said: str) -> None:
    assert said in cli.fails(78, "adapter", "check", *argv)


def test_a_secret_on_the_command_line_is_refused(cli: Cli, pbx: type[Pbx]) -> None:
    options = ("url=http://x", "user=me", "secret=open-sesame")
    said = cli.fails(78, "adapter", "check", "pbx", *(word for each in options for word in ("--option", each)))
    assert "FLOORWALK_PBX_SECRET" in said
    assert "open-sesame" not in said


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), "say which adapter, or --source"),
        (("simulator", "--polls", "1"), "--polls: 1 is not between 2 and 1000"),
        (("simulator", "--seconds", "-1"), "--seconds: -1 is not between 0 and 600"),
        (("simulator", "--all"), "--all looks at every adapter"),
        (("simulator", "--option", "seed"), "write KEY=VALUE"),
        (("simulator", "--source", "hall"), "source 'hall' is of the adapter queue_log, not simulator"),
        (("queue_log", "--acts", "whom=1"), "'whom=1' is none of agent=…, queue=…"),
    ],
)
def test_wrong_usage(cli: Cli, argv: tuple[str, ...], said: str) -> None:
    cli.settings(f"[source.hall]\nadapter = 'queue_log'\npaths = ['{QUEUE_LOG}']\n")
    assert said in cli.fails(64, "adapter", "check", *argv)


def test_two_sources_of_one_adapter_have_to_be_told_apart(cli: Cli) -> None:
    cli.settings("".join(f"[source.{name}]\nadapter = 'queue_log'\npaths = ['{QUEUE_LOG}']\n" for name in "ab"))
    assert "say --source and which one: a, b" in cli.fails(64, "adapter", "check", "queue_log")


# ------------------------------------------------------------------ acts


def test_acts_are_carried_out_only_with_leave(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("adapter", "check", "desk", *QUICK)
    assert Desk.done == []
    assert "nobody is there to be asked" in cli.fails(64, "adapter", "check", "desk", *QUICK, "--acts", "agent=1001")
    assert Desk.done == []
    ended = cli("adapter", "check", "desk", *QUICK, "--acts", "agent=1001", "--yes")
    assert verdicts(ended.out)["carries_out_what_it_lists"] == "ok"
    assert Pause("1001", None, "floorwalk") in Desk.done


class Terminal(io.StringIO):
    """Somebody types there."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "done"), [("yes\n", True), ("y\n", False), ("", False)])
def test_acts_are_asked_about(cli: Cli, monkeypatch: pytest.MonkeyPatch, typed: str, done: bool) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    ended = cli("adapter", "check", "desk", *QUICK, "--acts", "agent=1001")
    assert "pause 1001, end it" in ended.err
    assert bool(Desk.done) == done
    assert done or (ended.code, ended.out) == (64, "")


def test_acts_on_nobody_are_no_acts(cli: Cli) -> None:
    assert "nothing can be done" in cli.fails(64, "adapter", "check", "desk", "--acts", "queue=sales")


# ------------------------------------------------------------------ how it ends


def test_a_signal_ends_it(cli: Cli) -> None:
    assert cli("adapter", "check", "ended", *QUICK).code == 128 + signal.SIGTERM
