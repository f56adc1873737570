"""Declare by what an acknowledged episode is measured, and when it is worse by a step (criteria.md 9)."""

from typing import NamedTuple

from rules.guideline.site_choices import Choices


class Measure(NamedTuple):
    """One measure of a subject.

    `sign`: 1 where more is worse, -1 where less is; `step`: the choice that says by how much; `fraction`:
    whether that is a fraction of the worst; `unit`: of a value that is not the row's own; `signal`: of the
    readings (rules.chart.readings), `column`: of the vitals records.
    """

    name: str
    sign: int
    step: str
    fraction: bool = False
    unit: str | None = None
    signal: str = ""
    column: str = ""

    def worse(self, a: float, b: float) -> float:
        """Return the worse of two values."""
        return a if (a - b) * self.sign > 0 else b

    def reached(self, value: float, worst: float, choices: Choices) -> bool:
        """Return whether a value is worse than the worst by at least a step."""
        by: float = getattr(choices, self.step)
        by = worst * by if self.fraction else by
        return round((value - worst) * self.sign, 4) >= round(by, 4)


BY_READING: dict[str, tuple[Measure, ...]] = {
    "hypotension": (Measure("Systolic pressure", -1, "step_systolic", unit="mm[Hg]", signal="sbp"),),
    "sinus-tachycardia": (Measure("Heart rate", 1, "step_heart_rate", unit="/min", signal="hr"),),
    "oxygen-requirement": (
        Measure("SpO2", -1, "step_spo2", unit="%", signal="spo2"),
        Measure("Oxygen flow", 1, "step_flow", unit="L/min", column="flow"),
        Measure("FiO2", 1, "step_fio2", unit="%", column="fio2"),
    ),
}
"""What is measured reading by reading."""

BY_RESULT: dict[str, Measure] = {
    "creatinine": Measure("creatinine", 1, "step_creatinine"),
    "bilirubin": Measure("bilirubin", 1, "step_bilirubin"),
    "platelets": Measure("platelets", -1, "step_platelets", fraction=True),
    "weight-gain": Measure("weight", 1, "step_weight"),
}
"""What is measured result by result: of a lab, or of the weight."""

BY_VALUE: dict[str, Measure] = {
    "urine-hour": Measure("urine-hour", -1, "step_urine_hour", fraction=True),
    "phenylephrine-maximum": Measure("load", 1, "step_load"),
    "phenylephrine-minimum": Measure("load", 1, "step_load"),
    "diarrhea": Measure("stool", 1, "step_stool"),
}
"""What is measured by the row's own value, decision by decision."""
