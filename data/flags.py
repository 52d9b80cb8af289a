"""What people may flag: the words a site uses, how much each asks for, and what usually comes next.

Pure: no clock, no I/O. A word names what can be seen or heard of a person; what they feel is for them to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from data.model.days import HOUR


class Severity(IntEnum):
    """How much a flag asks for."""

    PRAISE = 0
    """Nothing: it is to be told, and the only kind that is shown on a wall."""
    NOTE = 1
    WATCH = 2
    URGENT = 3
    """Somebody at once."""


class FlagWord(NamedTuple):
    """A kind of flag: its key, what it is called, and what holds where the one who raises it says nothing else."""

    key: str
    en: str
    zh: str
    severity: Severity = Severity.WATCH
    expires_ms: int = 2 * HOUR
    step: str = ""


class StepWord(NamedTuple):
    """A next step: its key, and what it is called."""

    key: str
    en: str
    zh: str


FLAG_WORDS = (
    FlagWord("asked_for_help", "asked for help", "举手求助", Severity.URGENT, step="take_over"),
    FlagWord("distressed_caller", "distressed caller", "客户激动", step="offer_break"),
    FlagWord("raised_voice", "raised voice", "音量升高", step="private_word"),
    FlagWord("stepped_away_upset", "stepped away", "离席", Severity.URGENT, step="private_word"),
    FlagWord("unwell", "says unwell", "自述不适", Severity.URGENT, step="offer_break"),
    FlagWord("tired", "says tired", "自述疲惫", step="offer_break"),
    FlagWord("needs_follow_up", "to follow up", "待跟进", Severity.NOTE, 24 * HOUR, "follow_up"),
    FlagWord("praise", "praise", "表扬", Severity.PRAISE, 12 * HOUR),
)
"""The vocabulary as shipped."""

STEP_WORDS = (
    StepWord("private_word", "a word in private", "单独聊一聊"),
    StepWord("offer_break", "offer a break", "安排小休"),
    StepWord("take_over", "take over the call", "接手来电"),
    StepWord("buddy", "a buddy beside", "一帮一"),
    StepWord("follow_up", "follow up", "跟进"),
)
"""The next steps as shipped."""


MOST_WORDS = 12
"""So many kinds, and so many steps, may be in use: they are chosen by one key from one small window."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A site's words for flags and next steps."""

    flags: tuple[FlagWord, ...] = FLAG_WORDS
    steps: tuple[StepWord, ...] = STEP_WORDS

    def word(self, key: str) -> FlagWord | None:
        """Return a flag's word, None for a kind that the site has no longer."""
        return next((word for word in self.flags if word.key == key), None)

    def called(self, key: str, language: str) -> str:
        """Return what a flag or a step is called in a language; its key where the site has no word for it."""
        words: tuple[FlagWord | StepWord, ...] = (*self.flags, *self.steps)
        word = next((word for word in words if word.key == key), None)
        return key.replace("_", " ") if word is None else word.zh if language == "zh" else word.en


VOCABULARY = Vocabulary()
"""As shipped."""
