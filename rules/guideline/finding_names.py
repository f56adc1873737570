"""Name each finding as a nurse does: what its alerts say (criteria.md sections 3.5 and 10)."""

FINDING_NAMES = {
    "atrial-fibrillation": "Atrial fibrillation",
    "supraventricular-tachycardia": "Supraventricular tachycardia",
    "ventricular-arrhythmia": "Ventricular arrhythmia (frequent PVCs, bigeminy or tachycardia)",
    "ecg-ischemia": "ECG changes of ischemia",
    "moist-desquamation": "Moist desquamation",
    "refractory-vomiting": "Vomiting not responsive to medication",
    "ileus": "Ileus",
    "distention": "Abdominal distention",
    "severe-distention": "Severe abdominal distention affecting breathing",
    "severe-abdominal-pain": "Severe, unrelenting abdominal pain",
    "guaiac-positive": "Guaiac-positive sputum, emesis or stool",
    "frank-blood": "Frank blood in sputum, emesis or stool",
    "infection": "Infection, suspected or documented",
    "extremity-tightness": "Extremity tightness",
    "extremity-paresthesias": "Extremity paresthesias",
    "vivid-dreams": "Vivid dreams",
    "emotional-lability": "Emotional lability",
    "persistent-crying": "Persistent crying",
    "hallucination": "Hallucination",
    "cognition-failed": "Cannot subtract serial 7s or spell WORLD backward",
    "disorientation": "Disorientation",
    "dyspnea-at-rest": "Short of breath at rest",
    "intubation": "Intubation",
    "effusion-drained": "Pleural effusion needing a tap or a chest tube",
    "mental-status=changed": "Changed mental status",
    "rales=one-third": "Rales 1/3 up the chest",
    "rales=half": "Moist rales 1/2 up the chest",
}
"""A finding by its code, or by `code=value`, -> its name."""


def finding_name(name: str) -> str:
    """Return the name of a finding (`ileus`, `rales=half`)."""
    return FINDING_NAMES[name]
