"""`floorwalk audit` and `floorwalk privacy`: what is told of acts, what a person is given, what is erased."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
import os
import pwd
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from console.desk import Desk, DeskError
from data.lease import Lease
from data.model.days import MINUTE
from data.model.people import ChangeFlag, NoteMood, RaiseFlag
from data.store.about import SECTIONS
from data.store.writer import Writer
from tests.console.cli import ROOT, Cli
from tests.data.people.site import NOON, Site

KEY = "1000"
NAME = "王芳"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    machine = Cli(tmp_path, monkeypatch, capsys)
    machine.store.parent.mkdir(parents=True)
    with Site(machine.store) as site:
        flag = site.done(RaiseFlag(1, "tired", "the third night"))
        site.done(ChangeFlag(flag, owner="me"), NOON + MINUTE)
        site.done(NoteMood(2, 2, f"argued with {NAME}"), NOON + 2 * MINUTE, "chenjing")
        site.order(RaiseFlag(3, "sad"), NOON + 3 * MINUTE, "bob\x1b[2J")
        site.order(RaiseFlag(99, "tired"), NOON + 4 * MINUTE)
    return machine


def tampered(cli: Cli, statement: str) -> None:
    with closing(sqlite3.connect(cli.store, isolation_level=None)) as connection:
        for trigger in ("audit_adds", "audit_keeps", "audit_stays"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(statement)


# audit


def test_the_newest_acts_come_first(cli: Cli) -> None:
    ended = cli("audit", "--tz", "Asia/Shanghai")
    lines = ended.out.splitlines()
    assert (ended.code, len(lines)) == (0, 6)
    assert lines[0].split() == ["no.", "when", "user", "role", "from", "act", "whom", "result", "what"]
    assert [line.split()[0] for line in lines[1:]] == ["5", "4", "3", "2", "1"]
    assert re.search(r"^ +1 +2025-11-22 12:00:00 +liumin +lead +x +王芳 +done +the third night$", lines[5])
    assert "there is no flag 'sad'" in lines[2]
    assert "\x1b" not in ended.out


def test_times_are_the_sites_own_where_nobody_says_otherwise(cli: Cli) -> None:
    with Writer(cli.store) as writer:
        writer.set_site(zone="Asia/Kathmandu")
    assert cli("audit", "--json").json[-1]["at"] == "2025-11-22T09:45:00+05:45"
    assert " 2025-11-22 09:45:00 " in cli("audit").out.splitlines()[-1]
    told = cli("privacy", "export", "--agent", NAME).json
    assert (told["zone"], told["flags"]["rows"][0]["raised_at"]) == ("Asia/Kathmandu", "2025-11-22T09:45:00+05:45")
    assert cli("audit", "--json", "--tz", "Asia/Shanghai").json[-1]["at"] == "2025-11-22T12:00:00+08:00"


def test_acts_are_found_by_whom_who_and_when(cli: Cli) -> None:
    def numbers(*options: str) -> list[int]:
        return [row["number"] for row in cli("audit", "--json", *options).json]

    assert numbers() == [5, 4, 3, 2, 1]
    assert numbers("--limit", "2") == [5, 4]
    assert numbers("--limit", "0") == [5, 4, 3, 2, 1]
    assert numbers("--user", "chenjing") == [3]
    assert numbers("--agent", NAME) == [1]
    assert numbers("--agent", "ann lee") == [3]
    assert numbers("--day", "2025-11-22") == [5, 4, 3, 2, 1]
    assert numbers("--day", "2025-11-21") == []
    assert cli("audit", "--user", "nobody").err == "floorwalk: no act is on record\n"


def test_json_tells_all(cli: Cli) -> None:
    row = cli("audit", "--json", "--tz", "Asia/Shanghai").json[-1]
    assert (row["at"], row["whom"], row["result"], row["blanked"]) == (
        *("2025-11-22T12:00:00+08:00", NAME, "done", False),
    )
    assert row["detail"]["note"] == "the third night"


def test_a_whole_chain_is_verified(cli: Cli) -> None:
    ended = cli("audit", "verify")
    assert ended.code == 0
    assert "rows: 5, each as it was written" in ended.out
    head = re.search(r"^head: (5:[0-9a-f]{64})$", ended.out, re.MULTILINE)
    assert head is not None
    again = cli("audit", "verify", "--since", head[1])
    assert (again.code, "row 5, noted earlier, is one of them" in again.out) == (0, True)
    assert cli("audit", "verify", "--json").json == {"rows": 5, "blanked": 0, "head": head[1], "fault": None}


def test_a_changed_row_ends_with_65_at_its_number(cli: Cli) -> None:
    tampered(cli, "UPDATE audit SET user = 'root' WHERE number = 3")
    ended = cli("audit", "verify")
    assert ended.code == 65
    assert ended.out.splitlines()[0] == "row 3: it was changed: its digest is that of another row"
    told = cli("audit", "verify", "--json")
    assert (told.code, told.json["fault"]["number"], told.json["head"]) == (65, 3, None)


def test_a_cut_off_end_is_seen_by_the_head(cli: Cli) -> None:
    head = cli("audit", "verify", "--json").json["head"]
    tampered(cli, "DELETE FROM audit WHERE number > 2")
    assert cli("audit", "verify").code == 0
    ended = cli("audit", "verify", "--since", head)
    assert (ended.code, ended.out.splitlines()[0][:6]) == (65, "row 3:")


def test_nothing_on_record_is_whole(cli: Cli, tmp_path: Path) -> None:
    with Site(tmp_path / "new.sqlite"):
        pass
    assert cli("audit", "verify", "--store", tmp_path / "new.sqlite").out == "no act is on record\n"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("audit", "--since", "1:00"), "belongs to `floorwalk audit verify`"),
        (("audit", "verify", "--since", "1:00"), "write NUMBER:HEX"),
        (("audit", "verify", "--user", "x"), "--user: the chain can only be verified as a whole"),
        (("audit", "--limit", "-1"), "less than none"),
        (("audit", "--agent", "nobody"), "nobody goes by 'nobody'"),
        (("audit", "--agent", "Ann Le"), "did you mean Ann Lee?"),
        (("privacy", "export"), "--agent"),
        (("privacy", "forget", "--agent", "1"), "invalid choice"),
    ],
)
def test_a_slip_is_told(cli: Cli, argv: tuple[str, ...], words: str) -> None:
    assert words in cli.fails(64, *argv)


# export


def test_an_export_is_readable_and_complete(cli: Cli) -> None:
    told = cli("privacy", "export", "--agent", NAME, "--tz", "Asia/Shanghai").json
    assert list(told) == ["exported_at", "zone", "site", "person", *SECTIONS, "mentions", "computed"]
    (flag,) = told["flags"]["rows"]
    assert (flag["raised_at"], flag["kind"], flag["note"], flag["raised_by"]) == (
        *("2025-11-22T12:00:00+08:00", "tired", "the third night", "liumin"),
    )
    assert told["mentions"]["rows"] == [{"where": "mood.note", "text": f"argued with {NAME}"}]
    assert told["audit"]["rows"][0]["detail"]["note"] == "the third night"


def test_an_export_for_a_spreadsheet(cli: Cli) -> None:
    with Site(cli.store) as site:
        site.done(RaiseFlag(1, "tired", '=HYPERLINK("http://evil")'), NOON + MINUTE)
    rows = list(csv.reader(io.StringIO(cli("privacy", "export", "--agent", KEY, "--format", "csv").out)))
    flags = [row[1:] for row in rows if row[:1] == ["flags"]]
    assert flags[1][:5] == ["id", "raised_at", "kind", "severity", "note"]
    assert [row[4] for row in flags[2:]] == ["the third night", """'=HYPERLINK("http://evil")"""]


