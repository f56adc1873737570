"""The bedside monitor and its artefacts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulators.charting.monitor import ARTEFACTS, CODES, Artefacts
from simulators.physiology.clinical_events import ClinicalEvent
from tests.simulators.charting.chunks import bodies, charted, chunk, cohort, values

PLAUSIBLE = {
    "heart-rate": (20, 300),
    "systolic-bp": (30, 260),
    "diastolic-bp": (10, 200),
    "mean-bp": (20, 220),
    "spo2": (40, 100),
}


def line_in(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
    support["phenylephrine"] += 0.5


def test_a_monitored_patient_has_six_readings_a_minute() -> None:
    sets = bodies(charted(2, patients=2), source="monitor")
    assert len(sets) == 2 * 120
    assert all(tuple(values(one)) == CODES for one in sets)


def test_each_patient_is_charted_once_in_every_minute_at_a_second_of_its_own() -> None:
    sets = bodies(charted(1, patients=3), source="monitor")
    for patient, second in (("p1", "00"), ("p2", "20"), ("p3", "40")):
        times = [one["at"] for one in sets if one["patient"] == patient]
        assert times == [f"2026-03-02T07:{minute:02}:{second}Z" for minute in range(60)]


def test_ids_of_a_monitor_are_unique_within_the_patient() -> None:
    ids = [one["id"] for one in bodies(charted(3), source="monitor")]
    assert len(set(ids)) == len(ids) == 180


def test_who_is_not_admitted_has_no_monitor() -> None:
    assert (
        next(one["at"] for one in bodies(charted(1, admitted=45), source="monitor")) == "2026-03-02T07:45:00Z"
    )


def test_a_saturation_never_shows_more_than_100() -> None:
    def full(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        latent["spo2"] += 3

    shown = [values(one)["spo2"] for one in bodies(charted(8, change=full), source="monitor")]
    assert max(shown) == 100


@pytest.mark.parametrize("name", sorted(ARTEFACTS))
def test_what_an_artefact_shows_is_too_absurd_to_be_taken_for_the_patient(name: str) -> None:
    for code, value in ARTEFACTS[name].shows.items():
        least, most = PLAUSIBLE[code]
        assert not least <= value <= most


def absurd(shown: dict[str, float]) -> set[str]:
    return {code for code, (least, most) in PLAUSIBLE.items() if not least <= shown[code] <= most}


def test_artefacts_are_rare_and_those_of_an_arterial_line_need_one() -> None:
    with_line = [
        absurd(values(one)) for one in bodies(charted(24, patients=20, change=line_in), source="monitor")
    ]
    without = [absurd(values(one)) for one in bodies(charted(24, patients=20), source="monitor")]
    assert any("systolic-bp" in found for found in with_line)
    assert not any("systolic-bp" in found for found in without)
    assert 0 < sum(map(bool, with_line)) / len(with_line) < 0.01


def test_a_damped_line_narrows_the_pressure_and_leaves_the_mean() -> None:
    shown = np.full((15, 1000, len(CODES)), 80.0)
    shown[..., CODES.index("systolic-bp")], shown[..., CODES.index("diastolic-bp")] = 120, 60
    lined = np.ones((15, 1000), dtype=bool)
    Artefacts(np.random.default_rng(1)).damp(shown, lined, CODES)
    damped = shown[..., CODES.index("systolic-bp")] != 120
    assert damped.any()
    assert set(shown[damped][:, CODES.index("systolic-bp")]) == {112}
    assert set(shown[damped][:, CODES.index("diastolic-bp")]) == {64}
    assert set(shown[..., CODES.index("mean-bp")].ravel()) == {80}


def test_nothing_is_spoiled_where_nobody_lies() -> None:
    assert (
        Artefacts(np.random.default_rng(1))
        .begun(ARTEFACTS["flush"], chunk(0, cohort(50)).support["icu"] > 0)
        .any()
        == np.False_
    )


@pytest.mark.parametrize(("size", "silent"), [(1, True), (2, False), (3, True)])
def test_a_monitor_is_silent_where_everything_or_the_vital_signs_are_missed(
    size: float, silent: bool
) -> None:
    sets = bodies(
        charted(3, happenings=[ClinicalEvent(0, "missed-charting", 60, 120, size)]), source="monitor"
    )
    missed = [one for one in sets if "T08:" in one["at"]]
    assert len(missed) == (0 if silent else 60)
    assert len(sets) - len(missed) == 120
