"""Build the flowsheet as JSON: every panel that the page draws of a patient over a span of time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from rules.chart import derived
from rules.chart.vital_sign_limits import target_for
from rules.chart.volumes import Collection, by_shift
from rules.guideline import Guideline
from rules.guideline.declarations import AnyRow, HeldReadingRow
from rules.guideline.packs.registry import PACKS
from rules.guideline.roles import FAST_RATE, OXYGEN, PEAK_LOAD, URINE, URINE_RATE, URINE_SHIFT
from rules.wire.assessments import TRIPPED
from rules.wire.events import IO, Dose, Encounter, Event
from rules.wire.instants import HOUR
from rules.wire.vocabulary import ABOVE_MAINTENANCE
from streams import measurements
from streams.flowsheet import limits
from streams.flowsheet.limits import Line
from streams.flowsheet.series import changes, flows, peaks, steps, within
from streams.projections.charted import Point, mark, thinned
from streams.projections.patients import PatientProjection

POINTS = 480
"""How many points of a curve are sent at most: the picture has no room for more."""


def _reads(row: AnyRow, signal: str) -> bool:
    return isinstance(row, HeldReadingRow) and row.signal == signal


HELD = {
    signal: {row.code for pack in PACKS.values() for row in pack.rows if _reads(row.row, signal)}
    for signal in ("systolic-bp", "spo2")
}
"""The rows of the packs that hold a dose by a signal."""
SUBJECTS: dict[str, set[str]] = {
    "heart-rate": {FAST_RATE},
    "systolic-bp": {"hypotension", "fluid-bolus", "add-pressor", *HELD["systolic-bp"]},
    "mean-bp": set(),
    "diastolic-bp": set(),
    "spo2": {OXYGEN, "hypoxemia", *HELD["spo2"]},
    "temperature": {"fever", "septic-workup", "early-fever-expected"},
}
"""The subjects whose evidence is marked on a vital sign.

One record carries several signs, and an alert rests on one of them. On any other series every subject's
evidence is marked.
"""
Panel = dict[str, Any]


class Span(NamedTuple):
    """The span that is drawn, ms: `start` to `end`; `since`: the board has read nothing older."""

    start: int
    end: int
    since: int

    def within(self, points: Iterable[Point]) -> list[Point]:
        """Return the points within the span, both ends included."""
        return within(points, self.start, self.end)


class Flowsheet:
    """What the panels of one patient are drawn from.

    `guideline`: of the pack that decides for the patient; `trusted`: the worker goes by it too, so that its
    limits may be drawn.
    """

    def __init__(self, patient: PatientProjection, guideline: Guideline, span: Span) -> None:
        self.patient, self.span, assessment = patient, span, patient.assessment
        by = (
            guideline.deciding if assessment is None else guideline.decided_by(assessment.guideline["sha256"])
        )
        self.guideline, self.trusted = by or guideline, by is not None

    @cached_property
    def slow(self) -> list[Event]:
        """The events that are no curve, in order of `at`."""
        return self.patient.facts.settled()

    @cached_property
    def evidence(self) -> dict[str, frozenset[str]]:
        """By subject, the ids of the facts that an open alert or a tripped row rests on."""
        found = {one.last.subject: set(one.last.evidence) for one in self.patient.episodes.open.values()}
        for row in self.patient.assessment.criteria if self.patient.assessment else ():
            if row.state in TRIPPED:
                found.setdefault(row.code, set()).update(row.evidence)
        return {subject: frozenset(ids) for subject, ids in found.items() if ids}

    def evidence_of(self, *subjects: str) -> frozenset[str]:
        """Return the ids of the facts that these subjects rest on."""
        return frozenset().union(*(self.evidence.get(subject, frozenset()) for subject in subjects))

    @cached_property
    def baseline(self) -> dict[str, float]:
        """The readings before therapy."""
        return derived.baseline(self.slow)

    @cached_property
    def urine(self) -> list[Collection]:
        """The collections of urine."""
        return derived.urine_collections(self.slow, self.guideline)

    def lines(self, *found: Line) -> list[Panel]:
        """Return limits of the guideline as lines; none when it is not the worker's."""
        return [line(one.value, one.text, one.level) for one in found] if self.trusted else []

    def limits(self, row: str) -> list[Panel]:
        """Return the limits of a row of Table 3 as lines."""
        return self.lines(*limits.limits(self.guideline, row))

    def curve(self, code: str, name: str) -> list[Panel]:
        """Return a signal's readings as a series; empty when none was charted within the span.

        Readings that an alert rests on are never thinned out.
        """
        found = self.patient.facts.signals.get(code)
        points = found.between(self.span.start, self.span.end) if found else []
        if found is None or not points:
            return []
        evidence = {
            subject: self.span.within(found.of(map(mark, ids)))
            for subject, ids in self.evidence.items()
            if subject in SUBJECTS.get(code, {subject})
        }
        kept = sorted({*thinned(points, POINTS), *(point for held in evidence.values() for point in held)})
        marked = {subject: sorted(at for at, _ in held) for subject, held in evidence.items() if held}
        return [{"code": code, "name": name, "draw": "line", "points": kept, "rests": marked}]

    def before(self, code: str) -> Point | None:
        """Return a signal's last reading before the span.

        An empty panel must not look as if the signal had never been measured.
        """
        found = self.patient.facts.signals.get(code)
        return next(reversed(found.between(0, self.span.start - 1)), None) if found else None


