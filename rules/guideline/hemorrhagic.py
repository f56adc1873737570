"""Declare the hemorrhagic rows of Table 3."""

from rules.guideline.declarations import FindingRow, LabRow, Limit

ROWS = (
    FindingRow(
        code="bleeding",
        system="hemorrhagic",
        source="Table 3, hemorrhagic, row 1",
        words="Blood in sputum, emesis or stool",
        relative=("guaiac-positive",),
        absolute=("frank-blood",),
    ),
    LabRow(
        code="platelets",
        system="hemorrhagic",
        unit="10*3/uL",
        source="Table 3, hemorrhagic, row 2",
        words="Platelets",
        lab="platelets",
        monitored_by="blood-count",
        relative=Limit("<=", 50),
        absolute=Limit("<", 30),
    ),
)
