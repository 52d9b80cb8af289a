"""One line of a queue log to the event it means, for every version's layout.

A line is `epoch|call|queue|agent|EVENT|data…`. Times are whole seconds UTC (some sites write a fraction); waits and
talk times are seconds, but RINGNOANSWER and RINGCANCELED are milliseconds. Missing data becomes None.
"""

from __future__ import annotations

from collections.abc import Callable

from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    Event,
    Paused,
    Resumed,
    RingEnded,
    SignedIn,
    SignedOut,
    SourceRestarted,
)
from data.model.text import safe_text
from data.model.words import Outcome


class LineError(ValueError):
    """A line can't be used; the message says why, in a few words that count together."""


Fields = list[str]
Parser = Callable[[int, str, str, str, Fields], Event]


def seconds(data: Fields, index: int) -> int | None:
    """Return a field of seconds as ms, None where it is missing or no number; -1 means unknown too."""
    try:
        value = float(data[index]) if index >= 0 else -1.0
    except (IndexError, ValueError):
        return None
    return round(value * 1000) if 0 <= value < 10_000_000 else None


def _ring_ms(data: Fields) -> int | None:
    value = seconds(data, 0)
    return None if value is None else value // 1000


def _queue(queue: str) -> str | None:
    return None if queue in ("", "NONE") else queue


def _agent(agent: str) -> str:
    if agent in ("", "NONE"):
        raise LineError("names no agent")
    return agent


def _visit(call: str, queue: str) -> None:
    if call in ("", "NONE", "MANAGER", "CLI", "REALTIME"):
        raise LineError("names no call")
    if queue in ("", "NONE"):
        raise LineError("names no queue")


def _entered(at_ms: int, call: str, queue: str, _agent_name: str, data: Fields) -> Event:
    _visit(call, queue)
    number = safe_text(data[1]) if len(data) > 1 else ""
    name = safe_text(data[3]) if len(data) > 3 else ""
    return CallEntered(at_ms, call, queue, number, name)


def _connected(at_ms: int, call: str, queue: str, agent: str, data: Fields) -> Event:
    _visit(call, queue)
    return CallAnswered(at_ms, call, queue, _agent(agent), seconds(data, 0), seconds(data, 2))


def _completed(at_ms: int, call: str, queue: str, agent: str, data: Fields) -> Event:
    _visit(call, queue)
    return CallEnded(at_ms, call, queue, _agent(agent), Outcome.ANSWERED, seconds(data, 0), seconds(data, 1))


def _transferred(at_ms: int, call: str, queue: str, agent: str, data: Fields) -> Event:
    """Take a transfer: extension, context, then wait, talk and (since 1.6) the position at entry."""
    _visit(call, queue)
    return CallEnded(at_ms, call, queue, _agent(agent), Outcome.TRANSFERRED, seconds(data, 2), seconds(data, 3))


def _attended(at_ms: int, call: str, queue: str, agent: str, data: Fields) -> Event:
    """Take an attended transfer: kind, one target (two of LINK), wait, talk, position.

    Where that does not fit, because the first field holds pipes of its own, the figures are the last three.
    """
    _visit(call, queue)
    at = 3 if data and data[0] == "LINK" else 2
    if any(seconds(data, at + i) is None for i in range(3)):
        while data and not data[-1].strip():
            data = data[:-1]
        at = len(data) - 3
    wait, talk = seconds(data, at), seconds(data, at + 1)
    return CallEnded(at_ms, call, queue, _agent(agent), Outcome.TRANSFERRED, wait, talk)


def _left(outcome: Outcome, wait_at: int) -> Parser:
    """Return a parser for a visit that ended unanswered, its wait in a field that old versions lack."""

    def parse(at_ms: int, call: str, queue: str, _agent_name: str, data: Fields) -> Event:
        _visit(call, queue)
        return CallEnded(at_ms, call, queue, None, outcome, seconds(data, wait_at))

    return parse


def _ring(cancelled: bool) -> Parser:
    def parse(at_ms: int, call: str, queue: str, agent: str, data: Fields) -> Event:
        _visit(call, queue)
        return RingEnded(at_ms, call, queue, _agent(agent), _ring_ms(data), cancelled)

    return parse


