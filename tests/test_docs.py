"""What the documents say is true of the program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest

from console.actions import ACTIONS
from console.cli import build
from console.commands import SUMMARIES
from console.screens.why import FORMULA_TEXTS
from console.settings import load
from console.settings_schema import File
from console.settings_secrets import variable_of
from console.settings_sources import checked
from data.alerts import LIMITS
from data.breaks import ALLOWANCES
from data.metrics import FORMULAS
from data.store.schema import TABLES

ROOT = Path(__file__).parents[1]
DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])


def commands() -> Iterator[tuple[str, str]]:
    """Yield (document, command line) for each `floorwalk …` in a block of shell."""
    for path in DOCS:
        for block in re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), re.DOTALL):
            for line in block.splitlines():
                command = re.split(r"#| > ", line)[0].strip()
                if re.search(r"(^|[ |])floorwalk ", command) and not command.startswith("install "):
                    yield path.name, command[command.index("floorwalk") :]


@pytest.mark.parametrize(("document", "command"), list(commands()))
def test_every_command_is_understood(document: str, command: str) -> None:
    words = shlex.split(command)[1:]
    assert build(words).parse_args(words).command in SUMMARIES


def test_some_commands_are_documented() -> None:
    assert len(list(commands())) >= 15


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    missing = [name for name in SUMMARIES if f"floorwalk {name}" not in readme and f"make {name}" not in readme]
    assert missing == []


def test_the_readmes_keys_are_keys() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme[readme.index("| key | |") : readme.index("A replay is not a film")]
    shown = {action.shown for action in ACTIONS}
    keys = {key for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for key in re.findall(r"`(.+?)`", row)}
    assert len(keys) >= 10
    assert keys <= shown


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for path in DOCS:
        for target in re.findall(r"\bmake (\w+)(?=`|\s+#)", path.read_text("utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_settings_tell_the_thresholds_as_shipped() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    low, middle, high, beyond = LIMITS.waiting
    assert f"| contacts waiting in a queue | {low} | {middle} | {high} ({beyond}: in reverse) |" in text
    assert "| longest wait | | {:g} s | {:g} s |".format(*(ms / 1000 for ms in LIMITS.wait_ms)) in text
    assert "| talk | {:g} s | {:g} s | {:g} s |".format(*(ms / 1000 for ms in LIMITS.talk_ms)) in text
    for reason in ("rest", "micro", "meal", "restroom"):
        assert f"{reason} {ALLOWANCES[reason] // 60_000}" in text
    for name in FORMULAS:
        assert f"`{name}`" in text
    assert set(FORMULA_TEXTS) == set(FORMULAS)


def test_the_architecture_names_modules_that_are_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for path in re.findall(r"`((?:data|console|widgets|themes|tests)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path
    assert "t_readable" in text
    assert "state_span" in TABLES


def toml_blocks() -> Iterator[tuple[str, str]]:
    """Yield (document, text) for each block of TOML."""
    for path in DOCS:
        for block in re.findall(r"```toml\n(.*?)```", path.read_text("utf-8"), re.DOTALL):
            yield path.name, block


@pytest.mark.parametrize(("document", "text"), list(toml_blocks()))
def test_every_settings_file_would_be_taken(document: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / f"{document}.toml"
    path.write_text(text, encoding="utf-8")
    settings = load(path, {})
    assert settings.origins
    assert [each.source for each in checked(settings)] == list(settings.sources)


def test_settings_tell_every_key() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    told: dict[str, set[str]] = {}
    for table, keys in re.findall(r"^\| `\[(\w+)[^|]*\| ([^|]*)\|", text, re.MULTILINE):
        told.setdefault(table, set()).update(re.findall(r"`(\w+)`", keys))
    told["queue"] |= told["goal"]  # "the same"
    schema = get_type_hints(File)
    assert set(told) == set(schema)
    for table, kind in schema.items():
        keys = get_type_hints(get_args(kind)[1] if get_origin(kind) is dict else kind)
        assert told[table] | {"queue", "team", "teams", "reason"} >= set(keys), table
        assert told[table] <= set(keys), table


def test_settings_tell_where_a_secret_is_looked_up() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert f"`{variable_of('north', 'secret')}`" in text
    assert "`$XDG_CONFIG_HOME/floorwalk/north.secret`" in text
    assert "floorwalk.north.secret:" in text
