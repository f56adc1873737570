"""The figures of a point, from when its alerts were due and when they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.edge.load import Load, name
from tests.bench.pipeline.latency import at

AIM_MS = 250.0
GROWTH = 0.05
"""A contender falls behind when its alerts come later by more than this a second of sending."""
NAMED = 5


def figures(load: Load, began: float, due: Sequence[int], came: Mapping[int, float]) -> dict[str, Any]:
    """Return the percentiles of a load's timed alerts, what is missing of all, and what follows from it.

    `began`: the monotonic second of record 0; `came`: when the alert of a record was read.
    """
    missing = [number for number in due if number not in came]
    timed = [number for number in due if number >= load.warming]
    taken = {number: came[number] - began - number / load.rate for number in timed if number in came}
    late = sorted(taken.values())
    behind = falls_behind(load, timed, taken)
    return {
        "due": len(due),
        "timed": len(late),
        "missing": len(missing),
        "missing_named": [
            f"record {number} of {name(load.first + number % load.patients)}" for number in missing[:NAMED]
        ],
        "missing_in_pairs": in_pairs(load, due, set(missing)),
        **({f"p{share}_ms": round(at(late, share / 100), 2) for share in (50, 90, 99, 100)} if late else {}),
        "behind": behind,
        "held": bool(late) and not missing and not behind and round(at(late, 0.99), 2) <= AIM_MS,
    }


def falls_behind(load: Load, timed: Sequence[int], taken: Mapping[int, float]) -> bool:
    """Return whether alerts come later and later, or a tenth of the last quarter does not come at all."""
    quarter = max(1, len(timed) // 4)
    early, last = timed[quarter : 2 * quarter] or timed[:quarter], timed[-quarter:]
    found = [sorted(taken[number] for number in part if number in taken) for part in (early, last)]
    if len(found[1]) < 0.9 * len(last) or not found[0]:
        return True
    apart = (last[len(last) // 2] - early[len(early) // 2]) / load.rate
    before, after = (part[len(part) // 2] for part in found)
    return after * 1000 > AIM_MS and apart > 0 and (after - before) / apart > GROWTH


def in_pairs(load: Load, due: Sequence[int], missing: set[int]) -> int:
    """Return how many of the missing lie in a run of an even number of a patient's records that trip.

    Such a run, with an alert that came behind it, leaves the patient as he was: records that are read late are
    decided in one instant, and what opens and ends in one instant is no transition (criteria.md 9).
    """
    found, runs = 0, dict[int, int]()
    for number in due:
        who = number % load.patients
        if number in missing:
            runs[who] = runs.get(who, 0) + 1
        else:
            run = runs.pop(who, 0)
            found += run - run % 2
    return found
