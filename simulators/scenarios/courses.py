"""Declare the scenarios: courses with the drug alone, then by the organ that decides them, by charting, and a
ward of many patients.
"""

from typing import Final

from simulators.physiology.cohort import ORGANS
from simulators.scenarios.scenario import MILD, Expected, Imposed, Scenario

UNEVENTFUL = Scenario(
    name="uneventful",
    says=(
        "A patient who tolerates the drug well: some fever, a lower pressure, a little weight, all of it "
        "expected. It rehearses silence: "
        "no absolute criterion holds, and no dose needs a decision for one."
    ),
    cohort=dict.fromkeys(ORGANS, (0.25, 0.4)),
)

TYPICAL_COURSE = Scenario(
    name="typical-course",
    says=(
        "What the paper describes: chills and fever after the first doses, pressure lowest 4 to 6 h after "
        "each dose and lower with each, in most below target: fluid and then a pressor; urine and platelets "
        "falling, creatinine and weight rising, until a dose is no longer safe; recovery within three days. "
        "It rehearses the whole guideline, dose by dose."
    ),
    alerts=("fever",),
)

PEAK_HYPOTENSION_ONLY = Scenario(
    name="peak-hypotension-only",
    says=(
        "Pressure falls below target 4 to 6 h after the doses, answers fluid, and is back before the next "
        "dose falls due; everything else is "
        "borne well. It rehearses the peak: an expected fall is treated and watched, and is no reason to "
        "withhold the next dose."
    ),
    expected=(Expected("hypotension", "relative"),),
    cohort={**MILD, "vascular": (1.3, 1.45), "systolic": (121, 130)},
)


OLIGURIA_RESPONDS = Scenario(
    name="oliguria-responds",
    says=(
        "On the second day urine falls below 10 mL/h; fluid and dopamine bring it back within hours, and "
        "the course goes on. It rehearses "
        "the ladder of Table 5 (bolus, 1 to 1.5 L, dopamine) and a dose that waits for urine rather than "
        "being given up."
    ),
    expected=(Expected("urine-hour", "absolute"),),
    imposed=(Imposed("oliguria", (26, 34), (8, 12), (1.9, 2.2)),),
    cohort=MILD,
)

URINE_AT_THE_LIMIT = Scenario(
    name="urine-at-the-limit",
    says=(
        "Urine goes up and down about 20 mL/h for a day and a half, whatever is given. It rehearses quiet: "
        "one episode that holds the dose, not one for each hour that crosses the limit."
    ),
    expected=(Expected("urine-hour", "relative"),),
    imposed=(Imposed("scant-urine", (26, 34), (30, 36), (0.95, 1.05)),),
    cohort=MILD,
)

OLIGURIA_RENAL_FAILURE = Scenario(
    name="oliguria-renal-failure",
    says=(
        "Urine stops on the second day and answers neither fluid nor dopamine, while creatinine climbs "
        "past 3 mg/dL. It rehearses the "
        "criteria that agree with each other, the limit on fluid that no longer helps, and a delay that "
        "turns into the end of the cycle."
    ),
    expected=(
        Expected("urine-hour", "absolute"),
        Expected("urine-shift", "absolute"),
        Expected("creatinine", "absolute"),
    ),
    imposed=(Imposed("renal-failure", (28, 36), (60, 72), (1.1, 1.15)),),
)


PRESSOR_WEAN_FAILS = Scenario(
    name="pressor-wean-fails",
    says=(
        "From the second day phenylephrine climbs past 1.5 ug/kg/min and is still above 0.8 when the next "
        "dose falls due. It rehearses the two "
        "hemodynamic rows (highest rate of the interval, rate at the time of dosing) and the stop rule "
        "they make together."
    ),
    expected=(
        Expected("hypotension", "relative"),
        Expected("phenylephrine-maximum", "absolute"),
        Expected("phenylephrine-minimum", "absolute"),
    ),
    imposed=(Imposed("pressor-dependence", (30, 38), (36, 48), (1.0, 1.2)),),
)


