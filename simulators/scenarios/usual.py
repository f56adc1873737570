"""Courses in which only the drug is at work."""

from simulators.cohort import ORGANS
from simulators.scenario import MILD, Expected, Scenario

UNEVENTFUL = Scenario(
    name="uneventful",
    says=(
        "A patient who tolerates the drug well: some fever, a lower pressure, a little weight, all of it expected. It rehearses silence: "
        "no absolute criterion holds, and no dose needs a decision for one."
    ),
    cohort=dict.fromkeys(ORGANS, (0.25, 0.4)),
)

TYPICAL_COURSE = Scenario(
    name="typical-course",
    says=(
        "What the paper describes: chills and fever after the first doses, pressure lowest 4 to 6 h after each dose and lower with each, "
        "fluid and then a pressor, urine and platelets falling, creatinine and weight rising, until a dose is no longer safe; recovery "
        "within three days. It rehearses the whole guideline, dose by dose."
    ),
    expected=(Expected("hypotension", "relative"),),
)

PEAK_HYPOTENSION_ONLY = Scenario(
    name="peak-hypotension-only",
    says=(
        "Pressure falls below target 4 to 6 h after the doses, answers fluid, and is back before the next dose falls due; everything else is "
        "borne well. It rehearses the peak: an expected fall is treated and watched, and is no reason to withhold the next dose."
    ),
    expected=(Expected("hypotension", "relative"),),
    cohort={**MILD, "vascular": (1.0, 1.15)},
)
