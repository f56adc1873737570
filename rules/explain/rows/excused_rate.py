"""Explain sinus tachycardia: the runs towards each condition, and the causes that excuse."""

from collections.abc import Sequence

from rules.chart.chart import Chart
from rules.chart.facts import Fact, Rate
from rules.chart.infusions import in_force, ran
from rules.chart.vitals import Signals
from rules.explain.citations import cited, facts, under_way, window
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, away, met, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import ExcusedRateRow

CAUSES = ("hypotension", "fever", "dopamine")
INPUT = {"hypotension": "systolic-bp", "fever": "temperature"}


def explain(row: ExcusedRateRow, asked: Asked) -> Answer:
    """Explain the row: both nested conditions, and the causes of the upper one."""
    hr, setting = asked.chart.tail.now.hr, asked.chart.tail.setting
    lines = facts(
        asked, hr, ((hr.a, goal("relative", hr.a.on)), (hr.b, goal("absolute", hr.b.on))), "heart-rate"
    )
    excuse = f"unless {', '.join(CAUSES)} is known to be present (then relative)"
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, sinus-tachycardia",
            relative=f"{met(row.relative.trip, row.unit)} sustained for {span(row.relative.span)}",
            absolute=f"{met(row.absolute.trip, row.unit)} sustained for {span(row.absolute.span)}, {excuse}",
            window=(
                "an unbroken run of at least 2 readings, neighbours no further apart than "
                f"{ages(setting.ward, setting.intensive)}"
            ),
            stale=f"latest reading older than {ages(setting.stale_ward, setting.stale_intensive)}",
        ),
        facts=[*lines, *(_causes(row, asked)[1] if hr.b.on else [])],
        window=window(lines, "the readings that count"),
        look=asked.look(
            row.monitored_by, None if hr.latest_counted is None else hr.latest_counted.at, row.stale_factor
        ),
        why=[*_heart_distance(row, asked), *(_causes(row, asked)[0] if hr.b.on else [])],
        clears=_heart_clears(row, asked),
    )


def goal(level: str, on: bool) -> str:
    """Write what a run leads to: reaching a condition, or leaving it."""
    return f"leaving the {level} condition" if on else f"the {level} limit"


def _heart_distance(row: ExcusedRateRow, asked: Asked) -> list[str]:
    """Write the distances of the latest reading, and the run towards each condition that does not hold."""
    hr = asked.chart.tail.now.hr
    if hr.latest_counted is None or hr.latest_counted.hr is None:
        return []
    out = []
    for level, condition, latch in (("relative", row.relative, hr.a), ("absolute", row.absolute, hr.b)):
        out.append(away(hr.latest_counted.hr, condition.trip, level, row.unit))
        if not latch.on:
            out.append(
                under_way(hr, latch, goal(level, False), met(condition.trip, row.unit), condition.span)
            )
    return out


def _heart_clears(row: ExcusedRateRow, asked: Asked) -> list[str]:
    hr = asked.chart.tail.now.hr
    out = []
    for level, condition, latch in (("absolute", row.absolute, hr.b), ("relative", row.relative, hr.a)):
        if latch.on:
            out.append(
                f"Leaves the {level} condition on a run {met(condition.clear, row.unit)} sustained for "
                f"{span(condition.span)}."
            )
            out.append(
                under_way(hr, latch, goal(level, True), met(condition.clear, row.unit), condition.span)
            )
    return out or [
        (
            f"Once tripped it clears on a run {met(row.relative.clear, row.unit)} sustained for "
            f"{span(row.relative.span)}."
        )
    ]


def _causes(row: ExcusedRateRow, asked: Asked) -> tuple[list[str], list[Cited]]:
    """Write whether each cause is present, unknown or absent, and cite the facts of those present.

    When the row is stale, as it was at the last fresh instant.
    """
    words: list[str] = []
    lines: list[Cited] = []
    chart, result = asked.chart, asked.result
    stale_at = (
        asked.look(row.monitored_by, result.latest, row.stale_factor).stale_at if result.stale else None
    )
    t = asked.t if stale_at is None else stale_at
    signals = chart.tail.now if stale_at is None else chart.tail.until(stale_at)
    for cause in CAUSES:
        value, facts = _heart_value(row, cause, chart, signals, t)
        if cause in result.correctable:
            words.append(f"Correctable: {cause} ({value}).")
            lines.extend(cited(fact, f"correctable cause: {cause}", INPUT.get(cause)) for fact in facts)
        elif INPUT.get(cause) in result.missing:
            words.append(f"Not seen: {cause} ({INPUT[cause]} {value}): what cannot be seen does not excuse.")
        else:
            words.append(f"Not a cause: {cause} ({value}).")
    return words, lines


def _heart_value(
    row: ExcusedRateRow, cause: str, chart: Chart, signals: Signals, t: int
) -> tuple[str, Sequence[Fact]]:
    if cause == "hypotension":
        last = signals.sbp.latest_counted
        target = f"target above {amount(chart.tail.setting.target, 'mm[Hg]')}"
        return (
            ("never charted", [])
            if last is None
            else (f"systolic {amount(last.sbp, 'mm[Hg]')} at {when(last.at)}, {target}", [last])
        )
    if cause == "fever":
        warm = signals.temp.last
        limit = f"fever is {met(row.fever, 'Cel')}, no older than {span(row.fever_age)}"
        return (
            ("never charted", [])
            if warm is None
            else (f"{amount(warm.temp, 'Cel')} at {when(warm.at)}; {limit}", [warm])
        )
    rates = dopamine(chart, t)
    given = ", ".join(amount(rate.rate, "ug/kg/min" if rate.per_kg else "ug/min") for rate in rates)
    return (f"running at {given}" if rates else "not running", rates)


def dopamine(chart: Chart, t: int) -> list[Rate]:
    """Return the dopamine rates in force at moment `t` that are not 0."""
    return [rate for rate, end in in_force(chart.lines, "dopamine") if rate.at <= t < end and ran(rate)]
