"""The floor's catalogue kept in force: its file is read when the poller starts, and again whenever it has changed.

A file in which something is wrong is told, once for each change of it; what was in force stays.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from data.desk.deciding import of_the_desk
from data.discipline.catalogue import Catalogue
from data.discipline.reading import CatalogueError, catalogue_at
from data.discipline.shipped import shipped
from data.model.text import safe_text
from data.poller.telling import tell, words
from data.store import audit
from data.store.catalogues import id_in_force, put_in_force
from data.store.files import StoreError
from data.store.writer import Writer

EVERY_S = 10.0
"""How often it is looked whether the file has changed."""
MOST_TOLD = 50
"""So many problems of one file are told."""
_FOREVER_MS = 2**62

Signature = tuple[int, int, int] | None
"""What changes when a file does; None where there is none."""
Seen = Catalogue | CatalogueError | None


class Rulebook:
    """One floor's catalogue, from its file into the store."""

    def __init__(self, writer: Writer, path: Path | None, wall_ms: Callable[[], int]) -> None:
        """Have seen nothing yet. `path` None: the catalogue that ships is in force."""
        self._writer = writer
        self._path = path
        self._wall_ms = wall_ms
        self._signature: Signature | str = "never seen"
        self._wrong = False

    def look(self) -> Seen:
        """Return what the file holds, or what is wrong with it; None while it is as it was. It may wait for a disk."""
        if self._path is None:
            return shipped()
        signature = _signature(self._path)
        if signature == self._signature:
            return None
        self._signature = signature
        try:
            return catalogue_at(self._path)
        except CatalogueError as error:
            return error

    def take(self, seen: Seen) -> None:
        """Put in force what was seen, or tell what is wrong with it."""
        if isinstance(seen, CatalogueError):
            self._tell_wrong(seen)
        elif seen is not None:
            try:
                self._put(seen)
            except StoreError as error:
                self._signature = "not taken"  # it is looked at again, and tried again
                tell(f"the catalogue is not in force yet: {words(error)}")

    def _put(self, catalogue: Catalogue) -> None:
        with self._writer.recording() as connection:
            first = id_in_force(connection, _FOREVER_MS) is None
            changed = put_in_force(connection, catalogue, self._wall_ms())
            if changed and not (first and self._path is None):
                self._audit(connection, catalogue)
        if self._path is not None and (changed or self._wrong):
            counts = (
                f"{len(catalogue.rules)} rules, {len(catalogue.checklists)} checklists, {len(catalogue.shifts)} shifts"
            )
            tell(f"the catalogue of {self._path} is in force: {counts}")
        self._wrong = False

    def _audit(self, connection: sqlite3.Connection, catalogue: Catalogue) -> None:
        file = "" if self._path is None else safe_text(str(self._path), 400)
        row = of_the_desk(
            self._wall_ms(),
            "put_in_force",
            None,
            audit.DONE,
            file=file,
            digest=catalogue.digest,
            n=len(catalogue.rules),
        )
        audit.append(connection, row)

    def _tell_wrong(self, error: CatalogueError) -> None:
        self._wrong = True
        with self._writer.transaction() as connection:
            stays = id_in_force(connection, _FOREVER_MS) is not None
        told = list(error.problems[:MOST_TOLD])
        if len(error.problems) > MOST_TOLD:
            told.append(f"and {len(error.problems) - MOST_TOLD} more: `floorwalk catalogue check` tells them all")
        told.append(f"the catalogue {'that was in force stays' if stays else 'that ships is in force'}")
        tell("\n".join(told))

    async def looked(self) -> None:
        """Look on a thread, and take what was seen."""
        try:
            self.take(await asyncio.to_thread(self.look))
        except Exception as error:  # whatever it is, the floor is watched on
            tell(f"the catalogue can't be looked at: {words(error)}")

    async def run(self, pause: Callable[[], Awaitable[object]]) -> None:
        """Look again after each pause until cancelled."""
        while True:
            await pause()
            await self.looked()


@asynccontextmanager
async def in_force(writer: Writer, path: str, wall_ms: Callable[[], int]) -> AsyncIterator[None]:
    """Keep the catalogue of a file in force while the block lasts; "": the one that ships."""
    book = Rulebook(writer, Path(path) if path else None, wall_ms)
    await book.looked()
    task = asyncio.create_task(book.run(lambda: asyncio.sleep(EVERY_S))) if path else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()


def _signature(path: Path) -> Signature:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
