"""Colour themes and the stylesheet of the panes.

`THEMES` are ready to register; `pick` names the one that a terminal can show. Every theme carries one set of variables,
named for what they mean (`state-talking`, `level-alarm`, `accent-replay`); panes read nothing else.
"""

from __future__ import annotations

from pathlib import Path

from themes.colours import COLOUR_BLIND, DARK, HIGH_CONTRAST, LIGHT
from themes.plain import MONO, SIXTEEN

THEMES = (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND, SIXTEEN, MONO)
"""All themes, the default first."""

STYLESHEET = Path(__file__).with_name("floorwalk.tcss")
"""The panes' stylesheet, for `App.CSS_PATH`."""


def pick(wanted: str, colours: int, no_color: bool = False) -> str:
    """Return the name of the theme to use in a terminal of so many colours.

    With the theme for none, give `App` `ansi_color=True`: it chooses its filter for NO_COLOR as it starts, and
    would turn the terminal's own colours to black on black.

    Args:
        wanted: The theme asked for; it holds wherever the terminal can show it.
        colours: How many colours the terminal shows: 2, 16, 256 or 16_777_216.
        no_color: The reader wants none (NO_COLOR).
    """
    if no_color or colours < 16:
        return MONO.name
    return SIXTEEN.name if colours < 256 else wanted
