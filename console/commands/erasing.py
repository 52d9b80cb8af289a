"""Erasing a person where no desk takes the order: as the store's only writer, for as long as that takes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.own_hand import carry_out
from data.lease import Lease
from data.model.people import Answer, EraseAgent
from data.store.writer import Writer

if TYPE_CHECKING:
    from console.settings import Settings

_AT_ONCE = 1 << 20


def erase_here(settings: Settings, request: EraseAgent) -> Answer:
    """Carry out an erasure, audit it, and write the file anew. Raises StoreError: HeldError while a poller writes."""
    with Lease(settings.store, "floorwalk privacy erase"), Writer(settings.store) as writer:
        with writer.recording() as connection:
            answer = carry_out(connection, settings, request)
        if answer.done:
            writer.compact()
            writer.fold()
    return answer


def traces(store: Path, names: Iterable[str]) -> list[Path]:
    """Return the files of a store in which one of these names can be read."""
    wanted = [name.encode() for name in names]
    files = [store, store.with_name(f"{store.name}-wal")]
    return [path for path in files if wanted and path.exists() and _holds(path, wanted)]


def _holds(path: Path, wanted: list[bytes]) -> bool:
    overlap = max(map(len, wanted)) - 1
    with path.open("rb") as file:
        before = b""
        while block := file.read(_AT_ONCE):
            text = before + block
            if any(each in text for each in wanted):
                return True
            before = text[-overlap:] if overlap else b""
    return False
