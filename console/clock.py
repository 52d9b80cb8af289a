"""The screen's clock: now, or any moment that people steer to. It alone knows the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

SPEEDS = (1, 2, 5, 10, 30, 60, 120, 300, 600)
"""How many seconds of the floor pass in one of ours."""

Mode = Literal["live", "replay", "paused"]


class Clock:
    """A clock that is live, runs through the past, or stands.

    `now` gives ms UTC and `ticker` ms of a clock that nobody sets; `live` False: there is no live floor, so the
    clock never leaves the past. `bounds` (first, last) keep a replay within what there is to see.
    """

    def __init__(
        self, now: Callable[[], int], ticker: Callable[[], int], *, live: bool, moment_ms: int | None = None
    ) -> None:
        self._now = now
        self._ticker = ticker
        self.has_live = live
        self.bounds: tuple[int, int] | None = None
        self._speed = 0
        self.mode: Mode = "live" if live and moment_ms is None else "paused"
        self._at_ms = now() if moment_ms is None else moment_ms
        self._since = ticker()

    @property
    def speed(self) -> int:
        """How fast the past runs by when it does."""
        return SPEEDS[self._speed]

    def moment(self) -> int:
        """Return the moment to show, in ms UTC. A replay that reaches its end stands there, or is live again."""
        if self.mode == "replay":
            ticks = self._ticker()
            self._at_ms += (ticks - self._since) * self.speed
            self._since = ticks
            self._keep_bounds()
        return self._now() if self.mode == "live" else self._at_ms

    def _keep_bounds(self) -> None:
        if self.has_live and self._at_ms >= self._now():
            self.live()
        elif self.bounds is not None and not self.bounds[0] <= self._at_ms <= self.bounds[1]:
            if self._at_ms > self.bounds[1] and not self.has_live:
                self.mode = "paused"
            if not self.has_live:
                self._at_ms = max(self.bounds[0], min(self._at_ms, self.bounds[1]))

    def live(self) -> None:
        """Come back to now, where there is a live floor."""
        if self.has_live:
            self.mode = "live"

    def go(self, moment_ms: int) -> None:
        """Show another moment; a running replay runs on from there, a live clock stands."""
        self._at_ms = moment_ms
        self._since = self._ticker()
        if self.mode == "live":
            self.mode = "paused"
        self._keep_bounds()

    def step(self, by_ms: int) -> None:
        """Move by so much from the moment shown."""
        self.go(self.moment() + by_ms)

    def toggle(self) -> None:
        """Stand, or run on."""
        self._at_ms = self.moment()
        self._since = self._ticker()
        self.mode = "replay" if self.mode == "paused" else "paused"

    def change_speed(self, by: int) -> None:
        """Take the next speed up or down; a clock that stood runs."""
        self._at_ms = self.moment()
        self._since = self._ticker()
        if self.mode == "live":
            return
        self._speed = max(0, min(self._speed + by, len(SPEEDS) - 1))
        self.mode = "replay"
