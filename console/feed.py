"""From a moment to a picture, off the UI thread: one worker, its own reader, and only the newest wish counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from textual.message import Message

from data.alerts import LIMITS, Limits
from data.model.days import HOUR, MINUTE, day_around
from data.model.discipline import WalkView
from data.model.discipline_seen import DisciplineSeen
from data.model.picture import Detail, Picture
from data.model.strip import DayStrip
from data.model.words import SIGNED_IN
from data.mood import Weeks, history_since, weeks_of
from data.store.boot import boot_ms
from data.store.files import NoStoreError, StoreError
from data.store.reader import Reader

REUSE_MS = 5_000
"""How long a live picture may serve while nothing is written: states that nobody changed do not change."""

STRIP_MS = 30_000
"""How long the strip of a day may serve while more of it is being recorded."""

MOODS_MS, ROLL_CALL_MS = 60_000, 2_000
"""How long the weeks of moods may serve while nobody is marked, and while a whole team is."""

DISCIPLINE_MS = 10_000
"""How long scores and attendance may serve while nobody records anything of discipline."""

MANY = 250
"""Of a floor with more agents the picture is shown first, and their loads when they are told."""

RETRY_S = 0.2
"""The pause between two tries to open a store that is not there yet."""


class Wish(NamedTuple):
    """What a screen wants to see. `detail` is (agent or queue, id); `moods`: what was noted of them over the weeks.

    `walk` is the key of a round; `discipline`: attendance, scores and the rules in force.
    """

    moment_ms: int
    live: bool
    strip: bool = False
    detail: tuple[Literal["agent", "queue"], int] | None = None
    moods: bool = False
    walk: str = ""
    discipline: bool = False


class FloorSeen(Message):
    """What a wish brought. A later one replaces one that was not taken yet; `number` rises with each."""

    def __init__(
        self,
        number: int,
        wish: Wish,
        picture: Picture | None = None,
        strip: DayStrip | None = None,
        detail: Detail | None = None,
        error: str = "",
        waiting: bool = False,
        bounds: tuple[int, int] | None = None,
        moods: Weeks | None = None,
        walk: WalkView | None = None,
        discipline: DisciplineSeen | None = None,
    ) -> None:
        super().__init__()
        self.number = number
        self.wish = wish
        self.picture = picture
        self.strip = strip
        self.detail = detail
        self.error = error
        self.waiting = waiting
        self.bounds = bounds
        """The first and the last moment that were ever measured, for a replay."""
        self.moods = moods
        self.walk = walk
        """The round that was wished for; None: there is none of that key."""
        self.discipline = discipline

    def can_replace(self, message: Message) -> bool:
        """Take the place of an older answer that nobody has read."""
        if not isinstance(message, FloorSeen):
            return False
        return message.wish.detail == self.wish.detail and message.wish.walk == self.wish.walk


class Feed:
    """Answers wishes through `post`, which must be safe to call from another thread.

    A store that is not there yet is waited for (`waiting`); what can't be read is told in `error`. `joint` is the
    Reader's.
    """

    def __init__(
        self,
        store: Path,
        zone: ZoneInfo,
        post: Callable[[FloorSeen], object],
        limits: Limits = LIMITS,
        joint: str = "·",
    ) -> None:
        self._joint = joint
        self._store = store
        self._zone = zone
        self._post = post
        self._limits = limits
        self._wish: Wish | None = None
        self._number = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._reader: Reader | None = None
        self._file: tuple[int, int] | None = None
        self._picture: Picture | None = None
        self._lacking: Picture | None = None
        """The picture of the wish in hand, where not all of its loads are told yet."""
        self._version = -1
        self._strip: tuple[float, int, int, DayStrip] | None = None
        self._weeks: tuple[float, Picture, Weeks] | None = None
        self._discipline: tuple[float, Picture, DisciplineSeen] | None = None
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def ask(self, wish: Wish) -> None:
        """Wish for something; an older wish that is not begun is dropped."""
        with self._changed:
            self._wish = wish
            self._number += 1
            self._changed.notify()

    def stop(self) -> None:
        """End the worker and close the store."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._wish is None and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    break
                wish, number, self._wish = self._wish, self._number, None
            if wish is not None:
                answer = self._answer(wish, number)
                self._post(answer)
                whole = self._with_loads(answer)
                if whole is not None:
                    self._post(whole)
        if self._reader is not None:
            self._reader.close()

    def _answer(self, wish: Wish, number: int) -> FloorSeen:
        try:
            reader = self._open()
            picture = self._picture_of(reader, wish)
            strip = self._strip_of(reader, wish) if wish.strip else None
            detail = reader.detail_of(*wish.detail, wish.moment_ms, self._zone) if wish.detail else None
            moods = self._moods_of(reader, picture, wish) if wish.moods else None
            walk = reader.walk_of(wish.walk, picture.moment_ms, self._zone) if wish.walk else None
            discipline = self._discipline_of(reader, picture, wish) if wish.discipline else None
            bounds = None if wish.live else reader.bounds()
        except NoStoreError as error:
            time.sleep(RETRY_S)
            return FloorSeen(number, wish, error=str(error), waiting=True)
        except StoreError as error:
            self._drop()
            return FloorSeen(number, wish, error=str(error))
        except Exception as error:  # a dead worker would leave the screen standing still for ever
            self._drop()
            return FloorSeen(number, wish, error=_unforeseen(error, self._store))
        told = (picture, strip, detail)
        return FloorSeen(number, wish, *told, bounds=bounds, moods=moods, walk=walk, discipline=discipline)

    def _with_loads(self, answer: FloorSeen) -> FloorSeen | None:
        """Return an answer with the loads that it lacks; None where it lacks none, or another one is wished for."""
        picture, self._lacking = self._lacking, None
        if picture is None or self._reader is None or answer.picture is None or self._wish is not None:
            return None
        try:
            self._picture = self._reader.with_loads(picture)
        except Exception:  # a dead worker would leave the screen standing still for ever; the next wish tells why
            self._drop()
            return None
        seen = answer.picture._replace(loads=self._picture.loads)
        return FloorSeen(
            *(answer.number, answer.wish, seen, answer.strip, answer.detail),
            bounds=answer.bounds,
            moods=answer.moods,
            walk=answer.walk,
            discipline=answer.discipline,
        )

    def _open(self) -> Reader:
        """Return the reader; a new one where the file is no longer the one that was opened."""
        try:
            status = self._store.stat()
            file = (status.st_dev, status.st_ino)
        except OSError:
            file = None
        if self._reader is None or file != self._file:
            self._drop()
            self._reader, self._file = Reader(self._store, self._joint, self._limits), file
        return self._reader

    def _drop(self) -> None:
        """Close a reader that failed, so that the next wish tries afresh."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._picture = self._strip = self._weeks = self._discipline = None

    def _picture_of(self, reader: Reader, wish: Wish) -> Picture:
        version = reader.version()
        old = self._picture
        same = (
            old is not None
            and version == self._version
            and (wish.moment_ms == old.moment_ms or (wish.live and _serves(old.moment_ms, wish.moment_ms)))
        )
        large = old is not None and len(old.agents) > MANY
        picture = old if same and old is not None else reader.floor_at(wish.moment_ms, self._zone, loads=not large)
        self._picture, self._version = picture, version
        self._lacking = picture if large and len(picture.loads) < _signed_in(picture) else None
        if old is not None and self._lacking is not None and abs(picture.moment_ms - old.moment_ms) <= MINUTE:
            picture = picture._replace(loads={**old.loads, **picture.loads})  # of the minute before, for this once
        if not wish.live:
            return picture
        return reader.as_now(picture, boot_ms())

    def _strip_of(self, reader: Reader, wish: Wish) -> DayStrip:
        day_ms = day_around(wish.moment_ms, self._zone).since_ms
        if self._strip is not None:
            made, version, strip_day_ms, strip = self._strip
            fresh = version == self._version or (time.monotonic() - made) * 1000 < STRIP_MS
            if strip_day_ms == day_ms and fresh:
                return strip
        strip = reader.strip_of(wish.moment_ms, self._zone, self._limits)
        self._strip = (time.monotonic(), self._version, day_ms, strip)
        return strip

    def _discipline_of(self, reader: Reader, picture: Picture, wish: Wish) -> DisciplineSeen:
        """Return what is known of discipline besides the picture; what is at hand serves while nobody records more."""
        if self._discipline is not None:
            made, seen, told = self._discipline
            same = seen.discipline == picture.discipline and seen.moment_ms // MINUTE == picture.moment_ms // MINUTE
            fresh = (time.monotonic() - made) * 1000 < DISCIPLINE_MS
            if picture.moment_ms == seen.moment_ms or (wish.live and same and fresh):
                return told
        told = reader.discipline_of(picture.moment_ms, self._zone)
        self._discipline = (time.monotonic(), picture, told)
        return told

    def _moods_of(self, reader: Reader, picture: Picture, wish: Wish) -> Weeks:
        """Return the weeks of moods; those at hand serve while nobody was marked anew and the hour is the same."""
        if self._weeks is not None:
            made, seen, weeks = self._weeks
            same = seen.moods == picture.moods and weeks.moment_ms // HOUR == wish.moment_ms // HOUR
            age_ms = (time.monotonic() - made) * 1000
            ahead = 0 <= wish.moment_ms - weeks.moment_ms < MOODS_MS
            if wish.live and ahead and age_ms < (MOODS_MS if same else ROLL_CALL_MS):
                return weeks
            if same and weeks.moment_ms == wish.moment_ms:
                return weeks
        rows = reader.moods(history_since(wish.moment_ms, self._zone), wish.moment_ms + 1)
        weeks = weeks_of(rows, wish.moment_ms, self._zone)
        self._weeks = (time.monotonic(), picture, weeks)
        return weeks


def _unforeseen(error: Exception, store: Path) -> str:
    """Return what to say when a store holds what nobody foresaw, such as the rows of a newer version."""
    what = f"{type(error).__name__}: {error}"
    return f"{store} can't be shown ({what}): it is of a newer Floorwalk, or this is a fault of Floorwalk"


def _signed_in(picture: Picture) -> int:
    return sum(n for state, n in picture.totals.states if state in SIGNED_IN)


def _serves(made_ms: int, moment_ms: int) -> bool:
    """Whether a live picture of one moment serves for a later one, nothing having been written since."""
    return 0 <= moment_ms - made_ms < REUSE_MS and moment_ms // MINUTE == made_ms // MINUTE
