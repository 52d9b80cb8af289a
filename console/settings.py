"""What a site has settled: where its store is, what its queues are measured against, which thresholds hold.

Each value comes from the first of: an option, the environment, the file, what ships. The file is
`$XDG_CONFIG_HOME/floorwalk/floorwalk.toml`, or what `--config` or FLOORWALK_CONFIG names; see `console.settings_file`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.choices import LANGUAGES, THEMES
from data.alerts import LIMITS, Limits
from data.desk.roles import NOBODY, Rights
from data.desk.rules import Rules
from data.flags import VOCABULARY, Vocabulary
from data.metrics import Goal
from data.model.observation import QueueEntry
from data.store.retention import RETENTION, Retention

EX_CONFIG = 78
GOAL = Goal()


class SettingsError(Exception):
    """A setting can't be used; each line of the message says where it stands and what would do. `code` is 78."""

    code = EX_CONFIG


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A telephony system to poll, as it is configured; `console.settings_sources` checks it where it is needed.

    `name` is what the store knows it by, `adapter` the kind it is of, `options` what stands in its table beside these.
    `interval_ms` None: as often as the others. `folder` is where a relative path of a secret's file begins.
    """

    name: str
    adapter: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    interval_ms: int | None = None
    folder: Path = field(default_factory=Path)


PLAYED = SourceSettings("simulator", "simulator")
"""What is polled where no source is configured: a floor that is played."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A site's settings. `zone` is an IANA key, "" while nobody has said; `queues` are goals by the queue's key.

    `aliases` and `rules` are `NAME=AGENT` and `PATTERN=AGENT` texts for `NameRules.of`; `origins` tells for a dotted
    key where its value comes from, where that is not what ships. The break policy is `limits.breaks`.
    """

    site: str = ""
    zone: str = ""
    language: str = "auto"
    theme: str = THEMES[0]
    store: Path = field(default_factory=lambda: default_store())
    sources: tuple[SourceSettings, ...] = (PLAYED,)
    interval_ms: int = 1_000
    goal: Goal = GOAL
    queues: Mapping[str, Goal] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    limits: Limits = LIMITS
    vocabulary: Vocabulary = VOCABULARY
    rights: Rights = NOBODY
    """Who may act: what `[desk]` says."""
    retention: Retention = RETENTION
    catalogue: Path | None = None
    """The file with the rules of the floor; None: those that ship."""
    wall: bool = False
    """Whether everybody on the floor can read the screen; said on the command line only, as is the next."""
    phone: str = ""
    """The reader's own phone, for listening."""
    file: Path | None = None
    """The file that was read, None where there is none."""
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def tz(self) -> ZoneInfo:
        """The site's zone; UTC while nobody has said."""
        return ZoneInfo(self.zone or "UTC")

    @property
    def configured(self) -> bool:
        """Whether somebody has said what to poll; a floor is played where nobody has."""
        return any(key.startswith("source.") for key in self.origins)

    @property
    def desk(self) -> Rules:
        """What the desk goes by."""
        catalogue = "" if self.catalogue is None else str(self.catalogue)
        return Rules(self.rights, self.vocabulary, self.limits.breaks, self.retention, catalogue)

    @property
    def goals(self) -> Mapping[str, Goal]:
        """What each queue is measured against where its source does not say; "" stands for the rest."""
        return {**self.queues, "": self.goal}

    @property
    def queue_entries(self) -> Mapping[str, QueueEntry]:
        """What each queue is measured against, for an import; queues that are not named get the site's goal."""
        return _Entries(self.goal, self.queues)

    def given(self, origin: str, **values: Any) -> Settings:  # noqa: ANN401 (whatever the fields hold)
        """Return these settings with values put in from elsewhere; those that are None stay."""
        said = {name: value for name, value in values.items() if value is not None}
        told = {**self.origins, **{KEYS[name]: origin for name in said}}
        return replace(self, **said, origins=told)

    def polling(self, origin: str, source: SourceSettings) -> Settings:
        """Return these settings with one source instead of all others."""
        origins = {key: place for key, place in self.origins.items() if not key.startswith("source.")}
        origins |= {f"source.{source.name}.{key}": origin for key in ("adapter", *source.options)}
        return replace(self, sources=(source,), origins={**origins, f"source.{source.name}": origin})

    def place(self, *keys: str) -> str:
        """Return where a key's value comes from, or the nearest table around it; "default" where nobody has said."""
        while keys and ".".join(keys) not in self.origins:
            keys = keys[:-1]
        return self.origins.get(".".join(keys), "default")

    def table(self, *keys: str) -> str:
        """Return where the first key of a table comes from, "default" where nobody has said any."""
        start = ".".join((*keys, ""))
        return next((place for key, place in self.origins.items() if key.startswith(start)), self.place(*keys))


