"""What goes over the desk's socket: a line of JSON each way.

    → {"key": "…", "expires_ms": 1763786400000, "act": "raise_flag", "with": {"agent": 12, "flag": "tired"},
       "from": {"tty": "/dev/pts/3", "address": "10.0.0.7"}}
    ← {"key": "…", "done": true, "said": "flagged", "id": 41, "refusal": ""}

    → {"key": "…", "act": "greet"}
    ← {"key": "…", "standing": {"user": "liumin", "role": 1, "teams": ["…"], "abilities": [["pbx", ["pause"]]]}}

`key` makes a request the same one however often it is sent: it is carried out once for each caller, and answered the
same. After `expires_ms` (UTC) it is not begun any more. `from` is what the caller says of itself, and kept as that; who
it is the kernel tells. A line with an empty key is for all who wait: the desk says it, and hangs up. This module only
writes lines and reads what a desk answers, and so loads nothing to check them with: `data.desk.reading` does that.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data.model.people import NAMES, Answer, Refusal, Request, Role, Standing

MOST_BYTES = 16_384
"""The longest line, either way."""

GREETING = "greet"


def socket_of(store: Path) -> Path:
    """Return where the desk of a store listens: beside it, by whatever name the store is called."""
    store = store.resolve()
    return store.with_name(f"{store.name}.desk")


def request_line(key: str, expires_ms: int, request: Request, tty: str = "", address: str = "") -> bytes:
    """Return a request as a line."""
    told = {
        "key": key,
        "expires_ms": expires_ms,
        "act": NAMES[type(request)],
        "with": asdict(request),
        "from": {"tty": tty, "address": address},
    }
    return _line(told)


def greeting_line(key: str) -> bytes:
    """Return the question who the desk takes us for, as a line."""
    return _line({"key": key, "act": GREETING})


def answer_line(key: str, answer: Answer) -> bytes:
    """Return an answer as a line."""
    return _line({"key": key, "done": answer.done, "said": answer.said, "id": answer.id, "refusal": answer.refusal})


def standing_line(key: str, standing: Standing) -> bytes:
    """Return who the desk takes somebody for, as a line."""
    return _line({"key": key, "standing": standing._asdict()})


def answer_of(told: dict[str, Any]) -> Answer:
    """Return the answer that a line tells. Raises ValueError, KeyError or TypeError for what is none."""
    number = told.get("id")
    return Answer(
        bool(told["done"]), str(told["said"]), int(number) if number is not None else None, Refusal(told["refusal"])
    )


def standing_of(told: dict[str, Any]) -> Standing:
    """Return who the desk takes us for. Raises ValueError, KeyError or TypeError for what is none."""
    standing = told["standing"]
    abilities = tuple((str(source), tuple(map(str, acts))) for source, acts in standing["abilities"])
    return Standing(str(standing["user"]), Role(standing["role"]), tuple(map(str, standing["teams"])), abilities)


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
