"""Reading queue logs: plain, gzipped or from standard input, with what an earlier import took of each."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import select
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from data.adapters.base import SourceError

CHUNK = 1 << 20
"""Bytes read at a time; one observation is made of each chunk's lines."""

MAX_LINE = 1 << 16
"""Bytes of the longest line that is read; of a longer one nothing is kept but its beginning."""

_NAMES = re.compile(rb"^[^|\n]*\|[^|\n]*\|[^|\n]*\|([^|\n]*)\|[^\S\n]*([A-Z]+)", re.MULTILINE)
_EPOCH = re.compile(rb"^[^\S\n]*(\d{9,10})(?:\.\d+)?\|", re.MULTILINE)

_DAMAGED = (OSError, EOFError, zlib.error)


class LogFileError(SourceError):
    """A log can't be read; the message names it and says why. `code` is an exit code (sysexits: no input)."""

    code = 66


class Mark(NamedTuple):
    """How far a file was taken: its first `size` bytes, whose BLAKE2b digest is `digest`."""

    size: int
    digest: bytes


class LogFile(NamedTuple):
    """A log that was looked through once: `names` are (agent as written, event) pairs, `skip` what was taken before.

    `whole` is the mark of all its plain text; `first` the first epoch (s) in it, None where it has none; `skip_lines`
    how many lines end within what is skipped.
    """

    path: Path
    name: str
    whole: Mark
    first: int | None
    names: frozenset[tuple[bytes, bytes]]
    skip: int
    skip_lines: int = 0


class Piece(NamedTuple):
    """Bytes of a log as they stand in it: whole lines or the beginning of one; none: there is no more for now.

    `goes_on`: they are more of a line whose beginning, longer than `MAX_LINE`, was the end of an earlier piece.
    """

    data: bytes
    goes_on: bool = False


class Place:
    """How far a log has been read, piece by piece."""

    def __init__(self) -> None:
        """Stand at its beginning."""
        self._digest = hashlib.blake2b(digest_size=16)
        self.size = 0
        self._line_end = self._mark()

    def _mark(self) -> Mark:
        return Mark(self.size, self._digest.digest())

    def pass_by(self, piece: Piece) -> tuple[Mark, ...]:
        """Take a piece as read; return what to keep of how far that is: the last line end, and what is beyond it.

        A line cut off may be longer next time, so the line end before it is kept as well.
        """
        before = self._line_end if piece.goes_on else self._mark()
        self._digest.update(piece.data)
        self.size += len(piece.data)
        mark = self._mark()
        if piece.data.endswith(b"\n"):
            self._line_end = mark
            return (mark,)
        self._line_end = before
        return (before, mark)


class Readable(Protocol):
    """What gives bytes: none at its end, None where it can't give any for now."""

    def read(self, size: int, /) -> bytes | None:
        """Return at most `size` bytes."""
        ...


def open_plain(path: Path) -> io.BufferedIOBase:
    """Open a log for reading its plain text, whether gzipped or not. Raises LogFileError."""
    try:
        file = path.open("rb")
        if file.read(2) == b"\x1f\x8b":
            file.close()
            return gzip.open(path)
        file.seek(0)
    except OSError as error:
        raise LogFileError(f"{path} can't be read: {error.strerror or error}") from error
    return file


def chunks(file: Readable, path: Path) -> Iterator[Piece]:
    """Yield a file's bytes in pieces that end at line ends, or where the file or a line that is too long is cut.

    What is held is never more than a chunk and a line, whatever stands in the file.
    """
    rest = b""
    goes_on = False
    while (data := _more(file, path)) != b"":
        if data is None:
            yield Piece(b"")
            continue
        if goes_on:
            cut = data.find(b"\n") + 1
            goes_on = not cut
            yield Piece(data[:cut] if cut else data, goes_on=True)
            data = data[cut:] if cut else b""
        cut = data.rfind(b"\n") + 1
        if cut:
            yield Piece(rest + data[:cut])
            rest = data[cut:]
        else:
            rest += data
        if len(rest) > MAX_LINE:
            yield Piece(rest)
            rest, goes_on = b"", True
    if rest:
        yield Piece(rest)


