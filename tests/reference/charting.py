"""What is charted in a course, one thing at a time."""

from datetime import timedelta
from typing import Any

from .knobs import (
    ACCEPTED,
    COMPARED,
    LABS,
    LOW,
    MEDICINES,
    RATES,
    RULES,
    SALTED,
    WORSE,
    Reading,
)
from .names import PLAIN_FINDINGS
from .records import Event
from .writer import Writer, text, time


class Charting(Writer):
    """Charts values around the limits."""

    def chart(self, what: str) -> None:
        """Charts one thing."""
        getattr(self, f"_{what}")()

    def vitals(self, *readings: Reading) -> Event:
        """A vitals record."""
        charted = [{"code": c, "value": v, **({"unit": u} if u else {})} for c, v, u in readings]
        if self.chance("ambiguous"):
            charted.append({**charted[0], "value": self._other(charted[0]["value"])})
        return self.add("vitals", readings=charted)

    def _other(self, value: Any) -> Any:
        return value + 3 if isinstance(value, (int, float)) else "mask"

    def _pick(self, normal: tuple[float, ...], extreme: tuple[float, ...]) -> float:
        return self.rng.choice(extreme if self.chance("extreme") else normal)

    # ---- vital signs

    def _heart(self) -> Reading:
        value = self._pick(
            (90, 100, 114, 115), (35, 49, 50, 115, 119, 120, 124, 125, 130, 131, 131, 140, 140, 151, 160)
        )
        value = 301 if self.chance("artefact") else value
        return ("heart-rate", value, "kg" if self.chance("bad_unit") else "/min")

    def _systolic(self) -> Reading:
        if self.chance("odd_unit"):
            return ("systolic-bp", self.rng.choice((10.6, 12, 14.0)), "kPa")
        value = self._pick((118, 96, 100), (58, 70, 75, 80, 81, 85, 86, 90, 91, 95, 96))
        return ("systolic-bp", 29 if self.chance("artefact") else value, "mm[Hg]")

    def _saturation(self) -> Reading:
        return ("spo2", self._pick((98, 95), (84, 87, 88, 89, 90, 93, 94, 94, 95)), "%")

    def _warmth(self) -> Reading:
        if self.chance("odd_unit"):
            return ("temperature", self.rng.choice((98.6, 100.4, 102.2)), "[degF]")
        return ("temperature", self._pick((36.9, 37.0, 37.5), (37.9, 38.0, 38.4, 38.5, 39.0)), "Cel")

    def _hr(self) -> None:
        self.vitals(self._heart())

    def _bp(self) -> None:
        self.vitals(self._systolic())

    def _mean(self) -> None:
        self.vitals(("mean-bp", self.rng.choice((49, 50, 54, 55, 59, 60, 75)), "mm[Hg]"))

    def _spo2(self) -> None:
        self.vitals(self._saturation())

    def _temperature(self) -> None:
        self.vitals(self._warmth())

    def _breathing(self) -> None:
        self.vitals(("respiratory-rate", self.rng.choice((18, 24, 25, 29, 30, 32)), "/min"))

    def _full(self) -> None:
        self.vitals(self._heart(), self._systolic(), self._saturation(), self._warmth())

    def _burst(self) -> None:
        """A monitor, minute by minute, with a stray value now and then."""
        signal = self.rng.choice((self._heart, self._systolic, self._saturation))
        steady, every = signal(), self.rng.choice((1, 2, 5))
        for _ in range(self.rng.randrange(4, 10)):
            self.vitals(signal() if self.rng.random() < 0.2 else steady)
            self.now += timedelta(minutes=every)

    def _worsening(self) -> None:
        """A value that goes from bad to worse, acknowledged on the way."""
        code, values, unit = self.rng.choice(WORSE)
        kind = "labs" if code in LABS else "vitals"
        for value in values:
            for _ in range(1 if kind == "labs" else 2):
                self.add(kind, readings=[{"code": code, "value": value, "unit": unit}])
                self.now += timedelta(minutes=self.rng.choice((2, 6, 30)))
            if self.rng.random() < 0.5:
                self._ack()

    def _oxygen(self) -> None:
        rng = self.rng
        readings: list[Reading] = []
        if rng.random() < 0.6:
            devices = ("room-air", "nasal-cannula", "nasal-cannula", "mask", "mask", "high-flow", "nippv")
            readings.append(("o2-device", rng.choice((*devices, "ventilator", "other")), None))
        if rng.random() < 0.6:
            readings.append(("o2-flow", rng.choice((0, 0, 2, 2.9, 3, 4, 4, 4.1, 6, 81)), "L/min"))
        if rng.random() < 0.3:
            readings.append(("fio2", *rng.choice(((21, "%"), (35, "%"), (39.9, "%"), (40, "%"), (0.4, "1")))))
        if self.chance("artefact"):
            readings.append(("o2-device", "venturi", None))
        if rng.random() < 0.5 or not readings:
            readings.append(self._saturation())
        self.vitals(*readings)

    def _weight(self) -> None:
        value: float = self.rng.choice((70, 73.5, 73.6, 77, 77.1, 80.4, 80.5, 80.6, 82, 87.5, 87.6, 90, 91))
        unit = "kg"
        if self.chance("odd_unit"):
            value, unit = 160, "[lb_av]"
        if self.chance("artefact"):
            value = 120
        self.vitals(("weight", value, "mL" if self.chance("bad_unit") else unit))

    # ---- volumes

    def _urine(self) -> None:
        body: Event = {
            "direction": "out",
            "kind": "urine",
            "unit": "kg" if self.chance("bad_unit") else "mL",
            "volume": self._pick((60, 100, 250), (0, 5, 9.9, 10, 15, 20, 20.1, 39, 79.9, 80)),
        }
        if self.chance("artefact"):
            body["volume"] = self.rng.choice((3001, -5))
        if not self.chance("no_start"):
            span = self.rng.choice((15, 30, 59, 60, 60, 61, 120, 240, 420, 480, 1440, 1500))
            body["start"] = text(self.now - timedelta(minutes=span))
        event = self.add("io", **body)
        if event.get("start", "") >= event["at"] and self.rng.random() < 0.9:
            event.pop("start", None)

    def _irrigation(self) -> None:
        volume = self.rng.choice((20, 50, 200))
        self.add("io", direction="in", kind="irrigation", volume=volume, unit="mL")

    def _stool(self) -> None:
        if self.chance("counted_stool"):
            self.add("io", direction="out", kind="stool", count=self.rng.choice((1, 3)))
            return
        volume = self.rng.choice((200, 399, 400, 600, 999, 1000, 1500))
        self.add("io", direction="out", kind="stool", volume=volume, unit="mL")

    def _fluid(self) -> None:
        kinds = ("iv-bolus", "iv-bolus", "iv-bolus", "blood-product", "iv-maintenance", "oral")
        volume = self.rng.choice((250, 499, 500, 500, 1000))
        self.add("io", direction="in", kind=self.rng.choice(kinds), volume=volume, unit="mL")

    # ---- laboratory

    def _labs(self) -> None:
        codes = [self.rng.choice(("creatinine", "platelets", "bilirubin", "potassium", "hematocrit", "ck"))]
        if self.rng.random() < 0.5:
            codes = self.rng.sample(list(LABS), self.rng.choice((1, 1, 2, 4)))
        readings = [self._lab(code) for code in codes]
        if self.chance("ambiguous"):
            readings.append(self._lab(codes[0]))
        self.add("labs", readings=readings)

    def _lab(self, code: str) -> Event:
        unit, values = LABS[code]
        reading: Event = {"code": code, "value": self.rng.choice(values), "unit": unit}
        if code in LOW and self.rng.random() < 0.8:
            reading["low"] = LOW[code]
        if code == "ck" and self.rng.random() < 0.8:
            reading["high"] = 200
        if code == "creatinine" and self.chance("odd_unit"):
            reading |= {"value": self.rng.choice((221.05, 220, 265.26)), "unit": "umol/L"}
        if self.chance("artefact") and code in ("creatinine", "platelets", "potassium"):
            reading["value"] = 0.05
        if code in COMPARED and self.chance("compared"):
            reading |= self._compared(reading["value"])
        return {**reading, "unit": "mmol/kg"} if self.chance("bad_unit") else reading

    def _compared(self, value: float) -> Event:
        sign = self.rng.choice(("<", "<=", ">", ">="))
        return {"value": f"{sign}{value}"} if self.rng.random() < 0.5 else {"comparator": sign}

    def _enzymes(self) -> None:
        code = self.rng.choice(("troponin-t", "troponin-i", "ck-mb"))
        reading: Event = {"code": code, "value": self.rng.choice((0.005, 0.01, 0.02, 0.5)), "unit": "ng/mL"}
        if self.rng.random() < 0.85:
            reading["high"] = 0 if self.chance("bad_high") else 0.01
        if code in COMPARED and self.chance("compared"):
            reading |= self._compared(reading["value"])
        if self.chance("bad_unit"):
            reading["unit"] = "mmol/kg"
        self.add("labs", readings=[reading])

    # ---- findings, doses, drugs

    def _finding(self) -> None:
        if self.rng.random() < 0.15:
            self.add("finding", code="rales", value=self.rng.choice(("none", "one-third", "half", "half")))
        else:
            code = self.rng.choice((*PLAIN_FINDINGS, "cognition-failed", "infection", "chills"))
            self.add("finding", code=code, present=self.rng.random() < 0.6)

    def _mental(self) -> None:
        self.add("finding", code="mental-status", value=self.rng.choice(("normal", "changed", "changed")))

    def _stranger(self) -> None:
        """What nobody knows."""
        if self.rng.random() < 0.5:
            self.add("finding", code=self.rng.choice(("rash", "hiccups")), present=True)
            return
        agent, rate = self.rng.choice(("levosimendan", "terlipressin")), self.rng.choice((0, 1, 2))
        self.add("infusion", agent=agent, rate=rate, unit="ug/kg/min")

    def _dose(self) -> None:
        given = [time(e["at"]) for e in self.events if e["type"] == "dose" and e.get("given")]
        if given and self.now < max(given) + timedelta(hours=7) and not self.chance("early_dose"):
            return
        body: Event = {"agent": "aldesleukin", "given": self.rng.random() < 0.85}
        if not body["given"]:
            self.add("dose", **body, reason="held")
            return
        amount, unit = self.rng.choice((600000, 600000, 660000, 661000, 540000, 530000, 720000)), "[iU]/kg"
        if self.chance("odd_dose"):
            amount = self.rng.choice((6000000, 60000, 792000, 792001, 300000, 299999, 0))
        elif self.chance("odd_unit"):
            amount, unit = self.rng.choice((42, 49)), "M[iU]"
        self.add("dose", **body, amount=amount, unit=unit)

    def _phenylephrine(self) -> None:
        rate: float = self.rng.choice((0, 0, 0.3, 0.5, 0.51, 0.8, 0.81, 0.9, 0.99, 1.0, 1.49, 1.5, 1.8))
        unit = self.rng.choice(("ug/kg/min", "mcg/kg/min"))
        if self.chance("per_minute"):
            rate, unit = self.rng.choice((0, 35, 56.1, 70, 105)), "ug/min"
        if self.chance("artefact"):
            rate = 21
        agent = self.rng.choice(("phenylephrine", "Phenylephrine HCl", "neosynephrine"))
        self._infuse(agent, rate, unit)

    def _other_pressor(self) -> None:
        if self.chance("unlisted_pressor"):
            agent = self.rng.choice(("dobutamine", "milrinone", "metaraminol"))
            self._infuse(agent, self.rng.choice((0, 0, 2)), "ug/kg/min")
            return
        agent = self.rng.choice(("dopamine", "dopamine", "norepinephrine", "norepinephrine", *RATES))
        unit, rates = RATES[agent]
        rate = self.rng.choice(rates)
        if agent == "vasopressin" and self.chance("odd_unit"):
            rate, unit = rate * 60, "U/h"
        elif agent != "vasopressin" and self.chance("per_minute"):
            rate, unit = rate * 70, "ug/min"
        self._infuse(agent, rate, unit)

    def _infuse(self, agent: str, rate: float, unit: str) -> None:
        body: Event = {"agent": agent, "rate": rate, "unit": unit}
        if self.chance("unread_rate"):
            body["unit"] = "mL/h"
        if self.chance("two_lines"):
            body["line"] = self.rng.choice(("a", "b"))
        self.add("infusion", **body)

    def _medication(self) -> None:
        agent = self.rng.choice(MEDICINES)
        if self.chance("salted"):
            agent = self.rng.choice(SALTED).format(agent.capitalize())
        self.add("medication", agent=agent, amount=1, unit="mg", route="PO")

    def _transfer(self) -> None:
        self.add("encounter", event="transfer", location=self.rng.choice(("icu", "icu", "ward")))

    # ---- commands

    def _tick(self) -> None:
        self.add("tick", **({"patient": "*"} if self.rng.random() < 0.5 else {}))

    def _ack(self) -> None:
        self.add("ack", alert="to be filled", by="rn-1", reason="seen")

    def _silence(self) -> None:
        until = text(self.now + timedelta(hours=1))
        self.add("silence", subject="hypotension", level="relative", until=until, by="rn-1", reason="quiet")

    def _resume(self) -> None:
        self.add("resume", rule=self.rng.choice(RULES), by="dr-1", reason="single run")

    def _accept(self) -> None:
        body: Event = {
            "criterion": self.rng.choice(ACCEPTED),
            "level": self.rng.choice(("relative", "absolute", "absolute")),
        }
        if self.rng.random() < 0.5:
            hours = self.rng.choice((-1, 0, 1, 6, 24))
            body["until"] = text(self.now + timedelta(hours=hours))
        self.add("accept", **body, by="dr-1", reason="known")
