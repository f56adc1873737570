"""Many patients at once."""

from simulators.scenario import Scenario

WARD = Scenario(
    name="ward",
    says=(
        "A ward as it might be over weeks: most patients have a typical course or less, each of the others one of the trouble above, at the rates "
        "below, which are assumptions. It is what the score is measured on."
    ),
    mix={
        "typical-course": 0.30,
        "uneventful": 0.12,
        "peak-hypotension-only": 0.10,
        "oliguria-responds": 0.10,
        "oliguria-renal-failure": 0.04,
        "pressor-wean-fails": 0.06,
        "tachycardia-with-fever": 0.05,
        "atrial-fibrillation": 0.04,
        "pulmonary-edema": 0.03,
        "neurotoxicity-late": 0.04,
        "thrombocytopenia-bleeding": 0.03,
        "sepsis": 0.02,
        "hepatic": 0.02,
        "diarrhea": 0.02,
        "missed-charting": 0.02,
        "delay-beyond-24h": 0.01,
    },
)
