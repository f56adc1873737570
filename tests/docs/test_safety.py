"""The hazard log is whole: each line has all its cells, names tests that exist, and every kind of fault has its line."""

from __future__ import annotations

import re

import pytest

from tests.docs.traceability import exists
from tests.kept import ROOT

LOG = (ROOT / "docs/safety.md").read_text(encoding="utf-8")
HEAD = ["hazard", "cause", "control", "held by", "what remains"]
TEST = re.compile(r"`(tests/[^`]+)`")
FAULTS = range(1, 11)
"""The report of attacks on a real broker numbered its faults so."""


def lines(text: str) -> list[list[str]]:
    """Return the lines of the hazard tables, cell by cell."""
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line[:1] == "|"
    ]
    return [row for row in rows if len(row) == len(HEAD) and row != HEAD and not set(row[0]) <= {"-", "|"}]


def fed() -> list[str]:
    """Return the kinds of trouble with a feed by their numbers."""
    return sorted(path.name[:2] for path in (ROOT / "tests/cases/feed").iterdir() if path.is_dir())


def test_each_hazard_has_its_cause_its_control_its_test_and_what_remains() -> None:
    assert len(lines(LOG)) > 40
    assert [row[0] for row in lines(LOG) if not all(row)] == []
    assert [row[0] for row in lines(LOG) if not TEST.search(row[3])] == []


def test_each_test_that_is_named_exists() -> None:
    named = [test for row in lines(LOG) for test in TEST.findall(row[3])]
    assert len(named) > 80
    assert [test for test in named if not exists(test)] == []


@pytest.mark.parametrize("number", fed())
def test_each_kind_of_trouble_with_a_feed_has_its_line(number: str) -> None:
    assert len([row for row in lines(LOG) if re.search(rf"\bfeed {number}\b", row[1])]) == 1


@pytest.mark.parametrize("number", FAULTS)
def test_each_fault_of_reliability_has_its_line(number: int) -> None:
    assert len([row for row in lines(LOG) if re.search(rf"\breliability fault {number}\b", row[1])]) == 1


@pytest.mark.parametrize("part", ["Intended use", "When the monitor is down"])
def test_it_says_who_may_rely_on_it_and_what_to_do_without_it(part: str) -> None:
    assert f"\n## {part}\n" in LOG


def test_a_line_without_a_test_is_seen() -> None:
    [row] = lines("| a hazard | a cause | a control | nothing | the rest |\n")
    assert not TEST.search(row[3])
