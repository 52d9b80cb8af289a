"""What the poller says on standard error, and the words of an error, safe whatever an adapter put into it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

from data.adapters.base import AccessError, SourceError
from data.adapters.registry import without_secrets
from data.model.text import safe_text
from data.store.files import StoreError

MAX_WORDS = 400


def tell(text: str) -> None:
    """Say something on standard error, under the program's name; nobody need be listening."""
    stream = sys.stderr
    if stream is None:
        return
    with suppress(OSError, ValueError):
        stream.write("".join(f"floorwalk poll: {safe_text(line, 2 * MAX_WORDS)}\n" for line in text.splitlines()))
        stream.flush()


def words(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Return what an error says: its kind too, unless it is one that is written for people."""
    error = access_error(error) or next(_leaves(error))
    kind = type(error).__name__
    try:
        said = str(error)[: 10 * MAX_WORDS]
    except Exception:  # an adapter's own error may be as broken as the adapter
        said = ""
    plain = said if isinstance(error, (SourceError, StoreError)) and said else f"{kind}: {said}" if said else kind
    return safe_text(without_secrets(plain, secrets), MAX_WORDS)


def access_error(error: BaseException) -> AccessError | None:
    """Return the error that says that the source does not let us in, alone or in a group of errors."""
    return next((each for each in _leaves(error) if isinstance(each, AccessError)), None)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error


def seconds(ms: int) -> str:
    """Return a length of time to be told."""
    return f"{round(ms / 1000):,} s"
