"""Finding adapters: those in the tree by name, others by the entry-point group `floorwalk.adapters`.

A plugin is code that holds the telephony system's password, so only the one that is asked for by name is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from data.adapters.base import Adapter

GROUP = "floorwalk.adapters"

BUILT_IN: Mapping[str, tuple[str, str]] = {
    "simulator": ("data.adapters.simulator", "Simulator"),
    "queue_log": ("data.adapters.queue_log", "QueueLog"),
}
"""The adapters in the tree, found without asking the installation: name → (module, class)."""


class AdapterError(Exception):
    """An adapter can't be made; the message names it and says why."""


def make(name: str, options: Mapping[str, Any]) -> Adapter:
    """Return an adapter by name, made with its options. Raises AdapterError."""
    try:
        if name in BUILT_IN:
            module, attribute = BUILT_IN[name]
            made: object = getattr(import_module(module), attribute)(**options)
        else:
            found = {point.name: point for point in entry_points(group=GROUP)}
            if name not in found:
                known = ", ".join(sorted({*BUILT_IN, *found}))
                raise AdapterError(f"there is no adapter {name!r}; the ones here are {known}")
            made = found[name].load()(**options)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise AdapterError(f"the adapter {name!r} can't be made: {error}") from error
    if not isinstance(made, Adapter):
        raise AdapterError(f"{name!r} is no adapter: it lacks a name, capabilities, poll or aclose")
    return made
