"""Explain advice: what opens it, the facts it was decided on, and what is lacking (criteria.md section 7)."""

from collections.abc import Callable

from rules.chart.course import runs
from rules.chart.facts import Volume
from rules.chart.infusions import load_in_force
from rules.explain import advice_conditions
from rules.explain.advice_conditions import opens
from rules.explain.citations import Run, cite_all, cited, under_way
from rules.explain.criterion import behind, in_short
from rules.explain.explanation import Answer, Cited, Rule, Window, amount, away, number, span, when
from rules.explain.question import Asked, ask
from rules.guideline.advice_declarations import Advice

READS = {
    "fluid-bolus": ("hypotension", "urine-hour"),
    "add-pressor": ("hypotension",),
    "add-dopamine": ("urine-shift", "urine-hour"),
    "mental-status-watch": ("mental-status",),
    "recovery-late": ("hypotension",),
    "diurese": ("urine-hour",),
}
CODE = {
    "edema-caution": "weight",
    "hypoxemia": "spo2",
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
            words=advice.text,
            source=advice.source,
            section="criteria.md section 7",
            window=f"open while: {opens(advice, asked.guideline)}",
        ),
        facts=[*_facts(advice, asked, reads), *_boluses(advice, asked)],
        window=window,
        look=asked.look(),
        why=[*(in_short(asked.patient, name) for name in reads), *why],
        clears=["Closes as soon as its condition no longer holds; advice has no hysteresis unless said."]
        if asked.tripped
        else [],
    )


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


