"""Table 3, gastrointestinal rows (criteria.md section 3).

Shifts of the default site end at 07:00, 15:00 and 23:00 UTC.
"""

from __future__ import annotations

from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import course, finding_alerts, finding_states, writes_times
from tests.rules.evaluate.results import result_alerts, result_states

ROWS = (
    ("refractory-vomiting", "refractory-vomiting", "absolute"),
    ("abdominal-distention", "ileus", "relative"),
    ("abdominal-distention", "distention", "relative"),
    ("abdominal-distention", "severe-distention", "absolute"),
    ("abdominal-pain", "severe-abdominal-pain", "absolute"),
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


@table(STATES, "code course at expected")
def test_a_gastrointestinal_finding(code: str, course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, gastrointestinal: vomiting, distention, pain."""
    assert seen(course, at, code) == expected


@table(ALERTS, "code course until expected")
def test_what_is_said_of_a_gastrointestinal_finding(
    code: str, course: Course, until: str | None, expected: list[str]
) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, code, until) == expected


DISTENTION = {
    "severe with ileus is absolute": (
        course().finding("ileus", "08:00").finding("severe-distention", "09:00"),
        "09:00",
        "absolute",
    ),
    "severe denied leaves ileus": (
        course()
        .finding("ileus", "08:00")
        .finding("severe-distention", "09:00")
        .finding("severe-distention", "10:00", False),
        "10:00",
        "relative",
    ),
    "ileus denied leaves distention": (
        course().finding("ileus", "08:00").finding("distention", "08:00").finding("ileus", "10:00", False),
        "10:00",
        "relative",
    ),
}


@table(DISTENTION)
def test_abdominal_distention_is_as_bad_as_its_worst_finding(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3: absolute if the absolute finding is present, else relative if a
    relative one is.
    """
    assert seen(course, at, "abdominal-distention") == expected


UNMEASURED = "indeterminate missing stool-volume"


def counted(at: str, drawn: Course | None = None) -> Course:
    """Three stools that nobody measured."""
    fields = {"direction": "out", "kind": "stool", "count": 3, "id": "s"}
    return (drawn or course()).add("io", at, **fields)


STOOL = {
    "no stool charted is 0": (course(), "09:00", "clear"),
    "a charted 0 is clear": (course().stool("08:00", 0), "09:00", "clear"),
    "just under 1000 mL is clear": (course().stool("08:00", 999.9), "09:00", "clear"),
    "1000 mL in the running shift is relative at once": (course().stool("08:00", 1000), "08:00", "relative"),
    "volumes of a shift add up": (
        course().stool("07:00:00.001", 600).stool("15:00", 400),
        "15:00",
        "relative",
    ),
    "a volume at 07:00 sharp belongs to the shift that ends then": (
        course().stool("07:00", 600).stool("08:00", 400),
        "14:00",
        "clear",
    ),
    "other output is no stool": (course().out("emesis", "08:00", 2000), "09:00", "clear"),
    "litres are converted": (course().out("stool", "08:00", 1, unit="L"), "09:00", "relative"),
    "a start changes nothing, the whole volume counts at its at": (
        course().stool("08:00", 1000, start="00:30"),
        "09:00",
        "relative",
    ),
    "the last completed shift keeps it relative": (course().stool("08:00", 1000), "15:00", "relative"),
    "until the next one is completed": (course().stool("08:00", 1000), "22:59:59.999", "relative"),
    "at the end of a shift without, it clears": (course().stool("06:00", 1000), "15:00", "clear"),
    "last completed and running is absolute": (
        course().stool("08:00", 1000).stool("16:00", 1000),
        "16:00",
        "absolute",
    ),
    "just under in the running shift is relative": (
        course().stool("08:00", 1000).stool("16:00", 999),
        "16:00",
        "relative",
    ),
    "the two last completed are absolute": (
        course().stool("08:00", 1000).stool("16:00", 1000),
        "30:59:59.999",
        "absolute",
    ),
    "and clear when the third was without": (
        course().stool("08:00", 1000).stool("16:00", 1000),
        "31:00",
        "clear",
    ),
    "two shifts with one between are not consecutive": (
        course().stool("06:00", 1000).stool("16:00", 1000),
        "16:00",
        "relative",
    ),
    "a stool nobody measured cannot be told": (counted("08:00"), "09:00", UNMEASURED),
    "through the next shift": (counted("08:00"), "22:59:59.999", UNMEASURED),
    "then it decides nothing": (counted("08:00"), "23:00", "clear"),
    "with enough measured beside it the shift is over the limit": (
        counted("08:00").stool("09:00", 1000),
        "09:00",
        "relative",
    ),
    "a tripped row is kept, stale, while it may be absolute": (
        counted("16:00", course().stool("08:00", 1000)),
        "16:00",
        "relative stale missing stool-volume",
    ),
    "and as long as it decides": (
        counted("16:00", course().stool("08:00", 1000)),
        "30:59:59.999",
        "relative stale missing stool-volume",
    ),
    "then it clears": (counted("16:00", course().stool("08:00", 1000)), "31:00", "clear"),
    "an absolute row is kept absolute": (
        counted("24:00", course().stool("08:00", 1000).stool("16:00", 1000)),
        "31:00",
        "absolute stale missing stool-volume",
    ),
    "what the two last shifts say without it is not stale": (
        counted("24:00", course().stool("08:00", 1000).stool("16:00", 1000)),
        "24:00",
        "absolute",
    ),
    "withdrawn it was never there": (counted("08:00").withdraw("s", "09:00"), "09:00", "clear"),
    "it never goes stale": (course().stool("08:00", 10), "200:00", "clear"),
    "corrected it never was": (
        course().stool("08:00", 1000, id="s").correct("s", "09:00", volume=100),
        "09:00",
        "clear",
    ),
    "withdrawn it never was": (
        course().stool("08:00", 1000, id="s").withdraw("s", "09:00"),
        "09:00",
        "clear",
    ),
    "a late volume counts in the shift of its at": (
        course().stool("08:00", 600).stool("09:00", 400, known="20:00"),
        "20:00",
        "relative",
    ),
    "a late volume of a shift long past counts for nothing now": (
        course().stool("01:00", 1000, known="20:00"),
        "20:00",
        "clear",
    ),
}


@table(STOOL)
def test_diarrhea(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `diarrhea`: stool per shift, relative in one, absolute in two
    consecutive ones.
    """
    assert seen(course, at, "diarrhea") == expected


STOOL_ALERTS = {
    "opened at the volume that reached it": (
        course().stool("08:00", 600).stool("10:00", 400).stool("12:00", 400),
        ["opened relative 10:00"],
    ),
    "worsened in the running shift, improved and resolved at the ends of shifts": (
        course().stool("08:00", 1000).stool("16:00", 1000).tick("40:00"),
        ["opened relative 08:00", "worsened absolute 16:00", "resolved clear 31:00"],
    ),
    "a full shift, an empty one": (
        course().stool("08:00", 1000).tick("40:00"),
        ["opened relative 08:00", "resolved clear 23:00"],
    ),
    "reached late in the running shift": (
        course().stool("08:00", 600).stool("09:00", 400, known="12:00"),
        ["opened relative 09:00 @12:00"],
    ),
    "withdrawn is amended": (
        course().stool("08:00", 1000, id="s").withdraw("s", "09:00"),
        ["opened relative", "amended clear"],
    ),
    "one of two shifts withdrawn is amended to relative": (
        course().stool("08:00", 1000, id="s").stool("16:00", 1000).withdraw("s", "17:00"),
        ["opened relative", "worsened absolute", "amended relative"],
    ),
    "corrected below is amended": (
        course().stool("08:00", 1000, id="s").correct("s", "09:00", volume=999),
        ["opened relative", "amended clear"],
    ),
    "corrected above opens": (
        course().stool("08:00", 999, id="s").correct("s", "09:00", volume=1000),
        ["opened relative 08:00 @09:00"],
    ),
}


@table(STOOL_ALERTS, "course expected")
def test_what_is_said_of_diarrhea(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: in the running shift the fact's `at`, when a shift's end changes it that end."""
    assert (timed if writes_times(expected) else transitions)(course, "diarrhea") == expected


BILIRUBIN = {
    "7 mg/dL is clear": (course().labs("08:00", bilirubin=7), "09:00", "clear"),
    "just over 7 mg/dL is relative": (course().labs("08:00", bilirubin=7.0001), "09:00", "relative"),
    "there is no absolute": (course().labs("08:00", bilirubin=40), "09:00", "relative"),
    "119.7 umol/L is 7 mg/dL": (
        course().labs("08:00", bilirubin={"value": 119.7, "unit": "umol/L"}),
        "09:00",
        "clear",
    ),
    "120 umol/L is over it": (
        course().labs("08:00", bilirubin={"value": 120, "unit": "umol/L"}),
        "09:00",
        "relative",
    ),
    "liver is daily in the ICU too: just under 36 h old is fresh": (
        Course().start("00:00", location="icu").labs("08:00", bilirubin=1),
        "43:59:59.999",
        "clear",
    ),
}


@table(BILIRUBIN | result_states("bilirubin", 7.5, "relative", 1))
def test_bilirubin(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, labs: above 7 mg/dL is relative; stale after 1.5 times the liver interval."""
    assert seen(course, at, "bilirubin") == expected


@table(result_alerts("bilirubin", 7.5, "relative", 1), "course expected")
def test_what_is_said_of_bilirubin(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: the `at` of a lab is its sample's."""
    assert (timed if writes_times(expected) else transitions)(course, "bilirubin") == expected
