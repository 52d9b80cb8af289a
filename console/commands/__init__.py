"""The commands. A module of some: `COMMANDS` names them, each with its options and what it does.

Only what `--help` needs is imported before a command runs.
"""

from __future__ import annotations

from console.commands import diagnose, floor, importing, kpi, screen, simulate
from console.commands.common import Command

COMMANDS: dict[str, Command] = {
    **screen.COMMANDS,
    **importing.COMMANDS,
    **simulate.COMMANDS,
    **floor.COMMANDS,
    **kpi.COMMANDS,
    **diagnose.COMMANDS,
}
"""Every command by name, in the order of `floorwalk --help`."""
