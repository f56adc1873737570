"""What nurses measure by hand, the oxygen and the scale."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from rules.wire.instants import MINUTE, parse
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.latent_state import Act
from tests.simulators.charting.chunks import bodies, charted, values

WHOLE = {"heart-rate", "systolic-bp", "diastolic-bp", "respiratory-rate", "spo2", "temperature"}


def sets(records: Any) -> list[dict[str, Any]]:
    return [one for one in bodies(records, type="vitals", source="nursing") if "temperature" in values(one)]


def gaps(taken: list[dict[str, Any]]) -> list[int]:
    times = sorted(parse(one["at"]) for one in taken)
    return [(after - before) // MINUTE for before, after in pairwise(times)]


def test_by_hand_the_whole_set_is_charted_each_hour() -> None:
    taken = sets(charted(8, monitor=False))
    assert set(gaps(taken)) == {60}
    assert all(set(values(one)) == WHOLE for one in taken)


def test_under_a_monitor_only_the_temperature_is_charted_by_hand() -> None:
    assert all(set(values(one)) == {"temperature"} for one in sets(charted(8)))


@pytest.mark.parametrize(("code", "by"), [("heart-rate", 50.0), ("systolic-bp", -35.0)])
def test_a_worrying_patient_is_looked_at_each_quarter_of_an_hour(code: str, by: float) -> None:
    def ill(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        if start >= 120:
            latent[code] += by

    assert 15 in gaps(sets(charted(6, monitor=False, change=ill)))


def test_what_is_charted_by_hand_is_known_minutes_later() -> None:
    late = [(parse(one["known"]) - parse(one["at"])) / MINUTE for one in sets(charted(24, monitor=False))]
    assert 1 <= min(late) <= max(late) <= 10


def test_oxygen_is_charted_with_its_flow_and_not_on_room_air() -> None:
    def cannula(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        if start >= 120:
            support["o2-device"] += 1
            support["o2-flow"] += 3

    taken = sets(charted(4, change=cannula))
    devices = [
        (one["at"] >= "2026-03-02T09", values(one).get("o2-device"), values(one).get("o2-flow"))
        for one in taken
    ]
    assert set(devices) == {(False, None, None), (True, "nasal-cannula", 3.0)}


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ({"device": "room-air", "flow": 0, "fio2": None}, {"o2-device": "room-air"}),
        (
            {"device": "nasal-cannula", "flow": 4, "fio2": None},
            {"o2-device": "nasal-cannula", "o2-flow": 4.0},
        ),
        ({"device": "mask", "flow": None, "fio2": 50}, {"o2-device": "mask", "fio2": 50}),
        ({"device": "ventilator", "flow": None, "fio2": 60}, {"o2-device": "ventilator", "fio2": 60}),
    ],
)
def test_a_change_of_oxygen_is_charted_with_what_belongs_to_the_device(
    detail: dict[str, Any], shown: dict[str, Any]
) -> None:
    records = charted(1, acts=[Act(20, 0, "o2", detail)])
    assert [
        values(one) for one in bodies(records, type="vitals", source="nursing") if "o2-device" in values(one)
    ] == [shown]


def test_weight_is_taken_on_admission_and_each_morning_at_6() -> None:
    weights = bodies(charted(50), source="scale")
    assert [one["at"][8:16] for one in weights] == ["02T07:20", "03T06:00", "04T06:00"]
    assert all(abs(values(one)["weight"] - 72) < 0.5 for one in weights)


def test_a_weight_that_was_missed_is_made_good_when_somebody_charts_again() -> None:
    missed = ClinicalEvent(0, "missed-charting", 20 * 60, 27 * 60, 1)
    assert [one["at"][8:16] for one in bodies(charted(30, happenings=[missed]), source="scale")] == [
        "02T07:20",
        "03T10:00",
    ]
