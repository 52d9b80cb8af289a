"""Tones and what they look like: each tone a pane draws with, resolved once per theme into a style.

A tone is the name of what a text means (`level-alarm`, `state-talking`, `dim`); a ground is what it stands on
(`pane`, `cursor`, `quiet`, `bar`). Themes bring the colours as variables; with others the fallbacks hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

FALLBACKS: Mapping[str, str] = {
    "pane-background": "background",
    "pane-text": "foreground",
    "pane-dim": "foreground",
    "pane-faint": "foreground",
    "pane-frame": "foreground",
    "pane-title": "foreground",
    "pane-cursor": "surface",
    "pane-quiet": "background",
    "pane-bar": "panel",
    "pane-key": "accent",
    "pane-spark": "secondary",
    "pane-load": "secondary",
    "accent-live": "primary",
    "accent-replay": "accent",
    "accent-paused": "warning",
    "level-good": "success",
    "level-calm": "foreground",
    "level-notice": "warning",
    "level-warn": "warning",
    "level-alarm": "error",
    "state-offline": "foreground",
    "state-available": "success",
    "state-ringing": "accent",
    "state-talking": "primary",
    "state-hold": "secondary",
    "state-wrap_up": "secondary",
    "state-not_ready": "warning",
    "state-unknown": "foreground",
    "flag": "warning",
    "praise": "success",
}
"""Every variable a pane reads, and the one of Textual's own that stands in where a theme lacks it."""

_TONES: Mapping[str, str] = {
    "text": "pane-text",
    "strong": "pane-text",
    "dim": "pane-dim",
    "faint": "pane-faint",
    "frame": "pane-frame",
    "title": "pane-title",
    "key": "pane-key",
    "spark": "pane-spark",
    "load": "pane-load",
}
"""Tones whose variable has another name; all others are named as their variable."""

_BOLD = frozenset({"strong", "title", "level-warn", "level-alarm", "key", "accent", "flag"})
_DIM = frozenset({"dim", "faint", "frame"})
"""Tones that are drawn dim where a theme has no colour of its own for them."""

_GROUNDS: Mapping[str, str] = {
    "": "pane-background",
    "pane": "pane-background",
    "cursor": "pane-cursor",
    "quiet": "pane-quiet",
    "bar": "pane-bar",
}


class Palette:
    """The styles of all tones on all grounds under one theme; made on demand and kept.

    Args:
        variables: The theme's variables as the app has them.
        mode: The clock's mode, which decides what the tone `accent` is.
    """

    def __init__(self, variables: Mapping[str, str], mode: str = "live") -> None:
        self.key = (mode, *(self._value(variables, name) for name in FALLBACKS))
        self._colors = dict(zip(FALLBACKS, self.key[1:], strict=True))
        self._colors["accent"] = self._colors[f"accent-{mode}"]
        self._reverse_cursor = variables.get("pane-cursor-text-style") == "reverse"
        self._styles: dict[tuple[str, str], Style] = {}

    @staticmethod
    def _value(variables: Mapping[str, str], name: str) -> str:
        """Return a variable's value, or its stand-in's."""
        return variables.get(name) or variables.get(FALLBACKS[name]) or "ansi_default"

    def style(self, tone: str, ground: str = "") -> Style:
        """Return the style of a tone on a ground; `reverse-<tone>` swaps the two."""
        style = self._styles.get((tone, ground))
        if style is None:
            style = self._styles[tone, ground] = self._make(tone, ground)
        return style

    def _make(self, tone: str, ground: str) -> Style:
        """Make a style from the theme's colours."""
        name = tone.removeprefix("reverse-")
        plain = ground == "cursor" and self._reverse_cursor
        reverse = name != tone or plain
        variable = "pane-text" if plain else _TONES.get(name, name)
        color = Color.parse(self._colors[variable]).rich_color
        back = Color.parse(self._colors[_GROUNDS[ground]]).rich_color
        bold = name in _BOLD or name != tone
        dim = not plain and name in _DIM and self._colors["pane-text"] == self._colors[_TONES[name]]
        return Style(color=color, bgcolor=back, bold=bold or None, dim=dim or None, reverse=reverse or None)
