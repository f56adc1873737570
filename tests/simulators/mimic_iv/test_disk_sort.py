"""The external sort: the same lines in the same order, whatever fits in memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from simulators.mimic_iv.disk_sort import Ordering

KNOWN = st.lists(st.integers(-(10**12), 10**13) | st.integers(0, 3), max_size=60)


@given(known=KNOWN, run=st.integers(1, 20), files=st.integers(2, 5))
def test_lines_come_in_order_of_known_ties_as_they_were_added(known: list[int], run: int, files: int) -> None:
    with TemporaryDirectory() as folder:
        ordering = Ordering(Path(folder), run, files)
        for number, instant in enumerate(known):
            ordering.add(instant, b"%d" % number)
        assert [int(line) for line in ordering.lines()] == sorted(
            range(len(known)), key=lambda number: known[number]
        )


def test_no_more_lines_are_held_than_a_run_has(tmp_path: Path) -> None:
    ordering = Ordering(tmp_path, run=10)
    for number in range(95):
        ordering.add(number, b"")
        assert len(ordering.held) < 10
    assert len(list(tmp_path.iterdir())) == 9
