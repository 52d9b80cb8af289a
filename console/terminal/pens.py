"""Pens: what SGR codes say about a cell, and the shortest way from one pen to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

_OFF = {
    "1": "22",
    "2": "22",
    "3": "23",
    "4": "24",
    "21": "24",
    "5": "25",
    "6": "25",
    "7": "27",
    "8": "28",
    "9": "29",
    "51": "54",
    "52": "54",
    "53": "55",
}
"""What switches an attribute off. Bold and dim share one code, as do the two underlines."""

_SEEN_ON_BLANK = frozenset({"4", "21", "5", "6", "7", "9", "51", "52", "53"})
_REVERSE = "7"


@dataclass(frozen=True, eq=False, slots=True)
class Pen:
    """How a cell is drawn. Equal pens are one object: compare them with `is`.

    Attributes:
        fg: SGR parameters of the foreground, "" for the terminal's own.
        bg: The same of the background.
        attrs: SGR parameters of the attributes, sorted.
        on_blank: The pen that makes a blank look the same: no foreground, no attribute that a blank hides.
    """

    fg: str
    bg: str
    attrs: tuple[str, ...]
    on_blank: Pen = field(init=False)

    def __post_init__(self) -> None:
        seen = tuple(attr for attr in self.attrs if attr in _SEEN_ON_BLANK)
        fg = self.fg if seen else ""
        blank = self if (fg, seen) == (self.fg, self.attrs) else _pen(fg, self.bg, seen)
        object.__setattr__(self, "on_blank", blank)

    @property
    def erases(self) -> bool:
        """Whether erasing leaves what writing blanks would, given that erasing keeps the background."""
        return not self.on_blank.attrs

    def codes(self) -> str:
        """Return the parameters that draw this pen from a reset one."""
        return ";".join([*self.attrs, *filter(None, (self.fg, self.bg))])


@lru_cache(maxsize=4096)
def _pen(fg: str, bg: str, attrs: tuple[str, ...]) -> Pen:
    return Pen(fg, bg, attrs)


@lru_cache(maxsize=4096)
def pen_of_codes(codes: str) -> Pen:
    """Return the pen of SGR parameters such as `1;38;5;12;48;2;0;0;0`."""
    fg = bg = ""
    attrs: list[str] = []
    for group in _groups(codes):
        match group[:2], group:
            case "39", _:
                fg = ""
            case "49", _:
                bg = ""
            case _, code if len(code) == 1 or code in _OFF:
                attrs.append(code)
            case _, code if code[0] in "39":
                fg = code
            case _, code:
                bg = code
    return _pen(fg, bg, tuple(sorted(set(attrs))))


def _groups(codes: str) -> Iterator[str]:
    """Cut SGR parameters into attributes and colours."""
    numbers = iter(codes.split(";") if codes else ())
    for number in numbers:
        if number in ("38", "48"):
            kind = next(numbers)
            yield ";".join([number, kind, *(next(numbers) for _ in range(3 if kind == "2" else 1))])
        else:
            yield number


def pen_of(style: Style | None, colours: ColorSystem | None) -> Pen:
    """Return the pen of a style, without colours on a terminal that has none, and never with a link."""
    if style is None:
        return PLAIN
    codes = style._ansi
    if codes is None:
        codes = Strip.render_ansi(style, colours or ColorSystem.STANDARD)
    pen = pen_of_codes(codes)
    return pen if colours is not None else _pen("", "", pen.attrs)


@lru_cache(maxsize=8192)
def change(old: Pen | None, new: Pen) -> str:
    """Return the shortest escape sequence that turns pen `old` (None: unknown) into `new`."""
    if old is new:
        return ""
    codes = new.codes()
    afresh = f"\x1b[0;{codes}m" if codes else "\x1b[m"
    if old is None:
        return afresh
    lost = {_OFF[attr]: None for attr in old.attrs if attr not in new.attrs}
    parts = [*lost, *(attr for attr in new.attrs if attr not in old.attrs or _OFF[attr] in lost)]
    if old.fg != new.fg:
        parts.append(new.fg or "39")
    if old.bg != new.bg:
        parts.append(new.bg or "49")
    if not parts:
        return ""
    step = f"\x1b[{';'.join(parts)}m"
    return min(step, afresh, key=len)


PLAIN = _pen("", "", ())
