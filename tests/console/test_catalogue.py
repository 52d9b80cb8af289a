"""The catalogue: one English text has one Chinese, whoever says it."""

from __future__ import annotations

import ast
from pathlib import Path

import console.locale.zh
import widgets.zh


def _said(file: str | None) -> list[tuple[str, str]]:
    tree = ast.parse(Path(str(file)).read_text(encoding="utf-8"))
    pairs = [
        pair
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for pair in zip(node.keys, node.values, strict=True)
    ]
    return [(ast.literal_eval(key), ast.unparse(value)) for key, value in pairs if isinstance(key, ast.Constant)]


def test_no_text_is_translated_in_two_ways() -> None:
    said: dict[str, str] = {}
    for english, chinese in [*_said(widgets.zh.__file__), *_said(console.locale.zh.__file__)]:
        assert said.setdefault(english, chinese) == chinese, english
