"""Declare the gastrointestinal rows of Table 3."""

from rules.guideline.declarations import FindingRow, LabRow, Limit, ShiftVolumeRow

ROWS = (
    ShiftVolumeRow(
        code="diarrhea",
        system="gastrointestinal",
        unit="mL",
        source="Table 3, gastrointestinal, row 1",
        words="Stool in a shift",
        kind="stool",
        relative=Limit(">=", 1000),
    ),
    FindingRow(
        code="refractory-vomiting",
        system="gastrointestinal",
        source="Table 3, gastrointestinal, row 2",
        words="Vomiting not responsive to medication",
        absolute=("refractory-vomiting",),
    ),
    FindingRow(
        code="abdominal-distention",
        system="gastrointestinal",
        source="Table 3, gastrointestinal, row 3",
        words="Ileus or abdominal distention",
        relative=("ileus", "distention"),
        absolute=("severe-distention",),
    ),
    FindingRow(
        code="abdominal-pain",
        system="gastrointestinal",
        source="Table 3, gastrointestinal, row 4",
        words="Severe abdominal pain, unrelenting",
        absolute=("severe-abdominal-pain",),
    ),
    LabRow(
        code="bilirubin",
        system="gastrointestinal",
        unit="mg/dL",
        source="Table 3, gastrointestinal, row 3, relative column",
        words="Bilirubin",
        lab="bilirubin",
        monitored_by="liver",
        relative=Limit(">", 7),
    ),
)
