"""Declare the dermatologic row of Table 3.

Two later adaptations of the paper's table print it as absolute, JITC 2014 as relative; the choice is
absolute.
"""

from rules.guideline.declarations import FindingRow

ROWS = (
    FindingRow(
        code="moist-desquamation",
        system="dermatologic",
        source="Table 3, dermatologic, row 1 (column: later adaptations)",
        words="Moist desquamation",
        absolute=("moist-desquamation",),
        column="absolute",  # [choice]
    ),
)
