"""How panes speak and draw: the reader's words, zone, glyphs, limits and keys, handed over by the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from data.alerts import LIMITS, Level, Limits
from data.flags import VOCABULARY, Vocabulary
from data.model.days import local_time
from data.model.words import Channel, Health, Mark, State
from widgets.cells import safe

Language = Literal["en", "zh"]


class ClockState(NamedTuple):
    """Which moment the screen shows and whether acts are possible."""

    mode: Literal["live", "replay", "paused"] = "live"
    speed: int = 1
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Every sign a pane draws, each one cell wide, none with a variation selector."""

    states: Mapping[State, str]
    bars: Mapping[State, str]
    """Fills for a day's timeline, told apart without colour."""
    levels: tuple[str, str, str, str]
    """For CALM, NOTICE, WARN, ALARM."""
    channels: Mapping[Channel, str]
    health: Mapping[Health, str]
    marks: Mapping[Mark | None, str]
    spark: str
    """Eight heights; the first stands for nothing at all."""
    flag: str
    praise: str
    ear: str
    """Somebody listens to the agent's call."""
    other: str
    """Where somebody else is on a walk."""
    well: str
    gap: str
    here: str
    cursor: str
    ellipsis: str
    dot: str
    dash: str
    none: str
    times: str
    arrow: str
    elbow: str
    rule: str
    side: str
    thumb: str
    corners: str
    """Top left, top right, bottom left, bottom right, left tee, right tee."""
    more: tuple[str, str]
    """There is more above, below."""


UNICODE = Glyphs(
    states={
        State.OFFLINE: "·",
        State.AVAILABLE: "○",
        State.RINGING: "♪",
        State.TALKING: "●",
        State.HOLD: "║",
        State.WRAP_UP: "≡",
        State.NOT_READY: "■",
        State.UNKNOWN: "?",
    },
    bars={
        State.OFFLINE: " ",
        State.AVAILABLE: "░",
        State.RINGING: "░",
        State.TALKING: "█",
        State.HOLD: "▓",
        State.WRAP_UP: "▒",
        State.NOT_READY: "▄",
        State.UNKNOWN: "┊",
    },
    levels=(" ", "•", "!", "▲"),
    channels={Channel.VOICE: " ", Channel.CHAT: "»", Channel.EMAIL: "@"},
    health={Health.UP: "●", Health.LATE: "!", Health.STALE: "▲", Health.DOWN: "▲", Health.NONE: "┊"},
    marks={None: "☐", Mark.PASS: "✓", Mark.FAIL: "✗", Mark.NOT_APPLICABLE: "–"},
    spark="▁▂▃▄▅▆▇█",
    flag="⚑",
    praise="★",
    ear="◎",
    other="◆",
    well="●",
    gap="┊",
    here="▼",
    cursor="▌",
    ellipsis="…",
    dot="·",
    dash="──",
    none="–",
    times="×",
    arrow="→",
    elbow="└",
    rule="─",
    side="│",
    thumb="┃",
    corners="╭╮╰╯├┤",
    more=("↑", "↓"),
)

ASCII = Glyphs(
    states={
        State.OFFLINE: ".",
        State.AVAILABLE: "o",
        State.RINGING: "~",
        State.TALKING: "*",
        State.HOLD: "=",
        State.WRAP_UP: "w",
        State.NOT_READY: "x",
        State.UNKNOWN: "?",
    },
    bars={
        State.OFFLINE: " ",
        State.AVAILABLE: ".",
        State.RINGING: ".",
        State.TALKING: "#",
        State.HOLD: "=",
        State.WRAP_UP: "+",
        State.NOT_READY: "_",
        State.UNKNOWN: ":",
    },
    levels=(" ", "-", "!", "^"),
    channels={Channel.VOICE: " ", Channel.CHAT: ">", Channel.EMAIL: "@"},
    health={Health.UP: "*", Health.LATE: "!", Health.STALE: "^", Health.DOWN: "^", Health.NONE: ":"},
    marks={None: "o", Mark.PASS: "v", Mark.FAIL: "x", Mark.NOT_APPLICABLE: "-"},
    spark="_.:-=+*#",
    flag="F",
    praise="*",
    ear="&",
    other="@",
    well="*",
    gap=":",
    here="v",
    cursor=">",
    ellipsis="~",
    dot="-",
    dash="--",
    none="-",
    times="x",
    arrow=">",
    elbow="`",
    rule="-",
    side="|",
    thumb="#",
    corners="++++++",
    more=("^", "v"),
)

