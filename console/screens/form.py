"""A small window with several fields, none of which is needed: Tab goes through them, Enter takes them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from console.screens.prompt import PromptError
from console.screens.window import Window
from data.model.people import MOST_TEXT
from widgets.look import Look


class FormField(NamedTuple):
    """A field: its name, what it is called, an example, and what its text means; an empty one means None."""

    name: str
    label: str
    example: str = ""
    read: Callable[[str], object] = str.strip
    value: str = ""


class FormScreen(Window[dict[str, object]]):
    """Asks for some texts at once; gives what those mean that were filled in, by name, and None at Esc.

    Args:
        look: How to speak.
        title: Who it is about, and what is asked.
        fields: At least one. `read` of a field raises PromptError, whose words are shown, for a text that will not do.
    """

    CSS = """
    #form { height: auto; }
    #form .form-label { color: $pane-dim; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, look: Look, title: str, fields: Sequence[FormField]) -> None:
        super().__init__()
        self.look = look
        self._heading = title
        self._fields = fields

    def compose(self) -> ComposeResult:
        """Lay out the title, the fields, and the keys or what is wrong."""
        with Vertical(id="chooser"):
            yield Static(self._heading, markup=False, id="chooser-title")
            with VerticalScroll(can_focus=False, id="form"):
                for field in self._fields:
                    yield Static(field.label, markup=False, classes="form-label")
                    yield Input(
                        field.value, placeholder=field.example, name=field.name, compact=True, max_length=MOST_TEXT
                    )
            yield Static(
                self.look.words("Tab: next field   Enter: do it   Esc: leave it"), markup=False, id="chooser-keys"
            )

    def first(self) -> Input:
        """Return the first field."""
        return self.query(Input).first()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take all fields, or go to one that will not do and say why."""
        event.stop()
        read: dict[str, object] = {}
        for field, box in zip(self._fields, self.query(Input).results(), strict=True):
            if not box.value.strip():
                continue
            try:
                read[field.name] = field.read(box.value)
            except PromptError as error:
                self.set_focus(box)
                self.query_one("#chooser-keys", Static).update(self.look.words(str(error)))
                return
        self.dismiss(read)
