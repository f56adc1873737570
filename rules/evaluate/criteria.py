"""From a declaration of Table 3 to the evaluator that decides it, and the inputs that can change it."""

from collections.abc import Callable
from typing import Any

from rules.chart import inputs
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
    d.ExcusedRateRow: inputs.HEART_RATE | inputs.SYSTOLIC | inputs.TEMPERATURE | inputs.INFUSIONS | inputs.MODE | inputs.BASELINE,
    d.ShiftVolumeRow: inputs.STOOL,
    d.CoveredShiftRow: inputs.URINE,
    d.HourlyRateRow: inputs.URINE | inputs.MODE,
    d.RateMaximumRow: inputs.INFUSIONS | inputs.DOSES | inputs.WEIGHT | inputs.BASELINE | inputs.ENCOUNTER,
    d.RateMinimumRow: inputs.INFUSIONS | inputs.DOSES | inputs.WEIGHT | inputs.BASELINE | inputs.ENCOUNTER,
    d.BaselineGainRow: inputs.WEIGHT | inputs.BASELINE,
    d.OxygenRow: inputs.OXYGEN | inputs.SPO2 | inputs.MODE,
}


def inputs_of(row: AnyRow) -> int:
    """The bits of what can change a row."""
    if isinstance(row, d.FindingRow):
        return inputs.bits(wanted(name)[0] for name in (*row.relative, *row.absolute)) | inputs.ENCOUNTER
    if isinstance(row, d.PersistentFindingRow):
        return inputs.BIT[row.finding]
    if isinstance(row, d.LabRow):
        return inputs.BIT[row.lab] | inputs.MODE
    if isinstance(row, d.UpperLimitRow):
        return inputs.bits(row.labs)
    return FIXED_INPUTS[type(row)]


def evaluate(row: AnyRow, chart: Chart, now: int, before: Memory) -> Result:
    """State of one criterion at an instant (criteria.md section 3)."""
    return EVALUATORS[type(row)](row, chart, now, before)
