"""A real Asterisk for each test that asks for one; where it can't be had, the test is skipped and says why."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from tests.rig.asterisk import Rig
from tests.rig.packages import Tree, UnavailableError, cached_tree


@pytest.fixture(scope="session")
def asterisk_tree() -> Tree:
    """An unpacked Asterisk, downloaded once for this machine."""
    try:
        return cached_tree()
    except UnavailableError as why:
        pytest.skip(f"no Asterisk to test with: {why}")


@pytest.fixture
def new_rig(asterisk_tree: Tree) -> Iterator[Callable[..., Rig]]:
    """Starts one Asterisk after the other, side by side: `new_rig("one")`; each ends with the test."""
    with contextlib.ExitStack() as ends:
        yield lambda name="rig": ends.enter_context(Rig(asterisk_tree, name))


@pytest.fixture
def rig(new_rig: Callable[..., Rig]) -> Rig:
    """A fresh Asterisk, started for this test alone."""
    return new_rig()


@pytest.fixture(scope="module")
def shared_rig(asterisk_tree: Tree) -> Iterator[Rig]:
    """One Asterisk for all the tests of a module; what a test adds to it stays."""
    with Rig(asterisk_tree) as rig:
        yield rig
