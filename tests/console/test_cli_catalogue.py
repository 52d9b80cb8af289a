"""`floorwalk catalogue`, the setting that names a file, and what the document says of it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from console.settings import load
from data.desk.rules import Rules
from data.discipline.catalogue import catalogue_of
from data.discipline.entries import AREA, FOUND_BY, INCIDENT, SCORING, SHIFT, checklist_keys, rule_keys
from data.discipline.reading import CatalogueError, read_catalogue
from data.discipline.shipped import shipped, shipped_text
from data.store.catalogues import put_in_force
from data.store.writer import Writer
from tests.console.cli import ROOT, Cli
from tests.data.discipline.mistakes import GOOD, MISTAKES

DOCUMENT = (ROOT / "docs" / "catalogue.md").read_text("utf-8")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


# ------------------------------------------------------------------ the command


def test_init_prints_what_ships_and_check_takes_it(cli: Cli) -> None:
    printed = cli("catalogue", "init")
    assert (printed.code, printed.err) == (0, "")
    assert read_catalogue(printed.out, "") == shipped()
    path = cli.home / "rules.toml"
    path.write_text(printed.out, encoding="utf-8")
    checked = cli("catalogue", "check", path)
    counts = "93 rules, 10 areas, 8 checklists, 3 shifts, 10 kinds of incidents"
    assert checked == (0, f"{path}: nothing wrong; {counts}\n", "")


def test_check_tells_every_problem_on_a_line_of_its_own(cli: Cli) -> None:
    text = GOOD
    chosen = [each for each in MISTAKES if each.kind in ("unknown severity", "unknown rule", "no such day")]
    for each in chosen:
        text = text.replace(each.good, each.bad)
    path = cli.home / "rules.toml"
    path.write_text(text, encoding="utf-8")
    checked = cli("catalogue", "check", path)
    assert checked.code == 65
    assert checked.out.splitlines() == [f"{path}:{line}" for each in chosen for line in each.told]
    told = cli("catalogue", "check", path, "--json")
    assert told.code == 65
    assert told.json == {"file": str(path), "ok": False, "problems": checked.out.splitlines()}


def test_check_tells_of_a_file_that_is_not_there(cli: Cli) -> None:
    checked = cli("catalogue", "check", "none.toml")
    assert (checked.code, checked.out) == (65, "none.toml:1: can't be read: No such file or directory\n")


def test_show_prints_what_ships_where_nothing_is_in_force(cli: Cli) -> None:
    shown = cli("catalogue", "show", "--lang", "en")
    assert shown.code == 0
    assert "this is the one that ships" in shown.err
    for rule in shipped().rules.values():
        assert re.search(rf"^{rule.id} .*{re.escape(rule.text.en)}", shown.out, re.MULTILINE), rule.id
        assert rule.do.en in shown.out
    assert re.search(
        r"^walk +Floor walk +mid_shift +lead +start \+02:00 +start \+03:00 +120 min +early", shown.out, re.M
    )
    assert re.search(r"^helped_colleague +agent +minor +\+1-3 ", shown.out, re.M)
    chinese = cli("catalogue", "show", "--lang", "zh").out
    assert all(rule.text.zh in chinese for rule in shipped().rules.values())


def test_show_prints_what_is_in_force_in_the_store(cli: Cli) -> None:
    cli.store.parent.mkdir(parents=True)
    ours = read_catalogue(GOOD, "")
    with Writer(cli.store) as writer:
        writer.set_site(zone="Asia/Shanghai")
        with writer.recording() as connection:
            put_in_force(connection, ours, 1_763_784_000_000)
    shown = cli("catalogue", "show", "--lang", "en")
    assert shown.err == "floorwalk: in force since 2025-11-22T12:00:00+08:00\n"
    assert "Private phone put away" in shown.out
    assert "by the data: break_overrun" in shown.out
    told = cli("catalogue", "show", "--json").json
    assert (told.pop("since"), told.pop("digest")) == ("2025-11-22T12:00:00+08:00", ours.digest)
    assert catalogue_of(json.dumps(told)) == ours


# ------------------------------------------------------------------ the setting


def test_the_setting_is_a_path_beside_the_settings_file(tmp_path: Path) -> None:
    path = tmp_path / "site" / "floorwalk.toml"
    path.parent.mkdir()
    path.write_text('[discipline]\ncatalogue = "rules.toml"\n', encoding="utf-8")
    settings = load(path, {})
    assert settings.catalogue == tmp_path / "site" / "rules.toml"
    assert settings.place("discipline", "catalogue") == f"{path}:2"
    assert Rules.taken_over(json.loads(json.dumps(settings.desk.handed_over()))) == settings.desk
    assert settings.desk.catalogue == str(tmp_path / "site" / "rules.toml")
    assert load(None, {}).desk.catalogue == ""


def test_config_shows_the_setting_and_where_it_comes_from(cli: Cli) -> None:
    cli.config.parent.mkdir(parents=True)
    cli.config.write_text('[discipline]\ncatalogue = "/etc/floorwalk/rules.toml"\n', encoding="utf-8")
    shown = cli("config", "show", "--json").json["discipline.catalogue"]
    assert shown == {"value": "/etc/floorwalk/rules.toml", "origin": f"{cli.config}:2"}


def test_doctor_tells_what_is_wrong_with_the_file_that_is_named(cli: Cli) -> None:
    cli.config.parent.mkdir(parents=True)
    cli.config.write_text('[discipline]\ncatalogue = "rules.toml"\n', encoding="utf-8")
    path = cli.config.with_name("rules.toml")
    for text, ok, told in (
        (GOOD, True, f"{path}: 3 rules"),
        (GOOD.replace('where = "agent"', 'where = "people"'), False, f"{path}:21: rule.helped.where: there is no such"),
    ):
        path.write_text(text, encoding="utf-8")
        (check,) = (check for check in cli("doctor", "--json").json if check["what"] == "catalogue")
        assert check["ok"] is ok
        assert check["found"].startswith(told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("catalog = 'rules.toml'", "discipline.catalog is no setting; did you mean discipline.catalogue?"),
        ("catalogue = 3", "discipline.catalogue: input should be a valid string, not 3"),
        ("catalogue = ''", "discipline.catalogue: string should have at least 1 character, not ''"),
    ],
)
def test_a_wrong_setting_is_told(cli: Cli, line: str, told: str) -> None:
    cli.config.parent.mkdir(parents=True)
    cli.config.write_text(f"[discipline]\n{line}\n", encoding="utf-8")
    assert told in cli("config", "show").err


# ------------------------------------------------------------------ the document


def test_the_documents_example_is_a_catalogue() -> None:
    blocks = re.findall(r"```text\n(.*?)```", DOCUMENT, re.DOTALL)
    (example,) = (block for block in blocks if "[rule." in block)
    catalogue = read_catalogue(example, "rules.toml")
    assert (len(catalogue.rules), len(catalogue.checklists), len(catalogue.shifts)) == (3, 1, 1)


def test_the_documents_mistake_is_told_as_it_says() -> None:
    (line,) = re.findall(r"^rules\.toml:\d+: (rule\.phone_put_away\..*)$", DOCUMENT, re.MULTILINE)
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(shipped_text().replace('severity = "major"', 'severity = "mayor"', 1), "rules.toml")
    assert caught.value.problems[0].partition(": ")[2] == line
    assert f"{caught.value.problems[0].partition(': ')[0]}: " in DOCUMENT


def test_the_document_tells_every_key() -> None:
    told: dict[str, set[str]] = {}
    table = ""
    for named, keys in re.findall(r"^\| (?:`\[([\w.]+)\]`)? ?\| ([^|]*)\|", DOCUMENT, re.MULTILINE):
        table = (named or table).removesuffix(".KEY")
        told.setdefault(table, set()).update(re.findall(r"`(\w+)`", keys))
    kinds = {"area": AREA, "rule": rule_keys(()), "checklist": checklist_keys((), ()), "shift": SHIFT}
    kinds |= {"incident": INCIDENT, "scoring": SCORING, "scoring.found_by": FOUND_BY}
    for name, keys in kinds.items():
        assert told[name] == set(keys), name


def test_what_ships_is_plain_toml_with_a_word_on_each_part() -> None:
    text = shipped_text()
    assert set(tomllib.loads(text)) == {"area", "rule", "checklist", "shift", "incident", "scoring"}
    assert max(len(line) for line in text.splitlines()) <= 130
