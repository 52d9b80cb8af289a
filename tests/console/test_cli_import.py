"""`floorwalk import`: every line accounted for, once, whatever is given."""

import gzip
import io
import re
import sqlite3
import sys
import tempfile
from pathlib import Path

import pytest

from tests.console.cli import QUEUE_LOG, TRUTH, Cli

LINES = sum(TRUTH["events"].values())
GOOD = "1750000000|c1|sales|NONE|ENTERQUEUE||100|1\n1750000005|c1|sales|Ann|CONNECT|5|x|1\n"
BAD = "not a line\n1750000006|c1|sales\nyesterday|c1|sales|Ann|COMPLETEAGENT|5|9|1\n"
SIGN_INS = "1750000000|MANAGER|sales|SIP/11|ADDMEMBER|\n1750000000|MANAGER|sales|Local/x@y|ADDMEMBER|\n"
PARTS = ("used", "repeated", "noted", "outbound", "unjoined", "blank", "rejected")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_summary_of_a_real_log(cli: Cli) -> None:
    ended = cli("import", "--tz", "Asia/Shanghai", QUEUE_LOG)
    assert (ended.code, ended.err) == (0, "")
    assert f"{LINES:,}   each accounted for" in ended.out
    assert "PENALTY 36, RINGINUSE 21" in ended.out
    assert "2026-11-22 03:29:54 to 03:41:55 Asia/Shanghai, 12 min 1 s" in ended.out
    assert re.search(r"^  contacts +839$", ended.out, re.MULTILINE)
    assert re.search(r"^    sign-ins under an unknown name +157   Local/1019@agents 47", ended.out, re.MULTILINE)
    assert "\n  times in Asia/Shanghai\n" in ended.out
    assert "visit" not in ended.out
    assert "--alias 'Local/1019@agents=AGENT'" in ended.out
    assert cli.store.is_file()


def test_every_line_is_accounted_for(cli: Cli) -> None:
    ended = cli("import", "--json", QUEUE_LOG)
    assert ended.code == 0
    account = ended.json
    assert account["lines"] == LINES == sum(account[part] for part in PARTS)
    assert (account["visits"], account["queues"]) == (839, 4)
    assert account["unjoined"] == TRUTH["events"]["ADDMEMBER"] + TRUTH["events"]["REMOVEMEMBER"]
    assert (account["first"], account["last"]) == ("2026-11-21T19:29:54+00:00", "2026-11-21T19:41:55+00:00")


def test_a_second_time_nothing_is_new(cli: Cli) -> None:
    cli("import", QUEUE_LOG)
    before = list(sqlite3.connect(cli.store).iterdump())
    ended = cli("import", "--strict", QUEUE_LOG)
    assert ended.code == 0
    assert f"nothing was new: all {LINES:,} lines had been taken before" in ended.out
    assert list(sqlite3.connect(cli.store).iterdump()) == before
    again = cli("import", "--json", QUEUE_LOG).json
    assert (again["lines"], again["visits"], again["already_taken"]) == (0, 0, LINES)


def test_a_log_that_grew(cli: Cli) -> None:
    lines = QUEUE_LOG.read_bytes().splitlines(keepends=True)
    growing = cli.home / "growing"
    growing.write_bytes(b"".join(lines[:2000]))
    first = cli("import", "--json", growing).json
    growing.write_bytes(b"".join(lines))
    second = cli("import", "--json", growing).json
    assert (first["lines"], second["lines"], second["already_taken"]) == (2000, LINES - 2000, 2000)
    assert first["visits"] + second["visits"] == 839
    assert [row["offered"] for row in cli("kpi", "--by", "total", "--json").json] == [839]


def test_rejected_lines_are_listed_with_number_and_reason(cli: Cli) -> None:
    log = cli.home / "queue_log"
    log.write_text(GOOD + BAD)
    ended = cli("import", log)
    assert ended.code == 0
    assert "queue_log:3: has fewer than five fields: not a line" in ended.out
    assert "queue_log:5: does not begin with a time: yesterday|c1" in ended.out
    assert "  3   has fewer than five fields 2, does not begin with a time 1" in ended.out


def test_strict(cli: Cli) -> None:
    log = cli.home / "queue_log"
    log.write_text(GOOD)
    assert cli("import", "--strict", log).code == 0
    log.write_text(GOOD + BAD)
    assert cli("import", "--strict", log).code == 1


def test_many_rejected_lines_are_counted(cli: Cli) -> None:
    log = cli.home / "queue_log"
    log.write_text(GOOD + "nonsense\n" * 50)
    ended = cli("import", log)
    assert ended.out.count("nonsense") == 20
    assert ended.out.endswith("  and 30 more\n")


