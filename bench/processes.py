"""What a process and its children cost, from /proc (Linux)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class Usage(NamedTuple):
    """Of a process tree: processor time used so far, and memory held now and at most."""

    cpu_s: float
    rss_mb: float
    peak_mb: float
    machine_busy_s: float
    """Processor time that the whole machine has used."""


def _tree(root: int) -> list[int]:
    """Return the ids of a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = int(_stat(int(entry.name))[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def _stat(pid: int) -> list[str]:
    """Return the fields of a process' stat after its name."""
    text = (_PROC / str(pid) / "stat").read_text()
    return text[text.rindex(")") + 2 :].split()


def _cpu_s(pid: int) -> float:
    """Return the time used: that of the live threads in ns, unless the count in ticks knows of more."""
    threads_ns = 0
    for task in (_PROC / str(pid) / "task").iterdir():
        with suppress(OSError, ValueError, IndexError):
            threads_ns += int((task / "schedstat").read_text().split()[0])
    ticks = sum(map(int, _stat(pid)[11:15]))
    return max(ticks / _TICKS_PER_S, threads_ns / 1e9)


def _memory_mb(pid: int) -> tuple[float, float]:
    words = (_PROC / str(pid) / "status").read_text().split()
    return int(words[words.index("VmRSS:") + 1]) / 1024, int(words[words.index("VmHWM:") + 1]) / 1024


def usage(root: int) -> Usage:
    """Return what a process and its children have used so far."""
    cpu = rss = peak = 0.0
    for pid in _tree(root):
        with suppress(OSError, ValueError):
            cpu += _cpu_s(pid)
            now, most = _memory_mb(pid)
            rss, peak = rss + now, peak + most
    busy = list(map(int, (_PROC / "stat").read_text().split(maxsplit=9)[1:9]))
    return Usage(cpu, rss, peak, (sum(busy) - busy[3] - busy[4]) / _TICKS_PER_S)
