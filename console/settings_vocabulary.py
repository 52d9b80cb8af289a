"""A site's own words for flags and next steps, from `[flags.KIND]` and `[steps.STEP]` of the settings file.

A table of a shipped kind changes what it says and leaves the rest; one of another name adds a kind; `in_use = false`
takes one away. A kind's key is what the store keeps: it should not be given to something else later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from console.settings import SettingsError
from data.flags import MOST_WORDS, FlagWord, Severity, StepWord, Vocabulary
from data.model.days import MINUTE
from data.model.text import safe_text
from data.model.toml_lines import Keys, Table, line_of

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_CELLS = 40

_exact = with_config(ConfigDict(extra="forbid", strict=True))
Words = Annotated[str, Field(min_length=1, max_length=_MOST_CELLS)]


@_exact
class FlagTable(TypedDict, total=False):
    """What `[flags.KIND]` may hold."""

    en: Words
    zh: Words
    severity: Literal["praise", "note", "watch", "urgent"]
    expires_min: Annotated[float, Field(gt=0, le=30 * 24 * 60)]
    step: str
    in_use: bool


@_exact
class StepTable(TypedDict, total=False):
    """What `[steps.STEP]` may hold."""

    en: Words
    zh: Words
    in_use: bool


def vocabulary(path: Path, lines: Mapping[Keys, int], shipped: Vocabulary, table: Table) -> Vocabulary:
    """Return a vocabulary with what the file says of it. Raises SettingsError: a line for each thing that is wrong."""
    problems: list[str] = []
    flags = {word.key: word for word in shipped.flags}
    steps = {word.key: word for word in shipped.steps}
    for key, said in table.get("steps", {}).items():
        problems += _wrong_key(path, lines, ("steps", key), said, key in steps)
        steps[key] = _step(key, steps.get(key), said)
    unused = {key for key, said in table.get("steps", {}).items() if not said.get("in_use", True)}
    for key in unused:
        steps.pop(key)
    for key, said in table.get("flags", {}).items():
        problems += _wrong_key(path, lines, ("flags", key), said, key in flags)
        flags[key] = _flag(key, flags.get(key), said)
        if not said.get("in_use", True):
            flags.pop(key)
        elif said.get("step") and said["step"] not in steps:
            there = ", ".join(steps)
            place = f"{path}:{line_of(lines, ('flags', key, 'step'))}: flags.{key}.step"
            problems.append(f"{place}: there is no step {said['step']!r}; there are {there}")
    flags = {key: word._replace(step="") if word.step in unused else word for key, word in flags.items()}
    problems += _wrong_number(path, lines, "flags", len(flags)) + _wrong_number(path, lines, "steps", len(steps))
    if problems:
        raise SettingsError("\n".join(problems))
    return Vocabulary(tuple(flags.values()), tuple(steps.values()))


def _wrong_key(path: Path, lines: Mapping[Keys, int], keys: Keys, said: Table, is_shipped: bool) -> list[str]:
    """Return what is wrong with a kind's name or with what must be said of a new one."""
    place = f"{path}:{line_of(lines, keys)}: {'.'.join(keys)}"
    if not is_shipped and not _KEY.fullmatch(keys[1]):
        return [f"{place}: {keys[1]!r} can't be a key: write small letters a-z, digits and _, as has_a_visitor"]
    if not is_shipped and not said.get("in_use", True):
        return [f"{place}: nothing of that name ships, so there is nothing to take away"]
    if not is_shipped and "en" not in said and "zh" not in said:
        return [f"{place}: say what it is called: en = 'English', zh = '中文', or both"]
    bad = [name for name in ("en", "zh") if name in said and safe_text(said[name], _MOST_CELLS).strip() != said[name]]
    if bad:
        return [f"{path}:{line_of(lines, (*keys, bad[0]))}: {'.'.join(keys)}.{bad[0]}: holds what can't be seen"]
    return []


def _wrong_number(path: Path, lines: Mapping[Keys, int], kind: str, n: int) -> list[str]:
    place = f"{path}:{line_of(lines, (kind,))}: {kind}"
    if n > MOST_WORDS:
        return [f"{place}: {n} are more than a hand can choose from; have at most {MOST_WORDS} in use"]
    return [] if n else [f"{place}: at least one must be in use"]


def _step(key: str, shipped: StepWord | None, said: Table) -> StepWord:
    word = shipped or StepWord(key, said.get("en") or said.get("zh", ""), said.get("zh") or said.get("en", ""))
    return word._replace(**{name: said[name] for name in ("en", "zh") if name in said})


def _flag(key: str, shipped: FlagWord | None, said: Table) -> FlagWord:
    word = shipped or FlagWord(key, said.get("en") or said.get("zh", ""), said.get("zh") or said.get("en", ""))
    changed: dict[str, Any] = {name: said[name] for name in ("en", "zh", "step") if name in said}
    if "severity" in said:
        changed["severity"] = Severity[said["severity"].upper()]
    if "expires_min" in said:
        changed["expires_ms"] = round(said["expires_min"] * MINUTE)
    return word._replace(**changed)
