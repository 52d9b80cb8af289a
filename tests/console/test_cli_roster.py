"""`floorwalk roster`: a file is taken whole or not at all, whoever writes the store; who came is shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.commands.common import CommandError
from console.commands.roster import MOST_LINES, chunks
from data.desk.wire import MOST_BYTES, request_line
from data.discipline.roster import line_of, row_of
from data.lease import Lease
from data.model.discipline_requests import SetRoster
from tests.console.cli import Cli
from tests.console.test_cli_people import polled
from tests.data.people.site import Site

HEADER = "agent,name,day,shift,from,until,seat,skills,breaks\n"
GOOD = HEADER + (
    "1000,王芳,2025-11-22,early,,,A-07,billing; tech,10:30-10:45 rest\n"
    "1001,,2025-11-22,,12:00,20:00,,,\n"
    "9999,Nobody Yet,2025-11-22,late,,,,,\n"
    "1000,王芳,2025-11-23,off,,,,,\n"
)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


def written(cli: Cli, text: str, name: str = "december.csv") -> Path:
    path = cli.home / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_mistake_is_told_by_its_line_and_nothing_is_written(cli: Cli) -> None:
    bad = written(cli, HEADER + "1000,,2025-11-22,erly,,,,,\n,,2025-11-22,early,,,,,\n1001,,soon,early,,,,,\n")
    worse = written(cli, '[[duty]]\nagent = "1"\nday = 2025-11-22\nfrom = "8am"\nuntil = "17:00"\n', "two.toml")
    ended = cli("roster", "import", bad, worse)
    assert (ended.code, ended.out) == (65, "")
    lines = [line.removeprefix("floorwalk: ") for line in ended.err.splitlines()]
    assert [line.split(": ")[:2] for line in lines] == [
        *([f"{bad}:2", "shift"], [f"{bad}:3", "agent"], [f"{bad}:4", "day"], [f"{worse}:4", "from"]),
    ]
    assert "one of early, middle, late, or off" in lines[0]
    assert not cli.store.exists()


def test_two_files_that_both_have_somebodys_day_are_a_mistake(cli: Cli) -> None:
    first, second = written(cli, GOOD), written(cli, HEADER + "1001,,2025-11-22,late,,,,,\n", "more.csv")
    told = cli.fails(65, "roster", "import", first, second)
    assert told == f"{second}:1: agent: one duty a day; 1001 has one on 2025-11-22 in {first} as well"


def test_a_dry_run_tells_what_would_be_taken_up(cli: Cli) -> None:
    path = written(cli, GOOD)
    ended = cli("roster", "import", path, "--dry-run")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "2025-11-22 to 2025-11-23: 3 duties and 1 days off of 3",
        "nothing was written: that was a dry run",
    ]
    assert "no source knows 1000, 1001, 9999: kept by name" in ended.err
    assert not cli.store.exists()
    of_a_day = cli("roster", "import", path, "--dry-run", "--day", "2025-11-23", "--json").json
    assert (of_a_day["duties"], of_a_day["days_off"], of_a_day["written"]) == (0, 1, False)
    assert "nobody is on the roster of 2025-11-24" in cli.fails(65, "roster", "import", path, "--day", "2025-11-24")
    assert "there is no such file" in cli.fails(66, "roster", "import", cli.home / "none.csv")


def test_each_part_of_a_roster_fits_into_what_the_desk_hears() -> None:
    row = row_of('["2025-11-22","1000","王芳","early",480,1020,"A-07",["账单\\"","tech"],[["rest",630,645]]]')
    wide = row._replace(skills=tuple(f'技能{n:03}\\"' * 8 for n in range(50)))
    lines = [line_of(each) for each in [row] * 150 + [wide] * 3]
    parts = chunks(lines)
    assert [line for part in parts for line in part] == lines
    assert max(map(len, parts)) == MOST_LINES
    for part in parts:
        assert len(request_line("k" * 32, 1 << 42, SetRoster(tuple(part)), "/dev/pts/100", "::1" * 9)) < MOST_BYTES
    with pytest.raises(CommandError, match="too long"):
        chunks([line_of(row._replace(skills=("技能" * 60,) * 50))])


@pytest.fixture
def site(cli: Cli) -> Cli:
    """A machine with a store in which 1000 (王芳) and 1001 (Ann Lee) are known, and nobody polls."""
    cli.store.parent.mkdir(parents=True)
    with Site(cli.store) as made:
        made.writer.set_site(zone="Asia/Shanghai")
    return cli


def test_without_a_poller_it_is_written_and_audited_all_the_same(site: Cli) -> None:
    ended = site("roster", "import", written(site, GOOD))
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[-1] == "taken up"
    assert "no source knows 9999: kept by name" in ended.err
    (row,) = site("audit", "--json").json
    assert (row["act"], row["result"], row["uid"]) == ("set_roster", "done", os.getuid())
    assert "by" in row["detail"]
    assert site("audit", "verify").code == 0
    told = site("roster", "show", "--day", "2025-11-22", "--json").json
    assert {each["agent"]: each["presence"] for each in told["attendance"]} == {
        **{"王芳": "present", "Ann Lee": "present", "Nobody Yet (no source knows them)": "not known"},
    }
    assert told["attendance"][0]["since"] == "2025-11-22T08:00:00+08:00"


def test_a_later_file_replaces_the_same_peoples_days(site: Cli) -> None:
    assert site("roster", "import", written(site, GOOD)).code == 0
    assert site("roster", "import", written(site, HEADER + "1001,,2025-11-22,off,,,,,\n")).code == 0
    told = site("roster", "show", "--day", "2025-11-22", "--json").json
    assert {each["agent"] for each in told["attendance"]} == {"王芳", "Nobody Yet (no source knows them)"}


def test_a_store_that_knows_no_zone_is_told_the_one_by_whose_clock_it_is_meant(cli: Cli) -> None:
    assert cli("roster", "import", written(cli, GOOD), "--tz", "Asia/Shanghai").code == 0
    told = cli("roster", "show", "--day", "2025-11-22", "--json").json
    assert told["zone"] == "Asia/Shanghai"
    assert told["attendance"][0]["since"] == "2025-11-22T08:00:00+08:00"


def test_more_than_goes_into_one_order_is_taken_whole(site: Cli) -> None:
    lines = "".join(f"{n},,2025-11-22,early,,,,,\n" for n in range(1, 2 * MOST_LINES + 10))
    assert site("roster", "import", written(site, HEADER + lines)).code == 0
    assert len(site("audit", "--json", "--limit", "0").json) == 3
    told = site("roster", "show", "--day", "2025-11-22", "--json").json
    assert told["sums"]["n"] == 2 * MOST_LINES + 9


def test_another_writer_is_not_disturbed(site: Cli) -> None:
    with Lease(site.store, "floorwalk import"):
        assert "floorwalk import" in site("roster", "import", written(site, GOOD)).err
        assert site("roster", "import", written(site, GOOD)).code == 75
    assert site("audit").err == "floorwalk: no act is on record\n"


def test_with_a_poller_its_desk_takes_it(site: Cli) -> None:
    with polled(site):
        ended = site("roster", "import", written(site, GOOD))
        assert (ended.code, ended.out.splitlines()[-1]) == (0, "taken up"), ended.err
        (row,) = (row for row in site("audit", "--json").json if row["act"] == "set_roster")
        assert (row["result"], row["role"]) == ("done", "admin")
        assert "by" not in row["detail"], "the desk did it, not this command"
