"""The flowsheet as JSON has it: every panel that the page draws of a patient over a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from rules.chart import derived
from rules.chart.chart import target_for
from rules.chart.volumes import Collection, by_shift
from rules.guideline import Guideline
from rules.wire.events import IO, Dose, Encounter, Event
from rules.wire.instants import HOUR
from rules.wire.vocabulary import ABOVE_MAINTENANCE
from streams.board import words
from streams.flowsheet import limits
from streams.flowsheet.limits import Line
from streams.flowsheet.series import flows, peaks, steps, within
from streams.projections.charted import Point, mark, thinned
from streams.projections.patients import PatientProjection

POINTS = 480
"""As many of a curve as a picture has room for."""
SUBJECTS: dict[str, set[str]] = {
    "heart-rate": {"sinus-tachycardia"},
    "systolic-bp": {"hypotension", "fluid-bolus", "add-pressor"},
    "mean-bp": set(),
    "diastolic-bp": set(),
    "spo2": {"oxygen-requirement", "hypoxemia"},
    "temperature": {"fever", "septic-workup", "early-fever-expected"},
}
"""Whose evidence is marked on a vital sign: one record carries several, and an alert rests on one of them.

On anything else: everybody's.
"""
TRIPPED = ("relative", "absolute")
Panel = dict[str, Any]


class Span(NamedTuple):
    """What is drawn, ms: from `start` to `end`; `since`: before that the board has read nothing."""

    start: int
    end: int
    since: int

    def within(self, points: Iterable[Point]) -> list[Point]:
        return within(points, self.start, self.end)


class Flowsheet:
    """`trusted`: the worker goes by the same guideline, so that its limits may be drawn."""

    def __init__(self, patient: PatientProjection, guideline: Guideline, span: Span) -> None:
        self.patient, self.guideline, self.span = patient, guideline, span
        assessment = patient.assessment
        self.trusted = assessment is None or assessment.guideline["sha256"] == guideline.sha256

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

    def rests(self, *subjects: str) -> frozenset[str]:
        """The ids that some subjects rest on."""
        return frozenset().union(*(self.evidence.get(subject, frozenset()) for subject in subjects))

    @cached_property
    def baseline(self) -> dict[str, float]:
        """The readings before therapy."""
        return derived.baseline(self.slow)

    @cached_property
    def urine(self) -> list[Collection]:
        """Urine as it was collected."""
        return derived.urine_collections(self.slow, self.guideline)

    def lines(self, *drawn: Line) -> list[Panel]:
        """Limits of the guideline."""
        return [line(one.value, one.text, one.level) for one in drawn] if self.trusted else []

    def limits(self, row: str) -> list[Panel]:
        """The limits of a row of Table 3."""
        return self.lines(*limits.limits(self.guideline, row))

    def curve(self, code: str, name: str) -> list[Panel]:
        """A signal's readings; those that an alert rests on are all there. Nothing when none was charted."""
        found = self.patient.facts.signals.get(code)
        points = found.between(self.span.start, self.span.end) if found else []
        if found is None or not points:
            return []
        rests = {
            subject: self.span.within(found.of(map(mark, ids)))
            for subject, ids in self.evidence.items()
            if subject in SUBJECTS.get(code, {subject})
        }
        kept = sorted({*thinned(points, POINTS), *(point for held in rests.values() for point in held)})
        marked = {subject: sorted(at for at, _ in held) for subject, held in rests.items() if held}
        return [{"code": code, "name": name, "draw": "line", "points": kept, "rests": marked}]

    def before(self, code: str) -> Point | None:
        """A signal's last reading before the stretch: an empty panel must not read as if it had never been
        looked at.
        """
        found = self.patient.facts.signals.get(code)
        return next(reversed(found.between(0, self.span.start - 1)), None) if found else None


def line(value: float, text: str, level: str) -> Panel:
    """A limit that is drawn across."""
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
    """One panel. `least`: what its axis holds at least."""
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
    """What is in force until it changes."""
    drawn = steps(rates, span.start, span.end)
    return [{"code": code, "name": name, "draw": "step", "points": drawn}] if drawn else []


