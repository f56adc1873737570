"""The laws of criteria.md section 1 hold for every pack: what may not change what is said."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from rules.decide import codec
from rules.decide.engine import advance, assessments, fold, settle
from rules.guideline import Guideline
from rules.ingest.decode import decode
from rules.wire import instants
from rules.wire.events import Event
from tests.packs.moments import MOMENTS, NOW, PACKS, at
from tests.packs.support import HOUR, T0, decoded, site
from tests.reference.packs.generate import course
from tests.rules.wired import wire

Wire = dict[str, Any]
FIRST, MANY = 60_000, 10
LATEST = 31


def log_of(seed: int, patient: str = "p1") -> list[Event]:
    """A generated course of one patient, in order of knowing."""
    mine = [{**one, "patient": patient} for one in course(seed) if one["patient"] == "p1"]
    found = [event for event, _ in (decode(json.dumps(one)) for one in mine) if event is not None]
    return sorted(found, key=lambda event: event.known)


def end_of(log: list[Event]) -> instants.Instant:
    return instants.Instant(max(event.known for event in log) + LATEST * HOUR)


def alerts_of(log: list[Event], pack: Guideline, until: instants.Instant) -> list[Wire]:
    return [wire(alert) for alert in fold(log, pack, until).alerts]


def other_order(log: list[Event], pack: Guideline, rng: random.Random) -> None:
    """Facts of different instants of knowing may stand in the file in any order; ties stand as they are."""
    instants_known = sorted({event.known for event in log})
    rng.shuffle(instants_known)
    shuffled = [event for known in instants_known for event in log if event.known == known]
    assert alerts_of(shuffled, pack, end_of(log)) == alerts_of(log, pack, end_of(log))


def duplicates(log: list[Event], pack: Guideline, rng: random.Random) -> None:
    again = [event for event in log if rng.random() < 0.3 and event.status == "final"]
    assert alerts_of([*log, *again], pack, end_of(log)) == alerts_of(log, pack, end_of(log))


def cuts(log: list[Event], pack: Guideline, rng: random.Random) -> None:
    """Cut anywhere and gone on from the bytes: the same is said, and the course memory is the same."""
    whole = run(log, pack, set())
    assert run(log, pack, set(rng.sample(range(len(log)), min(6, len(log))))) == whole


def run(log: list[Event], pack: Guideline, cut: set[int]) -> tuple[list[Wire], Any]:
    patient, published = None, []
    for i, event in enumerate(log):
        if i in cut and patient is not None:
            patient = codec.decode(codec.encode(patient), pack)
        patient, alerts, _ = advance(patient, event, pack)
        published += [wire(alert) for alert in alerts]
    assert patient is not None
    published += [wire(alert) for alert in settle(patient, end_of(log))]
    return published, patient.course


def ticks(log: list[Event], pack: Guideline, rng: random.Random) -> None:
    first, last = min(event.known for event in log), end_of(log)
    moments = [rng.randrange(first, last) for _ in range(12)]
    lines = [
        {"type": "tick", "id": f"x{i}", "patient": "p1", "at": instants.text(t)}
        for i, t in enumerate(moments)
    ]
    assert alerts_of([*log, *decoded(lines)], pack, last) == alerts_of(log, pack, last)


def others(log: list[Event], pack: Guideline, rng: random.Random) -> None:
    other = log_of(rng.randrange(1 << 30), "p2")
    both = alerts_of([*log, *other], pack, end_of([*log, *other]))
    alone = alerts_of(log, pack, end_of([*log, *other]))
    assert [alert for alert in both if alert["patient"] == "p1"] == alone


LAWS: tuple[Callable[[list[Event], Guideline, random.Random], None], ...] = (
    other_order,
    duplicates,
    cuts,
    ticks,
    others,
)


@pytest.mark.parametrize("key", PACKS)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_each_law_holds_for_each_pack(law: Callable[..., None], key: str) -> None:
    seed = FIRST + 7 * LAWS.index(law) + PACKS.index(key)
    law(log_of(seed), site(key), random.Random(seed))


@pytest.mark.campaign("rules", slices=20)
def test_each_law_holds_for_each_pack_over_many_courses(
    campaign_slice: int, figures: Callable[..., None]
) -> None:
    first = FIRST + MANY * campaign_slice
    for seed in range(first, first + MANY):
        for key in PACKS:
            for law in LAWS:
                law(log_of(seed), site(key), random.Random(seed))
    figures(f"{MANY} courses from seed {first}: {len(LAWS)} laws hold for {len(PACKS)} packs", first=first)


# ---- the order of knowing, and a correction back, on the moments of editions.md 7


def states(records: list[Wire], pack: Guideline, hours: float) -> Wire:
    """What must not depend on the order of knowing."""
    (one,) = assessments(fold(decoded(records), pack, T0 + round(hours * HOUR), gaps=True))
    found = wire(one)
    return {row["code"]: (row["state"], row.get("now"), row["stale"]) for row in found["criteria"]}


STATED = {"finding", "labs", "dose", "encounter"}


@pytest.mark.parametrize("key", PACKS)
def test_the_order_of_knowing_changes_no_state(key: str) -> None:
    rng = random.Random(key)
    for moment in MOMENTS[::3]:
        late = [
            {**one, "known": at(NOW + 0.1 + rng.random())}
            if one["type"] not in ("encounter", "dose")
            else one
            for one in moment.events
            if one["type"] in STATED or one["at"] > at(NOW - 3)
        ]
        known = [{key: value for key, value in one.items() if key != "known"} for one in late]
        assert states(late, site(key), NOW + 1.2) == states(known, site(key), NOW + 1.2), moment.name


@pytest.mark.parametrize("key", PACKS)
def test_a_correction_back_restores_the_states(key: str) -> None:
    for moment in MOMENTS[::2]:
        one = next(event for event in reversed(moment.events) if event["type"] == "finding")
        wrong = {"present": not one["present"]} if "present" in one else {"value": "changed"}
        changed = {**one, **wrong, "status": "corrected", "known": at(NOW + 0.1)}
        back = {**one, "status": "corrected", "known": at(NOW + 0.2)}
        corrected = [*moment.events, changed, back]
        assert states(corrected, site(key), NOW + 0.3) == states(moment.events, site(key), NOW + 0.3), (
            moment.name
        )
