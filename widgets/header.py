"""Row 1: is all well? The moment, where the data come from, and the floor in one line (two where it is narrow)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.geometry import Size

from data.alerts import Level, queue_level, wait_level, waiting_heat
from data.model.days import day_of
from data.model.picture import Picture
from data.model.words import State
from widgets.canvas import Canvas, Line, Piece, padded
from widgets.cells import brief, fit, percent, safe, width_of
from widgets.levels import agent_levels
from widgets.look import STATE_WORDS, ClockState, Look
from widgets.pane import LEVEL_TONES
from widgets.queues import HEAT_TONES, service_tone
from widgets.sources import source_level, source_pieces

ONE_LINE = 120
"""From this width on the header takes one line."""

_SHOWN = (State.TALKING, State.AVAILABLE, State.RINGING, State.HOLD, State.WRAP_UP, State.NOT_READY, State.UNKNOWN)
_SELDOM = frozenset({State.RINGING, State.HOLD, State.UNKNOWN})


class Block(NamedTuple):
    """A part of the header that is shown whole or not at all; the highest rank goes first, 0 stays."""

    pieces: tuple[Piece, ...]
    rank: int = 0

    @property
    def width(self) -> int:
        """Its cells."""
        return sum(width_of(piece.text) for piece in self.pieces)


class FloorHeader(Canvas):
    """The floor in one line, or two below `ONE_LINE` cells."""

    DEFAULT_CSS = "FloorHeader { width: 1fr; height: auto; }"

    def __init__(
        self,
        look: Look,
        clock: ClockState = ClockState(),  # noqa: B008
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(look, id=id, classes=classes)
        self.clock = clock
        self.failed = False

    def set_clock(self, clock: ClockState) -> None:
        """Show another mode: live, replay with its speed, paused; read-only or not."""
        if clock != self.clock:
            self.clock = clock
            self.sync()

    def fail(self, failed: bool) -> None:
        """Say that nothing can be read, while there never was a picture; or that it is being read."""
        if failed != self.failed:
            self.failed = failed
            self.sync()

    def get_content_width(self, container: Size, _viewport: Size) -> int:
        """Return the width of the screen."""
        return container.width

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return 1 line, or 2 where it is narrow."""
        return 1 if width >= ONE_LINE else 2

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the header's lines on their bar."""
        picture, look = self.picture, self.look
        if picture is None:
            said = Piece(f" {look.words('Nothing can be read')} ", "reverse-level-alarm")
            reading = Piece(" " + look.words("Reading the floor…"), "dim", "bar")
            blocks = [Block((said if self.failed else reading,))]
            return [_spread(blocks, [], width)] + [_spread([], [], width)] * (height - 1)
        mode = mode_block(picture, self.now_ms, self.clock, look)
        left = [mode, source_block(picture, self.now_ms, look)]
        left.append(Block((Piece(safe(look.site), "dim"),), rank=9))
        figures = [waiting_block(picture, self.now_ms, look), service_block(picture, look)]
        flags = flags_block(picture, look)
        if height > 1:
            states = states_block(picture, look, seldom=False)
            if not _fits(left[:2], [flags], width):
                left[1] = source_block(picture, self.now_ms, look, at_length=False)
            return [_spread(left, [flags], width), _spread([_indent(figures[0]), figures[1]], [states], width)]
        for seldom, named in ((True, True), (False, True), (False, False)):
            left[1] = source_block(picture, self.now_ms, look, named)
            right = [*figures, states_block(picture, look, seldom), flags]
            if _fits([block for block in left if block.rank < 9], right, width):
                break
        return [_spread(left, right, width)]


def _indent(block: Block) -> Block:
    """Return a block one cell further in."""
    return Block((Piece(" "), *block.pieces), block.rank)


def mode_block(picture: Picture, now_ms: int, clock: ClockState, look: Look) -> Block:
    """Return the worst level on the floor, the clock's mode and the moment; the date where it is not live."""
    worst = floor_level(picture, now_ms, look)
    sign, tone = look.glyphs.well, "level-good"
    if worst >= Level.WARN:
        sign, tone = look.level(worst), LEVEL_TONES[worst]
    elif picture.is_blind:
        sign, tone = look.glyphs.states[State.UNKNOWN], LEVEL_TONES[Level.NOTICE]
    name = {"live": "LIVE", "replay": "REPLAY", "paused": "PAUSED"}[clock.mode]
    name = "WALL" if look.wall and name == "LIVE" else name
    label = look.words(name) + (f" {look.glyphs.times}{clock.speed}" if clock.mode == "replay" else "")
    moment = look.clock(now_ms, seconds=True)
    if clock.mode != "live":
        moment = f"{day_of(now_ms, look.zone):%m-%d} {moment}"
    pieces = [Piece(f" {sign} ", tone), Piece(f" {label} ", "reverse-accent"), Piece(f" {moment}", "strong")]
    if clock.read_only:
        pieces += [Piece("  "), Piece(f" {look.words('read-only')} ", "reverse-level-notice")]
    return Block(tuple(pieces))


