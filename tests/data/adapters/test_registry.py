"""Adapters are found in three grains, and what is no adapter is refused in words that say what it lacks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.adapters.registry import BUILT_IN, AdapterError, load, load_all, made, make, names, options_of
from data.adapters.simulator import Simulator

Install = Callable[..., None]

WHOLE = """
from data.adapters.base import Option, refused

class Whole:
    name = "whole"
    capabilities = frozenset()
    options = (Option("url", "where it answers", required=True, example="http://x"), Option("token", "it", secret=True))
    def __init__(self, *, url, token=""):
        if url == "bad":
            raise ValueError(f"{url!r} with {token!r} is no address")
        if url == "worse":
            raise SystemExit(token)
    async def poll(self): raise NotImplementedError
    async def perform(self, order): return refused(order)
    async def aclose(self): pass
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution with an adapter: `install("acme", "acme_adapter:Acme", "source of the module")`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def installed(name: str, value: str, source: str, distribution: str = "") -> None:
        distribution = distribution or f"{name}-floorwalk"
        info = tmp_path / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[floorwalk.adapters]\n{name} = {value}\n", "utf-8")
        module = value.partition(":")[0]
        (tmp_path / f"{module}.py").write_text(source, "utf-8")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return installed


def why(name: str) -> str:
    with pytest.raises(AdapterError) as caught:
        load(name)
    return str(caught.value)


# ------------------------------------------------------------------ the three grains


def test_names_import_nothing(install: Install) -> None:
    install("acme", "acme_loud:Acme", "raise AssertionError('imported')")
    found = names()
    assert set(BUILT_IN) | {"acme"} <= set(found)
    assert str(found["acme"]) == "acme_loud:Acme of acme-floorwalk"
    assert found["simulator"].distribution == "floorwalk"
    assert "acme_loud" not in sys.modules


def test_only_the_one_that_is_asked_for_is_loaded(install: Install) -> None:
    install("one", "one_adapter:Whole", WHOLE)
    install("two", "two_adapter:Whole", "raise AssertionError('imported')")
    assert load("one").name == "whole"
    assert "two_adapter" not in sys.modules
    assert load("simulator") is Simulator


def test_one_whose_import_fails_names_distribution_module_and_error(install: Install) -> None:
    install("acme", "acme_broken:Acme", "import no_such_thing")
    said = why("acme")
    for word in ("'acme'", "acme_broken:Acme", "acme-floorwalk", "ModuleNotFoundError", "no_such_thing"):
        assert word in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("this is no Python", "SyntaxError"),
        ("", "AttributeError"),
    ],
)
def test_whatever_an_import_does_is_told(install: Install, source: str, said: str) -> None:
    install("acme", "acme_odd:Acme", source)
    assert said in why("acme")


def test_all_are_loaded_and_broken_ones_survived(install: Install) -> None:
    install("good", "good_adapter:Whole", WHOLE)
    install("bad", "bad_adapter:Bad", "raise SystemExit('and out')")
    install("partial", "partial_adapter:Partial", "class Partial: pass")
    loaded, broken = load_all()
    assert {"good", *BUILT_IN} <= set(loaded)
    assert set(broken) == {"bad", "partial"}
    assert "and out" in str(broken["bad"])


def test_a_name_that_two_claim_is_nobodys(install: Install) -> None:
    install("acme", "acme_true:Whole", WHOLE, "acme-true")
    install("acme", "acme_false:Whole", WHOLE, "acme-false")
    assert "claimed by" in why("acme")
    assert "acme-true" in why("acme")
    assert "acme-false" in why("acme")
    assert "acme_true" not in sys.modules
    assert "acme_false" not in sys.modules


def test_nobody_takes_the_name_of_one_in_the_tree(install: Install) -> None:
    install("simulator", "false_simulator:Whole", WHOLE)
    assert load("simulator") is Simulator
    assert load_all()[0]["simulator"] is Simulator


def test_the_nearest_name_is_told() -> None:
    assert "did you mean simulator?" in why("simulatr")
    assert "the ones here are" in why("nothing like it").lower()


# ------------------------------------------------------------------ held against the contract


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        ("    async def poll(self): raise NotImplementedError\n", "", "it lacks poll"),
        ("    async def perform(self, order): return refused(order)\n", "", "it lacks perform"),
        ("    async def aclose(self): pass\n", "", "it lacks aclose"),
        ("async def poll(self)", "def poll(self)", "poll is no `async def`"),
        ("perform(self, order)", "perform(self)", "perform takes other arguments"),
        ("aclose(self)", "aclose(self, how)", "aclose takes other arguments"),
        ("    options =", "    choices =", "it lacks options"),
        ('(Option("url"', '("url", Option("url"', "options is no tuple of Option"),
        ('Option("url", "where it answers", required=True', 'Option("url", "x"', "is to be declared as required"),
        ('Option("token"', 'Option("tokn"', "__init__ takes no keyword 'tokn'"),
        ('Option("token", "it"', 'Option("token", "it", set', "of no type of TOML"),
        ('Option("token"', 'Option("url", "x", required=True), Option("token"', "'url' is declared twice"),
        ("*, url,", "*, url, port,", "__init__ needs 'port', which options does not declare"),
    ],
)
def test_what_is_no_adapter_is_told_what_it_lacks(install: Install, was: str, instead: str, said: str) -> None:
    assert was in WHOLE
    install("whole", "whole_adapter:Whole", WHOLE.replace(was, instead))
    assert "is no adapter" in why("whole")
    assert said in why("whole")


def test_what_is_no_class_is_no_adapter(install: Install) -> None:
    install("whole", "whole_adapter:refused", WHOLE)
    assert "it is a function, not a class" in why("whole")


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        ('name = "whole"', "name = 3", "its name is 3, not a text"),
        ("capabilities = frozenset()", "capabilities = 'all'", "not a frozenset of Capability"),
        ("capabilities = frozenset()", "capabilities = frozenset({'fly'})", "not a frozenset of Capability"),
        ("capabilities = frozenset()", "capabilities = property(lambda self: 1 / 0)", "ZeroDivisionError"),
    ],
)
def test_one_that_is_made_is_looked_at_as_well(install: Install, was: str, instead: str, said: str) -> None:
    install("whole", "whole_adapter:Whole", WHOLE.replace(was, instead))
    with pytest.raises(AdapterError, match="is no adapter") as caught:
        make("whole", {"url": "http://x"})
    assert said in str(caught.value)


# ------------------------------------------------------------------ options


def test_options_are_told_without_making_one() -> None:
    assert "paths" in [option.name for option in options_of("queue_log")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "it needs the option 'url': where it answers, such as http://x"),
        ({"url": "http://x", "tokn": "1"}, "it has no option 'tokn'; did you mean 'token'?"),
        ({"url": "bad", "token": "hunter2"}, "'bad' with '•••' is no address"),
        ({"url": "worse", "token": "hunter2"}, "SystemExit: •••"),
    ],
)
def test_options_that_do_not_fit_are_told_and_no_secret(install: Install, options: dict[str, str], said: str) -> None:
    install("whole", "whole_adapter:Whole", WHOLE)
    with pytest.raises(AdapterError) as caught:
        made("whole", load("whole"), options)
    assert "the adapter 'whole' can't be made: " in str(caught.value)
    assert said in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_zone_that_there_is_not_is_told() -> None:
    with pytest.raises(AdapterError, match="there is no time zone 'Mars/Olympus'"):
        make("simulator", {"zone": "Mars/Olympus"})