def _nothing(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    return None, []


def _lab(advice: Advice, asked: Asked) -> advice_conditions.Explained:
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


def _given(advice: Advice, asked: Asked, names: tuple[str, ...], running: str) -> advice_conditions.Explained:
    """Explain the boluses since an episode opened, against the volume that opens the advice."""
    moments = [
        asked.patient.opened(name)
        for name in names
        if asked.patient.memory(name).state in ("relative", "absolute")
    ]
    start = min((moment for moment in moments if moment is not None), default=None)
    if start is None or advice.volume is None:
        return None, [f"{' or '.join(names)} is not open: no boluses are counted.", running]
    total = round(sum(bolus.volume for bolus in boluses(asked, start)), 6)
    lacking = advice.volume - total
    away = (
        f"{amount(lacking, 'mL')} are lacking of {amount(advice.volume, 'mL')}"
        if lacking > 0
        else f"the limit is {amount(advice.volume, 'mL')}"
    )
    return Window(start, asked.t, "boluses are counted"), [
        f"Boluses since it opened at {when(start)}: {amount(total, 'mL')}; {away}.",
        running,
    ]


def boluses(asked: Asked, start: int) -> list[Volume]:
    """Return the boluses given after moment `start`, in order."""
    return [bolus for bolus in asked.chart.volumes["iv-bolus"] if bolus.at > start]


def _boluses(advice: Advice, asked: Asked) -> list[Cited]:
    """Return the boluses counted so far, when they do not suffice yet."""
    if advice.code not in ("add-pressor", "add-dopamine") or asked.tripped:
        return []
    window, _ = EXPLAINERS[advice.code](advice, asked)
    return (
        [cited(bolus, "a bolus since the episode opened") for bolus in boluses(asked, window.start)]
        if window
        else []
    )


def _pressor(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    rate = load_in_force(asked.chart.loads, asked.t)
    running = (
        "Phenylephrine runs at a rate that needs a weight."
        if rate is None
        else f"Phenylephrine in force: {amount(rate, 'ug/kg/min')}."
    )
    return _given(advice, asked, READS[advice.code], running)


def _dopamine(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    running = f"Dopamine is {'running' if runs(asked.chart.dopamine, asked.t) else 'not running'}."
    return _given(advice, asked, READS[advice.code], running)


def _fluid_limit(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    assert advice.volume is not None and advice.second_volume is not None
    given = asked.result.value if isinstance(asked.result.value, (int, float)) else 0.0
    why = [
        f"{amount(given, 'mL')} above maintenance; {_lacking(given, limit)}."
        for limit in (advice.volume, advice.second_volume)
    ]
    return Window(
        asked.t - advice.within, asked.t, "intake above maintenance, each volume whole at its `at`"
    ), why


def _lacking(given: float, limit: float) -> str:
    side = "short of" if given < limit else "over"
    return f"{amount(abs(limit - given), 'mL')} {side} {amount(limit, 'mL')}"


def _edema(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    if advice.limit is None or not isinstance(asked.result.value, (int, float)):
        return None, ["It needs a baseline weight and a weight; one of them is not charted."]
    return None, [away(asked.result.value, advice.limit, "advice", "%")]


def _hypoxemia(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    spo2, low = asked.chart.tail.now.spo2, asked.chart.tail.setting.low
    if spo2.last is None:
        return None, ["Missing: spo2: never charted, so the advice stays closed."]
    condition, goal = (low.clear, "closing") if spo2.low.on else (low.trip, "hypoxemia")
    latest = f"The latest SpO2 is {amount(spo2.last.value, '%')} at {when(spo2.last.at)}."
    run = Run(goal, condition.text + " %", condition.met, low.span)
    return None, [latest, under_way(asked, asked.chart.tail.readings.spo2, run)]


def _medication(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    cycle = asked.chart.cycle
    if cycle.start is None:
        return None, ["No cycle-start is charted: medications before it do not count."]
    charted = [
        drug
        for drug in asked.chart.drugs
        if drug.kind in ("steroid", "antihypertensive") and drug.at >= cycle.start
    ]
    end = asked.t if cycle.end is None else cycle.end
    found = [f"{drug.agent} ({drug.kind}) at {when(drug.at)}." for drug in charted] or [
        "No steroid or antihypertensive was charted in this cycle."
    ]
    return Window(cycle.start, max(end, cycle.start), "from cycle-start to therapy-end or now"), found


def _dose_changed(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    doses = asked.chart.cycle_doses
    if len(doses) < 2:
        return None, [f"Doses given in this cycle: {len(doses)}; two are needed to compare."]
    first, last = doses[0], doses[-1]
    change = (
        f", a change of {number(asked.result.value)} %"
        if isinstance(asked.result.value, (int, float))
        else ": other units, not compared"
    )
    return None, [
        f"First dose {amount(first.amount, first.unit)}, latest {amount(last.amount, last.unit)}{change}."
    ]


def _peak(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    doses, table = asked.chart.cycle_doses, asked.guideline.pressure
    if not doses:
        return None, ["No dose of this cycle was given yet."]
    window = Window(*table.peak(doses[-1].at), "the peak after the last dose")
    return window, [
        f"The last dose was given at {when(doses[-1].at)}, {span(asked.t - doses[-1].at)} before now."
    ]


def _corrective(advice: Advice, asked: Asked) -> advice_conditions.Explained:
    tripped = [
        row
        for row in asked.guideline.rows
        if asked.patient.memory(row.code).state in ("relative", "absolute")
    ]
    return None, [f"{row.code}: {row.measure}." for row in tripped] or [
        "No criterion is tripped: there is nothing to correct."
    ]


EXPLAINERS: dict[str, Callable[[Advice, Asked], advice_conditions.Explained]] = {
    "add-pressor": _pressor,
    "add-dopamine": _dopamine,
    "fluid-limit": _fluid_limit,
    "edema-caution": _edema,
    "hypoxemia": _hypoxemia,
    "forbidden-medication": _medication,
    "dose-changed": _dose_changed,
    "peak-window": _peak,
    "corrective": _corrective,
    "fever": advice_conditions.fever,
    "septic-workup": advice_conditions.septic_workup,
    "early-fever-expected": advice_conditions.early_fever,
    "stop-maintenance": advice_conditions.stop_maintenance,
    "diurese": advice_conditions.diurese,
    "recovery-late": advice_conditions.recovery_late,
    "continue-premedication": advice_conditions.premedication,
    "discharge-ready": advice_conditions.discharge_ready,
}
