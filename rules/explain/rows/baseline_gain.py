"""Explain the weight gained: the latest accepted weight against the baseline."""

from rules.explain.citations import cited
from rules.explain.explanation import Answer, Cited, Rule, amount, back, both, met, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import BaselineGainRow


def explain(row: BaselineGainRow, asked: Asked) -> Answer:
    """Explain the row: the latest accepted weight against the baseline weight."""
    chart, result = asked.chart, asked.result
    weight = next((weight for weight in reversed(chart.weights) if weight.id in asked.ids), None)
    baseline = next(
        (baseline for baseline in reversed(chart.baselines) if "weight" in baseline.readings), None
    )
    facts = [] if weight is None else [cited(weight, "the latest weight")]
    if baseline is not None:
        one = cited(baseline, "the baseline weight")
        facts.append(
            Cited(
                id=one.id,
                part=one.part,
                at=one.at,
                known=one.known,
                value=baseline.readings["weight"],
                unit="kg",
            )
        )
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3.2, weight-gain",
            relative=met(row.relative, row.unit),
            window="the latest accepted weight against the baseline weight",
            stale=f"{span(row.stale)} old",
        ),
        facts=facts,
        look=asked.look(
            "weight",
            None if weight is None else weight.at,
            stale_at=None if weight is None else weight.at + row.stale,
        ),
        why=[*both(result.value, row.relative, None, row.unit), *_kilograms(row, asked), *_doubted(asked)],
        clears=back(result.state, row.relative, None, row.unit, "a gain"),
    )


def _kilograms(row: BaselineGainRow, asked: Asked) -> list[str]:
    baseline = asked.chart.baseline_readings.get("weight")
    if baseline is None:
        return []
    return [
        (
            f"The limit is {amount(baseline * (1 + row.relative.value / 100), 'kg')} for a baseline of "
            f"{amount(baseline, 'kg')}."
        )
    ]


def _doubted(asked: Asked) -> list[str]:
    """Write that a weight is not used until the next one agrees with its jump (criteria.md section 8)."""
    raw, used = asked.chart.raw_weights, asked.chart.weights
    if not raw or (used and used[-1].id == raw[-1].id):
        return []
    return [
        (
            f"The weight {amount(raw[-1].value, 'kg')} of {when(raw[-1].at)} ({raw[-1].id}) jumps too far "
            "and "
            "waits for the next one to agree."
        )
    ]
