"""The words of flags: what ships, and what a kind that is gone is called."""

from __future__ import annotations

from data.alerts import Level, flag_level
from data.flags import FLAG_WORDS, MOST_WORDS, STEP_WORDS, VOCABULARY, Severity, Vocabulary
from data.model.words import FlagKind


def test_every_shipped_kind_has_words_in_both_languages_and_a_step_there_is() -> None:
    steps = {step.key for step in STEP_WORDS}
    for word in FLAG_WORDS:
        assert word.en and word.zh and word.expires_ms > 0
        assert word.step in steps | {""}
    for words in (FLAG_WORDS, STEP_WORDS):
        assert len({word.key for word in words}) == len(words) <= MOST_WORDS


def test_what_the_played_supervisor_sees_is_in_the_vocabulary() -> None:
    assert {kind.value for kind in FlagKind} <= {word.key for word in FLAG_WORDS}


def test_praise_alone_is_praise() -> None:
    assert [word.key for word in FLAG_WORDS if word.severity is Severity.PRAISE] == ["praise"]


def test_a_kind_is_called_in_the_readers_language_and_one_that_is_gone_by_its_key() -> None:
    assert VOCABULARY.called("tired", "en") == "says tired"
    assert VOCABULARY.called("tired", "zh") == "自述疲惫"
    assert VOCABULARY.called("buddy", "zh") == "一帮一"
    assert Vocabulary(flags=()).called("stepped_away_upset", "zh") == "stepped away upset"
    assert Vocabulary(flags=()).word("tired") is None


def test_the_level_of_a_flag_is_that_of_its_severity() -> None:
    levels = [flag_level(severity) for severity in sorted(Severity)]
    assert levels == [Level.CALM, Level.NOTICE, Level.WARN, Level.ALARM]
    assert flag_level(9) is Level.ALARM
