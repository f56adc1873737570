"""Courses in which all is seen and well, but for what disturbs them: the way to a dose and home."""

from datetime import timedelta
from typing import Any

from .charting import Charting
from .knobs import HISTORY, LABS, LOW
from .writer import text

WELL = {
    "recent-steroid": False,
    "recent-infection": False,
    "heavy-smoker": False,
    "heavy-lung-burden": False,
    "major-organ-disease": False,
    "family-history-cardiac": False,
    "earlier-myocarditis": False,
}
NORMAL = {"creatinine": 1.0, "bilirubin": 1.0, "platelets": 200, "bicarbonate": 24, "potassium": 4.2}
NORMAL |= {"hematocrit": 35, "calcium": 9.0, "magnesium": 2.0, "phosphate": 3.0, "albumin": 3.5, "ck": 100}
DISTURBANCES = (
    "hr",
    "bp",
    "spo2",
    "temperature",
    "burst",
    "worsening",
    "oxygen",
    "urine",
    "labs",
    "enzymes",
    "finding",
    "mental",
    "phenylephrine",
    "medication",
    "ack",
    "ack",
    "accept",
    "resume",
)


class Settled(Charting):
    """A patient looked at as the guideline asks."""

    def settled(self, doses: int, every: int) -> None:
        """Some doses every 8 h, vital signs and urine every few minutes, labs twice a day, and disturbances."""
        self._well()
        self._complete()
        self.encounter("cycle-start")
        for dose in range(doses):
            amount = 600000 if self.rng.random() < 0.95 else 661000
            self.add("dose", agent="aldesleukin", given=True, amount=amount, unit="[iU]/kg")
            if dose % 2:
                self._complete()
            until = self.now + timedelta(hours=8)
            while self.now < until:
                self.now += timedelta(minutes=every)
                self._round(every)
                if self.rng.random() < self.knobs["disturbed"]:
                    self.chart(self.rng.choice(DISTURBANCES))
                self.revise()

    def _well(self) -> None:
        findings: dict[str, Any] = {name: WELL.get(name, True) for name in HISTORY}
        weight = {"code": "weight", "value": 70, "unit": "kg"}
        systolic = {"code": "systolic-bp", "value": 124, "unit": "mm[Hg]"}
        self.encounter("baseline", readings=[systolic, weight], findings=findings, age=45)

    def _complete(self) -> None:
        """All of Table 1."""
        readings = []
        for code, (unit, values) in LABS.items():
            reading: dict[str, Any] = {"code": code, "value": NORMAL.get(code, values[0]), "unit": unit}
            readings.append(reading | ({"low": LOW[code]} if code in LOW else {}))
        self.add("labs", readings=readings)
        self.add("finding", code="mental-status", value="normal")
        self.add("finding", code="iv-site", present=True)
        self.vitals(("weight", self.rng.choice((70, 71, 73.5)), "kg"))
        self._round(60)

    def _round(self, minutes: int) -> None:
        """Vital signs and urine of one round."""
        self.vitals(
            ("heart-rate", self.rng.choice((85, 90, 110)), "/min"),
            ("systolic-bp", self.rng.choice((112, 118)), "mm[Hg]"),
            ("spo2", 98, "%"),
            ("temperature", 37.0, "Cel"),
        )
        start = text(self.now - timedelta(minutes=minutes))
        self.add("io", direction="out", kind="urine", volume=minutes, unit="mL", start=start)
