"""Who calls: as the kernel and the machine's user database tell it. Nothing here believes what a caller says.

Looking up users and groups may take as long as the directory service behind them takes, so none of it belongs on the
loop's own thread.
"""

from __future__ import annotations

import grp
import ipaddress
import os
import pwd
import socket
import struct
from pathlib import Path
from typing import NamedTuple

from data.desk.roles import Rights
from data.model.people import Role
from data.model.text import safe_text

_CREDENTIALS = struct.Struct("3i")
_UTMP = struct.Struct("hi32s4s32s256shhiii4i20s")
"""A record of glibc's utmp, the same on all its machines."""
_USER_PROCESS = 7
_PTS_MAJORS = range(136, 144)
_TTY_MAJOR = 4
_UTMP_FILES = (Path("/run/utmp"), Path("/var/run/utmp"))


class Caller(NamedTuple):
    """Who is at the other end of a connection: the kernel's word on user, process and terminal; "" for unknown."""

    uid: int
    pid: int
    tty: str = ""
    address: str = ""

    def placed(self, tty: str, address: str) -> tuple[str, str]:
        """Return terminal and address to be kept; what only the caller says is marked as such."""
        return self.tty or _marked(tty), self.address or _marked(address)


class Person(NamedTuple):
    """What the user database says of a caller now."""

    user: str
    role: Role
    teams: tuple[str, ...]


def _marked(said: str) -> str:
    return f"{said} (said)" if said else ""


def caller_of(connection: socket.socket) -> Caller:
    """Return who called, by what the kernel kept when they did. Raises OSError."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, _ = _CREDENTIALS.unpack(told)
    tty = tty_of(pid, uid)
    return Caller(uid, pid, tty, address_of(tty) if tty else "")


def tty_of(pid: int, uid: int) -> str:
    """Return the terminal that a process is run from, "" for none, and where the process is another user's by now."""
    try:
        folder = Path("/proc", str(pid))
        if folder.stat().st_uid != uid:
            return ""
        fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        return tty_named(int(fields[4]))
    except (OSError, ValueError, IndexError):
        return ""


def tty_named(number: int) -> str:
    """Return the device of a terminal by the kernel's number for it (proc(5): tty_nr), "" for none."""
    major, minor = os.major(number), os.minor(number)
    if major in _PTS_MAJORS:
        return f"/dev/pts/{(major - _PTS_MAJORS.start) * 256 + minor}"
    if major == _TTY_MAJOR:
        return f"/dev/tty{minor}" if minor < 64 else f"/dev/ttyS{minor - 64}"
    return ""


def address_of(tty: str, files: tuple[Path, ...] = _UTMP_FILES) -> str:
    """Return from where somebody signed in at a terminal, by utmp; "" where it has no word on that."""
    line = tty.removeprefix("/dev/").encode()
    for file in files:
        try:
            kept = file.read_bytes()
        except OSError:
            continue
        whole = len(kept) - len(kept) % _UTMP.size
        for record in _UTMP.iter_unpack(kept[:whole]):
            if record[0] == _USER_PROCESS and record[2].rstrip(b"\0") == line:
                return _address(struct.pack("4i", *record[11:15]), record[5])
        break
    return ""


def _address(packed: bytes, host: bytes) -> str:
    """Return an address as utmp keeps it: of four bytes, of sixteen, else the host's name."""
    if any(packed):
        short = not any(packed[4:])
        return str(ipaddress.IPv4Address(packed[:4]) if short else ipaddress.IPv6Address(packed))
    return safe_text(host.rstrip(b"\0").decode("utf-8", "replace"), 64)


# ------------------------------------------------------------------ roles


def person_of(uid: int, rights: Rights, own_uid: int) -> Person:
    """Return who a user is and what they may, by the user database as it is at this moment."""
    user, groups = _known(uid, any(name.startswith("@") for name in rights.names))
    names = {name for name in rights.names if _names(name, uid, groups)}
    if uid in (0, own_uid) or not names.isdisjoint(rights.admins):
        role = Role.ADMIN
    elif not names.isdisjoint(rights.supervisors):
        role = Role.SUPERVISOR
    else:
        role = Role.VIEWER if names.isdisjoint(rights.leads) else Role.LEAD
    teams = tuple(team for team, leads in rights.teams.items() if not names.isdisjoint(leads))
    return Person(user, role, teams)


def _known(uid: int, grouped: bool) -> tuple[str, frozenset[int]]:
    """Return a user's name and, if `grouped`, groups; one whom the database does not know has a number alone."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return f"uid {uid}", frozenset()
    groups = frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid)) if grouped else frozenset()
    return safe_text(entry.pw_name, 64), groups


def _names(name: str, uid: int, groups: frozenset[int]) -> bool:
    """Whether a name in the settings is a user's, or that of one of their groups."""
    number = number_of(name)
    return number is not None and (number in groups if name.startswith("@") else number == uid)


def number_of(name: str) -> int | None:
    """Return the id of a user, or of a group (`@name`); None where there is no such one."""
    bare = name.removeprefix("@")
    if bare.isascii() and bare.isdigit():
        return int(bare)
    try:
        return grp.getgrnam(bare).gr_gid if name.startswith("@") else pwd.getpwnam(bare).pw_uid
    except (KeyError, ValueError):  # a NUL in it is a ValueError
        return None


def unknown_names(rights: Rights) -> tuple[str, ...]:
    """Return the users and groups in the settings that this machine does not know."""
    return tuple(name for name in rights.names if number_of(name) is None)
