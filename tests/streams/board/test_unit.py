from __future__ import annotations

from typing import Any

import msgspec

from rules.wire.assessments import CriterionRow
from streams.board import display_texts, unit_overview
from streams.board.html.unit import attributes, cells
from streams.projections.patients import PatientProjection
from tests.streams.board.wards import GUIDE, cycle, ms, oliguria, projection, vitals, ward
from tests.streams.samples import assessed, assessment, criterion


def row(found: PatientProjection) -> unit_overview.UnitRow:
    return unit_overview.row(found, GUIDE, None, ms(200))


def standing(**fields: Any) -> PatientProjection:
    made = PatientProjection("p1", "k1")
    made.assessment = assessed("p1", **fields)
    return made


def row_of(code: str, state: str, **fields: Any) -> CriterionRow:
    return msgspec.convert(criterion(code, state, **fields), CriterionRow)


def test_a_row_says_what_the_assessment_says() -> None:
    found = projection(oliguria())
    made, assessment = row(found), found.assessment
    assert assessment is not None
    assert made.advised.word == assessment.recommendation
    assert made.dose == unit_overview.DoseCell(
        1,
        assessment.dose.last,
        assessment.dose.due,
        assessment.dose.delayed_h,
        assessment.dose.readiness,
        False,
    )
    assert made.pressure == unit_overview.PressureCell(86, 90, "relative", False, False)
    assert made.fluids == (assessment.fluids.above_maintenance_24h_ml, assessment.fluids.limit_ml)


def test_the_reasons_are_words_with_value_and_limit() -> None:
    assert ("absolute", "Urine 8 mL/h, below 10") in row(projection(oliguria())).advised.reasons


def test_the_strip_has_the_ten_systems_in_the_tables_order_each_as_bad_as_its_worst_row() -> None:
    found = projection(oliguria())
    made = {one.name: one.state for one in row(found).systems}
    assert list(made) == list(display_texts.SYSTEMS)
    assert (made["renal"], made["infectious"], made["pulmonary"]) == ("absolute", "clear", "clear")


def test_cannot_see_is_worse_than_clear_and_better_than_tripped() -> None:
    rows = [row_of("urine-shift", "indeterminate"), row_of("creatinine", "clear")]
    assert unit_overview.system("renal", rows, GUIDE).state == "indeterminate"
    assert (
        unit_overview.system("renal", [*rows, row_of("urine-hour", "relative", value=15.0)], GUIDE).state
        == "relative"
    )


def test_what_nobody_has_seen_comes_before_what_was_acknowledged() -> None:
    made = ward([*oliguria("p1"), *cycle("p2"), vitals("v9", 119, "p2", hr=80, sbp=120, spo2=98)])
    ranks = {one.name: row(one).rank for one in made}
    assert ranks["p1"] > ranks["p2"]


def test_the_recommendations_rank_in_the_guidelines_order() -> None:
    words_in_order = ("proceed", "cannot-tell", "correct", "delay", "stop")
    ranks = [row(standing(recommendation=word)).rank for word in words_in_order]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_one_whose_therapy_has_ended_gives_way() -> None:
    clock = assessment()["dose"] | {"readiness": "finished"}
    ended = row(standing(recommendation="stop", dose=clock, monitoring=[]))
    assert ended.advised.over
    assert ended.rank < row(standing(recommendation="correct")).rank


def test_a_patient_nobody_assessed_says_so_in_every_cell() -> None:
    from streams.projections.charted import ChartedFacts

    made = PatientProjection("p1", "k1")
    made.facts = ChartedFacts()
    shown = cells(row(made))
    assert "Not assessed" in shown["advised"]
    assert ">–<" in shown["dose"]
    assert ">–<" in shown["systems"]


def test_a_reason_that_is_no_row_has_its_level_and_a_nurses_words() -> None:
    low = assessment()["blood_pressure"] | {"state": "absolute"}
    made = row(
        standing(reasons=["hypotension", "dose-error", "bradycardia", "blood-pressure"], blood_pressure=low)
    )
    assert made.advised.reasons == (
        ("absolute", "Hypotension"),
        ("absolute", "Dose in error"),
        ("relative", "Bradycardia"),
    )
    assert made.advised.more == 1


def test_what_is_overdue_is_named_as_a_nurse_names_it() -> None:
    asked = (
        "iv-site",
        "chemistry",
        "recheck/heart-rate",
        "monitoring/weight-for-rate",
        "finding/dyspnea-at-rest",
    )
    listed = [{"what": what, "last": None, "due": None, "overdue": True} for what in asked]
    assert row(standing(monitoring=listed)).overdue == (
        "IV site not checked",
        "Chemistry not seen",
        "Heart rate to be repeated",
        "A pressor rate cannot be read without a weight",
        "dyspnea at rest: look again",
    )


