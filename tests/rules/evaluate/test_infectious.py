"""Table 3, infectious row (criteria.md section 3)."""

from __future__ import annotations

from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import finding_alerts, finding_states, writes_times


@table(finding_states("infection", "absolute"))
def test_infection(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, infectious: strong clinical suspicion, or documented, is absolute."""
    assert seen(course, at, "infection") == expected


@table(finding_alerts("infection", "absolute"), "course until expected")
def test_what_is_said_of_infection(course: Course, until: str | None, expected: list[str]) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, "infection", until) == expected
