"""Why something is not used (wire.md, What is refused)."""

import pytest

from rules.wire.refusals import (
    BAD_TIME,
    BAD_UNIT,
    FROM_THE_FUTURE,
    MALFORMED,
    NEEDS_WEIGHT,
    UNKNOWN_CODE,
    WRONG_KEY,
    Refused,
    problem,
    quoted,
    refuse,
)


@pytest.mark.parametrize("reason", [MALFORMED, WRONG_KEY, BAD_UNIT, NEEDS_WEIGHT, FROM_THE_FUTURE, BAD_TIME])
def test_every_reason_but_an_unknown_code_refuses(reason):
    assert problem(reason, "a fault").refuses
    assert not problem(UNKNOWN_CODE, "a code").refuses


def test_a_message_is_one_printable_line_of_bounded_length():
    assert problem(MALFORMED, "a\nb\x1b[31m").message == "a?b?[31m"
    assert len(problem(MALFORMED, "x" * 10_000, "y" * 10_000).message) == 300


def test_a_code_is_cut_to_a_bounded_length():
    assert len(problem(UNKNOWN_CODE, "", "y" * 10_000).code) == 128
    assert problem(UNKNOWN_CODE, "", "").code == ""


def test_a_quoted_value_is_escaped_and_cut_short():
    assert quoted("a\nb") == r"'a\nb'"
    assert quoted("x" * 100) == "'" + "x" * 59 + "..."


def test_refusing_carries_the_problem():
    with pytest.raises(Refused) as refusal:
        refuse(BAD_UNIT, "no unit")
    assert refusal.value.problem == problem(BAD_UNIT, "no unit")
