"""The sources as they are polled: their options held against what the adapters declare, their secrets looked up.

Only the adapters that the settings name are loaded, and only by the commands that poll them or tell of them.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from console.settings import Settings, SettingsError, SourceSettings
from console.settings_secrets import MadeWith, Place, Ready, place_of, read_secret, variable_of, ways
from data.adapters.base import Option
from data.adapters.registry import AdapterError, options_of

KINDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
"""What an option's kind is called."""


class Checked(NamedTuple):
    """A source whose options are such as its adapter declares, and where each of its secrets is, if it is anywhere."""

    source: SourceSettings
    declared: tuple[Option, ...]
    secrets: dict[str, Place | None]


def checked(settings: Settings) -> list[Checked]:
    """Return the sources, checked. Raises SettingsError: a line for each thing that is wrong with any of them."""
    found: list[Checked] = []
    problems: list[str] = []
    for source in settings.sources:
        try:
            found.append(check(settings, source))
        except SettingsError as error:
            problems.append(str(error))
    problems += [*mistakable(found), *doubled(settings, found)]
    if problems:
        raise SettingsError("\n".join(problems))
    return found


def check(settings: Settings, source: SourceSettings) -> Checked:
    """Return a source, checked against its adapter's declaration. Raises SettingsError."""
    try:
        declared = options_of(source.adapter)
    except AdapterError as error:
        raise SettingsError(f"{_place(settings, source, 'adapter')}: {error}") from error
    problems = list(_problems(settings, source, declared))
    if problems:
        raise SettingsError("\n".join(problems))
    return Checked(source, declared, {each.name: place_of(source, each.name) for each in declared if each.secret})


def _place(settings: Settings, source: SourceSettings, *keys: str) -> str:
    """Return where a key of a source stands, with the key, to begin an error with."""
    place = settings.place("source", source.name, *keys)
    return f"{'the command line' if place == 'option' else place}: {'.'.join(('source', source.name, *keys))}"


def _problems(settings: Settings, source: SourceSettings, declared: Sequence[Option]) -> Iterator[str]:
    """Yield what is wrong with a source's options. What they are is never told: any might be a secret gone astray."""
    by_name = {option.name: option for option in declared}
    plain = {each.name: each.kind for each in declared if not each.secret}
    valid: dict[str, type] = {**plain, **{f"{each.name}_file": str for each in declared if each.secret}}
    for key, value in source.options.items():
        place = _place(settings, source, key)
        if key in by_name and by_name[key].secret:
            yield f"{place} is a secret, and nobody else must read it here: {ways(source.name, key)}"
        elif key not in valid:
            yield f"{place} is no option of {source.adapter}; {_meant(source, key, [*valid, *by_name])}"
        elif not is_of(value, valid[key]):
            yield f"{place}: should be {KINDS.get(valid[key], valid[key].__name__)}, not {_kind_of(value)}"
    for option in declared:
        if option.required and not option.secret and option.name not in source.options:
            such_as = f", such as {option.example}" if option.example else ""
            yield f"{_place(settings, source)}: {source.adapter} needs {option.name}: {option.about}{such_as}"


def _meant(source: SourceSettings, key: str, valid: Sequence[str]) -> str:
    near = get_close_matches(key, [*valid, "adapter", "interval_s"], 1)
    if near:
        return f"did you mean source.{source.name}.{near[0]}?"
    return f"there are {', '.join(dict.fromkeys(valid))}" if valid else "it takes none"


def is_of(value: object, kind: type) -> bool:
    """Whether a value is of a kind, and can be handed to the poller's process."""
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, (int, float))
    return isinstance(value, kind) and _is_plain(value)


def from_text(option: Option, text: str) -> Any:  # noqa: ANN401 (whatever the adapter takes)
    """Return what somebody typed as a value of the option's kind. Raises ValueError, which does not repeat it.

    It may be written as in TOML; a text needs no quotes, and a list of one thing no brackets.
    """
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    if option.kind in (str, list) and not is_of(value, option.kind):
        value = value if isinstance(value, str) else text
        value = [value] if option.kind is list else value
    if not is_of(value, option.kind):
        raise ValueError(f"{option.name} should be {KINDS.get(option.kind, option.kind.__name__)}")
    return value


