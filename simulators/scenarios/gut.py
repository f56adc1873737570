"""Courses that the gut and the liver decide."""

from simulators.scenario import MILD, Expected, Imposed, Scenario

HEPATIC = Scenario(
    name="hepatic",
    says=(
        "Cholestasis: bilirubin climbs past 7 mg/dL on the third day and falls once the drug is stopped. It rehearses a criterion that is never "
        "more than relative, known only as often as the laboratory is asked."
    ),
    expected=(Expected("bilirubin", "relative"),),
    imposed=(Imposed("hepatic", (30, 36), (72, 84), (1.3, 1.6)),),
)

DIARRHEA = Scenario(
    name="diarrhea",
    says=(
        "More than a litre of stool in each of two shifts that follow each other. It rehearses volumes by shift: relative in the first, absolute as "
        "soon as the second has reached a litre, not when it ends."
    ),
    expected=(Expected("diarrhea", "absolute"),),
    imposed=(Imposed("diarrhea", (50, 58), (26, 32), (1.2, 1.5)),),
)

DELAY_BEYOND_24H = Scenario(
    name="delay-beyond-24h",
    says=(
        "An ileus with severe distention that will not resolve: each dose is held, until the delay itself ends the cycle. It rehearses the stop rule "
        "`delay-over-24h`, which comes at its own instant although nothing is charted then."
    ),
    expected=(Expected("abdominal-distention", "absolute"),),
    alerts=("stop-rule:delay-over-24h",),
    imposed=(Imposed("distention", (36, 44), (44, 48), (2, 2)),),
    cohort=MILD,
)
