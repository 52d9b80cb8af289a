"""Queue logs to replay: imported once into a store in the cache, and found there again by what is in them."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from hashlib import blake2b
from pathlib import Path

from console.commands.common import EX_DATAERR, CommandError, number, tell
from console.commands.importing import progress_bar
from console.commands.naming import in_vain, name_rules
from console.settings import Settings, home_of
from data.adapters.queue_log.files import CHUNK, readable
from data.importer import import_logs
from data.store.schema import VERSION

KEPT = 20
"""How many stores stay in the cache, the newest."""


def cached_store(args: Namespace, settings: Settings, paths: list[Path]) -> Path:
    """Return a store that holds these logs, made unless it is there. Raises LogFileError, StoreError, CommandError."""
    folder = home_of("XDG_CACHE_HOME", ".cache") / "replay"
    folder.mkdir(parents=True, exist_ok=True)
    with readable(paths) as files:
        store = folder / f"{_digest(args, settings, files)}.sqlite"
        if store.is_file():
            tell(f"replaying from {store}, made from these logs before")
            os.utime(store)
            return store
        _make(args, settings, files, store)
    _prune(folder)
    return store


def _digest(args: Namespace, settings: Settings, files: list[Path]) -> str:
    """Return what names these logs, read in this way."""
    manner = [VERSION, args.alias, args.name_rule, settings.aliases, settings.rules, settings.goal]
    digest = blake2b(json.dumps([*manner, sorted(settings.queues.items())]).encode(), digest_size=12)
    for path in files:
        each = blake2b(digest_size=16)
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                each.update(piece)
        digest.update(each.digest())
    return digest.hexdigest()


def _make(args: Namespace, settings: Settings, files: list[Path], store: Path) -> None:
    """Import the logs beside the store's place, and put it there when it is whole."""
    making = store.with_name(f".{store.stem}.{os.getpid()}.sqlite")
    beside = [making.with_name(making.name + end) for end in ("", "-wal", "-shm", ".lock")]
    try:
        with progress_bar(files, "reading the log") as progress:
            report = import_logs(
                making,
                files,
                names=name_rules(args, settings),
                goals=settings.queue_entries,
                progress=progress,
                sparing=True,
            )
        account = report.report
        if report.since_ms is None:
            names = ", ".join(path.name for path in files)
            said = (
                "nothing in it"
                if report.empty
                else f"no line of {number(account.lines)} tells of a contact or an agent"
            )
            raise CommandError(f"{names}: {said}", EX_DATAERR)
        making.replace(store)
    finally:
        for path in beside:
            path.unlink(missing_ok=True)
    rejected = f", {number(account.rejects)} rejected (`floorwalk import` lists them)" if account.rejects else ""
    tell(f"read {number(account.lines)} lines{rejected}: {number(report.calls)} contacts, {report.agents} agents")
    for line in in_vain(args, settings, report):
        tell(line)
    tell(f"replaying from {store}")


def _prune(folder: Path) -> None:
    stores = sorted(folder.glob("[!.]*.sqlite"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in stores[KEPT:]:
        for path in (old, *(old.with_name(old.name + end) for end in ("-wal", "-shm", ".lock"))):
            path.unlink(missing_ok=True)