def test_a_delay_is_hours_and_minutes() -> None:
    late = assessment()["dose"] | {"delayed_h": 1.3333, "readiness": "hold"}
    assert ", 1:20 h late" in cells(row(standing(dose=late)))["dose"]


def test_a_result_with_a_comparator_is_shown_with_it() -> None:
    rows = [criterion("platelets", "absolute", value=10.0, unit="10*3/uL", limit="<30", comparator="<")]
    made = PatientProjection("p1", "k1")
    made.assessment = assessed("p1", *rows, reasons=["platelets"])
    assert row(made).advised.reasons == (("absolute", "Platelets <10 ×10³/µL, below 30"),)


def test_an_old_proceed_does_not_stand_for_an_assessment_that_cannot_be_read() -> None:
    made = standing(recommendation="proceed")
    made.assessment, made.unreadable = None, True
    shown = cells(row(made))
    assert "Not assessed" in shown["advised"]
    assert "The newest assessment cannot be read" in shown["advised"]
    assert "Proceed" not in "".join(shown.values())
    assert row(made).rank > row(standing(recommendation="proceed")).rank


def test_a_state_is_named_in_words_and_drawn_as_a_shape() -> None:
    strip = cells(row(projection(oliguria())))["systems"]
    assert 'role="img" aria-label="renal: absolute. Urine 8 mL/h, below 10"' in strip
    assert "▲" in strip
    assert 'aria-label="infectious: clear"' in strip


def test_nothing_of_a_patients_name_reaches_the_address() -> None:
    shown = cells(row(projection(oliguria("<script>alert(1)</script>"), "<script>alert(1)</script>")))
    assert "<script" not in "".join(shown.values())
    assert 'href="/patient/k-' in shown["who"]
    assert "<script" in str(attributes(row(projection(oliguria("<script>"), "<script>")))["data_find"])


def test_a_reason_that_is_no_row_has_its_words_and_its_own_level() -> None:
    """Hypotension was shown as `? cannot see`, and a dose in error by its code."""
    low = assessment()["blood_pressure"] | {"state": "absolute"}
    reasons = ["hypotension", "dose-error", "dose-count", "blood-pressure", "stop-rule:oxygen"]
    made = row(standing(reasons=reasons, criteria=[], blood_pressure=low))
    assert unit_overview.advised(
        standing(reasons=reasons, criteria=[], blood_pressure=low), GUIDE, 9
    ).reasons == (
        ("absolute", "Hypotension"),
        ("absolute", "Dose in error"),
        ("relative", "Number of doses"),
        ("indeterminate", "Blood pressure not seen"),
        ("absolute", GUIDE.stop_rules[4].words),
    )
    assert made.advised.more == 2


BLOCKERS = {
    "hypotension": "Hypotension, or the latest pressure at or below target",
    "urine": "Urine flow to be established first",
    "phenylephrine": "Pressor load above 0.5 mcg/kg/min, or a pressor that cannot be counted",
    "urine-hour": "Urine",
    "blood-pressure": "Blood pressure not seen",
    "recheck/spo2": "SpO2 to be repeated",
    "overdue/intake-output": "Urine not charted",
    "pre-dose/temperature": "Temperature not taken within the last hour",
    "mental-status-watch": "Mental status to be reassessed",
    "not-understood/xyzol": "xyzol runs, and the monitor does not know it",
    "eligibility/creatinine": "Not met or not recorded: creatinine at most 1.6 mg/dL",
}


def test_what_stands_against_a_dose_is_in_a_nurses_words() -> None:
    """criteria.md section 10; what is a reason already is not said twice."""
    clock = assessment()["dose"] | {"readiness": "hold", "blockers": ["creatinine", *BLOCKERS]}
    judged = assessed("p1", dose=clock, reasons=["creatinine"])
    assert display_texts.blockers(judged, GUIDE) == tuple(BLOCKERS.values())


def test_what_blocks_no_dose_any_more_is_not_said() -> None:
    clock = assessment()["dose"] | {"readiness": "finished", "blockers": ["urine"]}
    assert display_texts.blockers(assessed("p1", dose=clock), GUIDE) == ()


def test_what_cannot_be_seen_is_named_as_a_nurse_does() -> None:
    found = row_of("cardiac-enzymes", "indeterminate", missing=["troponin-t.high", "ck-mb.unreadable"])
    assert display_texts.tripped(found, GUIDE) == (
        "CK-MB or troponin: cannot see, missing upper limit of troponin T, readable CK-MB"
    )