NOREPINEPHRINE = Scenario(
    name="norepinephrine",
    says=(
        "A unit that gives norepinephrine instead of phenylephrine: from the second day the rate climbs "
        "past 0.15 ug/kg/min, which is 1.5 of phenylephrine. It rehearses the load of all pressors "
        "together: a patient held up by another drug is not off pressors."
    ),
    expected=(
        Expected("hypotension", "relative"),
        Expected("phenylephrine-maximum", "absolute"),
        Expected("phenylephrine-minimum", "absolute"),
    ),
    imposed=(Imposed("pressor-dependence", (30, 38), (36, 48), (1.0, 1.2)),),
    pressor="norepinephrine",
)

BAG_CHANGE = Scenario(
    name="bag-change",
    says=(
        "A patient on a pressor whose pump stands still for four minutes shortly before each dose falls due, "
        "while its bag is changed. It rehearses what weaned means: half an hour without, not the moment that "
        "somebody looks."
    ),
    expected=(Expected("phenylephrine-minimum", "absolute"),),
    imposed=(
        Imposed("pressor-dependence", (26, 30), (36, 40), (1.0, 1.2)),
        *(Imposed("bag-change", (hour, hour), (0.25, 0.25)) for hour in (31.5, 39.75, 47.75, 55.75, 63.75)),
    ),
)


TACHYCARDIA_WITH_FEVER = Scenario(
    name="tachycardia-with-fever",
    says=(
        "The pulse stays above 130 for hours, with a fever that explains it. It rehearses a correctable "
        "cause: relative while the fever lasts, but absolute while a dose is due: then nothing excuses it."
    ),
    expected=(Expected("sinus-tachycardia", "relative"),),
    imposed=(
        Imposed("fever", (24, 28), (12, 12), (1.6, 2.0)),
        Imposed("tachycardia", (27, 30), (5, 6), (2.4, 2.8)),
    ),
    cohort=MILD,
)

ATRIAL_FIBRILLATION = Scenario(
    name="atrial-fibrillation",
    says=(
        "Atrial fibrillation on the third day, for some hours. It rehearses the stop rule `arrhythmia`, "
        "which stands after the rhythm has "
        "come back until a physician resumes."
    ),
    expected=(Expected("atrial-fibrillation", "absolute"),),
    alerts=("stop-rule:arrhythmia",),
    imposed=(Imposed("atrial-fibrillation", (44, 60), (4, 8)),),
)


CHRONIC_FIBRILLATION = Scenario(
    name="chronic-fibrillation",
    says=(
        "Atrial fibrillation that was there before therapy, its rate controlled; a physician accepts it "
        "before the cycle. It rehearses an acceptance: shown, and neither paged nor in the way of a dose, "
        "while every other criterion counts as ever."
    ),
    imposed=(Imposed("atrial-fibrillation", (-7, -7), (190, 190), (0.2, 0.3)),),
    cohort={**MILD, "systolic": (125, 140)},
    accepted=("atrial-fibrillation",),
)


PULMONARY_EDEMA = Scenario(
    name="pulmonary-edema",
    says=(
        "Fluid in the lungs on the third day: dyspnea at rest, rales that climb, oxygen stepped up until a "
        "cannula no longer suffices. It rehearses "
        "how relative criteria add up, and the stop rule `oxygen`."
    ),
    expected=(
        Expected("oxygen-requirement", "absolute"),
        Expected("rales", "relative"),
        Expected("dyspnea", "relative"),
    ),
    alerts=("stop-rule:oxygen",),
    imposed=(Imposed("pulmonary-edema", (40, 48), (36, 48), (1.6, 2.0)),),
)


HYPOXIA_UNTREATED = Scenario(
    name="hypoxia-untreated",
    says=(
        "Fluid in the lungs, and nobody gives oxygen: saturation falls below 90 % on room air. It rehearses "
        "that the device says nothing by itself: who should have oxygen and has none is not well."
    ),
    expected=(Expected("oxygen-requirement", "absolute"),),
    alerts=("hypoxemia",),
    imposed=(
        Imposed("pulmonary-edema", (40, 48), (24, 30), (1.7, 2.0)),
        Imposed("oxygen-withheld", (36, 36), (48, 48)),
    ),
    cohort=MILD,
)


