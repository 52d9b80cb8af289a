"""What people ask the desk to do: typed acts, who may order them, and the answer.

Agents, queues, flags and the rest are named by the store's own ids. Times are UTC ms. A text is what a person typed, at
most `MOST_TEXT` characters. There is no act by which a program could say how somebody feels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from data.model.acts import Ear
from data.model.discipline_requests import DISCIPLINE_REQUESTS, DisciplineRequest

MOST_TEXT = 500
"""The longest note."""


class Role(IntEnum):
    """What somebody may do, each with all that the one before may."""

    VIEWER = 0
    """Looks."""
    LEAD = 1
    """Acts on the people of the own teams."""
    SUPERVISOR = 2
    """Acts on everybody, and on the phones."""
    ADMIN = 3
    """Erases, and reads the audit."""


class Decision(StrEnum):
    """What was decided about somebody's break."""

    OFFER = "offer"
    APPROVE = "approve"
    """They go now; where the phone can, it is paused."""
    REFUSE = "refuse"
    RETURN = "return"
    """They are called back; where the phone can, its pause is ended."""
    WITHDRAW = "withdraw"
    """An offer or an approval that was not taken up holds no longer."""


@dataclass(frozen=True, slots=True)
class RaiseFlag:
    """Say what was seen of an agent; `flag` is a key of the vocabulary, which gives what is left out here."""

    agent: int
    flag: str
    note: str = ""
    step: str = ""
    owner: str = ""
    follow_up_ms: int | None = None
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeFlag:
    """Say what comes next of an open flag; None leaves as it was."""

    id: int
    note: str | None = None
    step: str | None = None
    owner: str | None = None
    follow_up_ms: int | None = None
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ResolveFlag:
    """A flag is dealt with; `helped` says what helped."""

    id: int
    helped: str = ""


@dataclass(frozen=True, slots=True)
class NoteMood:
    """How an agent seems to a person, or (`said`) says to be: 1 to 5; None: absent."""

    agent: int
    mood: int | None
    note: str = ""
    said: bool = False


@dataclass(frozen=True, slots=True)
class NoteCoaching:
    """What was worked on with an agent, or what they are praised for."""

    agent: int
    note: str
    praise: bool = False
    follow_up_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CloseFollowUp:
    """The follow-up of a coaching is done; `id` is the coaching's."""

    id: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecideBreak:
    """Decide about an agent's break; `reason` is one of the break policy's."""

    agent: int
    decision: Decision
    reason: str = "rest"
    note: str = ""


@dataclass(frozen=True, slots=True)
class PauseAgent:
    """Let an agent take no calls, for a reason."""

    agent: int
    reason: str


@dataclass(frozen=True, slots=True)
class UnpauseAgent:
    """Let an agent take calls again."""

    agent: int


@dataclass(frozen=True, slots=True)
class SignOutAgent:
    """Sign an agent out of all queues."""

    agent: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EndWrapUp:
    """End an after-call work that hangs."""

    agent: int


@dataclass(frozen=True, slots=True)
class MoveAgent:
    """Let an agent serve another queue instead of one; `from_queue` None: besides those served now."""

    agent: int
    to_queue: int
    from_queue: int | None = None


@dataclass(frozen=True, slots=True)
class ListenIn:
    """Join an agent's call from the phone `phone`, for a `reason` that must be given."""

    agent: int
    phone: str
    reason: str
    ear: Ear = Ear.LISTEN


@dataclass(frozen=True, slots=True)
class StopListeningIn:
    """End a listening, one's own or (supervisors) anybody's; `id` is its own."""

    id: int


@dataclass(frozen=True, slots=True)
class EraseAgent:
    """Erase what is kept about a person who asks for it; only figures without a name stay."""

    agent: int
    reason: str


Request = (
    RaiseFlag
    | ChangeFlag
    | ResolveFlag
    | NoteMood
    | NoteCoaching
    | CloseFollowUp
    | DecideBreak
    | PauseAgent
    | UnpauseAgent
    | SignOutAgent
    | EndWrapUp
    | MoveAgent
    | ListenIn
    | StopListeningIn
    | EraseAgent
    | DisciplineRequest
)
"""All that the desk takes."""

REQUESTS: dict[str, type[Request]] = {
    "raise_flag": RaiseFlag,
    "change_flag": ChangeFlag,
    "resolve_flag": ResolveFlag,
    "note_mood": NoteMood,
    "note_coaching": NoteCoaching,
    "close_follow_up": CloseFollowUp,
    "decide_break": DecideBreak,
    "pause_agent": PauseAgent,
    "unpause_agent": UnpauseAgent,
    "sign_out_agent": SignOutAgent,
    "end_wrap_up": EndWrapUp,
    "move_agent": MoveAgent,
    "listen_in": ListenIn,
    "stop_listening_in": StopListeningIn,
    "erase_agent": EraseAgent,
    **DISCIPLINE_REQUESTS,
}
"""The name of each on the wire and in the audit."""

NAMES: dict[type[Request], str] = {kind: name for name, kind in REQUESTS.items()}


class Refusal(StrEnum):
    """Why something was not done."""

    NONE = ""
    ROLE = "role"
    """The caller's role does not allow it; the words say which one does."""
    TEAM = "team"
    """A lead acts on the own teams only."""
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """There is no such agent, flag, queue."""
    INVALID = "invalid"
    """The request can't be understood."""
    CANNOT = "cannot"
    """The telephony system can't do that, or is not there."""
    UNSURE = "unsure"
    """Nobody can tell whether it was done."""
    FAILED = "failed"
    """The store took nothing; nothing was done."""


class Answer(NamedTuple):
    """What came of a request: whether it was done, in words, and the id of what was made."""

    done: bool
    said: str = ""
    id: int | None = None
    refusal: Refusal = Refusal.NONE


class Standing(NamedTuple):
    """Who the desk takes the caller for, and what can be done there: the answer to a greeting.

    `teams` are a lead's own. `abilities` gives for each source the acts on phones that its adapter can
    (`data.adapters.base.ACTS`, as texts).
    """

    user: str
    role: Role
    teams: tuple[str, ...] = ()
    abilities: tuple[tuple[str, tuple[str, ...]], ...] = ()
