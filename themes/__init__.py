"""Colour themes and the stylesheets."""
