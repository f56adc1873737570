"""Explain the oxygen requirement: the device and flow in force, and the saturation."""

from rules.chart.oxygen import Oxygen
from rules.explain.citations import cite_all, under_way, window
from rules.explain.explanation import Answer, Cited, Rule, ages, amount, away, met, number, span, unmet, when
from rules.explain.question import Asked
from rules.guideline.declarations import OxygenRow


def explain(row: OxygenRow, asked: Asked) -> Answer:
    """Explain the row: by device, and by a saturation that stays low at high flow."""
    signals, setting = asked.chart.tail.now, asked.chart.tail.setting
    latest = signals.spo2.latest_counted
    cited = _saturations(asked)
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, oxygen-requirement",
            relative=(
                f"flow {met(row.relative_flow, 'L/min')} up to {number(row.absolute_flow.value)}, or "
                f"a mask {unmet(row.absolute_fio2, '%')}"
            ),
            absolute=f"flow {met(row.absolute_flow, 'L/min')}, a mask {met(row.absolute_fio2, '%')} or "
            "without a charted FiO2, a ventilator, "
            f"or SpO2 {met(row.low.trip, '%')} sustained for {span(row.low.span)} at a flow "
            f"{met(row.at_flow, 'L/min')}",
            window=(
                "device, flow and FiO2 in force; runs of SpO2, neighbours no further apart than "
                f"{ages(setting.ward, setting.intensive)}"
            ),
            stale=(
                f"to be clear SpO2 must be no older than {ages(setting.stale_ward, setting.stale_intensive)}"
            ),
        ),
        facts=[*_given(signals.oxygen, asked), *cited],
        window=window(cited, "the saturations that count"),
        look=asked.look(row.monitored_by, None if latest is None else latest.at, row.stale_factor),
        why=[in_force(signals.oxygen), *_distances(row, signals.oxygen), *_low(row, asked)],
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


def _saturations(asked: Asked) -> list[Cited]:
    spo2 = asked.chart.tail.now.spo2
    found = {id: "SpO2 in the run that decided" for id, _ in spo2.b.evidence} if spo2.b.on else {}
    for id, _ in spo2.b.seen:
        found.setdefault(
            id, f"SpO2 in the run towards {'leaving' if spo2.b.on else 'reaching'} the absolute condition"
        )
    if spo2.latest_counted is not None:
        found.setdefault(spo2.latest_counted.id, "the latest SpO2 that counts")
    return [one for id, part in found.items() for one in cite_all(asked.chart, [id], part, "spo2")]


def _distances(row: OxygenRow, oxygen: Oxygen) -> list[str]:
    device = oxygen.in_force
    if device in ("room-air", "ventilator"):
        return []
    if device == "mask" or (device == "other" and oxygen.flow is None):
        return (
            ["No FiO2 is charted: 40 % or more is assumed."]
            if oxygen.fio2 is None
            else [away(oxygen.fio2, row.absolute_fio2, "absolute", "%")]
        )
    if oxygen.flow is None:
        return []
    return [
        away(oxygen.flow, row.relative_flow, "relative", "L/min"),
        away(oxygen.flow, row.absolute_flow, "absolute", "L/min"),
    ]


def _low(row: OxygenRow, asked: Asked) -> list[str]:
    spo2 = asked.chart.tail.now.spo2
    if spo2.latest_counted is None or spo2.latest_counted.spo2 is None:
        return []
    latest = away(spo2.latest_counted.spo2, row.low.trip, "saturation", "%")
    if spo2.b.on:
        return [f"SpO2 was sustained {met(row.low.trip, '%')} at a flow {met(row.at_flow, 'L/min')}.", latest]
    condition = f"{met(row.low.trip, '%')} at a flow {met(row.at_flow, 'L/min')}"
    return [latest, under_way(spo2, spo2.b, "the absolute condition by saturation", condition, row.low.span)]


def _clears(row: OxygenRow, asked: Asked) -> list[str]:
    spo2 = asked.chart.tail.now.spo2
    device = f"By device: clear on room air or a flow {unmet(row.relative_flow, 'L/min')}, with a fresh SpO2."
    if not spo2.b.on:
        return [device]
    run = f"By saturation: leaves on a run {met(row.low.clear, '%')} sustained for {span(row.low.span)}."
    return [run, under_way(spo2, spo2.b, "leaving it", met(row.low.clear, "%"), row.low.span), device]
