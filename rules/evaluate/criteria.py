"""From a declaration of Table 3 to the evaluator that decides it, and the inputs that can change it."""

from collections.abc import Callable
from typing import Any

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.evaluate.findings import finding, persistent_finding, wanted
from rules.evaluate.heart import excused_rate
from rules.evaluate.infusions import rate_maximum, rate_minimum
from rules.evaluate.labs import latest_lab, upper_limit, weight_gain
from rules.evaluate.oxygen import oxygen_requirement
from rules.evaluate.result import Memory, Result
from rules.evaluate.volumes import covered_shift, hourly_rate, shift_volume
from rules.guideline import declare as d
from rules.guideline.declare import AnyRow

Evaluator = Callable[[Any, Chart, int, Memory], Result]

EVALUATORS: dict[type, Evaluator] = {
    d.FindingRow: finding,
    d.PersistentFindingRow: persistent_finding,
    d.LabRow: latest_lab,
    d.UpperLimitRow: upper_limit,
    d.ExcusedRateRow: excused_rate,
    d.ShiftVolumeRow: shift_volume,
    d.CoveredShiftRow: covered_shift,
    d.HourlyRateRow: hourly_rate,
    d.RateMaximumRow: rate_maximum,
    d.RateMinimumRow: rate_minimum,
    d.BaselineGainRow: weight_gain,
    d.OxygenRow: oxygen_requirement,
}

FIXED_INPUTS: dict[type, int] = {
    d.ExcusedRateRow: dirty_flags.HEART_RATE
    | dirty_flags.SYSTOLIC
    | dirty_flags.TEMPERATURE
    | dirty_flags.INFUSIONS
    | dirty_flags.MODE
    | dirty_flags.BASELINE,
    d.ShiftVolumeRow: dirty_flags.STOOL,
    d.CoveredShiftRow: dirty_flags.URINE,
    d.HourlyRateRow: dirty_flags.URINE | dirty_flags.MODE,
    d.RateMaximumRow: dirty_flags.INFUSIONS
    | dirty_flags.DOSES
    | dirty_flags.WEIGHT
    | dirty_flags.BASELINE
    | dirty_flags.ENCOUNTER,
    d.RateMinimumRow: dirty_flags.INFUSIONS
    | dirty_flags.DOSES
    | dirty_flags.WEIGHT
    | dirty_flags.BASELINE
    | dirty_flags.ENCOUNTER,
    d.BaselineGainRow: dirty_flags.WEIGHT | dirty_flags.BASELINE,
    d.OxygenRow: dirty_flags.OXYGEN | dirty_flags.SPO2 | dirty_flags.MODE,
}


def inputs_of(row: AnyRow) -> int:
    """The bits of what can change a row."""
    if isinstance(row, d.FindingRow):
        return (
            dirty_flags.bits(wanted(name)[0] for name in (*row.relative, *row.absolute))
            | dirty_flags.ENCOUNTER
        )
    if isinstance(row, d.PersistentFindingRow):
        return dirty_flags.BIT[row.finding]
    if isinstance(row, d.LabRow):
        return dirty_flags.BIT[row.lab] | dirty_flags.MODE
    if isinstance(row, d.UpperLimitRow):
        return dirty_flags.bits(row.labs)
    return FIXED_INPUTS[type(row)]


def evaluate(row: AnyRow, chart: Chart, now: int, before: Memory) -> Result:
    """State of one criterion at an instant (criteria.md section 3)."""
    return EVALUATORS[type(row)](row, chart, now, before)
