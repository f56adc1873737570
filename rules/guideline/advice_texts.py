"""Declare Table 5 and the text: advice, in the order of criteria.md section 7.

Texts say what to do, never how much IL-2.
"""

import msgspec

from rules.guideline.declarations import Limit
from rules.wire.instants import DAY, HOUR


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """An advice: public code, text, where the paper says it, and its numbers (durations in ms)."""

    code: str
    text: str
    source: str
    lab: str | None = None
    limit: Limit | None = None
    second: Limit | None = None
    second_text: str | None = None
    volume: float | None = None
    second_volume: float | None = None
    after: int = 0
    within: int = 0
    until: int = 0
    rise: float | None = None
    unit: str | None = None
    limits: dict[str, float] = {}


ADVICE = (
    Advice(code="fluid-bolus", text="Give a crystalloid bolus of 250-500 mL", source="Table 5"),
    Advice(
        code="add-pressor",
        text="Add phenylephrine 0.1-2 ug/kg/min, titrate to the target pressure",
        source="Table 5, Hypotension",
        volume=1000,
        second_volume=1500,
        unit="mL",
    ),
    Advice(
        code="add-dopamine",
        text="Place a urinary catheter and start dopamine 2 ug/kg/min",
        source="Table 5, Oliguria",
        volume=1000,
        second_volume=1500,
        unit="mL",
    ),
    Advice(
        code="fluid-limit",
        text="Intake above maintenance approaches 1-1.5 L in 24 h: restrict fluid",
        source="text, Overview",
        volume=1000,
        second_volume=1500,
        second_text="Intake above maintenance has reached 1.5 L in 24 h: restrict fluid",
        within=24 * HOUR,
        unit="mL",
    ),
    Advice(
        code="edema-caution",
        text="Weight more than 10 % above baseline: special caution with fluid",
        source="text, Overview",
        limit=Limit(">", 10),
        unit="%",
    ),
    Advice(
        code="acidosis",
        text="Give 50 mEq sodium bicarbonate IV",
        source="Table 5, Acidosis",
        lab="bicarbonate",
        limit=Limit("<", 20),
        second=Limit("<", 18),
        second_text="Give 100 mEq sodium bicarbonate IV",
        unit="mmol/L",
    ),
    Advice(
        code="hypokalemia",
        text="Keep potassium above 3.6 mmol/L: potassium chloride 10 mEq over 1 h IV",
        source="Table 5, Hypokalemia; Table 6",
        lab="potassium",
        limit=Limit("<=", 3.6),
        unit="mmol/L",
    ),
    Advice(
        code="hypocalcemia",
        text="Keep calcium above the lowest normal value: calcium gluconate 10 % 1 g over 1 h IV",
        source="Table 5, Hypocalcemia; Table 6",
        lab="calcium",
        unit="mg/dL",
    ),
    Advice(
        code="hypomagnesemia",
        text="Keep magnesium above the lowest normal value: magnesium sulfate 1 g over 1 h IV",
        source="Table 5, Hypomagnesemia; Table 6",
        lab="magnesium",
        unit="mg/dL",
    ),
    Advice(
        code="hypophosphatemia",
        text="Potassium phosphate 10-15 mmol over 6 h IV",
        source="Table 6, Hypophosphatemia",
        lab="phosphate",
        unit="mg/dL",
    ),
    Advice(
        code="hypoalbuminemia", text="Observe", source="Table 5, Hypoalbuminemia", lab="albumin", unit="g/dL"
    ),
    Advice(
        code="anemia",
        text="Transfuse packed red cells to keep hematocrit above 28 % during dosing",
        source="Table 5, Anemia",
        lab="hematocrit",
        limit=Limit("<=", 28),
        unit="%",
    ),
    Advice(
        code="transfuse-platelets",
        text="Consider platelet transfusion",
        source="Table 5, Thrombocytopenia",
        lab="platelets",
        limit=Limit("<", 20),
        unit="10*3/uL",
    ),
    Advice(
        code="hypoxemia",
        text="Give oxygen; use fluids judiciously; no inhalational steroids",
        source="Table 5, Shortness of breath",
        unit="%",
    ),
    Advice(
        code="ck-elevated",
        text="Measure isoenzymes or troponin, ECG",
        source="Table 5, Creatine kinase elevation",
        lab="ck",
        unit="U/L",
    ),
    Advice(
        code="fever",
        text="Increase indomethacin to every 6 h",
        source="Table 5, Fever breakthrough",
        limit=Limit(">=", 38.0),
        within=4 * HOUR,
        unit="Cel",
    ),
    Advice(
        code="septic-workup",
        text="High spike above a rising baseline after the first 24 h: consider a septic workup",
        source="Table 5, Fever breakthrough",
        limit=Limit(">=", 38.5),
        rise=1.0,
        after=24 * HOUR,
        within=24 * HOUR,
        unit="Cel",
    ),
    Advice(
        code="early-fever-expected",
        text=(
            "Fever and chills begin 2-3 h after dose 1 or 2: warm blankets first; meperidine if chills "
            "persist"
        ),
        source="text, Overview; Table 5, Chills",
        within=8 * HOUR,
    ),
    Advice(
        code="mental-status-watch",
        text="Mental status changed: reassess before 2 h are over",
        source="Table 3, neurologic",
    ),
    Advice(
        code="forbidden-medication",
        text="No steroids by any route and no antihypertensives during IL-2",
        source="text, Pretherapy; Table 5",
        within=24 * HOUR,
    ),
    Advice(
        code="dose-changed",
        text="No dose reductions of IL-2 are performed: doses are given or not given",
        source="text, Interleukin-2 Dosing",
        unit="%",
    ),
    Advice(code="corrective", text="Initiate corrective measure", source="Tables 4 and 5"),
    Advice(
        code="peak-window",
        text="Hypotension is deepest now, 4-6 h after the dose: titrate pressors accordingly",
        source="text, Overview",
    ),
    Advice(
        code="stop-maintenance",
        text="Stop maintenance fluid, generally 8 h after the last IL-2 dose",
        source="text, Posttherapy Intervention",
        after=8 * HOUR,
        within=4 * HOUR,
    ),
    Advice(
        code="diurese",
        text="Start a diuretic; repeat until urine reaches 200 mL/h",
        source="text, Posttherapy Intervention",
        limit=Limit("<", 200),
        within=4 * HOUR,
        unit="mL/h",
    ),
    Advice(
        code="recovery-late",
        text="Blood pressure normally recovers within 24-48 h of stopping IL-2: look for another cause",
        source="text, Overview",
        after=48 * HOUR,
    ),
    Advice(
        code="continue-premedication",
        text="Continue acetaminophen, indomethacin and an H2 blocker for 16-24 h",
        source="text, Posttherapy Intervention",
        until=16 * HOUR,
    ),
    Advice(
        code="discharge-ready",
        text="Abnormalities are returning to normal: discharge may be considered",
        source="text, Posttherapy Assessment",
        within=DAY,
        limits={"weight": 1.05, "creatinine": 1.6, "platelets": 100, "spo2": 95},
    ),
)
