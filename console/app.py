"""The app: one feed, one clock, and the screens that show what they give."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen

from console.clock import Clock
from console.desk import Desk, DeskError
from console.discretion import begins_discreet, is_discreet, keep_back_people, keep_to_teams, reach_of
from console.feed import Feed, FloorSeen, Wish
from console.locale import Language, words_of
from console.options import Options
from console.screens.floor import FloorScreen
from console.screens.window import Gate, Window
from console.terminal import TerminalApp
from data.model.people import Role, Standing
from data.model.words import Health
from themes import STYLESHEET, THEMES, pick
from widgets.canvas import Canvas
from widgets.keys import KeyBar
from widgets.look import ASCII, UNICODE, Look

TICK_S = 1.0
"""A live clock ticks on the whole second."""

DESK_LOST_MS, DESK_FOUND_MS = 1_500, 15_000
"""How often to look for a desk that is not there, and to ask one whether we still may what we might."""

REPLAY_TICK_S = 0.25
"""A fast replay shows four moments a second; more would only flicker."""


def _ticks_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class FloorApp(TerminalApp[None]):
    """Floorwalk's screen. It reads a store and asks nothing of anybody else."""

    TITLE = "Floorwalk"
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLESHEET, Path(__file__).with_name("floor.tcss")]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False, system=True)]

    def __init__(self, options: Options) -> None:
        if _colours() < 16:  # no colours on the terminal is the same as none wanted
            os.environ["NO_COLOR"] = "1"
        colourless = "NO_COLOR" in os.environ
        super().__init__(ansi_color=colourless)  # else Textual paints black on black where colours are unwanted
        self.options = options
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = pick(options.theme or THEMES[0].name, _colours(), colourless)
        self.look = Look(
            words=words_of(options.language, ascii=options.ascii),
            zone=options.zone,
            glyphs=ASCII if options.ascii else UNICODE,
            limits=options.limits,
            language=options.language,
            site=options.site,
            read_only=True,  # until the desk has said who we are
            vocabulary=options.vocabulary,
            wall=options.wall,
            discreet=begins_discreet(options.store),
        )
        self.clock = Clock(options.now, _ticks_ms, live=options.live, moment_ms=options.moment_ms)
        self.feed = Feed(options.store, options.zone, self._answered, options.limits, self.look.glyphs.dot)
        self.desk = Desk(options.store)
        self.gate = Gate()
        self.phone = options.phone
        """The reader's own phone, as the telephony system calls it, "" until it is said."""
        self.standing: Standing | None = None
        """Who the desk takes us for; None while there is no desk."""
        self._reach: frozenset[str] | None = None
        """The teams of whose people we may see what was found; None: of all."""
        self.read_only = False
        """Whether it is known that no acts can be done from here: no desk, or one that lets us only look."""
        self._asked_desk_ms = -DESK_FOUND_MS
        self.seen: FloorSeen | None = None
        self.rules_seen: FloorSeen | None = None
        """The last answer to a wish for the rules in force, known before it is shown: windows wait for it."""
        self._number = 0

    def on_mount(self) -> None:
        """Open the floor and begin to tick."""
        self.animation_level = "none"
        self.feed.start()
        self.push_screen(FloorScreen())
        self.tick()

    async def on_unmount(self) -> None:
        """Let go of the store and the desk."""
        self.feed.stop()
        await self.desk.aclose()

    @property
    def _closing_down(self) -> bool:
        """Whether the screens are being taken down: an answer may still come then."""
        return not self.is_running or not self.screen_stack

    def tick(self) -> None:
        """Ask for the moment's picture, and come again at the next whole second."""
        if self._closing_down:
            return
        self.ask()
        self._look_for_desk()
        running = self.clock.mode == "replay" and self.clock.speed > 1
        step = REPLAY_TICK_S if running else TICK_S
        self.set_timer(step - time.time() % step, self.tick)

    def _look_for_desk(self) -> None:
        """Ask now and then whether there is a desk, and who it takes us for: rights may be given and taken."""
        pause_ms = DESK_LOST_MS if self.standing is None else DESK_FOUND_MS
        now = _ticks_ms()
        asked = self.clock.mode == "live" or self._asked_desk_ms < 0  # in a replay once
        if asked and not self.options.wall and now - self._asked_desk_ms >= pause_ms:
            self._asked_desk_ms = now
            self.run_worker(self._greet(), group="desk", exclusive=True)

    async def _greet(self) -> None:
        try:
            standing = await self.desk.greet()
        except (DeskError, ConnectionResetError, TimeoutError):
            standing = None
        if self.clock.has_live:
            self.set_standing(standing)
        else:
            self._set_reach(standing)
            self._set_discreet(is_discreet(standing, self.options.store, self.look.discreet))

    def set_standing(self, standing: Standing | None) -> None:
        """Take who the desk takes us for, None: there is no desk."""
        self.standing = standing
        self.read_only = standing is None or standing.role is Role.VIEWER
        if self.look.read_only != self.read_only:
            self.set_look(replace(self.look, read_only=self.read_only))
        self._set_reach(standing)
        self._set_discreet(is_discreet(standing, self.options.store, self.look.discreet))
        self._follow_clock()

    def _set_discreet(self, discreet: bool) -> None:
        """Show what was noted of people from now on, or no more."""
        if discreet == self.look.discreet:
            return
        self.set_look(replace(self.look, discreet=discreet))
        if discreet and self.seen is not None:
            keep_back_people(self.seen)
            self.show_seen()
        self.ask()

    def _set_reach(self, standing: Standing | None) -> None:
        """Show what was found of the people whom we lead, from now on; without a desk it stays as it was."""
        if standing is None or reach_of(standing) == self._reach:
            return
        self._reach = reach_of(standing)
        if self._reach is not None and self.seen is not None:
            keep_to_teams(self.seen, self._reach)
            self.show_seen()
        self.ask()

    def _follow_clock(self) -> None:
        """Let the screen in front say what has become of the clock and the desk."""
        follow = getattr(self.front, "follow_clock", None)
        if follow is not None and not self._closing_down:
            follow()

    async def on_event(self, event: events.Event) -> None:
        """Hold keys while a window is on its way, and give them to the one that is in front, in their order."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.gate.passed()
            if isinstance(self.screen, Window) and self.screen.take_key(event):
                return
            if isinstance(self.focused, Canvas) and await self._done_in_turn(event.key):
                return
        await super().on_event(event)

    async def _done_in_turn(self, key: str) -> bool:
        """Do what a key is bound to at once, as a pane takes no keys for itself; return whether there was anything.

        Handed to the pane first, a key would come back behind the next one: `j x` would deal with the row before.
        """
        return await self._check_bindings(key, priority=True) or await self._check_bindings(key)

    @property
    def front(self) -> Screen[Any]:
        """The screen in front, or under the window that is in front of it: it goes on showing the floor."""
        return next((each for each in reversed(self.screen_stack) if not each.is_modal), self.screen)

    def ask(self) -> None:
        """Wish for what the screen in front shows of the clock's moment."""
        if self._closing_down:
            return
        moment = self.clock.moment()
        screen = self.front
        detail = getattr(self.screen, "subject", None) or getattr(screen, "subject", None)
        moods = bool(getattr(screen, "wants_moods", False))
        walk = str(getattr(screen, "walk_key", ""))
        discipline = bool(getattr(screen, "wants_discipline", False))
        live = self.clock.mode == "live"
        self.feed.ask(Wish(moment, live, not live, detail, moods, walk, discipline))

    def _answered(self, event: FloorSeen) -> bool:
        """Take an answer from the feed: as a message it would wait behind keys typed ahead, and those for it."""
        if event.wish.discipline:
            self.rules_seen = event
        return self.post_message(event)

    def on_floor_seen(self, event: FloorSeen) -> None:
        """Show what came, unless something newer was shown already."""
        if event.number < self._number:
            return
        self._number = event.number
        if not self.look.tells_of_people:
            keep_back_people(event)
        elif self._reach is not None:
            keep_to_teams(event, self._reach)
        self.seen = event
        self.clock.bounds = event.bounds or self.clock.bounds
        if event.waiting and not self.options.live:
            event.waiting = False
        if event.waiting:
            self.set_timer(0.1, self.ask)
        self.show_seen()

    @property
    def unfed(self) -> bool:
        """Whether the clock is live but nobody feeds the store, as the last answer had it."""
        if self.clock.mode != "live" or self.seen is None or self.seen.picture is None:
            return False
        return all(source.health is Health.NONE or not source.fed for source in self.seen.picture.each_source)

    def show_seen(self) -> None:
        """Hand the last answer to the screen in front, once it stands and while the app is not closing."""
        if self._closing_down or not self.front.is_mounted:
            return
        if any(widget.look is not self.look for widget in self.front.query(Canvas)):  # it came while they were made
            self.set_look(self.look)
        for screen in {self.front: None, self.screen: None}:  # a window may want to know as well
            show = getattr(screen, "show_seen", None)
            if show is not None and self.seen is not None:
                show(self.seen)

    def set_look(self, look: Look) -> None:
        """Change how everything speaks and looks."""
        self.look = look
        for screen in self.screen_stack:
            relook = getattr(screen, "relook", None)
            if relook is not None:
                relook(look)

    def switch_language(self) -> None:
        """Switch between English and Chinese."""
        language: Language = "en" if self.look.language == "zh" else "zh"
        words = words_of(language, ascii=self.options.ascii)
        self.set_look(replace(self.look, words=words, language=language))

    def next_theme(self) -> None:
        """Take the next set of colours."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """Do what the clicked key does, on whatever screen is in front."""
        from console.actions import ACTIONS

        keys = {action.shown: action.keys.split(",")[0] for action in ACTIONS if action.keys} | {"Enter": "enter"}
        if event.key in keys or len(event.key) == 1:  # a screen's own letters are named as they are written
            self.simulate_key(keys.get(event.key, event.key))

    def action_command_palette(self) -> None:
        """Search all that can be done, in the reader's words."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=self.look.words("Search all that can be done")))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer the floor's actions in the palette, in the reader's words."""
        from console.actions import ACTIONS

        words, has_live = self.look.words, self.clock.has_live
        for action in ACTIONS:
            done_here = hasattr(screen, f"action_{action.name.partition('(')[0]}") or action.name.startswith("app.")
            if done_here and action.id not in ("palette", "redraw", "open") and (action.id != "live" or has_live):
                title = f"{words(action.help)}  ({action.shown})"
                yield SystemCommand(title, words(action.group), _runner(self, action.name))


def _runner(app: App[None], action: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await app.run_action(action, app.screen)

    return run


def _colours() -> int:
    """Return how many colours the terminal shows, from what it says of itself."""
    term = os.environ.get("TERM", "")
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return 1 << 24
    if term in ("dumb", "unknown", "vt100", "vt220", "linux-m"):
        return 2
    return 256 if "256" in term or "kitty" in term or "alacritty" in term else 16
