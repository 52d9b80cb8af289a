"""Leaving well: signals, a terminal that hangs up, and an end that comes even when the program is stuck."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable, Sequence

LEAVE_ON = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
_LOOK_EVERY_S = 0.5
_HUNG_UP = select.POLLHUP | select.POLLERR | select.POLLNVAL


def exit_code(signum: int) -> int:
    """Return the exit code that tells of a signal: 129 for SIGHUP, 143 for SIGTERM."""
    return 128 + signum


def catch_signals(leave: Callable[[int], object]) -> None:
    """Have `leave(signal)` called in the running loop; a SIGHUP that we were told to ignore stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for signum in LEAVE_ON:
        if signum != signal.SIGHUP or signal.getsignal(signum) is not signal.SIG_IGN:
            loop.add_signal_handler(signum, leave, signum)


async def watch_terminal(fds: Sequence[int], leave: Callable[[int], object]) -> None:
    """Call `leave(SIGHUP)` once any of the terminals has hung up.

    Without this a program that is told to ignore SIGHUP reads the end of its input over and over.
    """
    poll = select.poll()
    for fd in fds:
        poll.register(fd, 0)
    while not any(events & _HUNG_UP for _, events in poll.poll(0)):
        await asyncio.sleep(_LOOK_EVERY_S)
    leave(signal.SIGHUP)


def insist(code: int, restore: Callable[[], object], patience_s: float) -> threading.Timer:
    """End the process with `code` after `patience_s`, restoring the terminal, unless the timer is cancelled."""

    def end() -> None:
        restore()
        os._exit(code)

    timer = threading.Timer(patience_s, end)
    timer.daemon = True
    timer.start()
    return timer
