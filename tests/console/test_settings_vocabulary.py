"""A site's own words for flags and next steps: what the settings file may say, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.settings import Settings, SettingsError, load
from console.settings_shown import values
from data.flags import FLAG_WORDS, MOST_WORDS, STEP_WORDS, VOCABULARY, FlagWord, Severity, Vocabulary
from data.model.days import HOUR, MINUTE


def read(folder: Path, text: str) -> Vocabulary:
    path = folder / "floorwalk.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, {}).vocabulary


def test_nothing_said_leaves_what_ships(tmp_path: Path) -> None:
    assert read(tmp_path, "[site]\nname = 'x'\n") == VOCABULARY == Settings().vocabulary


def test_a_kind_is_added_with_what_holds_where_nothing_is_said(tmp_path: Path) -> None:
    words = read(
        tmp_path, "[flags.late_back]\nzh = '晚归'\n[flags.star]\nen = 'star'\nseverity = 'praise'\nexpires_min = 30"
    )
    assert words.flags[: len(FLAG_WORDS)] == FLAG_WORDS, "those that ship keep their places, and so their keys"
    assert words.word("late_back") == FlagWord("late_back", "晚归", "晚归", Severity.WATCH, 2 * HOUR, "")
    assert words.word("star") == FlagWord("star", "star", "star", Severity.PRAISE, 30 * MINUTE)


def test_a_shipped_kind_changes_only_in_what_is_said(tmp_path: Path) -> None:
    words = read(tmp_path, "[steps.room]\nen = 'the quiet room'\n[flags.tired]\nseverity = 'urgent'\nstep = 'room'")
    before = VOCABULARY.word("tired")
    assert before is not None
    assert words.word("tired") == before._replace(severity=Severity.URGENT, step="room")
    assert [word.key for word in words.flags] == [word.key for word in FLAG_WORDS]
    assert words.called("room", "zh") == "the quiet room"


def test_what_is_taken_away_is_gone_and_still_has_a_name(tmp_path: Path) -> None:
    words = read(tmp_path, "[flags.raised_voice]\nin_use = false\n[steps.offer_break]\nin_use = false")
    assert words.word("raised_voice") is None
    assert words.called("raised_voice", "zh") == "raised voice", "a flag that was stored is shown by its key"
    assert "offer_break" not in [step.key for step in words.steps]
    assert not any(word.step == "offer_break" for word in words.flags), "nobody is led to a step that is gone"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[flags.Late]\nen = 'x'", 1, "flags.Late: 'Late' can't be a key"),
        ("[flags.late]\nseverity = 'note'", 1, "flags.late: say what it is called"),
        ("[flags.late]\nen = ''", 2, "flags.late.en: string should have at least 1 character"),
        ('[flags.late]\nen = "a\\u202eb"', 2, "flags.late.en: holds what can't be seen"),
        ("[flags.tired]\nseverity = 'bad'", 2, "flags.tired.severity: input should be 'praise', 'note'"),
        ("[flags.tired]\nexpires_min = 0", 2, "flags.tired.expires_min: input should be greater than 0"),
        ("\n[flags.tired]\nstep = 'nap'", 3, "flags.tired.step: there is no step 'nap'; there are private_word,"),
        ("[flags.tired]\nsteps = 'buddy'", 2, "did you mean flags.tired.step?"),
        ("[flags.nobody]\nin_use = false", 1, "nothing of that name ships"),
        ("[steps.nap]\n", 1, "steps.nap: say what it is called"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(tmp_path, text)
    assert f"floorwalk.toml:{line}: " in str(error.value)
    assert said in str(error.value)


def test_not_more_than_a_hand_can_choose_from_and_not_none(tmp_path: Path) -> None:
    most = MOST_WORDS - len(FLAG_WORDS)
    text = "".join(f"[flags.more{n}]\nen = 'more {n}'\n" for n in range(most))
    assert len(read(tmp_path, text).flags) == MOST_WORDS
    with pytest.raises(SettingsError, match=f"flags: {MOST_WORDS + 1} are more than"):
        read(tmp_path, text + "[flags.another]\nen = 'another'\n")
    none = "".join(f"[steps.{step.key}]\nin_use = false\n" for step in STEP_WORDS)
    with pytest.raises(SettingsError, match="steps: at least one"):
        read(tmp_path, none)


def test_the_words_in_force_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "floorwalk.toml"
    path.write_text("[flags.late_back]\nen = 'back late'\nexpires_min = 45\n")
    shown = dict(values(load(path, {})))
    assert shown["flags.late_back.en"] == "back late"
    assert shown["flags.late_back.expires_min"] == 45
    assert shown["flags.tired.severity"] == "watch"
