"""Register every advice code: its evaluator, the dirty flags and the subjects that it reads."""

from collections.abc import Callable

from rules.advice import after_therapy, during_therapy, fluids
from rules.chart import dirty_flags
from rules.evaluate.result import Case, Memory, Result
from rules.guideline.advice_texts import Advice
from rules.wire.instants import Instant

Decide = Callable[[Advice, Case, Instant, Memory], Result]
ENDED = dirty_flags.ENCOUNTER | dirty_flags.DOSES


def lab(code: str) -> int:
    """Return the dirty flag of a lab."""
    return dirty_flags.BIT[code]


ADVISES: dict[str, tuple[Decide, int, tuple[str, ...]]] = {
    "fluid-bolus": (fluids.fluid_bolus, 0, ("hypotension", "urine-hour")),
    "add-pressor": (fluids.add_pressor, dirty_flags.FLUIDS | dirty_flags.INFUSIONS, ("hypotension",)),
    "add-dopamine": (
        fluids.add_dopamine,
        dirty_flags.FLUIDS | dirty_flags.INFUSIONS,
        ("urine-shift", "urine-hour"),
    ),
    "fluid-limit": (fluids.fluid_limit, dirty_flags.FLUIDS, ()),
    "edema-caution": (fluids.edema_caution, dirty_flags.WEIGHT | dirty_flags.BASELINE, ()),
    "acidosis": (during_therapy.fixed_limit, lab("bicarbonate"), ()),
    "hypokalemia": (during_therapy.fixed_limit, lab("potassium"), ()),
    "hypocalcemia": (during_therapy.below_low, lab("calcium"), ()),
    "hypomagnesemia": (during_therapy.below_low, lab("magnesium"), ()),
    "hypophosphatemia": (during_therapy.below_low, lab("phosphate"), ()),
    "hypoalbuminemia": (during_therapy.below_low, lab("albumin"), ()),
    "anemia": (during_therapy.fixed_limit, lab("hematocrit"), ()),
    "transfuse-platelets": (during_therapy.fixed_limit, lab("platelets"), ()),
    "hypoxemia": (during_therapy.hypoxemia, dirty_flags.SPO2, ()),
    "ck-elevated": (during_therapy.above_high, lab("ck"), ()),
    "fever": (during_therapy.fever, dirty_flags.TEMPERATURE, ()),
    "septic-workup": (during_therapy.septic_workup, dirty_flags.TEMPERATURE | ENDED, ()),
    "early-fever-expected": (during_therapy.early_fever_expected, ENDED, ("fever",)),
    "mental-status-watch": (during_therapy.mental_status_watch, dirty_flags.BIT["mental-status"], ()),
    "forbidden-medication": (
        during_therapy.forbidden_medication,
        dirty_flags.MEDICATION | dirty_flags.ENCOUNTER,
        (),
    ),
    "dose-changed": (during_therapy.dose_changed, ENDED, ()),
    "peak-window": (during_therapy.peak_window, ENDED, ()),
    "stop-maintenance": (after_therapy.stop_maintenance, ENDED | dirty_flags.MAINTENANCE, ()),
    "diurese": (
        after_therapy.diurese,
        ENDED
        | dirty_flags.SYSTOLIC
        | dirty_flags.INFUSIONS
        | dirty_flags.URINE
        | dirty_flags.BASELINE
        | dirty_flags.MODE,
        (),
    ),
    "recovery-late": (after_therapy.recovery_late, ENDED | dirty_flags.INFUSIONS, ("hypotension",)),
    "continue-premedication": (after_therapy.continue_premedication, ENDED | dirty_flags.MEDICATION, ()),
    "discharge-ready": (
        after_therapy.discharge_ready,
        ENDED
        | dirty_flags.SYSTOLIC
        | dirty_flags.SPO2
        | dirty_flags.OXYGEN
        | dirty_flags.WEIGHT
        | dirty_flags.BASELINE
        | dirty_flags.INFUSIONS
        | lab("creatinine")
        | lab("platelets"),
        (),
    ),
}
