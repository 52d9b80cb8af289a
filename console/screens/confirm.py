"""A small window that says whom and what an act reaches, asks for the texts that it needs, and for a yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from console.screens.window import Window
from data.model.people import MOST_TEXT
from widgets.look import Look


class Field(NamedTuple):
    """A text without which the act can't be done: what it is called, and what stands in it already."""

    label: str
    value: str = ""


class ConfirmScreen(Window[tuple[str, ...]]):
    """Asks for a yes; gives the texts of its fields, None at Esc.

    Args:
        look: How to speak.
        title: The act, with the name of the person.
        effects: What comes of it, and what else should be known: a paragraph each.
        fields: The texts that are needed.
    """

    def __init__(self, look: Look, title: str, effects: Sequence[str], fields: Sequence[Field] = ()) -> None:
        super().__init__()
        self.look = look
        self._heading = title
        self._effects = effects
        self._fields = fields

    def compose(self) -> ComposeResult:
        """Lay out the title, the effects, the fields and the keys."""
        with Vertical(id="chooser"):
            yield Static(self._heading, markup=False, id="chooser-title")
            yield Static("\n".join(self._effects), markup=False)
            for field in self._fields:
                yield Static(f"\n{field.label}", markup=False)
                yield Input(field.value, name=field.label, compact=True, max_length=MOST_TEXT)
            yield Static(self.look.words("Enter: do it   Esc: leave it"), markup=False, id="chooser-keys")

    def first(self) -> Input | None:
        """Return the first field that is empty, else the last there is."""
        return self._missing() or next(iter(self.query(Input).results()), None)

    def take(self, key: str, character: str | None) -> None:
        """Take the yes."""
        if key == "enter":
            self._yes()

    def _missing(self) -> Input | None:
        return next((field for field in self.query(Input) if not field.value.strip()), None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the fields, or go to one that is empty."""
        event.stop()
        self._yes()

    def _yes(self) -> None:
        """Do it, once nothing is missing."""
        missing = self._missing()
        if missing is None:
            self.dismiss(tuple(field.value.strip() for field in self.query(Input)))
            return
        self.set_focus(missing)
        said = self.look.say("Missing: {what}", what=missing.name or "")
        self.query_one("#chooser-keys", Static).update(said)
