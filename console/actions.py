"""Everything that can be done on the floor screen, once: keys, palette, last row and help read it here."""

from __future__ import annotations

from typing import NamedTuple


class Action(NamedTuple):
    """Something a person can do.

    `name` is the screen's action, `keys` Textual's names of its keys, `shown` how the key is written, `label` the
    word in the last row, `help` a sentence. `bar` says in which modes the last row has it.
    """

    id: str
    name: str
    keys: str
    shown: str
    label: str
    help: str
    group: str
    bar: frozenset[str] = frozenset()


LIVE = frozenset({"live"})
PAST = frozenset({"replay", "paused"})
ALWAYS = LIVE | PAST

ACTIONS: tuple[Action, ...] = (
    Action("open", "open", "", "Enter", "open", "Open the agent's or the queue's day", "Floor", ALWAYS),
    Action("why", "why", "w", "w", "why", "Explain an agent's load or a queue's service level", "Floor", ALWAYS),
    Action("filter", "filter", "slash", "/", "filter", "Show only the agents that match a word", "Floor", ALWAYS),
    Action("all", "show_all", "escape", "Esc", "all", "Show all agents again", "Floor"),
    Action("sort", "sort", "s", "s", "sort", "Sort the agents another way", "Floor", LIVE),
    Action("group", "group", "u", "u", "teams", "Group the agents by team", "Floor"),
    Action("map", "seat_map", "m", "m", "map", "Show the agents where they sit", "Floor", LIVE),
    Action("zoom", "zoom", "z", "z", "zoom", "Give the pane the whole screen, or give it back", "Floor", LIVE),
    Action("next", "next_pane", "tab", "Tab", "pane", "Go to the next pane", "Floor"),
    Action("previous", "previous_pane", "shift+tab", "Shift+Tab", "pane", "Go to the pane before", "Floor"),
    Action("pane1", "pane(0)", "1", "1", "queues", "Go to the queues", "Floor"),
    Action("pane2", "pane(1)", "2", "2", "agents", "Go to the agents", "Floor"),
    Action("pane3", "pane(2)", "3", "3", "breaks", "Go to the breaks", "Floor"),
    Action("pane4", "pane(3)", "4", "4", "flags", "Go to the flags", "Floor"),
    Action("pane5", "pane(4)", "5", "5", "checklist", "Go to the checklist", "Floor"),
    Action("flag", "flag", "f", "f", "flag", "Flag the agent: say what you saw", "People", LIVE),
    Action("resolve", "resolve", "x", "x", "resolve", "Deal with a flag: what comes next, what helped", "People"),
    Action("break", "break", "b", "b", "break", "Offer, approve or end the agent's break", "People", LIVE),
    Action("phone", "phone", "p", "p", "phone", "Pause, sign out, listen to or move the agent", "People", LIVE),
    Action("check", "check", "c", "c", "check", "Walk a round, seat by seat", "People", LIVE),
    Action("note", "note", "n", "n", "note", "Note a coaching or a praise of the agent", "People"),
    Action("wellbeing", "wellbeing", "W", "W", "wellbeing", "Flags, load, mood and breaks of a team", "People", LIVE),
    Action("discipline", "discipline", "D", "D", "discipline", "Rounds, findings, scores, attendance", "People", LIVE),
    Action("finding", "finding", "F", "F", "finding", "Say what you found against a rule, or praise", "People", LIVE),
    Action("incident", "incident", "i", "i", "incident", "Note an incident, its measures, its review", "People"),
    Action("handover", "handover", "H", "H", "handover", "Hand the shift over, or take it over", "People"),
    Action("roll_call", "roll_call", "R", "R", "roll-call", "Take a team's roll-call, with moods", "People"),
    Action("rewind", "rewind", "r", "r", "rewind", "Go back a minute; recording goes on", "Time", LIVE),
    Action("play", "play", "space", "Space", "play", "Stop the clock, or let it run", "Time", PAST),
    Action("back", "step(-10)", "comma", ",", "−10 s", "Go back ten seconds", "Time"),
    Action("forward", "step(10)", "full_stop", ".", "+10 s", "Go on ten seconds", "Time"),
    Action("slower", "speed(-1)", "less_than_sign", "<", "slower", "Let the clock run slower", "Time"),
    Action("faster", "speed(1)", "greater_than_sign", ">", "faster", "Let the clock run faster", "Time", PAST),
    Action("before", "jump(-1)", "left_square_bracket", "[", "before", "Jump to the last moment that mattered", "Time"),
    Action(
        "after", "jump(1)", "right_square_bracket", "]", "next", "Jump to the next moment that mattered", "Time", PAST
    ),
    Action("goto", "go_to", "g", "g", "go to", "Go to a time of the day", "Time", PAST),
    Action("live", "live", "home", "Home", "live", "Come back to now", "Time", PAST),
    Action("language", "language", "L", "L", "中文/English", "Switch between English and Chinese", "Screen"),
    Action("theme", "theme", "T", "T", "colours", "Take the next set of colours", "Screen"),
    Action("redraw", "app.redraw", "ctrl+l", "Ctrl+L", "redraw", "Draw the whole screen anew", "Screen"),
    Action("palette", "app.command_palette", "", "Ctrl+P", "search", "Search all that can be done", "Screen"),
    Action("help", "help", "question_mark,f1", "?", "help", "Show this page", "Screen", ALWAYS),
    Action("quit", "app.quit", "q,ctrl+c,ctrl+q", "q", "quit", "Leave", "Screen", ALWAYS),
)
"""In the order of the help page."""

BAR_ORDER = (
    *("play", "faster", "after", "goto", "live"),
    *("open", "help", "flag", "break", "check", "phone", "wellbeing", "why", "filter", "sort", "map", "zoom", "rewind"),
    *("discipline", "finding"),
    "quit",
)
"""The order of the last row; what finds no room falls away from the end, but the last one stays."""


def bar_keys(mode: str, has_live: bool, wall: bool = False) -> list[tuple[str, str]]:
    """Return (key as written, English label) for the last row in a mode.

    There is no way back to now where there is none, and on a wall nothing about people.
    """
    by_id = {action.id: action for action in ACTIONS}
    chosen = (by_id[name] for name in BAR_ORDER if mode in by_id[name].bar)
    return [
        (action.shown, "pause" if action.id == "play" and mode == "replay" else action.label)
        for action in chosen
        if (has_live or action.id != "live") and not (wall and action.group == "People")
    ]
