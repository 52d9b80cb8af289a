"""A small window that asks for one key: what to flag, what to decide, what to do on the phone.

Each choice has a key that takes it at once. Enter takes the highlighted one, and asks for a note first where there may
be one; where one must be given, every choice asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from console.screens.window import Window
from data.model.people import MOST_TEXT
from widgets.canvas import Canvas, Line, Piece, on_ground, padded
from widgets.cells import fit, safe, width_of
from widgets.look import Look

_MOVES = {"up": -1, "k": -1, "down": 1, "j": 1}


class Choice(NamedTuple):
    """One thing to choose: its key, what it stands for, what it is called, and a remark at the right."""

    key: str
    value: object
    label: str
    hint: str = ""
    tone: str = "text"


class Chosen(NamedTuple):
    """What was chosen, with the note."""

    value: object
    note: str = ""
    detailed: bool = False
    """Whether Enter took it, where that asks for more."""


class ChoiceList(Canvas, can_focus=True):
    """The lines of a chooser: what is to be known first, then the choices."""

    def __init__(self, look: Look, choices: Sequence[Choice], about: Sequence[Line]) -> None:
        super().__init__(look)
        self.choices = choices
        self.about = about
        self.at = 0
        self.styles.height = len(choices) + len(about) + (1 if about else 0)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines."""
        ellipsis = self.look.glyphs.ellipsis
        lines = [padded(line, width, ellipsis) for line in self.about]
        if self.about:
            lines.append((Piece(" " * width),))
        for index, choice in enumerate(self.choices):
            hint = f" {choice.hint} " if choice.hint else ""
            room = width - width_of(hint) - 5
            line: Line = (
                Piece(f" {choice.key} ", "key"),
                Piece(f" {fit(choice.label, max(0, room), ellipsis=ellipsis)} ", choice.tone),
                Piece(hint, "dim"),
            )
            line = padded(line, width, ellipsis)
            lines.append(on_ground(line, "cursor") if index == self.at else line)
        return lines[:height]

    def move(self, by: int) -> None:
        """Highlight another choice."""
        self.at = (self.at + by) % len(self.choices)
        self.sync()


class ChooserScreen(Window[Chosen]):
    """Asks for one of some choices; gives None at Esc.

    Args:
        look: How to speak.
        title: Who it is about, and what is asked.
        choices: At least one; their keys differ, and are none of j, k, arrows, Enter and Esc.
        about: What should be known before choosing, as lines.
        note: What the note's field is called, "" for none.
        note_needed: Whether no choice holds without a note.
        detailed: Whether Enter says that more is to be asked for, by whoever opened the window.
    """

    def __init__(
        self,
        look: Look,
        title: str,
        choices: Sequence[Choice],
        *,
        about: Sequence[Line] = (),
        note: str = "",
        note_needed: bool = False,
        detailed: bool = False,
    ) -> None:
        super().__init__()
        self.look = look
        self._heading = title
        self._list = ChoiceList(look, choices, about)
        self._note = note
        self._note_needed = note_needed
        self._detailed = detailed

    def compose(self) -> ComposeResult:
        """Lay out the title, the choices, the note's field and the keys."""
        words = self.look.words
        with Vertical(id="chooser"):
            yield Static(self._heading, markup=False, id="chooser-title")
            yield self._list
            yield Input(placeholder=self._note, compact=True, id="chooser-note", max_length=MOST_TEXT)
            said = words("Enter: with a note   Esc: back") if self._note else words("Enter: take it   Esc: back")
            said = words("Enter: with a note and more   Esc: back") if self._detailed else said
            yield Static(said, markup=False, id="chooser-keys")

    def on_mount(self) -> None:
        """Begin with the choices; the note comes after."""
        self.query_one("#chooser-note").display = False
        self.set_focus(self._list)

    def take(self, key: str, character: str | None) -> None:
        """Take the choice whose key this is, move among them, or take the highlighted one."""
        choices = self._list.choices
        if key in _MOVES:
            self._list.move(_MOVES[key])
        elif key == "enter":
            self._take()
        elif character is not None and (at := [i for i, choice in enumerate(choices) if choice.key == character]):
            self._list.at = at[0]
            self._list.sync()
            if self._note_needed:
                self._take()
            else:
                self.dismiss(Chosen(choices[at[0]].value))

    def _take(self) -> None:
        """Take the highlighted choice, after its note; what the note is for stands above it."""
        choice = self._list.choices[self._list.at]
        if not self._note:
            self.dismiss(Chosen(choice.value, detailed=self._detailed))
            return
        title = f"{self._heading}\n{self.look.glyphs.arrow} {safe(choice.label)}"
        self.query_one("#chooser-title", Static).update(title)
        self._list.display = False
        field = self.query_one("#chooser-note", Input)
        field.display = True
        self.set_focus(field)
        self.query_one("#chooser-keys", Static).update(self.look.words("Enter: do it   Esc: leave it"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the choice with its note."""
        event.stop()
        note = event.value.strip()
        if note or not self._note_needed:
            self.dismiss(Chosen(self._list.choices[self._list.at].value, note))
