"""Acts on an Asterisk: orders sent as actions, each once, answered with Asterisk's own words.

Where the answer to an action never came, nobody can tell whether it was done, and `perform` raises SourceError. What
the same key does then depends on the act. Pauses, sign-ins, sign-outs, penalties, hang-ups and the end of listening
are sent again: a second time they change nothing. A call is moved again only while it still waits. Listening is never
ordered twice, for that would ring the phone twice: its outcome is told once Asterisk's event about it was seen.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable

from data.adapters.asterisk.ami import Session
from data.adapters.asterisk.messages import Answer, Block, one_line
from data.adapters.base import Capability, SourceError
from data.model.acts import (
    Ear,
    EndWrapUp,
    HangUp,
    Listen,
    Order,
    Pause,
    PhoneAct,
    Redirect,
    Result,
    SetPenalty,
    SignIn,
    SignOut,
    StopListening,
    Unpause,
)
from data.model.text import safe_text

_NEEDS = {
    Capability.PAUSE: {"QueuePause"},
    Capability.SIGN_IN: {"QueueAdd", "QueueRemove"},
    Capability.PENALTY: {"QueuePenalty"},
    Capability.LISTEN: {"Originate"},
    Capability.REDIRECT: {"Redirect"},
    Capability.HANG_UP: {"Hangup"},
}
"""The actions that an account has to be allowed for each kind of act.

There is none for `EndWrapUp`: for its wrap-up time a queue leaves the agent alone, and no action cuts that short. To
take the agent out of the queue and put them back would, and would lose their penalty and name.
"""

_RIGHTS = {"Originate": "originate", "Redirect": "call", "Hangup": "call", "CoreShowChannels": "reporting"}
"""What `write` in manager.conf has to hold for an action; `agent` for those about queues."""

_EARS = {Ear.LISTEN: "qES", Ear.WHISPER: "qwES", Ear.BARGE: "qBES"}
"""ChanSpy's options: quiet; E and S end it with the call, where else it would wait for ever for another."""

_REASONS = {
    "0": "can't be reached",
    "1": "hung up",
    "3": "was not answered",
    "5": "is busy",
    "8": "can't be reached now (congestion)",
}
"""The Reason of an OriginateResponse, about the phone that was called."""

_CHANNEL = re.compile(r"[A-Za-z0-9_]+/[^\s,|&\x00-\x1f]{1,100}")
_NUMBER = re.compile(r"[A-Za-z0-9_*#+.-]{1,79}")
_ALREADY = {"Unable to add interface: Already there", "Unable to remove interface: Not there", "No such channel"}
"""What Asterisk says to an action that was done before; `Interface not found` is an answer to a wrong name too."""

_NO_END = "Asterisk can't end wrap-up: it lasts for the wrap-up time of the queue"

_NO_CALL = "the call is not known, or over"

_UNSURE = "nobody can tell whether the order was carried out"

_OURS = "floorwalk-listens-"
"""What the ids of channels begin with that a `Listen` made (Asterisk 12 and later lets us name them)."""

_KEPT_ORDERS = 1_000
_LONG = 300
_RING_MS = 20_000
_REASON_BYTES = 79
"""Asterisk keeps so much of a reason, and cuts a character in half to do so."""


class _Kept:
    """An order that was taken: its task while it is under way, its Result, and for listening what the phone did.

    `queued`: Asterisk rings the phone.
    """

    def __init__(self, act: PhoneAct) -> None:
        self.act = act
        self.task: asyncio.Task[Result] | None = None
        self.sent = False
        self.queued = False
        self.action_id = secrets.token_hex(8)
        self.heard = asyncio.Event()
        self.outcome: Block = {}


class _ImpossibleError(Exception):
    """An order that can't be carried out as things are; nothing was sent. The message says why."""


class _OverError(_ImpossibleError):
    """What an order is to end is not there, or not any more."""