def _more(file: Readable, path: Path) -> bytes | None:
    try:
        return file.read(CHUNK)
    except _DAMAGED as error:
        why = getattr(error, "strerror", None) or error
        size = _readable_size(path)
        raise LogFileError(f"{path} can be read for the first {size:,} bytes of its text only: {why}") from error


def _readable_size(path: Path) -> int:
    """Return how much of a damaged log can be read."""
    size = 0
    with open_plain(path) as file, suppress(*_DAMAGED):
        while data := file.read1(CHUNK):
            size += len(data)
    return size


@contextmanager
def readable(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Give paths that can be read twice: standard input (`-`) and pipes stand in a temporary file meanwhile.

    Raises LogFileError for one that can't be read at all.
    """
    with ExitStack() as stack:
        found = [path if _is_regular(path) else stack.enter_context(_spooled(path)) for path in paths]
        for path in found:
            open_plain(path).close()
        yield found


def _is_regular(path: Path) -> bool:
    try:
        return str(path) != "-" and path.is_file()
    except OSError as error:
        raise LogFileError(f"{path} can't be read: {error.strerror or error}") from error


@contextmanager
def _spooled(path: Path) -> Iterator[Path]:
    piped = str(path) == "-"
    name = "standard input" if piped else path.name
    with ExitStack() as stack:
        try:
            source = sys.stdin.buffer if piped else stack.enter_context(path.open("rb"))
        except OSError as error:
            raise LogFileError(f"{path} can't be read: {error.strerror or error}") from error
        spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="floorwalk-")), name)
        try:
            with spool.open("wb") as target:
                _copy(source, target)
        except OSError as error:
            shown = name if piped else path
            raise LogFileError(f"{shown} can't be kept for reading: {error.strerror or error}") from error
        yield spool


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    """Copy what comes. It is waited for in short turns: a signal just before a long read would be slept on."""
    try:
        waited_on = [source.fileno()]
    except OSError:  # text in memory is there at once
        waited_on = []
    read = getattr(source, "read1", source.read)
    while True:
        while waited_on and not select.select(waited_on, [], [], 0.2)[0]:
            continue
        data = read(CHUNK)
        if not data:
            return
        target.write(data)


def look_through(path: Path, taken: frozenset[Mark], progress: Callable[[int], None]) -> LogFile:
    """Read a log once, for the names in it and for how much of it was imported before.

    What was taken counts up to the end of a line, or as the whole file: a line that was cut off then is read again.
    """
    digest = hashlib.blake2b(digest_size=16)
    sizes = sorted({mark.size for mark in taken})
    names: set[tuple[bytes, bytes]] = set()
    first: int | None = None
    size = skip = lines = skip_lines = 0
    with open_plain(path) as file:
        for chunk, goes_on in chunks(file, path):
            if not goes_on:
                names.update(_NAMES.findall(chunk))
                if first is None and (found := _EPOCH.search(chunk)):
                    first = int(found[1])
            start = 0
            while sizes and sizes[0] <= size + len(chunk):
                stop = sizes.pop(0) - size
                digest.update(chunk[start:stop])
                lines += chunk.count(b"\n", start, stop)
                start = stop
                if Mark(size + stop, digest.digest()) in taken and chunk[stop - 1 : stop] == b"\n":
                    skip, skip_lines = size + stop, lines
            digest.update(chunk[start:])
            if sizes:
                lines += chunk.count(b"\n", start)
            size += len(chunk)
            progress(len(chunk))
    whole = Mark(size, digest.digest())
    if whole in taken and skip < size:
        skip, skip_lines = size, lines + 1
    return LogFile(path, path.name, whole, first, frozenset(names), skip, skip_lines)
