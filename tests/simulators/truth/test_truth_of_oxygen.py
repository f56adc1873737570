"""What the device says, and oxygen that does not suffice."""

from __future__ import annotations

import pytest

from simulators.physiology.latent_state import DEVICES
from tests.simulators.truth.lived import Course, levels, lived, patient, spans


@pytest.mark.parametrize(
    ("device", "flow", "fraction", "found"),
    [
        ("room-air", 0, 21, []),
        ("nasal-cannula", 2.9, 21, []),
        ("nasal-cannula", 3, 21, ["relative"]),
        ("nasal-cannula", 4, 21, ["relative"]),
        ("nasal-cannula", 4.1, 21, ["absolute"]),
        ("mask", 0, 39, ["relative"]),
        ("mask", 0, 40, ["absolute"]),
        ("mask", 0, 21, ["absolute"]),
        ("ventilator", 0, 30, ["absolute"]),
    ],
)
def test_a_device_is_graded_by_flow_or_fraction(
    device: str, flow: float, fraction: float, found: list[str]
) -> None:
    given = {"o2-device": DEVICES.index(device), "o2-flow": flow, "fio2": fraction}
    assert levels(lived(60, {}, given), "oxygen-requirement") == found


@pytest.mark.parametrize(
    ("saturation", "flow", "found"), [(94.9, 4, "absolute"), (95, 4, "relative"), (94.9, 3.9, "relative")]
)
def test_a_saturation_below_95_on_4_litres_is_absolute(saturation: float, flow: float, found: str) -> None:
    given = {"o2-device": DEVICES.index("nasal-cannula"), "o2-flow": flow}
    assert levels(lived(60, {"spo2": saturation}, given), "oxygen-requirement")[-1] == found


def test_it_stays_unmet_until_saturation_has_been_95_for_5_minutes() -> None:
    given = {"o2-device": DEVICES.index("nasal-cannula"), "o2-flow": [(0, 4), (40, 2)]}
    course = {"spo2": [(0, 98), (20, 93), (60, 96)]}
    assert spans(lived(120, course, given), "oxygen-requirement")[-1] == (26, 66, "absolute")


@pytest.mark.parametrize(
    ("saturation", "found"),
    [
        (95, []),
        (94.9, [(6, 60, "relative")]),
        (90, [(6, 60, "relative")]),
        (89.9, [(1, 60, "absolute")]),
        ([(0, 98), (20, 89), (21, 98)], [(21, 22, "absolute")]),
        ([(0, 98), (20, 89), (23, 98)], [(21, 29, "absolute")]),
        ([(0, 98), (20, 94), (25, 98)], []),
    ],
)
def test_a_low_saturation_on_room_air_counts_after_5_minutes_and_below_90_at_once(
    saturation: Course | float, found: list[tuple[int, int, str]]
) -> None:
    assert spans(lived(60, {"spo2": saturation}), "oxygen-requirement") == found


@pytest.mark.parametrize(
    ("baseline", "saturation", "found"),
    [
        (97, 94.9, ["relative"]),
        (96, 94, []),
        (96, 93.9, ["relative"]),
        (96, 89, ["relative"]),
        (96, 88.9, ["absolute"]),
    ],
)
def test_a_patient_whose_own_saturation_is_low_has_lower_limits(
    baseline: float, saturation: float, found: list[str]
) -> None:
    assert levels(lived(60, {"spo2": saturation}, who=patient(spo2=baseline)), "oxygen-requirement") == found


def test_it_is_absolute_only_when_every_low_minute_had_high_oxygen() -> None:
    given = {"o2-device": DEVICES.index("nasal-cannula"), "o2-flow": [(0, 2), (40, 4)]}
    found = spans(lived(120, {"spo2": [(0, 98), (30, 93)]}, given), "oxygen-requirement")
    assert found == [(36, 46, "relative"), (46, 120, "absolute")]
