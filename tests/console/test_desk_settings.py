"""`[desk]` in the settings file: who may act, and what is told of a mistake there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.settings import SettingsError, load
from data.desk.roles import Rights
from data.desk.rules import Rules


def settings(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "floorwalk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_who_may_act(tmp_path: Path) -> None:
    text = '[desk]\nleads = ["@leads", "1001"]\nadmins = ["ann"]\n[desk.teams]\n"客服一部" = ["liumin", "@12"]\n'
    loaded = load(settings(tmp_path, text), {})
    assert loaded.rights == Rights(("@leads", "1001"), (), ("ann",), {"客服一部": ("liumin", "@12")})
    assert load(settings(tmp_path, ""), {}).rights == Rights()
    assert Rules.taken_over(json.loads(json.dumps(loaded.desk.handed_over()))) == loaded.desk


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[desk]\nleads = "ann"', ":2: desk.leads: should be a list, not 'ann'"),
        ('[desk]\nlead = ["ann"]', ":2: desk.lead is no setting; did you mean desk.leads?"),
        ('[desk]\nleads = ["a b"]', ":2: desk.leads: should be a user's name or number, or @ and a group's, not 'a b'"),
        ('[desk]\nleads = ["@"]', ":2: desk.leads: should be a user's name or number, or @ and a group's, not '@'"),
        ('[desk.teams]\nNorth = "ann"', ":2: desk.teams.North: should be a list, not 'ann'"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, told: str) -> None:
    path = settings(tmp_path, text)
    with pytest.raises(SettingsError) as wrong:
        load(path, {})
    assert str(wrong.value) == f"{path}{told}"
