"""The program as people run it: in a terminal, with a poller behind it, ending however it is made to end."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.console.floor_pty import Session, harm_in, is_alive, pieces

pytestmark = [
    pytest.mark.pty,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes through /proc"),
]

FIRST_PICTURE_S = 10.0
"""The goal is a second and a half; machines that test much else meanwhile are slower."""

Start = Callable[..., Session]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `floorwalk` in a terminal, and end it after the test if it has not ended."""
    sessions: list[Session] = []

    def begin(*arguments: str, size: tuple[int, int] = (120, 36), **env: str) -> Session:
        sessions.append(Session(tmp_path, "-m", "console.cli", *arguments, size=size, **env))
        return sessions[-1]

    yield begin
    for session in sessions:
        session.close()


@pytest.fixture
def demo(start: Start) -> Session:
    """The demo, live."""
    session = start("demo")
    session.see(" LIVE ", " UP ", "? help")
    return session


def played_by(session: Session) -> int:
    """Return the process id of the poller that plays the demo's floor."""
    (child,) = session.children()
    assert b"console.child" in Path(f"/proc/{child}/cmdline").read_bytes()
    return child


def folders(session: Session) -> list[Path]:
    return list(session.temporary.glob("floorwalk-demo-*"))


# ------------------------------------------------------------------------ demo


def test_the_demo_is_live_within_seconds_ticks_and_leaves_nothing(start: Start) -> None:
    began = time.monotonic()
    session = start("demo")
    session.see(" LIVE ", " UP ", "Agents")
    assert time.monotonic() - began < FIRST_PICTURE_S
    child = played_by(session)
    (folder,) = folders(session)
    assert (folder / "demo.sqlite").exists()
    shown = re.compile(r"\d\d:\d\d:\d\d")
    first = shown.search(session.display()[0])
    assert first is not None
    session.until(lambda: (now := shown.search(session.display()[0])) and now[0] > first[0], "ticking")
    session.press("q")
    assert session.ended() == 0
    assert session.is_restored()
    assert not is_alive(child)
    assert not folders(session)
    assert harm_in(session.text) == set()


@pytest.mark.parametrize(
    ("signum", "code"),
    [
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
    ],
)
def test_signals_end_the_demo_and_its_poller(demo: Session, signum: int, code: int) -> None:
    child = played_by(demo)
    demo.process.send_signal(signum)
    assert demo.ended() == code
    assert demo.is_restored()
    assert not is_alive(child)
    assert not folders(demo)


def test_a_terminal_that_vanishes_ends_the_demo_and_its_poller(demo: Session) -> None:
    child = played_by(demo)
    demo.hang_up()
    assert demo.ended() == 129
    assert not is_alive(child)
    assert not folders(demo)


def test_the_poller_ends_by_itself_when_the_console_is_killed(demo: Session) -> None:
    child = played_by(demo)
    demo.process.kill()
    demo.until(lambda: not is_alive(child), "rid of the poller")


def test_a_poller_that_dies_is_told_on_the_screen(demo: Session) -> None:
    os.kill(played_by(demo), signal.SIGKILL)
    demo.see(" LATE ")
    demo.press("q")
    assert demo.ended() == 0
    assert not folders(demo)


def test_a_demo_without_a_terminal_says_so_and_leaves_no_poller(tmp_path: Path) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "console.cli", "demo"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=30,
        check=False,
    )
    assert done.returncode == 69
    assert "terminal" in done.stderr
    assert not list(tmp_path.glob("floorwalk-demo-*"))


# --------------------------------------------------------------------- hostile


def back_from(session: Session, screen: str, help: str) -> None:
    """Wait for a screen on top of the floor, and leave it."""
    session.see(screen)
    session.press_each("j", "j", "\x1b[6~", "\x1b")
    session.see(help)


def walk(session: Session, help: str, back: str) -> None:
    """Go through every pane: down to its end, alone on the screen, and into the day of a row."""
    for number in "12345":
        session.press_each(number, "j", "j", "j", "\x1b[6~", "\x1b[F", "z", "z")
        if number != "5":
            session.press("\r")
            back_from(session, f"Esc {back}", help)
    session.press_each(*"2uusssssssss")


