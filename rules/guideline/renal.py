"""Declare the renal rows of Table 3.

Urine per shift and per hour are one requirement measured in two windows.
"""

from rules.guideline.declarations import CoveredShiftRow, HourlyRateRow, LabRow, Limit
from rules.wire.instants import HOUR, MINUTE

ROWS = (
    CoveredShiftRow(
        code="urine-shift",
        system="renal",
        group="urine",
        unit="mL",
        source="Table 3, renal, row 1",
        words="Urine in the last shift",
        relative=Limit("<=", 160),
        absolute=Limit("<", 80),
        coverage=7 / 8,  # [choice]
        wait=60 * MINUTE,  # [choice]
    ),
    HourlyRateRow(
        code="urine-hour",
        system="renal",
        group="urine",
        unit="mL/h",
        source="Table 3, renal, row 2",
        words="Urine",
        relative=Limit("<=", 20),
        absolute=Limit("<", 10),
        covers=60 * MINUTE,
        clears_over=120 * MINUTE,  # [choice]
        longest=24 * HOUR,
        monitored_by="intake-output",
    ),
    LabRow(
        code="creatinine",
        system="renal",
        unit="mg/dL",
        source="Table 3, renal, row 3",
        words="Creatinine",
        lab="creatinine",
        monitored_by="chemistry",
        relative=Limit(">=", 2.5),
        absolute=Limit(">=", 3.0),
    ),
)
