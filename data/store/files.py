"""Opening the store's file, with an error a person can act on for everything that can be wrong with it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from data.store import schema

BUSY_SECONDS = 5.0


class StoreError(Exception):
    """The store can't be used; the message says which file, what is wrong and what to do. `code` is an exit code."""

    def __init__(self, message: str, code: int = 74) -> None:
        """Keep the message and the exit code (sysexits: 65 bad data, 66 no input, 73 can't create, 74 I/O)."""
        super().__init__(message)
        self.code = code


class NoStoreError(StoreError):
    """There is no store yet."""

    def __init__(self, path: Path) -> None:
        """Say where none was found, and how one comes to be."""
        hint = "`floorwalk demo` makes one to look at, `floorwalk import FILE` one from a queue log"
        super().__init__(f"there is no store at {path}: {hint}", 66)


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """Return what an error of SQLite means for the person at the keyboard."""
    text = str(error)
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith("SQLITE_FULL"):
        return StoreError(f"the disk of {path} is full: free some space; what was committed is safe", 74)
    if code.startswith("SQLITE_NOTADB"):
        return StoreError(f"{path} is not a Floorwalk store: give another path with --store", 65)
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_IOERR")):
        return StoreError(f"{path} can't be read ({text}): check the disk, restore a copy", 74)
    if code.startswith("SQLITE_BUSY"):
        return StoreError(f"{path} is being written by somebody else: try again in a moment", 75)
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(f"{path} can't be opened ({text}): check that it may be read and its folder entered", 77)
    return StoreError(f"{path}: {text}", 74)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder: give the path of a file in it with --store", 73)
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is not a regular file: give another path with --store", 73)
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            if not file.read(16).startswith(b"SQLite format 3"):
                raise StoreError(f"{path} is not a Floorwalk store: give another path with --store", 65)


def _check_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the store's version; raise StoreError for a foreign or a newer one."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if connection.execute("PRAGMA application_id").fetchone()[0] not in (0, schema.APPLICATION_ID) or (
        version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    ):
        raise StoreError(f"{path} is a database of another program: give another path with --store", 65)
    if version > schema.VERSION:
        made = f"made by a newer Floorwalk (version {version}, this one knows {schema.VERSION})"
        raise StoreError(f"{path} was {made}: update Floorwalk and start again", 65)
    return version


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Return the writer's connection, the store made or migrated first. Raises StoreError."""
    _check_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o640))
    except OSError as error:
        raise StoreError(f"{path} can't be written ({error.strerror}): check the folder's rights", 73) from error
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        if sqlite3.sqlite_version_info < (3, 37):
            raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed", 69)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted of people is overwritten too
        connection.execute("BEGIN IMMEDIATE")
        version = _check_version(connection, path)
        if version == 0:
            schema.create(connection)
        elif version < schema.VERSION:
            schema.migrate(connection, version)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise explain(error, path) from error
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Return a read-only connection in autocommit. Raises NoStoreError where there is none, else StoreError."""
    _check_file(path)
    if not path.exists() or not path.stat().st_size:
        raise NoStoreError(path)
    try:
        connection = _connect_read_only(path, "mode=ro")
        try:
            version = _check_version(connection, path)
        except sqlite3.OperationalError:
            # A WAL store wants files beside it, which a reader may not make where the folder is not theirs. With no
            # WAL there the file is all there is, and nobody writes it.
            if path.with_name(f"{path.name}-wal").exists():
                raise
            connection.close()
            connection = _connect_read_only(path, "immutable=1")
            version = _check_version(connection, path)
        if version == 0:
            raise NoStoreError(path)
        if version < schema.VERSION:
            connection.close()
            connection = _brought_up_to_date(path, version)
    except sqlite3.Error as error:
        raise explain(error, path) from error
    return connection


def _brought_up_to_date(path: Path, version: int) -> sqlite3.Connection:
    """Return a reader's connection to a store of an older version, which only adds to; raises StoreError.

    An older poller that is at work on it goes on, as nothing is taken away.
    """
    try:
        open_for_writing(path).close()
    except StoreError as error:
        made = f"made by an older Floorwalk (version {version}, this one reads {schema.VERSION})"
        said = "open it once as somebody who may write it, or start its poller anew"
        raise StoreError(f"{path} was {made}, and can't be brought up to date here: {said}", 65) from error
    return _connect_read_only(path, "mode=ro")


def _connect_read_only(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    return connection
