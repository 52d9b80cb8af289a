"""What the simulator's played people do about floor discipline, as its observations tell it.

People's own acts come through the desk (`data.model.discipline_requests`). Times are UTC ms; agents are named by the
source's own keys, rounds and shifts by theirs.
"""

from __future__ import annotations

from typing import NamedTuple

from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.words import Mark


class RoundMarked(NamedTuple):
    """A person marked rules of a round (by its key) at a place; of an agent `place` is the source's own key.

    Without `rules` all that are checked at such a place and that nobody has marked there. A failed one
    raises a finding.
    """

    at_ms: int
    round: str
    where: Where
    place: str
    mark: Mark
    by: str
    rules: tuple[str, ...] = ()
    note: str = ""
    photo: str = ""
    owner: str = ""
    due_ms: int | None = None
    points: int | None = None
    from_data: bool = False


class RoundEnded(NamedTuple):
    """A person was done with a round, although not every place was seen."""

    at_ms: int
    round: str
    by: str
    note: str = ""


class FindingRaised(NamedTuple):
    """A person found something against a rule, or to somebody's credit, outside a round."""

    at_ms: int
    rule: str
    where: Where
    place: str
    by: str
    note: str = ""
    points: int | None = None
    measure: str = ""
    owner: str = ""
    due_ms: int | None = None


class FindingEnded(NamedTuple):
    """The open finding of this rule at this place is put right, or withdrawn; `round` "": raised outside of one."""

    at_ms: int
    round: str
    rule: str
    where: Where
    place: str
    closing: Closing
    by: str
    note: str = ""


class IncidentNoted(NamedTuple):
    """Something happened to the floor at `began_ms`; `kind` is one of the catalogue's. `by` and `title` name it."""

    at_ms: int
    kind: str
    title: str
    by: str
    began_ms: int | None = None


class IncidentEntered(NamedTuple):
    """A measure against the open incident of this title, who was told of it, or a note."""

    at_ms: int
    title: str
    kind: Entry
    text: str
    by: str


class IncidentEnded(NamedTuple):
    """The open incident of this title is over."""

    at_ms: int
    title: str
    by: str
    note: str = ""


class IncidentReviewed(NamedTuple):
    """What somebody thought afterwards of the last incident of this title."""

    at_ms: int
    title: str
    avoidable: Avoidable
    worked: Worked
    by: str
    change: str = ""


class HandoverWritten(NamedTuple):
    """A person completed the handover of a shift (by its key); what is open then is gathered where it is written."""

    at_ms: int
    shift: str
    by: str
    note: str = ""


class HandoverAcknowledged(NamedTuple):
    """Somebody else has read the last handover of a shift."""

    at_ms: int
    shift: str
    by: str
    note: str = ""


class Rostered(NamedTuple):
    """Who works when: lines as `data.discipline.roster.line_of` writes them."""

    at_ms: int
    lines: tuple[str, ...]
    by: str


DisciplineAct = (
    RoundMarked
    | RoundEnded
    | FindingRaised
    | FindingEnded
    | IncidentNoted
    | IncidentEntered
    | IncidentEnded
    | IncidentReviewed
    | HandoverWritten
    | HandoverAcknowledged
    | Rostered
)
"""What people do about discipline, played."""
