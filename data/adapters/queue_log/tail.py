"""A queue log that is still being written: read on as it grows, through rotations."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Self

from data.adapters.queue_log.files import MAX_LINE, LogFile, LogFileError

_EDGE = 64
"""So many bytes before the place tell whether a file is still the one that was read."""


class Growing:
    """A log to read like a file that doesn't block.

    `read` gives None where there is nothing more for now, and no bytes when this file is done with: another one has
    taken its place, or it was emptied and is written anew.
    """

    def __init__(self, path: Path, clock: Callable[[], int]) -> None:
        """Open the log at `path`. Raises LogFileError."""
        try:
            self._file = path.open("rb", buffering=0)
            magic = os.pread(self._file.fileno(), 2, 0)
        except OSError as error:
            raise LogFileError(f"{path} can't be followed: {error.strerror or error}") from error
        if magic == b"\x1f\x8b":
            self._file.close()
            raise LogFileError(f"{path} is gzipped, so it does not grow: import it instead")
        self._path = path
        self._clock = clock
        self._edge = b""
        self._waited = self._replaced = False
        self.watched_ms: int | None = None
        """Up to when all that was written has been read, None while there is more to read."""

    def __enter__(self) -> Self:
        """Return the log itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self._file.close()

    def read(self, size: int, /) -> bytes | None:
        """Return at most `size` bytes that are new."""
        if self._waited:
            self._waited = False
            if self._is_emptied():
                return b""
            self._replaced = self._replaced or self._is_replaced()
        now_ms = self._clock()
        data = self._file.read(size)
        # What comes in the same second is still to come, and lines tell whole seconds.
        self.watched_ms = now_ms - now_ms % 1000 - 1 if len(data) < size else None
        if data:
            self._edge = (self._edge + data)[-_EDGE:]
            return data
        self._waited = not self._replaced
        return None if self._waited else b""

    def _is_emptied(self) -> bool:
        at = self._file.tell() - len(self._edge)
        return os.pread(self._file.fileno(), len(self._edge), at) != self._edge

    def _is_replaced(self) -> bool:
        """Whether another log stands at the path, and is written: while it is empty this one still is."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return there.st_size > 0 and not os.path.samestat(there, os.fstat(self._file.fileno()))


def rotated(live: Path, since_ms: int) -> Collection[Path]:
    """Return the logs beside a live one that have its name and a number or date, and were written since a moment."""
    name = re.compile(re.escape(live.name) + r"[.-]\d[\d-]*(\.gz)?")
    beside = [path for path in live.parent.iterdir() if name.fullmatch(path.name) and path.is_file()]
    return [path for path in beside if path.stat().st_mtime_ns // 1_000_000 >= since_ms]


def at_end(file: LogFile) -> LogFile:
    """Return a log as if all its whole lines had been taken. Raises LogFileError."""
    try:
        with file.path.open("rb") as opened:
            start = max(0, file.whole.size - MAX_LINE)
            opened.seek(start)
            last = opened.read(file.whole.size - start)
    except OSError as error:
        raise LogFileError(f"{file.path} can't be read: {error.strerror or error}") from error
    return file._replace(skip=start + last.rfind(b"\n") + 1)