def test_what_is_no_queue_log_makes_and_changes_no_store(cli: Cli) -> None:
    other = cli.home / "other"
    other.write_text("nonsense\n\n" * 25)
    said = "other: no line of 50 is of a queue log (line 1 has fewer than five fields); is it the right file?"
    assert cli.fails(65, "import", "--tz", "Asia/Tokyo", other) == said
    assert not cli.store.parent.exists()
    cli("import", QUEUE_LOG)
    before = cli.store.read_bytes()
    assert cli.fails(65, "import", "--tz", "Asia/Tokyo", other) == said
    assert cli.store.read_bytes() == before
    assert cli("import", other, QUEUE_LOG, "--json").json["rejected"] == 25, "the other file is one"


def test_an_empty_log_makes_and_changes_no_store(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = cli.home / "empty.gz"
    packed.write_bytes(gzip.compress(b""))
    assert cli("import", "/dev/null") == (0, "/dev/null is empty\n", "")
    assert cli("import", "--alias", "a=b", "/dev/null", packed).out == f"/dev/null, {packed} are empty\n"
    stdin(monkeypatch, b"")
    assert cli("import", "-").out == "standard input is empty\n"
    assert cli("import", "--json", packed).json["lines"] == 0
    assert not cli.store.parent.exists()
    cli("import", QUEUE_LOG)
    before = cli.store.read_bytes()
    assert cli("import", "--tz", "Asia/Tokyo", "/dev/null").out == "/dev/null is empty\n"
    assert cli.store.read_bytes() == before


def test_hostile_bytes_in_a_rejected_line_do_not_reach_the_terminal(cli: Cli) -> None:
    log = cli.home / "queue_log"
    log.write_bytes(b"\x1b]0;owned\x07\x9b31m\xff\n" + GOOD.encode())
    ended = cli("import", log)
    assert not any(character in ended.out for character in "\x1b\x07\x9b")
    assert "]0;owned" in ended.out


def test_gzipped(cli: Cli) -> None:
    packed = cli.home / "queue_log.gz"
    packed.write_bytes(gzip.compress(QUEUE_LOG.read_bytes()))
    assert cli("import", "--json", packed).json["visits"] == 839
    assert cli("import", "--json", QUEUE_LOG).json["visits"] == 0


def test_torn_gzip(cli: Cli) -> None:
    packed = cli.home / "queue_log.gz"
    packed.write_bytes(gzip.compress(QUEUE_LOG.read_bytes())[:-2000])
    said = cli.fails(66, "import", packed)
    assert "queue_log.gz can" in said
    assert said.endswith("; nothing was taken")
    assert not cli.store.parent.exists()


def test_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(cli.home))
    stdin(monkeypatch, QUEUE_LOG.read_bytes() + b"nonsense\n")
    ended = cli("import", "-")
    assert re.search(r"^  contacts +839$", ended.out, re.MULTILINE)
    assert f"standard input:{LINES + 1}: has fewer than five fields: nonsense" in ended.out
    assert [path.name for path in cli.home.iterdir()] == ["state"], "the temporary file is gone"
    assert "once only" in cli.fails(64, "import", "-", "-")


def test_names_are_joined(cli: Cli) -> None:
    log = cli.home / "queue_log"
    log.write_text(
        SIGN_INS
        + GOOD.replace("17500000", "17500001")
        + "1750000200|c2|sales|NONE|ENTERQUEUE||100|1\n1750000205|c2|sales|Agent 11|CONNECT|5|x|1\n"
    )
    assert cli("import", "--json", log).json["unjoined"] == 2
    joined = ("--alias", "Local/x@y=Ann", "--name-rule", r"SIP/(\d+)=Agent \1", "--store", "joined.sqlite")
    account = cli("import", "--json", *joined, log).json
    assert (account["unjoined"], account["agents"]) == (0, 2)
    rows = cli("kpi", "--by", "agent", "--json", "--store", "joined.sqlite").json
    assert [row["agent"] for row in rows] == ["Agent 11", "Ann"]
    assert [row["signed_in_s"] for row in rows] == [205, 205]


def test_names_are_joined_by_the_settings_too(cli: Cli) -> None:
    cli.settings("[agents]\naliases = { 'Local/x@y' = 'Ann' }\nrules = { 'SIP/(.*)' = 'Agent \\1' }\n")
    log = cli.home / "queue_log"
    log.write_text(SIGN_INS + GOOD)
    account = cli("import", "--json", log).json
    assert (account["unjoined"], account["agents"]) == (0, 2)


@pytest.mark.parametrize("options", [("--alias", "Ann"), ("--name-rule", "(=x"), ("--name-rule", "abc")])
def test_names_that_make_no_sense(cli: Cli, options: tuple[str, str]) -> None:
    assert options[1] in cli.fails(64, "import", *options, QUEUE_LOG)
    assert not cli.store.exists()


