"""Finding adapters: those in the tree by name, others by the entry-point group `floorwalk.adapters`.

A plugin is code that holds the telephony system's password, so it is found in three grains: `names` tells which ones
there are and imports nothing of any, `load` loads the one that is asked for, and `load_all` (for `floorwalk adapter
check --all` only) loads every one and survives those that are broken. What was loaded is held against the contract in
`data.adapters.base`, as far as a class can be without being made.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, NamedTuple

from data.adapters.base import Adapter, Capability, Option

GROUP = "floorwalk.adapters"

BUILT_IN: Mapping[str, tuple[str, str]] = {
    "simulator": ("data.adapters.simulator", "Simulator"),
    "queue_log": ("data.adapters.queue_log", "QueueLog"),
    "asterisk": ("data.adapters.asterisk", "Asterisk"),
}
"""The adapters in the tree, found without asking the installation: name → (module, class)."""

KINDS = (str, int, float, bool, list, dict)
"""What an option may be: the types of TOML."""


class AdapterError(Exception):
    """An adapter can't be had; the message names it, where it comes from, and says why."""


class Found(NamedTuple):
    """Where an adapter comes from: the class `attribute` of `module`, installed with `distribution`.

    `rivals` are the distributions that claim the same name for something else.
    """

    module: str
    attribute: str
    distribution: str
    rivals: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as an error names it."""
        return f"{self.module}:{self.attribute} of {self.distribution or 'an unknown distribution'}"


# ------------------------------------------------------------------ the three grains


def names() -> Mapping[str, Found]:
    """Return where each adapter comes from, by name; nothing of any adapter is imported."""
    found = {name: Found(*where, "floorwalk") for name, where in BUILT_IN.items()}
    for point in entry_points(group=GROUP):
        if point.name in BUILT_IN:
            continue
        each = Found(point.module, point.attr, point.dist.name if point.dist else "")
        known = found.setdefault(point.name, each)
        if known[:2] != each[:2]:
            found[point.name] = known._replace(rivals=(*known.rivals, each.distribution))
    return dict(sorted(found.items()))


def load(name: str) -> type[Any]:
    """Return the class of one adapter; no other one is loaded. Raises AdapterError."""
    if name in BUILT_IN:
        return _loaded(name, Found(*BUILT_IN[name], "floorwalk"))
    there = names()
    if name not in there:
        near = get_close_matches(name, there, 1)
        meant = f"did you mean {near[0]}? T" if near else "t"
        raise AdapterError(f"there is no adapter {name!r}; {meant}he ones here are {', '.join(there)}")
    return _loaded(name, there[name])


def load_all() -> tuple[dict[str, type[Any]], dict[str, AdapterError]]:
    """Return the class of every adapter by name, and beside them why the others can't be loaded."""
    loaded: dict[str, type[Any]] = {}
    broken: dict[str, AdapterError] = {}
    for name, found in names().items():
        try:
            loaded[name] = _loaded(name, found)
        except AdapterError as error:
            broken[name] = error
    return loaded, broken


def _loaded(name: str, found: Found) -> type[Any]:
    if found.rivals:
        claim = ", ".join((found.distribution, *found.rivals))
        raise AdapterError(f"the adapter {name!r} is claimed by {claim}: uninstall all but the one that you trust")
    try:
        loaded: Any = import_module(found.module)
        for part in found.attribute.split("."):
            loaded = getattr(loaded, part)
    except (Exception, SystemExit) as error:  # a plugin may do anything while it is imported
        why = f"{type(error).__name__}: {error}"
        raise AdapterError(f"the adapter {name!r} ({found}) can't be loaded: {why}") from error
    broken = list(breaks(loaded))
    if broken:
        raise AdapterError(f"{name!r} ({found}) is no adapter: {'; '.join(broken)}")
    adapter: type[Any] = loaded
    return adapter


# ------------------------------------------------------------------ held against the contract


def breaks(loaded: object) -> Iterator[str]:
    """Yield what a class lacks to be an adapter, or has wrong, as far as can be seen without making one."""
    if not isinstance(loaded, type):
        yield f"it is a {type(loaded).__name__}, not a class"
        return
    for method, given in (("poll", ()), ("perform", (None,)), ("aclose", ())):
        yield from _method_breaks(loaded, method, given)
    yield from _option_breaks(loaded)


def _method_breaks(loaded: type[Any], name: str, given: tuple[object, ...]) -> Iterator[str]:
    method = getattr(loaded, name, None)
    if method is None:
        yield f"it lacks {name}"
    elif not callable(method) or not inspect.iscoroutinefunction(inspect.unwrap(method)):
        yield f"{name} is no `async def`"
    else:
        try:
            inspect.signature(method).bind(loaded, *given)
        except TypeError as error:
            yield f"{name} takes other arguments: {error}"


