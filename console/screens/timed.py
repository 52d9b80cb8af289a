"""Steering the clock: what the keys for time do on the floor screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from data.model.words import Health
from data.moments import next_mark
from widgets.header import FloorHeader
from widgets.scrubber import Scrubber

if TYPE_CHECKING:
    from console.app import FloorApp


def lose(header: FloorHeader, now_ms: int) -> None:
    """Let a header that showed a picture say that the floor can no longer be read."""
    picture = header.picture
    if picture is not None:
        header.show(picture.heard(tuple(each._replace(health=Health.DOWN) for each in picture.each_source)), now_ms)


class TimedScreen(Screen[None]):
    """A screen with a scrubber, steered by the clock's keys."""

    _asked_jump = 0

    @property
    def floor_app(self) -> FloorApp:
        """The app, by its own type."""
        return cast("FloorApp", self.app)

    def follow_clock(self) -> None:
        """Say which time it is."""
        raise NotImplementedError

    def steer(self, moment_ms: int) -> None:
        """Show another moment."""
        self.floor_app.clock.go(moment_ms)
        self._turned()

    def go_to(self, moment_ms: int) -> None:
        """Go to a moment that was asked for, and say so where the clock can't go that far."""
        clock, look = self.floor_app.clock, self.floor_app.look
        self.steer(moment_ms)
        if clock.mode == "live":
            self.notify(look.say("{time} has not come yet.", time=look.clock(moment_ms, seconds=True)), markup=False)
        elif clock.moment() != moment_ms:
            text = "Measuring ended at {time}." if clock.moment() < moment_ms else "Measuring began at {time}."
            self.notify(look.say(text, time=look.clock(clock.moment(), seconds=True)), markup=False)

    def _turned(self) -> None:
        self.follow_clock()
        self.floor_app.ask()

    def action_rewind(self) -> None:
        """Go back a minute from now, or a minute further."""
        self.floor_app.clock.step(-60_000)
        self._turned()

    def action_step(self, seconds: int) -> None:
        """Go back or on by seconds."""
        self.floor_app.clock.step(seconds * 1000)
        self._turned()

    def action_play(self) -> None:
        """Stop the clock, or let it run."""
        self.floor_app.clock.toggle()
        self._turned()

    def action_speed(self, by: int) -> None:
        """Let the past run faster or slower."""
        self.floor_app.clock.change_speed(by)
        self._turned()

    def action_live(self) -> None:
        """Come back to now."""
        self.floor_app.clock.live()
        self._turned()

    def action_jump(self, step: int) -> None:
        """Jump to the next or the last moment that mattered; a live clock stands first, for the day to be read."""
        strip = self.query_one(Scrubber).strip
        clock = self.floor_app.clock
        if strip is None or clock.mode == "live":
            self._asked_jump = step
            clock.step(-1)
            self._turned()
            return
        mark = next_mark(strip.marks, clock.moment(), step)
        if mark is None:
            text = "Nothing later on this day." if step > 0 else "Nothing earlier on this day."
            self.notify(self.floor_app.look.words(text), markup=False)
            return
        self.steer(mark.at_ms)

    def jump_if_asked(self) -> None:
        """Make the jump that waited for the day."""
        step, self._asked_jump = self._asked_jump, 0
        if step:
            self.action_jump(step)
