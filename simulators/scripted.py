"""A small ward, each patient with one interesting thing: `python -m simulators.scripted > ward.jsonl`.

Nothing is random: every run writes the same lines. Hours count from the ward's opening, `OPENS`; what lies before is history. The stories, as
data, are in `simulators.scripted_stories`; here is what every patient has: a stay, doses, charting by the clock, and the laboratory.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from simulators.scripted_stories import ENDS, STORIES, Event, Story
from simulators.worked import oxygen, reading, time
from simulators.worked_labs import PANELS, RESULT

OPENS = datetime(2026, 3, 4, 14, tzinfo=UTC)
APART = timedelta(minutes=7)
"""A ward larger than the stories tells them again, each round so much later: no two beds are charted in the same minute."""
SAMPLES = range(-86, ENDS, 12)
NORMAL: Mapping[str, float] = {
    "platelets": 142, "hematocrit": 34, "wbc": 3.1, "sodium": 136, "potassium": 4.0, "bicarbonate": 23, "urea": 20, "creatinine": 1.4,
    "glucose": 112, "alt": 44, "ast": 39, "bilirubin": 2.4, "albumin": 3.6, "calcium": 8.9, "magnesium": 1.9, "phosphate": 3.0,
    "inr": 1.1, "ptt": 31, "ck": 90, "tsh": 1.8, "free-t4": 1.2,
}  # fmt: skip
BASELINE = {
    "recent-steroid": False, "recent-infection": False, "stress-test-normal": True, "ecg-normal": True, "chest-xray-clear": True,
    "heavy-smoker": False, "heavy-lung-burden": False, "antihypertensives-stopped": True, "major-organ-disease": False,
    "family-history-cardiac": False,
}  # fmt: skip


class Ward(NamedTuple):
    """Events as `wire.md` writes them, in order of knowing; the instant (RFC 3339) from which the ward is watched; each patient's story in a line."""

    events: list[Event]
    opens: str
    stories: dict[str, str]


def ward(patients: int = len(STORIES)) -> Ward:
    """The first so many beds."""
    beds = [bed(number) for number in range(patients)]
    events = [event for patient, story, start in beds for event in course(story, patient, start)]
    events.sort(key=lambda event: str(event.get("known", event["at"])))
    return Ward(events, time(0, OPENS), {patient: story.says for patient, story, _ in beds})


def bed(number: int) -> tuple[str, Story, datetime]:
    """Who lies there: the patient's id, the story, and when the story's hour 0 is."""
    turn, which = divmod(number, len(STORIES))
    story = STORIES[which]
    return (f"{story.patient}-{turn + 1}" if turn else story.patient), story, OPENS + APART * turn


def course(story: Story, patient: str, start: datetime) -> list[Event]:
    """All that is charted of one patient, in order of knowing, each fact with an id and real times."""
    parts = (stay, doses, vitals, urine, maintenance, laboratory, rounds, premedication)
    facts = [fact for part in parts for fact in part(story)] + [dict(fact) for fact in story.facts]
    facts.sort(key=lambda fact: float(fact.get("known", fact["at"])))
    return [on_wire(fact, f"s{number:04}", patient, start) for number, fact in enumerate(facts, 1)]


def on_wire(fact: Event, identity: str, patient: str, start: datetime) -> Event:
    times = {key: time(fact[key], start) for key in ("at", "start", "known") if key in fact}
    return {"type": fact["type"], "id": identity, "patient": patient} | fact | times


def along(track: Mapping[float, float], hour: float) -> float:
    """A value between the hours at which a track says it: on the straight line; before and after, as at the ends."""
    hours = sorted(track)
    if hour <= hours[0] or hour >= hours[-1]:
        return track[hours[0] if hour <= hours[0] else hours[-1]]
    after = next(one for one in hours if one > hour)
    before = max(one for one in hours if one <= hour)
    return track[before] + (track[after] - track[before]) * (hour - before) / (after - before)


def wobble(hour: float) -> int:
    """What no two readings share; a rule, not chance."""
    return round(hour * 4) * 7 % 3 - 1


def charted(story: Story, hour: float) -> bool:
    """Whether anybody charts then."""
    return not any(since < hour < until for since, until in story.silent)


def stay(story: Story) -> Iterator[Event]:
    begins = story.started
    yield {"type": "encounter", "at": begins - 20, "event": "admit", "location": "ward"}
    weight, pressure = reading("weight", story.weight, "kg"), reading("systolic-bp", 124, "mm[Hg]")
    yield {
        "type": "encounter", "at": begins - 19, "event": "baseline", "location": "ward", "age": story.age, "readings": [weight, pressure],
        "findings": BASELINE,
    }  # fmt: skip
    yield {"type": "encounter", "at": begins, "event": "cycle-start", "location": "ward"}
    if story.intensive is not None:
        yield {"type": "encounter", "at": story.intensive, "event": "transfer", "location": "icu"}
    if story.ended is not None:
        yield {"type": "encounter", "at": story.ended, "event": "therapy-end", "location": "ward" if story.intensive is None else "icu"}