def _is_plain(value: object) -> bool:
    """Whether a value holds no dates or times, which TOML has and adapters do not take."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return all(map(_is_plain, value)) if isinstance(value, list) else isinstance(value, (str, int, float))


def _kind_of(value: object) -> str:
    if not _is_plain(value):
        return "a date or time" if not isinstance(value, (list, dict)) else "one with dates or times in it"
    return KINDS.get(type(value), type(value).__name__)


def mistakable(found: Sequence[Checked]) -> Iterator[str]:
    """Yield the secrets that the environment could not tell apart: one system's password would go to another."""
    seen: dict[str, str] = {}
    for source, _, secrets in found:
        for option in secrets:
            name, variable = f"source.{source.name}.{option}", variable_of(source.name, option)
            if variable in seen:
                yield f"{variable} would be the secret of {seen[variable]} and of {name}: give one source another name"
            seen[variable] = name


def doubled(settings: Settings, found: Sequence[Checked]) -> Iterator[str]:
    """Yield the sources that are one telephony system: each of its agents would be on the floor twice.

    They are of one kind, and all that this kind must be told, but for secrets, is the same.
    """
    seen: dict[str, SourceSettings] = {}
    for source, declared, _ in found:
        needed = [option.name for option in declared if option.required and not option.secret]
        if not needed:
            continue  # nothing tells two of them apart: as many floors may be played as somebody likes
        system = repr((source.adapter, [_alike(source.options[name]) for name in needed]))
        other = seen.setdefault(system, source)
        if other is not source:
            yield (
                f"{_place(settings, source)}: this is the same {source.adapter} as {_place(settings, other)}, "
                f"by {', '.join(needed)}: each of its agents would be there twice; take one of the two tables out"
            )


def _alike(value: object) -> object:
    """Return what is the same for two values that mean the same: a slash at the end of a place says nothing."""
    if isinstance(value, list):
        return [_alike(each) for each in value]
    return value.rstrip("/") if isinstance(value, str) else value


def with_secrets(settings: Settings, source: Checked) -> MadeWith:
    """Return what a source's adapter is made with, its secrets read. Raises SettingsError."""
    about, declared, places = source
    left_out = {f"{option}_file" for option in places}
    values: dict[str, Any] = {key: value for key, value in about.options.items() if key not in left_out}
    if about.adapter == "simulator":
        values.setdefault("zone", settings.zone or "UTC")
    problems = []
    for option in declared:
        place = places.get(option.name)
        try:
            if place is not None:
                values[option.name] = read_secret(place)
            elif option.secret and option.required:
                lacks = f"{_place(settings, about)}: {about.adapter} needs {option.name}, a secret ({option.about})"
                problems.append(f"{lacks}: {ways(about.name, option.name)}")
        except SettingsError as error:
            problems.append(str(error))
    if problems:
        raise SettingsError("\n".join(problems))
    return MadeWith(values, frozenset(places))


def ready(settings: Settings) -> list[Ready]:
    """Return what the poller is started with; the secrets are read now, and taken out of the environment.

    Raises SettingsError: a line for each thing that is wrong.
    """
    found: list[Ready] = []
    problems: list[str] = []
    sources = checked(settings)
    for each in sources:
        source = each.source
        interval_ms = settings.interval_ms if source.interval_ms is None else source.interval_ms
        try:
            found.append(Ready(source.name, source.adapter, with_secrets(settings, each), interval_ms))
        except SettingsError as error:
            problems.append(str(error))
    if problems:
        raise SettingsError("\n".join(problems))
    forget(sources)
    return found


def forget(sources: Sequence[Checked]) -> None:
    """Take the secrets of sources out of the environment, so that no child of this process is given them."""
    for each in sources:
        for option in each.secrets:
            os.environ.pop(variable_of(each.source.name, option), None)
