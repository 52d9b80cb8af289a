"""A small window that asks for one key: what to flag, what to decide, what to do on the phone.

Each choice has a key that takes it at once. Enter takes the highlighted one, and asks for a note first where there may
be one; where one must be given, every choice asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from widgets.canvas import Canvas, Line, Piece, on_ground, padded
from widgets.cells import fit, width_of
from widgets.look import Look


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


class ChooserScreen(ModalScreen[Chosen | None]):
    """Asks for one of some choices; gives None at Esc.

    Args:
        look: How to speak.
        title: Who it is about, and what is asked.
        choices: At least one; their keys differ, and are none of j, k, arrows, Enter and Esc.
        about: What should be known before choosing, as lines.
        note: What the note's field is called, "" for none.
        note_needed: Whether no choice holds without a note.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(
        self,
        look: Look,
        title: str,
        choices: Sequence[Choice],
        *,
        about: Sequence[Line] = (),
        note: str = "",
        note_needed: bool = False,
    ) -> None:
        super().__init__()
        self.look = look
        self._heading = title
        self._list = ChoiceList(look, choices, about)
        self._note = note
        self._note_needed = note_needed

    def compose(self) -> ComposeResult:
        """Lay out the title, the choices, the note's field and the keys."""
        words = self.look.words
        with Vertical(id="chooser"):
            yield Static(self._heading, markup=False, id="chooser-title")
            yield self._list
            yield Input(placeholder=self._note, compact=True, id="chooser-note", max_length=500)
            said = words("Enter: with a note   Esc: back") if self._note else words("Enter: take it   Esc: back")
            yield Static(said, markup=False, id="chooser-keys")

    def on_mount(self) -> None:
        """Begin with the choices; the note comes after."""
        self.query_one("#chooser-note").display = False
        self._list.focus()

    def on_key(self, event: events.Key) -> None:
        """Take the choice whose key this is."""
        if isinstance(self.focused, Input) or event.character is None:
            return
        for index, choice in enumerate(self._list.choices):
            if choice.key == event.character:
                event.stop()
                self._list.at = index
                self._list.sync()
                if self._note_needed:
                    self.action_take()
                else:
                    self.dismiss(Chosen(choice.value))
                return

    def action_move(self, by: int) -> None:
        """Highlight another choice."""
        self._list.move(by)

    def action_take(self) -> None:
        """Take the highlighted choice, after its note."""
        if not self._note:
            self.dismiss(Chosen(self._list.choices[self._list.at].value))
            return
        field = self.query_one("#chooser-note", Input)
        field.display = True
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the choice with its note."""
        event.stop()
        note = event.value.strip()
        if note or not self._note_needed:
            self.dismiss(Chosen(self._list.choices[self._list.at].value, note))

    def action_leave(self) -> None:
        """Leave without choosing."""
        self.dismiss(None)
