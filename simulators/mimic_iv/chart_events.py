"""Make records of vital signs, mental status from the scales and scores, and the baseline of age and
admission weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from simulators.mimic_iv.chart_items import (
    ADMISSION_WEIGHTS,
    EYES,
    MOTOR,
    NEUROLOGIC,
    PERSON,
    PLACE,
    RASS,
    READINGS,
    SOURCES,
    TIME,
    VERBAL,
    WEIGHT_LB,
    wording,
)
from simulators.mimic_iv.fact import MimicFact, distinct_sets, learned, neat, stamp
from simulators.mimic_iv.stays import MimicStay
from simulators.mimic_iv.tables import CHART, Charted, Given
from simulators.mimic_iv.tally import ImportTally

POUND = 0.45359237
SAME_KG = 0.5


def baseline(
    stay: MimicStay, rows: Iterable[Charted], given: Iterable[Given], tally: ImportTally
) -> Iterator[MimicFact]:
    """Yield the baseline: the admission weight and, with the first, the age.

    The admission weight is never a weight of the course: it is charted again days later with the same number,
    which would hide what was gained meanwhile. One that differs by more than 0.5 kg is a new baseline. None
    charted: the `patientweight` of the first input.
    """
    found = list(weights(rows, tally)) or list(pump_weight(given))
    age = {} if stay.age is None else {"age": neat(stay.age)}
    for number, (at, known, reading) in enumerate(found):
        fields = {"event": "baseline", **(age if number == 0 else {}), "readings": [reading]}
        yield MimicFact(at, known, "encounter", "baseline", fields)
    if not found and age:
        yield MimicFact(stay.intime, stay.intime, "encounter", "baseline", {"event": "baseline", **age})


Weighed = tuple[int, int, dict[str, Any]]


def weights(rows: Iterable[Charted], tally: ImportTally) -> Iterator[Weighed]:
    """Yield admission weights that differ from the one before, as (at, known, reading)."""
    before: float | None = None
    for row in sorted((row for row in rows if row.item in ADMISSION_WEIGHTS), key=attrgetter("at", "item")):
        assert row.number is not None
        kilograms = row.number * POUND if row.item == WEIGHT_LB else row.number
        if before is not None and abs(kilograms - before) <= SAME_KG:
            tally.drop(CHART.name, "admission-weight-repeated")
            continue
        before = kilograms
        unit = "[lb_av]" if row.item == WEIGHT_LB else "kg"
        yield row.at, row.known, {"code": "weight", "value": neat(row.number), "unit": unit}


def pump_weight(given: Iterable[Given]) -> Iterator[Weighed]:
    """Yield the weight that the first input's pump was set to."""
    first = min((row for row in given if row.weight is not None), key=attrgetter("start"), default=None)
    if first is not None and first.weight is not None:
        reading = {"code": "weight", "value": neat(first.weight), "unit": "kg"}
        yield first.start, learned(first.start, first.stored), reading


UNITS = {"bpm": "/min", "insp/min": "/min", "mmHg": "mm[Hg]", "\u00b0F": "[degF]", "\u00b0C": "Cel"}
"""The source's spellings of units.

A spelling that is not listed is passed on unchanged, for the engine to judge: a unit is never guessed.
"""


