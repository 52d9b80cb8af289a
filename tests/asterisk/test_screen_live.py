"""What the screen itself says, in a real terminal, while an Asterisk comes, talks, is stopped and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.model.words import Health
from tests.asterisk.watching import Watch
from tests.console.floor_pty import Session, harm_in
from tests.rig.asterisk import Rig

pytestmark = [pytest.mark.asterisk, pytest.mark.pty]


@pytest.mark.parametrize(
    ("language", "up", "down", "talks", "silent"),
    [("en", "UP", "DOWN", "talk", "silent"), ("zh", "正常", "断开", "通话", "失联")],
    ids=["en", "zh"],
)
def test_the_screen_at_each_moment(
    rig: Rig, tmp_path: Path, language: str, up: str, down: str, talks: str, silent: str
) -> None:
    with Watch(tmp_path / "w", {"pbx": rig}, ("pbx",)) as watch:
        watch.until_health(Health.UP)
        home = tmp_path / "home"
        home.mkdir()
        screen = Session(
            home, "-m", "console.cli", "--config", str(watch.config), FLOORWALK_LANGUAGE=language, FLOORWALK_TZ="UTC"
        )
        try:
            screen.see(up, "pbx")
            rig.add_agent("desk", 1901, "周杰\u202e")
            rig.call("desk", "5550001", "\x1b]0;owned\x07[@click=app.quit]x[/]")
            watch.until_state("Local/1901@agents", "talking")
            screen.see("周杰", talks)
            rig.kill9()
            screen.see(down, "refused")
            screen.see(silent)  # after 15 s nothing is known of anybody any more
            rig.start()
            watch.until_health(Health.UP, 90)
            screen.until(lambda: screen.shows(up) and not screen.shows(down), "the screen to be well again")
            assert harm_in(screen.text) == set()
        finally:
            screen.close()
