"""What is ordered on a played floor, carried out as real systems do it.

A pause during a contact is told at once and begins when the contact is done. Who was sent out for a reason that has a
usual length comes back by themselves, or is called back before. Nobody is made to do what nobody is there for.
"""

from __future__ import annotations

from random import Random

from data.adapters.simulator.cast import Agent, Contact, Line
from data.adapters.simulator.engine import Engine
from data.adapters.simulator.shift import Pause as Planned
from data.adapters.simulator.shift import taken
from data.breaks import allowance, canonical
from data.model.acts import (
    EndWrapUp,
    HangUp,
    Listen,
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
from data.model.observation import Paused, Resumed, SignedIn
from data.model.text import safe_text
from data.model.words import State

_IN_A_CALL = frozenset({State.TALKING, State.HOLD})
_FREE = frozenset({State.AVAILABLE, State.NOT_READY})


class _ImpossibleError(Exception):
    """An act that can't be done as things are; the message says why."""


class Acting:
    """Carries out acts on an engine, at its own time.

    `chance` begins the seed of how long people really stay out: with the agent and the moment it makes a stream of its
    own, so that nothing else of the day hangs on it.
    """

    def __init__(self, engine: Engine, chance: str) -> None:
        self._engine = engine
        self._chance = chance
        self._agents = {agent.key: agent for agent in engine.agents}
        self._lines = {line.key: line for line in engine.lines}
        self._listening: dict[str, tuple[Agent, Contact]] = {}
        """The agent that each phone listens to, and the contact during which it does."""

    def carry_out(self, act: PhoneAct, at_ms: int) -> Result:
        """Do an act at a moment that is not before the last event, and say what came of it."""
        self._engine.run(at_ms)
        self._engine.now_ms = at_ms
        try:
            return Result(done=True, said=self._done(act))
        except _ImpossibleError as why:
            return Result(done=False, said=safe_text(str(why)))

    def _done(self, act: PhoneAct) -> str:
        match act:
            case StopListening():
                return self._stop_listening(act)
            case SetPenalty() | Redirect() | HangUp():
                raise _ImpossibleError("the played floor can't do that")
        agent = self._present(act.agent)
        match act:
            case Pause():
                return self._pause(agent, act)
            case Unpause():
                return self._unpause(agent, act)
            case SignIn():
                return self._sign_in(agent, self._line(act.queue))
            case SignOut():
                return self._sign_out(agent, self._line(act.queue))
            case EndWrapUp():
                return self._end_wrap_up(agent)
            case Listen():
                return self._listen(agent, act)

    def _present(self, key: str) -> Agent:
        agent = self._agents.get(key)
        if agent is None or not agent.present:
            raise _ImpossibleError(f"no agent {key} is at work")
        return agent

    def _line(self, key: str) -> Line:
        line = self._lines.get(key)
        if line is None:
            raise _ImpossibleError(f"there is no queue {key}")
        return line

    # Pauses

    def _pause(self, agent: Agent, act: Pause) -> str:
        engine, reason = self._engine, safe_text(act.reason)
        if agent.state is State.OFFLINE:
            raise _ImpossibleError(f"{agent.entry.name} is signed out")
        if act.queue is not None:
            line = self._served(agent, act.queue)
            engine.events.append(Paused(engine.now_ms, agent.key, line.key, reason))
            agent.barred |= {line}
            self._look_again(agent)
            return f"{agent.entry.name} is paused in {line.key}"
        engine.events.append(Paused(engine.now_ms, agent.key, None, reason))
        agent.ordered = self._planned(agent, reason)
        if agent.asked is not None and agent.asked.reason == agent.ordered.reason:
            agent.asked = None
        if agent.state in _FREE:
            engine.go(agent)
            return f"{agent.entry.name} is paused"
        return f"{agent.entry.name} is paused after the contact in hand"

    def _planned(self, agent: Agent, reason: str) -> Planned:
        """Return how somebody takes a pause; without a usual length (0) they wait to be called back."""
        allowed_ms = allowance(reason)
        rng = Random(f"{self._chance}/{agent.key}/{self._engine.now_ms}")
        return Planned(self._engine.now_ms, canonical(reason), taken(allowed_ms, rng) if allowed_ms else 0)

    def _unpause(self, agent: Agent, act: Unpause) -> str:
        engine = self._engine
        if act.queue is not None:
            line = self._served(agent, act.queue)
            if line in agent.barred:
                engine.events.append(Resumed(engine.now_ms, agent.key, line.key))
                agent.barred -= {line}
                self._look_again(agent)
        elif agent.state is State.NOT_READY or agent.ordered is not None or agent.barred:
            engine.end_pause(agent)
        elif agent.state is State.OFFLINE:
            raise _ImpossibleError(f"{agent.entry.name} is signed out")
        return f"{agent.entry.name} is not paused"

    def _served(self, agent: Agent, queue: str) -> Line:
        line = self._line(queue)
        if line not in agent.lines or agent.state is State.OFFLINE:
            raise _ImpossibleError(f"{agent.entry.name} does not serve {queue}")
        return line

    def _look_again(self, agent: Agent) -> None:
        """Let an idle agent wait for what they serve now."""
        if agent.state is State.AVAILABLE:
            agent.enters(State.AVAILABLE)
            self._engine.seek(agent)

    # Queues

    def _sign_in(self, agent: Agent, line: Line) -> str:
        engine = self._engine
        agent.leaves -= {line}
        if agent.state is State.OFFLINE:
            engine.events.append(SignedIn(engine.now_ms, agent.key, line.key))
            agent.lines, agent.signed_in_ms = (line,), engine.now_ms
            engine.free(agent)
        elif line not in agent.lines:
            engine.events.append(SignedIn(engine.now_ms, agent.key, line.key))
            agent.lines = (*agent.lines, line)
            self._look_again(agent)
        return f"{agent.entry.name} serves {line.key}"

    def _sign_out(self, agent: Agent, line: Line) -> str:
        self._served(agent, line.key)
        if agent.contact is not None and agent.contact.line is line:
            agent.leaves |= {line}
            return f"{agent.entry.name} leaves {line.key} after the contact in hand"
        self._engine.leave(agent, line)
        self._look_again(agent)
        return f"{agent.entry.name} left {line.key}"

    # Calls

    def _end_wrap_up(self, agent: Agent) -> str:
        if agent.state is not State.WRAP_UP or agent.contact is None:
            raise _ImpossibleError(f"{agent.entry.name} is not in wrap-up")
        self._engine.wrapped((agent.contact, agent))
        return f"the wrap-up of {agent.entry.name} is over"

    def _listen(self, agent: Agent, act: Listen) -> str:
        if agent.state not in _IN_A_CALL or agent.contact is None:
            raise _ImpossibleError(f"{agent.entry.name} is in no call")
        if not act.to:
            raise _ImpossibleError("no phone is named that is to listen")
        if self._heard_by(act.to) is not None:
            raise _ImpossibleError(f"{act.to} listens already")
        self._listening[act.to] = (agent, agent.contact)
        return f"{act.to} is connected with {agent.entry.name}"

    def _stop_listening(self, act: StopListening) -> str:
        heard = self._heard_by(act.to)
        self._listening.pop(act.to, None)
        if heard is None:
            return f"{safe_text(act.to)} listens to nobody"
        return f"{act.to} listens no longer to {heard.entry.name}"

    def _heard_by(self, phone: str) -> Agent | None:
        """Return whom a phone listens to; that ends with the call."""
        agent, contact = self._listening.get(phone, (None, None))
        if agent is None or agent.contact is not contact or agent.state not in _IN_A_CALL:
            return None
        return agent
