"""Deciding about one request, in the transaction in which it is written: refused, done, or to be done by a phone."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import asdict
from typing import Any, NamedTuple

from data.adapters.base import Capability
from data.breaks import canonical
from data.desk import roles
from data.desk.callers import Caller, Person
from data.desk.phones import Phones
from data.desk.reading import Order
from data.desk.rules import Rules
from data.model import acts
from data.model.acts import PhoneAct
from data.model.days import MINUTE
from data.model.discipline_requests import DisciplineRequest
from data.model.people import (
    NAMES,
    Answer,
    DecideBreak,
    Decision,
    EndWrapUp,
    EraseAgent,
    ListenIn,
    MoveAgent,
    PauseAgent,
    Refusal,
    Role,
    SignOutAgent,
    StopListeningIn,
    UnpauseAgent,
)
from data.model.text import safe_text
from data.store import audit, people, requests, targets
from data.store.audit import Entry
from data.store.requests import Asked
from data.store.targets import Concern, Listening, Target

LONGEST_MS = MINUTE
"""An order is for now: one that would hold for longer is refused."""
LISTENING_MS = 15 * MINUTE
"""So long somebody may listen in."""

MOVED_ON = "the phone is on another call by now, and is left there"
"""What is said of a listening that ends while its phone listens elsewhere."""

OnPhone = PauseAgent | UnpauseAgent | SignOutAgent | EndWrapUp | MoveAgent | ListenIn | StopListeningIn
_ON_PHONE = (PauseAgent, UnpauseAgent, SignOutAgent, EndWrapUp, MoveAgent, ListenIn, StopListeningIn)


class Heard(NamedTuple):
    """An order that was understood, and who it is from."""

    caller: Caller
    person: Person
    order: Order

    @property
    def act(self) -> str:
        """The name of what is asked for."""
        return NAMES[type(self.order.request)]


class Ordered(NamedTuple):
    """What a telephony system is to be asked for: `number` is the row of the audit that says so.

    `act` is what the audit calls it. `answer` is what was done already, where the phone is only the second part.
    """

    target: Target
    acts: tuple[PhoneAct, ...]
    act: str
    number: int = 0
    answer: Answer | None = None
    listening: Listening | None = None
    others: tuple[str, ...] = ()


class _RefusedError(Exception):
    def __init__(self, said: str, refusal: Refusal) -> None:
        super().__init__(said)
        self.answer = Answer(False, said, refusal=refusal)


def entry(heard: Heard, at_ms: int, result: str, agent_id: int | None, *, act: str = "", **detail: object) -> Entry:
    """Return a row for the audit."""
    caller, person, order = heard
    tty, address = caller.placed(order.tty, order.address)
    role = person.role.name.lower()
    return Entry(at_ms, caller.uid, person.user, role, tty, address, act or heard.act, agent_id, result, detail)


class Deciding:
    """Decides by a site's rules; `phones` say what the sources can."""

    def __init__(self, rules: Rules, phones: Phones) -> None:
        self._rules = rules
        self._phones = phones

    def decide(self, connection: sqlite3.Connection, heard: Heard, now_ms: int) -> Answer | Ordered:
        """Carry out a request as far as the store goes, with its audit; return the answer, or what a phone is to do.

        Nothing is carried out that was so before, that expired, or that the caller may not do. `now_ms` is the
        machine's time. Raises sqlite3.Error.
        """
        order, uid = heard.order, heard.caller.uid
        before = requests.find(connection, uid, order.key)
        if before is not None and before.digest == order.digest:
            return before.answer or UNKNOWN
        agent_id = None
        done: Answer | Ordered
        try:
            if before is not None:
                raise _RefusedError("key: it was used for another request", Refusal.INVALID)
            _check_time(order.expires_ms, now_ms)
            if isinstance(order.request, DisciplineRequest):
                concern = targets.concern_of(connection, order.request)
                agent_id, done = concern.agent_id, self._disciplined(connection, heard, order.request, concern)
            else:
                target = targets.target_of(connection, order.request)
                agent_id = None if target is None else target.agent_id
                done = self._done(connection, heard, target)
        except _RefusedError as refused:
            done = refused.answer
        return _kept(connection, heard, now_ms, agent_id, done)

    def _disciplined(
        self, connection: sqlite3.Connection, heard: Heard, request: DisciplineRequest, concern: Concern
    ) -> Answer:
        """Carry out what is about discipline, which takes no phone; the source's clock says when."""
        person = heard.person
        refused = roles.refused(person.role, person.teams, request, concern.team, concerns=concern.teams)
        if refused is not None:
            return refused
        at_ms = self._phones.now_ms(concern.source or self._phones.first)
        rules = self._rules
        return people.carry_out(
            connection,
            request,
            person.user,
            at_ms,
            vocabulary=rules.vocabulary,
            policy=rules.policy,
            role=person.role,
        )

    def _done(self, connection: sqlite3.Connection, heard: Heard, target: Target | None) -> Answer | Ordered:
        request, person = heard.order.request, heard.person
        own = False
        if isinstance(request, StopListeningIn):
            going = targets.listening(connection, request.id)
            own = going is not None and going.listener == person.user
        refused = roles.refused(person.role, person.teams, request, target.team if target else "", own=own)
        if refused is not None and (refused.refusal is Refusal.ROLE or target is not None):
            return refused
        if target is None:
            raise _RefusedError(_unknown(request), Refusal.UNKNOWN)
        at_ms = self._phones.now_ms(target.source)
        if isinstance(request, _ON_PHONE):
            return self._on_phone(connection, request, target, person.user, at_ms)
        if isinstance(request, EraseAgent):
            self._check_nothing_waits()
        answer = people.carry_out(
            connection, request, person.user, at_ms, vocabulary=self._rules.vocabulary, policy=self._rules.policy
        )
        if answer.done and isinstance(request, DecideBreak) and self._phones.can(target.source, Capability.PAUSE):
            return self._break_on_phone(request, target, answer)
        if answer.done and isinstance(request, EraseAgent):
            self._phones.forget()  # within the transaction: no answer of theirs comes between
        return answer

    def _check_nothing_waits(self) -> None:
        """Raise _RefusedError while the store lacks what a source said: it would be written after the erasing."""
        behind = self._phones.behind()
        if behind:
            said = f"the store does not have all yet of what {', '.join(behind)} said: try again in a minute"
            raise _RefusedError(safe_text(said), Refusal.FAILED)

    def _break_on_phone(self, request: DecideBreak, target: Target, answer: Answer) -> Answer | Ordered:
        """Return what the phone is to do about a break that was decided."""
        if request.decision is Decision.APPROVE:
            reason = canonical(request.reason, self._rules.policy)
            return Ordered(target, (acts.Pause(target.key, None, reason),), "pause_agent", answer=answer)
        if request.decision is Decision.RETURN:
            return Ordered(target, (acts.Unpause(target.key, None),), "unpause_agent", answer=answer)
        return answer

    def _on_phone(
        self, connection: sqlite3.Connection, request: OnPhone, target: Target, user: str, at_ms: int
    ) -> Answer | Ordered:
        """Return what the phone is to do. Raises _RefusedError where there is no such queue, or nothing to do."""
        going = targets.listening(connection, request.id) if isinstance(request, StopListeningIn) else None
        if going is not None and targets.superseded(connection, going):
            people.listening_ended(connection, going.id, at_ms, user)
            return Answer(True, MOVED_ON, going.id)
        ordered = _planned(connection, request, target, going)
        refused = self._phones.refused(target.source, ordered)
        if refused is not None:
            return refused
        others: tuple[str, ...] = ()
        if isinstance(request, ListenIn):
            there = [each for each in targets.listenings(connection) if each.agent_id == target.agent_id]
            others = tuple(dict.fromkeys(each.listener for each in there))
            number = people.listening_began(connection, request, user, at_ms, at_ms + LISTENING_MS)
            going = targets.listening(connection, number)
        return Ordered(target, ordered, NAMES[type(request)], listening=going, others=others)