class Acts:
    """Carries out orders on one Asterisk.

    `channel_of_agent` names the channel on which an agent talks, `channel_of_call` that of a contact, in full and as
    Asterisk itself told them; None where there is none. `on_event` wants each event that is drained. `patience_s` is
    how long a phone's answer is waited for.
    """

    def __init__(
        self,
        session: Session,
        channel_of_agent: Callable[[str], str | None],
        channel_of_call: Callable[[str], str | None],
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        patience_s: float = 4.0,
    ) -> None:
        """Take up nothing yet."""
        self.capabilities = frozenset(_NEEDS)
        self._session = session
        self._channel_of_agent = channel_of_agent
        self._channel_of_call = channel_of_call
        self._clock = clock
        self._patience_s = patience_s
        self._orders: dict[str, _Kept] = {}
        self._spies: dict[str, str] = {}
        """The channel of each phone that listens, by the name it was called by."""

    async def learn(self) -> None:
        """Ask what the account may do, so that `capabilities` are those. Raises SourceError."""
        allowed = await self._session.commands()
        self.capabilities = frozenset(act for act, needed in _NEEDS.items() if needed <= allowed)

    def on_event(self, event: Block) -> None:
        """Take note of an event: whether a phone that is to listen answered, and when it hung up."""
        if event.get("Event") == "OriginateResponse":
            kept = next((kept for kept in self._orders.values() if kept.action_id == event.get("ActionID")), None)
            if kept is not None and isinstance(kept.act, Listen):
                kept.outcome = event
                kept.heard.set()
                if event.get("Response") == "Success":
                    self._spies[kept.act.to] = event.get("Channel", "")
        elif event.get("Event") == "Hangup":
            gone = event.get("Channel")
            self._spies = {to: channel for to, channel in self._spies.items() if channel != gone}

    async def perform(self, order: Order) -> Result:
        """Carry out an order, once for each key, also where it is ordered again meanwhile. Raises SourceError.

        Whoever waits for it may be cancelled: what was begun goes on.
        """
        kept = self._orders.get(order.key)
        if kept is None:
            kept = self._orders[order.key] = _Kept(order.act)
            self._forget_oldest()
        if kept.act != order.act:
            return Result(done=False, said="the key of this order was used for another one")
        if kept.task is None:
            kept.task = asyncio.create_task(self._carried_out(order, kept))
            kept.task.add_done_callback(lambda task: _let_go(kept, task))
        return await asyncio.shield(kept.task)

    def _forget_oldest(self) -> None:
        for key in list(self._orders)[: max(0, len(self._orders) - _KEPT_ORDERS)]:
            task = self._orders[key].task
            if task is None or task.done():
                del self._orders[key]

    async def _carried_out(self, order: Order, kept: _Kept) -> Result:
        again = kept.sent
        if again and isinstance(order.act, Listen):
            return await self._phoned(order.act, kept, "" if kept.queued else _UNSURE)
        try:
            self._refuse_if_expired(order)
            action, fields = await self._plan(order.act, kept)
            self._refuse_if_expired(order)
        except _OverError as why:
            done = again or isinstance(order.act, StopListening)
            return Result(done, said=safe_text(str(why)))
        except _ImpossibleError as why:
            if again:
                raise SourceError(f"{why}; {_UNSURE}") from None
            return Result(done=False, said=safe_text(str(why)))
        except SourceError as error:
            if again:
                raise
            return Result(done=False, said=safe_text(f"nothing was sent: {error}", _LONG))
        kept.sent = True
        try:
            answer = await self._session.ask(action, action_id=kept.action_id, **fields)
        except SourceError as error:
            raise SourceError(f"{error}; {_UNSURE}") from None
        if answer.ok and isinstance(order.act, Listen):
            kept.queued = True
            return await self._phoned(order.act, kept, "")
        return Result(answer.ok or (again and answer.said in _ALREADY), _told(action, answer))

    def _refuse_if_expired(self, order: Order) -> None:
        late_ms = self._clock() - order.expires_ms
        if late_ms > 0:
            raise _ImpossibleError(f"the order expired {late_ms / 1000:.1f} s ago")

    async def _plan(self, act: PhoneAct, kept: _Kept) -> tuple[str, dict[str, object]]:
        """Return the action for an act, with its fields. It asks Asterisk first, so that a dead one is noticed."""
        if isinstance(act, EndWrapUp):
            raise _ImpossibleError(_NO_END)
        if isinstance(act, Redirect):
            return await self._plan_redirect(act)
        if isinstance(act, StopListening):
            return "Hangup", {"Channel": await self._spy(act.to)}
        await self._session.ask("Ping")
        if isinstance(act, HangUp):
            return "Hangup", {"Channel": _known(self._channel_of_call(act.call), _OverError(_NO_CALL))}
        if isinstance(act, Listen):
            return "Originate", self._originate(act, kept.action_id)
        return _plan_for_member(act)

    async def _plan_redirect(self, act: Redirect) -> tuple[str, dict[str, object]]:
        """Return how a call is moved, if it still waits, and if there is something where it is to go."""
        where = {"Context": act.context, "Exten": act.extension}
        if not all(_NUMBER.fullmatch(part) for part in where.values()):
            raise _ImpossibleError("the extension or context has characters that none has")
        channel = _known(self._channel_of_call(act.call), _ImpossibleError(_NO_CALL))
        queues = await self._session.ask("QueueStatus")
        if all(item.get("Channel") != channel for item in queues.items if item.get("Event") == "QueueEntry"):
            raise _ImpossibleError("the call waits no longer")
        there = await self._session.ask("Getvar", Variable=f"DIALPLAN_EXISTS({act.context},{act.extension},1)")
        if there.head.get("Value") == "0":
            raise _ImpossibleError(f"there is no extension {act.extension} in the context {act.context}")
        return "Redirect", {"Channel": channel, "Priority": 1} | where

    def _originate(self, act: Listen, action_id: str) -> dict[str, object]:
        """Return the call to the phone that listens. It is put on one channel, named in full, never on all like it."""
        target = _known(self._channel_of_agent(act.agent), _ImpossibleError("the agent is in no call"))
        if not _CHANNEL.fullmatch(act.to):
            raise _ImpossibleError(f"{act.to} is no phone of Asterisk's, such as PJSIP/3001")
        spying = {"Application": "ChanSpy", "Data": f"{target},{_EARS[act.ear]}"}
        known_by = {"ChannelId": f"{_OURS}{action_id}"}
        return {"Channel": act.to, "Async": "true", "Timeout": _RING_MS} | spying | known_by

    async def _phoned(self, act: Listen, kept: _Kept, unsure: str) -> Result:
        """Return what became of the phone that listens, as far as it is known soon; `unsure`: what to raise if not."""
        try:
            async with asyncio.timeout(self._patience_s):
                await kept.heard.wait()
        except TimeoutError:
            if unsure:
                raise SourceError(f"no word of {safe_text(act.to)} yet; {unsure}") from None
            return Result(done=True, said=f"Originate successfully queued; {safe_text(act.to)} has not answered yet")
        said = f"Originate: {kept.outcome.get('Response', '')}"
        if kept.outcome.get("Response") == "Success":
            return Result(done=True, said=safe_text(said))
        reason = kept.outcome.get("Reason", "")
        return Result(done=False, said=safe_text(f"{said}, {act.to} {_REASONS.get(reason, f'gave reason {reason}')}"))

    async def _spy(self, to: str) -> str:
        """Return the channel on which a phone listens, or rings to listen; never one of its owner's own calls."""
        channels = await self._session.ask("CoreShowChannels")
        if not channels.ok:
            return _known(self._spies.get(to), _ImpossibleError(_told("CoreShowChannels", channels)))
        ours = [
            item["Channel"] for item in channels.items if item.get("Channel", "").startswith(f"{to}-") and _spies(item)
        ]
        return _known(next(iter(ours), None), _OverError(f"{to} listens to nobody"))


