"""What is to be written: kept in order until the store takes it, let go of where it never will."""

from __future__ import annotations

import sqlite3

from data.model.known import Rows
from data.store.files import StoreError
from data.store.writer import Beat, Writer

_SPOILT = (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError)
"""What SQLite says of values that it will never take, however often they are offered."""


class SpoiltError(Exception):
    """The store will never take these rows; they are let go of, and so is all that came after them."""


class Outbox:
    """The rows of one source on their way to the store."""

    def __init__(self, writer: Writer) -> None:
        """Write with the store's writer, which other sources share."""
        self.writer = writer
        self.rows: list[Rows] = []
        """What is not written yet, oldest first."""

    def write(self, beat: Beat) -> None:
        """Write all there is, a sign of life with the last of it.

        Raises:
            StoreError: The store takes nothing now; all is kept for the next time.
            SpoiltError: What is to be written can't be.
        """
        try:
            while self.rows:
                self.writer.write(self.rows[0], beat if len(self.rows) == 1 else None)
                del self.rows[0]
        except Exception as error:
            if isinstance(error, StoreError) and not isinstance(error.__cause__, _SPOILT):
                raise
            self.rows.clear()
            raise SpoiltError(f"{type(error).__name__}: {error}") from error