def _signed_in(at_ms: int, _call: str, queue: str, agent: str, data: Fields) -> Event:
    return SignedIn(at_ms, _agent(agent), _queue(queue), bool(data) and data[0].strip() == "PAUSED")


def _signed_out(at_ms: int, _call: str, queue: str, agent: str, _data: Fields) -> Event:
    return SignedOut(at_ms, _agent(agent), _queue(queue))


def _logged_in(at_ms: int, _call: str, _queue_name: str, agent: str, _data: Fields) -> Event:
    return SignedIn(at_ms, _agent(agent))


def _logged_off(at_ms: int, _call: str, _queue_name: str, agent: str, data: Fields) -> Event:
    return SignedOut(at_ms, _agent(agent), None, seconds(data, 1))


def _paused(at_ms: int, _call: str, queue: str, agent: str, data: Fields) -> Event:
    if _queue(queue) is None:
        raise LineError("names no queue")
    return Paused(at_ms, _agent(agent), queue, safe_text("|".join(data)))


def _resumed(at_ms: int, _call: str, queue: str, agent: str, _data: Fields) -> Event:
    if _queue(queue) is None:
        raise LineError("names no queue")
    return Resumed(at_ms, _agent(agent), queue)


def _paused_all(at_ms: int, _call: str, _queue_name: str, agent: str, data: Fields) -> Event:
    return Paused(at_ms, _agent(agent), None, safe_text("|".join(data)))


def _resumed_all(at_ms: int, _call: str, _queue_name: str, agent: str, _data: Fields) -> Event:
    return Resumed(at_ms, _agent(agent), None)


def _restarted(at_ms: int, *_: object) -> Event:
    return SourceRestarted(at_ms)


PARSERS: dict[str, Parser] = {
    "ENTERQUEUE": _entered,
    "CONNECT": _connected,
    "COMPLETECALLER": _completed,
    "COMPLETEAGENT": _completed,
    "TRANSFER": _transferred,
    "BLINDTRANSFER": _transferred,
    "ATTENDEDTRANSFER": _attended,
    "ABANDON": _left(Outcome.ABANDONED, 2),
    "EXITWITHTIMEOUT": _left(Outcome.TIMED_OUT, 2),
    "EXITEMPTY": _left(Outcome.OVERFLOWED, 2),
    "EXITWITHKEY": _left(Outcome.OVERFLOWED, 3),
    "WITHDRAW": _left(Outcome.OVERFLOWED, 2),
    "RINGNOANSWER": _ring(cancelled=False),
    "RINGCANCELED": _ring(cancelled=True),
    "ADDMEMBER": _signed_in,
    "REMOVEMEMBER": _signed_out,
    "AGENTLOGIN": _logged_in,
    "AGENTCALLBACKLOGIN": _logged_in,
    "AGENTLOGOFF": _logged_off,
    "AGENTCALLBACKLOGOFF": _logged_off,
    "PAUSE": _paused,
    "UNPAUSE": _resumed,
    "PAUSEALL": _paused_all,
    "UNPAUSEALL": _resumed_all,
    "QUEUESTART": _restarted,
}

INTERFACE_EVENTS = frozenset({"ADDMEMBER", "REMOVEMEMBER"})
"""The events whose agent is an interface, not a member's name."""

ACTING_EVENTS = frozenset(
    name for name, parser in PARSERS.items() if parser not in (_signed_in, _signed_out, _restarted, _entered)
)
"""The events that only an agent at work writes."""

NOTED = frozenset({"CONFIGRELOAD", "PENALTY", "RINGINUSE", "SYSCOMPAT", "AGENTDUMP", "DID", "INFO", "ROTATE"})
"""Events that say what no figure needs; any other unknown event is noted too, as the dialplan may write anything."""


def is_outbound(event: str) -> bool:
    """Whether an event is of a call made by an agent, or of a callback; such calls are never counted as inbound."""
    return event.startswith(("OUT", "CALLBACK"))
