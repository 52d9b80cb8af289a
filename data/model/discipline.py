"""Floor discipline as a screen shows it: shifts, rounds over the floor, findings, incidents, handovers.

All of it is immutable, and as of a moment. Texts of rules are those that held when somebody used them: a round of last
month reads as it was, whatever the catalogue says now. Moments are UTC ms, names safe to draw as plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from data.model.words import Mark


class Where(StrEnum):
    """What a rule is checked at."""

    SEAT = "seat"
    AGENT = "agent"
    ZONE = "zone"
    FLOOR = "floor"


class Gravity(IntEnum):
    """How much a breach of a rule weighs."""

    MINOR = 1
    MAJOR = 2
    CRITICAL = 3
    """Safety, information security: somebody acts at once."""


class Prefill(StrEnum):
    """What the floor itself knows of a rule, from spans and the roster; see `data.discipline.facts`."""

    LATE_SIGN_IN = "late_sign_in"
    BREAK_OVERRUN = "break_overrun"
    WRAP_UP_OVER = "wrap_up_over"
    NO_REASON = "no_reason"
    IDLE_WHILE_WAITING = "idle_while_waiting"


class Closing(StrEnum):
    """How a finding ended."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    """Raised by mistake, or waived; it counts for nothing."""


class Entry(StrEnum):
    """What is noted of an incident."""

    MEASURE = "measure"
    TOLD = "told"
    """Who was told."""
    NOTE = "note"


class Avoidable(StrEnum):
    """Whether an incident could have been avoided."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Worked(StrEnum):
    """Whether what was done about an incident helped."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class ShiftRow(NamedTuple):
    """A shift of a day, [since_ms, until_ms); it belongs to the local day on which it begins."""

    key: str
    """The day and the shift's own id: 2026-12-01/early."""
    en: str
    zh: str
    since_ms: int
    until_ms: int


class RoundRow(NamedTuple):
    """A checklist of a shift as it stands: a walk over the floor where its rules are checked at seats.

    A check is a rule at a place: one of 8 rules for seats on a floor of 60 seats makes 60 of `n`.
    """

    key: str
    """The shift's key, the checklist's id and a number: 2026-12-01/early/opening/1."""
    checklist: str
    en: str
    zh: str
    occasion: str
    """When in a shift: a `data.discipline.catalogue.Occasion`."""
    role: str
    """Who does it: lead or supervisor."""
    shift: str
    opens_ms: int
    due_ms: int
    done: int
    n: int
    failed: int
    seats_done: int
    seats: int
    by: tuple[str, ...] = ()
    """Who has marked something, the last one first."""
    last_ms: int | None = None
    place: str = ""
    """Where that was."""
    ended_ms: int | None = None
    ended_by: str = ""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.ended_ms is not None or (self.n > 0 and self.done >= self.n)

    def is_late(self, now_ms: int) -> bool:
        """Whether it should have been done by now."""
        return not self.is_done and now_ms > self.due_ms


class RuleLine(NamedTuple):
    """A rule of a round, as it read then. `least` to `most` points are what a breach costs, or what praise adds."""

    id: str
    area: str
    en: str
    zh: str
    where: Where
    severity: Gravity
    least: int
    most: int
    unit: str
    positive: bool
    do_en: str
    do_zh: str
    prefill: Prefill | None = None


class Stop(NamedTuple):
    """A place that a walk comes to. `place` names it in the store: a seat's label, an agent's id, a zone, or ""."""

    where: Where
    place: str
    zone: str = ""
    agent_id: int | None = None
    """Who sits there now."""


class MarkRow(NamedTuple):
    """What was last marked of a rule at a place."""

    rule: str
    mark: Mark
    at_ms: int
    by: str
    note: str = ""
    photo: str = ""


class Fact(NamedTuple):
    """What the floor itself knows an agent to have done against a rule, from since_ms to until_ms (None: still).

    `value_ms` is how long it was, `limit_ms` how long it may be.
    """

    prefill: Prefill
    agent_id: int
    since_ms: int
    until_ms: int | None
    value_ms: int
    limit_ms: int
    reason: str = ""


