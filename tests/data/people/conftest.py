"""A site for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.people.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path / "s.sqlite") as made:
        yield made
