"""The MIMIC-IV demo through the real engine: every stay, every refusal and artefact accounted for, and values
against plain pandas.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pandas as pd
import pytest

from rules.decide.assessment import assess
from rules.decide.engine import Outcome, advance, fold, settle
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire import events
from rules.wire.assessments import CriterionRow
from simulators.mimic_iv import convert
from simulators.mimic_iv.convert import ROWS_READ
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv import source
from tests.simulators.mimic_iv.source import DEMO, HOUR, MIN, table

pytestmark = [
    pytest.mark.skipif(not DEMO.is_dir(), reason="needs the MIMIC-IV demo"),
    pytest.mark.slow,
    pytest.mark.xdist_group("mimic-demo"),
]

EXPLAINED: dict[str, int] = {}
"""Refusals by reason: none.

A storetime too early to be one is replaced by the event's own time (`stored-early`, counted below).
"""
IMPLAUSIBLE = {
    "respiratory-rate": 26,  # 0 and 1: an alarm of apnea, or a lead that is off
    "mean-bp": 12,  # arterial lines: -27 to 14 zeroed or drawn from, 221 to 324 flushed
    "heart-rate": 1,  # 0
    "systolic-bp": 1,  # 25
    "fio2": 1,  # 0
    "weight": 1,  # more than 25 % off the one before
    "norepinephrine": 1,  # 7.56 ug/kg/min
}
STAYS = {
    30665396: 1.9997,
    31316840: 4.0496,
    32155744: 1.7841,
    32391858: 0.8006,
    32587226: 3.0803,
    34531557: 3.0018,
    36107367: 1.5014,
}
"""Stays with phenylephrine, and its highest rate in the source, ug/kg/min."""
DOSE = '{{"type":"dose","id":"dose-{0}","patient":"{1}","at":"{2}","agent":"aldesleukin","given":true,"amount":600000,"unit":"[iU]/kg"}}'


@cache
def imported() -> tuple[list[bytes], ImportTally]:
    tally = ImportTally()
    return list(convert.events(DEMO, None, tally, lambda what, done, total: None)), tally


@cache
def decoded() -> tuple[list[events.Event], Counter[str]]:
    """The events, and the reasons for which the wire refused some."""
    found = [decode(line) for line in imported()[0]]
    return [event for event, _ in found if event is not None], Counter(
        problem.reason for _, problems in found for problem in problems
    )


@cache
def folded() -> Outcome:
    return fold(decoded()[0], GUIDELINE)


def test_all_60_stays_of_the_50_subjects_are_imported() -> None:
    imported_events = [json.loads(line) for line in imported()[0]]
    begun = [event["patient"] for event in imported_events if event.get("event") == "cycle-start"]
    ended = [event["patient"] for event in imported_events if event.get("event") == "discharge"]
    assert sorted(begun) == sorted(ended) == sorted(map(str, table("icu/icustays").stay_id))


def test_every_row_is_accounted_for() -> None:
    for name, each in imported()[1].report()["tables"].items():
        assert each["read"] == len(table(name))
        gone = (
            each["other-stays"]
            + sum(each["dropped"].values())
            + sum(item["rows"] for item in each["unmapped"])
        )
        assert each["used"] == each["read"] + each["adjusted"].get("for-two-stays", 0) - gone > 0


def test_what_was_not_used_is_known_by_item_and_reason() -> None:
    tables = imported()[1].report()["tables"]
    assert {
        name: {item["itemid"]: item["rows"] for item in each["unmapped"]} for name, each in tables.items()
    } == {
        "hosp/labevents": {50808: 171},
        "icu/chartevents": {229381: 1830},
        "icu/inputevents": {},
        "icu/outputevents": {},
    }
    assert {name: each["dropped"] for name, each in tables.items()} == {
        "hosp/labevents": {"outside-stay": 12022, "known-after-discharge": 18, "no-number": 13},
        "icu/chartevents": {"nothing-to-say": 682, "admission-weight-repeated": 100},
        "icu/inputevents": {"no-amount": 1},
        "icu/outputevents": {},
    }
    assert tables["icu/outputevents"]["adjusted"]["stored-early"] == 96


def test_storetimes_that_the_wire_would_refuse_are_as_many_as_the_source_has() -> None:
    rows = table("icu/outputevents")
    assert int((rows.storetime < rows.charttime - 15 * MIN).sum()) == 96


def test_every_item_has_the_label_of_the_source() -> None:
    names = {
        **table("icu/d_items").set_index("itemid").label,
        **table("hosp/d_labitems").set_index("itemid").label,
    }
    assert {
        item: label
        for items in ROWS_READ.values()
        for item, label in items.items()
        if names.get(item, label) != label
    } == {}


def test_no_record_is_refused_but_for_an_explained_reason() -> None:
    _, problems = decoded()
    assert problems + Counter(reason for _, reason in folded().refused) == Counter(EXPLAINED)


def test_every_stay_is_folded_to_its_discharge() -> None:
    assert {name for name, patient in folded().patients.items() if patient.discharged is not None} == set(
        map(str, table("icu/icustays").stay_id)
    )


def test_artefacts_are_counted_as_implausible() -> None:
    counts = {reason.partition(":")[2]: number for reason, number in folded().counts.items() if ":" in reason}
    assert counts == IMPLAUSIBLE


def test_arterial_means_of_minus_23_and_324_trip_nothing() -> None:
    means = table("icu/chartevents").query("itemid in [220052, 225312] and (valuenum < 20 or valuenum > 220)")
    assert {-23.0, 324.0} <= set(means.valuenum)
    assert len(means) == IMPLAUSIBLE["mean-bp"]
    for patient in sorted(set(means.stay_id.astype(str))):
        with_them = [event for event in decoded()[0] if event.patient == patient]
        assert transitions(with_them) == transitions([clean(event) for event in with_them])


def clean(event: events.Event) -> events.Event:
    """The event without the mean pressures that are artefacts: any other stands in for a systolic."""
    if not isinstance(event, events.Vitals):
        return event
    kept = tuple(one for one in event.readings if one[0] != "mean-bp" or 20 <= one[1] <= 220)
    return events.Vitals(
        event.id, event.patient, event.at, event.known, event.status, kept, offset=event.offset
    )


def transitions(log: list[events.Event]) -> list[tuple[str, str, str, int]]:
    return [
        (alert.subject, alert.transition, alert.level, alert.decided) for alert in fold(log, GUIDELINE).alerts
    ]


def walk(
    stay_id: int, clocks: list[pd.Timestamp], more: list[str]
) -> Iterator[tuple[pd.Timestamp, dict[str, CriterionRow]]]:
    """The criteria of a stay at each clock, as the engine tells them of what was known then.

    `more`: lines of events to add.
    """
    extra = [event for line in more for event in [decode(line)[0]] if event is not None]
    log = sorted(
        [*(event for event in decoded()[0] if event.patient == str(stay_id)), *extra],
        key=lambda event: event.known,
    )
    patient: Patient | None = None
    for clock in clocks:
        instant = int(clock.value // 1_000_000)
        while log and log[0].known <= instant:
            patient, _, _ = advance(patient, log.pop(0), GUIDELINE)
        assert patient is not None
        settle(patient, instant)
        yield clock, {row.code: row for row in assess(patient).criteria}


def clocks(stay_id: int, every: pd.Timedelta, first: pd.Timedelta) -> list[pd.Timestamp]:
    here = source.stay(stay_id)
    return list(pd.date_range(here.intime.ceil("min") + first, here.outtime - MIN, freq=every))


def test_the_pinned_stays_had_phenylephrine() -> None:
    assert all(len(source.phenylephrine(stay_id)) > 4 for stay_id in STAYS)


@pytest.mark.parametrize("stay_id", STAYS)
def test_the_hourly_urine_rate_is_that_of_the_source(stay_id: int) -> None:
    """What trips, what two hours clear, and what is kept when it goes stale."""
    compared = 0
    for clock, rows in walk(stay_id, clocks(stay_id, 155 * MIN, 37 * MIN), []):
        expected, row = source.urine_hour(stay_id, clock), rows["urine-hour"]
        assert row.state == expected.state, clock
        if row.state != "indeterminate":
            assert row.stale == expected.stale, clock
            assert row.value == pytest.approx(expected.value, abs=1e-4), clock
            compared += 1
    assert compared >= 7


@pytest.mark.parametrize("stay_id", STAYS)
def test_the_highest_load_of_each_dose_interval_is_that_of_the_source(stay_id: int) -> None:
    """Doses each 8 h from admission, which nobody was given, make each 8 h a dose interval of its own."""
    begins = clocks(stay_id, 8 * HOUR, 0 * MIN)
    doses = [
        DOSE.format(number, stay_id, f"{begin:%Y-%m-%dT%H:%M:%SZ}") for number, begin in enumerate(begins)
    ]
    ends = [begin + 8 * HOUR - MIN for begin in begins if begin + 8 * HOUR < source.stay(stay_id).outtime]
    for clock, rows in walk(stay_id, ends, doses):
        same_load(rows["phenylephrine-maximum"], source.highest_load(stay_id, clock - 8 * HOUR + MIN, clock))


@pytest.mark.parametrize("stay_id", STAYS)
def test_without_doses_the_highest_load_is_that_of_the_last_8_hours(stay_id: int) -> None:
    here, found = source.stay(stay_id), []
    for clock, rows in walk(stay_id, clocks(stay_id, 4 * HOUR, 3 * HOUR), []):
        found.append(source.highest_load(stay_id, max(here.intime, clock - 8 * HOUR), clock))
        same_load(rows["phenylephrine-maximum"], found[-1])
    assert max(found) > 0


def same_load(row: CriterionRow, expected: float) -> None:
    assert (row.value or 0.0) == pytest.approx(expected, abs=1e-4)
    assert row.state == ("absolute" if expected >= 1.5 else "relative" if expected >= 1.0 else "clear")


@pytest.mark.parametrize(("stay_id", "highest"), STAYS.items())
def test_the_highest_rate_of_phenylephrine_is_that_of_the_source(stay_id: int, highest: float) -> None:
    charted = [
        event.rate
        for event in decoded()[0]
        if isinstance(event, events.Infusion)
        and event.patient == str(stay_id)
        and event.agent == "phenylephrine"
    ]
    assert max(charted) == pytest.approx(highest, abs=1e-4)
    assert source.phenylephrine(stay_id).rate.max() == pytest.approx(highest, abs=1e-4)


@pytest.mark.parametrize("stay_id", STAYS)
def test_the_creatinine_is_that_of_the_source(stay_id: int) -> None:
    states = set()
    for clock, rows in walk(stay_id, clocks(stay_id, 2 * HOUR, 20 * MIN), []):
        state, value = source.creatinine_state(stay_id, clock)
        assert (rows["creatinine"].state, rows["creatinine"].value) == (state, value), clock
        states.add(state)
    assert states - {"indeterminate"}
