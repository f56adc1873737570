"""Table 3, pulmonary findings (criteria.md section 3). Oxygen has its own file."""

from __future__ import annotations

from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import course, finding_alerts, finding_states, writes_times

ROWS = (
    ("dyspnea", "dyspnea-at-rest", "relative"),
    ("intubation", "intubation", "absolute"),
    ("pleural-effusion", "effusion-drained", "absolute"),
)
STATES = {
    name: (row, *case)
    for row, finding, level in ROWS
    for name, case in finding_states(finding, level).items()
}
ALERTS = {
    name: (row, *case)
    for row, finding, level in ROWS
    for name, case in finding_alerts(finding, level).items()
}
for there, level in (("one-third", "relative"), ("half", "absolute")):
    STATES |= {
        f"{name} ({there})": ("rales", *case)
        for name, case in finding_states("rales", level, there, "none").items()
    }
    ALERTS |= {
        f"{name} ({there})": ("rales", *case)
        for name, case in finding_alerts("rales", level, there, "none").items()
    }
STATES["rales gone down from half to a third are relative"] = (
    "rales",
    course().finding("rales", "08:00", "half").finding("rales", "09:00", "one-third"),
    "09:00",
    "relative",
)
ALERTS["rales up and down in one episode"] = (
    "rales",
    course()
    .finding("rales", "08:00", "one-third")
    .finding("rales", "09:00", "half")
    .finding("rales", "09:10", "one-third"),
    None,
    ["opened relative 08:00", "worsened absolute 09:00", "improved relative 09:10"],
)


@table(STATES, "code course at expected")
def test_a_pulmonary_finding(code: str, course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, pulmonary: dyspnea, intubation, rales, effusion."""
    assert seen(course, at, code) == expected


@table(ALERTS, "code course until expected")
def test_what_is_said_of_a_pulmonary_finding(
    code: str, course: Course, until: str | None, expected: list[str]
) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, code, until) == expected
