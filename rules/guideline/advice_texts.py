"""Declare the advice of the paper, Tables 5 and 6 and its text, in the order of criteria.md section 7.1.

Texts say what to do, never how much IL-2; `ended` says what ended.
"""

from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import Limit
from rules.guideline.watches import WATCHES
from rules.wire.instants import DAY, HOUR

PEAK = (
    Advice(
        code="peak-window",
        text="Pressure is lowest now, 4-6 h after the dose: check it often, titrate pressors accordingly,",
        ended="The peak of 4-6 h after the dose is over",
        source="text, Overview",
    ),
)

FLUIDS = (
    Advice(
        code="fluid-bolus",
        text="give a crystalloid bolus of 250-500 mL",
        ended="Pressure and urine have recovered",
        source="Table 5, Hypotension and Oliguria",
    ),
    Advice(
        code="add-pressor",
        text="start phenylephrine 0.1-2 mcg/kg/min, titrate",
        ended="Pressure has recovered",
        source="Table 5, Hypotension; Table 6",
        volume=1000,
        second_volume=1500,
        unit="mL",
    ),
    Advice(
        code="titrate-pressor",
        text="titrate the pressor to the target pressure",
        ended="Pressure has recovered",
        source="text, Overview",
    ),
    Advice(
        code="add-dopamine",
        text="place a urinary catheter and start dopamine 2 mcg/kg/min",
        ended="Urine has recovered",
        source="Table 5, Oliguria; Table 6",
        volume=1000,
        second_volume=1500,
        unit="mL",
    ),
    Advice(
        code="fluid-futile",
        text="call the physician: more fluid will not help",
        ended="Pressure and urine have recovered, or fluid may be given again",
        source="text, Overview",
    ),
    Advice(
        code="fluid-limit",
        text="restrict fluid, the limit is 1-1.5 L",
        ended="Less than 1 L above maintenance in 24 h",
        source="text, Overview",
        volume=1000,
        second_volume=1500,
        second_text="limit of 1.5 L reached, restrict fluid",
        within=24 * HOUR,
        lasts=4 * HOUR,  # [choice]
        unit="mL",
    ),
    Advice(
        code="edema-caution",
        text="special caution with fluid",
        ended="Weight is back within 10 % of baseline",
        source="text, Overview",
        limit=Limit(">", 10),
        unit="%",
    ),
)

LABORATORY = (
    Advice(
        code="acidosis",
        text="give 50 mEq sodium bicarbonate IV",
        ended="Bicarbonate has recovered",
        source="Table 5, Acidosis",
        lab="bicarbonate",
        limit=Limit("<", 20),
        second=Limit("<", 18),
        second_text="give 100 mEq sodium bicarbonate IV",
        unit="mmol/L",
    ),
    Advice(
        code="hypokalemia",
        text="potassium chloride 10 mEq over 1 h IV, keep above 3.6",
        ended="Potassium has recovered",
        source="Table 5, Hypokalemia; Table 6",
        lab="potassium",
        limit=Limit("<=", 3.6),
        unit="mmol/L",
    ),
    Advice(
        code="hypocalcemia",
        text="calcium gluconate 10 % 1 g over 1 h IV, keep above the lowest normal value",
        ended="Calcium has recovered",
        source="Table 5, Hypocalcemia; Table 6",
        lab="calcium",
        unit="mg/dL",
    ),
    Advice(
        code="hypomagnesemia",
        text="magnesium sulfate 1 g over 1 h IV, keep above the lowest normal value",
        ended="Magnesium has recovered",
        source="Table 5, Hypomagnesemia; Table 6",
        lab="magnesium",
        unit="mg/dL",
    ),
    Advice(
        code="hypophosphatemia",
        text="potassium phosphate 10-15 mmol over 6 h IV",
        ended="Phosphate has recovered",
        source="Table 6, Hypophosphatemia",
        lab="phosphate",
        unit="mg/dL",
    ),
    Advice(
        code="hypoalbuminemia",
        text="no treatment needed, observe",
        ended="Albumin has recovered",
        source="Table 5, Hypoalbuminemia",
        lab="albumin",
        unit="g/dL",
    ),
    Advice(
        code="anemia",
        text="transfuse packed red cells to keep hematocrit above 28 % during dosing",
        ended="Hematocrit has recovered",
        source="Table 5, Anemia",
        lab="hematocrit",
        limit=Limit("<=", 28),
        unit="%",
    ),
    Advice(
        code="transfuse-platelets",
        text="consider platelet transfusion",
        ended="Platelets have recovered",
        source="Table 5, Thrombocytopenia",
        lab="platelets",
        limit=Limit("<", 20),
        unit="10*3/uL",
    ),
    Advice(
        code="hypoxemia",
        text="give oxygen; fluids judiciously; no inhaled steroids",
        ended="Saturation has recovered",
        source="Table 5, Shortness of breath",
        unit="%",
    ),
    Advice(
        code="ck-elevated",
        text="measure isoenzymes or troponin, ECG",
        ended="Isoenzymes or troponin measured",
        source="Table 5, Creatine kinase elevation",
        lab="ck",
        unit="U/L",
    ),
)