KEYS: Mapping[str, str] = {
    "filter": "/",
    "sort": "s",
    "map": "m",
    "flag": "f",
    "break": "b",
    "check": "c",
    "replay": "r",
    "roll_call": "R",
    "resolve": "x",
    "finding": "F",
    "incident": "i",
    "handover": "H",
}
"""The keys that panes name in their hints, by action; the app hands over its own where they are remapped."""


def plain(text: str) -> str:
    """Return an English text as it is: the words of a screen without a catalogue."""
    return text


@dataclass(frozen=True, slots=True)
class Look:
    """What every pane needs to know of its reader.

    Args:
        words: Gives the reader's words for an English text (the catalogue's key).
        zone: The site's zone.
        glyphs: The signs to draw with.
        limits: The thresholds in force.
        language: Which of a row's texts to take where it brings both.
        site: The site's or shift's name, for the header.
        read_only: No poller takes acts: panes say so instead of naming keys.
        keys: The keys to name in hints, by action.
        vocabulary: The site's words for flags.
        wall: Everybody on the floor can read the screen: praise only, and no names where that would hurt.
        discreet: The reader may only look: nothing that was noted of people is shown, neither moods nor notes.
    """

    words: Callable[[str], str] = plain
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    glyphs: Glyphs = UNICODE
    limits: Limits = LIMITS
    language: Language = "en"
    site: str = ""
    read_only: bool = False
    keys: Mapping[str, str] = field(default_factory=lambda: KEYS, hash=False)
    vocabulary: Vocabulary = VOCABULARY
    wall: bool = False
    discreet: bool = False

    @property
    def tells_of_people(self) -> bool:
        """Whether moods and what was noted of people may stand on the screen."""
        return not (self.wall or self.discreet)

    def say(self, text: str, /, **values: object) -> str:
        """Return the reader's words for `text` with its `{fields}` filled, safe to draw."""
        return self.words(text).format(**{name: safe(str(value)) for name, value in values.items()})

    def clock(self, moment_ms: int, seconds: bool = False) -> str:
        """Return a moment as the site's clock shows it: 14:32, or 14:32:07."""
        return local_time(moment_ms, self.zone).strftime("%H:%M:%S" if seconds else "%H:%M")

    def day(self, moment_ms: int) -> str:
        """Return a moment's month and day at the site: 05-14."""
        return local_time(moment_ms, self.zone).strftime("%m-%d")

    def level(self, level: Level) -> str:
        """Return the glyph of a level."""
        return self.glyphs.levels[level]


STATE_WORDS: Mapping[State, str] = {
    State.OFFLINE: "off",
    State.AVAILABLE: "free",
    State.RINGING: "ring",
    State.TALKING: "talk",
    State.HOLD: "hold",
    State.WRAP_UP: "wrap",
    State.NOT_READY: "out",
    State.UNKNOWN: "silent",
}
"""The short name of each state: at most six cells in English and in Chinese."""

REASON_WORDS: Mapping[str, str] = {
    "rest": "rest",
    "micro": "micro",
    "meal": "meal",
    "restroom": "restroom",
    "training": "training",
    "coaching": "coaching",
    "meeting": "meeting",
    "medical": "medical",
    "system_fault": "fault",
}
"""The short name of each known break reason: at most eight cells."""
