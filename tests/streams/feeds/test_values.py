"""Numbers and ranges as systems write them (docs/spec/feeds.md, Values)."""

from __future__ import annotations

import pytest

from streams.feeds.mapping.values import (
    NO_RANGE,
    NotANumber,
    Range,
    Value,
    compared,
    number,
    reference_range,
    structured,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("118", 118), (" 118 ", 118), ("+2.6", 2.6), ("-999", -999), ("0085.80", 85.8), ("0", 0)],
)
def test_a_number_is_digits_and_a_point(written: str, expected: float) -> None:
    assert number(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2,6",
        "1e3",
        "1.",
        ".5",
        "92/51",
        "12 5",
        "nan",
        "inf",
        "\u0661\u0662",
        "1_000",
        "2\n6",
        "0x1F",
        "--1",
    ],
)
def test_anything_else_is_no_number(written: str) -> None:
    with pytest.raises(NotANumber):
        number(written)


def test_a_decimal_comma_counts_only_where_the_feed_says_so() -> None:
    assert number("2,6", decimal_comma=True) == 2.6
    assert number("2.6", decimal_comma=True) == 2.6


@pytest.mark.parametrize(
    ("written", "expected"),
    [("<15", Value(15, "<")), ("> 90", Value(90, ">")), ("\u226410", Value(10, "<=")), ("7", Value(7))],
)
def test_a_text_may_begin_with_a_comparator(written: str, expected: Value) -> None:
    assert compared(written) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((">", "90"), Value(90, ">")),
        (("", "90"), Value(90)),
        (("=", "90"), Value(90)),
        (("<=", "1.5"), Value(1.5, "<=")),
    ],
)
def test_a_structured_number(parts: tuple[str, ...], expected: Value) -> None:
    assert structured(parts) == expected


@pytest.mark.parametrize(
    "parts", [("", "100", "-", "200"), ("", "1", ":", "128"), ("~", "9"), ("<>", "9"), (">",)]
)
def test_a_range_a_titre_or_an_unknown_sign_is_no_number(parts: tuple[str, ...]) -> None:
    with pytest.raises(NotANumber):
        structured(parts)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0.6-1.2", Range(0.6, 1.2)),
        ("3.4 - 5.3", Range(3.4, 5.3)),
        ("4.3 to 6.2", Range(4.3, 6.2)),
        ("[ 150 - 450 ]", Range(150, 450)),
        ("[0-24]", Range(0, 24)),
        ("<14", Range(None, 14)),
        ("[ < 0.21 ]", Range(None, 0.21)),
        ("< or = 5.0", Range(None, 5)),
        (">90", Range(90, None)),
        (">=90", Range(90, None)),
        ("70_105", NO_RANGE),
        ("[ ]", NO_RANGE),
        ("", NO_RANGE),
        ("negative", NO_RANGE),
        ("5-3", NO_RANGE),
        ("1-2-3", NO_RANGE),
    ],
)
def test_a_range_that_is_not_understood_is_none(written: str, expected: Range) -> None:
    assert reference_range(written) == expected
