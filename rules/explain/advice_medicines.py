"""Explain the advice on medicines and the watches on doses: what was charted, and what is late or in error.

Source: criteria.md sections 7.1 and 7.2.
"""

from rules.advice.dose_checks import audited, error_of, per_kg
from rules.advice.harm import indomethacin_harms
from rules.decide.subjects import AdviceCase
from rules.evaluate.dosing import due_at
from rules.evaluate.eligibility import eligibility
from rules.explain.advice_after_therapy import Explained, ended
from rules.explain.explanation import Window, amount, number, span, when
from rules.explain.question import Asked
from rules.guideline.advice_declarations import Advice


def forbidden(advice: Advice, asked: Asked) -> Explained:
    """Explain forbidden-medication: what was charted in the cycle."""
    cycle = asked.chart.cycle
    if cycle.start is None:
        return None, ["No cycle-start is charted: medications before it do not count."]
    charted = [
        drug
        for drug in asked.chart.drugs
        if drug.kind in ("steroid", "antihypertensive") and drug.at >= cycle.start
    ]
    found = [f"{drug.agent} ({drug.kind}) at {when(drug.at)}." for drug in charted] or [
        "No steroid or antihypertensive was charted in this cycle."
    ]
    if AdviceCase.of(asked.patient).stopped:
        found.append("A stop rule stands: no advice against a steroid, which may be the rescue.")
    end = asked.t if cycle.end is None else cycle.end
    return Window(cycle.start, max(end, cycle.start), "from cycle-start to therapy-end or now"), found


def premedication(advice: Advice, asked: Asked) -> Explained:
    """Explain premedication: when dose 1 is or was due, and when each medicine was last charted."""
    due, doses = due_at(asked.chart), asked.chart.cycle_doses
    if not asked.chart.drugs:
        return None, ["No medicine was ever charted in this stay: nothing is asked for."]
    first = (
        f"Dose 1 was given at {when(doses[0].at)}."
        if doses
        else "Dose 1 is not planned."
        if due is None
        else f"Dose 1 is due at {when(due)}."
    )
    kinds = (*asked.guideline.agents.premedication_every, "antiemetic")
    return None, [first, *_last_given(asked, kinds, None)]


def continued(advice: Advice, asked: Asked) -> Explained:
    """Explain continue-premedication: for each of the three when it was last charted and when it is late."""
    end, agents = asked.chart.cycle.end, asked.guideline.agents
    if end is None:
        return None, ended(asked)
    window = Window(end, end + advice.until, "premedication goes on")
    return window, [*ended(asked), *_last_given(asked, tuple(agents.premedication_every), end)]


def _last_given(asked: Asked, kinds: tuple[str, ...], never: int | None) -> list[str]:
    """Write when each class was last charted and when it is late; `never`: from when one never charted is."""
    agents, found = asked.guideline.agents, []
    for kind in kinds:
        last = max((drug.at for drug in asked.chart.drugs if drug.kind == kind), default=None)
        start, every = never if last is None else last, agents.premedication_every.get(kind)
        late = (
            ""
            if start is None or every is None
            else f"; late from {when(start + int(every * agents.overdue_factor))}"
        )
        charted = "never charted" if last is None else f"last charted at {when(last)}"
        found.append(f"{kind}: {charted}{late}.")
    harm = indomethacin_harms(AdviceCase.of(asked.patient))
    return [*found, f"Indomethacin would harm: {harm}."] if harm else found


def dose_error(advice: Advice, asked: Asked) -> Explained:
    """Explain dose-error: each dose of the cycle with its amount and what is wrong with it."""
    case, found = AdviceCase.of(asked.patient), []
    for i, dose in enumerate(asked.chart.cycle_doses, 1):
        why = error_of(advice, case, dose)
        kg = per_kg(asked.chart, dose)
        given = amount(dose.amount, dose.unit) if kg is None else f"{number(kg)} IU/kg"
        found.append(f"Dose {i} at {when(dose.at)}, {given}: {why or 'no error'}.")
    return None, found or ["No dose of this cycle was given yet."]


def against_advice(advice: Advice, asked: Asked) -> Explained:
    """Explain dose-against-advice: the readiness before each dose, as it was first decided."""
    found = audited(asked.patient.memory(advice.code).held)
    described = [
        f"The dose {id} at {when(at)}: its readiness was {word}." for (id, at), (word, _) in found.items()
    ]
    return None, described or ["No dose of this cycle was given yet."]


def dose_changed(advice: Advice, asked: Asked) -> Explained:
    """Explain dose-changed: the first dose and the latest."""
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


def dose_count(advice: Advice, asked: Asked) -> Explained:
    """Explain dose-count: how many doses were given."""
    return None, [f"Doses given in this cycle: {len(asked.chart.cycle_doses)}."]


def cycle_ends_soon(advice: Advice, asked: Asked) -> Explained:
    """Explain cycle-ends-soon: since when the next dose is due, and when the advice opens."""
    due = due_at(asked.chart)
    if due is None or not asked.chart.cycle_doses:
        return None, ["No dose of this cycle was given yet."]
    return Window(due, due + advice.after, "the dose is due, and not yet late"), [
        f"The next dose is due at {when(due)}; it opens at {when(due + advice.after)}, "
        f"{span(advice.after)} after that."
    ]


def conditions(advice: Advice, asked: Asked) -> Explained:
    """Explain eligibility: the state of each condition."""
    table = asked.guideline.eligibility
    found = eligibility(asked.chart, table)
    return None, [f"{table.item_name(item)}: {state}." for item, state in found]
