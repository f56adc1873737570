"""Register every advice and watch: its evaluator, the dirty flags and the subjects that it reads."""

from collections.abc import Callable

import msgspec

from rules.advice import (
    after_therapy,
    discharge,
    dose_checks,
    eligibility,
    fluids,
    harm,
    labs,
    medicines,
    next_steps,
    observed,
    of_packs,
    spikes,
    vital_signs,
)
from rules.chart.dirty_flags import (
    BASELINE,
    BREATHING,
    DOSES,
    ENCOUNTER,
    FLUIDS,
    HEART_RATE,
    INFUSIONS,
    MAINTENANCE,
    MEDICATION,
    MODE,
    OXYGEN,
    SPO2,
    SYSTOLIC,
    TEMPERATURE,
    URINE,
    WEIGHT,
)
from rules.chart.stated import flags_of
from rules.evaluate.result import Case, Memory, Result
from rules.guideline.advice_declarations import Advice
from rules.guideline.edition import Guideline
from rules.guideline.roles import (
    ENZYMES,
    FLUID_READS,
    INDOMETHACIN_READS,
    RECOVERING,
    URINE_RATE,
    URINE_SHIFT,
)
from rules.wire.instants import Instant

Decide = Callable[[Advice, Case, Instant, Memory], Result]


class Entry(msgspec.Struct, frozen=True):
    """An advice as it is decided.

    `inputs`: dirty flags of the facts it reads; `after`: the subjects it reads, besides every criterion where
    `criteria` says so; `rules`: whether it reads if a stop rule stands.
    """

    decide: Decide
    inputs: int = 0
    after: tuple[str, ...] = ()
    criteria: bool = False
    rules: bool = False

    def reads(self, guideline: Guideline) -> tuple[str, ...]:
        """Return the subjects it reads."""
        rows = tuple(row.code for row in guideline.rows) if self.criteria else ()
        return (*rows, *self.after)


ENDED = ENCOUNTER | DOSES


def lab(*codes: str) -> int:
    """Return the dirty flags of labs, or of findings and of those that imply them."""
    return flags_of(codes)


ADVISES: dict[str, Entry] = {
    "peak-window": Entry(observed.peak_window, ENDED),
    "fluid-bolus": Entry(fluids.fluid_bolus, harm.FLUID_INPUTS, FLUID_READS),
    "add-pressor": Entry(next_steps.add_pressor, harm.FLUID_INPUTS, FLUID_READS),
    "titrate-pressor": Entry(next_steps.titrate_pressor, INFUSIONS | WEIGHT | BASELINE, ("hypotension",)),
    "add-dopamine": Entry(next_steps.add_dopamine, harm.FLUID_INPUTS, (*FLUID_READS, URINE_SHIFT)),
    "fluid-futile": Entry(fluids.fluid_futile, harm.FLUID_INPUTS, (*FLUID_READS, URINE_SHIFT)),
    "fluid-limit": Entry(fluids.fluid_limit, FLUIDS),
    "edema-caution": Entry(fluids.edema_caution, WEIGHT | BASELINE),
    "acidosis": Entry(labs.fixed_limit, lab("bicarbonate")),
    "hypokalemia": Entry(labs.fixed_limit, lab("potassium")),
    "hypocalcemia": Entry(labs.below_low, lab("calcium")),
    "hypomagnesemia": Entry(labs.below_low, lab("magnesium")),
    "hypophosphatemia": Entry(labs.below_low, lab("phosphate")),
    "hypoalbuminemia": Entry(labs.below_low, lab("albumin")),
    "anemia": Entry(labs.fixed_limit, lab("hematocrit")),
    "transfuse-platelets": Entry(labs.fixed_limit, lab("platelets")),
    "hypoxemia": Entry(vital_signs.hypoxemia, SPO2 | BASELINE),
    "ck-elevated": Entry(labs.ck_elevated, lab("ck", *labs.ENZYMES)),
    "chills": Entry(observed.chills, lab("chills") | ENCOUNTER),
    "fever": Entry(observed.fever, TEMPERATURE),
    "septic-workup": Entry(spikes.septic_workup, TEMPERATURE | ENDED | lab(*spikes.ANSWERS)),
    "early-fever-expected": Entry(observed.early_fever_expected, ENDED, ("fever",)),
    "mental-status-watch": Entry(observed.mental_status_watch, lab("mental-status")),
    "forbidden-medication": Entry(medicines.forbidden_medication, MEDICATION | ENCOUNTER, rules=True),
    "premedication": Entry(
        medicines.premedication,
        MEDICATION | ENDED | BASELINE | harm.INDOMETHACIN_INPUTS,
        INDOMETHACIN_READS,
        rules=True,
    ),
    "stop-maintenance": Entry(after_therapy.stop_maintenance, ENDED | MAINTENANCE),
    "diurese": Entry(
        after_therapy.diurese,
        ENDED | SYSTOLIC | INFUSIONS | URINE | WEIGHT | BASELINE | MODE,
        (URINE_RATE,),
    ),
    "recovery-late": Entry(after_therapy.recovery_late, ENDED | INFUSIONS, ("hypotension",)),
    "continue-premedication": Entry(
        medicines.continue_premedication,
        ENDED | MEDICATION | harm.INDOMETHACIN_INPUTS,
        INDOMETHACIN_READS,
    ),
    "discharge-ready": Entry(
        discharge.discharge_ready,
        ENDED | SYSTOLIC | SPO2 | OXYGEN | WEIGHT | BASELINE | INFUSIONS | MODE | lab(*RECOVERING),
        ("diurese",),
        criteria=True,
    ),
    "dose-late": Entry(of_packs.dose_late, ENDED),
    "cycle-length": Entry(of_packs.cycle_length, ENDED),
    "course-gap": Entry(of_packs.course_gap, ENDED),
    "sbp-bolus": Entry(of_packs.while_held),
    "urine-bolus": Entry(of_packs.while_held),
    "no-nsaid": Entry(of_packs.no_nsaid, URINE | WEIGHT | BASELINE | lab("creatinine", "platelets")),
    "dose-error": Entry(dose_checks.dose_error, ENDED | WEIGHT | BASELINE),
    "dose-changed": Entry(dose_checks.dose_changed, ENDED | WEIGHT | BASELINE),
    "dose-against-advice": Entry(dose_checks.dose_against_advice, ENDED),
    "dose-count": Entry(dose_checks.dose_count, ENDED),
    "cycle-ends-soon": Entry(dose_checks.cycle_ends_soon, ENDED),
    "bradycardia": Entry(vital_signs.bradycardia, HEART_RATE),
    "tachypnea": Entry(vital_signs.tachypnea, BREATHING),
    "hyperkalemia": Entry(labs.hyperkalemia, lab("potassium")),
    "eligibility": Entry(
        eligibility.eligibility_advice,
        ENDED | BASELINE | lab("creatinine", "bilirubin"),
        (ENZYMES,),
    ),
}
