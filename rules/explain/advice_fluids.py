"""Explain the advice on fluids and pressors: boluses counted, what runs, why fluid would harm.

Source: criteria.md sections 7.1 and 7.3.
"""

from rules.advice.harm import fluid_harm
from rules.advice.next_steps import boluses_since
from rules.advice.pressors import dopamine_runs, load_read, pressors_running
from rules.chart.facts import Volume
from rules.decide.subjects import AdviceCase
from rules.explain.advice_after_therapy import Explained
from rules.explain.explanation import Window, amount, away, when
from rules.explain.question import Asked
from rules.guideline.advice_declarations import Advice
from rules.guideline.roles import URINE

COUNTED = {"add-pressor": ("hypotension",), "add-dopamine": URINE}
"""The advice that counts boluses, and since the opening of which subjects."""


def harm(asked: Asked) -> str:
    """Write whether fluid is spent or harmful, and why."""
    found = fluid_harm(AdviceCase.of(asked.patient), asked.t)
    if found.causes:
        return f"Fluid is spent or harmful: {found.words}."
    return "Fluid is neither spent nor harmful."


def running(asked: Asked) -> str:
    """Write which pressors run, with the load."""
    agents = pressors_running(asked.chart, asked.t)
    load = amount(load_read(asked.chart, asked.t), "ug/kg/min")
    dopamine = "running" if dopamine_runs(asked.chart, asked.t) else "not running"
    named = f"Running: {', '.join(agents)}" if agents else "No pressor is running"
    return f"{named}; pressor load {load}. Dopamine is {dopamine}."


def fluid(advice: Advice, asked: Asked) -> Explained:
    """Explain an advice that rests on what runs and on whether fluid would harm."""
    return None, [harm(asked), running(asked)]


def counted(advice: Advice, asked: Asked) -> Explained:
    """Explain the boluses since an episode opened, against the volume that opens the advice."""
    start, names = since(asked), COUNTED[advice.code]
    if start is None or advice.volume is None:
        closed = f"{' or '.join(names)} is not open: no boluses are counted."
        return None, [closed, harm(asked), running(asked)]
    total = round(sum(bolus.volume for bolus in boluses(asked)), 4)
    lacking = advice.volume - total
    left = (
        f"{amount(lacking, 'mL')} are lacking of {amount(advice.volume, 'mL')}"
        if lacking > 0
        else f"the limit is {amount(advice.volume, 'mL')}"
    )
    return Window(start, asked.t, "boluses are counted"), [
        f"Boluses since it opened at {when(start)}: {amount(total, 'mL')}; {left}.",
        harm(asked),
        running(asked),
    ]


def since(asked: Asked) -> int | None:
    """Return since when boluses are counted; None where the advice counts none."""
    moments = [
        asked.patient.opened(name)
        for name in COUNTED.get(asked.name, ())
        if asked.patient.memory(name).state in ("relative", "absolute")
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def boluses(asked: Asked) -> list[Volume]:
    """Return the boluses counted so far."""
    start = since(asked)
    return [] if start is None else boluses_since(AdviceCase.of(asked.patient), start)


def fluid_limit(advice: Advice, asked: Asked) -> Explained:
    """Explain fluid-limit: what was given in the last 24 h, against both limits."""
    assert advice.volume is not None and advice.second_volume is not None
    given = asked.result.value if isinstance(asked.result.value, (int, float)) else 0.0
    why = [
        f"{amount(given, 'mL')} above maintenance; {_lacking(given, limit)}."
        for limit in (advice.volume, advice.second_volume)
    ]
    words = "intake above maintenance, each volume whole at its `at`"
    return Window(asked.t - advice.within, asked.t, words), why


def _lacking(given: float, limit: float) -> str:
    side = "short of" if given < limit else "over"
    return f"{amount(abs(limit - given), 'mL', 0)} {side} {amount(limit, 'mL')}"


def edema(advice: Advice, asked: Asked) -> Explained:
    """Explain edema-caution: the gain over baseline."""
    if advice.limit is None or not isinstance(asked.result.value, (int, float)):
        return None, ["It needs a baseline weight and a weight; one of them is not charted."]
    return None, [away(asked.result.value, advice.limit, "advice", "%")]
