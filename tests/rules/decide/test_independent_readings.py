"""What two independent readings of criteria.md once decided differently, at the value that was settled on."""

from __future__ import annotations

from tests.rules.courses import Course, alerts, clock, states_at, table, timed
from tests.rules.decide.test_steps import acked, step_texts


def start() -> Course:
    return Course().start("00:00")


def since(course: Course, at: str, code: str) -> str | None:
    return clock(states_at(course, at)["criteria"][code]["since"])


def test_a_new_cycle_resolves_everything_before_it_opens_anything() -> None:
    """criteria.md section 4: what still holds opens again at that instant, after all resolutions."""
    drawn = start().labs("08:00", creatinine=3.1).finding("dyspnea-at-rest", "09:00")
    transitions = [
        a["transition"] for a in alerts(drawn.encounter("cycle-start", "10:00")) if a["at"][11:16] == "10:00"
    ]
    assert transitions == sorted(transitions, key=["resolved", "opened"].index)
    assert {*transitions} == {"resolved", "opened"}


DECIDED = {
    "an infusion nobody knows": (
        start().infusion("levosimendan", "08:00", 1, known="09:00"),
        "not-understood/levosimendan",
        ["opened technical 09:00"],
    ),
    "a dose without the start of a cycle": (
        Course().baseline("00:00").dose("08:00", known="09:00"),
        "monitoring/cycle-start",
        ["opened technical 09:00"],
    ),
    "a troponin without its upper limit": (
        start().labs("08:00", known="09:00", troponin_t=0.02),
        "monitoring/reference-limit",
        ["opened technical 09:00"],
    ),
}


@table(DECIDED, "course subject expected")
def test_what_asks_for_an_input_became_true_at_the_instant_decided(
    course: Course, subject: str, expected: list[str]
) -> None:
    """criteria.md section 9, `at`: anything else, the instant decided."""
    assert timed(course, subject, "09:30") == expected


def test_a_lapse_that_a_shorter_interval_ends_has_ended_at_the_switch() -> None:
    """criteria.md section 6: twice the interval in force, at least 4 h, since the lapse ended at 08:00."""
    drawn = start().urine("08:00", 400, start="00:00").urine("12:00", 400).transfer("14:00", "icu")
    assert timed(drawn, "monitoring/intake-output", "14:30")[-1] == "resolved clear 14:00"


def blind() -> Course:
    """A pressor whose rate cannot be read."""
    return start().dose("01:00").phenylephrine("02:00", 1, "mL/h").unreadable()


STEPS = {
    "while another pressor cannot be read": (
        acked(blind().infusion("norepinephrine", "03:00", 0.15), "phenylephrine-maximum", "03:05").infusion(
            "norepinephrine", "04:00", 0.18
        ),
        ["1.8 from 1.5 at 04:00"],
    ),
    "when it can be read again": (
        acked(
            blind().infusion("norepinephrine", "03:00", 0.15), "phenylephrine-maximum", "03:05"
        ).phenylephrine("04:00", 0.7),
        ["2.2 from 1.5 at 04:00"],
    ),
    "by a fact that is corrected as soon as it is known": (
        acked(start().dose("01:00").phenylephrine("02:00", 1.5), "phenylephrine-maximum", "02:05")
        .infusion("norepinephrine", "03:00", 0.02, id="n", known="04:00")
        .correct("n", "04:00", rate=0.05),
        ["2 from 1.5 at 03:00"],
    ),
    "not by a correction of the acknowledged value": (
        acked(
            start().dose("01:00").phenylephrine("02:00", 1.5, id="p"), "phenylephrine-maximum", "02:05"
        ).correct("p", "04:00", rate=2.5),
        [],
    ),
}


