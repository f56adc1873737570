"""Labs, enzymes and weight explained: the latest value against its limits."""

from rules.chart.facts import Fact, Lab
from rules.evaluate.labs import upper
from rules.explain.citations import cite_all, cited
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, back, both, met, number, span, when
from rules.explain.question import Asked
from rules.guideline.declare import BaselineGainRow, LabRow, UpperLimitRow

TOO_LATE = "already stale when it became known: does not count"


def latest_lab(row: LabRow, asked: Asked) -> Answer:
    """One lab: its latest value, the distances, when it goes stale."""
    result, seen = asked.result, asked.guideline.observes[row.monitored_by]
    limit = ages(int(seen.ward * row.stale_factor), int(seen.intensive * row.stale_factor))
    labs = asked.chart.labs.get(row.lab, [])
    last = next((lab for lab in labs if lab.id in asked.ids), None)
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, labs",
            relative=None if row.relative is None else met(row.relative, row.unit),
            absolute=None if row.absolute is None else met(row.absolute, row.unit),
            window="the latest value by its time of sampling",
            stale=(
                f"older than {limit} ({row.stale_factor:g} times the Table 1 interval of {row.monitored_by})"
            ),
        ),
        facts=[
            *cite_all(asked.chart, asked.ids, "the latest value", row.lab),
            *_too_late(labs, asked, row.lab),
        ],
        look=asked.look(row.monitored_by, None if last is None else last.at, row.stale_factor),
        why=both(result.value, row.relative, row.absolute, row.unit),
        clears=back(result.state, row.relative, row.absolute, row.unit, f"a {row.lab}"),
    )


def _too_late(facts: list[Lab], asked: Asked, code: str) -> list[Cited]:
    """A value newer than the one that decided did not count."""
    newest: Fact | None = facts[-1] if facts else None
    return [] if newest is None or newest.id in asked.ids else [cited(newest, TOO_LATE, code)]


def upper_limit(row: UpperLimitRow, asked: Asked) -> Answer:
    """Each enzyme's latest reading beside its own upper limit."""
    latest = {code: labs[-1] for code in row.labs if (labs := asked.chart.labs.get(code))}
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, cardiac-enzymes",
            absolute=f"{', '.join(row.labs)} above its upper reference limit{_site(row)}",
            window="the latest reading of each; measured on suspicion only, never measured is clear",
            stale="they do not go stale",
        ),
        facts=[cited(lab, _enzyme(row, code, lab), code) for code, lab in latest.items()],
        look=asked.look(seen=max((lab.at for lab in latest.values()), default=None)),
        why=[_beside(row, code, lab) for code, lab in latest.items()]
        or [f"{', '.join(row.labs)}: never measured."],
        clears=["Clear once the latest reading of each is at or below its upper limit."],
    )


def _site(row: UpperLimitRow) -> str:
    own = ", ".join(f"{code} {number(limit)}" for code, limit in row.limits.items())
    return f" (this site, where a reading carries none: {own})" if own else ""


def _enzyme(row: UpperLimitRow, code: str, lab: Lab) -> str:
    high = upper(row, code, lab)
    return f"the latest {code}, upper limit {'unknown' if high is None else amount(high, lab.unit)}"


def _beside(row: UpperLimitRow, code: str, lab: Lab) -> str:
    high = upper(row, code, lab)
    if high is None:
        return f"{code} {amount(lab.value, lab.unit)}: its upper limit is not known, so it cannot be told."
    side = "above" if lab.value > high else "not above"
    return (
        f"{code} {amount(lab.value, lab.unit)} is {side} its upper limit {amount(high, lab.unit)}, "
        f"{amount(abs(lab.value - high), lab.unit)} away."
    )


def weight_gain(row: BaselineGainRow, asked: Asked) -> Answer:
    """The latest accepted weight beside the baseline weight."""
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
            section="criteria.md section 3, weight-gain",
            relative=met(row.relative, row.unit),
            window="the latest accepted weight against the baseline weight",
            stale=f"older than {span(row.stale)}",
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
    """A weight that jumps is not used until the next one agrees with it (criteria.md section 8)."""
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
