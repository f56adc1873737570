"""Courses that tell packs apart: rhythms that convert, blood tested again, targets and boluses, long
intubation, cycles and stays that follow one another.
"""

import random
from datetime import timedelta
from typing import Any

from ..generate import Course
from ..knobs import DEFAULT
from ..names import PACK_FINDINGS
from ..records import Event
from ..writer import text

KNOBS = {
    **DEFAULT,
    "ack": 0,
    "finding": 10,
    "mental": 6,
    "settled": 0.35,
    "two_patients": 0.1,
    "second_cycle": 0.35,
    "discharge": 0.25,
    "readmitted": 0.8,
    "many_doses": 0.03,
}
CONVERTING = ("atrial-fibrillation", "supraventricular-tachycardia", "bradycardia-treated")
MENTAL = ("agitation", "disorientation", "hallucination", "cognition-failed", "coma", "toxic-psychosis")
LONG = {"intubation": 72, "dialysis": 72, "coma": 48, "toxic-psychosis": 48}
RARE = tuple(
    code
    for code in PACK_FINDINGS
    if code not in (*CONVERTING, *MENTAL, *LONG, "sinus-rhythm", "cardiac-symptoms", "anxiety")
)
HAPPENS = (
    "_rhythm",
    "_rhythm",
    "_blood",
    "_blood",
    "_mental",
    "_mental",
    "_shock",
    "_dry",
    "_low",
    "_dip",
    "_long",
)
HAPPENS += ("_permanent", "_anxiety", "_resumed", "_acid")