@table(STEPS, "course expected")
def test_a_pressor_load_that_is_worse_by_a_step_is_told(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: worsening is never swallowed, whatever else cannot be read."""
    assert step_texts(course, "phenylephrine-maximum") == expected


AFTER_THERAPY = start().labs("08:00", creatinine=3.1).end("10:00").dose("12:00")


def test_a_dose_after_therapy_does_not_move_what_has_been_so_for_longer() -> None:
    """criteria.md section 1: episodes go on until a `cycle-start` is charted."""
    assert since(AFTER_THERAPY, "13:00", "creatinine") == "08:00"
    drawn = Course().start("00:00").end("10:00").dose("12:00").labs("11:00", known="13:00", creatinine=3.1)
    assert timed(drawn, "creatinine", "13:30") == ["opened absolute 11:00 @13:00"]


def test_since_goes_by_the_opening_of_a_new_cycle() -> None:
    """wire.md, `since`: the `at` of the transition into the present state as it was given."""
    drawn = start().labs("10:00", creatinine=3.1)
    drawn.encounter("cycle-start", "11:00")
    assert since(drawn, "13:00", "creatinine") == "11:00"


def test_since_goes_by_the_fact_where_no_alert_was_given() -> None:
    """wire.md, `since`: charted late before the cycle it is when it became true, whatever was told before."""
    drawn = (
        Course().encounter("admit", "00:00", location="ward").baseline("00:00").labs("10:00", creatinine=1.0)
    )
    drawn.vitals("08:00", known="11:00", flow=3, spo2=98).labs("09:00", known="11:00", platelets=20)
    assert since(drawn, "12:00", "oxygen-requirement") == "08:00"
    assert since(drawn, "12:00", "platelets") == "09:00"


def test_since_counts_from_the_first_opening_when_a_discharge_is_taken_back() -> None:
    """criteria.md section 1: advice that counts from an opening, and `since`."""
    drawn = (
        start()
        .labs("08:00", creatinine=3.1)
        .encounter("discharge", "09:00", id="out")
        .withdraw("out", "11:00")
    )
    assert since(drawn, "12:00", "creatinine") == "08:00"


AFTER_DISCHARGE = {
    "an admit ends what a dose had opened": (
        Course().start("00:00").encounter("discharge", "10:00").dose("12:00").encounter("admit", "13:00"),
        ["opened technical 12:00", "resolved clear 13:00"],
    ),
    "what is charted in another stay opens nothing": (
        Course()
        .start("00:00")
        .encounter("discharge", "10:00")
        .encounter("cycle-start", "12:00")
        .vitals("13:00", hr=90)
        .transfer("14:00", "icu"),
        [],
    ),
}


@table(AFTER_DISCHARGE, "course expected")
def test_charting_goes_on_after_a_discharge_until_the_next_admit(course: Course, expected: list[str]) -> None:
    """criteria.md section 1, `monitoring/after-discharge`."""
    assert timed(course, "monitoring/after-discharge", "15:00") == expected


def dry() -> Course:
    return start().urine("08:00", 15, start="07:00")


TAKEN_BACK = {
    "a rate that is corrected": (
        dry().infusion("phenylephrine", "09:00", 0.8, id="x").correct("x", "10:00", rate=0.4),
        ["opened advisory", "amended clear"],
    ),
    "a preliminary finding that the final one replaces": (
        dry()
        .finding("rales", "09:00", "half", id="x", status="preliminary")
        .finding("rales", "09:00", "none", id="x", known="10:00", status="final"),
        ["opened advisory", "resolved clear"],
    ),
    "a rate that is lowered leaves it open": (
        dry().phenylephrine("09:00", 0.8).phenylephrine("10:00", 0.4),
        ["opened advisory"],
    ),
}


@table(TAKEN_BACK, "course expected")
def test_what_stays_open_ends_with_the_fact_it_rested_on(course: Course, expected: list[str]) -> None:
    """criteria.md section 1: as if its old value had never been recorded, for latches too."""
    lines = [line.rsplit(" ", 1)[0] for line in timed(course, "add-dopamine", "10:30")]
    assert lines == expected


def test_edema_became_true_with_the_first_weight_over_the_limit() -> None:
    """criteria.md section 9, `at`: advice on a weight, the `at` of the fact that changed it."""
    drawn = start().vitals("08:00", known="09:00", weight=80.5).vitals("09:00", weight=80.5)
    assert timed(drawn, "edema-caution", "09:30") == ["opened advisory 08:00 @09:00"]
