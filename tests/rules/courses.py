"""Courses drawn small: the wire records of one patient, built a line an event, folded and read back by the
wire's names.

Clock times are hours and minutes of 2026-03-02 UTC and may run past 24: `32:30` is the next morning at 08:30;
`-12:00` the noon before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from rules.decide.engine import Outcome, assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001, Guideline
from rules.ingest.decode import decode
from rules.wire import vocabulary
from rules.wire.events import Event
from rules.wire.instants import HOUR, MINUTE, SECOND, parse, text
from tests.rules.wired import wire

MIDNIGHT = parse("2026-03-02T00:00:00Z")
VITALS = {
    "hr": "heart-rate",
    "sbp": "systolic-bp",
    "spo2": "spo2",
    "temp": "temperature",
    "device": "o2-device",
    "flow": "o2-flow",
    "fio2": "fio2",
}
NORMAL = {"hr": 90, "sbp": 118, "spo2": 98, "temp": 37.0}


def ms(clock: str) -> int:
    """`08:00`, `08:00:00.001`, `44:00`, `-12:00` in ms since the epoch."""
    sign = -1 if clock.startswith("-") else 1
    hours, minutes, *seconds = clock.lstrip("-").split(":")
    beyond = round(float(seconds[0]) * SECOND) if seconds else 0
    return MIDNIGHT + sign * (int(hours) * HOUR + int(minutes) * MINUTE + beyond)


def iso(clock: str) -> str:
    return text(ms(clock))


def clock(wired: str | None) -> str | None:
    """A time of the wire as the tables write it."""
    if wired is None:
        return None
    since = parse(wired) - MIDNIGHT
    if since < 0:
        return f"-{-since // HOUR:02}:{-since % HOUR // MINUTE:02}"
    rest = since % MINUTE / SECOND
    return f"{since // HOUR:02}:{since % HOUR // MINUTE:02}" + (f":{rest:06.3f}" if rest else "")


def reading(code: str, value: Any) -> dict[str, Any]:
    """A value in its canonical unit; a dict says its own unit or limits."""
    unit = vocabulary.VITALS.get(code) or vocabulary.LABS.get(code)
    plain: dict[str, Any] = {"code": code} | ({} if unit is None else {"unit": unit})
    return plain | (value if isinstance(value, dict) else {"value": value})


def vitals_of(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [reading(VITALS.get(name, name.replace("_", "-")), value) for name, value in values.items()]


class Course:
    """The records of one patient in file order. Every method adds a record and returns the course."""

    def __init__(self, patient: str = "p1") -> None:
        self.patient = patient
        self.records: list[dict[str, Any]] = []
        self.unread: set[int] = set()

    def unreadable(self) -> Course:
        """Something of the last record cannot be used: it is decoded with a problem."""
        self.unread.add(len(self.records) - 1)
        return self

    def add(
        self,
        type: str,
        at: str,
        id: str | None = None,
        known: str | None = None,
        status: str | None = None,
        **fields: Any,
    ) -> Course:
        common = {
            "type": type,
            "id": id or f"{type[0]}{len(self.records)}",
            "patient": self.patient,
            "at": iso(at),
        }
        timed = {"known": None if known is None else iso(known), "status": status}
        self.records.append({k: v for k, v in (common | timed | fields).items() if v is not None})
        return self

    def encounter(self, event: str, at: str, **fields: Any) -> Course:
        return self.add("encounter", at, event=event, **fields)

    def baseline(
        self, at: str = "00:00", sbp: float | None = 124, weight: float | None = 70, **fields: Any
    ) -> Course:
        given = {"systolic-bp": sbp, "weight": weight} | fields.pop("readings", {})
        return self.encounter(
            "baseline", at, readings=[reading(c, v) for c, v in given.items() if v is not None], **fields
        )

    def start(self, at: str = "00:00", location: str = "ward", **baseline: Any) -> Course:
        """Admitted, with a baseline, and the cycle started."""
        return (
            self.encounter("admit", at, location=location)
            .baseline(at, **baseline)
            .encounter("cycle-start", at)
        )

    def end(self, at: str, **fields: Any) -> Course:
        return self.encounter("therapy-end", at, **fields)

    def transfer(self, at: str, location: str, **fields: Any) -> Course:
        return self.encounter("transfer", at, location=location, **fields)

    def vitals(
        self,
        at: str,
        id: str | None = None,
        known: str | None = None,
        status: str | None = None,
        **values: Any,
    ) -> Course:
        return self.add("vitals", at, id, known, status, readings=vitals_of(values))

    def labs(
        self,
        at: str,
        id: str | None = None,
        known: str | None = None,
        status: str | None = None,
        **values: Any,
    ) -> Course:
        return self.add(
            "labs",
            at,
            id,
            known,
            status,
            readings=[reading(c.replace("_", "-"), v) for c, v in values.items()],
        )

    def out(self, kind: str, at: str, volume: float, start: str | None = None, **fields: Any) -> Course:
        begun = None if start is None else iso(start)
        return self.add(
            "io", at, direction="out", kind=kind, volume=volume, start=begun, **{"unit": "mL"} | fields
        )

    def urine(self, at: str, volume: float, start: str | None = None, **fields: Any) -> Course:
        return self.out("urine", at, volume, start, **fields)

    def stool(self, at: str, volume: float, start: str | None = None, **fields: Any) -> Course:
        return self.out("stool", at, volume, start, **fields)

    def given(self, kind: str, at: str, volume: float, **fields: Any) -> Course:
        return self.add("io", at, direction="in", kind=kind, volume=volume, unit="mL", **fields)

    def bolus(self, at: str, volume: float, **fields: Any) -> Course:
        return self.given("iv-bolus", at, volume, **fields)

    def dose(
        self, at: str, amount: float = 600_000, unit: str = "[iU]/kg", given: bool = True, **fields: Any
    ) -> Course:
        return self.add("dose", at, agent="aldesleukin", given=given, amount=amount, unit=unit, **fields)

    def infusion(self, agent: str, at: str, rate: float, unit: str = "ug/kg/min", **fields: Any) -> Course:
        return self.add("infusion", at, agent=agent, rate=rate, unit=unit, **fields)

    def phenylephrine(self, at: str, rate: float, unit: str = "ug/kg/min", **fields: Any) -> Course:
        return self.infusion("phenylephrine", at, rate, unit, **fields)

    def finding(self, code: str, at: str, present: bool | str = True, **fields: Any) -> Course:
        content = {"value": present} if isinstance(present, str) else {"present": present}
        return self.add("finding", at, code=code, **content, **fields)

    def mental(self, at: str, value: str, **fields: Any) -> Course:
        return self.finding("mental-status", at, value, **fields)

    def drug(self, agent: str, at: str, route: str = "PO", **fields: Any) -> Course:
        return self.add("medication", at, agent=agent, amount=1, unit="mg", route=route, **fields)

    def resume(self, rule: str, at: str, **fields: Any) -> Course:
        return self.add("resume", at, rule=rule, by="dr-3", reason="reviewed", **fields)

    def accept(
        self, criterion: str, at: str, level: str = "absolute", until: str | None = None, **fields: Any
    ) -> Course:
        content = {"criterion": criterion, "level": level, "until": None if until is None else iso(until)}
        return self.add("accept", at, by="dr-3", reason="known", **content, **fields)

    def ack(self, alert: str, at: str, **fields: Any) -> Course:
        return self.add("ack", at, alert=alert, by="rn-14", reason="seen", **fields)

    def tick(self, at: str, patient: str | None = None) -> Course:
        self.add("tick", at)
        self.records[-1]["patient"] = patient or self.patient
        return self

    def correct(self, id: str, known: str, **fields: Any) -> Course:
        """The record of that id again, `corrected`; readings by their short names, other fields as on the
        wire.
        """
        old = next(r for r in reversed(self.records) if r.get("id") == id)
        new = (
            old
            | {"status": "corrected", "known": iso(known)}
            | ({"at": iso(fields.pop("at"))} if "at" in fields else {})
        )
        if "readings" in old and fields:
            fields = {"readings": vitals_of(fields)}
        self.records.append(new | fields)
        return self

    def withdraw(self, id: str, known: str) -> Course:
        old = next(r for r in reversed(self.records) if r.get("id") == id)
        kept = {name: old[name] for name in ("type", "id", "patient", "at")}
        self.records.append(kept | {"status": "entered-in-error", "known": iso(known)})
        return self

    def complete(self, at: str) -> Course:
        """Everything of the dosing minimum, seen and normal, at one time."""
        hour_before = clock(text(ms(at) - HOUR))
        self.vitals(at, **NORMAL).urine(at, 100, start=hour_before)
        return self.labs(at, creatinine=1.0, platelets=200, bilirubin=0.8).mental(at, "normal")


def decoded(courses: Iterable[Course]) -> list[Event]:
    out = []
    for one in courses:
        for i, record in enumerate(one.records):
            event, problems = decode(json.dumps(record))
            assert event is not None, problems
            assert bool(problems) == (i in one.unread), problems
            out.append(event)
    return out


def folded(course: Course, until: str | None = None, guideline: Guideline = SCHWARTZENTRUBER_2001) -> Outcome:
    return fold(decoded([course]), guideline, None if until is None else ms(until))


def states_at(course: Course, at: str, guideline: Guideline = SCHWARTZENTRUBER_2001) -> dict[str, Any]:
    """The assessment at `at`, its criteria, advice and monitoring by code."""
    found = assessments(folded(course, at, guideline))
    assert found, f"no assessment at {at}"
    one = wire(*found)
    return one | {
        "criteria": {row["code"]: row for row in one["criteria"]},
        "advice": {line["code"]: line for line in one["advice"]},
        "monitoring": {line["what"]: line for line in one["monitoring"]},
        "eligibility": {line["item"]: line["state"] for line in one["eligibility"]},
    }


def seen(course: Course, at: str, code: str, guideline: Guideline = SCHWARTZENTRUBER_2001) -> str:
    """One criterion as a phrase: `relative`, `absolute stale`, `indeterminate missing spo2`, `clear until
    16:00`.
    """
    row = states_at(course, at, guideline)["criteria"][code]
    words = [row["state"], "stale" if row["stale"] else ""]
    words += [f"correctable {','.join(row['correctable'])}"] if row["correctable"] else []
    words += [f"missing {','.join(sorted(row['missing']))}"] if row["missing"] else []
    words += [f"until {clock(row['evaluates_at'])}"] if row["evaluates_at"] else []
    return " ".join(word for word in words if word)


def alerts(
    course: Course, until: str | None = None, guideline: Guideline = SCHWARTZENTRUBER_2001
) -> list[dict[str, Any]]:
    return [wire(alert) for alert in folded(course, until, guideline).alerts]


def transitions(course: Course, subject: str, until: str | None = None) -> list[str]:
    """What was said of a subject, reminders left out: `opened relative`."""
    found = (a for a in alerts(course, until) if a["subject"] == subject and a["transition"] != "reminder")
    return [f"{a['transition']} {a['level']}" for a in found]


def timed(course: Course, subject: str, until: str | None = None) -> list[str]:
    """As `transitions`, with `at`, and with the clock of the decision where it is another: `opened relative 08:00
    @08:30`.
    """
    out = []
    for a in alerts(course, until):
        if a["subject"] == subject and a["transition"] != "reminder":
            late = "" if a["decided"] == a["at"] else f" @{clock(a['decided'])}"
            out.append(f"{a['transition']} {a['level']} {clock(a['at'])}{late}")
    return out


def disagrees(reason: str, *values: Any) -> Any:
    """A line of a table that the specification asks for and the engine does not yet give."""
    return pytest.param(*values, marks=pytest.mark.xfail(strict=True, reason=reason))


def table(cases: dict[str, tuple[Any, ...]], names: str = "course at expected") -> pytest.MarkDecorator:
    """A drawn table: a sentence a line."""
    return pytest.mark.parametrize(names.split(), list(cases.values()), ids=list(cases))
