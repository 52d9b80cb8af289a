"""The page that explains a service level: every contact offered is in one of its figures."""

from __future__ import annotations

import pytest

from console.locale import words_of
from console.screens.why import explain
from tests.widgets.floor_picture import floor_picture
from widgets.look import Look


@pytest.mark.parametrize(("language", "otherwise"), [("en", "left otherwise 38"), ("zh", "其他离开 38")])
def test_who_left_otherwise_is_told(language: str, otherwise: str) -> None:
    picture, look = floor_picture(), Look(words_of("zh" if language == "zh" else "en"))
    row = picture.queues[0]._replace(offered=147, answered=85, abandoned=24, other=38, waiting=0, talking=2)
    page = explain(row, picture, look).plain
    assert otherwise in page
    assert max(len(line) for line in page.splitlines()) <= 80


def test_of_a_silent_source_nobody_knows_who_waits() -> None:
    picture = floor_picture()
    page = explain(picture.queues[0]._replace(unknown=True), picture, Look(words_of("en"))).plain
    assert "waiting –   talk –" in page
