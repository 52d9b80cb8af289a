"""The closed vocabularies: what an agent can be doing, how a call can end, how fresh a source is."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class State(StrEnum):
    """What an agent is doing. Exactly one holds at a moment; `PRECEDENCE` says which one wins."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


PRECEDENCE = (
    State.HOLD,
    State.TALKING,
    State.RINGING,
    State.OFFLINE,
    State.WRAP_UP,
    State.NOT_READY,
    State.AVAILABLE,
    State.UNKNOWN,
)
"""Which state is shown when several hold: a call in progress outlives a log-off and a pause."""

BUSY = frozenset({State.TALKING, State.HOLD, State.WRAP_UP})
"""The states that count as handling contacts in occupancy."""

SIGNED_IN = frozenset(State) - {State.OFFLINE, State.UNKNOWN}


class Outcome(StrEnum):
    """How a queue visit ended. `TRANSFERRED` visits were answered too."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    OVERFLOWED = "overflowed"
    TIMED_OUT = "timed_out"
    TRANSFERRED = "transferred"
    LOST = "lost"


class Channel(StrEnum):
    """What kind of contact a queue holds."""

    VOICE = "voice"
    CHAT = "chat"
    EMAIL = "email"


class Health(StrEnum):
    """How far a source can be believed at a moment."""

    UP = "up"
    LATE = "late"
    STALE = "stale"
    DOWN = "down"
    NONE = "none"
    """Nothing was measured at that moment."""


class FlagKind(StrEnum):
    """What the played supervisor sees; people's own words are the site's, see `data.flags`."""

    ASKED_FOR_HELP = "asked_for_help"
    RAISED_VOICE = "raised_voice"
    DISTRESSED_CALLER = "distressed_caller"
    STEPPED_AWAY_UPSET = "stepped_away_upset"
    PRAISE = "praise"


class Band(IntEnum):
    """How much strain an agent's workload is, and what it asks for."""

    OK = 0
    WATCH = 1
    OFFER = 2
    """Offer a break."""
    URGENT = 3


class Mark(StrEnum):
    """The result of one checklist item."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
