"""Explain the oxygen requirement: the device and flow in force, and the saturation."""

from rules.chart.oxygen import ASSISTED, Oxygen
from rules.explain.citations import Run, cite_all, facts, under_way, window
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, away, met, number, span, unmet, when
from rules.explain.pressure import run_words
from rules.explain.question import Asked
from rules.guideline.declarations import Limit, OxygenRow


def explain(row: OxygenRow, asked: Asked) -> Answer:
    """Explain the row: by device, and by the saturation."""
    signals, setting = asked.chart.tail.now, asked.chart.tail.setting
    latest = signals.spo2.latest_counted
    cited = _saturations(asked)
    return Answer(
        rule=Rule(
            words=f"{row.words} (the patient's limit: {number(setting.low.clear.value)} %)",
            source=row.source,
            section="criteria.md section 3.1, oxygen-requirement",
            relative=(
                f"flow {met(row.relative_flow, 'L/min')} up to {number(row.absolute_flow.value)}, a mask "
                f"{unmet(row.absolute_fio2, '%')}, or SpO2 {met(setting.low.trip, '%')} sustained for "
                f"{span(setting.low.span)}"
            ),
            absolute=f"flow {met(row.absolute_flow, 'L/min')}, a mask {met(row.absolute_fio2, '%')} or "
            f"without a charted FiO2, {', '.join(ASSISTED)}, SpO2 {met(setting.low.trip, '%')} sustained "
            f"for {span(setting.low.span)} with a flow {met(row.at_flow, 'L/min')} or as much oxygen, or a "
            f"confirmed SpO2 {met(setting.severe_saturation, '%')}",
            window=f"device, flow and FiO2 in force; {run_words(asked, setting)}",
            stale=f"to be clear SpO2 younger than {ages(setting.stale_ward, setting.stale_intensive)}",
        ),
        facts=[*_given(signals.oxygen, asked), *cited],
        window=window(cited, "the saturations that count"),
        look=asked.look(row.monitored_by, None if latest is None else latest.at, row.stale_factor),
        why=[in_force(signals.oxygen), *_distances(row, signals.oxygen), *_low(asked)],
        clears=_clears(row, asked),
    )


def in_force(oxygen: Oxygen) -> str:
    """Write the device, flow and FiO2 in force, and since which record."""
    flow = f", flow {amount(oxygen.flow, 'L/min')}" if oxygen.flow is not None else ""
    fio2 = f", FiO2 {amount(oxygen.fio2, '%')}" if oxygen.fio2 is not None else ""
    charted = "no oxygen charted means room air" if oxygen.at is None else f"charted at {when(oxygen.at)}"
    return f"In force: {oxygen.in_force}{flow}{fio2} ({charted})."


def _given(oxygen: Oxygen, asked: Asked) -> list[Cited]:
    """Cite the records that last charted device, flow or FiO2."""
    cited = cite_all(asked.chart, [id for id, _ in oxygen.evidence], "the oxygen in force")
    return [
        Cited(id=one.id, part=one.part, at=oxygen.at, known=one.known, value=_words(oxygen)) for one in cited
    ]


def _words(oxygen: Oxygen) -> str:
    parts = (
        oxygen.in_force,
        *(amount(v, u) for v, u in ((oxygen.flow, "L/min"), (oxygen.fio2, "%")) if v is not None),
    )
    return " ".join(parts)


def _runs(asked: Asked) -> list[Run]:
    """Return the runs that the next saturation may complete."""
    spo2, setting = asked.chart.tail.now.spo2, asked.chart.tail.setting
    low, severe = setting.low, setting.severe_saturation
    runs = []
    if spo2.severe.on:
        off = Limit(">=", severe.value)
        runs.append(Run("leaving what is severe", off, "%", low.span))
    if spo2.low.on:
        return [*runs, Run("recovering", low.clear, "%", low.span)]
    return [*runs, Run("a low saturation", low.trip, "%", low.span)]


def _saturations(asked: Asked) -> list[Cited]:
    spo2 = asked.chart.tail.now.spo2
    latches = (spo2.low, spo2.on_high, spo2.severe)
    decided = {id: "SpO2 in the run that decided" for one in latches if one.on for id, _ in one.evidence}
    given = {id for id, _ in asked.chart.tail.now.oxygen.evidence}
    rest = facts(asked, asked.chart.tail.readings.spo2, spo2.last, _runs(asked), "spo2")
    cited = [one for id, part in decided.items() for one in cite_all(asked.chart, [id], part, "spo2")]
    return [*cited, *(one for one in rest if one.id not in decided and one.id not in given)]


def _distances(row: OxygenRow, oxygen: Oxygen) -> list[str]:
    if oxygen.is_off or oxygen.in_force in ASSISTED:
        return []
    if oxygen.is_mask:
        return (
            [f"No FiO2 is charted: {number(row.assumed_fio2)} % or more is assumed."]
            if oxygen.fio2 is None
            else [away(oxygen.fio2, row.absolute_fio2, "absolute", "%")]
        )
    if oxygen.flow is None:
        return []
    return [
        away(oxygen.flow, row.relative_flow, "relative", "L/min"),
        away(oxygen.flow, row.absolute_flow, "absolute", "L/min"),
    ]


def _low(asked: Asked) -> list[str]:
    spo2, setting = asked.chart.tail.now.spo2, asked.chart.tail.setting
    if spo2.latest_counted is None:
        return []
    out = [away(spo2.latest_counted.value, setting.low.trip, "saturation", "%")]
    if spo2.severe.on:
        out.append(f"SpO2 {met(setting.severe_saturation, '%')} was confirmed.")
    if spo2.on_high.on:
        out.append(f"SpO2 was sustained {met(setting.low.trip, '%')} with high oxygen in force.")
    elif spo2.low.on:
        out.append(f"SpO2 was sustained {met(setting.low.trip, '%')}.")
    else:
        out.extend(under_way(asked, asked.chart.tail.readings.spo2, run) for run in _runs(asked)[-1:])
    return out


def _clears(row: OxygenRow, asked: Asked) -> list[str]:
    spo2, low = asked.chart.tail.now.spo2, asked.chart.tail.setting.low
    device = f"By device: clear on room air or a flow {unmet(row.relative_flow, 'L/min')}, with a fresh SpO2."
    if not (spo2.low.on or spo2.severe.on):
        return [device]
    run = f"By saturation: leaves when {met(low.clear, '%')} is sustained for {span(low.span)}."
    history = asked.chart.tail.readings.spo2
    return [run, *(under_way(asked, history, one) for one in _runs(asked)), device]