NEUROTOXICITY_LATE = Scenario(
    name="neurotoxicity-late",
    says=(
        "A patient who bears the drug well until the fourth day, then is confused, disoriented, "
        "hallucinating; it outlasts the drug. It "
        "rehearses the two hours that a changed mental status may take to reverse, and the stop rule "
        "`neuropsychiatric`."
    ),
    expected=(
        Expected("mental-status", "absolute"),
        Expected("disorientation", "absolute"),
        Expected("hallucination", "absolute"),
    ),
    alerts=("stop-rule:neuropsychiatric",),
    imposed=(Imposed("neurotoxicity", (60, 76), (30, 48), (3, 3)),),
    cohort=MILD,
)


THROMBOCYTOPENIA_BLEEDING = Scenario(
    name="thrombocytopenia-bleeding",
    says=(
        "Platelets fall below 30 and blood shows in the stool, first found by guaiac, then seen. It "
        "rehearses two rows of one system that count "
        "apart, and transfusion below 20."
    ),
    expected=(Expected("platelets", "absolute"), Expected("bleeding", "absolute")),
    imposed=(
        Imposed("thrombocytopenia", (32, 40), (72, 84), (1.1, 1.15)),
        Imposed("bleeding", (56, 60), (20, 24), (1, 1)),
        Imposed("bleeding", (64, 66), (6, 8), (2, 2)),
    ),
)


SEPSIS = Scenario(
    name="sepsis",
    says=(
        "A line infection on the third day: a spike of fever above the rising baseline, pressure that "
        "falls outside any dose's peak, then "
        "the suspicion is charted. It rehearses the septic work-up advised before the diagnosis, and the "
        "stop rule `infection`."
    ),
    expected=(Expected("infection", "absolute"), Expected("hypotension", "relative")),
    alerts=("stop-rule:infection",),
    imposed=(Imposed("infection", (46, 58), (60, 72), (1.3, 1.5)),),
)


HEPATIC = Scenario(
    name="hepatic",
    says=(
        "Cholestasis: bilirubin climbs past 7 mg/dL on the third day and falls once the drug is stopped. "
        "It rehearses a criterion that is never "
        "more than relative, known only as often as the laboratory is asked."
    ),
    expected=(Expected("bilirubin", "relative"),),
    imposed=(Imposed("hepatic", (30, 36), (72, 84), (1.3, 1.6)),),
)

DIARRHEA = Scenario(
    name="diarrhea",
    says=(
        "More than a litre of stool in each of two shifts that follow each other. It rehearses volumes by "
        "shift: relative in the first, absolute as "
        "soon as the second has reached a litre, not when it ends."
    ),
    expected=(Expected("diarrhea", "absolute"),),
    imposed=(Imposed("diarrhea", (50, 58), (26, 32), (1.2, 1.5)),),
)

DELAY_BEYOND_24H = Scenario(
    name="delay-beyond-24h",
    says=(
        "An ileus with severe distention that will not resolve: each dose is held, until the delay itself "
        "ends the cycle. It rehearses the stop rule "
        "`delay-over-24h`, which comes at its own instant although nothing is charted then."
    ),
    expected=(Expected("abdominal-distention", "absolute"),),
    alerts=("stop-rule:delay-over-24h",),
    imposed=(Imposed("distention", (36, 44), (44, 48), (2, 2)),),
    cohort=MILD,
)


MISSED_CHARTING = Scenario(
    name="missed-charting",
    says=(
        "Nobody charts anything for a night and a morning. It rehearses what is not seen: overdue "
        "observations are paged, a criterion that "
        "was tripped keeps its state, and the recommendation is `cannot-tell`, never `proceed`."
    ),
    alerts=("monitoring/vital-signs", "monitoring/intake-output"),
    imposed=(Imposed("missed-charting", (28, 34), (10, 14), (1, 1)),),
)


