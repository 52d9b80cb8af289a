"""A catalogue's file: read as it was meant, or each mistake told with its file, line, key and what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.discipline.catalogue import Catalogue, Offset, Text, catalogue_of
from data.discipline.reading import MOST_BYTES, CatalogueError, catalogue_at, read_catalogue
from tests.data.discipline.catalogues import catalogues, written
from tests.data.discipline.mistakes import GOOD, MISTAKES, Mistake
from tests.examples import examples


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(text, "rules.toml")
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_a_good_file_is_read_as_it_was_meant() -> None:
    catalogue = read_catalogue(GOOD, "rules.toml")
    assert catalogue.areas == {"desk": Text("Desk", "工位")}
    phone, back, helped = catalogue.rules.values()
    assert (phone.id, phone.least, phone.most, phone.severity.name) == ("phone_away", 2, 5, "MAJOR")
    assert (back.text, back.prefill) == (Text("Back in time", "Back in time"), "break_overrun")
    assert (helped.text.en, helped.positive, helped.least, helped.most) == ("帮助同事", True, 1, 1)
    walk = catalogue.checklists["walk"]
    assert (walk.opens, walk.due) == (Offset("start", 60), Offset("start", 120))  # type: ignore[arg-type]
    assert walk.rules == ("phone_away", "back_in_time")
    day = catalogue.shifts["day"]
    assert (day.since, day.until, day.weekdays) == (510, 1050, (0, 1))
    assert catalogue.scoring.repeat_percent == (100, 150)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.kind)
def test_each_mistake_is_told_by_file_line_key_and_what_is_expected(mistake: Mistake) -> None:
    told = tuple(f"rules.toml:{line}" for line in mistake.told)
    assert problems(GOOD.replace(mistake.good, mistake.bad)) == told


def test_there_are_enough_kinds_of_mistakes() -> None:
    assert len({mistake.kind for mistake in MISTAKES}) == len(MISTAKES) >= 60


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    kinds = ("unknown key", "known of no zone", "no time of a shift", "24 o'clock", "weights that fall")
    chosen = [mistake for mistake in MISTAKES if mistake.kind in kinds]
    text = GOOD
    for mistake in chosen:
        text = text.replace(mistake.good, mistake.bad)
    told = problems(text)
    assert sorted(told) == sorted(f"rules.toml:{line}" for mistake in chosen for line in mistake.told)
    lines = [int(line.split(":")[1]) for line in told]
    assert lines == sorted(lines)


@given(catalogues())
@examples(100)
def test_what_is_written_is_read_and_what_is_kept_is_the_same(catalogue: Catalogue) -> None:
    read = read_catalogue(written(catalogue), "rules.toml")
    assert read == catalogue
    assert list(read.rules) == list(catalogue.rules)
    again = catalogue_of(read.body)
    assert again == read
    assert (again.body, again.digest) == (read.body, read.digest)


@given(catalogues(), catalogues())
@examples(50)
def test_the_digest_tells_two_catalogues_apart(one: Catalogue, other: Catalogue) -> None:
    assert (one.digest == other.digest) == (one.body == other.body)
    assert one == other or one.digest != other.digest


@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from(["", "\x00", "]", '"', "\n[[", "= ", "é\u202e"]))
@examples(300)
def test_whatever_stands_in_a_file_is_read_or_told(at: int, cut: int, put: str) -> None:
    text = GOOD[:at] + put + GOOD[at + cut :]
    try:
        read_catalogue(text, "rules.toml")
    except CatalogueError as error:
        last = text.count("\n") + 1
        for problem in error.problems:
            file, line, _ = problem.split(":", 2)
            assert file == "rules.toml"
            assert 1 <= int(line) <= last
            assert problem.isprintable(), problem


@pytest.mark.parametrize("text", ["", "a = " + "[" * 100_000, "a = " + "9" * 5000])
def test_a_text_that_is_nothing_or_far_too_much_is_told(text: str) -> None:
    assert all(problem.startswith("rules.toml:1: ") for problem in problems(text))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (GOOD.encode("gbk"), "3: is not UTF-8 text: save it as UTF-8"),
        (GOOD.encode("utf-16"), "1: is not UTF-8 text: save it as UTF-8"),
        (b"#" * (MOST_BYTES + 1), "1: has more than 1,000,000 bytes: that is no catalogue"),
        (None, "1: can't be read: No such file or directory"),
    ],
    ids=["gbk", "utf-16", "huge", "missing"],
)
def test_a_file_that_can_not_be_read_is_told(tmp_path: Path, body: bytes | None, told: str) -> None:
    path = tmp_path / "rules.toml"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(CatalogueError) as caught:
        catalogue_at(path)
    assert caught.value.problems == (f"{path}:{told}",)


@pytest.mark.parametrize("text", [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n")], ids=["plain", "mark", "crlf"])
def test_a_file_is_read_however_its_editor_wrote_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(text.encode())
    assert catalogue_at(path) == read_catalogue(GOOD, "")
