"""Declare the infectious row of Table 3."""

from rules.guideline.declarations import FindingRow

ROWS = (
    FindingRow(
        code="infection",
        system="infectious",
        source="Table 3, infectious, row 1",
        words="Strong clinical suspicion of infection, or documented",
        absolute=("infection",),
    ),
)
