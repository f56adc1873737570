"""What lifts a stop rule: corrections and withdrawals, a resume, two kinds of late facts (criteria.md
section 4).
"""

from __future__ import annotations

from tests.rules.courses import NORMAL, Course, states_at, table
from tests.rules.decide.stopping import (
    changed,
    cleared,
    failing,
    half_rales,
    hourly,
    on,
    standing,
    started,
    troponin,
)

CORRECTED = {
    "withdrawn it lifts": (
        started().finding("infection", "08:00", id="f").withdraw("f", "09:00"),
        "09:00",
        [],
    ),
    "corrected it lifts": (
        started().finding("infection", "08:00", id="f").correct("f", "09:00", present=False),
        "09:00",
        [],
    ),
    "withdrawn after it cleared it lifts": (cleared(id="f").withdraw("f", "10:00"), "10:00", []),
    "withdrawn while another record holds it stands": (
        started().finding("infection", "08:00", id="f").finding("infection", "08:30").withdraw("f", "09:00"),
        "09:00",
        ["infection"],
    ),
    "withdrawn while another element held it stands": (
        started()
        .finding("hallucination", "08:00", id="f")
        .finding("disorientation", "08:10")
        .finding("disorientation", "08:20", False)
        .withdraw("f", "09:00"),
        "09:00",
        ["neuropsychiatric"],
    ),
    "a late denial that shows it never held does not lift it": (
        started().finding("infection", "08:00").finding("infection", "08:00", False, known="09:00"),
        "09:00",
        ["infection"],
    ),
    "a late rate that shows the load was lower does not lift it": (
        started()
        .dose("00:00")
        .phenylephrine("01:00", 1.5)
        .phenylephrine("01:01", 0.2, known="09:00")
        .tick("09:00"),
        "09:00",
        ["pressor-dependence"],
    ),
    "a late saturation does not lift it": (
        half_rales(90).vitals("08:00", known="09:00", id="later", spo2=99),
        "09:00",
        ["oxygen"],
    ),
    "a corrected dose time lifts the delay": (
        started().dose("00:00").dose("34:00", id="d", known="34:00").correct("d", "35:00", at="31:00"),
        "35:00",
        [],
    ),
    "a dose time corrected to after the limit does not": (
        started().dose("00:00").dose("34:00", id="d").correct("d", "35:00", at="32:15:00.001"),
        "35:00",
        ["delay-over-24h"],
    ),
    "the delayed dose withdrawn leaves the delay": (
        started().dose("00:00").dose("33:00", id="d").withdraw("d", "34:00"),
        "34:00",
        ["delay-over-24h"],
    ),
    "dose 1 withdrawn lifts the delay": (started().dose("00:00", id="d").withdraw("d", "34:00"), "34:00", []),
    "a preliminary replaced by a final never was": (
        started()
        .finding("infection", "08:00", id="f", status="preliminary")
        .finding("infection", "08:00", False, id="f", known="09:00"),
        "09:00",
        [],
    ),
    "a value corrected upwards, normal since, would have held": (
        started()
        .labs("08:00", "a", troponin_t=troponin(0.005))
        .labs("09:00", troponin_t=troponin(0.005))
        .correct("a", "10:00", troponin_t=troponin(0.02)),
        "10:00",
        ["troponin"],
    ),
    "a saturation of long ago corrected lifts oxygen": (
        hourly(half_rales(90)).correct("sat", "29:30", spo2=98),
        "29:30",
        [],
    ),
    "the cannula corrected lifts oxygen": (
        started()
        .vitals("08:00", "v", device="nasal-cannula", flow=6)
        .vitals("09:00", device="room-air")
        .correct("v", "10:00", device="nasal-cannula", flow=2),
        "10:00",
        [],
    ),
    "the rate corrected lifts pressor dependence": (
        started()
        .dose("00:00")
        .phenylephrine("01:00", 1.5, id="i")
        .phenylephrine("09:00", 0)
        .correct("i", "10:00", rate=0.5),
        "10:00",
        [],
    ),
}