def line(value: float, text: str, level: str) -> Panel:
    """Return a limit as a horizontal line."""
    return {"at": value, "text": text, "level": level}


def panel(
    id: str,
    name: str,
    unit: str,
    series: list[Panel],
    lines: list[Panel],
    least: tuple[float, float] | None = None,
    **more: Any,
) -> Panel:
    """Return a panel. `least`: the least span of its axis."""
    return {
        "id": id,
        "name": name,
        "unit": unit,
        "series": series,
        "bands": [],
        "lines": lines,
        "least": least,
        **more,
    }


def stairs(code: str, name: str, rates: list[Point], span: Span) -> list[Panel]:
    """Return a series that holds each value until the next."""
    points = steps(rates, span.start, span.end)
    return [{"code": code, "name": name, "draw": "step", "points": points}] if points else []


def bars(code: str, name: str, entries: list[Panel]) -> list[Panel]:
    """Return a series of bars; empty when there are none."""
    return [{"code": code, "name": name, "draw": "bars", "bars": entries}] if entries else []


PRESSURES = (("systolic-bp", "systolic"), ("mean-bp", "mean"), ("diastolic-bp", "diastolic"))
LABS = (("creatinine", "Creatinine"), ("platelets", "Platelets"), ("bilirubin", "Bilirubin"))


def pressure(sheet: Flowsheet) -> Panel:
    """Return blood pressure over the bands of hypotension; the target is the worker's."""
    assessment = sheet.patient.assessment
    above = (
        assessment.blood_pressure.target
        if assessment
        else target_for(sheet.baseline.get("systolic-bp"), sheet.guideline)
    )
    found = limits.pressure(sheet.guideline, above)
    bands = [{"from": low, "to": high, "level": level} for low, high, level in found.bands if sheet.trusted]
    curves = [one for code, name in PRESSURES for one in sheet.curve(code, name)]
    lines = [
        line(above, f"target >{above:g}", "ink"),
        *sheet.lines(*limits.held(sheet.guideline, "systolic-bp")),
    ]
    return panel(
        "pressure",
        "Blood pressure",
        "mmHg",
        curves,
        lines,
        (found.severe - 20, above + 40),
        before=sheet.before("systolic-bp"),
    ) | {"bands": bands}


