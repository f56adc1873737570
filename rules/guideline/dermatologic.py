"""Declare the dermatologic row of Table 3.

The paper's table leaves the column open; JITC 2014 Table 3 puts it under relative.
"""

from rules.guideline.declarations import FindingRow

ROWS = (
    FindingRow(
        code="moist-desquamation",
        system="dermatologic",
        source="Table 3, dermatologic, row 1 (column: JITC 2014)",
        words="Moist desquamation",
        relative=("moist-desquamation",),
        measure="Oatmeal baths, lotions (no steroid- or alcohol-containing lotions)",
        drugs=("oatmeal", "lubriderm"),
    ),
)
