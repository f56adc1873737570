"""Charting that goes wrong or seldom: hands each four hours, a misread set, a clock ahead, a discharge in
error.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from rules.wire.instants import MINUTE, parse
from simulators.charting.writer import Vitals
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.latent_state import Act
from tests.simulators.charting.chunks import REST, bodies, charted, values


def whole_sets(records: Any) -> list[dict[str, Any]]:
    found = [one for one in bodies(records, type="vitals", source="nursing") if "heart-rate" in values(one)]
    return sorted(found, key=lambda one: str(one["at"]))


def gaps(records: Any) -> list[int]:
    times = [parse(one["at"]) for one in whole_sets(records)]
    return [(after - before) // MINUTE for before, after in pairwise(times)]


def seldom(hours: float, **more: Any) -> Any:
    vitals: Vitals = "4-hourly"
    return charted(hours, vitals=vitals, **more)


def test_a_ward_that_charts_as_table_1_has_it_takes_a_set_each_four_hours() -> None:
    assert set(gaps(seldom(24))) == {240}


@pytest.mark.parametrize("what", ["icu", "phenylephrine"])
def test_in_intensive_care_or_with_a_pressor_it_takes_one_each_hour(what: str) -> None:
    def close(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        support[what] += 0.5

    assert set(gaps(seldom(8, change=close))) == {60}


@pytest.mark.parametrize(("code", "by"), [("heart-rate", 50.0), ("systolic-bp", -35.0), ("spo2", -3.0)])
def test_it_comes_back_in_a_quarter_of_an_hour_when_something_worries(code: str, by: float) -> None:
    def ill(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        latent[code] += by

    assert 15 in gaps(seldom(6, change=ill))


def test_a_set_that_was_ordered_is_taken_at_its_minute() -> None:
    acts = [Act(100, 0, "vital-signs", {})]
    assert "2026-03-02T08:40:00Z" in [one["at"] for one in whole_sets(seldom(4, acts=acts))]


@pytest.mark.parametrize(
    ("size", "code", "by"), [(1, "heart-rate", 55), (2, "systolic-bp", -40), (3, "spo2", -11)]
)
def test_one_set_is_misread_and_the_next_is_right(size: int, code: str, by: int) -> None:
    wrong = [ClinicalEvent(0, "bad-reading", 60, 420, float(size))]
    read = [values(one)[code] for one in whole_sets(seldom(12, happenings=wrong))]
    assert [abs(value - REST[code] - by) < 6 for value in read].count(True) == 1
    assert abs(read[-1] - REST[code]) < 6


def test_a_monitor_whose_clock_is_ahead_says_so_and_is_known_when_it_was_sent() -> None:
    ahead = [ClinicalEvent(0, "clock-ahead", 60, 120, 10.0)]
    records = [one for one in bodies(charted(3, happenings=ahead), source="monitor") if "known" in one]
    assert len(records) == 60
    assert {parse(one["at"]) - parse(one["known"]) for one in records} == {10 * MINUTE}
    assert records[0]["known"] == "2026-03-02T08:00:00Z"


def test_a_discharge_in_error_is_withdrawn_and_charting_goes_on() -> None:
    wrong = [ClinicalEvent(0, "discharge-in-error", 65, 180)]
    records = charted(4, happenings=wrong)
    discharge, withdrawn = bodies(records, type="encounter")
    assert (discharge["event"], discharge["at"]) == ("discharge", "2026-03-02T08:05:00Z")
    assert (withdrawn["status"], withdrawn["id"], withdrawn["at"], withdrawn["known"]) == (
        "entered-in-error", discharge["id"], discharge["at"], "2026-03-02T10:00:00Z",
    )  # fmt: skip
    assert bodies(records, source="monitor")[-1]["at"] == "2026-03-02T10:59:00Z"


def test_an_acceptance_is_charted_with_who_and_why() -> None:
    acts = [Act(30, 0, "accept", {"criterion": "atrial-fibrillation", "level": "absolute"})]
    (acceptance,) = bodies(charted(1, acts=acts), type="accept")
    assert (acceptance["criterion"], acceptance["level"], acceptance["by"], acceptance["reason"]) == (
        "atrial-fibrillation", "absolute", "physician", "known before therapy",
    )  # fmt: skip
    assert "until" not in acceptance