def heart_rate(sheet: Flowsheet) -> Panel:
    """Return heart rate, with the limits of `sinus-tachycardia`."""
    curve, lines = sheet.curve("heart-rate", "Heart rate"), sheet.limits(FAST_RATE)
    return panel(
        "heart-rate", "Heart rate", "/min", curve, lines, (70, 135), before=sheet.before("heart-rate")
    )


def temperature(sheet: Flowsheet) -> Panel:
    """Return temperature, with the limit of fever."""
    lines = sheet.lines(*limits.fever(sheet.guideline))
    return panel(
        "temperature",
        "Temperature",
        "°C",
        sheet.curve("temperature", "Temperature"),
        lines,
        (36.5, 38.5),
        before=sheet.before("temperature"),
    )


def saturation(sheet: Flowsheet) -> Panel:
    """Return SpO2, with the saturation to keep."""
    lines, curve = sheet.lines(*limits.saturation(sheet.guideline)), sheet.curve("spo2", "SpO2")
    least = limits.saturations(sheet.guideline)
    return panel("spo2", "SpO2", "%", curve, lines, least, before=sheet.before("spo2"))


def oxygen(sheet: Flowsheet) -> Panel:
    """Return the flow of oxygen as steps; devices and FiO2 are written as words."""
    facts, span = sheet.patient.facts, sheet.span
    flow = facts.signals.get("o2-flow")
    rates = flows((at for at, _, _ in facts.devices), flow.between(0, span.end) if flow else ())
    lines = sheet.lines(*limits.oxygen_flow(sheet.guideline))
    texts = [[at, word.replace("-", " ")] for at, word, _ in facts.devices if span.start <= at <= span.end]
    fio2 = changes([point for one in sheet.curve("fio2", "FiO2") for point in one["points"]])
    texts += [[at, f"FiO2 {measurements.figures(value)} %"] for at, value in fio2]
    return panel(
        "oxygen",
        "Oxygen",
        "L/min",
        stairs("o2-flow", "flow", rates, span),
        lines,
        limits.OXYGEN_FLOW,
        texts=sorted(texts),
    )


def phenylephrine(sheet: Flowsheet) -> Panel:
    """Return the pressor load, with the limits of the highest one and the one to be weaned to."""
    weight, weaned = sheet.patient.facts.signals.get("weight"), sheet.guideline.table4.weaned
    weights = weight.between(0, sheet.span.end) if weight else []
    kg = sheet.baseline.get("weight")
    rates = derived.pressor_load(sheet.slow, weights, kg, sheet.guideline)
    lines = [line(weaned, f"{weaned:g} to dose", "ink"), *sheet.limits(PEAK_LOAD)] if sheet.trusted else []
    return panel(
        "phenylephrine",
        "Pressor load",
        "µg/kg/min",
        stairs("phenylephrine", "phenylephrine", rates, sheet.span),
        lines,
        limits.PHENYLEPHRINE,
    )


def labs(sheet: Flowsheet) -> list[Panel]:
    """Return a panel for each lab of Table 3."""
    units = sheet.patient.facts.units
    return [
        panel(
            code,
            name,
            measurements.unit(units.get(code)),
            sheet.curve(code, name),
            sheet.lines(*limits.lab_limits(sheet.guideline, code)),
            before=sheet.before(code),
        )
        for code, name in LABS
    ]


def urine(sheet: Flowsheet) -> Panel:
    """Return urine: each collection as a bar as high as its rate.

    A collection whose start is unknown has no rate: its volume is written instead.
    """
    span, evidence = sheet.span, sheet.evidence_of(*URINE)
    collections = [made for made in sheet.urine if span.start < made.end <= span.end]
    entries: list[Panel] = [
        {
            "from": made.start,
            "to": made.end,
            "value": round(made.rate, 1),
            "text": f"{measurements.figures(made.volume)} mL",
            "mark": made.reference[0] in evidence,
        }
        for made in collections
        if made.rate is not None
    ]
    unknown = [
        [made.end, f"{measurements.figures(made.volume)} mL"] for made in collections if made.rate is None
    ]
    return panel(
        "urine",
        "Urine per hour",
        "mL/h",
        bars("urine", "urine", entries),
        sheet.limits(URINE_RATE),
        (0, 60),
        root=True,
        texts=unknown,
    )


