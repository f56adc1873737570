"""Table 3, renal: urine per hour and creatinine (criteria.md section 3). Urine per shift has its own file."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from rules.chart.chart import Chart
from rules.chart.volumes import Collection
from rules.evaluate.rows import hourly_rate
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline.declarations import HourlyRateRow
from rules.wire.instants import MINUTE
from tests.rules.courses import Course, clock, ms, seen, states_at, table, timed, transitions
from tests.rules.evaluate.charted import course, writes_times
from tests.rules.evaluate.results import result_alerts, result_states

HOUR = "urine-hour"
BLIND = "indeterminate missing urine"


def hour(volume: float, id: str | None = None) -> Course:
    return course().urine("09:00", volume, start="08:00", id=id)


URINE = {
    "never charted it cannot be told": (course(), "09:00", BLIND),
    "just over 20 mL/h is clear": (hour(20.1), "09:00", "clear"),
    "20 mL/h is relative": (hour(20), "09:00", "relative"),
    "10 mL/h is relative": (hour(10), "09:00", "relative"),
    "just under 10 mL/h is absolute": (hour(9.9), "09:00", "absolute"),
    "volume 0 is a measurement": (hour(0), "09:00", "absolute"),
    "half an hour alone cannot be told": (course().urine("09:00", 5, start="08:30"), "09:00", BLIND),
    "a millisecond less than an hour cannot be told": (
        course().urine("09:00", 5, start="08:00:00.001"),
        "09:00",
        BLIND,
    ),
    "stool is no urine": (course().stool("09:00", 100), "09:00", BLIND),
    "of hourly charting the last hour decides": (hour(100).urine("10:00", 15), "10:00", "relative"),
    "of four-hourly charting the last four": (hour(100).urine("13:00", 36), "13:00", "absolute"),
    "of charting every 15 min the last four": (
        hour(100).urine("09:15", 1).urine("09:30", 1).urine("09:45", 1).urine("10:00", 6),
        "10:00",
        "absolute",
    ),
    "time without a collection is left out": (
        course().urine("08:30", 20, start="08:00").urine("10:00", 20, start="09:30"),
        "10:00",
        "clear",
    ),
    "two catheters add up": (hour(9).urine("09:00", 12, start="08:00"), "09:00", "clear"),
    "a collection that reaches in counts by its share": (
        course().urine("08:30", 40, start="06:30").urine("09:00", 9, start="08:00"),
        "09:00",
        "relative",
    ),
}


@table(URINE)
def test_urine_hour(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `urine-hour`: 10-20 mL/h relative, both ends included, below 10 absolute; the
    shortest stretch that covers 60 min.
    """
    assert seen(course, at, HOUR) == expected


STARTS = {
    "without a start and nothing before, its rate is unknown": (course().urine("09:00", 5), "09:00", BLIND),
    "without a start it runs from the end of the one before": (
        course().urine("08:00", 500).urine("09:00", 9),
        "09:00",
        "absolute",
    ),
    "which must have ended strictly earlier": (
        course().urine("08:00", 500).urine("09:00", 4).urine("09:00", 4),
        "09:00",
        "absolute",
    ),
    "the one before may be known later": (
        course().urine("09:00", 9).urine("08:00", 500, known="10:00"),
        "10:00",
        "absolute",
    ),
    "nothing less than 24 h before it: unknown": (
        course().urine("08:00", 500).urine("32:00", 5),
        "33:00",
        BLIND,
    ),
    "something just within 24 h: a rate": (
        course().urine("08:00", 500).urine("31:59:59.999", 230),
        "33:00",
        "absolute",
    ),
    "a stretch of just under 24 h is known": (
        course().urine("32:00", 239, start="08:00:00.001"),
        "33:00",
        "absolute",
    ),
    "a stretch of 24 h is unknown": (course().urine("32:00", 239, start="08:00"), "33:00", BLIND),
    "a volume of unknown rate counts wholly at its end": (
        course().urine("08:30", 30).urine("09:00", 9, start="08:00"),
        "09:00",
        "clear",
    ),
    "and not in a stretch that starts there": (
        course().urine("08:00", 30).urine("09:00", 9, start="08:00"),
        "09:00",
        "absolute",
    ),
}


