"""Courses that the vessels decide."""

from simulators.scenario import Expected, Imposed, Scenario

PRESSOR_WEAN_FAILS = Scenario(
    name="pressor-wean-fails",
    says=(
        "From the second day phenylephrine climbs past 1.5 ug/kg/min and is still above 0.8 when the next dose falls due. It rehearses the two "
        "hemodynamic rows (highest rate of the interval, rate at the time of dosing) and the stop rule they make together."
    ),
    expected=(Expected("hypotension", "relative"), Expected("phenylephrine-maximum", "absolute"), Expected("phenylephrine-minimum", "absolute")),
    imposed=(Imposed("pressor-dependence", (30, 38), (36, 48), (1.0, 1.2)),),
)
