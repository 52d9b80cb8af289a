"""The reader's words: English texts are the keys, a catalogue gives the Chinese."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Literal

Language = Literal["en", "zh"]

_PLAIN = str.maketrans({"…": "...", "–": "-", "−": "-", "“": '"', "”": '"', "·": "-", "×": "x", "→": ">"})


def reader_language(wanted: str | None = None) -> Language:
    """Return the language to speak: the one asked for, else what the reader's locale says."""
    for value in (wanted, os.environ.get("LC_ALL"), os.environ.get("LC_MESSAGES"), os.environ.get("LANG")):
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def can_draw_unicode() -> bool:
    """Tell whether the reader's locale can show more than ASCII."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = os.environ.get(name)
        if value:
            return "utf" in value.lower()
    return True


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return the texts of a language by their English; none for English itself."""
    if language == "en":
        return {}
    words: Mapping[str, str] = import_module("console.locale.zh").WORDS
    return words


def words_of(language: Language, *, ascii: bool = False) -> Callable[[str], str]:
    """Return the translator of a language, without typographic signs where the reader's locale has ASCII only.

    A text that the catalogue lacks stays English.
    """
    texts = catalogue(language)
    if ascii:
        return lambda text: texts.get(text, text).translate(_PLAIN)
    return lambda text: texts.get(text, text)
