"""Short but nasty patient courses, seeded: values around every limit, late and tied facts, corrections,
oxygen, pressors, second cycles, discharges taken back.
"""

import random
from datetime import timedelta

from .knobs import DEFAULT, FOCUSES, HISTORY, LABS, WHAT, Knobs
from .records import Event
from .settled import Settled
from .writer import text

NOBODY = "0123456789abcdef"


class Course(Settled):
    """One course being written."""

    def write(self) -> list[Event]:
        """The whole course."""
        knobs, rng = self.knobs, self.rng
        if self.chance("many_doses"):
            return self._quietly(rng.choice((12, 14)), 240)
        if self.chance("settled"):
            return self._quietly(rng.choice((1, 2, 3)), rng.choice((60, 60, 120, 240)))
        self.encounter("admit", location="icu" if self.chance("icu_first") else "ward")
        if self.chance("baseline"):
            self._baseline()
        count, focus = int(knobs["events"]), self._focus()
        weights = [knobs[w] * (1 if w in focus else 0.05) for w in WHAT]
        plan = self._plan(count)
        for i in range(count):
            self.step()
            for event in plan.get(i, []):
                self._happen(event)
            self.chart(rng.choices(WHAT, weights)[0])
            self.revise()
        if self.chance("recovery"):
            self._recover()
        if self.chance("regular"):
            self._regularly()
        return self.events

    def _quietly(self, doses: int, every: int) -> list[Event]:
        """A course in which all is seen and well, but for what disturbs it."""
        self.knobs = {**self.knobs, "gap": 0, "very_late": 0, "artefact": 0.01}
        self.settled(doses, every)
        if self.chance("therapy_end"):
            self._recover()
        return self.events

    def _plan(self, count: int) -> dict[int, list[str]]:
        """At which event which encounter comes."""
        rng, plan = self.rng, dict[int, list[str]]()
        if self.chance("start"):
            plan.setdefault(rng.randrange(0, 4), []).append("cycle-start")
        for event in ("second_cycle", "therapy_end", "second_baseline", "discharge"):
            if self.chance(event):
                plan.setdefault(rng.randrange(count // 2, count), []).append(event)
        return plan

    def _happen(self, event: str) -> None:
        if event == "second_baseline":
            self._baseline()
        elif event == "discharge":
            self._leave()
        else:
            self.encounter({"second_cycle": "cycle-start", "therapy_end": "therapy-end"}.get(event, event))

    def _leave(self) -> None:
        """A discharge: known late, taken back or moved, with charting that goes on or a stay that follows."""
        discharge, rng = self.encounter("discharge"), self.rng
        if self.chance("late_discharge"):
            discharge["known"] = text(self.now + timedelta(hours=rng.choice((1, 4, 30))))
        if self.chance("discharge_revised"):
            revised = self._withdrawn(discharge) if rng.random() < 0.7 else self._moved(discharge)
            revised["known"] = text(self.now + timedelta(hours=rng.choice((2, 11, 40))))
            self.events.append(revised)
        if self.chance("readmitted"):
            self.now += timedelta(hours=rng.choice((1, 3, 20)))
            self.encounter("admit", location="ward")
            self.encounter("cycle-start")

    def _moved(self, discharge: Event) -> Event:
        moved = self._again(discharge, "corrected")
        return {**moved, "at": text(self.now + timedelta(hours=self.rng.choice((-2, -1))))}

    def _focus(self) -> tuple[str, ...]:
        """What is mostly charted: most courses dwell on a few things, so that those meet one another."""
        if not self.chance("focus"):
            return WHAT
        return (*self.rng.choice(FOCUSES), *self.rng.sample(WHAT, 4), "tick")

    def _regularly(self) -> None:
        """Vital signs and urine as a ward or an ICU charts them, for some hours."""
        end, every = self.now, self.rng.choice((60, 60, 240))
        self.now -= timedelta(minutes=every * self.rng.randrange(3, 9))
        while self.now < end:
            self.vitals(self._heart(), self._systolic(), self._saturation(), self._warmth())
            volume = self._pick((60, 100), (9, 15, 20, 21))
            self.add("io", direction="out", kind="urine", volume=volume, unit="mL")
            self.now += timedelta(minutes=every)

    def _recover(self) -> None:
        """Two quiet days after therapy-end, on room air, with better labs."""
        self.encounter("therapy-end")
        for _ in range(9):
            self.now += timedelta(hours=self.rng.choice((4, 6, 8)))
            self.vitals(
                ("heart-rate", 90, "/min"),
                ("systolic-bp", self.rng.choice((85, 118, 118)), "mm[Hg]"),
                ("spo2", self.rng.choice((94, 98, 98)), "%"),
                ("o2-device", "room-air", None),
                ("weight", self.rng.choice((70, 71, 73.5, 73.6)), "kg"),
            )
            self.chart(self.rng.choice(("urine", "urine", "labs", "fluid", "medication")))
            creatinine = {"code": "creatinine", "value": self.rng.choice((1.0, 1.6, 1.7)), "unit": "mg/dL"}
            platelets = {"code": "platelets", "value": self.rng.choice((100, 120)), "unit": "10*3/uL"}
            self.add("labs", readings=[creatinine, platelets])

    def _baseline(self) -> None:
        rng = self.rng
        readings = [{"code": "systolic-bp", "value": rng.choice((99, 100, 120, 121, 124)), "unit": "mm[Hg]"}]
        if self.chance("baseline_weight"):
            readings.append({"code": "weight", "value": 70, "unit": "kg"})
        if self.chance("baseline_spo2"):
            readings.append({"code": "spo2", "value": rng.choice((93, 96, 97)), "unit": "%"})
        findings = {name: rng.random() < 0.5 for name in HISTORY if rng.random() < 0.6}
        body: Event = {"age": rng.choice((49, 50))} if rng.random() < 0.7 else {}
        if self.chance("planned"):
            body["dose-1-planned"] = text(self.now + timedelta(hours=rng.choice((1, 6, 12))))
        self.encounter("baseline", readings=readings, findings=findings, **body)


def course(seed: int, **knobs: float) -> list[Event]:
    """The events of a seeded course; knobs override `DEFAULT`."""
    rng, all_knobs = random.Random(seed), {**DEFAULT, **knobs}
    events = Course(rng, all_knobs, "p1").write()
    if rng.random() < all_knobs["two_patients"]:
        events += Course(rng, {**all_knobs, "events": all_knobs["events"] / 2}, "p2").write()
        rng.shuffle(events)
    return _with_acks(events, rng)


def _with_acks(events: list[Event], rng: random.Random) -> list[Event]:
    """Acks aim at alerts the reference gives, mostly at ones that were open then."""
    from . import run

    acks = sorted((e for e in events if e["type"] == "ack"), key=lambda e: e["at"])
    if acks:
        unheard = [{**e, "alert": NOBODY} if e["type"] == "ack" else e for e in events]
        alerts = [a for a in run(unheard) if a["transition"] != "reminder"]
        for ack in acks:
            before = [  # the latest is the likeliest to be open
                a["id"]
                for a in alerts
                if a["patient"] == ack["patient"]
                and a["decided"] <= ack["at"]
                and a["level"] in ("absolute", "relative")
            ]
            ack["alert"] = rng.choice(before[-6:]) if before else NOBODY
    return events


__all__ = ["DEFAULT", "LABS", "Event", "Knobs", "course"]
