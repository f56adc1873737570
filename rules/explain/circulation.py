"""Explain sinus tachycardia and hypotension: the runs, the causes that excuse, the target, and where in the
dose interval they fall.
"""

from collections.abc import Sequence

from rules.chart.chart import Chart
from rules.chart.facts import Fact, Rate
from rules.chart.infusions import agent_of, in_force
from rules.chart.vitals import Signals
from rules.evaluate.pressure import phase
from rules.explain.citations import cited, facts, under_way, window
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, away, met, span, when
from rules.explain.question import Asked
from rules.guideline.declare import ExcusedRateRow, Limit

CAUSES = ("hypotension", "fever", "dopamine")
INPUT = {"hypotension": "systolic-bp", "fever": "temperature"}


def excused_rate(row: ExcusedRateRow, asked: Asked) -> Answer:
    """Both nested conditions, and beside the upper one its causes."""
    hr, setting = asked.chart.tail.now.hr, asked.chart.tail.setting
    told = facts(
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
        facts=[*told, *(_causes(row, asked)[1] if hr.b.on else [])],
        window=window(told, "the readings that count"),
        look=asked.look(row.monitored_by, None if hr.heard is None else hr.heard.at, row.stale_factor),
        why=[*_heart_distance(row, asked), *(_causes(row, asked)[0] if hr.b.on else [])],
        clears=_heart_clears(row, asked),
    )


def goal(level: str, on: bool) -> str:
    return f"leaving the {level} condition" if on else f"the {level} limit"


def _heart_distance(row: ExcusedRateRow, asked: Asked) -> list[str]:
    """Distances of the latest reading, and the run towards each condition that does not hold yet."""
    hr = asked.chart.tail.now.hr
    if hr.heard is None or hr.heard.hr is None:
        return []
    out = []
    for level, condition, latch in (("relative", row.relative, hr.a), ("absolute", row.absolute, hr.b)):
        out.append(away(hr.heard.hr, condition.trip, level, row.unit))
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
    """Each cause: present, cannot be seen, or looked for and not found; as it stood at the last fresh instant
    when stale.
    """
    words: list[str] = []
    told: list[Cited] = []
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
            told.extend(cited(fact, f"correctable cause: {cause}", INPUT.get(cause)) for fact in facts)
        elif INPUT.get(cause) in result.missing:
            words.append(f"Not seen: {cause} ({INPUT[cause]} {value}): what cannot be seen does not excuse.")
        else:
            words.append(f"Not a cause: {cause} ({value}).")
    return words, told


def _heart_value(
    row: ExcusedRateRow, cause: str, chart: Chart, signals: Signals, t: int
) -> tuple[str, Sequence[Fact]]:
    if cause == "hypotension":
        last = signals.sbp.heard
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
    """The dopamine rates in force at moment `t` that are not 0."""
    lines = [rates for key, rates in chart.lines.items() if agent_of(key) == "dopamine"]
    return [rate for rates in lines for rate, end in in_force(rates) if rate.at <= t < end and rate.rate > 0]


UNIT = "mm[Hg]"


def hypotension(asked: Asked) -> Answer:
    """Systolic pressure against the patient's target (Table 2)."""
    table, setting, sbp = asked.guideline.pressure, asked.chart.tail.setting, asked.chart.tail.now.sbp
    goals = ((sbp.a, _goal(sbp.a.on, "the target")), (sbp.b, _goal(sbp.b.on, "the severe limit")))
    told = facts(asked, sbp, goals, "systolic-bp")
    return Answer(
        rule=Rule(
            words=(
                "Systolic pressure against the target of the patient's baseline; not a Table 3 row and "
                "not counted"
            ),
            source=table.source,
            section="criteria.md section 5",
            relative=(
                f"at or below {amount(setting.target, UNIT)} in at least 2 readings over {span(table.span)}"
            ),
            absolute=f"a single reading at or below {amount(setting.severe, UNIT)}",
            window=(
                "an unbroken run of readings, neighbours no further apart than "
                f"{ages(setting.ward, setting.intensive)}"
            ),
            stale=f"latest reading older than {ages(setting.stale_ward, setting.stale_intensive)}",
        ),
        facts=[*told, *_baseline(asked)],
        window=window(told, "the readings that count"),
        look=asked.look(table.monitored_by, None if sbp.heard is None else sbp.heard.at, table.stale_factor),
        why=[_pressure_target(asked), *_pressure_distance(asked), *_phase(asked)],
        clears=_pressure_clears(asked),
    )


def _goal(on: bool, limit: str) -> str:
    return f"{'leaving' if on else 'reaching'} {limit}"


def _baseline(asked: Asked) -> list[Cited]:
    found = next(
        (baseline for baseline in reversed(asked.chart.baselines) if "systolic-bp" in baseline.readings), None
    )
    if found is None:
        return []
    one = cited(found, "the baseline, which sets the target")
    return [
        Cited(
            id=one.id,
            part=one.part,
            at=one.at,
            known=one.known,
            value=found.readings["systolic-bp"],
            unit=UNIT,
        )
    ]


def _pressure_target(asked: Asked) -> str:
    baseline, target = (
        asked.chart.baseline_readings.get("systolic-bp"),
        amount(asked.chart.tail.setting.target, UNIT),
    )
    if baseline is None:
        return f"The target is above {target}: assumed, the strictest, as no baseline systolic-bp is charted."
    return f"The target is above {target} for a baseline of {amount(baseline, UNIT)}."


def _pressure_distance(asked: Asked) -> list[str]:
    sbp, setting, table = asked.chart.tail.now.sbp, asked.chart.tail.setting, asked.guideline.pressure
    if sbp.heard is None or sbp.heard.sbp is None:
        return []
    value = sbp.heard.sbp
    out = [
        away(value, Limit("<=", setting.target), "relative", UNIT),
        away(value, Limit("<=", setting.severe), "absolute", UNIT),
    ]
    if not sbp.a.on:
        out.append(
            under_way(sbp, sbp.a, "hypotension", f"at or below {amount(setting.target, UNIT)}", table.span)
        )
    return out


def _phase(asked: Asked) -> list[str]:
    found, doses = phase(asked.chart, asked.t), asked.chart.cycle_doses
    return (
        [
            (
                f"In the dose interval it is {found}, {span(asked.t - doses[-1].at)} after the dose of "
                f"{when(doses[-1].at)}."
            )
        ]
        if found and doses
        else []
    )


def _pressure_clears(asked: Asked) -> list[str]:
    sbp, setting, over = (
        asked.chart.tail.now.sbp,
        asked.chart.tail.setting,
        span(asked.guideline.pressure.span),
    )
    clear = (
        f"{'Clears' if asked.tripped else 'Once open it clears'} on at least 2 readings above "
        f"{amount(setting.recovered, UNIT)} over {over}."
    )
    needed = asked.guideline.pressure.span
    out = []
    if sbp.b.on:
        out.append(f"Relative again on at least 2 readings above {amount(setting.severe, UNIT)} over {over}.")
        out.append(under_way(sbp, sbp.b, "leaving absolute", f"above {amount(setting.severe, UNIT)}", needed))
    if sbp.a.on:
        out.append(under_way(sbp, sbp.a, "clearing", f"above {amount(setting.recovered, UNIT)}", needed))
    return [*out, clear]
