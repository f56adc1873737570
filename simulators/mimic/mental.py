"""Mental status and orientation, from the Glasgow coma scale, the Richmond scale and the orientation to person, place and time.

What a careful clinician would chart as `mental-status`:

- `changed`: confused, inappropriate or incomprehensible speech (verbal 4, 3, 2), not obeying commands (motor 5 or less), eyes opening to
  pain or not at all (eye 2 or less), or a Richmond score of -2 or below, or 2 or above. Whether a drug did it is not known here: sedation is
  not told from illness. A verbal 1 is `changed` only where the wording says `No Response` and not `No Response-ETT`.
- `normal`: none of these, and oriented (verbal 5); or, where speech cannot be judged (verbal 1: a tube, or no answer), alert and obeying
  commands (eye 4, motor 6). A verbal 1 alone is never `changed`, nor is drowsiness or restlessness of one point on the Richmond scale.
- nothing otherwise: a Richmond score of 0 alone says that somebody is awake, not that the mind is clear.

`disorientation`: present with a confused verbal response (4), or with a score of 0 for person, place or time in a patient who speaks in
sentences (4 or 5); absent again with a verbal 5. Charted when it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from simulators.mimic.chart_items import EYES, MOTOR, NEUROLOGIC, PERSON, PLACE, RASS, TIME, VERBAL
from simulators.mimic.devices import wording
from simulators.mimic.fact import Fact, stamp
from simulators.mimic.rows import Charted
from simulators.mimic.tables import CHART
from simulators.mimic.tally import Tally

ALERT, TO_PAIN = 4, 2
OBEYS = 6
ORIENTED, CONFUSED, SOUNDS, SILENT = 5, 4, 2, (0, 1)
MUTE = "no response"
FAR = 2
Scores = Mapping[int, float]


def mental(rows: Iterable[Charted], tally: Tally) -> Iterator[Fact]:
    """`mental-status` each time it can be told, `disorientation` when it changes."""
    disoriented = False
    mine = sorted((row for row in rows if row.item in NEUROLOGIC and row.number is not None), key=attrgetter("at", "item"))
    for at, together in groupby(mine, key=attrgetter("at")):
        group = list(together)
        known = max(row.known for row in group)
        scores = worst(group)
        status, lost = "changed" if mute(group) else mental_status(scores), disorientation(scores)
        if status is None and lost is None:
            tally.drop(CHART.name, "nothing-to-say", len(group))
        if status is not None:
            yield Fact(at, known, "finding", f"mental-{stamp(at)}", {"code": "mental-status", "value": status})
        if lost is not None and lost != disoriented:
            disoriented = lost
            yield Fact(at, known, "finding", f"orientation-{stamp(at)}", {"code": "disorientation", "present": lost})


def worst(group: Iterable[Charted]) -> dict[int, float]:
    """The scores of one minute; of two for one item the one further from well."""
    scores: dict[int, float] = {}
    for row in group:
        assert row.number is not None
        before = scores.get(row.item, row.number)
        scores[row.item] = max(before, row.number, key=abs) if row.item == RASS else min(before, row.number)
    return scores


def mental_status(scores: Scores) -> str | None:
    """`changed`, `normal`, or None when the scores of a minute do not say."""
    if changed(scores):
        return "changed"
    verbal = scores.get(VERBAL)
    awake = scores.get(EYES) == ALERT and scores.get(MOTOR) == OBEYS
    return "normal" if verbal == ORIENTED or (verbal in SILENT and awake) else None


def changed(scores: Scores) -> bool:
    return (
        SOUNDS <= scores.get(VERBAL, ORIENTED) <= CONFUSED
        or scores.get(MOTOR, OBEYS) < OBEYS
        or scores.get(EYES, ALERT) <= TO_PAIN
        or abs(scores.get(RASS, 0)) >= FAR
    )


def mute(group: Iterable[Charted]) -> bool:
    """Whether the wording says that a patient without a tube does not answer."""
    return any(row.item == VERBAL and wording(row.text or "") == MUTE for row in group)


def disorientation(scores: Scores) -> bool | None:
    """Whether the patient is disoriented; None when the scores of a minute do not say."""
    verbal = scores.get(VERBAL)
    if verbal not in (CONFUSED, ORIENTED):
        return None
    return verbal == CONFUSED or any(scores.get(item) == 0 for item in (PERSON, PLACE, TIME))
