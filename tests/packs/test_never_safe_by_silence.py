"""No pack is safe by silence: each input of the dosing minimum is removed in turn from a course."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from rules.decide.engine import assessments, fold
from rules.guideline import Guideline, load
from rules.guideline.packs.declarations import Pack
from rules.guideline.packs.registry import PACKS
from rules.ingest.decode import decode
from rules.wire.events import Dose, Event
from tests.packs.moments import PACKS as KEYS
from tests.packs.support import HOUR, site
from tests.packs.test_gate import signed
from tests.reference.generate import course
from tests.rules.wired import wire

Wire = dict[str, Any]
FIRST, SHORT, MANY = 70_000, 70_007, 20
GIVEN = 2
"""In how many of `MANY` uncut courses 2001 and the signed pack say `give`, at least: 100 in 1,000."""
TESTED = "proleukin-us-label/2024-12"
SIGNED = f"{TESTED} signed"
READINGS = ("heart-rate", "systolic-bp", "spo2", "temperature", "creatinine", "platelets", "weight")
REMOVED = (None, *READINGS, "urine", "mental-status", "targets")
GIVES = ("give", "no-objection", "decide")
LOW = ("withhold", "stop", "none")
FLOOR = ("hypotension", "phenylephrine", "intubation", "frank-blood", "spo2-below-90", "dose-error")


def quiet_course(seed: int) -> list[Wire]:
    """A course in which all is seen and well, but for a few disturbances; with the patient's own target."""
    few = {"disturbed": 0.04, "correct": 0.01, "withdraw": 0.01, "late": 0.05}
    events = course(seed, settled=1, two_patients=0, many_doses=0, therapy_end=0, ack=0, **few)
    target = [{"code": "systolic-bp", "value": 85, "unit": "mm[Hg]"}]
    return [{**one, "targets": target} if one.get("event") == "baseline" else one for one in events]


def without(events: list[Wire], what: str | None) -> list[Wire]:
    """The course without one input."""
    if what == "targets":
        return [{key: value for key, value in one.items() if key != "targets"} for one in events]
    if what in READINGS:
        return [_unread(one, what) if one["type"] in ("vitals", "labs") else one for one in events]
    return [one for one in events if what is None or what not in (one.get("kind"), one.get("code"))]


def _unread(one: Wire, code: str) -> Wire:
    return {**one, "readings": [each for each in one.get("readings", ()) if each["code"] != code]}


def log_of(events: list[Wire]) -> list[Event]:
    found = [event for event, _ in (decode(json.dumps(one)) for one in events) if event is not None]
    return sorted(found, key=lambda event: event.known)


def looked_at(log: list[Event], pack: Guideline) -> Wire:
    """The assessment when the dose after the last one is due."""
    last = max((event.at for event in log if isinstance(event, Dose)), default=log[-1].known)
    (found,) = assessments(fold(log, pack, max(last + 8 * HOUR, log[-1].known)))
    return wire(found)


def deciding() -> dict[str, tuple[Guideline, Pack]]:
    """Each pack as it decides, and the one that could say `give` by its rows alone once it is signed whole."""
    found = {key: (site(key), PACKS[key]) for key in KEYS}
    guideline = load(signed(TESTED))
    assert guideline.deciding.pack is not None
    assert not guideline.deciding.pack.unread
    return found | {SIGNED: (guideline, guideline.deciding.pack)}


def judge(pack: Pack, found: Wire) -> None:
    """Neither silence nor what the floor says may come out as a dose that can be given."""
    verdict = found["verdict"]
    states = {row["code"]: row["state"] for row in found["criteria"]}
    blind = [code for code in pack.dosing_minimum if states[code] == "indeterminate"]
    assert verdict not in GIVES or not blind, blind
    assert verdict != "give" or not pack.unread
    assert verdict not in GIVES or not set(FLOOR) & set(found["dose"]["blockers"]), found["dose"]
    pressure = found["blood_pressure"]
    assert verdict not in GIVES or not (
        pressure["stale"] or pressure["state"] in ("absolute", "indeterminate")
    )
    assert pressure["state"] != "absolute" or verdict in LOW


def counts(seeds: range) -> Counter[str]:
    """How often each pack says `give` or has no objection over uncut courses; every cut is judged."""
    found: Counter[str] = Counter()
    packs = deciding()
    for seed in seeds:
        events = quiet_course(seed)
        for what in REMOVED:
            log = log_of(without(events, what))
            for key, (guideline, pack) in packs.items():
                one = looked_at(log, guideline)
                judge(pack, one)
                found[f"{key} {one['verdict']}"] += what is None
    return found


def test_no_pack_is_safe_by_silence() -> None:
    counts(range(SHORT, SHORT + 1))


@pytest.mark.campaign("rules", slices=50)
def test_no_pack_is_safe_by_silence_over_many_courses(
    campaign_slice: int, figures: Callable[..., None]
) -> None:
    first = FIRST + MANY * campaign_slice
    found = counts(range(first, first + MANY))
    for key in (KEYS[0], SIGNED):
        assert found[f"{key} give"] >= GIVEN, f"{key} says give too seldom for the law to say anything"
    figures(f"{MANY} courses from seed {first}: uncut {dict(sorted(found.items()))}", first=first, **found)
