"""Ports of the loopback for one rig, that no other rig on this machine takes for as long as it lasts."""

from __future__ import annotations

import fcntl
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.rig.folders import private_folder

FIRST, LAST, SIZE = 12_000, 32_000, 500  # below the ports that the kernel hands out by itself
RTP_FROM = 20


@dataclass(frozen=True)
class Ports:
    """What listens where; all but `ami` and `http` are UDP."""

    base: int

    @property
    def ami(self) -> int:
        return self.base

    @property
    def http(self) -> int:
        return self.base + 1

    @property
    def sip(self) -> int:
        return self.base + 2

    @property
    def desk(self) -> int:
        """Callers and phones of single calls."""
        return self.base + 3

    @property
    def callers(self) -> int:
        """Callers of the load."""
        return self.base + 4

    @property
    def phones(self) -> int:
        """Phones of the load."""
        return self.base + 5

    @property
    def rtp(self) -> tuple[int, int]:
        """First and last port for sound: enough for 240 calls."""
        return self.base + RTP_FROM, self.base + SIZE - 2

    def free(self) -> bool:
        """Tell whether all are free now."""
        tcp, udp = (self.ami, self.http), (self.sip, self.desk, self.callers, self.phones, *range(*self.rtp))
        return all(_free(port, socket.SOCK_STREAM) for port in tcp) and all(
            _free(port, socket.SOCK_DGRAM) for port in udp
        )


@contextmanager
def reserved() -> Iterator[Ports]:
    """Reserve a block of ports: a lock keeps it from other rigs.

    Raises:
        RuntimeError: Every block is taken.
    """
    folder = private_folder("floorwalk-rig-ports")
    blocks = list(range(FIRST, LAST, SIZE))
    random.SystemRandom().shuffle(blocks)
    for base in blocks:
        with (folder / str(base)).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if Ports(base).free():
                yield Ports(base)
                return
    raise RuntimeError(f"no {SIZE} free ports in a row between {FIRST} and {LAST}")


def _free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
