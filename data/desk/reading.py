"""Reading a line of somebody who may send anything: what is asked for, or what is wrong with it in words."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeGuard, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationError, create_model

from data.desk.wire import GREETING
from data.model.acts import Ear
from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.people import MOST_TEXT, REQUESTS, Decision, Request
from data.model.text import MAX_LENGTH, safe_text
from data.model.words import Mark

_KEY = re.compile(r"[!-~]{1,80}")
_MOST_INT = 2**63 - 1
MOST_TEXTS = 64
"""So many texts a list may have."""
_PLACE = 120
"""What is kept of how somebody names their own place."""


class Greeting(NamedTuple):
    """Somebody asks who we take them for."""

    key: str


class Order(NamedTuple):
    """Somebody asks for an act. `digest` is that of the act alone: the same order under the same key has the same."""

    key: str
    expires_ms: int
    request: Request
    tty: str
    address: str
    digest: str


class WrongError(Exception):
    """A line that can't be understood; the message says which field is wrong. `key` and `act` as far as they are."""

    def __init__(self, message: str, key: str = "", act: str = "") -> None:
        """Keep the words, safe to be shown."""
        super().__init__(safe_text(message, 300))
        self.key = key
        self.act = act


def read(line: bytes) -> Greeting | Order:
    """Return what a line asks for. Raises WrongError."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise WrongError("the line is not JSON") from None
    if not isinstance(told, dict):
        raise WrongError("the line is no JSON object")
    key, act = told.get("key"), told.get("act")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise WrongError("key: should be 1 to 80 printable ASCII characters", act=act if _is_act(act) else "")
    if act == GREETING and set(told) == {"key", "act"}:
        return Greeting(key)
    if not _is_act(act):
        raise WrongError(f"act: there is no {act if isinstance(act, str) else 'such act'}", key)
    return _order(key, act, told)


def _is_act(act: object) -> TypeGuard[str]:
    return isinstance(act, str) and act in REQUESTS


def _order(key: str, act: str, told: dict[str, Any]) -> Order:
    try:
        line = _Line.model_validate(told)
        checked = _model(act).model_validate(line.given)
    except ValidationError as error:
        at = () if error.title == _Line.__name__ else ("with",)
        raise WrongError(_explained(error, at), key, act) from None
    said = {name: getattr(checked, name) for name in type(checked).model_fields}
    request = REQUESTS[act](**said)
    digest = hashlib.sha256(json.dumps([act, said], sort_keys=True).encode()).hexdigest()
    return Order(key, line.expires_ms, request, line.origin.tty, line.origin.address, digest)


def _explained(error: ValidationError, above: tuple[str, ...]) -> str:
    """Return the first thing that is wrong: the field, and what it should be."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, (*above, *first["loc"])))
    if first["type"] == "extra_forbidden":
        return f"{where}: there is no such field"
    if first["type"] == "missing":
        return f"{where}: is missing"
    what = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{where}: {what[:1].lower()}{what[1:]}"


# ------------------------------------------------------------------ what each field may be


def _safe(text: str) -> str:
    return safe_text(text, MOST_TEXT)


def _file(name: str) -> str:
    if name in (".", "..") or "/" in name or "\\" in name or not name.isprintable():
        raise ValueError("should be the name of a file, without folders")
    return name


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("should say something")
    return text


_Int = Annotated[int, Strict(), Field(ge=0, le=_MOST_INT)]
_Text = Annotated[str, Strict(), Field(max_length=MOST_TEXT), AfterValidator(_safe)]
_Said = Annotated[str, Strict(), Field(max_length=MOST_TEXT), AfterValidator(_safe), AfterValidator(_said)]
_Named = Annotated[str, Strict(), Field(max_length=MAX_LENGTH), AfterValidator(_safe)]
_Mood = Annotated[int, Strict(), Field(ge=1, le=5)]
_Place = Annotated[str, Strict(), AfterValidator(lambda text: safe_text(text, _PLACE))]
_Bool = Annotated[bool, Strict()]
_Texts = Annotated[tuple[_Text, ...], Field(max_length=MOST_TEXTS)]
_File = Annotated[str, Strict(), Field(max_length=MAX_LENGTH), AfterValidator(_file)]

_KINDS: dict[object, Any] = {
    int: _Int,
    int | None: _Int | None,
    str: _Text,
    str | None: _Text | None,
    tuple[str, ...]: _Texts,
    bool: _Bool,
    **{kind: kind for kind in (Decision, Ear, Mark, Where, Closing, Entry, Avoidable, Worked)},
}
"""What is checked for each type that a request's field has."""

_OWN: dict[str, Any] = {
    "mood": _Mood | None,
    "place": _Named,
    "photo": _File,
}
"""What is checked of a field of this name, whatever its type: a place may be "", as that of the floor is."""

_exact = ConfigDict(extra="forbid")


class _Origin(BaseModel):
    model_config = _exact
    tty: _Place = ""
    address: _Place = ""


class _Line(BaseModel):
    model_config = _exact
    key: str
    act: str
    expires_ms: _Int
    given: dict[str, Any] = Field(alias="with")
    origin: _Origin = Field(alias="from", default_factory=_Origin)


@cache
def _model(act: str) -> type[BaseModel]:
    """Return what checks the fields of an act: exact types, no field too many, texts short and safe."""
    kind = REQUESTS[act]
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {}
    for each in dataclasses.fields(kind):
        needed = each.default is dataclasses.MISSING
        checked = _KINDS[hints[each.name]]
        if each.name in _OWN:
            checked = _OWN[each.name]
        elif needed and hints[each.name] is str:
            checked = _Said
        fields[each.name] = (checked, ... if needed else each.default)
    made: type[BaseModel] = create_model(kind.__name__, __config__=_exact, **fields)
    return made
