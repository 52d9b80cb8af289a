"""Names that the command line and the settings offer, known without loading what they stand for."""

LANGUAGES = ("auto", "en", "zh")

THEMES = (
    "floorwalk-dark",
    "floorwalk-light",
    "floorwalk-contrast",
    "floorwalk-colour-blind",
    "floorwalk-16",
    "floorwalk-mono",
)
"""The names of `themes.THEMES`."""
