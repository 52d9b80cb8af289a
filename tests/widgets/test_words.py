"""Every English text that a pane says has its Chinese, with the same fields, within the widths that columns leave."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from rich.cells import cell_len

from console.locale import words_of
from data.model.words import State
from widgets import agents, breaks, checklist, detail, flags, queues
from widgets.look import REASON_WORDS, STATE_WORDS
from widgets.zh import ZH

WIDGETS = Path(agents.__file__).parent


def spoken() -> set[str]:
    """Return the literals that the panes hand to the catalogue."""
    found: set[str] = set()
    for file in WIDGETS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name in ("say", "words") and node.args:
                    found |= {
                        leaf.value
                        for leaf in ast.walk(node.args[0])
                        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                    }
    return found - {"en", "zh", "_", " "}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_its_chinese() -> None:
    heads = {
        column.head
        for module in (agents, breaks, checklist, detail, flags, queues)
        for column in module._COLUMNS
        if column.head
    }
    wanted = spoken() | heads | set(STATE_WORDS.values()) | set(REASON_WORDS.values())
    assert not sorted(text for text in wanted if text not in ZH)


@pytest.mark.parametrize("english", sorted(ZH))
def test_fields_are_the_same(english: str) -> None:
    assert fields(english) == fields(ZH[english])


def test_short_words_fit_their_columns() -> None:
    for state in State:
        assert max(cell_len(STATE_WORDS[state]), cell_len(ZH[STATE_WORDS[state]])) <= 6
    for word in REASON_WORDS.values():
        assert max(cell_len(word), cell_len(ZH[word])) <= 8
    for module in (agents, breaks, checklist, detail, flags, queues):
        for column in module._COLUMNS:
            if column.head:
                assert max(cell_len(column.head), cell_len(ZH[column.head])) <= max(column.width, column.most), column


def test_the_page_of_help_names_a_sources_health_as_the_header_does() -> None:
    for language in ("en", "zh"):
        words = words_of(language)
        assert words("UP LATE") == f"{words('UP')} {words('LATE')}"
    explained = words_of("zh")("the source answers · is late; STALE, DOWN: what you see is old")
    assert all(words_of("zh")(word) in explained for word in ("LATE", "STALE", "DOWN"))
