"""What of a picture everybody may read, on a wall or as a viewer: of people praise, and nothing else that was noted."""

from __future__ import annotations

from data.flags import Severity
from data.model.picture import Person, Picture
from data.model.strip import DayStrip


def without_people(picture: Picture) -> Picture:
    """Return a picture without flags other than praise, loads, moods, offers, follow-ups and who listens."""
    return picture._replace(
        agents=tuple(agent._replace(flags=0, urgent=0) for agent in picture.agents),
        flags=tuple(flag for flag in picture.flags if flag.severity == Severity.PRAISE),
        totals=picture.totals._replace(flags=0),
        loads={},
        moods={},
        offers={},
        lapsed={},
        follow_ups=(),
        listening=(),
    )


def person_without(person: Person) -> Person:
    """Return an agent's own page with its praise alone."""
    return Person(
        load=None,
        load_day=(),
        load_since_ms=person.load_since_ms,
        flags=tuple(line for line in person.flags if line.flag.severity == Severity.PRAISE),
        moods=(),
        coaching=(),
        decisions=(),
        listening=(),
    )


def strip_without_people(strip: DayStrip) -> DayStrip:
    """Return a day without the moments that name a person."""
    return strip._replace(marks=tuple(mark for mark in strip.marks if mark.kind not in ("flag", "break")))
