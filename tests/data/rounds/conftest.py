"""A floor for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.rounds.ground import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with Ground(tmp_path / "s.sqlite") as made:
        yield made
