"""The count of the ward: what of an assessment counts, and that patients who come, change and go leave
nothing behind.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.projections.assessments import MODES, READINESS, Census, Mark, counts_of
from tests.streams.samples import assessed, assessment, criterion


def packed(patient: str = "p1", **fields: Any) -> bytes:
    return msgspec.json.encode(assessment(patient, **fields))


def marked(*tripped: dict[str, Any], **fields: Any) -> tuple[Mark, ...]:
    return counts_of(assessed("p1", *tripped, **fields)).marks


def test_an_assessment_counts_in_its_mode_recommendation_and_readiness() -> None:
    marks = marked(mode="intensive", recommendation="stop")
    assert {
        Mark("patients", ("intensive",)),
        Mark("recommendations", ("stop",)),
        Mark("doses", ("waiting",)),
    } <= set(marks)


def test_two_tripped_rows_of_one_system_and_level_count_once() -> None:
    tripped = (
        criterion("urine-hour", "absolute"),
        criterion("creatinine", "absolute"),
        criterion("urine-shift", "relative"),
    )
    marks = marked(*tripped)
    assert sorted(mark.labels for mark in marks if mark.what == "tripped") == [
        ("renal", "absolute"),
        ("renal", "relative"),
    ]


def test_what_is_clear_or_cannot_be_told_is_not_tripped() -> None:
    found = marked(criterion("creatinine", "indeterminate"))
    assert [mark for mark in found if mark.what == "tripped"] == []


def test_a_stop_rule_counts_by_its_name_and_other_reasons_do_not() -> None:
    marks = marked(reasons=["stop-rule:infection", "infection"])
    assert [mark.labels for mark in marks if mark.what == "stop_rules"] == [("infection",)]


def test_only_what_is_overdue_counts_as_overdue() -> None:
    looked = [
        {"what": what, "last": None, "due": None, "overdue": what == "weight"}
        for what in ("vital-signs", "weight")
    ]
    assert [mark.labels for mark in marked(monitoring=looked) if mark.what == "overdue"] == [("weight",)]


@pytest.mark.parametrize(("hours", "delayed"), [(0.0, 0), (0.5, 1), (30.0, 1)])
def test_a_dose_counts_as_delayed_once_it_is_past_due(hours: float, delayed: int) -> None:
    dose = assessment("p1")["dose"] | {"delayed_h": hours}
    census = Census()
    census.apply(b"p1", packed(dose=dose))
    assert (census.counts[Mark("delayed")], census.longest_delay_h()) == (delayed, hours)


def test_the_longest_delay_goes_with_its_patient() -> None:
    census = Census()
    for name, hours in ((b"p1", 3.0), (b"p2", 26.0)):
        dose = assessment("p1")["dose"] | {"delayed_h": hours}
        census.apply(name, packed(name.decode(), dose=dose))
    census.apply(b"p2", None)
    assert census.longest_delay_h() == 3.0


@pytest.mark.parametrize(
    ("patient", "counted"), [("p1", 1), ("il2watch-test-1", 0), ("il2watch-heartbeat-0", 0)]
)
def test_a_made_up_patient_is_in_no_census(patient: str, counted: int) -> None:
    census = Census()
    census.apply(patient.encode(), packed(patient, recommendation="stop"))
    assert (census.counts[Mark("recommendations", ("stop",))], len(census.latest.of)) == (counted, counted)
    census.apply(patient.encode(), b"{")
    assert census.counts[Mark("unreadable")] == counted


UNREADABLE = {
    "cut short": b'{"mode":',
    "of another patient": packed("p2"),
    "without a guideline's hash": packed(guideline={"id": "g", "version": "2"}),
    "not text": b"\xff",
}


@pytest.mark.parametrize("value", UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_cannot_be_read_is_counted_and_takes_the_assessment_before_away(value: bytes) -> None:
    census = Census()
    census.apply(b"p1", packed(recommendation="proceed"))
    census.apply(b"p1", value)
    proceed = Mark("recommendations", ("proceed",))
    assert (census.latest.unread, census.latest.unreadable) == (1, {"p1"})
    assert (census.counts[proceed], census.counts[Mark("unreadable")]) == (0, 1)
    census.apply(b"p1", packed(recommendation="proceed"))
    assert (census.counts[proceed], census.counts[Mark("unreadable")]) == (1, 0)
    census.apply(b"p1", value)
    census.apply(b"p1", None)
    assert +census.counts == Counter()


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.none() | st.sampled_from(["proceed", "delay", "stop", "unreadable"])
        ),
        max_size=30,
    )
)
def test_whatever_came_before_only_the_latest_of_each_patient_counts(
    log: list[tuple[str, str | None]],
) -> None:
    census = Census()
    for patient, word in log:
        value = {None: None, "unreadable": b"{"}.get(word, packed(patient, recommendation=word))
        census.apply(patient.encode(), value)
    latest = dict(log)
    expected = Counter(word for word in latest.values() if word is not None)
    by_patient = {
        mark.labels[0] if mark.labels else mark.what: count
        for mark, count in census.counts.items()
        if mark.what in ("recommendations", "unreadable") and count
    }
    assert by_patient == expected
    assert min(census.counts.values(), default=0) >= 0


def test_the_words_that_are_set_up_at_start_are_the_assessments_own() -> None:
    given = assessment("p1")
    assert given["mode"] in MODES
    assert given["dose"]["readiness"] in READINESS
