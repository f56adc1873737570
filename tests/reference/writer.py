"""Writes a course's events: about now, late, ahead, tied; revised, conflicting, corrected code by code."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from .knobs import Knobs
from .records import COMMANDS, Event

STEADY = ("admit", "cycle-start", "transfer", "discharge")


def text(moment: datetime) -> str:
    """The moment as the wire has it."""
    ms = moment.microsecond // 1000
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{ms:03d}Z" if ms else "Z")


def time(written: str) -> datetime:
    """The moment that was written."""
    return datetime.fromisoformat(written)


def known(event: Event) -> datetime:
    """When an event is known."""
    return time(event.get("known") or event["at"])


class Writer:
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
        at = self.now
        if self.chance("same_at") and self.events:
            at = time(self.rng.choice(self.events)["at"])
        self.number += 1
        event: Event = {
            "type": kind_of_event,
            "id": f"{kind_of_event[0]}{self.number}",
            "patient": self.patient,
            "at": text(at),
            **body,
        }
        if kind_of_event not in COMMANDS:
            self._timing(event, at)
            if self.chance("preliminary"):
                event["status"] = "preliminary"
        self.events.append(event)
        return event

    def encounter(self, event: str, **body: Any) -> Event:
        """Appends an encounter in its time."""
        self.number += 1
        written: Event = {
            "type": "encounter",
            "id": f"e{self.number}",
            "patient": self.patient,
            "at": text(self.now),
            "event": event,
            **body,
        }
        self.events.append(written)
        return written

    def _timing(self, event: Event, at: datetime) -> None:
        rng, moment = self.rng, max(at, self.now)
        if self.chance("very_late"):
            moment += timedelta(minutes=rng.choice((470, 480, 481, 600, 1100, 2200)))
        elif self.chance("late"):
            moment += timedelta(minutes=rng.choice((1, 5, 20, 30, 60, 61, 90, 120, 121, 180, 240, 300)))
        elif self.chance("ahead") and event["type"] != "encounter":
            moment = at - timedelta(minutes=rng.choice((1, 5, 15, 16)))
        elif self.chance("tie") and self.events:
            moment = max(moment, known(rng.choice(self.events[-6:])))
        if moment != at:
            event["known"] = text(moment)

    def step(self) -> None:
        """Lets time pass: clusters of minutes, round hours, now and then a gap."""
        rng, mean = self.rng, self.knobs["hours"] * 60 / self.knobs["events"]
        if self.chance("gap"):
            minutes = rng.choice((300, 480, 540, 720))
        elif self.chance("cluster"):
            minutes = rng.choice((0, 1, 3, 4, 5, 5, 10, 15))
        elif mean < 70:
            minutes = rng.choice((15, 29, 30, 30, 45, 60, 60, 60, 120))
        else:
            minutes = rng.choice((30, 60, 60, 120, 239, 240))
        self.now += timedelta(minutes=minutes)
        if self.chance("millis"):
            self.now += timedelta(milliseconds=rng.choice((1, 500, 999)))

    # ---- revisions

    def revise(self) -> None:
        """A duplicate, a conflict, a final after a preliminary, a correction or a withdrawal."""
        old = [e for e in self.events if e["type"] != "tick" and _revisable(e)]
        if not old:
            return
        if self.chance("duplicate"):
            self.events.append(self._again(self.rng.choice(old[-12:]), "final"))
        if self.chance("conflict"):
            self.events.append(self._otherwise(self.rng.choice(old[-12:]), "final"))
        if self.chance("correct"):
            self.events.append(self._corrected(self.rng.choice(old[-12:])))
        if self.chance("withdraw"):
            self.events.append(self._withdrawn(self.rng.choice(old[-12:])))
        preliminary = [e for e in old if e.get("status") == "preliminary"]
        if preliminary and self.rng.random() < 0.3:
            self.events.append(self._otherwise(self.rng.choice(preliminary), "final"))

    def _again(self, event: Event, status: str) -> Event:
        moment = max(self.now, known(event)) + timedelta(minutes=self.rng.choice((0, 0, 1, 30)))
        return {**event, "status": status, "known": text(moment)}

    def _withdrawn(self, event: Event) -> Event:
        withdrawn = self._again(event, self.rng.choice(("entered-in-error", "cancelled")))
        if self.rng.random() < 0.5:
            return withdrawn
        return {k: withdrawn[k] for k in ("type", "id", "patient", "at", "status", "known")}

    def _corrected(self, event: Event) -> Event:
        status = self.rng.choice(("corrected", "corrected", "amended"))
        if event.get("readings") and self.rng.random() < 0.6:
            return self._by_code(event, status)
        return self._otherwise(event, status)

    def _by_code(self, event: Event, status: str) -> Event:
        """Some codes of a record, one of them perhaps withdrawn or new."""
        rng = self.rng
        readings = [
            dict(r) for r in rng.sample(event["readings"], rng.randrange(1, len(event["readings"]) + 1))
        ]
        others = [r for e in self.events if e.get("readings") for r in e["readings"]]
        same = [r for r in others if r["code"] == readings[0]["code"]]
        readings[0] = dict(rng.choice(same))
        if rng.random() < 0.2:
            readings[0] = {"code": readings[0]["code"], "status": "entered-in-error"}
        elif rng.random() < 0.3:
            readings.append(dict(rng.choice(others)))
        revised = {**self._again(event, status), "readings": readings}
        if rng.random() < 0.2:
            revised["at"] = text(time(event["at"]) - timedelta(minutes=rng.choice((5, 30, 60))))
        return revised

    def _otherwise(self, event: Event, status: str) -> Event:
        """The same record with another's content, now and then at another time."""
        rng, kind = self.rng, event["type"]
        if kind in ("encounter", "accept", "resume"):
            return self._again(event, status)
        others = [e for e in self.events if e["type"] == kind and _revisable(e)]
        other = rng.choice(others)
        revised = {**other, "id": event["id"], "at": event["at"]}
        revised = {**self._again(event, status), **revised, "status": status}
        revised["known"] = self._again(event, status)["known"]
        if rng.random() < 0.2:
            revised["at"] = text(time(event["at"]) - timedelta(minutes=rng.choice((5, 30, 60))))
        if revised.get("start", "") >= revised["at"]:
            del revised["start"]
        return revised


def _revisable(event: Event) -> bool:
    if event["type"] in ("ack", "silence", "tick") or event.get("status") in (
        "entered-in-error",
        "cancelled",
    ):
        return False
    return event["type"] != "encounter" or event["event"] not in STEADY
