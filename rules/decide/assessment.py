"""Assess a patient: everything the guideline says of one patient now (wire.md, Assessment)."""

from typing import Any

from rules.advice.fluids import above_maintenance
from rules.advice.registry import ADVISES
from rules.decide.messages import advised, medicines
from rules.decide.recommendation import dose_clock, recommend
from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION, Bedside, plan_for
from rules.evaluate.eligibility import eligibility
from rules.evaluate.monitoring import looked
from rules.evaluate.pressure import hypotension, phase
from rules.evaluate.result import TRIPPED, Result
from rules.guideline.declare import AnyRow
from rules.wire import instants
from rules.wire.instants import ms_of, reached


def time(moment: int | None) -> str | None:
    return None if moment is None else instants.text(moment)


def assess(patient: Patient) -> dict[str, Any]:
    """The assessment at the patient's clock, which must be settled (`engine.settle`)."""
    said = recommend(patient)
    return {
        "patient": patient.id,
        "at": time(ms_of(patient.now)),
        "guideline": patient.guideline.reference,
        "mode": "ward" if patient.chart.mode.since(ms_of(patient.now)) is None else "intensive",
        "recommendation": said.word,
        "reasons": list(said.reasons),
        "relative": said.count.relative_groups,
        "absolute": said.count.absolute_groups,
        "criteria": [criterion(row, patient) for row in patient.guideline.rows],
        "blood_pressure": _pressure(patient),
        "dose": _dose(patient),
        "fluids": _fluids(patient),
        "monitoring": _monitoring(patient),
        "advice": _advice(patient),
        "eligibility": [{"item": item, "state": state} for item, state in eligibility(patient.chart)],
    }


def judged(patient: Patient, subject: str) -> Result:
    """A subject decided in full at the patient's clock."""
    plan = plan_for(patient.guideline)
    return plan.subjects[plan.index[subject]].judge(patient, patient.now, patient.memory(subject))


def since(patient: Patient, subject: str) -> str | None:
    """The `at` of the transition into the present state; of a tripped one never before cycle-start."""
    memory, start = patient.memory(subject), patient.chart.cycle.start
    if memory.since is None:
        return None
    tripped = memory.state not in ("clear", "indeterminate")
    return time(max(memory.since, start) if tripped and start is not None else memory.since)


def criterion(row: AnyRow, patient: Patient) -> dict[str, Any]:
    result = judged(patient, row.code)
    return {
        "code": row.code,
        "system": row.system,
        "group": row.group,
        "state": result.state,
        "since": since(patient, row.code),
        "value": result.value,
        "unit": result.unit or row.unit,
        "limit": result.limit,
        "stale": result.stale,
        "missing": list(result.missing),
        "correctable": list(result.correctable),
        "evaluates_at": time(result.evaluates_at),
        "evidence": [id for id, _ in result.evidence],
    }


def _pressure(patient: Patient) -> dict[str, Any]:
    result = hypotension(patient.chart, patient.now, patient.memory(HYPOTENSION))
    last = patient.chart.tail.now.sbp.last
    return {
        "target": patient.chart.tail.setting.target,
        "assumed": "systolic-bp" not in patient.chart.baseline_readings,
        "latest": None if last is None else last.sbp,
        "state": result.state,
        "stale": result.stale,
        "phase": phase(patient.chart, ms_of(patient.now)),
    }


def _dose(patient: Patient) -> dict[str, Any]:
    clock = dose_clock(patient, recommend(patient))
    return {
        "last": time(clock.last),
        "number": clock.number,
        "due": time(clock.due),
        "delayed_h": clock.delayed,
        "readiness": clock.readiness,
        "blockers": list(clock.blockers),
    }


def _fluids(patient: Patient) -> dict[str, Any]:
    advice = patient.guideline.advises["fluid-limit"]
    volumes = above_maintenance(Bedside(patient), patient.now, advice.within)
    return {
        "above_maintenance_24h_ml": round(sum(v.volume for v in volumes), 4),
        "limit_ml": advice.second_volume,
    }


def _monitoring(patient: Patient) -> list[dict[str, Any]]:
    """From cycle-start to therapy-end; outside it nothing is due."""
    if not patient.chart.cycle.dosing(ms_of(patient.now)):
        return []
    out = []
    for observation in patient.guideline.observations:
        found = looked(patient.chart, observation, patient.now)
        overdue = found.overdue_at is not None and patient.now >= reached(found.overdue_at)
        out.append(
            {"what": observation.what, "last": time(found.last), "due": time(found.due), "overdue": overdue}
        )
    return out


def _advice(patient: Patient) -> list[dict[str, Any]]:
    """Open advice in the guideline's order; one `corrective` for each tripped criterion."""
    out = []
    for advice in patient.guideline.advice:
        if advice.code in ADVISES:
            out.extend(_open(patient, advice.code))
        elif advice.code == "corrective":
            out.extend(
                _corrective(patient, row)
                for row in patient.guideline.rows
                if patient.memory(row.code).state in TRIPPED
            )
    return out


def _open(patient: Patient, code: str) -> list[dict[str, Any]]:
    advice, result = patient.guideline.advises[code], judged(patient, code)
    if result.state == "clear":
        return []
    return [
        {
            "code": code,
            "subject": None,
            "since": since(patient, code),
            "text": advised(advice, result),
            "source": advice.source,
        }
    ]


def _corrective(patient: Patient, row: AnyRow) -> dict[str, Any]:
    drugs = "; ".join(line["text"] for line in medicines(row.drugs, patient.guideline))
    text = f"{row.measure} ({drugs})" if drugs else row.measure
    return {
        "code": "corrective",
        "subject": row.code,
        "since": since(patient, row.code),
        "text": text,
        "source": "Table 5",
    }
