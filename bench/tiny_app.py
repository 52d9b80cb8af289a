"""The smallest Textual app that says something: what any program with this toolkit costs."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class TinyApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        yield Static("tiny and ready", markup=False)


if __name__ == "__main__":
    TinyApp().run()
