"""Courses that the kidney decides."""

from simulators.scenario import MILD, Expected, Imposed, Scenario

OLIGURIA_RESPONDS = Scenario(
    name="oliguria-responds",
    says=(
        "On the second day urine falls below 10 mL/h; fluid and dopamine bring it back within hours, and the course goes on. It rehearses "
        "the ladder of Table 5 (bolus, 1 to 1.5 L, dopamine) and a dose that waits for urine rather than being given up."
    ),
    expected=(Expected("urine-hour", "absolute"),),
    imposed=(Imposed("oliguria", (26, 34), (8, 12), (1.9, 2.2)),),
    cohort=MILD,
)

OLIGURIA_RENAL_FAILURE = Scenario(
    name="oliguria-renal-failure",
    says=(
        "Urine stops on the second day and answers neither fluid nor dopamine, while creatinine climbs past 3 mg/dL. It rehearses the "
        "criteria that agree with each other, the limit on fluid that no longer helps, and a delay that turns into the end of the cycle."
    ),
    expected=(Expected("urine-hour", "absolute"), Expected("urine-shift", "absolute"), Expected("creatinine", "absolute")),
    imposed=(Imposed("renal-failure", (28, 36), (60, 72), (1.1, 1.15)),),
)
