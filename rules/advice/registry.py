"""Every advice code, what decides it and what can change it: one line an advice."""

from collections.abc import Callable

from rules.advice import dosing, fever, fluids, labs, recovery
from rules.advice.case import Case
from rules.chart import inputs as i
from rules.evaluate.result import Memory, Result
from rules.guideline.table5 import Advice

Decide = Callable[[Advice, Case, int, Memory], Result]
ENDED = i.ENCOUNTER | i.DOSES


def lab(code: str) -> int:
    return i.BIT[code]


ADVISES: dict[str, tuple[Decide, int, tuple[str, ...]]] = {
    "fluid-bolus": (fluids.fluid_bolus, 0, ("hypotension", "urine-hour")),
    "add-pressor": (fluids.add_pressor, i.FLUIDS | i.INFUSIONS, ("hypotension",)),
    "add-dopamine": (fluids.add_dopamine, i.FLUIDS | i.INFUSIONS, ("urine-shift", "urine-hour")),
    "fluid-limit": (fluids.fluid_limit, i.FLUIDS, ()),
    "edema-caution": (fluids.edema_caution, i.WEIGHT | i.BASELINE, ()),
    "acidosis": (labs.fixed_limit, lab("bicarbonate"), ()),
    "hypokalemia": (labs.fixed_limit, lab("potassium"), ()),
    "hypocalcemia": (labs.below_low, lab("calcium"), ()),
    "hypomagnesemia": (labs.below_low, lab("magnesium"), ()),
    "hypophosphatemia": (labs.below_low, lab("phosphate"), ()),
    "hypoalbuminemia": (labs.below_low, lab("albumin"), ()),
    "anemia": (labs.fixed_limit, lab("hematocrit"), ()),
    "transfuse-platelets": (labs.fixed_limit, lab("platelets"), ()),
    "hypoxemia": (fever.hypoxemia, i.SPO2, ()),
    "ck-elevated": (labs.above_high, lab("ck"), ()),
    "fever": (fever.fever, i.TEMPERATURE, ()),
    "septic-workup": (fever.septic_workup, i.TEMPERATURE | ENDED, ()),
    "early-fever-expected": (fever.early_fever_expected, ENDED, ("fever",)),
    "mental-status-watch": (fever.mental_status_watch, i.BIT["mental-status"], ()),
    "forbidden-medication": (dosing.forbidden_medication, i.MEDICATION | i.ENCOUNTER, ()),
    "dose-changed": (dosing.dose_changed, ENDED, ()),
    "peak-window": (dosing.peak_window, ENDED, ()),
    "stop-maintenance": (recovery.stop_maintenance, ENDED | i.MAINTENANCE, ()),
    "diurese": (recovery.diurese, ENDED | i.SYSTOLIC | i.INFUSIONS | i.URINE | i.BASELINE | i.MODE, ()),
    "recovery-late": (recovery.recovery_late, ENDED | i.INFUSIONS, ("hypotension",)),
    "continue-premedication": (recovery.continue_premedication, ENDED | i.MEDICATION, ()),
    "discharge-ready": (
        recovery.discharge_ready,
        ENDED | i.SYSTOLIC | i.SPO2 | i.OXYGEN | i.WEIGHT | i.BASELINE | i.INFUSIONS | lab("creatinine") | lab("platelets"),
        (),
    ),
}
