"""Explain hypotension: the target, the runs, and their phase of the dose interval."""

from rules.chart.series import Setting
from rules.evaluate.vital_signs import limit_text, phase
from rules.explain.citations import Run, cited, facts, under_way, window
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, away, met, number, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import Limit

UNIT = "mm[Hg]"


def hypotension(asked: Asked) -> Answer:
    """Explain the pressure against the patient's target (Table 2)."""
    table, sbp, history = asked.guideline.pressure, asked.chart.tail.now.sbp, asked.chart.tail.readings.sbp
    lines = facts(asked, history, sbp.last, _runs(asked), "systolic-bp")
    last = sbp.latest_counted
    return Answer(
        rule=_rule(asked),
        facts=[*lines, *_baseline(asked)],
        window=window(lines, "the readings that count"),
        look=asked.look(table.monitored_by, None if last is None else last.at, table.stale_factor),
        why=[_pressure_target(asked), *_pressure_distance(asked), *_phase(asked)],
        clears=_pressure_clears(asked),
    )


def _rule(asked: Asked) -> Rule:
    table, setting = asked.guideline.pressure, asked.chart.tail.setting
    mean = (
        f"a mean pressure with no systolic near it stands in: below {number(setting.mean.at_target)} at "
        f"the target, below {number(setting.mean.severe)} severe"
    )
    return Rule(
        words=(
            "Systolic pressure against the target of the patient's baseline; not a Table 3 row and "
            f"not counted; {mean}"
        ),
        source=table.source,
        section="criteria.md section 5",
        relative=f"{met(setting.pressure.trip, UNIT)} sustained over {span(setting.pressure.span)}",
        absolute=f"a confirmed reading {met(setting.severe_pressure, UNIT)}",
        window=run_words(asked, setting),
        stale=f"latest reading as old as {ages(setting.stale_ward, setting.stale_intensive)}",
    )


def run_words(asked: Asked, setting: Setting) -> str:
    """Write what makes a run of readings sustained."""
    share = number(100 * asked.guideline.vital_signs.share)
    return (
        f"a run of readings of which at least {share} % meet it, neighbours no further apart than "
        f"{ages(setting.joins_ward, setting.joins_intensive)}"
    )


def _runs(asked: Asked) -> list[Run]:
    """Return the runs that the next reading may complete."""
    sbp, setting = asked.chart.tail.now.sbp, asked.chart.tail.setting
    limit, signs = setting.pressure, asked.guideline.vital_signs
    if not sbp.low.on:
        return [Run("hypotension", limit.trip, UNIT, limit.span)]
    above = Limit(">", limit.trip.value)
    runs = [
        Run("clearing", limit.clear, UNIT, limit.span),
        Run("clearing", above, UNIT, signs.recovers),
    ]
    if sbp.severe.on:
        off = Limit(">", setting.severe_pressure.value)
        runs.insert(0, Run("leaving absolute", off, UNIT, limit.span))
    return runs


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
    sbp, setting = asked.chart.tail.now.sbp, asked.chart.tail.setting
    last = sbp.latest_counted
    if last is None:
        return []
    if last.mean is None:
        out = [
            away(last.value, setting.pressure.trip, "relative", UNIT),
            away(last.value, setting.severe_pressure, "absolute", UNIT),
        ]
    else:
        limits = ", ".join(limit_text(asked.chart, last, severe) for severe in (False, True))
        out = [f"The latest is a mean pressure, {amount(last.mean, UNIT)}; its limits are {limits}."]
    if not sbp.low.on:
        out.extend(under_way(asked, asked.chart.tail.readings.sbp, run) for run in _runs(asked))
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
    sbp, limit = asked.chart.tail.now.sbp, asked.chart.tail.setting.pressure
    above = amount(limit.trip.value, UNIT)
    clear = (
        f"{'Clears' if asked.tripped else 'Once open it clears'} when {met(limit.clear, UNIT)} is sustained "
        f"over {span(limit.span)}, or above {above} over {span(asked.guideline.vital_signs.recovers)}."
    )
    runs = _runs(asked) if sbp.low.on else []
    severe = amount(asked.chart.tail.setting.severe_pressure.value, UNIT)
    again = f"Relative again when above {severe} is sustained over {span(limit.span)}."
    return [
        *([again] if sbp.severe.on else []),
        *(under_way(asked, asked.chart.tail.readings.sbp, run) for run in runs),
        clear,
    ]