@pytest.mark.slow
def test_twenty_hostile_strings_go_through_every_pane(start: Start, hostile: Path) -> None:
    session = start("replay", str(hostile))
    session.see("PAUSED", "Agents", "? help")
    session.press("g10:46:00\r")
    session.see("10:46:00", "Flags", "Checklist", "Queues")
    walk(session, "? help", "back")
    session.press("m")
    session.see("Seats")
    session.press_each(*"jjll", "\x1b[6~", "\r")
    back_from(session, "Esc back", "? help")
    session.press_each("m", "w")
    back_from(session, "from workload only", "? help")
    session.press_each("1", "w")
    back_from(session, "service level", "? help")
    session.press_each("2", "z")
    session.press("/[/nope]")
    session.see("filter [/nope]", ": 2 of 20")
    session.press("\x1b")
    session.see("? help")
    session.press_each("z")
    session.press("/[@click=app.quit]x")
    session.see("filter [@click=app.quit]x")
    session.press("\x1b")
    session.see("? help")
    session.press("L")
    session.see("坐席", "? 帮助")
    walk(session, "? 帮助", "返回")
    for size in ((80, 24), (200, 50), (120, 36)):
        session.resize(*size)
        session.press("T")
        session.see("? 帮助")
    session.press_each(*"L]]]")
    session.see("? help")
    session.press("q")
    assert session.ended() == 0
    assert session.is_restored()
    assert harm_in(session.text) == set()
    shown = "".join(text for kind, text, _ in pieces(session.text) if not kind)
    for begin in ("[/nope", "[@click", "[bold]", "$(rm", "שלום"):
        assert begin in shown


# ------------------------------------------------------------------- terminals

WORD = re.compile(r"[^\W_]{2,}")


def words_on(session: Session) -> set[str]:
    found = set(WORD.findall("\n".join(session.display())))
    return {word for word in found if set(word) != {"F"}}  # flags, side by side, where there is but ASCII


def pens(session: Session) -> set[str]:
    """Return the numbers of all SGR sequences."""
    return {number for kind, _, params in pieces(session.text) if kind == "m" for number in params.split(";")}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, played: Path) -> set[str]:
    """The words that a terminal with everything shows at a moment of the played day."""
    session = Session(tmp_path_factory.mktemp("reference"), "-m", "console.cli", "replay", str(played))
    try:
        return go_there(session)
    finally:
        session.close()


def go_there(session: Session) -> set[str]:
    """Return the words on the screen at the surge."""
    session.see("PAUSED", "? help")
    session.press("g10:46\r")
    session.see("10:46:00", "need you", "? help", "13:35")
    session.press("q")
    assert session.ended() == 0
    session.output = session.output[: session.output.rindex(b"\x1b[?1049l")]
    session._screen.reset()
    session._fed = 0
    return words_on(session)


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({"NO_COLOR": "1"}, id="NO_COLOR"),
        pytest.param({"TERM": "xterm", "COLORTERM": ""}, id="16 colours"),
        pytest.param({"LANG": "C", "LC_ALL": "C"}, id="ASCII"),
        pytest.param({"TERM": "xterm-256color", "COLORTERM": ""}, id="256 colours", marks=pytest.mark.slow),
        pytest.param({"TERM": "vt100", "COLORTERM": ""}, id="vt100", marks=pytest.mark.slow),
    ],
)
def test_every_terminal_shows_the_same_words(
    start: Start, played: Path, reference: set[str], env: dict[str, str]
) -> None:
    session = start("replay", str(played), **env)
    assert go_there(session) == reference
    assert harm_in(session.text) == set()
    used = pens(session)
    if "NO_COLOR" in env or env.get("TERM") == "vt100":
        assert not {number for number in used if len(number) > 1 and number[0] in "3491" and number not in ("39", "49")}
    if env.get("TERM") == "xterm":
        assert not used & {"38", "48"}
    if "LC_ALL" in env:
        foreign = {char for kind, text, _ in pieces(session.text) if not kind for char in text if ord(char) > 126}
        assert not {char for char in foreign if not char.isalpha()}, "only names may be other than ASCII"