def test_an_export_is_for_its_owner_and_overwrites_nothing(cli: Cli) -> None:
    path = cli.home / "out.json"
    assert cli("privacy", "export", "--agent", "#2", "-o", path).code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text("utf-8"))["person"]["key"] == "1001"
    assert "is there already" in cli.fails(73, "privacy", "export", "--agent", "#2", "-o", path)


def test_a_name_that_several_have_lists_them(cli: Cli) -> None:
    with Site(cli.store) as site, site.writer.transaction() as connection:
        connection.execute("UPDATE agent_history SET name = '王芳' WHERE agent_id = 3")
    ended = cli("privacy", "export", "--agent", NAME)
    assert ended.code == 64
    assert ended.err.splitlines() == [
        "floorwalk: --agent: 2 people go by '王芳'; give one by number, as '#1':",
        "floorwalk: #1 王芳 (pbx: 1000, South)",
        "floorwalk: #3 王芳 (pbx: 1002, North)",
    ]
    assert cli("privacy", "export", "--agent", "#3").json["person"]["key"] == "1002"


# erase


def test_without_a_poller_the_store_is_erased_and_written_anew(cli: Cli) -> None:
    ended = cli("privacy", "erase", "--agent", NAME, "--yes", "--reason", "asked in writing")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[0].startswith("#1 王芳 (pbx: 1000, South): erased: 1 flag")
    assert "can't be found in the store's files" in ended.out
    assert NAME.encode() not in cli.store.read_bytes()
    assert "nobody goes by" in cli.fails(64, "privacy", "export", "--agent", NAME)
    row = cli("audit", "--json").json[0]
    assert (row["act"], row["whom"], row["result"], row["uid"]) == ("erase_agent", "erased-1", "done", os.getuid())
    assert row["detail"]["with"]["reason"] == "asked in writing"
    assert cli("audit", "verify").code == 0


