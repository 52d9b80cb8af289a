"""The desk: hears lines, finds out who asks, and answers each request once, after what it did is on the disk."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, NamedTuple, Self

from data.desk.callers import Caller, Person, person_of, unknown_names
from data.desk.deciding import UNKNOWN, Deciding, Heard, Ordered, entry, of_the_desk
from data.desk.ledger import Ledger
from data.desk.listening import Watch
from data.desk.looking_up import LookUps
from data.desk.pace import Pace
from data.desk.phones import Line, Outcome, Phones
from data.desk.reading import Greeting, Order, WrongError, read
from data.desk.rules import Rules
from data.desk.wire import answer_line, standing_line
from data.model.days import HOUR
from data.model.people import Answer, EraseAgent, ListenIn, Refusal, Role, Standing, StopListeningIn
from data.poller.telling import tell, words
from data.store import audit, people, requests, targets
from data.store.audit import Entry
from data.store.files import StoreError
from data.store.requests import Asked
from data.store.retention import prune_people
from data.store.writer import Writer

_NOBODY_KNOWS = Person("", Role.VIEWER, ())


class Said(NamedTuple):
    """A line that came, and who it is from; `person` None: the user database gave no answer."""

    caller: Caller
    person: Person | None
    what: Greeting | Order | WrongError


class _Going(NamedTuple):
    digest: str
    answer: asyncio.Task[Answer]


class Desk:
    """Takes requests for one store. Everything runs on the pollers' loop, but looking up who people are."""

    def __init__(self, writer: Writer, lines: Iterable[Line], rules: Rules, wall_ms: Callable[[], int]) -> None:
        """Take up nothing yet.

        Args:
            writer: The store's.
            lines: The sources that are polled.
            rules: What the site has settled.
            wall_ms: The machine's time.
        """
        self._rules = rules
        self._wall_ms = wall_ms
        self._ledger = Ledger(writer)
        self._phones = Phones(lines, wall_ms)
        self._deciding = Deciding(rules, self._phones)
        self._watch = Watch(self._ledger, self._phones, wall_ms)
        self._going: dict[tuple[int, str], _Going] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        own_uid = os.getuid()
        self._look_ups = LookUps(lambda uid: person_of(uid, rules.rights, own_uid))
        self.pace = Pace()

    async def __aenter__(self) -> Self:
        """Settle what an earlier desk left open, and begin to watch over listenings."""
        try:
            await self._ledger.submit(self._settle)
        except Exception as error:  # the desk may still do well
            tell(f"the desk can't settle what was left open: {words(error)}")
        self._begin(self._watch.run())
        self._begin(self._keep_house())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End what goes on."""
        self._phones.close()
        for task in self._tasks:
            task.cancel()
        self._look_ups.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -------------------------------------------------------------- hearing and answering

    async def hear(self, caller: Caller, line: bytes) -> Said:
        """Return what somebody says and who they are now: roles are looked up for each line anew."""
        await self.pace.wait(caller.uid)
        what: Greeting | Order | WrongError
        try:
            what = read(line)
        except WrongError as wrong:
            what = wrong
        return Said(caller, await self._look_ups.person(caller.uid), what)

    async def answer(self, said: Said) -> bytes:
        """Return the line that answers another one; never raises but to be cancelled."""
        caller, person, what = said
        if isinstance(what, Greeting):
            return standing_line(what.key, self._standing(caller, person))
        if isinstance(what, WrongError):
            answer = Answer(False, str(what), refusal=Refusal.INVALID)
            await self._audit(_wrong(self._wall_ms(), caller, person, what))
        elif person is None:
            answer = Answer(False, "the machine can't say who you are: its user database does not answer")
            answer = answer._replace(refusal=Refusal.FAILED)
        else:
            answer = await self._once(Heard(caller, person, what))
        if not answer.done:
            self.pace.refused(caller.uid)
        return answer_line(what.key, answer)

    def _standing(self, caller: Caller, person: Person | None) -> Standing:
        user, role, teams = person or _NOBODY_KNOWS
        return Standing(user or f"uid {caller.uid}", role, teams if role is Role.LEAD else (), self._phones.abilities)

    async def _once(self, heard: Heard) -> Answer:
        """Return the answer to a request; where the same one is under way, its answer."""
        at = (heard.caller.uid, heard.order.key)
        going = self._going.get(at)
        if going is None:
            going = _Going(heard.order.digest, asyncio.create_task(self._carried_out(heard)))
            self._going[at] = going
            going.answer.add_done_callback(lambda _: self._going.pop(at, None))
        elif going.digest != heard.order.digest:
            return Answer(False, "key: it was used for another request", refusal=Refusal.INVALID)
        return await asyncio.shield(going.answer)

    async def _carried_out(self, heard: Heard) -> Answer:
        if isinstance(heard.order.request, EraseAgent):
            self._phones.catch_up()  # what waits may be about the person
        try:
            done = await self._ledger.submit(lambda store: self._deciding.decide(store, heard, self._wall_ms()))
        except Exception as error:
            said = f"nothing was done: {words(error)}"
            if not isinstance(error, StoreError):
                tell(f"the desk can't do what it is asked ({heard.act}): {words(error)}")
                await self._audit(entry(heard, self._wall_ms(), str(Refusal.FAILED), None, said=said))
            return Answer(False, said, refusal=Refusal.FAILED)
        if isinstance(done, Ordered):
            return await self._by_phone(heard, done)
        if done.done and isinstance(heard.order.request, EraseAgent):
            self._begin(self._ledger.fold())
        return done

    async def _audit(self, row: Entry) -> None:
        """Keep what was refused; where the store takes nothing there is nothing to be done about it."""
        try:
            await self._ledger.submit(lambda store: audit.append(store, row))
        except Exception as error:
            tell(f"the desk can't audit what it refused ({row.act}): {words(error)}")

    # -------------------------------------------------------------- phones

    async def _by_phone(self, heard: Heard, ordered: Ordered) -> Answer:
        """Have a telephony system do what was ordered, keep what came of it, and return that."""
        if ordered.listening is not None:
            self._watch.going = True
        key = f"{heard.caller.uid}:{heard.order.key}"

        def late(outcome: Outcome) -> None:
            self._begin(self._late(heard, ordered, outcome, key))

        outcome = await self._phones.perform(ordered.target.source, key, heard.order.expires_ms, ordered.acts, late)
        answer = _told(heard, ordered, outcome)
        try:
            await self._ledger.submit(lambda store: self._came_of_it(store, heard, ordered, outcome, answer))
        except Exception as error:
            tell(f"the desk can't keep what came of {heard.act}: {words(error)}")
            return answer._replace(said=f"{answer.said}; the store could not keep what came of it")
        return answer

    def _came_of_it(
        self,
        store: sqlite3.Connection,
        heard: Heard,
        ordered: Ordered,
        outcome: Outcome,
        answer: Answer | None,
    ) -> None:
        """Keep what a telephony system made of an order; without an `answer` that was known late."""
        now_ms, agent_id = self._wall_ms(), ordered.target.agent_id
        result = audit.DONE if outcome.done else str(outcome.refusal)
        timing = {} if answer else {"late": True}
        row = entry(heard, now_ms, result, agent_id, act=ordered.act, said=outcome.said, of=ordered.number, **timing)
        audit.append(store, row)
        one = ordered.listening
        if one is not None and isinstance(heard.order.request, ListenIn) and outcome.refusal is Refusal.CANNOT:
            targets.never_listened(store, one.id)
        if one is not None and isinstance(heard.order.request, StopListeningIn) and outcome.done:
            people.listening_ended(store, one.id, self._phones.now_ms(ordered.target.source), heard.person.user)
        if answer is not None:
            asked = Asked(heard.order.digest, answer, ordered.number)
            requests.keep(store, heard.caller.uid, heard.order.key, now_ms, asked)

    async def _late(self, heard: Heard, ordered: Ordered, outcome: Outcome, key: str) -> None:
        """Keep what came late of an order; of a phone that rang to listen, also whether it was picked up at last."""
        await self._keep_late(heard, ordered, outcome)
        if outcome.done and isinstance(heard.order.request, ListenIn):
            source, expires_ms = ordered.target.source, heard.order.expires_ms
            outcome = await self._phones.became_of(source, key, expires_ms, ordered.acts[0])
            if outcome.refusal is Refusal.CANNOT:
                await self._keep_late(heard, ordered, outcome)

    async def _keep_late(self, heard: Heard, ordered: Ordered, outcome: Outcome) -> None:
        try:
            await self._ledger.submit(lambda store: self._came_of_it(store, heard, ordered, outcome, None))
        except Exception as error:
            tell(f"the desk can't keep what came late of {heard.act}: {words(error)}")

    # -------------------------------------------------------------- what is done of itself

    def _settle(self, store: sqlite3.Connection) -> None:
        """Say of each order that another desk left under way that nobody can tell what came of it."""
        now_ms = self._wall_ms()
        prune_people(store, now_ms, self._rules.retention)
        for left in requests.unanswered(store):
            before = requests.ordered(store, left.asked.ordered)
            act, agent_id = before or ("unknown", None)
            detail = {"said": UNKNOWN.said, "of": left.asked.ordered, "by": left.uid}
            audit.append(store, of_the_desk(now_ms, act, agent_id, str(Refusal.UNSURE), **detail))
            requests.keep(store, left.uid, left.key, now_ms, left.asked._replace(answer=UNKNOWN))

    async def _keep_house(self) -> None:
        """Tell of names that nobody has, and each hour let go of what is kept no longer."""
        loop = asyncio.get_running_loop()
        unknown = await loop.run_in_executor(self._look_ups.threads, unknown_names, self._rules.rights)
        if unknown:
            tell(f"[desk] names users or groups that this machine does not know: {', '.join(unknown)}")
        while True:
            await asyncio.sleep(HOUR / 1000)
            try:
                await self._ledger.submit(lambda store: prune_people(store, self._wall_ms(), self._rules.retention))
            except Exception as error:
                tell(f"the desk can't let go of what is too old: {words(error)}")


def _wrong(at_ms: int, caller: Caller, person: Person | None, wrong: WrongError) -> Entry:
    """Return a row for the audit about a line that could not be understood."""
    user, role, _ = person or _NOBODY_KNOWS
    said = {"said": str(wrong), "key": wrong.key}
    names = (user or f"uid {caller.uid}", role.name.lower(), caller.tty, caller.address)
    return Entry(at_ms, caller.uid, *names, wrong.act or "unknown", None, str(Refusal.INVALID), said)


def _told(heard: Heard, ordered: Ordered, outcome: Outcome) -> Answer:
    """Return the answer to somebody who ordered what a telephony system has answered, or not answered in time."""
    source, request = ordered.target.source, heard.order.request
    first = ordered.answer
    if first is not None:  # a break: what was decided is decided
        phone = f"{source}: {outcome.said or 'done'}"
        return first._replace(said=f"{first.said}; {phone if outcome.done else f'but the phone: {phone}'}")
    number = ordered.listening.id if ordered.listening else None
    if isinstance(request, ListenIn):
        return _told_listener(request, ordered, outcome)
    said = outcome.said or "done"
    return Answer(outcome.done, f"{source}: {said}", number, outcome.refusal)


def _told_listener(request: ListenIn, ordered: Ordered, outcome: Outcome) -> Answer:
    """Return the answer to somebody who listens in: who else does, and how it ends."""
    if outcome.refusal is Refusal.CANNOT:
        return Answer(False, f"{ordered.target.source}: {outcome.said}", None, outcome.refusal)
    number = ordered.listening.id if ordered.listening else None
    others = f"; {', '.join(ordered.others)} listens too" if ordered.others else ""
    ends = "it is reported, and ends by itself after 15 minutes"
    if outcome.waiting:  # it rings until somebody picks it up
        return Answer(True, f"{request.phone} was called: pick it up to listen{others}; {ends}", number)
    if not outcome.sure:
        return Answer(False, f"{outcome.said}{others}; should it come about, {ends}", number, outcome.refusal)
    return Answer(True, f"{ordered.target.name}: {outcome.said}{others}; {ends}", number)