def vitals(rows: Iterable[Charted], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield readings as charted, artefacts and misplaced units included.

    An arterial mean of -23 and 98.9 degrees Celsius are for the engine to refuse as implausible, and to
    count.
    """
    mine = sorted((row for row in rows if row.item in READINGS), key=place)
    for (at, known, rank), group in groupby(mine, key=lambda row: place(row)[:3]):
        for readings in distinct_sets(map(reading, group), lambda: tally.drop(CHART.name, "repeated")):
            yield MimicFact(
                at, known, "vitals", f"v-{stamp(at)}", {"source": SOURCES[rank], "readings": readings}
            )


def place(row: Charted) -> tuple[int, int, int, int]:
    """Return the order of a row's reading: `at`, `known`, source, item."""
    return row.at, row.known, SOURCES.index(READINGS[row.item].source), row.item


def reading(row: Charted) -> dict[str, Any]:
    """Return the reading of a row, in the unit of the row, else of the table."""
    item = READINGS[row.item]
    assert row.number is not None
    return {
        "code": item.code,
        "value": neat(row.number),
        "unit": item.unit if row.unit is None else UNITS.get(row.unit, row.unit),
    }


# Mental status and orientation, from the Glasgow coma scale, the Richmond scale and the orientation to
# person, place and time.
#
# What a careful clinician would chart as `mental-status`:
#
# - `changed`: confused, inappropriate or incomprehensible speech (verbal 4, 3, 2), not obeying commands
#   (motor 5 or less), eyes opening to pain or not at all (eye 2 or less), or a Richmond score of -2 or below,
#   or 2 or above. Whether a drug did it is not known here: sedation is not distinguished from illness. A
#   verbal 1 is `changed` only where the wording says `No Response` and not `No Response-ETT`.
# - `normal`: none of these, and oriented (verbal 5); or, where speech cannot be judged (verbal 1: a tube, or
#   no answer), alert and obeying commands (eye 4, motor 6). A verbal 1 alone is never `changed`, nor is
#   drowsiness or restlessness of one point on the Richmond scale.
# - nothing otherwise: a Richmond score of 0 alone says that the patient is awake, not that the mind is clear.
#
# `disorientation`: present with a confused verbal response (4), or with a score of 0 for person, place or
# time in a patient who speaks in sentences (4 or 5); absent again with a verbal 5. Charted when it changes.


ALERT, TO_PAIN = 4, 2
OBEYS = 6
ORIENTED, CONFUSED, SOUNDS, SILENT = 5, 4, 2, (0, 1)
MUTE = "no response"
FAR = 2
Scores = Mapping[int, float]


def mental(rows: Iterable[Charted], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield `mental-status` each time it can be determined, `disorientation` when it changes."""
    disoriented = False
    mine = sorted(
        (row for row in rows if row.item in NEUROLOGIC and row.number is not None),
        key=attrgetter("at", "item"),
    )
    for at, together in groupby(mine, key=attrgetter("at")):
        group = list(together)
        known = max(row.known for row in group)
        scores = worst(group)
        status, lost = "changed" if mute(group) else mental_status(scores), disorientation(scores)
        if status is None and lost is None:
            tally.drop(CHART.name, "nothing-to-say", len(group))
        if status is not None:
            yield MimicFact(
                at, known, "finding", f"mental-{stamp(at)}", {"code": "mental-status", "value": status}
            )
        if lost is not None and lost != disoriented:
            disoriented = lost
            yield MimicFact(
                at, known, "finding", f"orientation-{stamp(at)}", {"code": "disorientation", "present": lost}
            )


def worst(group: Iterable[Charted]) -> dict[int, float]:
    """Return the scores of one minute; of two for one item the one further from well."""
    scores: dict[int, float] = {}
    for row in group:
        assert row.number is not None
        before = scores.get(row.item, row.number)
        scores[row.item] = max(before, row.number, key=abs) if row.item == RASS else min(before, row.number)
    return scores


def mental_status(scores: Scores) -> str | None:
    """Return `changed`, `normal`, or None when the scores of a minute do not determine it."""
    if changed(scores):
        return "changed"
    verbal = scores.get(VERBAL)
    awake = scores.get(EYES) == ALERT and scores.get(MOTOR) == OBEYS
    return "normal" if verbal == ORIENTED or (verbal in SILENT and awake) else None


def changed(scores: Scores) -> bool:
    """Return whether the scores of a minute show a changed mental status."""
    return (
        SOUNDS <= scores.get(VERBAL, ORIENTED) <= CONFUSED
        or scores.get(MOTOR, OBEYS) < OBEYS
        or scores.get(EYES, ALERT) <= TO_PAIN
        or abs(scores.get(RASS, 0)) >= FAR
    )


def mute(group: Iterable[Charted]) -> bool:
    """Return whether the wording says that a patient without a tube does not answer."""
    return any(row.item == VERBAL and wording(row.text or "") == MUTE for row in group)


def disorientation(scores: Scores) -> bool | None:
    """Return whether the patient is disoriented; None when the scores of a minute do not determine it."""
    verbal = scores.get(VERBAL)
    if verbal not in (CONFUSED, ORIENTED):
        return None
    return verbal == CONFUSED or any(scores.get(item) == 0 for item in (PERSON, PLACE, TIME))
