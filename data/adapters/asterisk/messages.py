"""The words of Asterisk's manager interface: blocks of `Key: value` lines, taken apart and put together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from data.model.text import safe_text

Block = dict[str, str]
Lines = list[tuple[str, str]]

_LISTS = {
    "QueueStatus": "QueueStatusComplete",
    "QueueSummary": "QueueSummaryComplete",
    "CoreShowChannels": "CoreShowChannelsComplete",
}
"""How the list of an action ends. Before Asterisk 13 nothing else tells that a list follows, nor how long it is."""

_ESCAPED = ("CallerIDName", "ConnectedLineName")
"""What ends the names of those keys whose values events escape; members' names and reasons come as they are."""

_UNDONE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HEAD = 400
"""More bytes than a refusal has."""
_LINE_ENDS = re.compile(r"[\r\n]+")


class TornError(ValueError):
    """An answer that is not whole, or none of Asterisk's."""


class Answer(NamedTuple):
    """What Asterisk answered to an action: its response, and the items of the list if it is one."""

    head: Block
    items: list[Block]

    @property
    def ok(self) -> bool:
        """Whether Asterisk took the action."""
        return self.head.get("Response") != "Error"

    @property
    def said(self) -> str:
        """Asterisk's own words, safe to show."""
        return safe_text(self.head.get("Message", "") or self.head.get("Response", ""))


def parse(body: bytes) -> list[Block]:
    """Return the blocks of a reply. Of a key that is repeated the first value counts: the others may be forged."""
    return [_block(lines) for lines in _lines(body)]


def unescaped(event: Block) -> Block:
    """Return an event of WaitEvent as a list would tell it: callers' names without C escapes."""
    return {key: _plain(value) if key.endswith(_ESCAPED) else value for key, value in event.items()}


def answer_to(action: str, action_id: str, body: bytes) -> Answer:
    """Return the answer to an action that was sent with `action_id`. Raises TornError where it is not whole.

    Callers' names stand in lists as they were set, and one with line ends in it can pretend to be the end of an item
    and the beginning of another. What no outsider knows is our ActionID, which each item holds once, in its last line
    or near its first: so it tells which lines belong together, and a forged block becomes a part of its caller's item.
    """
    blocks = _lines(body)
    if not blocks or blocks[0][0][0] != "Response":
        raise TornError("the answer is empty" if not body else "what answers is not Asterisk's manager interface")
    head = _block(blocks[0])
    items = [_block(lines) for lines in _items(blocks[1:], ("ActionID", action_id))]
    last = _LISTS.get(action)
    if head["Response"] == "Error" or (last is None and head.get("EventList", "").lower() != "start"):
        return Answer(head, items)
    if not items or not _ends(items[-1], last):
        raise TornError(f"the list that {action} gives has no end")
    told = items.pop().get("ListItems")
    if told is not None and told != str(len(items)):
        raise TornError(f"the list that {action} gives should have {safe_text(told, 10)} items, and has {len(items)}")
    return Answer(head, items)


def events_in(action_id: str, body: bytes) -> list[Block]:
    """Return the events that a WaitEvent answered with, unescaped. Raises TornError where the answer is not whole."""
    if not body:
        raise TornError("WaitEvent was answered with nothing: something else waits on our session")
    head, *events = parse(body) or [{}]
    if head.get("Response") != "Success":
        raise TornError("WaitEvent was not answered as it should be")
    if not events or events[-1].get("Event") != "WaitEventComplete" or events[-1].get("ActionID") != action_id:
        raise TornError("the list of events has no end")
    return [unescaped(event) for event in events[:-1] if event.get("Event", "SuccessfulAuth") != "SuccessfulAuth"]


def is_refusal(body: bytes) -> bool:
    """Whether an answer says that we may not: for want of a right or of a session, in the same words."""
    head = next(iter(parse(body[:_HEAD])), {})
    return head.get("Response") == "Error" and head.get("Message") == "Permission denied"


def one_line(value: object) -> str:
    """Return a value that stays one value when it is sent: no line end, no NUL, nothing that is no text."""
    text = _LINE_ENDS.sub(" ", str(value).replace("\0", ""))
    return text.encode("utf-8", errors="replace").decode("utf-8").strip()


def form_of(action: str, action_id: str, fields: Mapping[str, object]) -> dict[str, str]:
    """Return an action as it is sent; fields that are None are left out."""
    told = {key: one_line(value) for key, value in fields.items() if value is not None}
    return {"Action": action, "ActionID": action_id} | told


def _lines(body: bytes) -> list[Lines]:
    text = body.decode("utf-8", errors="replace")
    blocks = ([_pair(line) for line in block.split("\r\n") if line] for block in text.split("\r\n\r\n"))
    return [lines for lines in blocks if lines]


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key, value.removeprefix(" ")


def _block(lines: Lines) -> Block:
    """Return the first value of each key."""
    return dict(reversed(lines))


def _items(blocks: list[Lines], ours: tuple[str, str]) -> list[Lines]:
    """Return the lines of each item: those that share one line of ours."""
    items: list[Lines] = []
    loose: Lines = []
    for lines in blocks:
        if ours not in lines:
            loose += lines
            continue
        if lines[-1] == ours:
            lines = loose + lines
        elif items:
            items[-1].extend(loose)
        loose = []
        items.append(lines)
    if items:
        items[-1].extend(loose)
    return items


def _ends(item: Block, last: str | None) -> bool:
    if last is not None:
        return item.get("Event") == last
    return item.get("EventList", "").lower() == "complete"


def _plain(value: str) -> str:
    return _ESCAPE.sub(lambda found: _UNDONE.get(found[1], found[1]), value) if "\\" in value else value
