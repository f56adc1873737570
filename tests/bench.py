"""`make bench`: events/s of the fold over a ward of 100 patients, time of an assessment, bytes of state after a week. One process, one core."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from rules.assess import assess
from rules.codec import encode
from rules.course import fold
from rules.decode import decode
from rules.guideline import SCHWARTZENTRUBER_2001
from simulators import worked

PATIENTS, DAYS = 100, 7
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
T = TypeVar("T")


def main() -> None:
    """Prints each figure on a line of its own."""
    lines = [json.dumps(event).encode() for event in ward()]
    events, decoding = timed(lambda: [decode(line)[0] for line in lines])
    log = [event for event in events if event is not None]
    outcome, folding = timed(lambda: fold(log, SCHWARTZENTRUBER_2001))
    _, assessing = timed(lambda: [assess(patient) for patient in outcome.patients.values()])
    print(f"ward of {PATIENTS}: {len(log)} events, {len(outcome.alerts)} transitions")
    print(f"decode       {len(log) / decoding:>9,.0f} events/s")
    print(f"fold         {len(log) / folding:>9,.0f} events/s")
    print(f"both         {len(log) / (decoding + folding):>9,.0f} events/s")
    print(f"assess       {assessing / PATIENTS * 1000:>9.2f} ms a patient")
    print(f"state        {sum(len(encode(patient)) for patient in outcome.patients.values()) // PATIENTS:>9,} bytes a patient, worked course")
    for words, minutes in (("hourly vitals", 60), ("vitals each minute", 1)):
        print(f"state        {state_after_a_week(minutes):>9,} bytes a patient, {DAYS} days, {words}")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and its seconds."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def ward() -> list[dict[str, Any]]:
    """The worked course under 100 names, each some minutes after the one before."""
    courses = (worked.events(f"p{number}", START + timedelta(minutes=17 * number)) for number in range(PATIENTS))
    return sorted((event for course in courses for event in course), key=lambda event: str(event.get("known", event["at"])))


def state_after_a_week(minutes: int) -> int:
    """Bytes of one patient's state: the worked course, and after it vitals at this pace, and urine each hour."""
    lines = [json.dumps(event).encode() for event in (*worked.events("p", START), *week(minutes))]
    outcome = fold([event for line in lines if (event := decode(line)[0]) is not None], SCHWARTZENTRUBER_2001)
    return len(encode(outcome.patients["p"]))


def week(minutes: int) -> Iterator[dict[str, Any]]:
    """What is charted from the first hour to the end of the week."""
    for minute in range(7, DAYS * 24 * 60, minutes):
        readings = worked.vital_signs(minute // 60)["readings"]
        yield placed("vitals", f"v{minute}", minute, readings=readings)
    for hour in range(worked.LAST + 1, DAYS * 24):
        yield placed("io", f"o{hour}", hour * 60, direction="out", kind="urine", volume=60 + hour % 40, unit="mL", start=at((hour - 1) * 60))


def placed(type: str, id: str, minute: int, **fields: Any) -> dict[str, Any]:
    return {"type": type, "id": id, "patient": "p", "at": at(minute)} | fields


def at(minute: int) -> str:
    return f"{START + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"


if __name__ == "__main__":
    main()
