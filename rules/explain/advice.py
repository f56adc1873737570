"""Explain advice: what opens it, the facts it was decided on, and what is lacking (criteria.md section 7)."""

from collections.abc import Callable

from rules.advice.correctives import corrective
from rules.advice.of_packs import is_of_pack
from rules.decide.subjects import AdviceCase
from rules.explain import advice_after_therapy, advice_conditions, advice_fluids, advice_medicines
from rules.explain.advice_after_therapy import Explained
from rules.explain.advice_fluids import boluses
from rules.explain.advice_opens import opens
from rules.explain.citations import cite_all, cited
from rules.explain.criterion import behind, in_short
from rules.explain.explanation import Answer, Cited, Rule, amount, away, when
from rules.explain.question import Asked, ask
from rules.guideline.advice_declarations import Advice
from rules.guideline.roles import MENTAL_STATUS, URINE, URINE_RATE

READS = {
    "fluid-bolus": ("hypotension", URINE_RATE),
    "add-pressor": ("hypotension",),
    "titrate-pressor": ("hypotension",),
    "add-dopamine": URINE,
    "fluid-futile": ("hypotension", *URINE),
    "mental-status-watch": (MENTAL_STATUS,),
    "recovery-late": ("hypotension",),
    "diurese": (URINE_RATE,),
}
CODE = {
    "edema-caution": "weight",
    "hypoxemia": "spo2",
    "bradycardia": "heart-rate",
    "tachypnea": "respiratory-rate",
    "fever": "temperature",
    "septic-workup": "temperature",
}


def advised(asked: Asked) -> Answer:
    """Explain one advice: what it rests on, and how far it is from opening or closing."""
    advice = asked.guideline.advises[asked.name]
    reads = READS.get(advice.code, ())
    explain_advice = EXPLAINERS.get(advice.code, _lab if advice.lab else _nothing)
    window, why = explain_advice(advice, asked)
    return Answer(
        rule=Rule(
            words=advice.text[0].upper() + advice.text[1:],
            source=advice.source,
            section=_section(advice, asked),
            window=f"open while: {opens(advice, asked.guideline)}",
        ),
        facts=[*_facts(advice, asked, reads), *_boluses(asked)],
        window=window,
        look=asked.look(),
        why=[*_stated(asked), *(in_short(asked.patient, name) for name in reads), *why],
        clears=["Closes as soon as its condition no longer holds; advice has no hysteresis unless said."]
        if asked.tripped
        else [],
    )


def _section(advice: Advice, asked: Asked) -> str:
    if is_of_pack(advice, asked.guideline):
        return "editions.md section 4"
    return f"criteria.md section {'7.2' if advice.watch else '7.1'}"


def _stated(asked: Asked) -> list[str]:
    """Return what the advice says now, if it is open."""
    return [f"{asked.result.words}."] if asked.tripped and asked.result.words else []


def _facts(advice: Advice, asked: Asked, reads: tuple[str, ...]) -> list[Cited]:
    """Return the evidence: that of the criteria it reads, named with them; the rest by what it charts."""
    lines = behind(
        asked.patient, [name for name in reads if ask(asked.patient, name).result.state != "clear"]
    )
    known = {one.id for one in lines}
    code = advice.lab or CODE.get(advice.code)
    return [
        *lines,
        *cite_all(asked.chart, [id for id in asked.ids if id not in known], "it rests on this", code),
    ]


def _boluses(asked: Asked) -> list[Cited]:
    """Return the boluses counted so far, when they do not suffice yet."""
    if asked.tripped:
        return []
    return [cited(bolus, "a bolus since the episode opened") for bolus in boluses(asked)]


def _nothing(advice: Advice, asked: Asked) -> Explained:
    return None, []


def _lab(advice: Advice, asked: Asked) -> Explained:
    """Explain an advice about a lab: the latest value and the distance to its limit."""
    assert advice.lab is not None
    labs, result = asked.chart.labs.get(advice.lab), asked.result
    if not labs:
        return None, [f"Missing: {advice.lab}: never charted, so the advice stays closed."]
    if advice.limit is not None and isinstance(result.value, (int, float)):
        limits = [
            ("advice", advice.limit),
            *([("second", advice.second)] if advice.second is not None else []),
        ]
        return None, [away(result.value, limit, level, result.unit) for level, limit in limits]
    latest = f"The latest {advice.lab} is {amount(labs[-1].value, labs[-1].unit)} at {when(labs[-1].at)}"
    return None, [
        f"{latest}, its printed limit is {result.limit}."
        if result.limit
        else f"{latest}; without a reference limit it cannot open."
    ]


def _corrective(advice: Advice, asked: Asked) -> Explained:
    tripped = [
        row
        for row in asked.guideline.rows
        if asked.patient.memory(row.code).state in ("relative", "absolute")
    ]
    case = AdviceCase.of(asked.patient)
    stated = [f"{row.code}: {corrective(case, row.code, asked.t).words}." for row in tripped]
    return None, stated or ["No criterion is tripped: there is nothing to correct."]


EXPLAINERS: dict[str, Callable[[Advice, Asked], Explained]] = {
    "peak-window": advice_conditions.peak,
    "fluid-bolus": advice_fluids.fluid,
    "add-pressor": advice_fluids.counted,
    "titrate-pressor": advice_fluids.fluid,
    "add-dopamine": advice_fluids.counted,
    "fluid-futile": advice_fluids.fluid,
    "fluid-limit": advice_fluids.fluid_limit,
    "edema-caution": advice_fluids.edema,
    "hypoxemia": advice_conditions.hypoxemia,
    "chills": advice_conditions.chills,
    "fever": advice_conditions.fever,
    "septic-workup": advice_conditions.septic_workup,
    "early-fever-expected": advice_conditions.early_fever,
    "forbidden-medication": advice_medicines.forbidden,
    "premedication": advice_medicines.premedication,
    "corrective": _corrective,
    "stop-maintenance": advice_after_therapy.stop_maintenance,
    "diurese": advice_after_therapy.diurese,
    "recovery-late": advice_after_therapy.recovery_late,
    "continue-premedication": advice_medicines.continued,
    "discharge-ready": advice_after_therapy.discharge_ready,
    "dose-error": advice_medicines.dose_error,
    "dose-changed": advice_medicines.dose_changed,
    "dose-against-advice": advice_medicines.against_advice,
    "dose-count": advice_medicines.dose_count,
    "cycle-ends-soon": advice_medicines.cycle_ends_soon,
    "bradycardia": advice_conditions.bradycardia,
    "tachypnea": advice_conditions.tachypnea,
    "eligibility": advice_medicines.conditions,
}
