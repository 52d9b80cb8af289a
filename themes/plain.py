"""Themes for terminals with sixteen colours, in the terminal's own palette, and for none at all."""

from __future__ import annotations

from textual.theme import Theme

_SIXTEEN = {
    "pane-background": "ansi_default",
    "pane-text": "ansi_default",
    "pane-dim": "ansi_default",
    "pane-faint": "ansi_default",
    "pane-frame": "ansi_default",
    "pane-title": "ansi_default",
    "pane-cursor": "ansi_default",
    "pane-cursor-text-style": "reverse",
    "pane-quiet": "ansi_default",
    "pane-bar": "ansi_default",
    "pane-key": "ansi_cyan",
    "pane-spark": "ansi_cyan",
    "pane-load": "ansi_cyan",
    "accent-live": "ansi_cyan",
    "accent-replay": "ansi_magenta",
    "accent-paused": "ansi_yellow",
    "level-good": "ansi_green",
    "level-calm": "ansi_default",
    "level-notice": "ansi_default",
    "level-warn": "ansi_yellow",
    "level-alarm": "ansi_red",
    "state-offline": "ansi_default",
    "state-available": "ansi_green",
    "state-ringing": "ansi_cyan",
    "state-talking": "ansi_blue",
    "state-hold": "ansi_magenta",
    "state-wrap_up": "ansi_cyan",
    "state-not_ready": "ansi_yellow",
    "state-unknown": "ansi_magenta",
    "flag": "ansi_magenta",
    "praise": "ansi_yellow",
}

_OWN = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "border": "ansi_default",
    "border-blurred": "ansi_default",
    "block-cursor-foreground": "ansi_default",
    "block-cursor-background": "ansi_default",
    "block-cursor-text-style": "reverse",
    "block-cursor-blurred-text-style": "bold",
    "input-cursor-text-style": "reverse",
    "input-selection-background": "ansi_default",
    "footer-key-foreground": "ansi_default",
    "button-focus-text-style": "reverse",
    "scrollbar": "ansi_default",
    "scrollbar-background": "ansi_default",
}
"""What the toolkit's own widgets read: their cursors in reverse, as ours."""

SIXTEEN = Theme(
    name="floorwalk-16",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables=_SIXTEEN | _OWN,
)
"""The terminal's own foreground and background, so that it reads on black and on white."""

MONO = Theme(
    name="floorwalk-mono",
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables=dict.fromkeys(_SIXTEEN, "ansi_default") | {"pane-cursor-text-style": "reverse"} | _OWN,
)
"""No colour: signs, bold and reverse carry everything."""