@table(STARTS)
def test_where_a_urine_collection_starts(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, urine-hour: no `start` charted is the end of the latest collection that ended
    strictly earlier.
    """
    assert seen(course, at, HOUR) == expected


STALE = {
    "clear and just under 8 h old it is clear": (hour(50), "16:59:59.999", "clear"),
    "clear and 8 h old it cannot be told": (hour(50), "17:00", BLIND),
    "tripped and just under 8 h old it is not stale": (hour(15), "16:59:59.999", "relative"),
    "tripped and 8 h old it keeps its state, stale": (hour(15), "17:00", "relative stale"),
    "stale it clears on data of two hours": (hour(15).urine("20:00", 300, start="18:00"), "20:00", "clear"),
    "on one hour it is no longer stale": (hour(15).urine("20:00", 300, start="19:00"), "20:00", "relative"),
    "in the ICU just under 2 h old is clear": (
        Course().start("00:00", location="icu").urine("09:00", 50, start="08:00"),
        "10:59:59.999",
        "clear",
    ),
    "in the ICU 2 h old cannot be told": (
        Course().start("00:00", location="icu").urine("09:00", 50, start="08:00"),
        "11:00",
        BLIND,
    ),
    "stale when it becomes known it trips nothing": (
        course().urine("09:00", 5, start="08:00", known="17:00"),
        "18:00",
        BLIND,
    ),
    "just under its limit when it becomes known it counts": (
        course().urine("09:00", 5, start="08:00", known="16:59:59.999"),
        "16:59:59.999",
        "absolute",
    ),
    "stale when it becomes known it clears nothing": (
        hour(15).urine("12:00", 600, start="09:00", known="20:00"),
        "20:00",
        "relative stale",
    ),
    "a late record is left out of a stretch that is stale by then": (
        course().urine("09:00", 5, start="08:00").urine("08:45", 100, start="08:15", known="17:00"),
        "17:00",
        "absolute stale",
    ),
    "corrected it never was": (hour(5, "u").correct("u", "10:00", volume=50), "10:00", "clear"),
    "withdrawn it never was": (hour(5, "u").withdraw("u", "10:00"), "10:00", BLIND),
    "withdrawn it falls back": (
        course()
        .urine("08:00", 50, start="07:00")
        .urine("09:00", 5, start="08:00", id="u")
        .withdraw("u", "10:00"),
        "10:00",
        "clear",
    ),
    "a collection that cannot be read leaves nothing clear": (
        hour(50).urine("10:00", 5, unit="furlong").unreadable(),
        "10:00",
        "indeterminate missing urine.unreadable",
    ),
    "an implausible one neither": (
        hour(50).urine("10:00", 3001),
        "10:00",
        "indeterminate missing urine.unreadable",
    ),
    "a tripped row is kept, stale": (
        hour(5).urine("10:00", 500, unit="furlong").unreadable(),
        "10:00",
        "absolute stale missing urine.unreadable",
    ),
    "until a usable one": (
        hour(50).urine("10:00", 5, unit="furlong").unreadable().urine("11:00", 50, start="10:00"),
        "11:00",
        "clear",
    ),
    "a late collection within the stretch counts": (
        hour(5).urine("08:45", 16, start="08:15", known="10:00"),
        "10:00",
        "clear",
    ),
}


@table(STALE)
def test_urine_hour_stale_corrected_and_late(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `urine-hour`: stale when the latest collection ended twice the
    interval ago; section 2.
    """
    assert seen(course, at, HOUR) == expected


def icu_hours(*volumes: float) -> Course:
    """Hourly collections in intensive care from 08:00 on."""
    drawn = Course().start("00:00", location="icu")
    for i, volume in enumerate(volumes):
        drawn.urine(f"{9 + i:02}:00", volume, start=f"{8 + i:02}:00")
    return drawn


CLEARS = {
    "an hour above 20 mL/h does not clear": (icu_hours(15, 24), "10:00", "relative"),
    "nor two of just 20 mL/h": (icu_hours(15, 25), "10:00", "relative"),
    "two above it do": (icu_hours(15, 25.1), "10:00", "clear"),
    "an absolute hour becomes relative first": (icu_hours(5, 24), "10:00", "relative"),
    "a clear row needs one hour only": (icu_hours(50, 24), "10:00", "clear"),
    "and trips on one": (icu_hours(200, 15), "10:00", "relative"),
    "one hour after a hole that ends the stretch does not clear": (
        icu_hours(15).urine("11:01", 200, start="10:00:00.001"),
        "11:01",
        "relative",
    ),
    "a hole of the interval does not end it": (
        icu_hours(15).urine("11:00", 200, start="10:00"),
        "11:00",
        "clear",
    ),
    "four hours of four-hourly charting clear at once": (
        hour(15).urine("13:00", 81),
        "13:00",
        "clear",
    ),
    "a collection of unknown rate changes nothing in a tripped row": (
        hour(15).urine("33:00", 500),
        "33:00",
        "relative stale",
    ),
    "half an hour after a hole cannot tell a clear row": (
        icu_hours(50).urine("11:00", 30, start="10:30"),
        "11:00",
        BLIND,
    ),
    "it keeps a tripped one, stale": (
        icu_hours(15).urine("10:45", 30, start="10:15"),
        "10:45",
        "relative stale",
    ),
    "which is over with the next hour": (
        icu_hours(15).urine("10:45", 30, start="10:15").urine("11:45", 15),
        "11:45",
        "relative",
    ),
    "corrected the hour that tripped it never did": (
        hour(15, "u").urine("10:00", 21).correct("u", "10:10", volume=21),
        "10:10",
        "clear",
    ),
    "a late collection between is taken in order of its at": (
        hour(50).urine("11:00", 25, start="10:00").urine("10:00", 14, known="11:10"),
        "11:10",
        "relative",
    ),
}


@table(CLEARS)
def test_urine_hour_clears_on_two_hours(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3.4, `urine-hour`: clears only when the stretch of 120 min is above the limit too;
    a hole longer than the interval ends a stretch.
    """
    assert seen(course, at, HOUR) == expected


def washed(at: str, volume: float, **fields: Any) -> Course:
    return course().given("irrigation", at, volume, **fields)


IRRIGATION = {
    "it is taken off": (washed("08:30", 50).urine("09:00", 60, start="08:00"), 10.0),
    "as far as the collection reaches": (washed("08:30", 70).urine("09:00", 60, start="08:00"), 0.0),
    "at the collection's end it is of it": (washed("09:00", 50).urine("09:00", 60, start="08:00"), 10.0),
    "at its start it is not": (washed("08:00", 50).urine("09:00", 60, start="08:00"), 60.0),
    "the collection that ends first gives it": (
        washed("08:30", 60).urine("09:00", 120, start="07:00").urine("10:00", 120, start="08:00"),
        75.0,
    ),
    "and the next the rest": (
        washed("08:30", 50).urine("09:00", 30, start="08:00").urine("09:30", 90, start="08:00"),
        46.6667,
    ),
    "withdrawn it is not": (
        washed("08:30", 50, id="w").urine("09:00", 60, start="08:00").withdraw("w", "09:10"),
        60.0,
    ),
    "charted late it is": (
        course().urine("09:00", 60, start="08:00").given("irrigation", "08:30", 50, known="10:00"),
        10.0,
    ),
    "but not when the stretch is stale by then": (
        course().urine("09:00", 60, start="08:00").given("irrigation", "08:30", 50, known="17:00"),
        60.0,
    ),
    "a collection of unknown start takes what came since the one before": (
        course()
        .urine("06:00", 200, start="-20:00")
        .given("irrigation", "20:00", 500)
        .urine("30:00", 530)
        .urine("30:00", 20, start="29:00"),
        50.0,
    ),
}


@table(IRRIGATION, "course rate")
def test_what_goes_into_the_bladder_is_no_urine(course: Course, rate: float) -> None:
    """criteria.md section 3.4: intake of kind `irrigation` is taken off the collections in whose time it
    lies.
    """
    last = max(one["at"] for one in course.records if one.get("kind") == "urine")
    found = states_at(course, clock(max(last, course.records[-1].get("known", last))) or "")
    assert found["criteria"][HOUR]["value"] == rate


def test_urine_hour_names_the_collections_of_its_stretch() -> None:
    """criteria.md section 9: `evidence` are the ids of the facts that made the value."""
    drawn = hour(100).urine("09:30", 5, id="a").urine("10:00", 4, id="b")
    row = states_at(drawn, "10:00")["criteria"][HOUR]
    assert (row["value"], row["unit"], sorted(row["evidence"])) == (9.0, "mL/h", ["a", "b"])


ALERTS = {
    "opened at the end of the collection": (
        course().urine("09:00", 15, start="08:00", known="09:20"),
        ["opened relative 09:00 @09:20"],
    ),
    "up and down in one episode": (
        hour(15).urine("10:00", 5).urine("10:10", 20).urine("11:10", 50),
        [
            "opened relative 09:00",
            "worsened absolute 10:00",
            "improved relative 10:10",
            "resolved clear 11:10",
        ],
    ),
    "withdrawn is amended": (hour(5, "u").withdraw("u", "09:10"), ["opened absolute", "amended clear"]),
    "corrected down a level is amended": (
        hour(5, "u").correct("u", "09:10", volume=15),
        ["opened absolute", "amended relative"],
    ),
    "corrected to clear is amended": (
        hour(5, "u").correct("u", "09:10", volume=25),
        ["opened absolute", "amended clear"],
    ),
    "corrected up is worsened": (
        hour(15, "u").correct("u", "09:10", volume=5),
        ["opened relative", "worsened absolute"],
    ),
    "a late collection resolves it": (
        hour(5).urine("08:45", 16, start="08:15", known="09:10"),
        ["opened absolute 09:00", "resolved clear 09:00 @09:10"],
    ),
    "going stale says nothing": (hour(5).tick("40:00"), ["opened absolute 09:00"]),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_urine_hour(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: `at` of urine-hour is the latest collection's end."""
    assert (timed if writes_times(expected) else transitions)(course, HOUR) == expected


CREATININE = {
    "just under 2.5 is clear": (course().labs("08:00", creatinine=2.49), "09:00", "clear"),
    "2.5 is relative": (course().labs("08:00", creatinine=2.5), "09:00", "relative"),
    "2.96 is relative, nothing is rounded": (course().labs("08:00", creatinine=2.96), "09:00", "relative"),
    "just under 3.0 is relative": (course().labs("08:00", creatinine=2.9999), "09:00", "relative"),
    "3.0 is absolute": (course().labs("08:00", creatinine=3.0), "09:00", "absolute"),
    "221.05 umol/L is 2.5 mg/dL": (
        course().labs("08:00", creatinine={"value": 221.05, "unit": "umol/L"}),
        "09:00",
        "relative",
    ),
    "221 umol/L is just under": (
        course().labs("08:00", creatinine={"value": 221.0, "unit": "umol/L"}),
        "09:00",
        "clear",
    ),
    "no hysteresis": (
        course().labs("08:00", creatinine=3.0).labs("09:00", creatinine=2.49),
        "09:00",
        "clear",
    ),
    "in the ICU just under 18 h old is fresh": (
        Course().start("00:00", location="icu").labs("08:00", creatinine=1),
        "25:59:59.999",
        "clear",
    ),
    "in the ICU 18 h old is stale": (
        Course().start("00:00", location="icu").labs("08:00", creatinine=1),
        "26:00",
        "indeterminate missing creatinine",
    ),
    "the shorter limit counts from the switch": (
        course().labs("08:00", creatinine=1).transfer("10:00", "icu"),
        "27:59:59.999",
        "clear",
    ),
    "and then it is stale": (
        course().labs("08:00", creatinine=1).transfer("10:00", "icu"),
        "28:00",
        "indeterminate missing creatinine",
    ),
    "the longer limit goes on applying": (
        course().labs("08:00", creatinine=1).transfer("40:00", "icu"),
        "44:00",
        "indeterminate missing creatinine",
    ),
    "after therapy-end chemistry is daily in the ICU too": (
        Course().start("00:00", location="icu").labs("08:00", creatinine=1).end("20:00"),
        "43:59:59.999",
        "clear",
    ),
    "and stale at 36 h": (
        Course().start("00:00", location="icu").labs("08:00", creatinine=1).end("20:00"),
        "44:00",
        "indeterminate missing creatinine",
    ),
    "what was stale is fresh again by the longer limit": (
        Course().start("00:00", location="icu").labs("08:00", creatinine=1).end("30:00"),
        "30:00",
        "clear",
    ),
    "an unreadable result that was stale when it became known says nothing": (
        course()
        .labs("06:00", known="42:00", creatinine={"value": 3, "unit": "furlong"})
        .unreadable()
        .labs("04:00", creatinine=1, known="04:30"),
        "42:00",
        "indeterminate missing creatinine",
    ),
    "back on the ward the longer limit holds again": (
        course().labs("08:00", creatinine=1).transfer("10:00", "icu").transfer("28:00", "ward"),
        "43:59:59.999",
        "clear",
    ),
}


@table(CREATININE | result_states("creatinine", 3.2, "absolute", 1.0))
def test_creatinine(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, labs: 2.5 to <3.0 relative, >=3.0 absolute; stale after 1.5 times the chemistry
    interval (section 6).
    """
    assert seen(course, at, "creatinine") == expected


@table(result_alerts("creatinine", 2.7, "relative", 1.0), "course expected")
def test_what_is_said_of_creatinine(course: Course, expected: list[str]) -> None:
    """criteria.md section 9."""
    assert (timed if writes_times(expected) else transitions)(course, "creatinine") == expected


COLLECTED = st.lists(
    st.tuples(st.sampled_from((0, 0, 0, 5, -3)), st.sampled_from((0, 1, 7, 30, 60, 90)), st.integers(0, 40)),
    min_size=1,
    max_size=12,
)
"""Minutes from the end of a collection to the start of the next, its minutes, and its mL."""


def collected(parts: list[tuple[int, int, int]]) -> list[Collection]:
    out, end = [], ms("08:00")
    for gap, minutes, volume in parts:
        start = end + gap * MINUTE
        end = max(end, start + minutes * MINUTE)
        out.append(Collection(min(start, end), end, volume / 10, end, ("u", 0)))
    return out


@given(COLLECTED, st.sampled_from((60, 120)))
def test_a_stretch_without_a_hole_is_found_at_once_as_it_is_one_by_one(
    parts: list[tuple[int, int, int]], covers: int
) -> None:
    row, chart, collections = GUIDELINE.row[HOUR], Chart(GUIDELINE), collected(parts)
    assert isinstance(row, HourlyRateRow)
    at_once = hourly_rate.stretch(row, chart, collections, covers * MINUTE)
    with patch.object(hourly_rate, "_unbroken", lambda *_: []):
        assert hourly_rate.stretch(row, chart, collections, covers * MINUTE) == at_once
