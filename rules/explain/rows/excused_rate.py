"""Explain sinus tachycardia: the runs towards each condition, and the causes that excuse."""

from collections.abc import Sequence

from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.facts import Fact, Rate
from rules.chart.held import Latch
from rules.chart.infusions import in_force, ran
from rules.chart.readings import Reading, opposite
from rules.evaluate.dosing import due_spans
from rules.evaluate.rows.excused_rate import is_not_sinus
from rules.explain.citations import Run, cited, facts, under_way, window
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, away, met, span, unmet, when
from rules.explain.pressure import run_words
from rules.explain.question import Asked
from rules.guideline.declarations import ExcusedRateRow, Sustained

CAUSES = ("hypotension", "fever", "dopamine")
INPUT = {"hypotension": "systolic-bp", "fever": "temperature"}


def explain(row: ExcusedRateRow, asked: Asked) -> Answer:
    """Explain the row: its nested conditions, and the causes of the upper one."""
    hr, setting, history = asked.chart.tail.now.hr, asked.chart.tail.setting, asked.chart.tail.readings.hr
    lines = facts(asked, history, hr.last, _runs(row, asked), "heart-rate")
    upper = hr.very_fast.on or hr.unexcused.on
    words, causes = _causes(row, asked) if upper else ([], [])
    excuse = (
        f"unless {', '.join(CAUSES)} is known to be present (then relative); nothing excuses a rate "
        f"{met(row.unexcused.trip, row.unit)}, or any while a dose is due"
    )
    return Answer(
        rule=Rule(
            words=row.not_sinus_words if is_not_sinus(row, asked.chart) else row.words,
            source=row.source,
            section="criteria.md section 3.1, sinus-tachycardia",
            relative=f"{met(row.relative.trip, row.unit)} sustained for {span(row.relative.span)}",
            absolute=f"{met(row.absolute.trip, row.unit)} sustained for {span(row.absolute.span)}, {excuse}",
            window=run_words(asked, setting),
            stale=f"latest reading as old as {ages(setting.stale_ward, setting.stale_intensive)}",
        ),
        facts=[*lines, *causes],
        window=window(lines, "the readings that count"),
        look=asked.look(
            row.monitored_by, None if hr.latest_counted is None else hr.latest_counted.at, row.stale_factor
        ),
        why=[*_heart_distance(row, asked), *words, *(_due(asked) if upper else [])],
        clears=_heart_clears(row, asked),
    )


def _conditions(row: ExcusedRateRow, asked: Asked) -> list[tuple[str, Sustained, Latch]]:
    hr = asked.chart.tail.now.hr
    return [
        ("relative", row.relative, hr.fast),
        ("absolute", row.absolute, hr.very_fast),
        ("unexcused", row.unexcused, hr.unexcused),
    ]


def towards(condition: Sustained, latch: Latch, level: str, unit: str | None, recovers: int) -> list[Run]:
    """Return the runs that the next reading may complete: towards a condition, or out of it."""
    if not latch.on:
        goal = f"the {level} limit"
        return [Run(goal, condition.trip, unit, condition.span)]
    goal = f"leaving the {level} condition"
    return [
        Run(goal, condition.clear, unit, condition.span),
        Run(goal, opposite(condition.trip), unit, recovers),
    ]


def _runs(row: ExcusedRateRow, asked: Asked) -> list[Run]:
    recovers = asked.guideline.vital_signs.recovers
    return [
        run
        for level, condition, latch in _conditions(row, asked)
        for run in towards(condition, latch, level, row.unit, recovers)
    ]


def _heart_distance(row: ExcusedRateRow, asked: Asked) -> list[str]:
    """Write the distances of the latest reading, and the run towards each condition that does not hold."""
    last, history = asked.chart.tail.now.hr.latest_counted, asked.chart.tail.readings.hr
    if last is None:
        return []
    out = []
    for level, condition, latch in _conditions(row, asked)[:2]:
        out.append(away(last.value, condition.trip, level, row.unit))
        if not latch.on:
            runs = towards(condition, latch, level, row.unit, 0)
            out.extend(under_way(asked, history, run) for run in runs)
    return out


def _heart_clears(row: ExcusedRateRow, asked: Asked) -> list[str]:
    recovers, out = asked.guideline.vital_signs.recovers, []
    for level, condition, latch in reversed(_conditions(row, asked)):
        if latch.on:
            out.append(f"Leaves the {level} condition {_clearing(condition, row.unit, recovers)}.")
            out.extend(
                under_way(asked, asked.chart.tail.readings.hr, run)
                for run in towards(condition, latch, level, row.unit, recovers)
            )
    return out or [f"Once tripped it clears {_clearing(row.relative, row.unit, recovers)}."]


def _clearing(condition: Sustained, unit: str | None, recovers: int) -> str:
    return (
        f"when {met(condition.clear, unit)} is sustained for {span(condition.span)}, or "
        f"{unmet(condition.trip, unit)} for {span(recovers)}"
    )


def _due(asked: Asked) -> list[str]:
    due = [start for start, end in due_spans(asked.chart, asked.t) if start <= asked.t < end]
    return [f"A dose is due since {when(due[0])}: no cause excuses the rate now."] if due else []


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
    t = asked.t if stale_at is None else stale_at - 1
    until = FOREVER if stale_at is None else t
    for cause in CAUSES:
        value, facts = _heart_value(row, cause, chart, until, t)
        if cause in result.correctable:
            words.append(f"Correctable: {cause} ({value}).")
            lines.extend(cited(fact, f"correctable cause: {cause}", INPUT.get(cause)) for fact in facts)
        elif INPUT.get(cause) in result.missing:
            words.append(f"Not seen: {cause} ({INPUT[cause]} {value}): what cannot be seen does not excuse.")
        else:
            words.append(f"Not a cause: {cause} ({value}).")
    return words, lines


def _heart_value(
    row: ExcusedRateRow, cause: str, chart: Chart, until: int, t: int
) -> tuple[str, Sequence[Fact | Reading]]:
    if cause == "hypotension":
        last = chart.tail.readings.sbp.at_or_before(until)
        target = f"target above {amount(chart.tail.setting.target, 'mm[Hg]')}"
        return (
            ("never charted", [])
            if last is None
            else (f"pressure {amount(last.charted, 'mm[Hg]')} at {when(last.at)}, {target}", [last])
        )
    if cause == "fever":
        warm = chart.tail.readings.temp.at_or_before(until)
        limit = f"fever is {met(row.fever, 'Cel')}, less than {span(row.fever_age)} old"
        return (
            ("never charted", [])
            if warm is None
            else (f"{amount(warm.value, 'Cel')} at {when(warm.at)}; {limit}", [warm])
        )
    rates = dopamine(chart, t)
    given = ", ".join(amount(rate.rate, "ug/kg/min" if rate.per_kg else "ug/min") for rate in rates)
    return (f"running at {given}" if rates else "not running", rates)


def dopamine(chart: Chart, t: int) -> list[Rate]:
    """Return the dopamine rates in force at moment `t` that are not 0."""
    given = (one for one in in_force(chart.lines) if one.agent == "dopamine" and ran(one.rate))
    return [one.rate for one in given if one.rate.at <= t < one.end]
