"""What people ask of the desk about discipline: typed acts, as those of `data.model.people`.

A round is named by its key, a rule by the catalogue's id. `where` and `place` name a place as a `Stop` of
`data.model.discipline` does: of an agent the place is the id, as a text.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.words import Mark


@dataclass(frozen=True, slots=True)
class StartRound:
    """Begin a round of a checklist that is not due now."""

    checklist: str


@dataclass(frozen=True, slots=True)
class MarkPlace:
    """Mark rules at a place; without `rules` all of the round's for such places that nobody has marked there yet.

    A failed rule raises a finding; a later pass of the same round at the same place takes it back.
    """

    round: str
    where: Where
    place: str
    mark: Mark
    rules: tuple[str, ...] = ()
    note: str = ""
    photo: str = ""
    points: int | None = None
    owner: str = ""
    due_ms: int | None = None
    from_data: bool = False
    """Whether the floor itself knew, and a person agreed."""


@dataclass(frozen=True, slots=True)
class EndRound:
    """A round is done, although not every place was seen."""

    round: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RaiseFinding:
    """Say what was found against a rule, or to somebody's credit, outside a round. Points None: the rule's least."""

    rule: str
    where: Where
    place: str
    note: str = ""
    photo: str = ""
    points: int | None = None
    measure: str = ""
    owner: str = ""
    due_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeFinding:
    """Say what was done about a finding, who puts it right and until when; None leaves as it was."""

    id: int
    note: str | None = None
    measure: str | None = None
    owner: str | None = None
    due_ms: int | None = None
    recheck_ms: int | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class CloseFinding:
    """A finding is put right, or withdrawn."""

    id: int
    closing: Closing
    note: str = ""


@dataclass(frozen=True, slots=True)
class NoteIncident:
    """Something happened to the floor, at `at_ms` (None: now); `kind` is one of the catalogue's."""

    kind: str
    title: str
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AddToIncident:
    """Note a measure, who was told, or anything else, at `at_ms` (None: now)."""

    id: int
    kind: Entry
    text: str
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class EndIncident:
    """An incident is over."""

    id: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewIncident:
    """Say afterwards whether it was avoidable, whether the measures worked, and what changes."""

    id: int
    avoidable: Avoidable
    worked: Worked
    change: str = ""


@dataclass(frozen=True, slots=True)
class WriteHandover:
    """Complete the handover of a shift (by its key): what is open is gathered where it is written."""

    shift: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AcknowledgeHandover:
    """Somebody else has read a handover: from then on it counts."""

    id: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SetRoster:
    """Say who works when: lines as `data.discipline.roster` writes them, in place of what is known of the same days."""

    lines: tuple[str, ...]


DisciplineRequest = (
    StartRound
    | MarkPlace
    | EndRound
    | RaiseFinding
    | ChangeFinding
    | CloseFinding
    | NoteIncident
    | AddToIncident
    | EndIncident
    | ReviewIncident
    | WriteHandover
    | AcknowledgeHandover
    | SetRoster
)
"""All that the desk takes about discipline."""

DISCIPLINE_REQUESTS: dict[str, type[DisciplineRequest]] = {
    "start_round": StartRound,
    "mark_place": MarkPlace,
    "end_round": EndRound,
    "raise_finding": RaiseFinding,
    "change_finding": ChangeFinding,
    "close_finding": CloseFinding,
    "note_incident": NoteIncident,
    "add_to_incident": AddToIncident,
    "end_incident": EndIncident,
    "review_incident": ReviewIncident,
    "write_handover": WriteHandover,
    "acknowledge_handover": AcknowledgeHandover,
    "set_roster": SetRoster,
}
"""The name of each on the wire and in the audit."""
