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
        measure=(
            "Antidiarrheals (alternate medications); avoid overuse because of complicating ileus and "
            "distention"
        ),
        drugs=("loperamide", "diphenoxylate-atropine", "codeine"),
    ),
    FindingRow(
        code="refractory-vomiting",
        system="gastrointestinal",
        source="Table 3, gastrointestinal, row 2",
        words="Vomiting not responsive to medication",
        absolute=("refractory-vomiting",),
        measure="Antiemetics (alternate medications and routes if any one is not effective)",
        drugs=("droperidol", "prochlorperazine", "ondansetron", "lorazepam"),
    ),
    FindingRow(
        code="abdominal-distention",
        system="gastrointestinal",
        source="Table 3, gastrointestinal, row 3",
        words="Ileus or abdominal distention",
        relative=("ileus", "distention"),
        absolute=("severe-distention",),
        measure=(
            "Review antidiarrheals, whose overuse is complicated by ileus and distention; evaluate the cause"
        ),
    ),
    FindingRow(
        code="abdominal-pain",
        system="gastrointestinal",
        source="Table 3, gastrointestinal, row 4",
        words="Severe abdominal pain, unrelenting",
        absolute=("severe-abdominal-pain",),
        measure="Evaluate cause; give indomethacin rectally; consider antacids",
        drugs=("antacid",),
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
        measure="Cholestasis is transient and reversible on discontinuation of IL-2; allow time to recover",
    ),
)
