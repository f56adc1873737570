"""Table 3, musculoskeletal rows (criteria.md section 3)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import course, finding_alerts, finding_states, writes_times


def weighed(*readings: tuple[str, Any], baseline: float | None = 70) -> Course:
    drawn = Course().start("00:00", weight=baseline)
    for time, kg in readings:
        drawn.vitals(time, id=time, weight=kg)
    return drawn


WEIGHT = {
    "never weighed it cannot be told": (weighed(), "09:00", "indeterminate missing weight"),
    "without a baseline it cannot be told": (
        weighed(("08:00", 90), baseline=None),
        "09:00",
        "indeterminate missing baseline-weight",
    ),
    "with neither both are named": (
        weighed(baseline=None),
        "09:00",
        "indeterminate missing baseline-weight,weight",
    ),
    "15 % is clear": (weighed(("08:00", 80.5)), "09:00", "clear"),
    "just under 15 % is clear": (weighed(("08:00", 80.4)), "09:00", "clear"),
    "just over 15 % is relative": (weighed(("08:00", 80.51)), "09:00", "relative"),
    "a weight lost is clear": (weighed(("08:00", 60)), "09:00", "clear"),
    "there is no absolute": (weighed(("08:00", 84), ("09:00", 98)), "09:00", "relative"),
    "pounds are converted": (weighed(("08:00", {"value": 178, "unit": "[lb_av]"})), "09:00", "relative"),
    "grams are converted": (weighed(("08:00", {"value": 80500, "unit": "g"})), "09:00", "clear"),
    "tripped and just under 36 h old is not stale": (weighed(("08:00", 82)), "43:59:59.999", "relative"),
    "tripped and 36 h old keeps its state, stale": (weighed(("08:00", 82)), "44:00", "relative stale"),
    "clear and just under 36 h old is not stale": (weighed(("08:00", 72)), "43:59:59.999", "clear"),
    "clear and 36 h old cannot be told": (
        weighed(("08:00", 72)),
        "44:00",
        "indeterminate missing weight",
    ),
    "the ICU changes nothing": (weighed(("08:00", 72)).transfer("09:00", "icu"), "43:59:59.999", "clear"),
    "a weight stale when it becomes known trips nothing": (
        weighed().vitals("00:00", known="36:00", weight=82),
        "37:00",
        "indeterminate missing weight",
    ),
    "it clears on the next weight": (weighed(("08:00", 82), ("14:00", 80)), "14:00", "clear"),
    "the latest by at rules, not by known": (
        weighed(("08:00", 72)).vitals("07:00", known="09:00", weight=82),
        "09:00",
        "clear",
    ),
    "corrected it never was": (weighed(("08:00", 82)).correct("08:00", "09:00", weight=72), "09:00", "clear"),
    "withdrawn falls back": (
        weighed(("07:00", 71), ("08:00", 82)).withdraw("08:00", "09:00"),
        "09:00",
        "clear",
    ),
    "a weight in a unit nobody knows cannot be told": (
        weighed(("08:00", 72), ("09:00", {"value": 90, "unit": "stone"})).unreadable(),
        "09:00",
        "indeterminate missing weight.unreadable",
    ),
    "nor one that jumps": (
        weighed(("08:00", 72), ("09:00", 100)),
        "09:00",
        "indeterminate missing weight.unreadable",
    ),
    "a tripped row is kept, stale": (
        weighed(("08:00", 82), ("09:00", 300)),
        "09:00",
        "relative stale missing weight.unreadable",
    ),
    "a baseline corrected decides it again": (
        Course()
        .encounter("admit", "00:00")
        .baseline("00:00", weight=60, id="b")
        .encounter("cycle-start", "00:00")
        .vitals("08:00", weight=70)
        .correct("b", "09:00", **{"sbp": 124, "weight": 70}),
        "09:00",
        "clear",
    ),
}


@table(WEIGHT)
def test_weight_gain(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `weight-gain`: over 15 % above baseline is relative; stale when 36 h
    old.
    """
    assert seen(course, at, "weight-gain") == expected


WEIGHT_ALERTS = {
    "opened and resolved at the weights": (
        weighed(("08:00", 82)).vitals("10:00", known="10:30", weight=75),
        ["opened relative 08:00", "resolved clear 10:00 @10:30"],
    ),
    "a late weight is opened at its own time": (
        weighed().vitals("08:00", known="12:00", weight=82),
        ["opened relative 08:00 @12:00"],
    ),
    "corrected is amended": (
        weighed(("08:00", 82)).correct("08:00", "09:00", weight=72),
        ["opened relative", "amended clear"],
    ),
    "withdrawn is amended": (
        weighed(("08:00", 82)).withdraw("08:00", "09:00"),
        ["opened relative", "amended clear"],
    ),
}


@table(WEIGHT_ALERTS, "course expected")
def test_what_is_said_of_weight_gain(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: the `at` of a weight is that of the fact."""
    assert (timed if writes_times(expected) else transitions)(course, "weight-gain") == expected


EXTREMITIES = finding_states("extremity-tightness", "relative") | finding_states(
    "extremity-paresthesias", "absolute"
)
EXTREMITIES |= {
    "paresthesias denied leave tightness": (
        course()
        .finding("extremity-tightness", "08:00")
        .finding("extremity-paresthesias", "08:00")
        .finding("extremity-paresthesias", "09:00", False),
        "09:00",
        "relative",
    ),
}
EXTREMITIES_ALERTS = finding_alerts("extremity-tightness", "relative") | finding_alerts(
    "extremity-paresthesias", "absolute"
)


@table(EXTREMITIES)
def test_extremities(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, musculoskeletal: tightness is relative, paresthesias absolute."""
    assert seen(course, at, "extremities") == expected


@table(EXTREMITIES_ALERTS, "course until expected")
def test_what_is_said_of_extremities(course: Course, until: str | None, expected: list[str]) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, "extremities", until) == expected