@table(CORRECTED)
def test_a_correction_lifts_a_stop_rule_a_late_fact_does_not(
    course: Course, at: str, expected: list[str]
) -> None:
    """criteria.md section 4: with the facts as corrected or withdrawn since, it would never have held; a late
    fact that shows it does not lift it.
    """
    assert standing(course, at) == expected


LATE = {
    "a dose charted late that was in time lifts the delay": (
        started().dose("00:00").dose("30:00", known="33:00"),
        "33:00",
        [],
    ),
    "a dose at the very instant of the rule does": (
        started().dose("00:00").dose("32:15", known="33:00"),
        "33:00",
        [],
    ),
    "a dose after it does not": (
        started().dose("00:00").dose("32:15:00.001", known="33:00"),
        "33:00",
        ["delay-over-24h"],
    ),
    "a dose given before the last one does not": (
        started().dose("00:00").dose("-04:00", known="33:00"),
        "33:00",
        ["delay-over-24h"],
    ),
    "a dose charted so late that the next is late too does not": (
        started().dose("00:00").dose("01:00", known="34:00"),
        "34:00",
        ["delay-over-24h"],
    ),
    "a therapy-end charted late does not": (
        started().dose("00:00").end("30:00", known="33:00"),
        "33:00",
        ["delay-over-24h"],
    ),
    "mental status reversed within 2 h lifts it": (
        changed("08:00", "10:00").mental("09:00", "normal", known="11:00"),
        "11:00",
        [],
    ),
    "a coma reversed within 2 h lifts it": (
        started()
        .finding("coma", "08:00")
        .finding("toxic-psychosis", "10:30")
        .mental("10:00", "normal", known="11:00"),
        "11:00",
        [],
    ),
    "a coma reversed after 2 h does not": (
        started()
        .finding("coma", "08:00")
        .finding("toxic-psychosis", "10:30")
        .mental("10:00:00.001", "normal", known="11:00"),
        "11:00",
        ["neuropsychiatric"],
    ),
    "reversed at the very 2 h": (
        changed("08:00", "10:30").mental("10:00", "normal", known="11:00"),
        "11:00",
        [],
    ),
    "reversed after 2 h does not": (
        changed("08:00", "10:30").mental("10:00:00.001", "normal", known="11:00"),
        "11:00",
        ["neuropsychiatric"],
    ),
    "cognition reversed within 2 h lifts it": (
        failing("08:00", "10:30").finding("cognition-failed", "10:00", False, known="11:00"),
        "11:00",
        [],
    ),
    "cognition reversed after 2 h does not": (
        failing("08:00", "10:30").finding("cognition-failed", "10:00:00.001", False, known="11:00"),
        "11:00",
        ["neuropsychiatric"],
    ),
    "it does not lift what a hallucination holds": (
        failing("08:00", "10:30")
        .finding("hallucination", "10:40")
        .finding("cognition-failed", "09:00", False, known="11:00"),
        "11:00",
        ["neuropsychiatric"],
    ),
    "a hallucination denied late does not": (
        started().finding("hallucination", "08:00").finding("hallucination", "08:30", False, known="11:00"),
        "11:00",
        ["neuropsychiatric"],
    ),
}


