"""The poller: asks the sources, records their answers, and is the store's only writer.

- `process`  one process for all sources: making them, signals, exit codes
- `source`   one source: a poll at each interval, recorded, written, and what is told of its failures
- `asking`   one poll: its deadline, its cancelling
- `placing`  where in the store's time an answer belongs, when clocks are set and polls fail
- `outbox`   rows that wait for the store
"""

from data.poller.clock import Clock
from data.poller.goals import measured_against
from data.poller.process import EX_NOPERM, Source, run
from data.poller.source import Poller

__all__ = ["EX_NOPERM", "Clock", "Poller", "Source", "measured_against", "run"]
