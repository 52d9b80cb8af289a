"""What was done about discipline on paper: everything is told, in both languages, and nothing of people to others."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.commands import papers
from console.commands.document import Document
from console.commands.document_forms import FORMS, as_csv, as_markdown, lines_of, values_of
from console.commands.handover_paper import handovers
from console.locale.documents import ZH, document_words
from tests.console import paper_rows as rows
from tests.console.test_document import HOSTILE

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECRET = "Wang Fang cried"

PAPERS: dict[str, Callable[[papers.Pen, str], Document]] = {
    "walks": lambda pen, text: papers.walks((rows.walk(text).round,), [rows.walk(text)], pen),
    "findings": lambda pen, text: papers.findings(rows.findings(text), pen),
    "incidents": lambda pen, text: papers.incidents(rows.incidents(text), pen),
    "attendance": lambda pen, text: papers.attendance(rows.attendance(text), pen),
    "handovers": lambda pen, text: handovers(rows.handovers(text), pen, lambda _, what: f"<{what}>"),
    "scores": lambda pen, text: papers.scores(rows.scores(text), pen),
}


def pen(lang: str = "en", sees: bool = True, flat: bool = False) -> papers.Pen:
    words = document_words("zh" if lang == "zh" else "en")
    return papers.Pen(words, lang, SHANGHAI, lambda _: "Wang Fang", lambda _: sees, flat, "2025-12-01", sees)


def table(document: Document, key: str) -> list[dict[str, Any]]:
    found = values_of(document)[key]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("flat", [True, False])
def test_each_text_of_ours_has_a_chinese(name: str, flat: bool) -> None:
    said: list[str] = []

    def say(text: str) -> str:
        said.append(text)
        return ZH.get(text, text)

    PAPERS[name](pen("zh", sees=False, flat=flat)._replace(say=say), "text")
    assert len(said) > 10
    assert [text for text in said if text and text not in ZH] == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_takes_hostile_texts_in_every_form(name: str, form: str) -> None:
    written = FORMS[form](PAPERS[name](pen(flat=form in ("csv", "json")), HOSTILE[13]))
    assert "script" in written
    assert ("<script>" in written.replace("\\<script\\>", "")) == (form in ("csv", "json"))
    calculated = as_csv(PAPERS[name](pen(flat=True), HOSTILE[0]))
    cells = [cell for row in csv.reader(io.StringIO(calculated)) for cell in row]
    assert "'" + HOSTILE[0] in cells
    assert HOSTILE[0] not in cells


@pytest.mark.parametrize("name", ["walks", "findings", "incidents", "handovers", "attendance"])
def test_what_concerns_people_is_kept_from_others(name: str) -> None:
    """A viewer gets figures and places, and nothing that anybody wrote."""
    for form, write in FORMS.items():
        flat = form in ("csv", "json")
        assert "Fang" in write(PAPERS[name](pen(flat=flat), SECRET))
    hidden = PAPERS[name](pen(sees=False), SECRET)
    (note,) = hidden.notes
    assert "you may not see them" in note
    if name == "walks":
        (mark,) = (row for row in table(hidden, "marks") if row["where"] == "agent")
        assert (mark["place"], mark["note"], mark["photo"], mark["by"]) == ("", "", "", "")
    elif name == "findings":
        person, zone = table(hidden, "findings")
        left = ("place", "agent", "note", "photo", "measure", "owner", "closed_note")
        assert {person[key] for key in left} == {""}
        assert (person["rule"], person["team"], person["by"]) == ("badge", "South", "")
        assert (zone["place"], zone["note"], zone["by"]) == ("South", "", "")
    elif name == "incidents":
        assert SECRET not in as_csv(hidden)
        assert "liumin" not in as_csv(hidden)
    elif name == "handovers":
        (flag,) = table(hidden, "flags")
        assert (flag["text"], flag["who"], flag["owner"]) == ("", "", "")
    else:
        assert [row["agent"] for row in table(hidden, "attendance")] == ["Zhao (no source knows them)"]
        assert values_of(hidden)["sums"] == values_of(PAPERS[name](pen(), SECRET))["sums"]


def test_a_lead_gets_what_concerns_the_own_teams_people() -> None:
    lead = pen(sees=False)._replace(leads=True)
    person, zone = table(papers.findings(rows.findings(SECRET), lead), "findings")
    assert (person["agent"], person["note"], person["place"], person["by"]) == ("", "", "", "chenjing")
    assert (zone["place"], zone["note"], zone["by"]) == ("South", SECRET, "liumin")
    assert papers.incidents(rows.incidents(SECRET), lead).notes == ()
    assert handovers(rows.handovers(SECRET), lead, lambda _, what: what).notes == ()


def test_scores_name_no_person_and_say_their_trend() -> None:
    document = PAPERS["scores"](pen(), "South")
    (team,) = table(document, "teams")
    assert (team["score"], team["passed"], team["passed_checks"]) == (*(98, True, 0.75),)
    assert team["trend"] == "█·"
    assert [row["cumulated"] for row in table(document, "pareto")] == [0.666667, 1.0]
    assert "100.0 %" in as_markdown(document)
    days = table(PAPERS["scores"](pen(flat=True), "South"), "days")
    assert days[:2] == [
        {"of": "teams", "name": "South", "day": 1, "deducted": 7},
        {"of": "teams", "name": "South", "day": 2, "deducted": 0},
    ]


def test_attendance_sums_times_and_never_percentages() -> None:
    sums = values_of(PAPERS["attendance"](pen(), "Wang Fang"))["sums"]
    counts = {"n": 3, "expected": 0, "present": 1, "late": 1, "absent": 0, "unknown": 1}
    shares = {"attendance": 1.0, "hours": 15 / 16, "adherence": 14 / 16, "conformance": round(15 / 15.5, 6)}
    of = {"attendance_of": 2, "hours_of": 57600.0, "adherence_of": 57600.0, "conformance_of": 55800.0}
    assert sums == {**counts, **shares, **of}


def test_a_handover_is_a_page_to_sign_and_shows_who_has() -> None:
    page = as_markdown(PAPERS["handovers"](pen(), "mind the gap"))
    assert "**Taken over:** chenjing, 2025-12-01 10:00:00" in page
    assert "**Taken over:** ____" in page
    assert "\\<desk\\>" in page
    tables = PAPERS["handovers"](pen(flat=True), "mind the gap")
    assert [row["counts"] for row in table(tables, "handovers")] == [True, False]
    assert [(row["handover"], row["what"], row["n"]) for row in table(tables, "items")] == [
        *((1, "<mind the gap>", 3), (1, "<tired>", None), (1, "<desk>", None)),
    ]


def test_a_walk_is_told_mark_by_mark_in_its_order() -> None:
    document = PAPERS["walks"](pen(), "A-02")
    (round_,) = table(document, "rounds")
    assert (round_["round"], round_["done"], round_["checks"], round_["seats_done"], round_["late"]) == (
        *(rows.KEY, 3, 4, 2, True),
    )
    assert [(row["where"], row["place"], row["mark"]) for row in table(document, "marks")] == [
        *(("seat", "A-01", "passed"), ("seat", "A-02", "not applicable"), ("agent", "Wang Fang", "failed")),
    ]


def test_papers_speak_chinese() -> None:
    lines = "\n".join(lines_of(PAPERS["incidents"](pen("zh"), "断网")))
    assert "突发事件 · 2025-12-01" in lines
    assert "故障" in lines
    assert "部分" in lines