class PackCourse(Course):
    """One course being written; what happens in it beside what any course has is drawn at each event."""

    happening = False

    def chart(self, what: str) -> None:
        """Charts one thing, and now and then what a pack looks at."""
        super().chart(what)
        if not self.happening and self.rng.random() < 0.09:
            self.happening = True
            getattr(self, self.rng.choice(HAPPENS))()
            self.happening = False

    def _ack(self) -> None:
        """Alerts of different packs have different ids: nothing is acknowledged."""

    def _pass(self, *minutes: int) -> None:
        self.now += timedelta(minutes=self.rng.choice(minutes or (1, 5, 30, 60)))

    def _say(self, code: str, present: bool = True, **more: Any) -> None:
        self.add("finding", code=code, present=present, **more)

    def _rhythm(self) -> None:
        """A rhythm, denied or not, and the sinus rhythm that gives the dose again or does not."""
        code = self.rng.choice(CONVERTING)
        self._say(code)
        steps = [
            (code, False),
            ("sinus-rhythm", self.rng.random() < 0.85),
            ("cardiac-symptoms", self.rng.random() < 0.2),
        ]
        self.rng.shuffle(steps)
        for step in steps[: self.rng.choice((1, 2, 3, 3, 3))]:
            self._pass()
            self._say(*step)

    def _blood(self) -> None:
        """Occult blood, and another test."""
        for present in (True, self.rng.random() < 0.4):
            specimen = self.rng.choice(("stool", "stool", "stool", "emesis", "sputum", None))
            self._say("guaiac-positive", present, **({"specimen": specimen} if specimen else {}))
            self._pass(30, 60, 120)

    def _mental(self) -> None:
        """Something of the mind, denied or not, and a mental status."""
        codes = self.rng.sample(MENTAL, self.rng.choice((1, 1, 2)))
        for code in codes:
            self._say(code)
            self._pass()
        for code in codes:
            if self.rng.random() < 0.8:
                self._say(code, False)
                self._pass(1, 60, 119, 121)
        if self.rng.random() < 0.8:
            self.add("finding", code="mental-status", value=self.rng.choice(("normal", "normal", "changed")))

    def _shock(self) -> None:
        """Pressure below the limits, boluses, and pressure again."""
        low = self.rng.choice((79, 84, 86, 88, 89, 90))
        for _ in range(self.rng.choice((1, 2))):
            self.vitals(("systolic-bp", low, "mm[Hg]"))
            self._pass(5, 6, 30)
        for volume in self.rng.choice(((250, 250), (500,), (500, 250), (249, 250), (500, 500))):
            self.add("io", direction="in", kind="iv-bolus", volume=volume, unit="mL")
            self._pass(5, 15)
        self._pass(14, 15, 30, 40)
        for _ in range(2):
            self.vitals(("systolic-bp", self.rng.choice((low, low, 89, 90, 118)), "mm[Hg]"))
            self._pass(1, 5, 6)

    def _dry(self) -> None:
        """Little urine for hours, boluses, and a collection after them."""
        hourly = self.rng.choice((10, 19, 20, 34, 35, 36, 40))
        for _ in range(self.rng.choice((3, 5, 8))):
            self._pass(60)
            self._urine_of(hourly, 60)
        for volume in self.rng.choice(((500, 500), (1000,), (500, 499), (1000, 500))):
            self.add("io", direction="in", kind="iv-bolus", volume=volume, unit="mL")
            self._pass(5, 30)
        for _ in range(self.rng.choice((1, 2, 3))):
            self._pass(60)
            self._urine_of(self.rng.choice((hourly, 34, 35, 80)), 60)

    def _urine_of(self, volume: float, minutes: int) -> None:
        start = text(self.now - timedelta(minutes=minutes))
        self.add("io", direction="out", kind="urine", volume=volume, unit="mL", start=start)

    def _low(self) -> None:
        """A pressure just below a limit, alone or in a run, then well."""
        for value in (self.rng.choice((84, 85, 89, 90)), 89, self.rng.choice((90, 91, 118)), 118):
            self.vitals(("systolic-bp", value, "mm[Hg]"))
            self._pass(1, 3, 6)

    def _dip(self) -> None:
        """A saturation below 90, then at or above it."""
        for value in (self.rng.choice((88, 89)), 89, *([self.rng.choice((90, 91, 95))] * 3)):
            self.vitals(("spo2", value, "%"))
            self._pass(1, 3, 6)

    def _long(self) -> None:
        """Something that lasts about as long as a limit, with a break or without one."""
        code = self.rng.choice(list(LONG))
        begun, hours = self.now, LONG[code]
        self._say(code)
        if self.rng.random() < 0.4:
            self.now = begun + timedelta(hours=self.rng.choice((20, 40)))
            self._say(code, False)
            self.now += timedelta(minutes=self.rng.choice((60, 359, 360, 500)))
            self._say(code)
        end = begun + timedelta(hours=hours, minutes=self.rng.choice((0, 14, 15, 16, 300)))
        if self.rng.random() < 0.7:
            here = self.now
            self.now = max(end, self.now)
            self._say(code, False)
            self.now = here if self.rng.random() < 0.3 else self.now

    def _permanent(self) -> None:
        """A finding that no later dose outlives, denied, taken back or answered."""
        code = self.rng.choice((*RARE, "ecg-ischemia"))
        self._say(code)
        self._pass()
        if self.rng.random() < 0.5:
            self._say(code, False)

    def _anxiety(self) -> None:
        self._say(
            self.rng.choice(("anxiety", "emotional-lability", "moist-desquamation")), self.rng.random() < 0.7
        )

    def _resumed(self) -> None:
        rows = (
            "sustained-vt",
            "tamponade",
            "ecg-ischemia",
            "intubation-72h",
            "psychosis-48h",
            "bowel-surgery",
        )
        self.add("resume", rule=f"permanent/{self.rng.choice(rows)}", by="dr-1", reason="artefact")

    def _acid(self) -> None:
        reading = {"code": "bicarbonate", "value": self.rng.choice((17.9, 18, 18.1, 24)), "unit": "mmol/L"}
        self.add("labs", readings=[reading])

    # ---- stays and cycles

    def _happen(self, event: str) -> None:
        if event == "second_cycle" and self.rng.random() < 0.5:
            self.encounter("therapy-end")
            self.now += timedelta(days=self.rng.choice((8, 9, 10, 13, 14, 20, 22)))
        super()._happen(event)

    def encounter(self, event: str, **body: Any) -> Event:
        """Appends an encounter; a baseline with the patient's target, or what an earlier course has left."""
        if event == "baseline":
            if self.rng.random() < 0.7:
                value = self.rng.choice((84, 85, 90))
                body["targets"] = [{"code": "systolic-bp", "value": value, "unit": "mm[Hg]"}]
            if self.rng.random() < 0.1:
                earlier = self.rng.choice(("sustained-vt", "intubation-72h", "tamponade"))
                body["findings"] = {**body.get("findings", {}), f"earlier-{earlier}": self.rng.random() < 0.7}
        return super().encounter(event, **body)


def course(seed: int) -> list[Event]:
    """The events of a seeded course."""
    rng = random.Random(seed)
    events = PackCourse(rng, KNOBS, "p1").write()
    if rng.random() < KNOBS["two_patients"]:
        events += PackCourse(rng, {**KNOBS, "events": KNOBS["events"] / 2}, "p2").write()
        rng.shuffle(events)
    return events
