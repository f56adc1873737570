"""A row of Table 3: from its declaration to the telling of it."""

from collections.abc import Callable
from typing import Any

from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION
from rules.explain.circulation import excused_rate, hypotension
from rules.explain.citations import unseen
from rules.explain.explanation import Answer, Cited, headline, since
from rules.explain.findings import finding, persistent_finding
from rules.explain.infusions import rate_maximum, rate_minimum
from rules.explain.labs import latest_lab, upper_limit, weight_gain
from rules.explain.oxygen import oxygen_requirement
from rules.explain.question import Asked, ask
from rules.explain.volumes import covered_shift, hourly_rate, shift_volume
from rules.guideline import declare as d

TELLERS: dict[type, Callable[[Any, Asked], Answer]] = {
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


def criterion(asked: Asked) -> Answer:
    """A row of Table 3, or hypotension."""
    if asked.name == HYPOTENSION:
        return hypotension(asked)
    row = asked.guideline.row[asked.name]
    return TELLERS[type(row)](row, asked)


def in_short(patient: Patient, name: str) -> str:
    """The headline of a criterion or of hypotension, with what is missing: for those that read it."""
    asked = ask(patient, name)
    missing = [unseen(patient.chart, code) for code in asked.result.missing]
    return " ".join([headline(name, asked.result, since(patient, name)), *missing])


def behind(patient: Patient, names: list[str]) -> list[Cited]:
    """The facts that decided other subjects, each named with its subject; only the evidence."""
    out = []
    for name in names:
        asked = ask(patient, name)
        for one in criterion(asked).facts:
            if one.id in asked.ids:
                out.append(
                    Cited(
                        id=one.id,
                        part=f"{name}: {one.part}",
                        at=one.at,
                        known=one.known,
                        value=one.value,
                        unit=one.unit,
                    )
                )
    return out