UNSEEN_NIGHT = Scenario(
    name="unseen-night",
    says=(
        "For a night nobody takes vital signs, a dose falls due in it, and pressure falls unseen. It "
        "rehearses that what is not seen is not safe: overdue vital signs are paged, and the dose is never "
        "called ready."
    ),
    alerts=("monitoring/vital-signs",),
    imposed=(
        Imposed("missed-charting", (29, 30), (9, 11), (3, 3)),
        Imposed("hypotension", (32, 34), (8, 10), (2.0, 2.3)),
    ),
    cohort={**MILD, "systolic": (121, 130)},
    vitals="hourly",
)

WRONG_CLOCK = Scenario(
    name="wrong-clock",
    says=(
        "The clock of the bedside monitor is ten minutes ahead, then an hour. It rehearses that nobody's "
        "clock silences the monitor: what is a little ahead counts, what is far ahead is refused, and what "
        "is then no longer seen is paged as overdue."
    ),
    alerts=("monitoring/vital-signs",),
    imposed=(
        Imposed("clock-ahead", (18, 20), (10, 10), (10, 10)),
        Imposed("clock-ahead", (30, 32), (8, 8), (60, 60)),
    ),
    cohort=MILD,
)

SINGLE_BAD_READINGS = Scenario(
    name="single-bad-readings",
    says=(
        "A ward that takes vital signs each four hours, as Table 1 has it, and misreads three sets: a "
        "pulse, a pressure, a saturation. It rehearses the recheck: the nurse comes back, and one bad "
        "reading is one page at most."
    ),
    imposed=(
        Imposed("bad-reading", (10, 12), (4, 4), (1, 1)),
        Imposed("bad-reading", (26, 28), (4, 4), (2, 2)),
        Imposed("bad-reading", (42, 44), (4, 4), (3, 3)),
    ),
    cohort=dict.fromkeys(ORGANS, (0.25, 0.4)),
    vitals="4-hourly",
)

DISCHARGE_IN_ERROR = Scenario(
    name="discharge-in-error",
    says=(
        "On the second day a discharge is charted for a patient who stays, and withdrawn some hours later. "
        "It rehearses that charting goes on after it, which is paged, and that what was open and still "
        "holds is told again."
    ),
    expected=(Expected("hypotension", "relative"),),
    alerts=("monitoring/after-discharge",),
    imposed=(
        Imposed("discharge-in-error", (33.5, 34), (2, 4)),
        Imposed("hypotension", (31.5, 32.25), (10, 12), (2.0, 2.3)),
    ),
    cohort={**MILD, "systolic": (121, 130)},
)


# Courses about which the guideline packs differ (docs/spec/editions.md, section 7). Their patients bear the
# drug so well that nothing else decides, and are dosed by their unit, whatever 2001 says.

TOLERANT: Final = dict.fromkeys(ORGANS, (0.15, 0.25))

TIL_UNIT = Scenario(
    name="til-unit",
    says=(
        "A patient after cell therapy: platelets are low from the start, the unit has set a systolic "
        "target of the patient's own above that of Table 2, and six doses are the most. On the second day "
        "pressure falls below that target and boluses are given. It rehearses what only the TIL guidance "
        "says, and that 2001 would hold every dose for the platelets."
    ),
    expected=(Expected("platelets", "absolute"),),
    imposed=(Imposed("hypotension", (26, 27), (8, 9), (1.9, 2.1)),),
    cohort={**TOLERANT, "systolic": (104, 108), "platelets": (25, 27)},
    policy="naive",
    vitals="hourly",
    pressor="none",
    target=(93, 95),
    doses=6,
)

OCCULT_BLOOD_RETESTED = Scenario(
    name="occult-blood-retested",
    says=(
        "Occult blood in the stool on the second day; ten hours later the test is negative. It rehearses "
        "that the label withholds until a test says so, and not merely until the finding is old."
    ),
    expected=(Expected("bleeding", "relative"),),
    imposed=(Imposed("bleeding", (25, 26), (10, 11), (1, 1)),),
    cohort=TOLERANT,
    policy="naive",
    vitals="hourly",
    target=(85, 85),
    doses=8,
)

