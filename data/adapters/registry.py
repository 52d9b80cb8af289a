"""Finding adapters: those in the tree by name, others by the entry-point group `floorwalk.adapters`.

A plugin is code that holds the telephony system's password, so only the one that is asked for by name is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from data.adapters.base import Adapter, Option

GROUP = "floorwalk.adapters"

BUILT_IN: Mapping[str, tuple[str, str]] = {
    "simulator": ("data.adapters.simulator", "Simulator"),
    "queue_log": ("data.adapters.queue_log", "QueueLog"),
}
"""The adapters in the tree, found without asking the installation: name → (module, class)."""


class AdapterError(Exception):
    """An adapter can't be made; the message names it and says why."""


def names() -> tuple[str, ...]:
    """Return the names of all adapters there are, in order; none is loaded."""
    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))}))


def find(name: str) -> Callable[..., object]:
    """Return an adapter's class by name; it alone is loaded. Raises AdapterError."""
    points = {} if name in BUILT_IN else {point.name: point for point in entry_points(group=GROUP)}
    if name not in BUILT_IN and name not in points:
        raise AdapterError(f"there is no adapter {name!r}; the ones here are {', '.join(names())}")
    try:
        if name in BUILT_IN:
            module, attribute = BUILT_IN[name]
            found: object = getattr(import_module(module), attribute)
        else:
            found = points[name].load()
    except Exception as error:  # whatever a plugin does while it is loaded
        raise AdapterError(f"the adapter {name!r} can't be loaded: {_told(error)}") from error
    if not callable(found):
        raise AdapterError(f"{name!r} is no adapter: what its entry point names is no class")
    return found


def options_of(name: str) -> tuple[Option, ...]:
    """Return what an adapter is made with, as its class declares it; it alone is loaded. Raises AdapterError."""
    declared = getattr(find(name), "options", ())
    if not isinstance(declared, (tuple, list)) or not all(isinstance(each, Option) for each in declared):
        raise AdapterError(f"{name!r} is no adapter that can be configured: its `options` are no tuple of Option")
    return tuple(declared)


def make(name: str, options: Mapping[str, Any]) -> Adapter:
    """Return an adapter by name, made with its options. Raises AdapterError."""
    found = find(name)
    try:
        made = found(**options)
    except Exception as error:
        raise AdapterError(f"the adapter {name!r} can't be made: {_told(error)}") from error
    if not isinstance(made, Adapter):
        raise AdapterError(f"{name!r} is no adapter: it lacks a name, capabilities, poll, perform or aclose")
    return made


def _told(error: Exception) -> str:
    """Return an error's words; those of a kind that nobody expects with its name."""
    expected = isinstance(error, (ImportError, TypeError, ValueError)) and str(error)
    return str(error) if expected else f"{type(error).__name__}: {error}"