UNKNOWN = Answer(
    False, "the desk was started anew meanwhile: nobody can tell whether it was done", refusal=Refusal.UNSURE
)
"""The answer to a request that a poller took and did not live to answer."""


def _check_time(expires_ms: int, now_ms: int) -> None:
    if expires_ms <= now_ms:
        late = (now_ms - expires_ms) / 1000
        raise _RefusedError(f"it expired {late:,.1f} s ago, before it was begun", Refusal.EXPIRED)
    if expires_ms > now_ms + LONGEST_MS:
        raise _RefusedError("expires_ms: lies more than a minute ahead; see that the clocks agree", Refusal.INVALID)


def _unknown(request: object) -> str:
    number = getattr(request, "agent", None)
    if number is not None:
        return f"there is no agent {number}"
    return f"there is nothing of number {getattr(request, 'id', None)} to do that with"


def _planned(
    connection: sqlite3.Connection, request: OnPhone, target: Target, going: Listening | None
) -> tuple[PhoneAct, ...]:
    """Return the acts of a request, by the source's own keys. Raises _RefusedError."""
    key = target.key
    match request:
        case PauseAgent():
            return (acts.Pause(key, None, request.reason),)
        case UnpauseAgent():
            return (acts.Unpause(key, None),)
        case EndWrapUp():
            return (acts.EndWrapUp(key),)
        case ListenIn():
            return (acts.Listen(key, request.phone, request.ear),)
        case StopListeningIn():
            if going is None:
                raise _RefusedError("this listening has ended already", Refusal.INVALID)
            return (acts.StopListening(going.phone),)
        case SignOutAgent():
            served = targets.served(connection, target.agent_id)
            if not served:
                raise _RefusedError(f"{target.name} is signed in to no queue", Refusal.CANNOT)
            return tuple(acts.SignOut(key, queue) for queue in served)
        case MoveAgent():
            return _moved(connection, request, target)


