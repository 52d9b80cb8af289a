"""The poller: asks the sources, records their answers, and is the store's only writer."""

from data.poller.process import Source, run
from data.poller.source import Poller, measured_against

__all__ = ["Poller", "Source", "measured_against", "run"]
