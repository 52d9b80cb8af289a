"""The commands, a module of some: its `COMMANDS` says what options each takes and what it does.

A module is loaded when one of its commands is asked for; of the others, `--help` needs the summaries only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.commands.common import Command

SUMMARIES = {
    "demo": ("screen", "a floor that is played, live on the screen"),
    "up": ("screen", "poll the configured source and open the floor, in one"),
    "poll": ("screen", "poll the configured source into the store until stopped"),
    "console": ("screen", "open the floor as it is now (what a bare `floorwalk` does)"),
    "replay": ("screen", "scrub through a day of a queue log or of the store"),
    "import": ("importing", "put queue logs of an Asterisk into the store"),
    "simulate": ("simulate", "write past days of a played floor into the store"),
    "floor": ("floor", "the floor at a moment, as text or JSON"),
    "kpi": ("kpi", "the figures of a window, by queue, agent or interval"),
    "audit": ("audit", "who did what about whom; verify: whether the record is whole"),
    "privacy": ("privacy", "what is kept about a person: export it for them, or erase it"),
    "catalogue": ("catalogue", "the floor's rules, checklists and shifts: show those in force, check a file"),
    "roster": ("roster", "who works when: take it from a file, show who came"),
    "discipline": ("discipline", "walks, findings, incidents, handovers, attendance, scores: as text or documents"),
    "init": ("init", "write the settings file: four questions, and every key explained"),
    "adapters": ("diagnose", "the sources that can be polled"),
    "adapter": ("adapter", "check an adapter against the contract, for whoever writes one or is to trust one"),
    "doctor": ("diagnose", "whether everything is as it should be here"),
    "config": ("diagnose", "show the settings that hold, and where each comes from"),
}
"""The module and the summary of each command, in the order of `floorwalk --help`."""


def load(name: str) -> Command:
    """Return a command by name."""
    module = import_module(f"console.commands.{SUMMARIES[name][0]}")
    command: Command = module.COMMANDS[name]
    return command
