"""Explain hypotension: the target, the runs, and their phase of the dose interval."""

from rules.evaluate.pressure import phase
from rules.explain.citations import cited, facts, under_way, window
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, away, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import Limit

UNIT = "mm[Hg]"


def hypotension(asked: Asked) -> Answer:
    """Explain the systolic pressure against the patient's target (Table 2)."""
    table, setting, sbp = asked.guideline.pressure, asked.chart.tail.setting, asked.chart.tail.now.sbp
    goals = ((sbp.a, _goal(sbp.a.on, "the target")), (sbp.b, _goal(sbp.b.on, "the severe limit")))
    lines = facts(asked, sbp, goals, "systolic-bp")
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
        facts=[*lines, *_baseline(asked)],
        window=window(lines, "the readings that count"),
        look=asked.look(
            table.monitored_by,
            None if sbp.latest_counted is None else sbp.latest_counted.at,
            table.stale_factor,
        ),
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
    if sbp.latest_counted is None or sbp.latest_counted.sbp is None:
        return []
    value = sbp.latest_counted.sbp
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