def _option_breaks(loaded: type[Any]) -> Iterator[str]:
    """Yield where the declared options are not what `__init__` takes."""
    options = getattr(loaded, "options", None)
    if not isinstance(options, (tuple, list)) or not all(isinstance(each, Option) for each in options):
        yield "it lacks options, a tuple of Option" if options is None else "options is no tuple of Option"
        return
    for option in options:
        if option.kind not in KINDS:
            yield f"option {option.name!r} is of no type of TOML: {option.kind!r}"
    declared = [option.name for option in options]
    for twice in sorted({name for name in declared if declared.count(name) > 1}):
        yield f"option {twice!r} is declared twice"
    yield from _keyword_breaks(loaded, {option.name: option for option in options})


def _keyword_breaks(loaded: type[Any], declared: Mapping[str, Option]) -> Iterator[str]:
    """Yield which keywords of `__init__` are not declared as they are, and which declared ones it does not take."""
    takes, anything = _keywords(loaded)
    for name, option in declared.items():
        if takes.get(name) and not option.required:
            yield f"__init__ needs {name!r}, so the option is to be declared as required"
        elif name not in takes and not anything:
            yield f"__init__ takes no keyword {name!r}, which options declares"
    for name, needed in takes.items():
        if needed and name not in declared:
            yield f"__init__ needs {name!r}, which options does not declare"


def _keywords(loaded: type[Any]) -> tuple[dict[str, bool], bool]:
    """Return the keywords that a class is made with and whether each is needed, and whether it takes any other."""
    try:
        parameters = inspect.signature(loaded).parameters.values()
    except (TypeError, ValueError):
        return {}, True
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    takes = {each.name: each.default is inspect.Parameter.empty for each in parameters if each.kind in named}
    return takes, any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)


# ------------------------------------------------------------------ making one


def options_of(name: str) -> tuple[Option, ...]:
    """Return what an adapter is made with. Raises AdapterError."""
    return tuple(load(name).options)


def make(name: str, options: Mapping[str, Any]) -> Adapter:
    """Return an adapter by name, made with its options. Raises AdapterError."""
    return made(name, load(name), options)


def made(name: str, loaded: type[Any], options: Mapping[str, Any]) -> Adapter:
    """Return an adapter made of a class that was loaded. Raises AdapterError, which tells no secret."""
    wrong = list(_misfits(loaded, options))
    if wrong:
        raise AdapterError(f"the adapter {name!r} can't be made: {'; '.join(wrong)}")
    try:
        adapter = loaded(**options)
    except (Exception, SystemExit) as error:
        why = str(error) if isinstance(error, (TypeError, ValueError)) else f"{type(error).__name__}: {error}"
        hidden = without_secrets(why, secrets_in(loaded, options))
        raise AdapterError(f"the adapter {name!r} can't be made: {hidden}") from None
    broken = list(instance_breaks(adapter))
    if broken:
        hidden = without_secrets("; ".join(broken), secrets_in(loaded, options))
        raise AdapterError(f"{name!r} is no adapter: {hidden}")
    return adapter  # type: ignore[no-any-return]


def _misfits(loaded: type[Any], options: Mapping[str, Any]) -> Iterator[str]:
    """Yield which options there are that the class doesn't take, and which it needs and are not there."""
    takes, anything = _keywords(loaded)
    declared = {option.name: option for option in loaded.options}
    for name in options:
        if name not in takes and not anything:
            near = get_close_matches(name, declared, 1)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(declared) or 'none'}"
            yield f"it has no option {name!r}; {meant}"
    for name, option in declared.items():
        if option.required and name not in options:
            example = f", such as {option.example}" if option.example else ""
            yield f"it needs the option {name!r}: {option.about}{example}"


def instance_breaks(adapter: object) -> Iterator[str]:
    """Yield what an adapter that was made lacks, or has wrong."""
    try:
        name, can = (getattr(adapter, each, None) for each in ("name", "capabilities"))
    except Exception as error:  # they may be properties
        yield f"it can't say its name or what it can do: {type(error).__name__}: {error}"
        return
    if not isinstance(name, str) or not name:
        yield f"its name is {name!r}, not a text"
    if not isinstance(can, (frozenset, set)) or not all(isinstance(each, Capability) for each in can):
        yield f"its capabilities are {can!r}, not a frozenset of Capability"


# ------------------------------------------------------------------ secrets


def secrets_in(loaded: type[Any], options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts among the options that nobody may read."""
    secret = {option.name for option in loaded.options if option.secret}
    return tuple(value for name, value in options.items() if name in secret and isinstance(value, str) and value)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text with the secrets in it left out."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "•••").replace(repr(secret)[1:-1], "•••")
    return text
