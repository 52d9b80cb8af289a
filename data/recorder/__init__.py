"""From what was known and what was observed to the rows to write: a pure function.

`record(known, observation)` returns the new knowledge and the rows; it reads no clock, does no I/O and changes
neither of its arguments. What happened is taken first, then a snapshot is compared with what is known. Spans of one
agent never overlap, a gap in coverage ends them, a visit ends once, and an observation that was already recorded
changes nothing.
"""

from data.model.known import AgentKnown, Known, Rows
from data.recorder.record import record

__all__ = ["AgentKnown", "Known", "Rows", "record"]
