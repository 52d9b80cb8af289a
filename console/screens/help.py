"""What every key does, on one page that scrolls; above it, how the sources are where there is more than one to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from console.actions import ACTIONS, Action
from data.alerts import Level
from widgets.cells import fit, width_of
from widgets.keys import KeyBar
from widgets.look import STATE_WORDS, Look
from widgets.pane import wrap
from widgets.sources import source_rows

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen

SIDE_BY_SIDE = 120
"""From this width on the groups of keys stand in two columns."""

_LEFT = 66

_LEGEND = (
    ("", "needs you · watch · notice: written thresholds, the worst first"),
    ("SL", "service level: answered within the threshold / (answered + abandoned), today; grey below n = 10"),
    ("AHT", "average handle time: talk + hold + wrap-up, per handled contact"),
    ("worked", "how long since the last break of 5 minutes or the sign-in"),
    ("UP LATE", "the source answers · is late; STALE, DOWN: what you see is old"),
    ("(n)", "how many contacts a ratio was counted over"),
    (
        "strip",
        "bars: contacts offered each quarter of an hour; under them the moments that mattered, and where nothing "
        "was measured",
    ),
)


class HelpScreen(Screen[None]):
    """Keys, signs and words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def __init__(self, title: str = "", own: Sequence[tuple[str, str]] = ()) -> None:
        """Show what keys do; first the `own` ones of the screen that it is asked on, under their title."""
        super().__init__()
        self._heading, self._own = title, tuple(own)

    def compose(self) -> ComposeResult:
        """Lay out the page and the way back."""
        look = cast("FloorApp", self.app).look
        with VerticalScroll(can_focus=False):
            yield Static("", markup=False)
        yield KeyBar(look, [("Esc", look.words("back")), ("".join(look.glyphs.more), look.words("scroll"))])

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the page to the width."""
        self._write(event.size.width)

    def show_seen(self, seen: FloorSeen) -> None:
        """Show how the sources are now."""
        self._write(self.app.size.width)

    def _write(self, width: int) -> None:
        app = cast("FloorApp", self.app)
        sources = _sources(app.seen, app.look, width) if app.seen is not None else []
        own = list(_own(self._heading, self._own, app.look, width)) if self._own else []
        self.query_one(Static).update(Text("\n").join([*sources, *own, _page(app.look, width)]))

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def _own(title: str, keys: Iterable[tuple[str, str]], look: Look, width: int) -> Iterator[Text]:
    """Give the lines of the keys that one screen has for itself."""
    yield from (Text(), Text(f"  {look.words(title)}", "bold"))
    for key, text in keys:
        first, *rest = wrap(look.words(text), max(20, width - 16))
        yield _entry(key, first)
        yield from (_entry("", line) for line in rest)


def _sources(seen: FloorSeen, look: Look, width: int) -> list[Text]:
    """Return the lines about the sources: nothing where there is but one that is well, which the header tells."""
    if seen.picture is None:
        return []
    sources = seen.picture.each_source
    if len(sources) < 2 and not seen.picture.source.error:
        return []
    rows = list(source_rows(sources, seen.wish.moment_ms, look))
    room = min(max(width_of(name) for name, _ in rows), width // 4)
    lines = [Text(), Text(f"  {look.words('Sources')}", "bold")]
    for name, told in rows:
        first, *rest = wrap(told, max(20, width - room - 7))
        lines.append(Text(f"    {fit(name, room)}  {first}"))
        lines += [Text(" " * (room + 6) + line) for line in rest]
    return lines


def _page(look: Look, width: int) -> Text:
    """Return the page: keys by group, side by side where there is room, and the signs; all within `width`."""
    floor, *others = (list(_group(name, actions, look)) for name, actions in groupby(ACTIONS, lambda a: a.group))
    arrows = "".join(look.glyphs.more)
    floor.append(_entry(f"{arrows} jk PgUp", look.words("Move the cursor; hjkl on the seat map")))
    right = [line for lines in others for line in lines]
    if width < SIDE_BY_SIDE:
        return Text("\n").join([*floor, *right, *_signs(look, width)])
    lines = []
    for one, two in zip_longest(floor, right, fillvalue=Text()):
        line = one.copy()
        line.truncate(_LEFT, pad=True)
        lines.append(line.append_text(two))
    return Text("\n").join([*lines, *_signs(look, width)])


def _group(name: str, actions: Iterable[Action], look: Look) -> Iterator[Text]:
    """Give the lines of a group of keys."""
    yield from (Text(), Text(f"  {look.words(name)}", "bold"))
    for action in actions:
        yield _entry(action.shown, look.words(action.help))


def _signs(look: Look, width: int) -> Iterator[Text]:
    """Give the lines about signs and abbreviations."""
    words = look.words
    yield from (Text(), Text(f"  {words('Signs')}", "bold"))
    signs = [f"    {glyph} {fit(words(STATE_WORDS[state]), 9)}" for state, glyph in look.glyphs.states.items()]
    yield from (Text("".join(signs[:4])), Text("".join(signs[4:])))
    levels = " ".join(look.level(level) for level in (Level.ALARM, Level.WARN, Level.NOTICE))
    for sign, text in _LEGEND:
        first, *rest = wrap(words(text), max(20, width - 16))
        yield _entry(words(sign) if sign else levels, first)
        yield from (_entry("", line) for line in rest)


def _entry(sign: str, text: str) -> Text:
    """Return a line that says what a key or a sign means."""
    return Text(f"    {fit(sign, 10)} {text}")