KEYS: Mapping[str, str] = {
    "site": "site.name",
    "zone": "site.zone",
    "language": "screen.language",
    "theme": "screen.theme",
    "store": "store.path",
    "interval_ms": "poller.interval_s",
    "catalogue": "discipline.catalogue",
    "aliases": "agents.aliases",
    "rules": "agents.rules",
}
"""The dotted key in the file of each single setting."""


class _Entries(Mapping[str, QueueEntry]):
    """A queue's entry by its key, for any key."""

    def __init__(self, goal: Goal, own: Mapping[str, Goal]) -> None:
        self._goal = goal
        self._own = own

    def __getitem__(self, key: str) -> QueueEntry:
        goal = self._own.get(key, self._goal)
        return QueueEntry(key, key, threshold_ms=goal[0], short_abandon_ms=goal[1], target=goal[2], formula=goal[3])

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


def home_of(variable: str, *otherwise: str) -> Path:
    """Return Floorwalk's folder in an XDG base directory; a relative one is ignored, as XDG has it."""
    base = Path(os.environ.get(variable) or "-")
    return (base if base.is_absolute() else Path.home().joinpath(*otherwise)) / "floorwalk"


def default_store() -> Path:
    """Return where the store is when nobody says otherwise."""
    return home_of("XDG_STATE_HOME", ".local", "state") / "floorwalk.sqlite"


def zone_of(key: str, said_by: str) -> ZoneInfo:
    """Return a zone by its key. Raises SettingsError with the nearest ones there are."""
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from difflib import get_close_matches
        from zoneinfo import available_timezones

        near = ", ".join(get_close_matches(key, available_timezones(), 3, 0.5)) or "Asia/Shanghai, Europe/Berlin, UTC"
        raise SettingsError(f"{said_by}: there is no time zone {key!r}; did you mean {near}?") from None


def system_zone() -> str:
    """Return the key of the machine's zone (TZ, /etc/localtime); UTC where it has no name."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named:
        try:
            named = str(Path("/etc/localtime").resolve())
        except OSError:
            return "UTC"
    _, found, key = named.rpartition("zoneinfo/")
    try:
        zone = ZoneInfo(key if found else named).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return "UTC" if zone in ("Etc/UTC", "Etc/UCT", "Universal", "Zulu") else zone


def load(config: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings from the file and the environment. Raises SettingsError.

    Args:
        config: The file; it must be there. None: FLOORWALK_CONFIG, or the usual place if there is one.
        environment: Instead of the process's own.
    """
    said = os.environ if environment is None else environment
    named = config or (Path(said["FLOORWALK_CONFIG"]) if said.get("FLOORWALK_CONFIG") else None)
    path = named or home_of("XDG_CONFIG_HOME", ".config") / "floorwalk.toml"
    settings = Settings()
    if named is not None or path.is_file():
        from console.settings_file import read  # pydantic: only where there is a file to check

        settings = read(path, settings)
    return _from_environment(settings, said)


def _from_environment(settings: Settings, said: Mapping[str, str]) -> Settings:
    choices = {"FLOORWALK_LANGUAGE": ("language", LANGUAGES), "FLOORWALK_THEME": ("theme", THEMES)}
    for variable, (name, valid) in choices.items():
        if value := said.get(variable):
            if value not in valid:
                raise SettingsError(f"{variable}: {value!r} is none of {', '.join(valid)}")
            settings = settings.given(variable, **{name: value})
    if value := said.get("FLOORWALK_STORE"):
        settings = settings.given("FLOORWALK_STORE", store=Path(value).expanduser())
    if value := said.get("FLOORWALK_TZ"):
        settings = settings.given("FLOORWALK_TZ", zone=zone_of(value, "FLOORWALK_TZ").key)
    if value := said.get("FLOORWALK_ADAPTER"):
        settings = settings.polling("FLOORWALK_ADAPTER", SourceSettings(value, value))
    return settings
