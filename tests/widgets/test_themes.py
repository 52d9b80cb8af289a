"""Every theme has every variable a pane reads, with contrast enough to read."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from themes import THEMES, pick
from themes.colours import COLOUR_BLIND, DARK, HIGH_CONTRAST
from widgets.palette import FALLBACKS, Palette

COLOURED = tuple(theme for theme in THEMES if not theme.ansi)
FRAMES = {"pane-background", "pane-frame", "pane-cursor", "pane-quiet", "pane-bar", "pane-spark", "pane-load"}


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours."""

    def luminance(value: str) -> float:
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in Color.parse(value).normalized]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_variable_is_there(theme: Theme) -> None:
    assert set(FALLBACKS) <= set(theme.variables)


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_texts_are_readable(theme: Theme) -> None:
    colours = theme.variables
    floor = 7.0 if theme is HIGH_CONTRAST else 4.5
    for name in set(FALLBACKS) - FRAMES - {"pane-faint"}:
        for ground in ("pane-background", "pane-bar", "pane-cursor"):
            least = floor if ground == "pane-background" else 3.9
            assert contrast(colours[name], colours[ground]) >= least, (name, ground)
    assert contrast(colours["pane-text"], colours["pane-background"]) >= 7
    assert contrast(colours["pane-faint"], colours["pane-background"]) >= 4


def test_levels_differ_for_colour_blind_eyes() -> None:
    """Red–green blindness leaves lightness and blue–yellow: each step differs in one of them."""
    names = ("level-good", "level-notice", "level-warn", "level-alarm")
    seen = [deuteranope(COLOUR_BLIND.variables[name]) for name in names]
    for i, one in enumerate(seen):
        for other in seen[i + 1 :]:
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 45


def deuteranope(value: str) -> tuple[float, float, float]:
    """Return a colour as a deuteranope sees it (Machado 2009, severity 1)."""
    r, g, b = Color.parse(value).rgb
    return (
        0.367322 * r + 0.860646 * g - 0.227968 * b,
        0.280085 * r + 0.672501 * g + 0.047413 * b,
        -0.011820 * r + 0.042940 * g + 0.968881 * b,
    )


def test_the_terminal_decides_what_it_can_show() -> None:
    assert pick(DARK.name, 16_777_216) == DARK.name
    assert pick(DARK.name, 256) == DARK.name
    assert pick(DARK.name, 16) == "floorwalk-16"
    assert pick(DARK.name, 16_777_216, no_color=True) == "floorwalk-mono"


def test_accent_follows_the_clock() -> None:
    styles = {Palette(DARK.variables, mode).style("accent") for mode in ("live", "replay", "paused")}
    assert len(styles) == 3


def test_foreign_themes_fall_back() -> None:
    palette = Palette({"error": "#ff0000", "background": "#000000", "foreground": "#ffffff"})
    assert palette.style("level-alarm").color == Color.parse("#ff0000").rich_color
