"""Courses that the mind decides."""

from simulators.scenario import MILD, Expected, Imposed, Scenario

NEUROTOXICITY_LATE = Scenario(
    name="neurotoxicity-late",
    says=(
        "A patient who bears the drug well until the fourth day, then is confused, disoriented, hallucinating; it outlasts the drug. It "
        "rehearses the two hours that a changed mental status may take to reverse, and the stop rule `neuropsychiatric`."
    ),
    expected=(Expected("mental-status", "absolute"), Expected("disorientation", "absolute"), Expected("hallucination", "absolute")),
    alerts=("stop-rule:neuropsychiatric",),
    imposed=(Imposed("neurotoxicity", (60, 76), (30, 48), (3, 3)),),
    cohort=MILD,
)
