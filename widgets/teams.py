"""The part of a picture that is about one team."""

from __future__ import annotations

from data.model.discipline import FindingRow
from data.model.discipline_seen import DisciplineSeen
from data.model.picture import Picture


def teams_of(picture: Picture) -> tuple[str, ...]:
    """Return the teams that people on the floor belong to, in order."""
    return tuple(sorted({agent.team for agent in picture.agents if agent.team}))


def of_team(picture: Picture, team: str) -> Picture:
    """Return the picture with the people of a team only; "" is everybody.

    Seats, the checklist and the totals are the floor's, and stay. Queues do not: held against a part of the people,
    the load of all of them would say that nobody can be spared. What was found of nobody of another team stays, too.
    """
    if not team:
        return picture
    own = {agent.id for agent in picture.agents if agent.team == team}
    return picture._replace(
        queues=(),
        agents=tuple(agent for agent in picture.agents if agent.id in own),
        flags=tuple(flag for flag in picture.flags if flag.agent_id in own),
        loads={agent: load for agent, load in picture.loads.items() if agent in own},
        moods={agent: mood for agent, mood in picture.moods.items() if agent in own},
        offers={agent: offer for agent, offer in picture.offers.items() if agent in own},
        lapsed={agent: offer for agent, offer in picture.lapsed.items() if agent in own},
        follow_ups=tuple(due for due in picture.follow_ups if due.agent_id in own),
        listening=tuple(ear for ear in picture.listening if ear.agent_id in own),
        discipline=picture.discipline._replace(findings=_of_team(picture.discipline.findings, team)),
    )


def seen_of_team(seen: DisciplineSeen, picture: Picture, team: str) -> DisciplineSeen:
    """Return what is known of discipline for the people of a team only; "" is everybody. Scores of places stay."""
    if not team:
        return seen
    own = {agent.id for agent in picture.agents if agent.team == team}
    scores = seen.scores._replace(teams=tuple(score for score in seen.scores.teams if score.name == team))
    return seen._replace(
        closed=_of_team(seen.closed, team),
        scores=scores,
        attendance=tuple(row for row in seen.attendance if row.duty.agent_id in own),
    )


def _of_team(findings: tuple[FindingRow, ...], team: str) -> tuple[FindingRow, ...]:
    return tuple(row for row in findings if row.team in ("", team))
