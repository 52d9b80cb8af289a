"""What was seen of an adapter: facts, gathered by the trials and judged by the checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from data.adapters.base import AccessError, Capability, SourceError
from data.adapters.registry import Found, secrets_in
from data.adapters.vetting import Fault, vetted
from data.model.acts import Order
from data.model.observation import Event, Observation

CLOSINGS = ("aclose", "second aclose", "aclose in a poll")
"""What letting go of an adapter is noted as."""


class NotApplicable(Exception):  # noqa: N818 (nothing went wrong)
    """There was nothing that a check could look at; the message says why."""


class Answer(NamedTuple):
    """What one call of an adapter came to: what it returned, or what it raised.

    `doing` says which call it was. `waits` is how often it gave the loop its turn; `late`: it was not done within its
    deadline; `cancelled`: it was broken off on purpose.
    """

    doing: str
    asked_ms: int
    answered_ms: int
    told: object = None
    error: BaseException | None = None
    waits: int = 0
    late: bool = False
    cancelled: bool = False

    @property
    def went_well(self) -> bool:
        """Whether it returned something."""
        return self.error is None and not self.late


class Vetted(NamedTuple):
    """A poll's answer after the poller's own sieve: `observation` is what is left, None where nothing can be used."""

    answer: Answer
    observation: Observation | None
    faults: tuple[Fault, ...]


def _vetted(answer: Answer) -> Vetted:
    try:
        return Vetted(answer, *vetted(answer.told, answer.answered_ms))
    except SourceError as error:
        return Vetted(answer, None, (Fault("answer", str(error), 1),))


@dataclass
class Watch:
    """One adapter from its making to its end: each call that was made of it, in order."""

    made_ms: int = 0
    capabilities: frozenset[Capability] = frozenset()
    """As they were after the first good poll."""
    answers: list[Answer] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """The threads, tasks and open files that were there after its end and not before it was made."""
    longest_ms: int = 0
    """The longest time that the loop did not get its turn."""
    shown: tuple[str, ...] = ()
    """What it shows of itself: its repr and str."""

    def done(self, *doing: str) -> list[Answer]:
        """Return the calls of some kinds."""
        return [answer for answer in self.answers if answer.doing in doing]

    @cached_property
    def vetted(self) -> list[Vetted]:
        """The answers of the polls that went well, looked through as the poller does it."""
        return [_vetted(answer) for answer in self.done("poll") if answer.went_well]

    @cached_property
    def observations(self) -> list[Observation]:
        """What of the polls' answers can be used."""
        return [each.observation for each in self.vetted if each.observation is not None]

    @property
    def shut_out(self) -> bool:
        """Whether the source did not let the adapter in, so that nobody must try again."""
        return any(isinstance(answer.error, AccessError) for answer in self.answers)


class Ordered(NamedTuple):
    """An order that was given, `kind` in which sense: undeclared, listed, again, expired or unknown."""

    kind: str
    order: Order
    answer: Answer


@dataclass
class Evidence:
    """All that was seen of an adapter. What is None or empty was not tried."""

    name: str
    found: Found
    loaded: type[Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    drags_in: frozenset[str] | None = None
    """Which of the screen's packages a fresh process has loaded after importing the adapter."""
    import_error: str = ""
    reached: list[str] | None = None
    """What `__init__` reached outside with."""
    misfits: dict[str, BaseException | None] = field(default_factory=dict)
    """What `__init__` raised for an option of a wrong kind, by option."""
    watches: dict[str, Watch] = field(default_factory=dict)
    """The adapters that were made and tried, by the name of the trial."""
    ordered: list[Ordered] = field(default_factory=list)
    not_tried: list[str] = field(default_factory=list)
    """The acts that are listed and for which there was nobody to try them on."""
    pauses_seen: tuple[bool, bool] | None = None
    """Whether a pause was seen in the polls, and whether it was seen again when the same order came again."""

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The texts that nobody may read."""
        return secrets_in(self.loaded, self.options)

    @property
    def calls(self) -> Iterator[Answer]:
        """Every call that was made of any of the adapters."""
        return (answer for watch in self.watches.values() for answer in watch.answers)

    def watch(self, trial: str) -> Watch:
        """Return what was seen in a trial. Raises NotApplicable."""
        if trial not in self.watches:
            raise NotApplicable("it was not tried")
        return self.watches[trial]

    def observations(self) -> list[Observation]:
        """Return what of the main trial's answers can be used. Raises NotApplicable where there is nothing."""
        observations = self.watch("main").observations
        if not observations:
            raise NotApplicable("no answer could be used")
        return observations

    def events(self) -> list[Event]:
        """Return all events of the main trial, in the order they were told. Raises NotApplicable."""
        events = [event for observation in self.observations() for event in observation.events]
        if not events:
            raise NotApplicable(f"no event came in {len(self.observations())} polls")
        return events