def bars(code: str, name: str, drawn: list[Panel]) -> list[Panel]:
    return [{"code": code, "name": name, "draw": "bars", "bars": drawn}] if drawn else []


PRESSURES = (("systolic-bp", "systolic"), ("mean-bp", "mean"), ("diastolic-bp", "diastolic"))
LABS = (("creatinine", "Creatinine"), ("platelets", "Platelets"), ("bilirubin", "Bilirubin"))


def pressure(page: Flowsheet) -> Panel:
    """Over the bands that count as hypotension; the target is the worker's."""
    assessment = page.patient.assessment
    above = (
        assessment.blood_pressure.target
        if assessment
        else target_for(page.baseline.get("systolic-bp"), page.guideline)
    )
    found = limits.pressure(page.guideline, above)
    bands = [{"from": low, "to": high, "level": level} for low, high, level in found.bands if page.trusted]
    curves = [one for code, name in PRESSURES for one in page.curve(code, name)]
    lines = [line(above, f"target >{above:g}", "ink")]
    return panel(
        "pressure",
        "Blood pressure",
        "mmHg",
        curves,
        lines,
        (found.severe - 20, above + 40),
        before=page.before("systolic-bp"),
    ) | {"bands": bands}


def heart_rate(page: Flowsheet) -> Panel:
    curve, lines = page.curve("heart-rate", "Heart rate"), page.limits("sinus-tachycardia")
    return panel(
        "heart-rate", "Heart rate", "/min", curve, lines, (70, 135), before=page.before("heart-rate")
    )


def temperature(page: Flowsheet) -> Panel:
    """With the limit of fever."""
    lines = page.lines(limits.fever(page.guideline))
    return panel(
        "temperature",
        "Temperature",
        "°C",
        page.curve("temperature", "Temperature"),
        lines,
        (36.5, 38.5),
        before=page.before("temperature"),
    )


def saturation(page: Flowsheet) -> Panel:
    """With the saturation to keep."""
    lines, curve = page.lines(limits.saturation(page.guideline)), page.curve("spo2", "SpO2")
    return panel("spo2", "SpO2", "%", curve, lines, limits.SATURATION, before=page.before("spo2"))


def oxygen(page: Flowsheet) -> Panel:
    """The flow as steps; devices and FiO2 stand as words."""
    facts, span = page.patient.facts, page.span
    flow = facts.signals.get("o2-flow")
    rates = flows((at for at, _, _ in facts.devices), flow.between(0, span.end) if flow else ())
    lines = page.lines(*limits.oxygen_flow(page.guideline))
    texts = [[at, word.replace("-", " ")] for at, word, _ in facts.devices if span.start <= at <= span.end]
    texts += [[at, f"FiO2 {value:g} %"] for one in page.curve("fio2", "FiO2") for at, value in one["points"]]
    return panel(
        "oxygen",
        "Oxygen",
        "L/min",
        stairs("o2-flow", "flow", rates, span),
        lines,
        limits.OXYGEN,
        texts=sorted(texts),
    )


def phenylephrine(page: Flowsheet) -> Panel:
    """With the limits of its highest rate, and the rate to be weaned to."""
    weight, weaned = page.patient.facts.signals.get("weight"), page.guideline.table4.weaned
    weights = weight.between(0, page.span.end) if weight else []
    rates = derived.phenylephrine_rates(page.slow, weights, page.baseline.get("weight"))
    lines = (
        [line(weaned, f"{weaned:g} to dose", "ink"), *page.limits("phenylephrine-maximum")]
        if page.trusted
        else []
    )
    return panel(
        "phenylephrine",
        "Phenylephrine",
        "µg/kg/min",
        stairs("phenylephrine", "phenylephrine", rates, page.span),
        lines,
        limits.PHENYLEPHRINE,
    )


