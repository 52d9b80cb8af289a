"""A team with more out than its own cap is named, whatever the cap of the floor; the title shows what is amiss."""

from __future__ import annotations

from data.model.picture import AgentRow, Picture
from data.model.words import State
from tests.widgets.floor_picture import NOW, floor_picture
from widgets.breaks import BreaksPane
from widgets.look import Look


def floor(out: dict[str, list[str]]) -> Picture:
    """Return a floor when of a team of ten each, so many are out for these reasons."""
    picture = floor_picture()
    agents: list[AgentRow] = []
    maker = picture.agents[0]._replace(since_ms=NOW - 60_000)
    for team, reasons in out.items():
        for place in range(10):
            state = State.NOT_READY if place < len(reasons) else State.TALKING
            reason = reasons[place] if place < len(reasons) else ""
            number = len(agents)
            agents.append(maker._replace(id=number, name=f"{team}{place}", team=team, state=state, reason=reason))
    return picture._replace(agents=tuple(agents))


def remarks(out: dict[str, list[str]]) -> list[str]:
    """Return the pane's remarks."""
    entries = BreaksPane(Look()).ordered(floor(out), NOW)
    return ["".join(piece.text for piece in entry.remark).strip() for entry in entries if entry.row is None]


def title(out: dict[str, list[str]]) -> tuple[str, str]:
    """Return what the title says, and how bad it is."""
    pane = BreaksPane(Look())
    pane.show(floor(out), NOW)
    heading = pane.heading()
    return " · ".join(heading.summary), heading.level.name


def test_a_team_over_its_cap_is_named() -> None:
    said = remarks({"Sales": ["rest", "meal"], "Tech": ["rest"]})
    assert "! Sales 2/1  Tech 1/1" in said
    shown = title({"Sales": ["rest", "meal"], "Tech": ["rest"]})
    assert shown == ("3 out, 3 of 3 places taken · teams over: 1", "WARN")


def test_protected_reasons_do_not_count() -> None:
    out = {"Sales": ["rest", "restroom", "medical"], "Tech": []}
    assert "Sales 1/1  Tech 0/1" in remarks(out)
    assert title(out) == ("3 out, 1 of 3 places taken", "CALM")


def test_more_out_than_allowed_has_a_sign_not_only_a_colour() -> None:
    out = {"Sales": ["rest"] * 5, "Tech": ["meal"] * 4}
    assert title(out) == ("! 9 out, 9 of 3 places taken · teams over: 2", "WARN")