def floor_level(picture: Picture, now_ms: int, look: Look) -> Level:
    """Return the worst level of any source, queue or agent."""
    queues = (queue_level(row, now_ms, look.limits) for row in picture.queues)
    agents = agent_levels(picture, now_ms, look.limits)
    return max(source_level(picture.each_source), max(queues, default=Level.CALM), max(agents, default=Level.CALM))


def source_block(picture: Picture, now_ms: int, look: Look, at_length: bool = True) -> Block:
    """Return the health of the floor's sources, and how old what they said is."""
    return Block(source_pieces(picture.each_source, now_ms, look, at_length))


def waiting_block(picture: Picture, now_ms: int, look: Look) -> Block:
    """Return how many wait and how long the longest has; none of it where nobody knows."""
    totals, limits = picture.totals, look.limits
    waited = None if totals.oldest_ms is None else now_ms - totals.oldest_ms
    longest = look.glyphs.none if waited is None else brief(waited)
    longest_tone = "dim" if waited is None else LEVEL_TONES[wait_level(waited, limits)].replace("dim", "strong")
    heat = waiting_heat(totals.waiting, limits)
    blind = picture.is_blind
    waiting = look.glyphs.none if blind else str(totals.waiting)
    return Block(
        (
            Piece(look.words("waiting") + " ", "dim"),
            Piece(waiting, HEAT_TONES[heat] if heat else "dim" if blind else "strong"),
            Piece(" " * (4 - min(3, len(waiting)))),
            Piece(look.words("oldest") + " ", "dim"),
            Piece(fit(longest, 5), longest_tone),
        )
    )


def service_block(picture: Picture, look: Look) -> Block:
    """Return the service level with what it was counted over."""
    service = picture.totals.service
    ratio = percent(service.ratio, 1, look.glyphs.none)
    return Block(
        (
            Piece(look.words("SL") + " ", "dim"),
            Piece(fit(ratio, max(5, len(ratio)), right=True), service_tone(service, look.limits)),
            Piece(f" ({service.n})", "dim"),
        ),
        rank=1,
    )


def states_block(picture: Picture, look: Look, seldom: bool) -> Block:
    """Return the number of agents in each state; with `seldom`, in those that few look for as well.

    Where nobody knows what anyone does, no state but the unknown one has a number.
    """
    counts = dict(picture.totals.states)
    at_work = sum(n for state, n in counts.items() if state not in (State.OFFLINE, State.UNKNOWN))
    unheard = not at_work and (picture.is_blind or counts.get(State.UNKNOWN, 0) > 0)
    pieces: list[Piece] = []
    for state in _SHOWN:
        n = counts.get(state, 0)
        if state in _SELDOM and not (seldom and n):
            continue
        label = look.words(STATE_WORDS[state])
        pieces.append(Piece(f"{label} ", "dim"))
        shown = look.glyphs.none if unheard and state is not State.UNKNOWN else str(n)
        pieces.append(Piece(fit(shown, max(3, len(shown) + 1)), f"state-{state}" if n else "dim"))
    return Block(tuple(pieces), rank=2)


def flags_block(picture: Picture, look: Look) -> Block:
    """Return how many flags are open; where nothing is told of people nothing."""
    if not look.tells_of_people:
        return Block(())
    n = picture.totals.flags
    return Block((Piece(f"{look.glyphs.flag} {n} ", "flag" if n else "dim"),))


def _fits(left: Sequence[Block], right: Sequence[Block], width: int) -> bool:
    """Tell whether blocks have room on one line, two cells apart."""
    blocks = [block for block in (*left, *right) if block.width]
    return sum(block.width + 2 for block in blocks) - 2 <= width


def _spread(left: list[Block], right: list[Block], width: int) -> Line:
    """Return blocks at both edges of one line; by rank, some give way where room is short."""
    while not _fits(left, right, width):
        gone = max((block for block in (*left, *right)), key=lambda block: block.rank)
        if not gone.rank:
            break
        left = [block for block in left if block is not gone]
        right = [block for block in right if block is not gone]
    before, after = _side_by_side(left), _side_by_side(right)
    used = sum(width_of(piece.text) for piece in (*before, *after))
    pieces = [*before, Piece(" " * max(0, width - used)), *after]
    return padded(tuple(piece._replace(ground="bar") for piece in pieces if piece.text), width)


def _side_by_side(blocks: list[Block]) -> list[Piece]:
    """Return the pieces of blocks with gaps between."""
    pieces: list[Piece] = []
    for block in blocks:
        if block.width:
            pieces += [Piece("  "), *block.pieces] if pieces else list(block.pieces)
    return pieces
