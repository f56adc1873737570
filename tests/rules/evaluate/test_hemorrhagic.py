"""Table 3, hemorrhagic rows (criteria.md section 3)."""

from __future__ import annotations

from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import course, finding_alerts, finding_states, writes_times
from tests.rules.evaluate.results import result_alerts, result_states

BLOOD = finding_states("guaiac-positive", "relative") | finding_states("frank-blood", "absolute")
BLOOD |= {
    "frank blood outweighs guaiac": (
        course().finding("guaiac-positive", "08:00").finding("frank-blood", "08:00"),
        "09:00",
        "absolute",
    ),
    "frank blood denied leaves guaiac": (
        course()
        .finding("guaiac-positive", "08:00")
        .finding("frank-blood", "08:00")
        .finding("frank-blood", "09:00", False),
        "09:00",
        "relative",
    ),
}


@table(BLOOD)
def test_bleeding(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, hemorrhagic: guaiac-positive is relative, frank blood absolute."""
    assert seen(course, at, "bleeding") == expected


BLOOD_ALERTS = finding_alerts("guaiac-positive", "relative") | finding_alerts("frank-blood", "absolute")
BLOOD_ALERTS |= {
    "one episode up and down": (
        course()
        .finding("guaiac-positive", "08:00")
        .finding("frank-blood", "09:00")
        .finding("frank-blood", "09:10", False),
        None,
        ["opened relative 08:00", "worsened absolute 09:00", "improved relative 09:10"],
    ),
    "the absolute finding withdrawn is amended to relative": (
        course()
        .finding("guaiac-positive", "08:00")
        .finding("frank-blood", "09:00", id="f")
        .withdraw("f", "09:10"),
        None,
        ["opened relative", "worsened absolute", "amended relative"],
    ),
}


@table(BLOOD_ALERTS, "course until expected")
def test_what_is_said_of_bleeding(course: Course, until: str | None, expected: list[str]) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, "bleeding", until) == expected


def icu() -> Course:
    return Course().start("00:00", location="icu")


PLATELETS = {
    "just over 50 is clear": (course().labs("08:00", platelets=50.1), "09:00", "clear"),
    "50 is relative": (course().labs("08:00", platelets=50), "09:00", "relative"),
    "30 is relative": (course().labs("08:00", platelets=30), "09:00", "relative"),
    "just under 30 is absolute": (course().labs("08:00", platelets=29.9), "09:00", "absolute"),
    "30000 /mm3 is 30": (
        course().labs("08:00", platelets={"value": 30000, "unit": "/mm3"}),
        "09:00",
        "relative",
    ),
    "29900 /mm3 is under it": (
        course().labs("08:00", platelets={"value": 29900, "unit": "/mm3"}),
        "09:00",
        "absolute",
    ),
    "50 10*9/L is 50": (
        course().labs("08:00", platelets={"value": 50, "unit": "10*9/L"}),
        "09:00",
        "relative",
    ),
    "no hysteresis": (course().labs("08:00", platelets=29).labs("09:00", platelets=50.1), "09:00", "clear"),
    "<10 is below 30": (course().labs("08:00", platelets="<10"), "09:00", "absolute"),
    "<30 is absolute": (course().labs("08:00", platelets="<30"), "09:00", "absolute"),
    "<=30 may be either, both are tripped: the least": (
        course().labs("08:00", platelets="<=30"),
        "09:00",
        "relative",
    ),
    "<=50 too": (course().labs("08:00", platelets="<=50"), "09:00", "relative"),
    "<51 may be clear": (
        course().labs("08:00", platelets="<51"),
        "09:00",
        "indeterminate missing platelets.range",
    ),
    ">50 is clear": (course().labs("08:00", platelets=">50"), "09:00", "clear"),
    ">=50 may be relative": (
        course().labs("08:00", platelets=">=50"),
        "09:00",
        "indeterminate missing platelets.range",
    ),
    "a range keeps a tripped row, stale": (
        course().labs("08:00", platelets=29).labs("09:00", platelets="<60"),
        "09:00",
        "absolute stale missing platelets.range",
    ),
    "and so does the next": (
        course().labs("08:00", platelets=40).labs("09:00", platelets="<60").labs("10:00", platelets="<70"),
        "10:00",
        "relative stale missing platelets.range",
    ),
    "the next value clears it": (
        course().labs("08:00", platelets=29).labs("09:00", platelets="<60").labs("10:00", platelets=60),
        "10:00",
        "clear",
    ),
    "a comparator of its own": (
        course().labs("08:00", platelets={"value": 10, "comparator": "<"}),
        "09:00",
        "absolute",
    ),
    "in the ICU just under 18 h old is fresh": (icu().labs("08:00", platelets=200), "25:59:59.999", "clear"),
    "in the ICU 18 h old is stale": (
        icu().labs("08:00", platelets=200),
        "26:00",
        "indeterminate missing platelets",
    ),
}


@table(PLATELETS | result_states("platelets", 29, "absolute", 200))
def test_platelets(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, labs: 30-50 relative, both ends included, below 30 absolute; stale after 1.5
    times the blood-count interval.
    """
    assert seen(course, at, "platelets") == expected


@table(result_alerts("platelets", 29, "absolute", 200), "course expected")
def test_what_is_said_of_platelets(course: Course, expected: list[str]) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, "platelets") == expected