def labs(page: Flowsheet) -> list[Panel]:
    """Those of Table 3."""
    units = page.patient.facts.units
    return [
        panel(
            code,
            name,
            words.unit(units.get(code)),
            page.curve(code, name),
            page.limits(code),
            before=page.before(code),
        )
        for code, name in LABS
    ]


def urine(page: Flowsheet) -> Panel:
    """Each collection as high as its rate; one whose start nobody knows has none, and is told by
    its volume.
    """
    span, rests = page.span, page.rests("urine-hour", "urine-shift")
    collections = [made for made in page.urine if span.start < made.end <= span.end]
    drawn: list[Panel] = [
        {
            "from": made.start,
            "to": made.end,
            "value": round(made.rate, 1),
            "text": f"{made.volume:g} mL",
            "mark": made.reference[0] in rests,
        }
        for made in collections
        if made.rate is not None
    ]
    unknown = [[made.end, f"{made.volume:g} mL"] for made in collections if made.rate is None]
    return panel(
        "urine",
        "Urine per hour",
        "mL/h",
        bars("urine", "urine", drawn),
        page.limits("urine-hour"),
        (0, 60),
        root=True,
        texts=unknown,
    )


def shifts(page: Flowsheet) -> Panel:
    """Urine by shift, whole volumes at their time; the running shift is hollow: it is not over."""
    visible = [
        (shift, volume)
        for shift, volume in by_shift(page.urine, page.guideline.shifts).items()
        if shift[1] > page.span.start and shift[0] < page.span.end
    ]
    drawn = [of_shift(page, *shift, volume) for shift, volume in visible]
    return panel(
        "shifts",
        "Urine per shift",
        "mL",
        bars("urine-shift", "urine of the shift", drawn),
        page.limits("urine-shift"),
        (0, 300),
        root=True,
    )


def of_shift(page: Flowsheet, start: int, end: int, volume: float) -> Panel:
    running = end > page.span.end
    text = f"{volume:g} mL so far" if running else f"{volume:g} mL"
    return {
        "from": max(start, page.span.start),
        "to": min(end, page.span.end),
        "value": round(volume, 1),
        "text": text,
        "running": running,
    }


def fluids(page: Flowsheet) -> Panel:
    """What ran in: above maintenance as full bars, the rest as hollow ones."""
    rests = page.rests("fluid-limit")
    drawn: list[Panel] = [
        {
            "from": event.start or event.at, "to": event.at, "value": event.volume,
            "text": f"{event.volume:g} mL {event.kind.replace('-', ' ')}",
            "mark": event.id in rests, "hollow": event.kind not in ABOVE_MAINTENANCE,
        }
        for event in page.slow
        if isinstance(event, IO) and event.direction == "in" and page.span.start <= event.at <= page.span.end
    ]  # fmt: skip
    return panel("fluids", "Fluids in", "mL", bars("fluids", "fluids", drawn), [], (0, 500))


UNKNOWN_H = 72.0
PANELS = (
    pressure, heart_rate, temperature, saturation, oxygen, urine, shifts, phenylephrine,
    fluids,
)  # fmt: skip
TURNS = frozenset({"cycle-start", "therapy-end", "transfer"})


def flowsheet(patient: PatientProjection, guideline: Guideline, span: Span) -> dict[str, Any]:
    """Panels under one axis of time, with the doses and the hours after each in which the pressure
    is lowest.
    """
    page = Flowsheet(patient, guideline, span)
    doses = [(event.at, event.given) for event in page.slow if isinstance(event, Dose)]
    turns = [event for event in page.slow if isinstance(event, Encounter) and event.event in TURNS]
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
        "panels": [*(draw(page) for draw in PANELS), *labs(page)],
    }


def begin(patient: PatientProjection, hours: float | None, end: int) -> int:
    """Where a stretch of so many hours begins; None: with the cycle, else three days back."""
    if hours is not None:
        return end - round(hours * HOUR)
    return max(patient.facts.encounters("cycle-start"), default=end - round(UNKNOWN_H * HOUR))
