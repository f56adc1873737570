"""Declare what to do about each tripped criterion: Table 5's words, else the text's, else whom to call.

The citation names where the words stand (criteria.md section 7.1, corrective).
"""

import msgspec

NOBODY = "beyond the paper"
BREATH = (
    "Check transcutaneous O2 saturation; if below 95 %, give oxygen; fluids judiciously; no inhaled steroids"
)
ARRHYTHMIA = (
    "Stop IL-2 (most arrhythmias); correct electrolytes, minerals, anemia, hypoxia; medications as indicated"
)
ALTERED = (
    "True neuropsychiatric alterations require discontinuation of IL-2 for this cycle; assess orientation "
    "and cognition often"
)
WATCHED = "Assess orientation and cognitive ability often: these may be the beginning"
SHORT_OF_BREATH = "Table 5, Shortness of breath"
NEUROPSYCHIATRIC = "text, Overview: neuropsychiatric side effects"
PULMONARY = "text, Overview: shortness of breath"


class Corrective(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about a criterion.

    `drugs`: agents of Table 6 that go with it; `only`: for which symptom alone they are given.
    """

    code: str
    text: str
    source: str
    drugs: tuple[str, ...] = ()
    only: str = ""


def unlisted(code: str) -> Corrective:
    """Return what to do about a criterion for which neither Table 5 nor the text has a measure."""
    return Corrective(code=code, text="Inform the physician", source=NOBODY)


CORRECTIVES = (
    Corrective(
        code="sinus-tachycardia",
        text="Correct fever, hypotension, hypoxia, anemia; consider stopping dopamine if used",
        source="Table 5, Tachycardia (sinus)",
    ),
    Corrective(code="atrial-fibrillation", text=ARRHYTHMIA, source="Table 5, Arrhythmia"),
    Corrective(code="supraventricular-tachycardia", text=ARRHYTHMIA, source="Table 5, Arrhythmia"),
    Corrective(code="ventricular-arrhythmia", text=ARRHYTHMIA, source="Table 5, Arrhythmia"),
    Corrective(
        code="cardiac-enzymes",
        text=(
            "Troponin: must stop IL-2; CK-MB: delay, look for myocarditis (troponin, ECG); exercise "
            "echocardiogram before the next cycle, and IL-2 again only if it is normal"
        ),
        source="Table 5, Troponin elevation and Creatine kinase elevation",
    ),
    Corrective(
        code="ecg-ischemia",
        text=(
            "Measure isoenzymes or troponin; with evidence of myocarditis IL-2 must stop, and an exercise "
            "echocardiogram is needed before the next cycle"
        ),
        source="Table 5, Creatine kinase elevation",
    ),
    Corrective(
        code="moist-desquamation",
        text="Oatmeal baths, lotions (no steroid- or alcohol-containing lotions)",
        source="Table 5, Dermatitis",
        drugs=("oatmeal", "lubriderm"),
    ),
    Corrective(
        code="diarrhea",
        text="Antidiarrheals (alternate medications); avoid overuse: ileus and distention follow",
        source="Table 5, Diarrhea",
        drugs=("loperamide", "diphenoxylate-atropine", "codeine"),
    ),
    Corrective(
        code="refractory-vomiting",
        text="Antiemetics (alternate medications and routes if any one is not effective)",
        source="Table 5, Nausea/vomiting",
        drugs=("droperidol", "prochlorperazine", "ondansetron"),
    ),
    Corrective(
        code="abdominal-distention",
        text="Inform the physician; no more antidiarrheals: overuse is complicated by ileus and distention",
        source="Table 5, Diarrhea",
    ),
    Corrective(
        code="abdominal-pain",
        text=(
            "Physician to the bedside: examine the abdomen, imaging, nothing by mouth; perforation or "
            "ischemia until excluded"
        ),
        source=NOBODY,
    ),
    Corrective(
        code="bilirubin",
        text="Cholestasis is transient and reversible on discontinuation of IL-2: allow time to recover",
        source="text, Overview: laboratory abnormalities",
    ),
    Corrective(
        code="phenylephrine-maximum",
        text="Delay; titrate pressors to the target pressure and wean them when the peak of 4-6 h has passed",
        source="text, Overview: hypotension",
        drugs=("phenylephrine",),
    ),
    Corrective(
        code="phenylephrine-minimum",
        text="Delay until phenylephrine can be weaned to 0.5 mcg/kg/min or less",
        source="text, Overview: hypotension",
    ),
    Corrective(
        code="platelets",
        text="Consider transfusion if the count is below 20,000/mm³",
        source="Table 5, Thrombocytopenia",
    ),
    Corrective(
        code="infection", text="Stop IL-2 and treat infection as indicated", source="Table 5, Infection"
    ),
    Corrective(
        code="weight-gain",
        text="Use fluids judiciously; elevate a symptomatic extremity",
        source="Table 5, Edema",
    ),
    Corrective(
        code="extremities",
        text="Elevate the symptomatic extremity; compression garments; use fluids judiciously",
        source="Table 5, Edema; text, Overview: edema",
    ),
    Corrective(code="vivid-dreams", text=WATCHED, source=NEUROPSYCHIATRIC),
    Corrective(
        code="emotional-lability",
        text=WATCHED,
        source=NEUROPSYCHIATRIC,
        drugs=("lorazepam",),
        only="anxiety",
    ),
    Corrective(
        code="hallucination",
        text=ALTERED,
        source=NEUROPSYCHIATRIC,
        drugs=("haloperidol",),
        only="agitation",
    ),
    Corrective(code="mental-status", text=ALTERED, source=NEUROPSYCHIATRIC),
    Corrective(code="cognition", text=ALTERED, source=NEUROPSYCHIATRIC),
    Corrective(code="disorientation", text=ALTERED, source=NEUROPSYCHIATRIC),
    Corrective(code="dyspnea", text=BREATH, source=SHORT_OF_BREATH),
    Corrective(code="oxygen-requirement", text=BREATH, source=SHORT_OF_BREATH),
    Corrective(code="intubation", text="Inform the physician: IL-2 stops", source=PULMONARY),
    Corrective(
        code="rales",
        text="Fluids judiciously; half up the chest with marginal saturation is a reason to stop IL-2",
        source=PULMONARY,
    ),
    Corrective(code="pleural-effusion", text="Inform the physician; fluids judiciously", source=PULMONARY),
    Corrective(
        code="urine-shift",
        text="Initially fluids; add dopamine after 1-1.5 L of fluid boluses",
        source="Table 5, Oliguria",
        drugs=("normal-saline", "dopamine"),
    ),
    Corrective(
        code="urine-hour",
        text="Initially fluids; add dopamine after 1-1.5 L of fluid boluses",
        source="Table 5, Oliguria",
        drugs=("normal-saline", "dopamine"),
    ),
    Corrective(
        code="creatinine",
        text="Allow time to recover; restore urine flow; it is considered when deciding on the next dose",
        source="text, Overview: renal dysfunction",
    ),
)
"""In the order of Table 3. Sedatives go with anxiety and agitation only (criteria.md section 7.3)."""
