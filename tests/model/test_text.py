"""A caller's number is never shown whole, neither as a number nor as a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.text import mask_name, mask_number

NUMBERS = st.text("0123456789", min_size=1, max_size=20)
APART = st.sampled_from(["", "", "", " ", "-", "+", "(", ") ", ".", "\N{NO-BREAK SPACE}", "\N{EN DASH}"])


def digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


@st.composite
def spaced(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a number, and the same with signs between its digits."""
    number = draw(NUMBERS)
    return number, "".join(digit + draw(APART) for digit in number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("", ""),
        ("7", "*"),
        ("555123", "******"),
        ("5551234", "*****34"),
        ("5551234567", "********67"),
        ("13812348000", "138****8000"),
        ("+8613812348000", "+86****8000"),
        ("138 1234-8000", "138****8000"),
        ("+49 (151) 234", "*******34"),
        ("1 2 3 4 5 6 7", "*****67"),
        ("anonymous", "*******us"),
    ],
)
def test_a_number_is_masked(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@pytest.mark.parametrize(
    ("name", "number", "shown"),
    [
        ("", "", ""),
        ("Ann Caller", "13812348000", "Ann Caller"),
        ("李 雷", "", "李 雷"),
        ("Desk 204", "13812348000", "Desk 204"),
        ("13812348000", "13812348000", "138****8000"),
        ("13812348000", "", "138****8000"),
        ("+86 138-1234-8000", "13812348000", "+86****8000"),
        ("Ann (138 1234 8000)", "", "Ann (138****8000)"),
        ("5551234 or 13812348000", "", "*****34 or 138****8000"),
        ("204", "204", "***"),
        ("20-4", "204", "***"),
        ("anonymous", "anonymous", "*******us"),
        ("１３８１２３４８０００", "", "１３８****８０００"),
    ],
)
def test_a_name_that_holds_a_number_is_masked(name: str, number: str, shown: str) -> None:
    assert mask_name(name, number) == shown


@given(st.text(max_size=30))
def test_of_anything_at_least_four_signs_are_hidden(number: str) -> None:
    shown = mask_number(number)
    assert len(shown.replace("*", "")) <= max(0, len(number) - 4)


@given(spaced())
def test_of_a_number_at_least_four_digits_are_hidden(pair: tuple[str, str]) -> None:
    number, written = pair
    most = max(0, len(number) - 4)
    assert digits(mask_number(written)) <= most
    assert digits(mask_name(written, number)) <= most
    if len(number) >= 7:
        assert digits(mask_name(f"Ann {written} Caller", "")) <= most