FIBRILLATION_CONVERTED = Scenario(
    name="fibrillation-converted",
    says=(
        "Atrial fibrillation between two doses, for an hour and a half; then sinus rhythm is charted, and "
        "that there are no symptoms. It rehearses that 2001 ends the cycle, the label gives again and "
        "2014, judged at dosing, no longer sees it."
    ),
    expected=(Expected("atrial-fibrillation", "absolute"),),
    alerts=("stop-rule:arrhythmia",),
    imposed=(Imposed("atrial-fibrillation", (27, 28), (1.5, 2), (0.3, 0.4)),),
    cohort=TOLERANT,
    policy="naive",
    vitals="hourly",
    target=(85, 85),
    doses=8,
)

FIBRILLATION_UNCHARTED = Scenario(
    name="fibrillation-uncharted",
    says=(
        "The same, but of its end nothing is charted save that fibrillation is absent. It rehearses that "
        "silence about rhythm and symptoms is no permission: the label goes on withholding."
    ),
    expected=(Expected("atrial-fibrillation", "absolute"),),
    alerts=("stop-rule:arrhythmia",),
    imposed=(
        Imposed("atrial-fibrillation", (27, 28), (1.5, 2), (0.3, 0.4)),
        Imposed("conversion-uncharted", (26, 26), (24, 24)),
    ),
    cohort=TOLERANT,
    policy="naive",
    vitals="hourly",
    target=(85, 85),
    doses=8,
)

AGITATION = Scenario(
    name="agitation",
    says=(
        "Agitated for ten hours of the second day, and nothing else. It rehearses a reason that only the "
        "label knows, which ends when it is denied and the mental status is charted as normal."
    ),
    imposed=(Imposed("agitation", (25, 26), (10, 11)),),
    cohort=TOLERANT,
    policy="naive",
    vitals="hourly",
    target=(85, 85),
    doses=8,
)

LONG_INTUBATION = Scenario(
    name="long-intubation",
    says=(
        "Intubated for more than three days in the first cycle, which that ends, and back on day 16. It "
        "rehearses a permanent row: in the second cycle only the label says stop."
    ),
    expected=(Expected("oxygen-requirement", "absolute"),),
    alerts=("stop-rule:oxygen",),
    imposed=(Imposed("intubated", (9, 9), (74, 75)),),
    cohort=TOLERANT,
    vitals="hourly",
    target=(85, 85),
    days=16.0,
    returns=True,
)

TWO_CYCLES = Scenario(
    name="two-cycles",
    says=(
        "Fourteen doses on days 1 to 5, and fourteen more from day 16. It rehearses the maxima of a cycle "
        "and of a course: after the last of each the label says stop, and what stops a cycle lets the "
        "next begin."
    ),
    cohort=TOLERANT,
    policy="naive",
    vitals="hourly",
    target=(85, 85),
    days=20.5,
    doses=14,
    returns=True,
)


WARD_MIX = Scenario(
    name="ward",
    says=(
        "A ward as it might be over weeks: most patients have a typical course or less, each of the others "
        "one of the trouble above, at the rates below, which are assumptions; but none whose records are "
        "refused without a fault of the feed. It is what the score is measured on."
    ),
    mix={
        "typical-course": 0.28,
        "uneventful": 0.10,
        "peak-hypotension-only": 0.08,
        "oliguria-responds": 0.08,
        "urine-at-the-limit": 0.01,
        "oliguria-renal-failure": 0.04,
        "pressor-wean-fails": 0.05,
        "norepinephrine": 0.02,
        "bag-change": 0.01,
        "tachycardia-with-fever": 0.05,
        "atrial-fibrillation": 0.04,
        "chronic-fibrillation": 0.01,
        "pulmonary-edema": 0.03,
        "hypoxia-untreated": 0.01,
        "neurotoxicity-late": 0.04,
        "thrombocytopenia-bleeding": 0.03,
        "sepsis": 0.02,
        "hepatic": 0.02,
        "diarrhea": 0.02,
        "missed-charting": 0.02,
        "unseen-night": 0.01,
        "single-bad-readings": 0.01,
        "discharge-in-error": 0.01,
        "delay-beyond-24h": 0.01,
    },
)
