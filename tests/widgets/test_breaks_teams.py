"""A team with more out than its own cap is named, whatever the floor's cap allows."""

from __future__ import annotations

from data.model.picture import AgentRow
from data.model.words import State
from tests.widgets.floor_picture import NOW, floor_picture
from widgets.breaks import BreaksPane
from widgets.look import Look


def remarks(out: dict[str, list[str]]) -> list[str]:
    """Return the pane's remarks when of a team of ten each, so many are out for these reasons."""
    picture = floor_picture()
    agents: list[AgentRow] = []
    maker = picture.agents[0]
    for team, reasons in out.items():
        for place in range(10):
            state = State.NOT_READY if place < len(reasons) else State.TALKING
            reason = reasons[place] if place < len(reasons) else ""
            number = len(agents)
            agents.append(maker._replace(id=number, name=f"{team}{place}", team=team, state=state, reason=reason))
    pane = BreaksPane(Look())
    entries = pane.ordered(picture._replace(agents=tuple(agents)), NOW)
    return ["".join(piece.text for piece in entry.remark).strip() for entry in entries if entry.row is None]


def test_a_team_over_its_cap_is_named() -> None:
    said = remarks({"Sales": ["rest", "meal"], "Tech": ["rest"]})
    assert "! Sales: 2 out, cap 1" in said
    assert not any("Tech" in text for text in said)


def test_protected_reasons_do_not_count() -> None:
    assert not any("cap" in text for text in remarks({"Sales": ["rest", "restroom", "medical"], "Tech": []}))
