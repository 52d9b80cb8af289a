"""Reading queue logs: plain, gzipped or from standard input, with what an earlier import took of each."""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

CHUNK = 1 << 20
"""Bytes read at a time; one observation is made of each chunk's lines."""

_NAMES = re.compile(rb"^[^|\n]*\|[^|\n]*\|[^|\n]*\|([^|\n]*)\|\s*([A-Z]+)", re.MULTILINE)
_EPOCH = re.compile(rb"^\s*(\d{9,10})(?:\.\d+)?\|", re.MULTILINE)


class LogFileError(Exception):
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


def open_plain(path: Path) -> IO[bytes]:
    """Open a log for reading its plain text, whether gzipped or not. Raises LogFileError."""
    try:
        file = path.open("rb")
        if file.read(2) == b"\x1f\x8b":
            file.close()
            return gzip.open(path)  # type: ignore[return-value]
        file.seek(0)
    except OSError as error:
        raise LogFileError(f"{path} can't be read: {error.strerror}") from error
    return file


def chunks(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """Yield a file's bytes in pieces that end at line ends (the last one where the file ends)."""
    rest = b""
    while True:
        try:
            piece = file.read(CHUNK)
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            raise LogFileError(f"{path} can't be read to its end: {error}") from error
        if not piece:
            break
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = piece[cut:]
        else:
            rest += piece
    if rest:
        yield rest


@contextmanager
def readable(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Give paths that can be read twice: standard input (`-`) stands in a temporary file meanwhile.

    Raises LogFileError for one that can't be read at all.
    """
    with ExitStack() as stack:
        found = [stack.enter_context(_spooled()) if str(path) == "-" else path for path in paths]
        for path in found:
            open_plain(path).close()
        yield found


@contextmanager
def _spooled() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="floorwalk-") as folder:
        path = Path(folder, "standard input")
        try:
            with path.open("wb") as file:
                while piece := sys.stdin.buffer.read(CHUNK):
                    file.write(piece)
        except OSError as error:
            raise LogFileError(f"standard input can't be kept for reading: {error.strerror}") from error
        yield path


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
        for chunk in chunks(file, path):
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