def _spies(channel: Block) -> bool:
    return channel.get("Uniqueid", "").startswith(_OURS) or channel.get("Application") == "ChanSpy"


def _plan_for_member(act: Pause | Unpause | SignIn | SignOut | SetPenalty) -> tuple[str, dict[str, object]]:
    fields: dict[str, object] = {"Interface": _exact(act.agent), "Queue": act.queue and _exact(act.queue)}
    match act:
        case Pause():
            return "QueuePause", fields | {"Paused": "true", "Reason": _fitting(act.reason) or None}
        case Unpause():
            return "QueuePause", fields | {"Paused": "false"}
        case SignIn():
            return "QueueAdd", fields | {"MemberName": _fitting(act.name) or None, "Penalty": act.penalty}
        case SignOut():
            return "QueueRemove", fields
        case SetPenalty():
            return "QueuePenalty", fields | {"Penalty": act.penalty}


def _exact(key: str) -> str:
    """Return a key that arrives as it is. Raises _ImpossibleError for one that Asterisk can't have told us."""
    if not key or one_line(key) != key:
        raise _ImpossibleError("Asterisk has no member or queue of that name")
    return key


def _known(channel: str | None, unknown: _ImpossibleError) -> str:
    """Return the full name of one channel. Raises `unknown` where there is none, and where it could mean several."""
    if channel is None:
        raise unknown
    if not _CHANNEL.fullmatch(channel):
        raise _ImpossibleError(f"{channel} is no channel's full name")
    return channel


def _fitting(text: str) -> str:
    """Return as much of a text as Asterisk keeps, in whole characters."""
    return one_line(text).encode()[:_REASON_BYTES].decode(errors="ignore")


def _told(action: str, answer: Answer) -> str:
    if answer.said == "Permission denied":
        right = _RIGHTS.get(action, "agent")
        return f"Permission denied: in manager.conf the account's `write` lacks {right}"
    return answer.said


def _let_go(kept: _Kept, task: asyncio.Task[Result]) -> None:
    """Keep the task for its Result; one that failed may be tried again, and whether a phone still rings be asked."""
    rings = kept.queued and not kept.heard.is_set()
    if task.cancelled() or task.exception() is not None or rings:
        kept.task = None
