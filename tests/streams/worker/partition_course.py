"""A scripted ward: many patients after the worked one, each a little different, with the faults a real feed
has. Seeded; as `wire.md` writes events.

The patients begin some minutes apart, their readings are shifted, some are discharged and one comes back;
there are duplicates, corrections, withdrawals, late results, preliminary labs, commands, rates that need a
weight, and facts that share an instant.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rules.ingest.decode import decode
from rules.wire.events import Event as Read
from simulators.scenarios import worked

Event = dict[str, Any]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SPREAD = {
    "heart-rate": 14,
    "systolic-bp": 12,
    "spo2": 2,
    "creatinine": 0.5,
    "platelets": 25,
    "potassium": 0.4,
    "bilirubin": 1.0,
}


def events(patients: int, seed: int = 1, prefix: str = "p") -> list[Event]:
    """Everybody's events in order of knowing."""
    found = [
        event
        for number in range(patients)
        for event in patient(f"{prefix}{number:04}", number, random.Random(f"{seed}/{number}"))
    ]
    return sorted(found, key=known)


def closed(found: list[Event]) -> list[Event]:
    """The events with a last tick for all, a millisecond after them: what is known at the last instant is
    decided too.
    """
    last = instant(max(map(known, found))) + timedelta(milliseconds=1)
    return [
        *found,
        {
            "type": "tick",
            "id": "end",
            "patient": "*",
            "at": f"{last:%Y-%m-%dT%H:%M:%S}.{last.microsecond // 1000:03}Z",
        },
    ]


def known(event: Event) -> str:
    return str(event.get("known") or event["at"])


def patient(name: str, number: int, chance: random.Random) -> list[Event]:
    """One course, varied."""
    start = START + timedelta(minutes=7 * (number % 60), seconds=chance.randrange(60))
    shift = {code: chance.uniform(-spread, spread) for code, spread in SPREAD.items()}
    course = [moved(event, shift) for event in worked.events(name, start)]
    kept = [event for event in course if chance.random() > 0.03 or event["type"] in ("encounter", "dose")]
    return [*kept, *faults(name, kept, start, chance), *ending(name, number, start)]


def moved(event: Event, shift: dict[str, float]) -> Event:
    """The event with its readings shifted, so that everybody trips at other hours."""
    if event["type"] not in ("vitals", "labs"):
        return event
    return event | {"readings": [changed(reading, shift) for reading in event["readings"]]}


def changed(reading: Event, shift: dict[str, float]) -> Event:
    if reading["code"] not in shift or isinstance(reading["value"], str):
        return reading
    digits = 0 if reading["code"] in ("heart-rate", "systolic-bp", "spo2", "platelets") else 2
    return reading | {"value": max(0.2, round(reading["value"] + shift[reading["code"]], digits))}


def faults(name: str, course: list[Event], start: datetime, chance: random.Random) -> Iterator[Event]:
    """What feeds do: say it twice, correct it, take it back, tell it late."""
    for number, event in enumerate(chance.sample(course, k=len(course) // 12)):
        later = stamp(instant(known(event)) + timedelta(minutes=chance.choice((0, 1, 5, 50, 200))))
        kind = number % 5
        if kind == 0:
            yield event | {"known": later}
        elif kind == 1 and event["type"] in ("vitals", "labs"):
            yield event | {
                "known": later,
                "status": "corrected",
                "readings": [changed(one, {one["code"]: 3.0}) for one in event["readings"]],
            }
        elif kind == 2 and event["type"] in ("vitals", "io", "finding"):
            yield {
                "type": event["type"],
                "id": event["id"],
                "patient": name,
                "at": event["at"],
                "known": later,
                "status": "entered-in-error",
            }
        elif kind == 3:
            yield event | {"id": f"late{number}", "known": later}
        else:
            yield command(number, name, later, chance)
    if chance.random() < 0.2:
        rate = {"type": "infusion", "agent": "phenylephrine", "rate": 40, "unit": "ug/min"}
        yield rate | {"id": "unweighed", "patient": name, "at": stamp(start - timedelta(hours=22))}


def command(number: int, name: str, at: str, chance: random.Random) -> Event:
    frame = {"id": f"c{number}", "patient": name, "at": at, "by": "rn-14", "reason": "seen"}
    if chance.random() < 0.5:
        return frame | {
            "type": "silence",
            "subject": "hypotension",
            "level": "relative",
            "until": stamp(instant(at) + timedelta(hours=1)),
        }
    return frame | {"type": "resume", "rule": chance.choice(("arrhythmia", "delay-over-24h", "ventilated"))}


def ending(name: str, number: int, start: datetime) -> Iterator[Event]:
    """Every fifth goes home; every tenth comes back."""
    if number % 5:
        return
    home = start + timedelta(hours=74)
    yield {"type": "encounter", "id": "home", "patient": name, "at": stamp(home), "event": "discharge"}
    yield {"type": "vitals", "id": "after", "patient": name, "at": stamp(home - timedelta(minutes=5)), "known": stamp(home + timedelta(minutes=5)),
           "readings": [{"code": "heart-rate", "value": 135, "unit": "/min"}]}  # fmt: skip
    if number % 10 == 0:
        again = home + timedelta(hours=3)
        yield {
            "type": "encounter",
            "id": "again",
            "patient": name,
            "at": stamp(again),
            "event": "admit",
            "location": "ward",
        }
        yield {
            "type": "encounter",
            "id": "again2",
            "patient": name,
            "at": stamp(again),
            "event": "cycle-start",
            "location": "ward",
        }
        yield {"type": "labs", "id": "again3", "patient": name, "at": stamp(again), "known": stamp(again + timedelta(minutes=30)),
               "readings": [{"code": "creatinine", "value": 3.4, "unit": "mg/dL"}]}  # fmt: skip


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def lines(found: Iterable[Event]) -> list[bytes]:
    return [json.dumps(event).encode() for event in found]


def write(path: Path, found: Iterable[Event]) -> Path:
    """The file that `il2watch replay` and `il2watch run` read."""
    path.write_bytes(b"".join(line + b"\n" for line in lines(found)))
    return path


def read(found: Iterable[Event]) -> list[Read]:
    """The events as the offline run reads them."""
    return [event for line in lines(found) if (event := decode(line)[0]) is not None]
