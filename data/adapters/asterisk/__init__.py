"""Asterisk 13 to 23, polled over HTTP: its manager's events and lists, and its queue log where it is at hand."""

from data.adapters.asterisk.adapter import Asterisk

__all__ = ["Asterisk"]
