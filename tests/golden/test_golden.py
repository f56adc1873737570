"""What the program says over a recorded ward is what was recorded, byte for byte (tests/golden/record.py)."""

from __future__ import annotations

import pytest

from tests.golden import outputs
from tests.golden.stored import EXPECTED, difference, stored, text_of


@pytest.mark.xdist_group("golden")  # worker and pager live once for all that they say
@pytest.mark.parametrize("name", outputs.NAMES)
def test_the_output_is_as_it_was_recorded(name: str) -> None:
    found = difference(stored(name), outputs.lines(name))
    if found is not None:
        pytest.fail(f"{name}: {found}\n  meant? python -m tests.golden.record", pytrace=False)


def test_every_recorded_output_is_compared() -> None:
    assert {path.name.removesuffix(".gz") for path in EXPECTED.iterdir()} == set(outputs.NAMES)


def test_a_difference_shows_the_first_line_that_differs_old_and_new() -> None:
    assert difference(["a", "b"], ["a", "b"]) is None
    assert difference(["a", "b", "c"], ["a", "x", "y"]) == (
        "line 2 differs, the first of 2; 3 lines before, 3 now\n  after a\n  old b\n  new x"
    )
    assert (
        difference(["a"], ["a", "b"])
        == "line 2 differs, the first of 1; 1 lines before, 2 now\n  after a\n  old no line\n  new b"
    )


def test_no_two_values_are_written_alike() -> None:
    values = (
        None,
        b"",
        b"-",
        b"hex:ff",
        b"\xff",
        b'json:""',
        b"a\tb",
        b"a\\tb",
        "ü".encode(),
        "ü".encode("latin-1"),
    )
    assert len(set(map(text_of, values))) == len(values)
