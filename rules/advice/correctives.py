"""Say what to do about a tripped criterion: its corrective measure, with Table 6, as far as it does no harm.

Source: Table 5; criteria.md sections 7.1 and 7.3.
"""

from collections.abc import Iterable
from typing import NamedTuple

from rules.advice import pressors
from rules.advice.harm import fluid_harm
from rules.evaluate.result import Case
from rules.guideline.edition import Guideline
from rules.guideline.roles import URINE
from rules.wire.alerts import Measure
from rules.wire.instants import Instant


class Corrective(NamedTuple):
    """A corrective measure: what to do, where the words stand, and the lines of Table 6."""

    text: str
    source: str
    medicines: tuple[Measure, ...]

    @property
    def words(self) -> str:
        """The measure with its medicines in one line."""
        drugs = "; ".join(line["text"] for line in self.medicines)
        return f"{self.text} ({drugs})" if drugs else self.text

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measure and its medicines, each with its source."""
        return ({"text": self.text, "source": self.source}, *self.medicines)


def corrective(case: Case, code: str, now: Instant) -> Corrective:
    """Return what to do about a criterion."""
    declared = case.guideline.corrects(code)
    if code in URINE and (instead := _without_fluid(case, now)) is not None:
        return instead
    lines = medicines(declared.drugs, case.guideline, declared.only)
    return Corrective(declared.text, declared.source, lines)


def _without_fluid(case: Case, now: Instant) -> Corrective | None:
    """Return what to do about oliguria where fluid is spent or harmful; None where it is not."""
    harm, end = fluid_harm(case, now), case.chart.cycle.end
    if not harm.causes:
        return None
    treated = pressors.dopamine_runs(case.chart, now) or (end is not None and now >= end)
    advice = case.guideline.advises["fluid-futile" if treated else "add-dopamine"]
    lines = () if treated else medicines(("dopamine",), case.guideline)
    why = f"({harm.words})" if treated else f"(more fluid would harm: {harm.words})"
    return Corrective(f"{advice.text[0].upper()}{advice.text[1:]} {why}", advice.source, lines)


def medicines(agents: Iterable[str], guideline: Guideline, only: str = "") -> tuple[Measure, ...]:
    """Return the first line of Table 6 for each agent that has one; `only`: for that symptom alone."""
    first = {medication.agent: medication for medication in reversed(guideline.medications)}
    lines = (first[agent] for agent in agents if agent in first)
    condition = f"for {only} only: " if only else ""
    return tuple(
        {
            "text": f"{condition}{m.agent.replace('-', ' ')} {m.dose}, {m.frequency}, {m.route}",
            "source": "Table 6",
        }
        for m in lines
    )