OBSERVED = (
    Advice(
        code="chills",
        text="Chills: warm blankets first; meperidine 25-50 mg IV if they persist",
        ended="No chills charted for 2 h, or charted gone",
        source="Table 5, Chills; Table 6",
        within=2 * HOUR,
    ),
    Advice(
        code="fever",
        text="increase indomethacin to every 6 h",
        second_text="acetaminophen and cooling",
        ended="Fever is over, or not measured for 4 h",
        source="Table 5, Fever breakthrough",
        limit=Limit(">=", 38.0),
        within=4 * HOUR,
        unit="Cel",
    ),
    Advice(
        code="septic-workup",
        text="high spike above the rising baseline: consider a septic workup",
        ended="No spike for 24 h",
        source="Table 5, Fever breakthrough",
        limit=Limit(">=", 38.5),
        rise=1.0,
        after=24 * HOUR,
        within=24 * HOUR,
        until=24 * HOUR,
        lasts=4 * HOUR,
        limits={"usual": 37.5},
        unit="Cel",
    ),
    Advice(
        code="early-fever-expected",
        text="Fever and chills are expected: they begin 2-3 h after dose 1 or 2",
        ended="The early fever of dose 1 or 2 is over",
        source="text, Overview; Table 5, Chills",
        within=8 * HOUR,
    ),
    Advice(
        code="mental-status-watch",
        text="Mental status changed: reassess",
        ended="Mental status reassessed, or 2 h are over",
        source="Table 3, neurologic",
    ),
)

MEDICINES = (
    Advice(
        code="forbidden-medication",
        text="no steroids by any route during IL-2: stop it, inform the physician",
        second_text="no antihypertensives during IL-2: stop it, inform the physician",
        ended="No steroid or antihypertensive charted",
        source="text, Pretherapy; Table 5",
        within=24 * HOUR,
    ),
    Advice(
        code="premedication",
        text="maintenance fluid 50-100 mL/h",
        ended="Premedication given",
        source="text, Pretherapy Intervention; Table 6",
        after=8 * HOUR,
        within=12 * HOUR,
        until=4 * HOUR,
    ),
    Advice(
        code="corrective",
        text="Initiate corrective measure",
        ended="The criterion has recovered",
        source="Tables 4 and 5",
    ),
)

AFTERWARDS = (
    Advice(
        code="stop-maintenance",
        text="Stop maintenance fluid: 8 h since the last IL-2 dose",
        ended="Maintenance fluid has stopped",
        source="text, Posttherapy Intervention",
        after=8 * HOUR,
        within=4 * HOUR,
    ),
    Advice(
        code="diurese",
        text="give a diuretic, repeat until urine reaches 200 mL/h",
        ended="Diuresis: urine, weight or pressure asks for it no more",
        source="text, Posttherapy Intervention",
        limit=Limit("<", 200),
        after=8 * HOUR,  # [choice]
        within=4 * HOUR,
        limits={"systolic": 0.9},  # [choice]
        unit="mL/h",
    ),
    Advice(
        code="recovery-late",
        text="it normally recovers in 24-48 h, look for another cause",
        ended="Pressure has recovered without a pressor",
        source="text, Overview",
        after=48 * HOUR,
    ),
    Advice(
        code="continue-premedication",
        text="continue for 16-24 h after IL-2",
        ended="Premedication given",
        source="text, Posttherapy Intervention",
        until=16 * HOUR,
    ),
    Advice(
        code="discharge-ready",
        text="Abnormalities are returning to normal: discharge may be considered",
        ended="Not ready for discharge",
        source="text, Posttherapy Assessment",
        after=DAY,
        within=DAY,
        limits={"weight": 1.05, "creatinine": 1.6, "platelets": 100, "spo2": 95, "measured": 2},
    ),
)

ADVICE = (*PEAK, *FLUIDS, *LABORATORY, *OBSERVED, *MEDICINES, *AFTERWARDS, *WATCHES)
"""In the order in which one instant's advice is published."""