class WalkView(NamedTuple):
    """A round in whole: its rules, its stops in the order of walking, and what was marked there."""

    round: RoundRow
    rules: tuple[RuleLine, ...]
    stops: tuple[Stop, ...]
    marks: Mapping[tuple[Where, str], Mapping[str, MarkRow]]
    """By stop, by rule."""
    facts: tuple[Fact, ...] = ()
    """Of this shift, up to the moment."""
    unseen: tuple[str, ...] = ()
    """The seats at which nothing was checked on this day, by any round."""


class FindingRow(NamedTuple):
    """What was found against a rule, or (`positive`) to somebody's credit; texts as they read then.

    `points` are what it counts by itself, without what repeats add. `repeats` is how many findings of the same rule on
    the same agent, else at the same place, came before it within the catalogue's period.
    """

    id: int
    rule: str
    area: str
    en: str
    zh: str
    severity: Gravity
    positive: bool
    points: int
    unit: str
    where: Where
    place: str
    """A seat, a zone, or "" for the floor; of a finding on an agent the seat, if known."""
    agent_id: int | None
    agent: str
    team: str
    by: str
    by_role: str
    at_ms: int
    note: str
    photo: str = ""
    measure: str = ""
    """What was done about it at once."""
    owner: str = ""
    due_ms: int | None = None
    recheck_ms: int | None = None
    repeats: int = 0
    closing: Closing | None = None
    closed_ms: int | None = None
    closed_by: str = ""
    closed_note: str = ""
    shift: str = ""
    round: str = ""
    dismissal: bool = False
    """Whether the catalogue says that a breach may end an employment: a matter for more than a lead."""


class IncidentEntry(NamedTuple):
    """A measure with its time, somebody who was told, or a note."""

    kind: Entry
    at_ms: int
    text: str
    by: str


class Review(NamedTuple):
    """What was thought of an incident afterwards."""

    avoidable: Avoidable
    worked: Worked
    change: str
    by: str
    at_ms: int


class IncidentRow(NamedTuple):
    """Something that happened to the floor; `at_ms` is when, and a moment to replay."""

    id: int
    kind: str
    en: str
    zh: str
    title: str
    at_ms: int
    by: str
    entries: tuple[IncidentEntry, ...] = ()
    ended_ms: int | None = None
    ended_by: str = ""
    review: Review | None = None
    shift: str = ""


class HandoverItem(NamedTuple):
    """A line of a handover: what is open, whose it is, and until when.

    `section` is one of `data.discipline.handover.SECTIONS`. `what` is a key or a name, `text` what a person wrote.
    """

    section: str
    what: str
    text: str = ""
    who: str = ""
    owner: str = ""
    at_ms: int | None = None
    due_ms: int | None = None
    n: int | None = None


class HandoverRow(NamedTuple):
    """A handover of a shift; it counts once somebody else has acknowledged it. `id` 0: not written yet."""

    id: int
    shift: str
    at_ms: int
    by: str
    note: str
    items: tuple[HandoverItem, ...]
    acknowledged_ms: int | None = None
    acknowledged_by: str = ""
    acknowledged_note: str = ""


class Discipline(NamedTuple):
    """What the picture holds of discipline: read as of its moment."""

    shifts: tuple[ShiftRow, ...] = ()
    """Those that go on at the moment, or the next one."""
    rounds: tuple[RoundRow, ...] = ()
    """Those of the day's shifts up to now, and those that open next; the ones due first come first."""
    findings: tuple[FindingRow, ...] = ()
    """The open ones: the gravest first."""
    incidents: tuple[IncidentRow, ...] = ()
    """Those that go on, lack their review, or are of this day."""
    handovers: tuple[HandoverRow, ...] = ()
    """The last ones, the newest first."""
    missing: tuple[str, ...] = ()
    """Shifts that ended without a handover that counts."""


NO_DISCIPLINE = Discipline()
"""A floor of which nobody has said anything."""