def test_aliases_and_rules_that_join_nothing_are_told(cli: Cli) -> None:
    said = cli(
        *("import", "--alias", "Local/1019@agents=Bob", "--alias", "SIP/7=Ann", "--alias", "Local/1024@agents=陈静"),
        *("--name-rule", "Zap/(.*)=\\1", "--name-rule", "Local/10(4.)@agents=No \\1", "--json", QUEUE_LOG),
    )
    assert (said.code, said.json["lines"]) == (0, LINES)
    assert said.err.splitlines() == [
        "floorwalk: Bob acts nowhere in this log (the alias Local/1019@agents=Bob)",
        "floorwalk: the alias SIP/7=Ann matches nothing here",
        "floorwalk: the name rule Zap/(.*)=\\1 matches nothing here",
        "floorwalk: No 40 and 2 more act nowhere in this log (the name rule Local/10(4.)@agents=No \\1)",
    ]


def test_names_of_what_was_taken_stay(cli: Cli) -> None:
    assert "names of what was taken" not in cli("import", QUEUE_LOG).out
    assert "names of what was taken" not in cli("import", QUEUE_LOG).out
    assert "  names of what was taken before stay" in cli("import", "--alias", "Local/1024@agents=陈静", QUEUE_LOG).out


def test_where_the_zone_of_the_times_comes_from(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "times in UTC (the system's zone; --tz names another)" in cli("import", QUEUE_LOG).out
    log = cli.home / "queue_log"
    log.write_text(GOOD)
    cli("import", "--tz", "Asia/Tokyo", "--store", "kept.sqlite", log)
    log.write_text(GOOD + GOOD.replace("c1", "c2"))
    assert "times in Asia/Tokyo (the store's zone; --tz" in cli("import", "--store", "kept.sqlite", log).out
    monkeypatch.setenv("FLOORWALK_TZ", "Europe/Berlin")
    assert "times in Europe/Berlin (from FLOORWALK_TZ; --tz" in cli("import", "--store", "new.sqlite", log).out


def test_goals_of_the_settings_hold(cli: Cli) -> None:
    cli.settings('[goal]\nthreshold_s = 30\n[queue.sales]\nthreshold_s = 2.5\nformula = "answered_only"\n')
    cli("import", QUEUE_LOG)
    rows = {row["queue"]: row for row in cli("kpi", "--json").json}
    assert {name: row["threshold_s"] for name, row in rows.items()} == {
        "complaints": 30,
        "sales": 2.5,
        "support": 30,
        "vip": 30,
    }
    assert rows["sales"]["service_level_formula"] == "answered_only"


def test_a_log_is_of_one_source(cli: Cli) -> None:
    cli("import", "--source", "north", QUEUE_LOG)
    before = cli.store.read_bytes()
    error = cli.fails(65, "import", "--source", "south", QUEUE_LOG)
    assert "queue_log was already taken into" in error
    assert "--source north" in error
    assert cli.store.read_bytes() == before
    assert cli("import", "--source", "south", "--store", "south.sqlite", "--json", QUEUE_LOG).json["visits"] == 839


def test_logs_of_two_systems_are_two_sources_of_one_store(cli: Cli) -> None:
    other = cli.home / "other"
    other.write_text(GOOD)
    cli("import", "--source", "north", QUEUE_LOG)
    assert cli("import", "--source", "south", "--json", other).json["visits"] > 0
    assert cli("import", "--source", "north", "--json", QUEUE_LOG).json["visits"] == 0
    assert [source["name"] for source in cli("floor", "--json").json["sources"]] == ["north"]


def test_a_missing_file_leaves_no_store_behind(cli: Cli) -> None:
    assert cli.fails(66, "import", QUEUE_LOG, "nowhere").startswith("nowhere can't be read: No such file")
    assert "Is a directory" in cli.fails(66, "import", cli.home)
    assert not cli.store.exists()


def test_an_older_log_is_refused(cli: Cli) -> None:
    cli("import", QUEUE_LOG)
    older = cli.home / "older"
    older.write_text(GOOD)
    assert "import older logs first" in cli.fails(65, "import", older)


def test_the_zone_is_kept_and_can_be_changed(cli: Cli) -> None:
    cli("import", "--tz", "Asia/Shanghai", QUEUE_LOG)
    assert cli("floor", "--json").json["moment"] == "2026-11-22T03:41:55+08:00"
    assert cli("floor", "--json", "--tz", "UTC").json["moment"] == "2026-11-21T19:41:55+00:00"
    cli("import", "--tz", "Europe/Berlin", QUEUE_LOG)
    assert cli("floor", "--json").json["moment"] == "2026-11-21T20:41:55+01:00"


def test_a_bar_where_somebody_looks(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.commands import importing

    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(importing, "is_terminal", lambda stream: stream is shown)
    cli("import", QUEUE_LOG)
    assert shown.getvalue() == "", "a small log is read at once"
    monkeypatch.setattr(importing, "LARGE", 1000)
    cli("import", "--store", "other.sqlite", QUEUE_LOG)
    assert "100%" in shown.getvalue()
    assert shown.getvalue().endswith("\r\x1b[K")
