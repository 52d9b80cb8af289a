"""`floorwalk discipline` and `roster show`: what was recorded comes out whole, in every form, and not to everybody."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from console.commands import sight
from console.commands.discipline import FORMATS, WHAT
from data.discipline.roster import line_of
from data.discipline.roster_file import read_roster
from data.discipline.shipped import shipped
from data.model.days import HOUR, MINUTE
from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.discipline_requests import (
    AcknowledgeHandover,
    AddToIncident,
    ChangeFinding,
    CloseFinding,
    EndIncident,
    MarkPlace,
    NoteIncident,
    RaiseFinding,
    ReviewIncident,
    SetRoster,
    WriteHandover,
)
from data.model.people import RaiseFlag
from data.model.words import Mark
from tests.console.cli import Cli
from tests.data.people.site import NOON, Site

ROUND = "2025-11-22/early/walk/2"
SHIFT = "2025-11-22/early"
HOSTILE = '=1+1 | <b>x</b> [a](b)\nnew "line"'
ROSTER = (
    b"agent,day,shift,breaks\n1000,2025-11-22,early,12:00-12:30 meal\n1001,2025-11-22,middle,\nZhao,2025-11-22,early,\n"
)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    machine = Cli(tmp_path, monkeypatch, capsys)
    machine.store.parent.mkdir(parents=True)
    with Site(machine.store) as site:
        site.writer.set_site(zone="Asia/Shanghai")
        site.done(RaiseFlag(1, "tired", HOSTILE), NOON + 3 * HOUR)
        for request, minutes in (
            (MarkPlace(ROUND, Where.AGENT, "2", Mark.PASS), 0),
            (MarkPlace(ROUND, Where.AGENT, "1", Mark.FAIL, ("phone_put_away",), HOSTILE), 1),
            (SetRoster(tuple(map(line_of, read_roster(ROSTER, "roster.csv", shipped())))), 120),
        ):
            assert site.order(request, NOON + minutes * MINUTE).done
        exits = site.done(RaiseFinding("exits_clear", Where.ZONE, "", HOSTILE), NOON + 2 * MINUTE)
        site.done(ChangeFinding(exits, measure="moved the boxes", owner="bob"), NOON + 3 * MINUTE)
        site.done(CloseFinding(exits, Closing.CORRECTED, "clear"), NOON + 9 * MINUTE)
        outage = site.done(NoteIncident("system_outage", HOSTILE), NOON + 10 * MINUTE)
        site.done(AddToIncident(outage, Entry.MEASURE, "called the provider"), NOON + 11 * MINUTE)
        site.done(EndIncident(outage), NOON + 30 * MINUTE)
        site.done(ReviewIncident(outage, Avoidable.NO, Worked.PARTLY, "a second line"), NOON + HOUR)
        written = site.done(WriteHandover(SHIFT, HOSTILE), NOON + 4 * HOUR)
        site.done(AcknowledgeHandover(written, "read"), NOON + 5 * HOUR, "chenjing")
    return machine


def exported(cli: Cli, what: str, *options: str) -> Any:  # noqa: ANN401 (JSON)
    return cli("discipline", "export", what, "--day", "2025-11-22", "--format", "json", *options).json


def test_a_walk_comes_out_mark_by_mark(cli: Cli) -> None:
    told = exported(cli, "walks")
    (round_,) = told["rounds"]
    assert (round_["round"], round_["checklist"], round_["failed"], round_["by"]) == (ROUND, "Floor walk", 1, "liumin")
    marks = {(mark["place"], mark["rule"]): mark for mark in told["marks"]}
    assert marks["王芳", "phone_put_away"]["mark"] == "failed"
    assert marks["王芳", "phone_put_away"]["at"] == "2025-11-22T12:01:00+08:00"
    assert marks["王芳", "phone_put_away"]["note"] == HOSTILE.replace("\n", " ")
    assert {mark["mark"] for (place, _), mark in marks.items() if place == "Ann Lee"} == {"passed"}
    assert round_["done"] == len(marks)


def test_findings_come_out_with_what_became_of_them(cli: Cli) -> None:
    phone, exits = exported(cli, "findings")["findings"]
    assert (phone["rule"], phone["agent"], phone["team"], phone["state"]) == ("phone_put_away", "王芳", "South", "open")
    assert (exits["rule"], exits["state"], exits["measure"], exits["owner"]) == (
        *("exits_clear", "corrected", "moved the boxes", "bob"),
    )
    assert (exits["closed"], exits["closed_note"]) == ("2025-11-22T12:09:00+08:00", "clear")
    assert exported(cli, "findings")["zone"] == "Asia/Shanghai"


def test_an_incident_comes_out_with_its_review(cli: Cli) -> None:
    told = exported(cli, "incidents")
    (outage,) = told["incidents"]
    assert (outage["kind"], outage["avoidable"], outage["worked"], outage["change"]) == (
        *("System outage", "no", "partly", "a second line"),
    )
    assert outage["lasted"] == 20 * 60
    first = told["entries"][0]
    assert (first["kind"], first["text"], first["at"]) == (
        "measure",
        "called the provider",
        "2025-11-22T12:11:00+08:00",
    )


def test_a_handover_is_a_page_with_both_signatures(cli: Cli) -> None:
    path = cli.home / "handover.html"
    assert cli("discipline", "export", "handovers", "--day", "2025-11-22", "-o", path, "--lang", "zh").code == 0
    page = path.read_text("utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert '<html lang="zh-Hans">' in page
    assert "交班人: liumin, 2025-11-22 16:00:00" in page
    assert "接班人: chenjing, 2025-11-22 17:00:00" in page
    assert "<b>" not in page
    assert "is there already" in cli.fails(73, "discipline", "export", "handovers", "--day", "2025-11-22", "-o", path)
    (row,) = exported(cli, "handovers")["handovers"]
    assert (row["by"], row["acknowledged_by"], row["answer"], row["counts"]) == ("liumin", "chenjing", "read", True)


def test_attendance_stands_on_the_roster_as_it_is_known_now(cli: Cli) -> None:
    told = exported(cli, "attendance")
    people = {row["agent"]: row for row in told["attendance"]}
    assert people["王芳"]["presence"] == "present", "what nobody measured before nine is held against nobody"
    assert (people["王芳"]["measured"], people["王芳"]["conformance"]) == (8 * 3600, round(8 / 7.5, 6))
    assert (people["王芳"]["adherence"], people["王芳"]["scheduled"]) == (7.5 / 8, 8 * 3600)
    assert people["Ann Lee"]["presence"] == "present"
    assert people["Zhao (no source knows them)"]["presence"] == "not known"
    assert (told["sums"]["n"], told["sums"]["present"], told["sums"]["unknown"]) == (3, 2, 1)
    ended = cli("roster", "show", "--day", "2025-11-22")
    assert ended.code == 0
    assert "On the roster: 3" in ended.out
    assert "王芳" in ended.out
    assert cli("roster", "show", "--day", "2025-11-22", "--json").json == told


def test_scores_are_of_teams_zones_and_areas(cli: Cli) -> None:
    told = cli("discipline", "scores", "--days", "2", "--json").json
    teams = {row["name"]: row for row in told["teams"]}
    assert set(teams) == {"South", "North"}
    assert teams["South"]["findings"] == 1
    assert teams["North"]["score"] == 100
    assert {row["rule"] for row in told["pareto"]} == {"phone_put_away", "exits_clear"}
    assert "王芳" not in json.dumps(told, ensure_ascii=False)
    text = cli("discipline", "scores", "--lang", "zh").out
    assert "现场纪律得分" in text
    assert "王芳" not in text


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("form", FORMATS)
def test_everything_is_written_in_every_form(cli: Cli, what: str, form: str) -> None:
    ended = cli("discipline", "export", what, "--day", "2025-11-22", "--format", form)
    assert (ended.code, ended.err) == (0, "")
    match form:
        case "csv":
            cells = [cell for row in csv.reader(io.StringIO(ended.out)) for cell in row]
            assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
        case "json":
            assert json.loads(ended.out)["title"].endswith("2025-11-22")
        case _:
            assert "<b>" not in ended.out.replace("\\<b\\>", "")


@pytest.mark.parametrize("what", ["walks", "findings", "attendance", "handovers"])
def test_who_does_not_own_the_store_gets_no_names(cli: Cli, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    for form in FORMATS:
        ended = cli("discipline", "export", what, "--day", "2025-11-22", "--format", form)
        assert ended.code == 0
        assert "王芳" not in ended.out
        assert "you may not see them" in ended.err
    monkeypatch.setattr(sight, "_by_the_desk", lambda _: sight.Sight(False, frozenset({"South"}), True))
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert "王芳" in cli("discipline", "export", what, "--day", "2025-11-22").out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("export", "people"), "invalid choice"),
        (("export", "walks", "--day", "2025-11-22", "--since", "2025-11-01"), "either --day, or --since"),
        (("export", "walks", "--until", "2025-11-22"), "needs a --since"),
        (("export", "walks", "--since", "2025-11-22", "--until", "2025-11-01"), "comes before"),
        (("export", "walks", "--since", "2024-01-01"), "more than 366 days"),
        (("export", "walks", "-o", "walks.doc"), "end it in .csv, .md, .html, .json"),
        (("scores", "--days", "0"), "not within 1 to 366"),
    ],
)
def test_a_slip_is_told(cli: Cli, argv: tuple[str, ...], words: str) -> None:
    assert words in cli.fails(64, "discipline", *argv)
