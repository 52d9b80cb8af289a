"""The catalogue that ships: it holds where a site has put none of its own in force."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from data.discipline.catalogue import Catalogue
from data.discipline.reading import read_catalogue


def shipped_text() -> str:
    """Return the catalogue that ships as it is written, to be edited."""
    return Path(__file__).with_name("shipped.toml").read_text("utf-8")


@cache
def shipped() -> Catalogue:
    """Return the catalogue that ships."""
    return read_catalogue(shipped_text(), "shipped.toml")
