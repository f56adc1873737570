"""What one more event or correction costs does not grow with the chart: counted in steps of the interpreter, never in
time.

One event a second for a day is 86,400 events; what is compared here is the 1,164th with the 300th, one each
five minutes, at the same moment of a shift of eight hours, with windows of two hours full. Doses come each eight
hours, and transfers each hour.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

import pytest

from rules.decide.codec import parts
from rules.decide.engine import advance
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline import Guideline
from rules.ingest.decode import decode
from rules.wire.events import Event
from rules.wire.instants import HOUR, MINUTE, parse, text
from tests.packs.support import site

BEGAN = parse("2026-03-02T00:00:00Z")
FEW, MANY = 300, 1_164
EVERY = 5 * MINUTE
GROWTH = 1.15
"""Four times as many facts may cost so many times as much: the logarithm of a search."""
Values = dict[str, Any]


def lab(code: str, value: float, unit: str, **more: Any) -> Values:
    return {"type": "labs", "readings": [{"code": code, "value": value, "unit": unit, **more}]}


def rate(agent: str, value: float) -> Values:
    return {"type": "infusion", "agent": agent, "rate": value, "unit": "ug/kg/min"}


def urine(volume: float) -> Values:
    return {"type": "io", "direction": "out", "kind": "urine", "volume": volume, "unit": "mL"}


def mental_status(value: str) -> Values:
    return {"type": "finding", "code": "mental-status", "value": value}


KINDS: dict[str, Callable[[int], Values]] = {
    "a rate that changes": lambda i: rate("phenylephrine", (i % 12 + 1) / 10),
    "a rate that stays": lambda i: rate("dopamine", 3),
    "urine": lambda i: urine(2),
    "urine below the limit": lambda i: urine(0.1),
    "a normal lab": lambda i: lab("potassium", 4, "mmol/L"),
    "a lab that trips": lambda i: lab("creatinine", 3.5 + i % 2 / 10, "mg/dL"),
    "a lab with its own limit": lambda i: lab("troponin-i", 0.01, "ng/mL", high=0.04),
    "a finding that is absent": lambda i: {"type": "finding", "code": "ileus", "present": False},
    "a finding that comes and goes": lambda i: {"type": "finding", "code": "ileus", "present": bool(i % 2)},
    "a state that comes and goes": lambda i: mental_status("changed" if i % 2 else "normal"),
    "a state that stays": lambda i: mental_status("changed"),
    "vital signs": lambda i: {
        "type": "vitals",
        "readings": [{"code": "heart-rate", "value": 90 + i % 3, "unit": "/min"}],
    },
    "a weight": lambda i: {
        "type": "vitals",
        "readings": [{"code": "weight", "value": 70 + i % 3 / 10, "unit": "kg"}],
    },
    "stool": lambda i: {"type": "io", "direction": "out", "kind": "stool", "volume": 20, "unit": "mL"},
    "a medicine": lambda i: {"type": "medication", "agent": "acetaminophen"},
    "an acceptance": lambda i: {
        "type": "accept",
        "criterion": "creatinine",
        "level": "relative",
        "by": "dr",
        "reason": "known",
    },
    "a dose": lambda i: dose("aldesleukin", 600_000, "[iU]/kg"),
    "a dose that needs the weight": lambda i: dose("aldesleukin", 42, "M[iU]"),
    "a transfer": lambda i: {
        "type": "encounter",
        "event": "transfer",
        "location": "icu" if i % 2 else "ward",
    },
}
APART = {"a dose": 8 * HOUR, "a dose that needs the weight": 8 * HOUR, "a transfer": HOUR}
"""What comes less often than each five minutes, ms."""
LINEAR = ("a transfer",)
"""Of which a patient has few: one more goes over all of them."""
REPLAYED = ("a lab with its own limit", "a state that comes and goes")
"""What a stop rule rests on: after a correction its course is replayed (criteria.md section 4), once over."""
UNTRIED = ("a rate", "a weight", "a dose", "a transfer", "an acceptance", "a state that stays")
"""What else rules rest on: a replay over a chart that long takes minutes, counted step by step."""


def dose(agent: str, amount: float, unit: str) -> Values:
    return {"type": "dose", "agent": agent, "given": True, "amount": amount, "unit": unit}


def event(values: Values, id: str, number: int, every: int = EVERY, **more: Any) -> Event:
    whole = values | {"id": id, "patient": "p1", "at": text(BEGAN + number * every)} | more
    found, problems = decode(json.dumps(whole).encode())
    assert found is not None
    assert not problems
    return found


def admitted(guideline: Guideline = GUIDELINE) -> Patient:
    """Return a patient in a cycle."""
    weight = {"code": "weight", "value": 70, "unit": "kg"}
    baseline = {"type": "encounter", "event": "baseline", "location": "icu", "readings": [weight]}
    start = {"type": "encounter", "event": "cycle-start", "location": "icu"}
    patient, _, _ = advance(None, event(baseline, "baseline", 0), guideline)
    patient, _, _ = advance(patient, event(start, "start", 0), guideline)
    assert patient is not None
    return patient


def steps_of(work: Callable[[], object]) -> Counter[str]:
    """Return how many steps of the interpreter some work takes, by function."""
    steps: Counter[str] = Counter()

    def counted(frame: FrameType, what: str, _: object) -> Any:
        steps[frame.f_code.co_qualname] += what == "opcode"
        return counted

    def called(frame: FrameType, _: str, __: object) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return counted

    before = sys.gettrace()
    sys.settrace(called)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def cost(patient: Patient, events: Iterable[Event], guideline: Guideline = GUIDELINE) -> Counter[str]:
    """Return the steps of some events, and of the decisions before them."""
    total = Counter[str]()
    for one in events:
        total += steps_of(lambda one=one: advance(patient, one, guideline))  # type: ignore[misc]
    return total


def most(name: str, linear: tuple[str, ...]) -> float:
    """Return how many times as much four times the chart may cost."""
    return GROWTH * (MANY / FEW if name in linear else 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a state that comes and goes", "a state that stays", "a dose"])
def test_so_it_is_with_guideline_packs_beside_each_other(name: str) -> None:
    packs, few, many = site("til-2024/1", "dutcher-2014/1", "proleukin-us-label/2024-12"), 104, 392
    patient, found, every = admitted(packs), [], APART.get(name, EVERY)
    for begin, end in ((0, few), (few + 2, many)):
        for i in range(begin, end):
            advance(patient, event(KINDS[name](i), f"e{i}", i + 1, every), packs)
        found.append(
            cost(patient, [event(KINDS[name](i), f"e{i}", i + 1, every) for i in (end, end + 1)], packs)
        )
    short, long = found
    assert long.total() <= short.total() * GROWTH, (long - short).most_common(5)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_an_event_costs_no_more_in_a_long_chart_than_in_a_short_one(name: str) -> None:
    patient, found = admitted(), []
    every = APART.get(name, EVERY)
    events = [event(KINDS[name](i), f"e{i}", i + 1, every) for i in range(MANY + 2)]
    for begin, end in ((0, FEW), (FEW + 2, MANY)):
        for one in events[begin:end]:
            advance(patient, one, GUIDELINE)
        found.append(cost(patient, events[end : end + 2]))
    few, many = found
    assert many.total() <= few.total() * most(name, LINEAR), (many - few).most_common(5)


SECOND = 1000
IN_WINDOWS = (1 + 2) * 3_600
"""Collections of a second each in the windows that urine per hour is judged by: one hour, and two to clear."""


@pytest.mark.slow
def test_a_meter_of_urine_that_charts_each_second_costs_a_few_steps_a_collection_of_its_windows() -> None:
    """Seen: 12 ms a record after two hours, so that a day of it took a quarter of an hour."""
    patient, full = admitted(), 2 * 3_600 + 60
    for i in range(full):
        advance(patient, event(urine(0.02), f"e{i}", i + 1, SECOND), GUIDELINE)
    steps = cost(patient, [event(urine(0.02), f"e{full + i}", full + i + 1, SECOND) for i in range(2)])
    assert steps.total() < 2 * 60 * IN_WINDOWS, steps.most_common(5)


def again(name: str, number: int, now: int, status: str) -> Event:
    """Return a correction or a withdrawal of an earlier record, known at the moment of a later one."""
    values = KINDS[name](number + 1) if status == "corrected" else {"type": KINDS[name](0)["type"]}
    every = APART.get(name, EVERY)
    known = text(BEGAN + (now + 1) * every)
    return event(values, f"e{number}", number + 1, every, status=status, known=known)


@pytest.mark.slow
@pytest.mark.parametrize("status", ["corrected", "entered-in-error"])
@pytest.mark.parametrize("name", [name for name in KINDS if not name.startswith(UNTRIED)])
def test_a_correction_costs_no_more_in_a_long_chart_than_in_a_short_one(name: str, status: str) -> None:
    """Of a record of a quarter of an hour ago, and of another: what came behind them is gone over again.

    A replay goes over the course once, and not once for each of its facts.
    """
    patient, found = admitted(), []
    for begin, end in ((0, FEW), (FEW + 2, MANY)):
        for i in range(begin, end):
            advance(patient, event(KINDS[name](i), f"e{i}", i + 1, APART.get(name, EVERY)), GUIDELINE)
        found.append(
            cost(patient, [again(name, end - 3, end, status), again(name, end - 4, end + 1, status)])
        )
    few, many = found
    assert many.total() <= few.total() * most(name, REPLAYED), (many - few).most_common(5)


WRITTEN = 40
"""Records in a row whose state is written: a segment of 32 is sealed meanwhile."""


@pytest.mark.slow
@pytest.mark.parametrize("status", ["final", "corrected", "entered-in-error"])
def test_a_state_costs_no_more_to_write_after_a_long_stay_than_after_a_short_one(status: str) -> None:
    """After one more record, and after a correction of one of a quarter of an hour ago."""
    patient, found, name = admitted(), [], "urine"
    for begin, end in ((0, FEW), (FEW + WRITTEN, MANY)):
        found.append(Counter[str]())
        for i in range(begin, end + WRITTEN):
            advance(patient, event(KINDS[name](i), f"e{i}", i + 1), GUIDELINE)
            if i < end:
                parts(patient)
                continue
            if status != "final":
                advance(patient, again(name, i - 3, i, status), GUIDELINE)
            found[-1] += steps_of(lambda: parts(patient))
    few, many = found
    assert many.total() <= few.total() * GROWTH, (many - few).most_common(5)