def doses(story: Story) -> Iterator[Event]:
    """Each 8 h until the story's own doses take over."""
    drug = {"type": "dose", "agent": "aldesleukin", "amount": 600000, "unit": "[iU]/kg"}
    hours = [story.started + 8 * number for number in range(story.doses)]
    yield from (drug | {"at": hour, "given": True} for hour in (*hours, *story.later))
    yield from (drug | {"at": hour, "given": False, "reason": reason} for hour, reason in story.held.items())


def vitals(story: Story) -> Iterator[Event]:
    """Every second hour while it was quiet, every quarter of an hour from a little before the opening; each bed at minutes of its own."""
    quiet = [float(hour) for hour in range(round(story.started) - 2, -5, 2)]
    for hour in (*quiet, *(quarter / 4 for quarter in range(-16, ENDS * 4))):
        if charted(story, hour + story.minute):
            yield signs(story, hour + story.minute)
    yield from ({"type": "vitals", "at": hour, "source": "scale", "readings": [reading("weight", round(along(story.weights, hour), 1), "kg")]}
                for hour in range(round(story.started) - 2, ENDS, 24) if story.weights)  # fmt: skip
    yield from ({"type": "vitals", "at": hour, "source": "nursing", "readings": oxygen(flow)} for hour, flow in story.flow.items())


def signs(story: Story, hour: float) -> Event:
    pressure = round(along(story.pressure, hour)) + wobble(hour)
    readings = [
        reading("heart-rate", round(along(story.pulse, hour)) + wobble(hour + 1), "/min"),
        reading("systolic-bp", pressure, "mm[Hg]"),
        reading("diastolic-bp", round(pressure * 0.58), "mm[Hg]"),
        reading("respiratory-rate", 18 + wobble(hour), "/min"),
        reading("temperature", round(along(story.heat, hour), 1), "Cel"),
        reading("spo2", round(along(story.saturation, hour)), "%"),
    ]
    return {"type": "vitals", "at": hour, "source": "bedside monitor", "readings": readings}


def urine(story: Story) -> Iterator[Event]:
    """Every 4 h while it was quiet, every hour from a little before the opening."""
    collection = {"type": "io", "direction": "out", "kind": "urine", "unit": "mL"}
    before = round(story.started) // 4 * 4 - 4
    spans = [(hour, 4) for hour in range(before, -4, 4)] + [(hour, 1) for hour in range(-4, ENDS)]
    for begin, long in spans:
        end = begin + long + story.minute
        if charted(story, end):
            volume = round(along(story.urine, end) * long)
            yield collection | {"at": end, "start": end - long, "volume": volume}


def maintenance(story: Story) -> Iterator[Event]:
    fluid = {"type": "io", "direction": "in", "kind": "iv-maintenance", "unit": "mL", "volume": 280}
    last = ENDS if story.ended is None else story.ended
    yield from (fluid | {"at": hour, "start": hour - 4} for hour in range(round(story.started) + 4, round(last), 4))


def laboratory(story: Story) -> Iterator[Event]:
    """All panels each 12 h; results come 70 min later."""
    values = {code: story.labs.get(code, {0: normal}) for code, normal in NORMAL.items()}
    for hour in (round(story.started) - 3, *(hour for hour in SAMPLES if hour > story.started)):
        for source, panel in PANELS.items():
            readings = [result(code, along(values[code], hour), row) for code, row in panel.items()]
            yield {"type": "labs", "at": hour, "known": hour + RESULT, "source": source, "readings": readings}


def result(code: str, value: float, row: tuple[Any, ...]) -> Event:
    unit, _, low, high = row
    return {"code": code, "value": round(value, 1), "unit": unit, "low": low, "high": high}


def rounds(story: Story) -> Iterator[Event]:
    """What nurses look at each shift, and what was done before the cycle."""
    note = {"type": "finding", "source": "nursing"}
    begin = round(story.started)
    yield from (note | {"at": begin - 18, "code": code, "present": True} for code in ("ecg", "chest-xray", "urinalysis"))
    hours = [hour for hour in range(begin - 1, ENDS, 6) if charted(story, hour)]
    yield from (note | {"at": hour, "code": "iv-site", "present": True} for hour in hours)
    yield from (note | {"at": hour, "code": "mental-status", "value": story.mind(hour)} for hour in hours)


def premedication(story: Story) -> Iterator[Event]:
    drug = {"type": "medication", "route": "PO", "unit": "mg"}
    for agent, amount, every in (("acetaminophen", 650, 6), ("indomethacin", 25, 6), ("ranitidine", 150, 12)):
        yield from (drug | {"at": hour, "agent": agent, "amount": amount} for hour in range(round(story.started) - 1, ENDS, every))


def main() -> None:
    """Writes the ward as JSON Lines on standard output."""
    sys.stdout.writelines(json.dumps(event) + "\n" for event in ward().events)


if __name__ == "__main__":
    main()
