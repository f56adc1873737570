"""Table 3, dermatologic row (criteria.md section 3)."""

from __future__ import annotations

from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import finding_alerts, finding_states, writes_times

CODE = "moist-desquamation"


@table(finding_states(CODE, "absolute"))
def test_moist_desquamation(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, dermatologic: present is absolute (column: later adaptations)."""
    assert seen(course, at, CODE) == expected


@table(finding_alerts(CODE, "absolute"), "course until expected")
def test_what_is_said_of_moist_desquamation(course: Course, until: str | None, expected: list[str]) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, CODE, until) == expected
