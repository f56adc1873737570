"""The courses of editions.md section 7: the same moment as four packs see it, one patient a line.

80 kg, baseline systolic 118, TIL target 85, dose 5 given 8 h ago, all else seen, fresh and normal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

Event = dict[str, Any]
START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = 40.0
"""Hours from the cycle's start to the moment: dose 5 was given at hour 32."""
LAST = 32.0
PACKS = ("schwartzentruber-2001/2", "dutcher-2014/1", "proleukin-us-label/2024-12", "til-2024/1")
WORDS = {
    "g": "give",
    "n": "no-objection",
    "d": "decide",
    "w": "withhold",
    "s": "stop",
    "-": None,
}
HISTORY = {
    "ecg-normal": True,
    "recent-steroid": False,
    "recent-infection": False,
    "stress-test-normal": True,
    "chest-xray-clear": True,
    "pft-adequate": True,
    "antihypertensives-stopped": True,
    "major-organ-disease": False,
    "hepatic-disease": False,
    "ejection-fraction": True,
    "cns-evaluated": True,
}


def at(hours: float) -> str:
    """Return the time so many hours after the start."""
    return (START + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


class Course:
    """A patient's records; what a moment changes stands in place of what is normal."""

    def __init__(self, patient: str, now: float = NOW) -> None:
        self.patient, self.now = patient, now
        self.events: list[Event] = []

    def record(self, type: str, hours: float, **more: Any) -> None:
        """Add a record."""
        number = len(self.events)
        base = {"type": type, "id": f"{type[0]}{number}", "patient": self.patient, "at": at(hours)}
        self.events.append({**base, **more})

    def finding(self, hours: float, code: str, present: bool = True, **more: Any) -> None:
        """Add a finding."""
        content = more if "value" in more else {"present": present, **more}
        self.record("finding", hours, code=code, **content)

    def vitals(self, hours: float, **values: float) -> None:
        """Add a set of vital signs."""
        normal = {"heart_rate": 90.0, "systolic_bp": 118.0, "spo2": 98.0, "temperature": 37.0}
        units = {"heart_rate": "/min", "systolic_bp": "mm[Hg]", "spo2": "%", "temperature": "Cel"}
        readings = [
            {"code": name.replace("_", "-"), "value": value, "unit": units[name]}
            for name, value in {**normal, **values}.items()
        ]
        self.record("vitals", hours, readings=readings)

    def baseline(self, systolic: float = 118.0, target: float = 85.0) -> None:
        """Add the admission and the baseline."""
        self.record("encounter", -2, event="admit", location="ward")
        self.record(
            "encounter",
            -1,
            event="baseline",
            age=40,
            readings=[
                {"code": "systolic-bp", "value": systolic, "unit": "mm[Hg]"},
                {"code": "weight", "value": 80, "unit": "kg"},
                {"code": "spo2", "value": 98, "unit": "%"},
                {"code": "creatinine", "value": 1.0, "unit": "mg/dL"},
                {"code": "bilirubin", "value": 0.8, "unit": "mg/dL"},
            ],
            findings=HISTORY,
            targets=[{"code": "systolic-bp", "value": target, "unit": "mm[Hg]"}],
        )

    def doses(self, *hours: float) -> None:
        """Add doses given."""
        for hour in hours:
            self.record("dose", hour, agent="aldesleukin", given=True, amount=600_000, unit="[iU]/kg")

    def labs(self, hours: float, **values: float) -> None:
        """Add the day's results."""
        normal = {
            "creatinine": (1.0, "mg/dL"),
            "platelets": (200.0, "10*3/uL"),
            "bilirubin": (0.8, "mg/dL"),
            "hematocrit": (38.0, "%"),
            "sodium": (140.0, "mmol/L"),
            "potassium": (4.2, "mmol/L"),
            "urea": (30.0, "mg/dL"),
            "glucose": (100.0, "mg/dL"),
            "bicarbonate": (24.0, "mmol/L"),
        }
        readings = [
            {"code": code, "value": values.get(code, value), "unit": unit}
            for code, (value, unit) in normal.items()
        ]
        self.record("labs", hours, readings=readings)

    def urine(self, hourly: float = 100.0) -> None:
        """Add hourly collections up to the moment."""
        for hour in range(int(self.now) - 12, int(self.now) + 1):
            self.record(
                "io",
                hour,
                direction="out",
                kind="urine",
                volume=hourly,
                unit="mL",
                start=at(hour - 1),
            )

    def hourly(self, change: Callable[[float], dict[str, float]] = lambda hour: {}) -> None:
        """Add the vital signs of the last hours, every half hour."""
        for half in range(int(self.now * 2) - 24, int(self.now * 2) + 1):
            self.vitals(half / 2, **change(half / 2))

    def bolus(self, hours: float, volume: float) -> None:
        """Add a bolus."""
        self.record("io", hours, direction="in", kind="iv-bolus", volume=volume, unit="mL")


def _usual(
    patient: str,
    change: Callable[[float], dict[str, float]] = lambda hour: {},
    more: Callable[[Course], None] = lambda course: None,
    *,
    systolic: float = 118.0,
    target: float = 85.0,
    doses: int = 5,
    hourly_urine: float = 100.0,
    mental: tuple[float, str] = (NOW - 0.5, "normal"),
    results: dict[str, float] | None = None,
) -> list[Event]:
    course = Course(patient, LAST + 8)
    course.baseline(systolic, target)
    first = LAST - 8 * (doses - 1)
    course.record("encounter", first, event="cycle-start", location="ward")
    course.doses(*(first + 8 * i for i in range(doses)))
    course.hourly(change)
    course.urine(hourly_urine)
    course.labs(NOW - 12)
    course.labs(NOW - 3, **(results or {}))
    course.finding(NOW - 6, "mental-status", value="normal")
    if mental[1] == "normal":
        course.finding(mental[0], "mental-status", value="normal")
    else:
        course.finding(mental[0], "mental-status", value=mental[1])
    more(course)
    return course.events


def _finding(code: str, begun: float, ended: float | None = None, **more: Any) -> Callable[[Course], None]:
    def add(course: Course) -> None:
        course.finding(begun, code, **more)
        if ended is not None:
            course.finding(ended, code, present=False, **more)

    return add


def _fibrillation(charted: bool) -> Callable[[Course], None]:
    def add(course: Course) -> None:
        _finding("atrial-fibrillation", LAST + 4, LAST + 5)(course)
        if charted:
            course.finding(LAST + 7, "sinus-rhythm")
            course.finding(LAST + 7, "cardiac-symptoms", present=False)

    return add


def _second_cycle(patient: str) -> list[Event]:
    course = Course(patient, NOW)
    begun = NOW - 14 * 24
    course.record("encounter", begun - 2, event="admit", location="ward")
    course.baseline()
    course.record("encounter", begun, event="cycle-start", location="ward")
    course.doses(*(begun + 8 * i for i in range(5)))
    course.finding(begun + 30, "intubation")
    course.finding(begun + 30 + 73, "intubation", present=False)
    course.record("encounter", begun + 34, event="therapy-end")
    course.record("encounter", NOW - 1, event="cycle-start", location="ward")
    course.hourly()
    course.urine()
    course.labs(NOW - 3)
    course.finding(NOW - 0.5, "mental-status", value="normal")
    return course.events


def _after(hours: float, **values: float) -> Callable[[float], dict[str, float]]:
    return lambda hour: values if hour >= NOW - hours else {}


def _refractory(course: Course) -> None:
    course.bolus(NOW - 2.5, 500)
    course.bolus(NOW - 1, 250)
    course.vitals(NOW - 20 / 60, systolic_bp=88)


def _saturation(hour: float) -> dict[str, float]:
    return {"spo2": 88.0} if hour == NOW - 2 else {"spo2": 90.0} if hour >= NOW - 1 else {}


def _oxygen_now(course: Course) -> None:
    course.vitals(NOW - 10 / 60, spo2=88)
    course.vitals(NOW - 5 / 60, spo2=88)


class Moment(NamedTuple):
    """A line of the table: its name, the verdict of each pack, the patient's records."""

    name: str
    verdicts: str
    events: list[Event]


def _at_now(**values: float) -> Callable[[float], dict[str, float]]:
    return lambda hour: values if hour == NOW else {}


def _moments() -> Iterable[tuple[str, str, Callable[[str], list[Event]]]]:
    def usual(*args: Any, **more: Any) -> Callable[[str], list[Event]]:
        return lambda patient: _usual(patient, *args, **more)

    low = lambda hour: {"systolic_bp": 86.0 if hour >= NOW - 1 else 96.0}  # noqa: E731
    blood = _finding("guaiac-positive", NOW - 12, specimen="stool")
    negative = _finding("guaiac-positive", NOW - 12, NOW - 2, specimen="stool")
    yield "nothing else", "ggnn", usual()
    yield "HR 112 for 2 h", "gdnn", usual(_after(2, heart_rate=112))
    yield "systolic 86, baseline 96", "ggwn", usual(low, systolic=96)
    yield "systolic 88, refractory", "ggws", usual(_after(3, systolic_bp=88), _refractory, target=90)
    yield "SpO2 88 now", "wwww", usual(_at_now(spo2=88), _oxygen_now)
    yield "SpO2 88, then 90", "ddwn", usual(_saturation)
    yield "AF, sinus charted", "sgnn", usual(more=_fibrillation(True))
    yield "AF, uncharted", "sgwn", usual(more=_fibrillation(False))
    yield "VT of 6 beats", "sgsn", usual(more=_finding("sustained-vt", LAST + 3, LAST + 4))
    yield "frequent PVCs now", "swnn", usual(more=_finding("ventricular-arrhythmia", NOW - 0.5))
    yield "urine 25 mL/h", "ggnw", usual(hourly_urine=25)
    yield "stool blood", "ddwn", usual(more=blood)
    yield "stool blood, negative", "ggnn", usual(more=negative)
    yield "mental status changed", "ddwn", usual(mental=(NOW - 1, "changed"))
    yield "hallucination", "sgnn", usual(more=_finding("hallucination", LAST + 3, LAST + 5))
    yield "platelets 25", "wwnn", usual(results={"platelets": 25})
    yield "creatinine 2.7", "ddnw", usual(results={"creatinine": 2.7})
    yield "moist desquamation", "wdnn", usual(more=_finding("moist-desquamation", NOW - 2))
    yield "mild anxiety", "gdnn", usual(more=_finding("anxiety", NOW - 2))
    yield "6 doses", "ggns", usual(doses=6)
    yield "14 doses", "d-ss", usual(doses=14)
    yield "intubated 73 h in cycle 1", "ggs-", _second_cycle


MOMENTS = tuple(
    Moment(name, verdicts, events(f"m{i:02}")) for i, (name, verdicts, events) in enumerate(_moments())
)
