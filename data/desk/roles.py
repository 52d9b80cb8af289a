"""Who may ask for what: pure rules over the caller's role, the teams they lead, and whom the act is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.model.discipline_requests import DISCIPLINE_REQUESTS, SetRoster
from data.model.people import (
    Answer,
    ChangeFlag,
    CloseFollowUp,
    DecideBreak,
    EndWrapUp,
    EraseAgent,
    ListenIn,
    MoveAgent,
    NoteCoaching,
    NoteMood,
    PauseAgent,
    RaiseFlag,
    Refusal,
    Request,
    ResolveFlag,
    Role,
    SignOutAgent,
    StopListeningIn,
    UnpauseAgent,
)

NEEDED: Mapping[type[Request], Role] = {
    RaiseFlag: Role.LEAD,
    ChangeFlag: Role.LEAD,
    ResolveFlag: Role.LEAD,
    NoteMood: Role.LEAD,
    NoteCoaching: Role.LEAD,
    CloseFollowUp: Role.LEAD,
    DecideBreak: Role.LEAD,
    PauseAgent: Role.LEAD,
    UnpauseAgent: Role.LEAD,
    EndWrapUp: Role.LEAD,
    SignOutAgent: Role.SUPERVISOR,
    MoveAgent: Role.SUPERVISOR,
    ListenIn: Role.SUPERVISOR,
    StopListeningIn: Role.SUPERVISOR,
    EraseAgent: Role.ADMIN,
    **dict.fromkeys(DISCIPLINE_REQUESTS.values(), Role.LEAD),
    SetRoster: Role.SUPERVISOR,
}
"""The least role for each act; a lead's reach the own teams only, and what is about no person."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Who has which role, as a site has settled it: names of users, `@` before those of groups, or their numbers.

    `teams` says for each team who leads it. Root and the poller's own user are admins in any case.
    """

    leads: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def names(self) -> tuple[str, ...]:
        """All users and groups that are named, each once."""
        lists = (self.leads, self.supervisors, self.admins, *self.teams.values())
        return tuple(dict.fromkeys(name for names in lists for name in names))


NOBODY = Rights()
"""Where nobody is named, everybody but root and the poller's user only looks."""


def refused(
    role: Role,
    teams: tuple[str, ...],
    request: Request,
    team: str,
    *,
    own: bool = False,
    concerns: frozenset[str] | None = None,
) -> Answer | None:
    """Return why somebody may not ask for this, None where they may.

    Args:
        role: The caller's.
        teams: Those the caller leads.
        request: What is asked for.
        team: That of the agent it is about, "" for none.
        own: Whether it ends what the caller began, which takes no role.
        concerns: Of what is about a place, the teams whose people are there: one of them is to be the own, or there
            are none. None: it is about an agent.
    """
    needed = NEEDED[type(request)]
    if own or role >= max(needed, Role.SUPERVISOR):
        return None
    if role < needed:
        words = f"that takes the role {needed.name.lower()}; you have {role.name.lower()}"
        return Answer(False, words, refusal=Refusal.ROLE)
    if (team and team in teams) or (concerns is not None and (not concerns or not concerns.isdisjoint(teams))):
        return None
    led = ", ".join(teams) if teams else "no team"
    whose = f"the agent is in {team}" if team else "the agent is in no team"
    if concerns:
        whose = f"there sits {', '.join(sorted(concerns))}"
    words = f"a lead acts on the own teams: {whose}, you lead {led}; for others it takes the role supervisor"
    return Answer(False, words, refusal=Refusal.TEAM)