def shifts(sheet: Flowsheet) -> Panel:
    """Return urine by shift, whole volumes at their time.

    The running shift is hollow, since it is not over.
    """
    visible = [
        (shift, volume)
        for shift, volume in by_shift(sheet.urine, sheet.guideline.shifts).items()
        if shift[1] > sheet.span.start and shift[0] < sheet.span.end
    ]
    entries = [of_shift(sheet, *shift, volume) for shift, volume in visible]
    return panel(
        "shifts",
        "Urine per shift",
        "mL",
        bars(URINE_SHIFT, "urine of the shift", entries),
        sheet.limits(URINE_SHIFT),
        (0, 300),
        root=True,
    )


def of_shift(sheet: Flowsheet, start: int, end: int, volume: float) -> Panel:
    """Return the bar of one shift."""
    running = end > sheet.span.end
    text = f"{measurements.figures(volume)} mL so far" if running else f"{measurements.figures(volume)} mL"
    return {
        "from": max(start, sheet.span.start),
        "to": min(end, sheet.span.end),
        "value": round(volume, 1),
        "text": text,
        "running": running,
    }


def fluids(sheet: Flowsheet) -> Panel:
    """Return the fluids given: above maintenance as filled bars, the rest as hollow ones."""
    span, evidence = sheet.span, sheet.evidence_of("fluid-limit")
    entries: list[Panel] = [
        {
            "from": event.start or event.at, "to": event.at, "value": event.volume,
            "text": f"{measurements.figures(event.volume)} mL {event.kind.replace('-', ' ')}",
            "mark": event.id in evidence, "hollow": event.kind not in ABOVE_MAINTENANCE,
        }
        for event in sheet.slow
        if isinstance(event, IO) and event.direction == "in" and span.start <= event.at <= span.end
    ]  # fmt: skip
    return panel("fluids", "Fluids in", "mL", bars("fluids", "fluids", entries), [], (0, 500))


UNKNOWN_H = 72.0
PANELS = (
    pressure, heart_rate, temperature, saturation, oxygen, urine, shifts, phenylephrine,
    fluids,
)  # fmt: skip
TURNS = frozenset({"cycle-start", "therapy-end", "transfer"})


def flowsheet(patient: PatientProjection, guideline: Guideline, span: Span) -> dict[str, Any]:
    """Return all panels under one time axis, with the doses and the peak window after each.

    In the peak window the pressure is lowest.
    """
    sheet = Flowsheet(patient, guideline, span)
    doses = [(event.at, event.given) for event in sheet.slow if isinstance(event, Dose)]
    turns = [event for event in sheet.slow if isinstance(event, Encounter) and event.event in TURNS]
    return {
        "start": span.start,
        "end": span.end,
        "since": span.since,
        "doses": [{"at": at, "given": given} for at, given in doses if span.start <= at <= span.end],
        "windows": [
            [start, end] for start, end in peaks(guideline, doses) if start <= span.end and end >= span.start
        ],
        "turns": [
            [encounter.at, encounter.event] for encounter in turns if span.start <= encounter.at <= span.end
        ],
        "panels": [*(draw(sheet) for draw in PANELS), *labs(sheet)],
    }


def begin(patient: PatientProjection, hours: float | None, end: int) -> int:
    """Return where a span of so many hours begins; None: with the cycle, else three days back."""
    if hours is not None:
        return end - round(hours * HOUR)
    return max(patient.facts.encounters("cycle-start"), default=end - round(UNKNOWN_H * HOUR))
