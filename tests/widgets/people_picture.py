"""The hand-made floor with what people noted of it: next steps, follow-ups, loads, moods over four weeks."""

from __future__ import annotations

from data.model.days import DAY, HOUR, MINUTE
from data.model.picture import FlagRow, FollowUpRow, LoadPart, LoadRow, MoodRow, Picture
from data.model.words import Band
from data.mood import Weeks, weeks_of
from tests.widgets.floor_picture import FLAGS, NOW, ZONE, floor_picture

TEAM = "客服一部"
"""Every fourth agent, from the first on."""

LONG = "the customer shouted for ten minutes; she asked to go on, wants a word about how to end such a call"

PEOPLE_FLAGS = (
    FLAGS[0]._replace(note=LONG, step="private_word", owner="Zhang Lei", follow_up_ms=NOW + 8 * MINUTE),
    FLAGS[1]._replace(step="take_over"),
    FLAGS[2]._replace(expires_ms=NOW + 6 * MINUTE, step="buddy"),
    FLAGS[3],
    FlagRow(
        5, 104, "孙伟", "needs_follow_up", "new headset?", "Liu Min", NOW - 5 * HOUR, None, 1, "", "", NOW - MINUTE
    ),
    FlagRow(6, 108, "Dana Fox", "sang", "a kind of last year's", "Liu Min", NOW - MINUTE, None, 1),
)

FOLLOW_UPS = (
    FollowUpRow(7, 112, "马超", "greeting in full", "Liu Min", NOW - 2 * DAY, NOW - 30 * MINUTE),
    FollowUpRow(8, 116, "高翔", "ending a call", "Zhang Lei", NOW - DAY, NOW + 2 * HOUR),
)


def load(agent: int, score: float | None, band: Band, minutes: int, hard: int, overdue: bool = False) -> LoadRow:
    """Return a load of two parts."""
    parts = (
        LoadPart("since_break", minutes, min(20, minutes / 6), 20),
        LoadPart("occupancy", None, 0, 20),
        LoadPart("hard_calls", hard, hard * 2, 15),
    )
    return LoadRow(agent, score, 80, band, NOW - 20 * MINUTE, parts, overdue)


LOADS = {
    row.agent_id: row
    for row in (
        load(101, 66.2, Band.URGENT, 128, 4),
        load(105, 20, Band.OK, 30, 0),
        load(109, 47, Band.OFFER, 70, 5),
        load(113, None, Band.OK, 121, 0, overdue=True),
    )
}


def marks(agent: int, *moods: int | None, hour_ms: int = 5 * HOUR, note: str = "", said: bool = False) -> list[MoodRow]:
    """Return a mark a day, the last of today; 0 for a day without one. `hour_ms` is how long before now."""
    last = len(moods) - 1
    return [
        MoodRow(agent, NOW - hour_ms - (last - at) * DAY, mood, note if at == last else "", "Liu Min", said)
        for at, mood in enumerate(moods)
        if mood != 0
    ]


MOODS = [
    *marks(100, 4, 3, 4, 0, 0, 4, 4, 4, 4, 2, 2, 2, note="slept badly", said=True),
    *marks(104, 3, 4, 3, 0, 0, 4, 3, 4, 3, None, 4, 3),
    *marks(108, 5, 5, 4, 0, 0, 5, 4, 5, 5, 4, 5, 1),
    *marks(112, 3, 3, 4, 0, 0, 3, 3, 3, 4, 3, 3, None),
    *marks(116, 4, 4, 4, 0, 0, 4, 4, 4, 4, 3, 3, 3),
    *marks(120, 4, 4, 4, 0, 0, 4, 4, 4, 4, 4, 4, 0),
    *marks(120, 2, 2, 2, 0, 0, 2, 2, 0, hour_ms=-30 * MINUTE),
    *marks(101, 3, 3),
]


def people_picture() -> Picture:
    """Return the floor at `NOW` with what people noted."""
    picture = floor_picture()
    since_ms = picture.day_since_ms
    return picture._replace(
        flags=PEOPLE_FLAGS,
        follow_ups=FOLLOW_UPS,
        loads=LOADS,
        moods={row.agent_id: row for row in sorted(MOODS, key=lambda row: row.at_ms) if since_ms <= row.at_ms <= NOW},
    )


def people_weeks() -> Weeks:
    """Return what was noted of moods up to `NOW`."""
    return weeks_of(MOODS, NOW, ZONE)
