from __future__ import annotations

from typing import Any

import msgspec
import pytest

from streams.board.flowsheet import Span, begin, flowsheet
from streams.projections.patients import PatientProjection
from tests.streams.board.wards import GUIDE, at, cycle, ms, oliguria, projection, vitals


def drawn(found: PatientProjection, start: float = -10, end: float = 180) -> dict[str, Any]:
    return flowsheet(found, GUIDE, Span(ms(start), ms(end), 0))


def panel(found: PatientProjection, id: str, **span: float) -> dict[str, Any]:
    return next(one for one in drawn(found, **span)["panels"] if one["id"] == id)


def test_the_pressure_is_drawn_against_the_workers_target() -> None:
    made = panel(projection(oliguria()), "pressure")
    assert [point[1] for point in made["series"][0]["points"]] == [86] * 5
    assert made["lines"] == [{"at": 90, "text": "target >90", "level": "ink"}]
    assert {"from": 80, "to": 90, "level": "relative"} in made["bands"]


def test_what_an_open_alert_rests_on_is_marked() -> None:
    made = panel(projection(oliguria()), "pressure")["series"][0]
    assert made["rests"]["hypotension"]
    assert set(made["rests"]["hypotension"]) <= {at for at, _ in made["points"]}
    assert panel(projection(oliguria()), "urine")["series"][0]["bars"][0]["mark"]


def test_doses_and_the_hours_of_their_peak_are_shown() -> None:
    made = drawn(projection(oliguria()), -10, 400)
    assert made["doses"] == [{"at": ms(0), "given": True}]
    assert made["windows"] == [[ms(240), ms(360)]]


def test_urine_is_drawn_as_its_rate_over_the_time_it_took() -> None:
    bar = panel(projection(oliguria()), "urine")["series"][0]["bars"][0]
    assert (bar["from"], bar["to"], bar["value"], bar["text"]) == (ms(60), ms(120), 8.0, "8 mL")


def test_a_collection_whose_start_nobody_knows_has_no_rate() -> None:
    urine = {
        "type": "io",
        "id": "u1",
        "patient": "p1",
        "at": at(120),
        "direction": "out",
        "kind": "urine",
        "volume": 8,
        "unit": "mL",
    }
    made = panel(projection([*cycle(), urine]), "urine")
    assert made["series"] == []
    assert made["texts"] == [[ms(120), "8 mL"]]


def test_a_pressors_steps_reach_the_right_edge() -> None:
    rate = {
        "type": "infusion",
        "id": "i1",
        "patient": "p1",
        "at": at(30),
        "agent": "phenylephrine",
        "rate": 0.7,
        "unit": "ug/kg/min",
    }
    assert panel(projection([*cycle(), rate]), "phenylephrine")["series"][0]["points"] == [
        (ms(30), 0.7),
        (ms(180), 0.7),
    ]


def test_what_was_not_charted_is_an_empty_panel() -> None:
    assert panel(projection(cycle()), "heart-rate")["series"] == []


def test_limits_are_drawn_only_when_the_worker_goes_by_the_same_guideline() -> None:
    found = projection(oliguria())
    assert found.assessment is not None
    assert panel(found, "heart-rate")["lines"]
    other = {"id": "x", "version": "1", "sha256": "0" * 64}
    found.assessment = msgspec.structs.replace(found.assessment, guideline=other)
    assert panel(found, "heart-rate")["lines"] == []


@pytest.mark.parametrize(("hours", "start"), [(8.0, 120 - 480), (24.0, 120 - 1440), (None, 0)])
def test_a_stretch_of_hours_or_the_cycle(hours: float | None, start: float) -> None:
    assert begin(projection(oliguria()), hours, ms(120)) == ms(start)


def test_a_fio2_stands_as_a_word() -> None:
    mask = vitals("m1", 50, spo2=93)
    mask["readings"] += [{"code": "o2-device", "value": "mask"}, {"code": "fio2", "value": 50, "unit": "%"}]
    assert panel(projection([*cycle(), mask]), "oxygen")["texts"] == [[ms(50), "FiO2 50 %"], [ms(50), "mask"]]


def test_an_empty_panel_says_what_was_charted_before_it() -> None:
    found = projection([*cycle(), vitals("v1", 10, hr=101)])
    assert panel(found, "heart-rate", start=60)["before"] == (ms(10), 101)
    assert panel(found, "heart-rate", start=0)["series"]
    assert panel(projection(cycle()), "heart-rate")["before"] is None