def test_what_an_older_program_left_in_the_file_goes_too(cli: Cli) -> None:
    """It deleted without overwriting."""
    with closing(sqlite3.connect(cli.store, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("INSERT INTO site VALUES ('x', ?)", (f"{NAME} " * 900,))
        connection.execute("DELETE FROM site WHERE key = 'x'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert cli.store.read_bytes().count(NAME.encode()) > 100
    assert cli("privacy", "erase", "--agent", NAME, "--yes").code == 0
    assert NAME.encode() not in cli.store.read_bytes()


def test_erasing_is_asked_for_once_more(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cli.store.read_bytes()
    assert "give --yes" in cli.fails(64, "privacy", "erase", "--agent", NAME)
    monkeypatch.setattr("sys.stdin", type("Terminal", (io.StringIO,), {"isatty": lambda _: True})("no\n"))
    ended = cli("privacy", "erase", "--agent", NAME)
    assert (ended.code, "nothing was erased" in ended.err) == (64, True)
    assert "About #1 王芳 (pbx: 1000, South) there is kept: 1 flag" in ended.out
    assert cli.store.read_bytes() == before


def test_a_reason_that_names_the_person_is_refused(cli: Cli) -> None:
    told = cli.fails(75, "privacy", "erase", "--agent", NAME, "--yes", "--reason", f"{NAME} asked")
    assert "leave the name out" in told


def test_another_writer_is_not_disturbed(cli: Cli) -> None:
    with Lease(cli.store, "floorwalk import"):
        assert "floorwalk import" in cli.fails(75, "privacy", "erase", "--agent", NAME, "--yes")


@contextlib.contextmanager
def polled(cli: Cli) -> Iterator[None]:
    """Have a poller at work, whose desk answers."""
    command = [sys.executable, "-m", "console.cli", "poll", "--adapter", "simulator", "--store", str(cli.store)]
    config = cli.settings(f'[desk]\nadmins = ["{pwd.getpwuid(os.getuid()).pw_name}"]\n')
    words = cli.home / "poller"
    with words.open("wb") as log:
        poller = subprocess.Popen([*command, "--config", str(config)], cwd=ROOT, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not asyncio.run(greeted(cli.store)):
            assert poller.poll() is None, words.read_text()
            assert time.monotonic() < deadline, words.read_text()
        yield
    finally:
        poller.terminate()
        poller.wait(30)


async def greeted(store: Path) -> bool:
    desk = Desk(store)
    try:
        await desk.greet()
    except DeskError:
        await asyncio.sleep(0.05)
        return False
    finally:
        await desk.aclose()
    return True


def test_with_a_poller_its_desk_erases(cli: Cli) -> None:
    with polled(cli):
        ended = cli("privacy", "erase", "--agent", NAME, "--yes")
        assert ended.code == 0, ended.err
        assert "can't be found in the store's files" in ended.out
        row = cli("audit", "--json").json[0]
        assert (row["act"], row["whom"], row["result"]) == ("erase_agent", "erased-1", "done")
        assert "by" not in row["detail"], "the desk did it, not this command"
    assert cli("audit", "verify").code == 0
