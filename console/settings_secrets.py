"""Secrets: where the sources' passwords are looked up, and how they are kept from being shown.

A secret never stands in the settings file, nor among a command's arguments. The first of these that is there holds it:

1. a systemd credential: `$CREDENTIALS_DIRECTORY/floorwalk.NAME.OPTION`, or `NAME.OPTION` there
2. the environment: `FLOORWALK_NAME_OPTION`
3. the file that the source's table names: `OPTION_file = "path"`
4. `$XDG_CONFIG_HOME/floorwalk/NAME.OPTION`

One that is there but can't be used is an error: the next one is not tried instead.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from console.settings import SettingsError, SourceSettings, home_of

MOST = 4096
"""The longest file that may be one of a secret, in bytes."""

PUBLIC = frozenset({"FLOORWALK_DEBUG"})
"""The variables of our own that a child may see; any other one may hold a secret."""


class Place(NamedTuple):
    """Where a secret is: a file, or, where `path` is None, the environment's variable `origin`."""

    origin: str
    path: Path | None = None
    credential: bool = False


class MadeWith(Mapping[str, Any]):
    """What an adapter is made with, secrets included: they are handed over, but stand in no repr and no error."""

    __slots__ = ("_secret", "_values")

    def __init__(self, values: Mapping[str, Any], secret: frozenset[str] = frozenset()) -> None:
        """Keep the values; `secret` are the keys of those that nobody is to see."""
        self._values = dict(values)
        self._secret = secret

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 (whatever the adapter takes)
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        shown = {key: "***" if key in self._secret else value for key, value in self._values.items()}
        return f"MadeWith({shown})"

    def handed_over(self) -> dict[str, Any]:
        """Return all there is for another process, to be sent where nobody listens; `taken_over` is what it does."""
        return {"values": self._values, "secret": sorted(self._secret)}

    @classmethod
    def taken_over(cls, told: Mapping[str, Any]) -> MadeWith:
        """Return the options that another process handed over."""
        return cls(told["values"], frozenset(told["secret"]))

    def without_secrets(self, text: str) -> str:
        """Return a text with every secret in it blotted out: what an adapter says of an error may quote one."""
        from data.adapters.registry import without_secrets

        return without_secrets(text, (str(self._values[key]) for key in self._secret if self._values.get(key)))


class Ready(NamedTuple):
    """A source that can be polled at once, as `data.poller.Source` has it."""

    name: str
    adapter: str
    options: MadeWith
    interval_ms: int = 1_000


def variable_of(source: str, option: str) -> str:
    """Return the environment's variable for a source's secret; what is no ASCII letter or digit becomes a _."""
    return re.sub("[^A-Z0-9]", "_", f"FLOORWALK_{source}_{option}".upper())


def usual_file(source: str, option: str) -> Path:
    """Return the file in which a secret is looked up at last, and into which `floorwalk init` writes it."""
    return home_of("XDG_CONFIG_HOME", ".config") / f"{source}.{option}"


def ways(source: str, option: str) -> str:
    """Return how a secret can be given, in words."""
    return (
        f"put it into {usual_file(source, option)} (mode 0600; {option}_file names another file), into the environment "
        f"as {variable_of(source, option)}, or into a systemd credential floorwalk.{source}.{option}"
    )


def place_of(source: SourceSettings, option: str) -> Place | None:
    """Return where a source's secret is, None where nobody has given it; nothing is read yet."""
    name = f"{source.name}.{option}"
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        for path in (Path(folder, f"floorwalk.{name}"), Path(folder, name)):
            if os.path.lexists(path):
                return Place(str(path), path, credential=True)
    variable = variable_of(source.name, option)
    if os.environ.get(variable):
        return Place(variable)
    if named := source.options.get(f"{option}_file"):
        path = source.folder / Path(named).expanduser()
        return Place(str(path), path)
    usual = usual_file(source.name, option)
    return Place(str(usual), usual) if os.path.lexists(usual) else None


def read_secret(place: Place) -> str:
    """Return the secret at a place. Raises SettingsError, which says what is wrong there and what to do."""
    text = os.environ[place.origin] if place.path is None else _read(place.path, place.credential)
    secret = text.split("\n", 1)[0].strip()
    if not secret:
        raise SettingsError(f"{place.origin}: its first line is empty, and should be the secret")
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in secret):
        raise SettingsError(f"{place.origin}: the secret has a control character in it: write it as plain text")
    return secret


def _read(path: Path, credential: bool) -> str:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hold us up
        try:
            _check(path, os.fstat(file), credential)
            return os.read(file, MOST).decode()
        finally:
            os.close(file)
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}: the secret was to be in it") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: the secret is not UTF-8 text") from None


def _check(path: Path, status: os.stat_result, credential: bool) -> None:
    """See that a file is one that only we and root can read. Raises SettingsError with the command that makes it so."""
    if not stat.S_ISREG(status.st_mode):
        raise SettingsError(f"{path} is no regular file: a secret is kept in one")
    quoted = shlex.quote(str(path))
    if status.st_uid not in (os.geteuid(), 0):
        raise SettingsError(
            f"{path} belongs to somebody else (user {status.st_uid}), who may know the secret or change it: "
            f"chown {os.geteuid()} {quoted}"
        )
    # systemd lets a service's user in by an access list, which looks like a group's rights; its folder is private
    others = stat.S_IMODE(status.st_mode) & (0o007 if credential else 0o077)
    if others:
        raise SettingsError(
            f"{path} can be read by others (mode {stat.S_IMODE(status.st_mode):04o}): chmod 600 {quoted}"
        )
    if not status.st_size:
        raise SettingsError(f"{path} is empty: its first line should be the secret")
    if status.st_size > MOST:
        raise SettingsError(f"{path} has more than {MOST} bytes: that is no secret")


def environment_of_child() -> dict[str, str]:
    """Return our environment for a child: without our own variables, any of which may hold a secret."""
    return {key: value for key, value in os.environ.items() if not key.startswith("FLOORWALK_") or key in PUBLIC}
