"""The rules of breaks in the settings file: taken as they are written, and what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.settings import Settings, SettingsError
from console.settings_file import read
from console.settings_shown import values
from data.breaks import POLICY, DayTime, cap
from data.model.days import MINUTE

GOOD = """\
[breaks]
times_a_day = { rest = 3, prayer = 2 }
total_s = 2400
no_rest = ["09:00-09:30", "23:30 - 00:30"]
planned = ["training"]
most_out = 4
[breaks.team.North]
most_out = 2
"""


def breaks_of(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "floorwalk.toml"
    file.write_text(text)
    return read(file, Settings())


def test_rules_are_taken_as_they_are_written(tmp_path: Path) -> None:
    settings = breaks_of(tmp_path, GOOD)
    policy = settings.limits.breaks
    assert policy.times_a_day == {**POLICY.times_a_day, "rest": 3, "prayer": 2}
    assert policy.total_ms == 40 * MINUTE
    assert policy.no_rest == (DayTime(540, 570), DayTime(1410, 30))
    assert policy.planned == {"training"}
    assert (cap(60, 0, policy), cap(60, 0, policy.of("North")), cap(60, 0, policy.of("South"))) == (4, 2, 4)
    shown = dict(values(settings))
    assert shown["breaks.no_rest"] == ["09:00-09:30", "23:30-00:30"]
    assert (shown["breaks.team.North.most_out"], shown["breaks.times_a_day.prayer"]) == (2, 2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[breaks]\n\nno_rest = ["9-10"]',
            ":3: breaks.no_rest: '9-10' is no time of the day: write it as \"09:00-09:30\"",
        ),
        (
            "[breaks]\ntimes_a_day = { rest = -1 }",
            ":2: breaks.times_a_day.rest: input should be greater than or equal to 0",
        ),
        ("[breaks]\ntotals = 3", ":2: breaks.totals is no setting; did you mean breaks.total_s?"),
        ("[breaks.team.North]\nshare_percent = 101", ":2: breaks.team.North.share_percent: input should be less than"),
        ("[breaks.team.North]\ngrace_s = 1", ":2: breaks.team.North.grace_s is no setting"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        breaks_of(tmp_path, text)
    assert told in str(error.value)
