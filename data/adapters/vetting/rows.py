"""Rows of an answer (events, agents, queues, …): each as it can be used, and what of it can't be."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, get_args, get_type_hints

from data.adapters.base import SourceError
from data.adapters.vetting import values
from data.adapters.vetting.values import BadError, Bounds, Check, shown
from data.model.observation import AgentEntry, AgentSeen, Event, QueueEntry, SeatEntry, Serving, WaitingSeen
from data.model.words import State

MAX_ROWS = 50_000
"""The most of one kind that one answer may hold."""
MAX_KINDS = 100
"""So many kinds of faults of one answer are told apart."""


class Fault(NamedTuple):
    """One kind of thing that can't be used: `kind` sets it apart, `said` tells the first of `times` such."""

    kind: str
    said: str
    times: int


class Faults:
    """What was found, each kind once."""

    def __init__(self) -> None:
        self._found: dict[str, Fault] = {}

    def add(self, kind: str, said: str) -> None:
        """Count a thing that can't be used."""
        before = self._found.get(kind)
        if before is None and len(self._found) >= MAX_KINDS:
            return
        self._found[kind] = Fault(kind, said, 1) if before is None else before._replace(times=before.times + 1)

    def all(self) -> tuple[Fault, ...]:
        """Return them in the order they were found."""
        return tuple(self._found.values())


class _Field(NamedTuple):
    name: str
    check: Check
    may_be_none: bool
    untold: object
    """What stands for "the source does not say" where the value is bad; `_NEEDED`: the whole row can't be used."""


_NEEDED = object()


def _serving(value: object, bounds: Bounds) -> tuple[Serving, ...]:
    faults = Faults()
    served = [row(each, (Serving,), "", bounds, faults) for each in values.few(value, (tuple, list))]
    if None in served:
        raise BadError("names a queue that can't be used")
    return tuple(each for each in served if each is not None)


_BY_NAME: dict[str, Check] = {
    **dict.fromkeys(("at_ms", "entered_ms", "since_ms", "paused_ms"), values.moment),
    **dict.fromkeys(("call", "queue", "agent", "key", "label"), values.key),
    **dict.fromkeys(("row", "column"), values.place),
    "formula": values.formula,
    "skills": values.texts,
    "serving": _serving,
    "or_states": values.states,
}
_BY_TYPE: dict[type, Check] = {str: values.text, bool: values.truth, int: values.duration, float: values.share}

_MEANS_SOMETHING = frozenset({(Serving, "paused")})
"""Fields whose None says something else than that the source does not tell."""


def _fields_of(kind: Any) -> tuple[_Field, ...]:  # noqa: ANN401 (the class of a named tuple)
    fields = []
    for name, hint in get_type_hints(kind).items():
        among = get_args(hint) or (hint,)
        check = _BY_NAME.get(name)
        if check is None:
            (plain,) = (each for each in among if each is not type(None))
            check = values.word_of(plain) if issubclass(plain, StrEnum) else _BY_TYPE[plain]
        untold = kind._field_defaults.get(name, _NEEDED)
        needed = (check is values.key and kind is not AgentSeen) or (kind, name) in _MEANS_SOMETHING
        if needed or untold not in (None, "", (), frozenset()):
            untold = _NEEDED
        if (kind, name) == (AgentSeen, "state"):
            untold = State.UNKNOWN
        fields.append(_Field(name, check, type(None) in among, untold))
    return tuple(fields)


EVENTS: tuple[type, ...] = get_args(Event)
_FIELDS = {
    kind: _fields_of(kind) for kind in (*EVENTS, AgentEntry, QueueEntry, SeatEntry, Serving, AgentSeen, WaitingSeen)
}


def row(told: Any, kinds: tuple[type, ...], where: str, bounds: Bounds, faults: Faults) -> Any:  # noqa: ANN401
    """Return a row with its values made safe, None where it can't be used."""
    kind: Any = type(told)
    if kind not in kinds:
        faults.add(f"{where.partition('[')[0]}: {kind.__name__}", f"{where} is {shown(told)}")
        return None
    fields = _FIELDS[kind]
    kept: list[object] = []
    if len(told) != len(fields):
        faults.add(f"{kind.__name__} of another length", f"{where} is a {kind.__name__} of another length")
        return None
    for field, value in zip(fields, told, strict=True):
        if value is None and field.may_be_none:
            kept.append(None)
            continue
        try:
            kept.append(field.check(value, bounds))
        except BadError as error:
            name = f"{kind.__name__}.{field.name}"
            faults.add(f"{name} {error}", f"{where}: {name} is {shown(value)}: it {error}")
            if field.untold is _NEEDED:
                return None
            kept.append(field.untold)
    return kind(*kept)


def rows_of(
    told: object, kinds: tuple[type, ...], where: str, bounds: Bounds, faults: Faults, most: int = MAX_ROWS
) -> tuple[Any, ...]:
    """Return the rows that can be used. Raises SourceError for what is no list of rows, or of too many."""
    if type(told) not in (tuple, list):
        raise SourceError(f"its {where} are {shown(told)}, not a tuple or list")
    each: tuple[object, ...] = tuple(told)  # type: ignore[arg-type] # a tuple or list
    if len(each) > most:
        raise SourceError(f"its {where} are {len(each)}, and one answer may hold {most}: tell fewer at once")
    rows = (row(one, kinds, f"{where}[{at}]", bounds, faults) for at, one in enumerate(each))
    return tuple(one for one in rows if one is not None)
