"""What lifts a stop rule: corrections and withdrawals, a resume, never a late fact (criteria.md
section 4).
"""

from __future__ import annotations

from tests.rules.courses import NORMAL, Course, states_at, table
from tests.rules.decide.stopping import cleared, half_rales, hourly, standing, started, troponin

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
        started().mental("08:00", "changed").tick("11:00").mental("09:00", "normal", known="11:30"),
        "12:00",
        ["neuropsychiatric"],
    ),
    "a late dose that shows it was in time does not lift it": (
        started().dose("00:00").dose("30:00", known="33:00"),
        "33:00",
        ["delay-over-24h"],
    ),
    "a late saturation does not lift it": (
        half_rales(90).vitals("08:00", known="09:00", id="later", spo2=99),
        "09:00",
        ["oxygen"],
    ),
    "a corrected dose time lifts the delay": (
        started().dose("00:00").dose("34:00", id="d", known="34:00").correct("d", "35:00", at="31:00"),
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
        .vitals("08:00", "v", device="mask")
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
        started().vitals("08:00", device="mask").resume("oxygen", "09:00").finding("intubation", "10:00"),
        "10:00",
        ["oxygen"],
    ),
    "rales and saturation are taken as one": (
        half_rales(90).resume("oxygen", "09:00").vitals("10:00", spo2=99).vitals("11:00", spo2=90),
        "11:00",
        ["oxygen"],
    ),
    "the delay comes back for a later dose": (
        started().dose("00:00").resume("delay-over-24h", "32:00").dose("33:00"),
        "65:00",
        ["delay-over-24h"],
    ),
    "and not for the same one": (started().dose("00:00").resume("delay-over-24h", "32:00"), "100:00", []),
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
    "both phenylephrine rows at once, one ceased and back": (
        started()
        .dose("00:00")
        .phenylephrine("01:00", 1.5)
        .resume("pressor-dependence", "09:00")
        .phenylephrine("10:00", 0.4)
        .phenylephrine("10:05", 1.5),
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
