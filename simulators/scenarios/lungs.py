"""Courses that the lungs decide."""

from simulators.scenario import Expected, Imposed, Scenario

PULMONARY_EDEMA = Scenario(
    name="pulmonary-edema",
    says=(
        "Fluid in the lungs on the third day: dyspnea at rest, rales that climb, oxygen stepped up until a cannula no longer suffices. It rehearses "
        "how relative criteria add up, and the stop rule `oxygen`."
    ),
    expected=(Expected("oxygen-requirement", "absolute"), Expected("rales", "relative"), Expected("dyspnea", "relative")),
    alerts=("stop-rule:oxygen",),
    imposed=(Imposed("pulmonary-edema", (40, 48), (36, 48), (1.6, 2.0)),),
)
