"""People on the hand-made floor and on others: loads, moods, offers and a person's weeks, made from the agents' ids."""

from __future__ import annotations

from data.model.acts import Ear
from data.model.days import DAY, HOUR, MINUTE
from data.model.people import Decision
from data.model.picture import (
    CoachingLine,
    FlagLine,
    FlagRow,
    ListeningRow,
    LoadPart,
    LoadRow,
    MoodRow,
    OfferRow,
    Person,
    Picture,
)
from data.model.words import SIGNED_IN, Band

_WEIGHTS = (20, 20, 15, 10, 10, 10, 10, 5)
_NAMES = (
    "since_break",
    "occupancy",
    "hard_calls",
    "back_to_back",
    "handle_drift",
    "wrap_up_drift",
    "hours",
    "late",
)


def load_of(agent: int, moment_ms: int, values: tuple[float | None, ...], points: tuple[float, ...]) -> LoadRow:
    """Return a load of given parts, in the band its score lies in."""
    parts = tuple(LoadPart(*part) for part in zip(_NAMES, values, points, _WEIGHTS, strict=True))
    coverage = sum(part.weight for part in parts if part.value is not None)
    score = sum(points) if coverage >= 60 else None
    bounds = ((65, Band.URGENT), (45, Band.OFFER), (25, Band.WATCH))
    band = next((band for bound, band in bounds if score is not None and score >= bound), Band.OK)
    return LoadRow(agent, score, coverage, band, moment_ms - 30 * MINUTE, parts, (values[0] or 0) >= 120)


URGENT = ((128, 0.91, 5, 12, 2.4, None, 10, 8), (20, 12, 11.25, 7, 6, 0, 6.7, 3.75))
OFFER = ((95, 0.93, 4, 9, 0.4, 0.2, 6, 0), (11.7, 16, 7.5, 4, 0, 0, 0, 0))
WATCH = ((80, 0.92, 3, 5, 0, 0, 6, 0), (6.7, 14, 3.75, 0, 0, 0, 0, 0))
CALM = ((12, 0.7, 0, 1, 0, 0, 3, 0), (0, 0, 0, 0, 0, 0, 0, 0))
UNKNOWN = ((125, None, None, None, None, None, 5, 0), (20, 0, 0, 0, 0, 0, 0, 0))
KINDS = (URGENT, CALM, OFFER, CALM, CALM, WATCH, CALM, UNKNOWN, CALM, CALM)


def with_people(picture: Picture) -> Picture:
    """Return a picture with loads of every band, moods, an offer, and somebody who listens."""
    moment = picture.moment_ms
    here = [agent for agent in picture.agents if agent.state in SIGNED_IN]
    loads = {agent.id: load_of(agent.id, moment, *KINDS[at % len(KINDS)]) for at, agent in enumerate(here)}
    moods = {
        agent.id: MoodRow(
            agent.id, moment - 3 * HOUR, 1 + at % 5, "slept badly" if at == 2 else "", "zhanglei", at == 2
        )
        for at, agent in enumerate(here[:12])
    }
    return picture._replace(
        loads=loads,
        moods=moods,
        offers={here[2].id: OfferRow(here[2].id, moment - MINUTE, Decision.OFFER, "rest", "zhanglei", None)},
        listening=(
            ListeningRow(1, here[0].id, "liumin", Ear.LISTEN, "new to billing", moment - MINUTE, moment + 14 * MINUTE),
        ),
    )


def person_of(agent: int, name: str, moment: int) -> Person:
    """Return what an agent's own page shows of somebody with a long history."""
    flag = FlagRow(71, agent, name, "distressed_caller", "caller shouted", "zhanglei", moment - 14 * MINUTE, None)
    past = FlagRow(60, agent, name, "tired", "", "liumin", moment - 2 * DAY, None)
    praise = FlagRow(55, agent, name, "praise", "calm with a hard caller", "liumin", moment - 3 * DAY, None, severity=0)
    day = tuple(None if 8 <= quarter < 10 else float(quarter * 67 // 26) for quarter in range(27))
    return Person(
        load=load_of(agent, moment, *URGENT),
        load_day=day,
        load_since_ms=moment - moment % (15 * MINUTE) - 26 * 15 * MINUTE,
        flags=(
            FlagLine(
                flag._replace(step="private_word", owner="liumin", follow_up_ms=moment + 20 * MINUTE), None, "", ""
            ),
            FlagLine(past, moment - 2 * DAY + HOUR, "zhanglei", "went for a walk"),
            FlagLine(praise, None, "", ""),
        ),
        moods=tuple(
            MoodRow(agent, moment - day * DAY - HOUR, None if day == 4 else 1 + day * 7 % 5, "", "zhanglei", False)
            for day in range(0, 29)
            if day % 7 not in (5, 6)
        ),
        coaching=(
            CoachingLine(3, moment - 2 * HOUR, True, "took the shouting caller", "zhanglei", None, None, ""),
            CoachingLine(2, moment - 6 * DAY, False, "greeting by name", "liumin", moment + HOUR, None, ""),
            CoachingLine(
                1, moment - 20 * DAY, False, "hold times", "liumin", moment - 9 * DAY, moment - 8 * DAY, "better"
            ),
        ),
        decisions=(
            OfferRow(agent, moment - 4 * HOUR, Decision.OFFER, "rest", "zhanglei", None),
            OfferRow(agent, moment - 4 * HOUR + MINUTE, Decision.APPROVE, "rest", "zhanglei", moment - 3 * HOUR),
        ),
        listening=(
            ListeningRow(1, agent, "liumin", Ear.LISTEN, "new to billing", moment - MINUTE, moment + 14 * MINUTE),
            ListeningRow(4, agent, "zhanglei", Ear.WHISPER, "asked for help", moment - 3 * HOUR, moment - 170 * MINUTE),
        ),
    )