@table(LATE)
def test_which_late_facts_lift_a_stop_rule(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 4: late facts."""
    assert standing(course, at) == expected


def over(code: str = "infection", **fields: object) -> Course:
    """A finding of 08:00, over at 09:00, that becomes known at 10:00."""
    return started().finding(code, "09:00", False).finding(code, "08:00", known="10:00", **fields)


FOUND_LATE = {
    "an infection that is over": (over(), "10:00", ["infection"]),
    "not before it is known": (over().tick("12:00"), "09:59:59.999", []),
    "it stands on": (over(), "60:00", ["infection"]),
    "an arrhythmia": (over("atrial-fibrillation"), "10:00", ["arrhythmia"]),
    "a hallucination": (over("hallucination"), "10:00", ["neuropsychiatric"]),
    "disorientation": (over("disorientation"), "10:00", ["neuropsychiatric"]),
    "a troponin": (
        started()
        .labs("09:00", troponin_t=troponin(0.01))
        .labs("08:00", known="10:00", troponin_t=troponin(0.02)),
        "10:00",
        ["troponin"],
    ),
    "a troponin at its limit is none": (
        started()
        .labs("09:00", troponin_t=troponin(0.01))
        .labs("08:00", known="10:00", troponin_t=troponin(0.01)),
        "10:00",
        [],
    ),
    "a CK-MB is none": (
        started()
        .labs("09:00", ck_mb={"value": 4, "high": 5})
        .labs("08:00", known="10:00", ck_mb={"value": 9, "high": 5}),
        "10:00",
        [],
    ),
    "both records at once": (
        started()
        .finding("infection", "08:00", known="10:00")
        .finding("infection", "09:00", False, known="10:00"),
        "10:00",
        ["infection"],
    ),
    "intubation is not among them": (over("intubation"), "10:00", []),
    "cognition is not among them": (
        started()
        .finding("cognition-failed", "10:30", False)
        .finding("cognition-failed", "08:00", known="11:00")
        .finding("cognition-failed", "10:10", known="11:00"),
        "11:00",
        [],
    ),
    "oxygen is not among them": (
        started()
        .vitals("09:00", device="room-air", spo2=98)
        .vitals("08:00", "late", "10:00", device="nasal-cannula", flow=6),
        "10:00",
        [],
    ),
    "one before the cycle is none": (
        started().finding("infection", "-02:00", False).finding("infection", "-03:00", known="10:00"),
        "10:00",
        [],
    ),
    "one at the cycle's start is": (
        started().finding("infection", "02:00", False).finding("infection", "00:00", known="10:00"),
        "10:00",
        ["infection"],
    ),
    "withdrawn it lifts": (over(id="f").withdraw("f", "11:00"), "11:00", []),
    "corrected to absent it lifts": (over(id="f").correct("f", "11:00", present=False), "11:00", []),
    "a correction that says so counts from when its id was known": (
        started()
        .finding("infection", "09:00", False)
        .finding("infection", "08:00", False, id="f", known="10:00")
        .correct("f", "11:00", present=True),
        "11:00",
        ["infection"],
    ),
    "a resume lifts it": (over().resume("infection", "11:00"), "11:00", []),
    "what is accepted is none": (
        started()
        .accept("atrial-fibrillation", "07:00")
        .finding("atrial-fibrillation", "09:00", False)
        .finding("atrial-fibrillation", "08:00", known="10:00"),
        "10:00",
        [],
    ),
    "what holds still is no find: a resume goes on lifting it": (
        started()
        .finding("infection", "09:00")
        .resume("infection", "09:30")
        .finding("infection", "08:00", known="10:00"),
        "10:00",
        [],
    ),
    "what was over after a resume stands again": (
        started()
        .finding("infection", "07:00")
        .resume("infection", "07:30")
        .finding("infection", "07:40", False)
        .finding("infection", "09:00", False)
        .finding("infection", "08:00", known="10:00"),
        "10:00",
        ["infection"],
    ),
    "the next cycle lifts it": (over().encounter("cycle-start", "20:00"), "20:00", []),
}


@table(FOUND_LATE)
def test_what_is_found_out_late_makes_its_rule_stand(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 4, found out late: for it happened."""
    assert standing(course, at) == expected


def resumed(code: str = "atrial-fibrillation", rule: str = "arrhythmia") -> Course:
    return started().finding(code, "08:00").resume(rule, "09:00")


RESUMED = {
    "a resume lifts it while it still holds": (resumed(), "09:00", []),
    "it goes on being lifted": (resumed(), "60:00", []),
    "a resume lifts what had cleared": (
        cleared("atrial-fibrillation").resume("arrhythmia", "10:00"),
        "10:00",
        [],
    ),
    "a resume of another rule lifts nothing": (
        started().finding("infection", "08:00").resume("arrhythmia", "09:00"),
        "09:00",
        ["infection"],
    ),
    "the same criterion charted again does not bring it back": (
        resumed().finding("atrial-fibrillation", "10:00"),
        "10:00",
        [],
    ),
    "another criterion of it does": (
        resumed().finding("ventricular-arrhythmia", "10:00"),
        "10:00",
        ["arrhythmia"],
    ),
    "the same one after it had ceased does": (
        resumed().finding("atrial-fibrillation", "10:00", False).finding("atrial-fibrillation", "11:00"),
        "11:00",
        ["arrhythmia"],
    ),
    "ceased alone does not": (resumed().finding("atrial-fibrillation", "10:00", False), "10:00", []),
    "oxygen, intubation and rales are told apart": (
        on("08:00", device="mask", fio2=50).resume("oxygen", "09:00").finding("intubation", "10:00"),
        "10:00",
        ["oxygen"],
    ),
    "rales and saturation are taken as one": (
        half_rales(90).resume("oxygen", "09:00").vitals("10:00", spo2=99).vitals("11:00", spo2=90),
        "11:00",
        ["oxygen"],
    ),
    "the delay comes back for a later dose": (
        started().dose("00:00").resume("delay-over-24h", "32:16").dose("33:00"),
        "65:15",
        ["delay-over-24h"],
    ),
    "and not for the same one": (started().dose("00:00").resume("delay-over-24h", "32:16"), "100:00", []),
    "nor for the same one corrected in time": (
        started().dose("00:00", id="d").resume("delay-over-24h", "33:00").correct("d", "34:00", at="00:10"),
        "60:00",
        [],
    ),
    "a resume at the very instant it comes to hold lifts nothing": (
        started().dose("00:00").resume("delay-over-24h", "32:15"),
        "40:00",
        ["delay-over-24h"],
    ),
    "a resume at the very instant of a finding lifts nothing": (
        started().finding("infection", "08:00").resume("infection", "08:00"),
        "09:00",
        ["infection"],
    ),
    "another criterion at the very instant of the resume does": (
        started()
        .finding("atrial-fibrillation", "08:00")
        .resume("arrhythmia", "09:00")
        .finding("ventricular-arrhythmia", "09:00"),
        "09:00",
        ["arrhythmia"],
    ),
    "a resume of a rule that does not stand is kept: a correction makes it count": (
        started()
        .finding("infection", "08:00", False, id="f")
        .resume("infection", "09:00")
        .correct("f", "10:00", present=True),
        "10:00",
        [],
    ),
    "confirmed after the resume of another criterion does": (
        failing("08:00")
        .finding("hallucination", "08:30")
        .resume("neuropsychiatric", "09:00")
        .finding("cognition-failed", "10:00"),
        "10:00",
        ["neuropsychiatric"],
    ),
    "a resume before it holds lifts nothing later": (
        started().resume("infection", "07:00").finding("infection", "08:00"),
        "08:00",
        ["infection"],
    ),
    "a resume withdrawn stands it up again": (
        resumed().resume("arrhythmia", "09:30", id="r").withdraw("r", "10:00"),
        "10:00",
        [],
    ),
    "the only resume withdrawn does": (
        started()
        .finding("atrial-fibrillation", "08:00")
        .resume("arrhythmia", "09:00", id="r")
        .withdraw("r", "10:00"),
        "10:00",
        ["arrhythmia"],
    ),
    "a bag change is no weaning: neither has ceased": (
        started()
        .dose("00:00")
        .phenylephrine("01:00", 1.5)
        .resume("pressor-dependence", "09:00")
        .phenylephrine("10:00", 0.4)
        .phenylephrine("10:29", 1.5),
        "11:00",
        [],
    ),
    "both phenylephrine rows at once, one ceased and back": (
        started()
        .dose("00:00")
        .phenylephrine("01:00", 1.5)
        .resume("pressor-dependence", "09:00")
        .phenylephrine("10:00", 0.4)
        .phenylephrine("10:40", 1.5),
        "11:00",
        ["pressor-dependence"],
    ),
}


@table(RESUMED)
def test_a_resume_lifts_a_stop_rule(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 4: it stands again when a criterion becomes absolute that was not so at the resume,
    or has ceased to be so since.
    """
    assert standing(course, at) == expected


def test_a_lifted_rule_leaves_its_absolute_criteria_counting() -> None:
    """criteria.md section 4: a `resume` lifts the rule even while it still holds (its absolute criteria go on
    counting).
    """
    found = states_at(resumed().vitals("09:00", **NORMAL), "09:00")
    assert (found["recommendation"], found["reasons"], found["absolute"]) == (
        "delay",
        ["atrial-fibrillation"],
        1,
    )


def accepted(until: str | None = None, **fields: object) -> Course:
    return (
        started()
        .finding("atrial-fibrillation", "08:00")
        .accept("atrial-fibrillation", "09:00", until=until, **fields)
    )


ACCEPTED = {
    "an acceptance lifts a rule that stands by it alone": (accepted(), "09:00", []),
    "so does one given before": (
        Course()
        .encounter("admit", "-03:00", location="ward")
        .accept("atrial-fibrillation", "-02:00")
        .start("00:00")
        .finding("atrial-fibrillation", "08:00"),
        "08:00",
        [],
    ),
    "one of another criterion does not": (
        accepted().finding("ventricular-arrhythmia", "09:30"),
        "09:30",
        ["arrhythmia"],
    ),
    "a rule that another criterion held too stands on": (
        started()
        .finding("atrial-fibrillation", "08:00")
        .finding("ventricular-arrhythmia", "08:10")
        .finding("ventricular-arrhythmia", "08:20", False)
        .accept("atrial-fibrillation", "09:00"),
        "09:00",
        ["arrhythmia"],
    ),
    "at its end the rule stands again": (accepted("10:00"), "10:00", ["arrhythmia"]),
    "not before": (accepted("10:00"), "09:59:59.999", []),
    "not if the criterion has cleared": (
        accepted("10:00").finding("atrial-fibrillation", "09:30", False),
        "10:00",
        [],
    ),
    "withdrawn it never was": (accepted(id="x").withdraw("x", "10:00"), "10:00", ["arrhythmia"]),
    "withdrawn, a rule that had held meanwhile stands": (
        accepted(id="x").finding("atrial-fibrillation", "09:30", False).withdraw("x", "10:00"),
        "10:00",
        ["arrhythmia"],
    ),
    "ended by another that is over at once": (
        accepted().accept("atrial-fibrillation", "10:00", until="10:00"),
        "10:00",
        ["arrhythmia"],
    ),
    "one of two rows that hold only together lifts it": (
        started().dose("00:00").phenylephrine("01:00", 1.5).accept("phenylephrine-minimum", "09:00"),
        "09:00",
        [],
    ),
    "a resume goes on lifting when the acceptance ends": (
        started()
        .finding("atrial-fibrillation", "08:00")
        .resume("arrhythmia", "08:30")
        .accept("atrial-fibrillation", "09:00", until="10:00"),
        "10:00",
        [],
    ),
    "what had cleared before is lifted too": (
        cleared("atrial-fibrillation").accept("atrial-fibrillation", "10:00"),
        "10:00",
        [],
    ),
    "the enzymes' acceptance lifts troponin": (
        started().labs("08:00", troponin_t=troponin(0.02)).accept("cardiac-enzymes", "09:00"),
        "09:00",
        [],
    ),
}


@table(ACCEPTED)
def test_an_acceptance_lifts_what_stands_by_it_alone(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 3.5: it stands again when the acceptance ends with the criterion still tripped."""
    assert standing(course, at) == expected


ADDED = {
    "by the final of a preliminary": ("final", ["oxygen"]),
    "by a correction": ("corrected", ["oxygen"]),
}


@table(ADDED, "status expected")
def test_what_is_added_under_an_id_counts_since_the_id_was_known(status: str, expected: list[str]) -> None:
    """criteria.md section 1: a saturation that was fresh then, beside rales halfway up, has stopped."""
    drawn = Course().start("00:00", location="icu").finding("rales", "08:00", "half")
    drawn.vitals("08:10", "v", status="preliminary" if status == "final" else None, sbp=118)
    assert standing(drawn, "11:59") == []
    drawn.vitals("08:10", "v", known="12:00", status=status, spo2=88)
    assert standing(drawn, "12:00") == expected
