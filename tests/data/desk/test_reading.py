"""Lines that anybody may send: read, or refused in words that name the field."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.desk.reading import Greeting, Order, WrongError, read
from data.desk.wire import greeting_line, request_line
from data.model.people import MOST_TEXT, DecideBreak, Decision, NoteCoaching, NoteMood, RaiseFlag, Request
from tests.data.desk.test_roles import ALL


def line(**changed: object) -> bytes:
    told = {"key": "k", "expires_ms": 5, "act": "note_mood", "with": {"agent": 1, "mood": 3}, **changed}
    return json.dumps({name: value for name, value in told.items() if value is not ...}).encode()


NO_FILES = ("../x.jpg", "/etc/passwd", "a\\b.jpg", "..", "a\x1b.jpg", "a\nb", "\u202egpj.exe")


def marks(**changed: object) -> bytes:
    told = {"round": "r", "where": "seat", "place": "A-1", "mark": "pass", **changed}
    return line(act="mark_place", **{"with": told})


@pytest.mark.parametrize("request_", ALL, ids=lambda each: type(each).__name__)
def test_every_request_arrives_as_it_was_sent(request_: Request) -> None:
    if isinstance(request_, NoteMood):
        request_ = replace(request_, said=True)
    if isinstance(request_, NoteCoaching):
        request_ = replace(request_, praise=True)
    order = read(request_line("key-1", 77, request_, "/dev/pts/1", "10.0.0.7"))
    assert isinstance(order, Order)
    assert order[:5] == ("key-1", 77, request_, "/dev/pts/1", "10.0.0.7")


def test_a_greeting() -> None:
    assert read(greeting_line("k")) == Greeting("k")


WRONG = [
    (b"[", "the line is not JSON"),
    (b"\xff\xfe", "the line is not JSON"),
    (b"[" * 16_000, "the line is not JSON"),
    (b'{"key": ' + b"9" * 5_000 + b"}", "the line is not JSON"),
    (b"[]", "the line is no JSON object"),
    (line(key=7), "key: should be 1 to 80 printable ASCII characters"),
    (line(key="a b"), "key: should be 1 to 80 printable ASCII characters"),
    (line(key="a" * 81), "key: should be 1 to 80 printable ASCII characters"),
    (line(act="dance"), "act: there is no dance"),
    (line(act=["raise_flag"]), "act: there is no such act"),
    (line(act="greet"), "act: there is no greet"),
    (line(expires_ms=...), "expires_ms: is missing"),
    (line(expires_ms=1.0), "expires_ms: should be a valid integer"),
    (line(expires_ms="5"), "expires_ms: should be a valid integer"),
    (line(uid=0), "uid: there is no such field"),
    (line(**{"from": {"user": "root"}}), "from.user: there is no such field"),
    (line(**{"with": []}), "with: should be a valid dictionary"),
    (line(**{"with": {"agent": True, "mood": 3}}), "with.agent: should be a valid integer"),
    (line(**{"with": {"agent": 2**63, "mood": 3}}), "with.agent: should be less than or equal to 9223372036854775807"),
    (line(**{"with": {"agent": -1, "mood": 3}}), "with.agent: should be greater than or equal to 0"),
    (line(**{"with": {"agent": 1, "mood": 6}}), "with.mood: should be less than or equal to 5"),
    (line(**{"with": {"agent": 1, "mood": 0}}), "with.mood: should be greater than or equal to 1"),
    (line(**{"with": {"agent": 1}}), "with.mood: is missing"),
    (line(**{"with": {"agent": 1, "mood": 3, "by": "root"}}), "with.by: there is no such field"),
    (line(**{"with": {"agent": 1, "mood": 3, "said": 1}}), "with.said: should be a valid boolean"),
    (
        line(**{"with": {"agent": 1, "mood": 3, "note": "x" * 501}}),
        "with.note: string should have at most 500 characters",
    ),
    (line(act="listen_in", **{"with": {"agent": 1, "phone": "x", "reason": " "}}), "with.reason: should say something"),
    (
        line(act="decide_break", **{"with": {"agent": 1, "decision": "maybe"}}),
        "with.decision: should be 'offer', 'approve', 'refuse', 'return' or 'withdraw'",
    ),
    (marks(where="desk"), "with.where: should be 'seat', 'agent', 'zone' or 'floor'"),
    (marks(mark="ok"), "with.mark: should be 'pass', 'fail' or 'not_applicable'"),
    (marks(rules="phone"), "with.rules: should be a valid tuple"),
    (marks(rules=[7]), "with.rules.0: should be a valid string"),
    (marks(rules=["x"] * 65), "with.rules: tuple should have at most 64 items"),
    (marks(rules=["x" * 501]), "with.rules.0: string should have at most 500 characters"),
    (marks(place="x" * 121), "with.place: string should have at most 120 characters"),
    (marks(points="3"), "with.points: should be a valid integer"),
    (marks(round=" "), "with.round: should say something"),
    *((marks(photo=name), "with.photo: should be the name of a file, without folders") for name in NO_FILES),
    (line(act="close_finding", **{"with": {"id": 1, "closing": "x"}}), "with.closing: should be 'corrected' or"),
    (line(act="set_roster", **{"with": {}}), "with.lines: is missing"),
]


@pytest.mark.parametrize(("sent", "words"), WRONG, ids=[words[:30] for _, words in WRONG])
def test_what_is_wrong_is_named(sent: bytes, words: str) -> None:
    with pytest.raises(WrongError) as wrong:
        read(sent)
    assert str(wrong.value).startswith(words)


def test_texts_are_made_safe() -> None:
    order = read(
        line(act="raise_flag", **{"with": {"agent": 1, "flag": "tired", "note": "\x1b]0;x\x07 [@click=x]\u202e"}})
    )
    assert isinstance(order, Order) and isinstance(order.request, RaiseFlag)
    assert order.request.note == "\ufffd]0;x\ufffd [@click=x]"
    order = read(line(**{"from": {"tty": "\x1b" * 500, "address": "a\nb"}}))
    assert isinstance(order, Order)
    assert (len(order.tty), order.address) == (120, "a b")


def test_the_digest_is_of_the_act_alone() -> None:
    def digest(request: Request, expires_ms: int = 1, tty: str = "") -> str:
        order = read(request_line("k", expires_ms, request, tty))
        assert isinstance(order, Order)
        return order.digest

    assert digest(RaiseFlag(1, "tired")) == digest(RaiseFlag(1, "tired"), 2, "/dev/pts/1")
    assert len({digest(RaiseFlag(1, "tired")), digest(RaiseFlag(1, "unwell")), digest(RaiseFlag(2, "tired"))}) == 3
    assert digest(DecideBreak(1, Decision.OFFER)) != digest(DecideBreak(1, Decision.REFUSE))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=600),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["key", "act", "expires_ms", "with", "from"]), _json), st.binary(max_size=40))
def test_nothing_but_a_wrong_line_comes_of_nonsense(told: dict[str, Any], noise: bytes) -> None:
    base = {"key": "k", "act": "raise_flag", "expires_ms": 1, "with": {"agent": 1, "flag": "tired"}}
    for sent in (json.dumps(base | told).encode(), json.dumps(base).encode() + noise, noise):
        try:
            order = read(sent)
        except WrongError as wrong:
            assert str(wrong)
            continue
        assert isinstance(order, (Greeting, Order))
        if isinstance(order, Order) and isinstance(order.request, RaiseFlag):
            assert type(order.request.agent) is int and len(order.request.note) <= MOST_TEXT
