"""The catalogue: one English text has one Chinese, whoever says it."""

from __future__ import annotations

import ast
from pathlib import Path

import console.locale
import widgets


def _said(file: Path) -> list[tuple[str, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    pairs = [
        pair
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for pair in zip(node.keys, node.values, strict=True)
    ]
    return [(ast.literal_eval(key), ast.unparse(value)) for key, value in pairs if isinstance(key, ast.Constant)]


def test_no_text_is_translated_in_two_ways() -> None:
    said: dict[str, str] = {}
    files = [
        file for package in (widgets, console.locale) for file in Path(str(package.__file__)).parent.glob("zh*.py")
    ]
    assert len(files) > 1
    for english, chinese in [pair for file in files for pair in _said(file)]:
        assert said.setdefault(english, chinese) == chinese, english
