"""The house stands: a lower floor loads nothing of a higher one, starting is cheap, modules stay small."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("console", "widgets", "data", "themes")
MAX_LINES = 400

IMPORT_ALL_OF_DATA = """
import importlib, pkgutil
import data
for module in pkgutil.walk_packages(data.__path__, "data."):
    if not module.name.endswith(".__main__"):
        importlib.import_module(module.name)
"""

START_CONSOLE = """
import sys
from console.cli import main
if sys.argv[1:]:
    try:
        main()
    except SystemExit:
        pass
"""


def loaded_by(program: str, *argv: str, watched: set[str]) -> set[str]:
    """Return which of the watched packages a fresh process has loaded after running the program."""
    tell = f"\nimport sys\nprint('loaded:', *sorted({watched!r} & set(sys.modules)))\n"
    done = subprocess.run(
        [sys.executable, "-c", program + tell, *argv],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].removeprefix("loaded:").split())


def test_data_loads_no_screen() -> None:
    loaded = loaded_by(IMPORT_ALL_OF_DATA, watched={"textual", "rich", "console", "widgets", "themes"})
    assert not loaded, (
        f"importing data.* loads {sorted(loaded)}; `import httpx` brings rich: import it where it is used"
    )


@pytest.mark.parametrize("argv", [(), ("--version",), ("--help",)], ids=["import", "version", "help"])
def test_starting_the_console_loads_nothing_heavy(argv: tuple[str, ...]) -> None:
    if importlib.util.find_spec("console.cli") is None:
        pytest.skip("console/cli.py does not exist yet")
    heavy = {"textual", "pydantic", "httpx", "sqlite_utils", "plotext"}
    assert not loaded_by(START_CONSOLE, *argv, watched=heavy)


def test_modules_stay_small() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    too_long = {path: lines for path, lines in sizes.items() if lines >= MAX_LINES}
    assert not too_long, f"modules of {MAX_LINES} lines or more: {too_long}"
