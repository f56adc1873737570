"""Courses that the heart decides."""

from simulators.scenario import MILD, Expected, Imposed, Scenario

TACHYCARDIA_WITH_FEVER = Scenario(
    name="tachycardia-with-fever",
    says=(
        "The pulse stays above 130 for hours, with a fever that explains it. It rehearses a correctable cause: relative while the fever "
        "lasts, never an absolute criterion on account of the pulse alone."
    ),
    expected=(Expected("sinus-tachycardia", "relative"),),
    imposed=(Imposed("fever", (24, 28), (12, 12), (1.6, 2.0)), Imposed("tachycardia", (27, 30), (5, 6), (2.4, 2.8))),
    cohort=MILD,
)

ATRIAL_FIBRILLATION = Scenario(
    name="atrial-fibrillation",
    says=(
        "Atrial fibrillation on the third day, for some hours. It rehearses the stop rule `arrhythmia`, which stands after the rhythm has "
        "come back until a physician resumes."
    ),
    expected=(Expected("atrial-fibrillation", "absolute"),),
    alerts=("stop-rule:arrhythmia",),
    imposed=(Imposed("atrial-fibrillation", (44, 60), (4, 8)),),
)
