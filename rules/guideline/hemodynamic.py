"""Declare the hemodynamic rows of Table 3: one requirement measured in two windows, so one group."""

from rules.guideline.declarations import Limit, RateMaximumRow, RateMinimumRow
from rules.wire.instants import HOUR, MINUTE

ROWS = (
    RateMaximumRow(
        code="phenylephrine-maximum",
        system="hemodynamic",
        group="phenylephrine",
        unit="ug/kg/min",
        source="Table 3, hemodynamic, row 1",
        words="Highest phenylephrine rate of the dose interval",
        agent="phenylephrine",
        relative=Limit(">=", 1.0),
        absolute=Limit(">=", 1.5),
        measure=(
            "Delay; titrate phenylephrine to the target pressure and wean it when the 4-6 h peak has passed"
        ),
        drugs=("phenylephrine",),
    ),
    RateMinimumRow(
        code="phenylephrine-minimum",
        system="hemodynamic",
        group="phenylephrine",
        unit="ug/kg/min",
        source="Table 3, hemodynamic, row 2 (JITC 2014: minimum at the time of dosing)",
        words="Lowest phenylephrine rate at the time of dosing",
        agent="phenylephrine",
        relative=Limit(">", 0.5),
        absolute=Limit(">", 0.8),
        after=8 * HOUR,
        window=30 * MINUTE,  # [choice]
        measure="Delay until phenylephrine can be weaned to 0.5 ug/kg/min or less",
        drugs=("phenylephrine",),
    ),
)
