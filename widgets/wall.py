"""What of a picture everybody may read on a wall: nothing that was noted or computed of a person but praise."""

from __future__ import annotations

from data.flags import Severity
from data.model.picture import Picture
from data.model.strip import DayStrip


def on_wall(picture: Picture) -> Picture:
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


def strip_on_wall(strip: DayStrip) -> DayStrip:
    """Return a day without the moments that name a person."""
    return strip._replace(marks=tuple(mark for mark in strip.marks if mark.kind not in ("flag", "break")))
