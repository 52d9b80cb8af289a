"""The keys of the walk: in the last row, and on the page of help."""

from __future__ import annotations

BAR = (
    *(("Space", "all well"), ("1-9", "fails"), ("n", "note"), ("o", "owner"), ("N", "unseen"), ("e", "end")),
    *(("Esc", "back"), ("g", "to a seat"), ("m", "map"), ("p", "points"), ("v", "photo"), ("f", "flag")),
    ("?", "help"),
)
"""The last row: keys as written, and labels."""

OWN_KEYS = (
    ("Space", "Mark the stop as it is shown, and go on to the next"),
    ("1-9", "The rule fails; again: not applicable; again: pass"),
    ("Tab x", "Go to the next rule; mark it as its digit does"),
    ("n o", "A note on the rule in hand; who puts it right, and until when"),
    ("p v", "Its points, where it has a range; the name of a photo"),
    ("hjkl Bksp", "Go to another stop; back to the one before"),
    ("g N", "Go to a seat by its name; to the next that nobody has seen today"),
    ("m", "The map of the walk instead of the stop, or beside it"),
    ("e", "End the round, although places are left"),
    ("Esc", "Leave: the round goes on where it was left"),
)
"""What the keys do, for the page of help."""
