"""One writer at a time: a lock beside the store that the kernel lets go of when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from data.model.text import safe_text
from data.store.files import StoreError


class HeldError(StoreError):
    """Another process writes this store; `holder` says which."""

    CODE = 75

    def __init__(self, path: Path, holder: str) -> None:
        """Name the store and the process that holds it."""
        self.holder = holder
        super().__init__(
            f"{path} is already being written by {holder or 'another process'}: stop that one first", self.CODE
        )


class Lease:
    """Holds the right to write a store, from construction to `release`. Raises HeldError where another has it."""

    def __init__(self, store: Path, who: str) -> None:
        """Take the lease and leave a note of who has it: `who` and the process id."""
        store = store.resolve()  # by whatever name it is called, it is one store
        path = store.with_name(store.name + ".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise StoreError(f"{path} can't be written ({error.strerror}): check the folder's rights", 73) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = safe_text(os.pread(self._file, 200, 0).decode("utf-8", "replace").strip())
            os.close(self._file)
            raise HeldError(store, holder) from None
        except OSError as error:
            os.close(self._file)
            raise StoreError(f"{path} can't be locked ({error.strerror}): put the store on a local disk", 73) from error
        with suppress(OSError):  # the lock holds without the note, should the disk be full
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{who} (process {os.getpid()})\n".encode(errors="replace"), 0)

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._file)

    def __enter__(self) -> Self:
        """Return the lease."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release it."""
        self.release()
