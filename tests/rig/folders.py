"""A folder beside other people's, that is ours alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def private_folder(name: str) -> Path:
    """Return this user's folder of that name among the machine's temporary ones.

    Raises:
        RuntimeError: Somebody else made it.
    """
    folder = Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if folder.is_symlink() or about.st_uid != os.getuid() or about.st_mode & 0o022:
        raise RuntimeError(f"{folder} is not this user's alone; remove it")
    return folder
