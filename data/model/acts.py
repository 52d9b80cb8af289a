"""What people do to the telephony system, as an adapter is asked to do it: typed acts, their orders, their results."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Ear(StrEnum):
    """How somebody joins a call: unheard, heard by the agent only, or by both."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


class Pause(NamedTuple):
    """Let an agent take no calls of a queue (None: of any). `agent` is the source's own key, here and below."""

    agent: str
    queue: str | None
    reason: str


class Unpause(NamedTuple):
    """End an agent's pause in one queue or (None) in all."""

    agent: str
    queue: str | None


class SignIn(NamedTuple):
    """Let an agent serve a queue; `name` is what they are shown by."""

    agent: str
    queue: str
    name: str = ""
    penalty: int = 0


class SignOut(NamedTuple):
    """Let an agent serve a queue no longer."""

    agent: str
    queue: str


class EndWrapUp(NamedTuple):
    """End the after-call work of an agent, who is then free for the next contact."""

    agent: str


class SetPenalty(NamedTuple):
    """Say how late an agent is asked in a queue (None: in all); 0 is first."""

    agent: str
    queue: str | None
    penalty: int


class Listen(NamedTuple):
    """Connect the phone `to` (a name of the source's own, such as PJSIP/3001) with the call an agent is in."""

    agent: str
    to: str
    ear: Ear = Ear.LISTEN


class StopListening(NamedTuple):
    """Take the phone `to` off the call that a `Listen` put it on. Where it listens to nobody, that is done already."""

    to: str


class Redirect(NamedTuple):
    """Send a waiting contact elsewhere: to an extension in a context of the telephony system."""

    call: str
    extension: str
    context: str


class HangUp(NamedTuple):
    """End a contact's call."""

    call: str


PhoneAct = Pause | Unpause | SignIn | SignOut | EndWrapUp | SetPenalty | Listen | StopListening | Redirect | HangUp


class Order(NamedTuple):
    """An act to be carried out once, however often it is ordered under the same `key`, and not after `expires_ms`."""

    key: str
    expires_ms: int
    act: PhoneAct


class Result(NamedTuple):
    """What came of an order: whether it was done, and what the telephony system said of it, in its own words."""

    done: bool
    said: str
