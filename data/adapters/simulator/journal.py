"""What was ordered of a played floor, and what came of it: kept so that a floor that is played again does the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from data.model.acts import (
    Ear,
    EndWrapUp,
    Listen,
    Order,
    Pause,
    PhoneAct,
    Result,
    SignIn,
    SignOut,
    StopListening,
    Unpause,
)
from data.model.days import HOUR

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Pause, Unpause, SignIn, SignOut, EndWrapUp, Listen, StopListening)
}
_KEPT_ORDERS = 1_000


class Entry(NamedTuple):
    """An order that was carried out: its key, and when that was on the floor's clock."""

    key: str
    at_ms: int
    act: PhoneAct


class Journal:
    """Remembers orders by their keys; those that were carried out go into a cursor, compact JSON, without names."""

    def __init__(self) -> None:
        self._results: dict[str, tuple[PhoneAct, Result]] = {}
        self._done: list[Entry] = []
        self._told = 0
        """How many of those done are in the last cursor."""

    def answer(self, order: Order) -> Result | None:
        """Return what was answered to an order under this key, None for a new one."""
        kept = self._results.get(order.key)
        if kept is None:
            return None
        if kept[0] != _nameless(order.act):
            return Result(done=False, said="the key of this order was used for another one")
        return kept[1]

    def keep(self, order: Order, at_ms: int, result: Result) -> None:
        """Remember an order, with what came of it."""
        act = _nameless(order.act)
        self._results[order.key] = (act, result)
        for key in list(self._results)[: max(0, len(self._results) - _KEPT_ORDERS)]:
            del self._results[key]
        if result.done:
            self._done.append(Entry(order.key, at_ms, act))

    def cursor(self, midnight_ms: int, now_ms: int) -> str | None:
        """Return what is to be kept of today and of the last hour, where there is more than the last time."""
        if self._told == len(self._done):
            return None
        since_ms = min(midnight_ms, now_ms - HOUR)
        self._done = [entry for entry in self._done if entry.at_ms >= since_ms]
        self._told = len(self._done)
        rows = [[key, at_ms, type(act).__name__, [*act]] for key, at_ms, act in self._done]
        return json.dumps({"acts": rows}, ensure_ascii=False, separators=(",", ":"))

    def restore(self, cursor: str | None, carry_out: Callable[[PhoneAct, int], Result]) -> None:
        """Take up an earlier journal and have it carried out again; one that can't be read is as none."""
        try:
            rows = json.loads(cursor or "{}").get("acts", [])
            entries = [Entry(str(key), int(at_ms), _act(kind, told)) for key, at_ms, kind, told in rows]
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        for key, at_ms, act in entries:
            self._results[key] = (act, carry_out(act, at_ms))
        self._done, self._told = entries, len(entries)


def _nameless(act: PhoneAct) -> PhoneAct:
    """Return an act without the name that a sign-in carries: who is meant their key says."""
    return act._replace(name="") if isinstance(act, SignIn) else act


def _act(kind: str, told: list[Any]) -> PhoneAct:
    act: PhoneAct = _KINDS[kind](*told)
    return act._replace(ear=Ear(act.ear)) if isinstance(act, Listen) else act
