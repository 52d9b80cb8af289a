"""A small window over a screen that asks for something, and the gate that keys wait at until it can take them.

Who knows the keys types them ahead, and a slow line sends several at once. So keys are held from the key that asks for
a window until it stands, and from the end of one window until it is known whether another follows: none ever reaches
the screen below.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from textual.widgets import Input

if TYPE_CHECKING:
    from console.app import FloorApp

Result = TypeVar("Result")

LONGEST_S = 1.0
"""Keys are held no longer while nobody works on a window: whatever went wrong, the screen answers again."""


class Gate:
    """Holds keys while a window is on its way."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._working = 0

    def hold(self) -> None:
        """Let keys wait from now on."""
        self._open.clear()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Let keys wait for as long as something is done that a window needs, which sees to its own end."""
        self._working += 1
        self.hold()
        try:
            yield
        finally:
            self._working -= 1

    def let_go(self) -> None:
        """Let them through."""
        self._open.set()

    async def passed(self) -> None:
        """Return once keys may pass."""
        while not self._open.is_set():
            try:
                async with asyncio.timeout(LONGEST_S):
                    await self._open.wait()
            except TimeoutError:
                if not self._working:
                    self._open.set()


class Window(ModalScreen[Result | None], Generic[Result]):
    """A window. A subclass takes its keys in `take`, and begins in the field `first`, if it has one."""

    AUTO_FOCUS = ""
    asked = False
    """Whether something waits for its answer, and may ask for more."""
    _begun = _over = False

    def first(self) -> Input | None:
        """Return the field to begin in, None to begin in none."""
        return None

    def take(self, key: str, character: str | None) -> None:
        """Take a key while no field has the focus."""

    def take_key(self, event: events.Key) -> bool:
        """Take a key that was typed while the window is in front; return whether it is done with."""
        if self._over:
            return True
        if event.key == "escape":
            self.dismiss(None)
            return True
        if isinstance(self.focused, Input):
            return False
        self.take(event.key, event.character)
        return not event.key.startswith("ctrl+")

    def on_screen_resume(self) -> None:
        """Begin in the first field, and let the keys through that were typed ahead."""
        if not self._begun:
            self._begun = True
            if (field := self.first()) is not None:
                self.set_focus(field)
        cast("FloorApp", self.app).gate.let_go()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Give an answer, once; keys wait until it is known what comes next."""
        if self._over:
            return AwaitComplete()
        self._over = True
        if self.asked:
            cast("FloorApp", self.app).gate.hold()
        return super().dismiss(result)
