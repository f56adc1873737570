"""Tables 5 and 6 as the paper prints them, and what the guideline's data say: typed from the paper, not copied."""

from __future__ import annotations

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline.correctives import NOBODY

TABLE_5 = {
    "sinus-tachycardia": ("correct fever", "hypotension", "hypoxia", "anemia", "dopamine"),
    "atrial-fibrillation": ("stop il-2 (most arrhythmias)", "electrolytes", "minerals", "anemia", "hypoxia"),
    "supraventricular-tachycardia": ("stop il-2 (most arrhythmias)", "electrolytes", "minerals"),
    "ventricular-arrhythmia": ("stop il-2 (most arrhythmias)", "electrolytes", "minerals"),
    "cardiac-enzymes": ("must stop il-2", "exercise echocardiogram before the next cycle", "normal"),
    "ecg-ischemia": ("isoenzymes or troponin", "myocarditis", "exercise echocardiogram"),
    "moist-desquamation": ("oatmeal baths", "lotions", "no steroid- or alcohol-containing"),
    "diarrhea": ("antidiarrheals (alternate medications)", "avoid overuse", "ileus and distention"),
    "refractory-vomiting": ("antiemetics (alternate medications and routes",),
    "abdominal-distention": ("no more antidiarrheals", "ileus and distention"),
    "platelets": ("transfusion", "below 20,000"),
    "infection": ("stop il-2 and treat infection as indicated",),
    "weight-gain": ("fluids judiciously", "elevate"),
    "extremities": ("elevate", "compression garments", "fluids judiciously"),
    "dyspnea": ("transcutaneous o2 saturation", "below 95 %", "oxygen", "no inhaled steroids"),
    "oxygen-requirement": ("transcutaneous o2 saturation", "below 95 %", "oxygen", "no inhaled steroids"),
    "urine-shift": ("initially fluids", "dopamine after 1-1.5 l of fluid boluses"),
    "urine-hour": ("initially fluids", "dopamine after 1-1.5 l of fluid boluses"),
}
"""What the measure of a row must say, where Table 5 has one."""
OVERVIEW = {
    "bilirubin": ("cholestasis", "reversible on discontinuation"),
    "phenylephrine-maximum": ("delay", "titrate", "wean"),
    "phenylephrine-minimum": ("delay", "weaned to 0.5 mcg/kg/min or less"),
    "vivid-dreams": ("orientation and cognitive ability",),
    "emotional-lability": ("orientation and cognitive ability",),
    "hallucination": ("discontinuation of il-2 for this cycle",),
    "mental-status": ("discontinuation of il-2 for this cycle",),
    "cognition": ("discontinuation of il-2 for this cycle",),
    "disorientation": ("discontinuation of il-2 for this cycle",),
    "intubation": ("il-2 stops",),
    "rales": ("half up the chest", "marginal saturation", "stop il-2"),
    "pleural-effusion": ("fluids judiciously",),
    "creatinine": ("considered when deciding on the next dose",),
}
"""What it must say where the text of the paper alone has one."""
TABLE_6 = [
    ("acetaminophen", "650 mg", "q 4 h", "PO/PR"),
    ("indomethacin", "50-75 mg", "q 8 h", "PO/PR"),
    ("ranitidine", "50 mg", "q 8 h", "IV"),
    ("granisetron", "0.01 mg/kg", "daily", "IV"),
    ("cefazolin", "1-2 g", "q 6 h", "IV"),
    ("clindamycin", "900 mg", "q 8 h", "IV"),
    ("haloperidol", "1-5 mg", "q 1 h", "IV/IM"),
    ("lorazepam", "0.5-1 mg", "q 6 h", "PO/IV"),
    ("meperidine", "25-50 mg", "q 1 h", "IV"),
    ("loperamide", "2 mg", "q 3 h", "PO"),
    ("diphenoxylate-atropine", "2.5 mg with 25 mcg", "q 3 h", "PO"),
    ("codeine", "30-60 mg", "q 4 h", "PO"),
    (
        "antacid",
        "aluminum hydroxide 200 mg, magnesium hydroxide 200 mg, simethicone 20 mg: 30 mL",
        "q 3 h",
        "PO",
    ),
    ("calcium-gluconate", "10 %, 1 g", "over 1 h", "IV"),
    ("potassium-chloride", "10 mEq", "over 1 h", "IV"),
    ("magnesium-sulfate", "1 g", "over 1 h", "IV"),
    ("potassium-phosphate", "10-15 mmol", "over 6 h", "IV"),
    ("normal-saline", "250-500 mL", "bolus", "IV"),
    ("phenylephrine", "40 mg/100 mL, 0.1-2 mcg/kg/min", "titrate", "IV"),
    ("temazepam", "15-30 mg", "qhs", "PO"),
    ("zolpidem", "5-10 mg", "qhs", "PO"),
    ("sodium-bicarbonate", "6 tsp per 1,500 mL", "swish and swallow", "PO"),
    ("lidobenalox", "5 mL", "q 3 h", "PO"),
    ("droperidol", "1 mg", "q 4-6 h", "IV"),
    ("prochlorperazine", "25 mg q 4 h PR, or 10 mg q 6 h IV", "as given", "PR/IV"),
    ("ondansetron", "10 mg", "q 8 h", "IV"),
    ("dopamine", "100 mg/250 mL, 2 mcg/kg/min", "continuous", "IV"),
    ("tucks", "apply locally", "as needed", "topical"),
    ("hydroxyzine", "10-20 mg", "q 6 h", "PO"),
    ("diphenhydramine", "25-50 mg", "q 4 h", "PO/IV"),
    ("oatmeal", "powder or bath, apply locally", "as needed", "topical"),
    ("lubriderm", "with 0.25 % camphor and 0.25 % menthol, apply locally", "as needed", "topical"),
    ("pseudoephedrine", "30 mg", "q 6 h", "PO"),
]
"""Agent, dose, frequency, route; normal saline and lorazepam stand in it twice, alike."""


@pytest.mark.parametrize(("table", "rows"), [("Table 5", TABLE_5), ("text, Overview", OVERVIEW)])
def test_a_measure_says_what_the_paper_says(table: str, rows: dict[str, tuple[str, ...]]) -> None:
    for code, wanted in rows.items():
        found = GUIDELINE.corrects(code)
        assert [words for words in wanted if words not in found.text.lower()] == [], code
        assert table in found.source, code


def test_every_row_has_a_measure_of_the_paper_or_says_that_it_has_none() -> None:
    without = [row.code for row in GUIDELINE.rows if GUIDELINE.corrects(row.code).source == NOBODY]
    assert [*TABLE_5, *OVERVIEW, *without] == [*dict.fromkeys([*TABLE_5, *OVERVIEW, *without])]
    assert {*TABLE_5, *OVERVIEW, *without} == {row.code for row in GUIDELINE.rows}
    assert without == ["abdominal-pain", "bleeding"]


def test_table_6_is_that_of_the_paper() -> None:
    mine = {(one.agent, one.dose, one.frequency, one.route) for one in GUIDELINE.medications}
    assert mine == set(TABLE_6)


def test_no_unit_is_written_so_that_it_is_misread() -> None:
    """`ug` has been read as `mg`."""
    assert [one.agent for one in GUIDELINE.medications if "ug" in one.dose.split()] == []
