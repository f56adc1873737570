"""Short but nasty patient courses, seeded: values around every limit, late and tied facts, corrections,
oxygen, pressors, second cycles.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]
Knobs = dict[str, float]

DEFAULT: Knobs = {
    "events": 55,
    "hours": 48,
    # weights of what is charted
    "hr": 6,
    "bp": 8,
    "spo2": 5,
    "temperature": 4,
    "full": 5,
    "oxygen": 5,
    "weight": 3,
    "urine": 9,
    "stool": 4,
    "fluid": 5,
    "labs": 7,
    "enzymes": 2,
    "finding": 6,
    "mental": 4,
    "dose": 6,
    "phenylephrine": 6,
    "other_pressor": 3,
    "medication": 3,
    "transfer": 2,
    "tick": 2,
    "ack": 3,
    "resume": 3,
    "silence": 0.5,
    # probabilities an event
    "late": 0.15,
    "very_late": 0.04,
    "ahead": 0.03,
    "tie": 0.12,
    "same_at": 0.05,
    "duplicate": 0.03,
    "correct": 0.06,
    "withdraw": 0.04,
    "preliminary": 0.05,
    "cluster": 0.35,
    "extreme": 0.45,
    "odd_unit": 0.05,
    "bad_unit": 0.02,
    "artefact": 0.03,
    "gap": 0.05,
    # probabilities a course
    "baseline": 0.85,
    "baseline_weight": 0.85,
    "start": 0.97,
    "icu_first": 0.1,
    "therapy_end": 0.4,
    "second_cycle": 0.2,
    "discharge": 0.1,
    "after_discharge": 0.3,
    "per_minute": 0.15,
    "two_lines": 0.25,
    "no_start": 0.5,
    "two_patients": 0.15,
    "millis": 0.03,
    "focus": 0.6,
    "recovery": 0.15,
}
FINDINGS = (
    "atrial-fibrillation",
    "supraventricular-tachycardia",
    "ventricular-arrhythmia",
    "ecg-ischemia",
    "moist-desquamation",
    "refractory-vomiting",
    "ileus",
    "distention",
    "severe-distention",
    "severe-abdominal-pain",
    "guaiac-positive",
    "frank-blood",
    "infection",
    "extremity-tightness",
    "extremity-paresthesias",
    "vivid-dreams",
    "emotional-lability",
    "persistent-crying",
    "hallucination",
    "cognition-failed",
    "disorientation",
    "dyspnea-at-rest",
    "intubation",
    "effusion-drained",
    "iv-site",
    "ecg",
    "chest-xray",
    "urinalysis",
)
RULES = (
    "delay-over-24h",
    "infection",
    "troponin",
    "arrhythmia",
    "oxygen",
    "neuropsychiatric",
    "pressor-dependence",
)
LABS: dict[str, tuple[str, tuple[float, ...]]] = {
    "creatinine": ("mg/dL", (1.0, 1.6, 1.7, 2.49, 2.5, 2.96, 3.0, 4.1)),
    "bilirubin": ("mg/dL", (1.0, 2.0, 2.1, 7.0, 7.1, 9.0)),
    "platelets": ("10*3/uL", (19.9, 20, 29.9, 30, 45, 50, 50.1, 100, 200)),
    "bicarbonate": ("mmol/L", (17.9, 18, 19.9, 20, 24)),
    "potassium": ("mmol/L", (3.5, 3.6, 3.7, 4.2)),
    "sodium": ("mmol/L", (138,)),
    "hematocrit": ("%", (27.9, 28, 28.1, 35)),
    "calcium": ("mg/dL", (7.9, 8.5, 9.0)),
    "magnesium": ("mg/dL", (1.5, 1.7, 2.0)),
    "phosphate": ("mg/dL", (2.0, 2.5, 3.0)),
    "albumin": ("g/dL", (2.9, 3.5)),
    "ck": ("U/L", (100, 200, 201)),
    "hemoglobin": ("g/dL", (9.0,)),
    "urea": ("mg/dL", (20,)),
    "glucose": ("mg/dL", (110,)),
    "alt": ("U/L", (30,)),
    "ast": ("U/L", (30,)),
    "pt": ("s", (12,)),
    "ptt": ("s", (30,)),
    "tsh": ("m[iU]/L", (2,)),
    "free-t4": ("ng/dL", (1.2,)),
}
LOW = {"calcium": 8.5, "magnesium": 1.7, "phosphate": 2.5, "albumin": 3.5}


class Course:
    """One course being written."""

    def __init__(self, rng: random.Random, knobs: Knobs, patient: str) -> None:
        self.rng, self.knobs, self.patient = rng, knobs, patient
        self.events: list[Event] = []
        self.now = datetime(2026, 3, 2, rng.randrange(0, 9), rng.choice((0, 0, 30, 59)), tzinfo=UTC)
        self.number = 0

    def chance(self, knob: str) -> bool:
        """Whether a knob's probability comes true."""
        return self.rng.random() < self.knobs[knob]

    def add(self, kind_of_event: str, /, **body: Any) -> Event:
        """Appends an event at about now: late, ahead, tied, preliminary or as it should be."""
        rng, at = self.rng, self.now
        if self.chance("same_at") and self.events:
            at = _time(rng.choice(self.events)["at"])
        self.number += 1
        event: Event = {
            "type": kind_of_event,
            "id": f"{kind_of_event[0]}{self.number}",
            "patient": self.patient,
            "at": _text(at),
            **body,
        }
        if kind_of_event not in ("tick", "ack", "silence", "resume"):
            self._timing(event, at)
            if self.chance("preliminary"):
                event["status"] = "preliminary"
        self.events.append(event)
        return event

    def _timing(self, event: Event, at: datetime) -> None:
        rng, known = self.rng, max(at, self.now)
        if self.chance("very_late"):
            known += timedelta(minutes=rng.choice((470, 480, 481, 600, 1100, 2200)))
        elif self.chance("late"):
            known += timedelta(minutes=rng.choice((1, 5, 20, 30, 60, 61, 90, 120, 121, 180, 240, 300)))
        elif self.chance("ahead") and event["type"] != "encounter":
            known = at - timedelta(minutes=rng.choice((1, 5, 15, 16)))
        elif self.chance("tie") and self.events:
            known = max(known, _time(rng.choice(self.events[-6:]).get("known") or self.events[-1]["at"]))
        if known != at:
            event["known"] = _text(known)

    def step(self) -> None:
        """Lets time pass: clusters of minutes, round hours, now and then a gap."""
        rng, mean = self.rng, self.knobs["hours"] * 60 / self.knobs["events"]
        if self.chance("gap"):
            minutes = rng.choice((300, 480, 540, 720))
        elif self.chance("cluster"):
            minutes = rng.choice((0, 1, 4, 5, 5, 10, 15))
        else:
            minutes = (
                rng.choice((15, 29, 30, 30, 45, 60, 60, 60, 120))
                if mean < 70
                else rng.choice((30, 60, 60, 120, 239, 240))
            )
        self.now += timedelta(minutes=minutes)
        if self.chance("millis"):
            self.now += timedelta(milliseconds=rng.choice((1, 500, 999)))

    def revise(self) -> None:
        """A duplicate, a final after a preliminary, a correction or a withdrawal of something charted."""
        rng = self.rng
        old = [
            e
            for e in self.events
            if e["type"] not in ("tick", "ack", "silence", "resume")
            and not (
                e.get("status") == "entered-in-error"
                or (e["type"] == "encounter" and e["event"] not in ("baseline", "therapy-end"))
            )
        ]
        if not old:
            return
        for knob, status in (
            ("duplicate", "final"),
            ("correct", "corrected"),
            ("withdraw", "entered-in-error"),
        ):
            if self.chance(knob):
                self.events.append(self._revised(rng.choice(old[-12:]), status))
        if preliminary := [e for e in old if e.get("status") == "preliminary"]:
            self.events.append(
                self._revised(rng.choice(preliminary), "final")
            ) if rng.random() < 0.3 else None

    def _revised(self, event: Event, status: str) -> Event:
        known = max(self.now, _time(event.get("known") or event["at"])) + timedelta(
            minutes=self.rng.choice((0, 0, 1, 30))
        )
        if status == "entered-in-error" and self.rng.random() < 0.5:
            return {
                "type": event["type"],
                "id": event["id"],
                "patient": self.patient,
                "at": event["at"],
                "status": status,
                "known": _text(known),
            }
        revised = {**event, "status": status, "known": _text(known)}
        if status != "entered-in-error" and event["type"] in (
            "vitals",
            "labs",
            "io",
            "infusion",
            "finding",
            "medication",
            "dose",
        ):
            other = next(
                (
                    e
                    for e in _shuffled(self.rng, self.events)
                    if e["type"] == event["type"]
                    and e["id"] != event["id"]
                    and e.get("status") != "entered-in-error"
                ),
                event,
            )
            revised = {**other, "id": event["id"], "status": status, "at": event["at"], "known": _text(known)}
            if self.rng.random() < 0.2:
                revised["at"] = _text(_time(event["at"]) - timedelta(minutes=self.rng.choice((5, 30, 60))))
            if revised.get("start", "") > revised["at"]:
                del revised["start"]
        return revised

    # ---- what is charted

    def vitals(self, *readings: tuple[str, Any, str | None]) -> Event:
        """A vitals record."""
        return self.add(
            "vitals", readings=[{"code": c, "value": v, **({"unit": u} if u else {})} for c, v, u in readings]
        )

    def chart(self, what: str) -> None:
        """Charts one thing."""
        getattr(self, f"_{what}")()

    def _pick(self, normal: tuple[float, ...], extreme: tuple[float, ...]) -> float:
        return self.rng.choice(extreme if self.chance("extreme") else normal)

    def _heart(self) -> tuple[str, Any, str]:
        value = self._pick((90, 100, 114, 115), (115, 119, 120, 124, 125, 130, 131, 131, 140, 140))
        return (
            "heart-rate",
            301 if self.chance("artefact") else value,
            "kg" if self.chance("bad_unit") else "/min",
        )

    def _systolic(self) -> tuple[str, Any, str]:
        if self.chance("odd_unit"):
            return ("systolic-bp", self.rng.choice((10.6, 12, 14.0)), "kPa")
        return (
            "systolic-bp",
            29
            if self.chance("artefact")
            else self._pick((118, 96, 100), (70, 75, 80, 81, 85, 86, 90, 91, 95, 96)),
            "mm[Hg]",
        )

    def _saturation(self) -> tuple[str, Any, str]:
        return ("spo2", self._pick((98, 95), (90, 93, 94, 94, 95)), "%")

    def _warmth(self) -> tuple[str, Any, str]:
        if self.chance("odd_unit"):
            return ("temperature", self.rng.choice((98.6, 100.4, 102.2)), "[degF]")
        return ("temperature", self._pick((36.9, 37.0, 37.5), (37.9, 38.0, 38.4, 38.5, 39.0)), "Cel")

    def _hr(self) -> None:
        self.vitals(self._heart())

    def _bp(self) -> None:
        self.vitals(self._systolic())

    def _spo2(self) -> None:
        self.vitals(self._saturation())

    def _temperature(self) -> None:
        self.vitals(self._warmth())

    def _full(self) -> None:
        self.vitals(self._heart(), self._systolic(), self._saturation(), self._warmth())

    def _oxygen(self) -> None:
        rng = self.rng
        readings: list[tuple[str, Any, str | None]] = []
        if rng.random() < 0.6:
            readings.append(
                (
                    "o2-device",
                    rng.choice(
                        ("room-air", "nasal-cannula", "nasal-cannula", "mask", "mask", "ventilator", "other")
                    ),
                    None,
                )
            )
        if rng.random() < 0.6:
            readings.append(("o2-flow", rng.choice((0, 0, 2, 2.9, 3, 4, 4, 4.1, 6)), "L/min"))
        if rng.random() < 0.3:
            readings.append(("fio2", *rng.choice(((21, "%"), (35, "%"), (39.9, "%"), (40, "%"), (0.4, "1")))))
        if rng.random() < 0.5 or not readings:
            readings.append(self._saturation())
        self.vitals(*readings)

    def _weight(self) -> None:
        value, unit = (
            self.rng.choice((70, 73.5, 73.6, 77, 77.1, 80.4, 80.5, 80.6, 82, 87.5, 87.6, 90, 91)),
            "kg",
        )
        if self.chance("odd_unit"):
            value, unit = 160, "[lb_av]"
        if self.chance("artefact"):
            value = 120
        self.vitals(("weight", value, unit))

    def _urine(self) -> None:
        body: Event = {
            "direction": "out",
            "kind": "urine",
            "unit": "mL",
            "volume": 3001
            if self.chance("artefact")
            else self._pick((60, 100, 250), (0, 5, 9.9, 10, 15, 20, 20.1, 39, 79.9, 80)),
        }
        if not self.chance("no_start"):
            body["start"] = _text(
                self.now
                - timedelta(minutes=self.rng.choice((15, 30, 59, 60, 60, 61, 120, 240, 420, 480, 1500)))
            )
        event = self.add("io", **body)
        if event.get("start", "") >= event["at"]:
            event.pop("start", None)

    def _stool(self) -> None:
        self.add(
            "io",
            direction="out",
            kind="stool",
            volume=self.rng.choice((200, 399, 400, 600, 999, 1000)),
            unit="mL",
        )

    def _fluid(self) -> None:
        kind = self.rng.choice(
            ("iv-bolus", "iv-bolus", "iv-bolus", "blood-product", "iv-maintenance", "oral")
        )
        self.add(
            "io", direction="in", kind=kind, volume=self.rng.choice((250, 499, 500, 500, 1000)), unit="mL"
        )

    def _labs(self) -> None:
        codes = (
            self.rng.sample(list(LABS), self.rng.choice((1, 1, 2, 4)))
            if self.rng.random() < 0.5
            else [self.rng.choice(("creatinine", "platelets", "bilirubin", "potassium", "hematocrit"))]
        )
        self.add("labs", readings=[self._lab(code) for code in codes])

    def _lab(self, code: str) -> Event:
        unit, values = LABS[code]
        reading: Event = {"code": code, "value": self.rng.choice(values), "unit": unit}
        if code in LOW and self.rng.random() < 0.8:
            reading["low"] = LOW[code]
        if code == "ck" and self.rng.random() < 0.8:
            reading["high"] = 200
        if code == "creatinine" and self.chance("odd_unit"):
            reading |= {"value": self.rng.choice((221.05, 220, 265.26)), "unit": "umol/L"}
        return {**reading, "unit": "mmol/kg"} if self.chance("bad_unit") else reading

    def _enzymes(self) -> None:
        code = self.rng.choice(("troponin-t", "troponin-i", "ck-mb"))
        reading: Event = {"code": code, "value": self.rng.choice((0.005, 0.01, 0.02, 0.5)), "unit": "ng/mL"}
        if self.rng.random() < 0.85:
            reading["high"] = 0.01
        self.add("labs", readings=[reading])

    def _finding(self) -> None:
        if self.rng.random() < 0.15:
            self.add("finding", code="rales", value=self.rng.choice(("none", "one-third", "half", "half")))
        else:
            self.add("finding", code=self.rng.choice(FINDINGS), present=self.rng.random() < 0.6)

    def _mental(self) -> None:
        self.add("finding", code="mental-status", value=self.rng.choice(("normal", "changed", "changed")))

    def _dose(self) -> None:
        given = self.rng.random() < 0.85
        body: Event = {"agent": "aldesleukin", "given": given}
        body |= (
            {"amount": self.rng.choice((600000, 600000, 660000, 661000, 540000, 530000)), "unit": "[iU]/kg"}
            if given
            else {"reason": "held"}
        )
        self.add("dose", **body)

    def _phenylephrine(self) -> None:
        rate, unit = (
            self.rng.choice((0, 0, 0.3, 0.5, 0.51, 0.8, 0.81, 0.9, 0.99, 1.0, 1.49, 1.5, 1.8)),
            self.rng.choice(("ug/kg/min", "mcg/kg/min")),
        )
        if self.chance("per_minute"):
            rate, unit = self.rng.choice((0, 35, 56.1, 70, 105)), "ug/min"
        if self.chance("artefact"):
            rate = 21
        body: Event = {
            "agent": self.rng.choice(("phenylephrine", "phenylephrine", "neosynephrine")),
            "rate": rate,
            "unit": unit,
        }
        if self.chance("two_lines"):
            body["line"] = self.rng.choice(("a", "b"))
        self.add("infusion", **body)

    def _other_pressor(self) -> None:
        agent = self.rng.choice(("dopamine", "dopamine", "norepinephrine"))
        self.add("infusion", agent=agent, rate=self.rng.choice((0, 0, 2, 5)), unit="ug/kg/min")

    def _medication(self) -> None:
        agent = self.rng.choice(
            (
                "acetaminophen",
                "indomethacin",
                "ranitidine",
                "dexamethasone",
                "lisinopril",
                "famotidine",
                "ondansetron",
            )
        )
        self.add("medication", agent=agent, amount=1, unit="mg", route="PO")

    def _transfer(self) -> None:
        self.add("encounter", event="transfer", location=self.rng.choice(("icu", "icu", "ward")))

    def _tick(self) -> None:
        self.add("tick", **({"patient": "*"} if self.rng.random() < 0.5 else {}))

    def _ack(self) -> None:
        self.add("ack", alert="to be filled", by="rn-1", reason="seen")

    def _silence(self) -> None:
        self.add(
            "silence",
            subject="hypotension",
            level="relative",
            until=_text(self.now + timedelta(hours=1)),
            by="rn-1",
            reason="quiet",
        )

    def _resume(self) -> None:
        self.add("resume", rule=self.rng.choice(RULES), by="dr-1", reason="single run")

    # ---- the whole

    def write(self) -> list[Event]:
        """The whole course."""
        rng, knobs = self.rng, self.knobs
        self._encounter("admit", location="icu" if self.chance("icu_first") else "ward")
        if self.chance("baseline"):
            self._baseline()
        starts = rng.randrange(0, 4) if self.chance("start") else None
        what = [
            "hr",
            "bp",
            "spo2",
            "temperature",
            "full",
            "oxygen",
            "weight",
            "urine",
            "stool",
            "fluid",
            "labs",
            "enzymes",
            "finding",
            "mental",
            "dose",
            "phenylephrine",
            "other_pressor",
            "medication",
            "transfer",
            "tick",
            "ack",
            "resume",
            "silence",
        ]
        count, focus = int(knobs["events"]), self._focus(what)
        weights = [knobs[w] * (1 if w in focus else 0.05) for w in what]
        end, second, out = (
            rng.randrange(count // 2, count) if self.chance(k) else None
            for k in ("therapy_end", "second_cycle", "discharge")
        )
        for i in range(count):
            self.step()
            if i == starts:
                self._encounter("cycle-start")
            if i == second and starts is not None:
                self._encounter("cycle-start")
            if i == end:
                self._encounter("therapy-end")
            if i == out:
                self._encounter("discharge")
                if not self.chance("after_discharge"):
                    break
            self.chart(rng.choices(what, weights)[0])
            self.revise()
        if self.chance("recovery"):
            self._recover()
        return self.events

    def _focus(self, what: list[str]) -> list[str]:
        """What is mostly charted: most courses dwell on a few things, so that those meet one another."""
        if not self.chance("focus"):
            return what
        kinds = self.rng.choice(
            (
                ["bp", "fluid", "phenylephrine"],
                ["urine", "fluid", "other_pressor"],
                ["hr", "temperature", "bp", "other_pressor"],
                ["spo2", "oxygen", "finding"],
                ["dose", "phenylephrine", "resume"],
                ["labs", "weight", "dose"],
                [],
            )
        )
        return [*kinds, *self.rng.sample(what, 4), "tick"]

    def _recover(self) -> None:
        """Two quiet days after therapy-end, on room air, with better labs."""
        self._encounter("therapy-end")
        for _ in range(9):
            self.now += timedelta(hours=self.rng.choice((4, 6, 8)))
            self.vitals(
                ("heart-rate", 90, "/min"),
                ("systolic-bp", self.rng.choice((85, 118, 118)), "mm[Hg]"),
                ("spo2", self.rng.choice((94, 98, 98)), "%"),
                ("o2-device", "room-air", None),
                ("weight", self.rng.choice((70, 73.5, 73.6)), "kg"),
            )
            self.chart(self.rng.choice(("urine", "labs", "fluid", "medication")))
            self.add(
                "labs",
                readings=[
                    {"code": "creatinine", "value": self.rng.choice((1.0, 1.6, 1.7)), "unit": "mg/dL"},
                    {"code": "platelets", "value": self.rng.choice((100, 120)), "unit": "10*3/uL"},
                ],
            )

    def _encounter(self, event: str, **body: Any) -> None:
        self.number += 1
        self.events.append(
            {
                "type": "encounter",
                "id": f"e{self.number}",
                "patient": self.patient,
                "at": _text(self.now),
                "event": event,
                **body,
            }
        )

    def _baseline(self) -> None:
        readings: list[Event] = [
            {"code": "systolic-bp", "value": self.rng.choice((99, 100, 120, 121, 124)), "unit": "mm[Hg]"}
        ]
        if self.chance("baseline_weight"):
            readings.append({"code": "weight", "value": 70, "unit": "kg"})
        told = (
            "recent-steroid",
            "recent-infection",
            "stress-test-normal",
            "ecg-normal",
            "chest-xray-clear",
            "heavy-smoker",
            "heavy-lung-burden",
            "pft-adequate",
            "antihypertensives-stopped",
            "major-organ-disease",
            "family-history-cardiac",
        )
        findings = {name: self.rng.random() < 0.5 for name in told if self.rng.random() < 0.6}
        self._encounter(
            "baseline",
            readings=readings,
            findings=findings,
            **({"age": self.rng.choice((49, 50))} if self.rng.random() < 0.7 else {}),
        )


def _text(moment: datetime) -> str:
    ms = moment.microsecond // 1000
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{ms:03d}Z" if ms else "Z")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _shuffled(rng: random.Random, items: list[Event]) -> list[Event]:
    return rng.sample(items, len(items))


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
        alerts = [a for a in run([e for e in events if e["type"] != "ack"]) if a["transition"] != "reminder"]
        for ack in acks:
            before = [
                a["id"]
                for a in alerts
                if a["patient"] == ack["patient"] and a["decided"] <= ack["at"] and a["level"] == "absolute"
            ]
            ack["alert"] = rng.choice(before[-6:]) if before else "0123456789abcdef"
    return events