def _moved(connection: sqlite3.Connection, request: MoveAgent, target: Target) -> tuple[PhoneAct, ...]:
    """Return how an agent comes to serve another queue: first the new one, so that nobody is left with none."""
    keys = []
    for queue_id in (request.to_queue, request.from_queue):
        queue = None if queue_id is None else targets.queue_key(connection, target.source, queue_id)
        if queue is None and queue_id is not None:
            raise _RefusedError(f"{target.source} has no queue {queue_id}", Refusal.UNKNOWN)
        keys.append(queue)
    to, away = keys
    if to == away or to is None:
        raise _RefusedError("with.from_queue: is the queue to move to", Refusal.INVALID)
    moved: tuple[PhoneAct, ...] = (acts.SignIn(target.key, to, target.name),)
    return moved if away is None else (*moved, acts.SignOut(target.key, away))


# ------------------------------------------------------------------ what is kept of it


def _kept(
    connection: sqlite3.Connection, heard: Heard, now_ms: int, agent_id: int | None, done: Answer | Ordered
) -> Answer | Ordered:
    """Audit what was decided, and keep it under the request's key."""
    order = heard.order
    what: dict[str, Any] = {"with": asdict(order.request), "key": order.key}
    answer = done.answer if isinstance(done, Ordered) else done
    if answer is not None:
        result = audit.DONE if answer.done else str(answer.refusal)
        audit.append(connection, entry(heard, now_ms, result, agent_id, **what, said=answer.said, id=answer.id))
    if isinstance(done, Ordered):
        phone = [{"act": type(act).__name__, **act._asdict()} for act in done.acts]
        more = {"listening": done.listening.id} if done.listening else {}
        row = entry(heard, now_ms, audit.ORDERED, agent_id, act=done.act, **what, **more, phone=phone)
        done = done._replace(number=audit.append(connection, row))
        requests.keep(connection, heard.caller.uid, order.key, now_ms, Asked(order.digest, None, done.number))
    elif done.refusal is not Refusal.INVALID:
        requests.keep(connection, heard.caller.uid, order.key, now_ms, Asked(order.digest, done))
    return done


def of_the_desk(at_ms: int, act: str, agent_id: int | None, result: str, **detail: object) -> Entry:
    """Return a row for the audit about what the desk does of itself."""
    role = Role.ADMIN.name.lower()
    return Entry(at_ms, os.getuid(), "floorwalk", role, "", "", act, agent_id, result, detail)
