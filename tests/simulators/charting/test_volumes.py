"""Intake and output."""

from __future__ import annotations

from typing import Any

import pytest

from rules.wire.instants import MINUTE, parse
from simulators.physiology.clinical_events import ClinicalEvent
from tests.simulators.charting.chunks import Change, bodies, charted


def spans(collections: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["start"][11:16], one["at"][11:16]) for one in collections]


def intensive(name: str, first: int = 0, last: int = 10**6) -> Change:
    def change(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        if first <= start < last:
            support[name] += 1

    return change


def test_on_the_ward_urine_is_charted_each_4_hours_so_that_the_shifts_end_with_a_round() -> None:
    assert spans(bodies(charted(16), kind="urine")) == [
        ("07:00", "11:00"),
        ("11:00", "15:00"),
        ("15:00", "19:00"),
        ("19:00", "23:00"),
    ]


@pytest.mark.parametrize("name", ["icu", "phenylephrine", "dopamine", "norepinephrine"])
def test_in_intensive_care_and_on_a_pressor_urine_is_charted_each_hour(name: str) -> None:
    assert spans(bodies(charted(3, change=intensive(name)), kind="urine")) == [
        ("07:00", "08:00"),
        ("08:00", "09:00"),
        ("09:00", "10:00"),
    ]


def test_hourly_charting_begins_at_the_first_full_hour_on_a_pressor_and_lasts_five_hours_after_it() -> None:
    found = spans(bodies(charted(12, change=intensive("phenylephrine", 150, 180)), kind="urine"))
    assert found[:2] == [("07:00", "10:00"), ("10:00", "11:00")]
    assert found[-2:] == [("14:00", "15:00"), ("15:00", "19:00")]


def test_little_urine_is_measured_each_hour_from_then_on() -> None:
    def little(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        latent["urine-rate"] -= 45

    assert spans(bodies(charted(6, change=little), kind="urine")) == [
        ("07:00", "11:00"),
        ("11:00", "12:00"),
        ("12:00", "13:00"),
    ]


def test_a_volume_is_what_ran_within_the_reading_of_a_jug() -> None:
    volumes = [one["volume"] for one in bodies(charted(48, patients=5), kind="urine")]
    assert all(abs(volume - 240) <= 0.05 * 240 + 2.5 and volume % 5 == 0 for volume in volumes)
    assert abs(sum(volumes) / len(volumes) - 240) < 3


def test_maintenance_and_drink_are_charted_with_the_urine() -> None:
    def thirsty(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        support["oral"] += 40

    records = charted(8, change=thirsty)
    assert [(one["volume"], one["direction"]) for one in bodies(records, kind="iv-maintenance")] == [
        (300, "in")
    ] * 2
    assert [one["volume"] for one in bodies(records, kind="oral")] == [160, 160]


@pytest.mark.parametrize(("per_hour", "charted_hours"), [(60.0, 4), (250.0, 1)])
def test_stool_is_charted_when_there_is_some_and_at_the_end_of_a_shift(
    per_hour: float, charted_hours: int
) -> None:
    def loose(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        latent["stool-rate"] += per_hour

    stools = bodies(charted(8, change=loose), kind="stool")
    assert stools[0]["at"][11:16] == f"{7 + charted_hours:02}:00"
    assert stools[-1]["at"][11:16] == "15:00"
    assert abs(sum(one["volume"] for one in stools) - 8 * per_hour) <= 0.05 * 8 * per_hour + 20


def test_no_stool_is_no_record() -> None:
    assert bodies(charted(24), kind="stool") == []


@pytest.mark.parametrize("size", [1, 2])
def test_urine_that_nobody_charted_stays_unknown(size: float) -> None:
    records = charted(12, happenings=[ClinicalEvent(0, "missed-charting", 3 * 60, 6 * 60, size)])
    assert spans(bodies(records, kind="urine")) == [("11:00", "15:00"), ("15:00", "19:00")]


def test_an_hourly_collection_is_known_before_the_next_can_be_overdue() -> None:
    late = [
        (parse(one["known"]) - parse(one["at"])) / MINUTE
        for one in bodies(charted(48, change=intensive("icu")), kind="urine")
    ]
    assert 1 <= min(late) <= max(late) <= 10
