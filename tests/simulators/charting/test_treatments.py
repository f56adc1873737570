"""What is given, and the turns of the stay."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.physiology.latent_state import Act
from tests.simulators.charting.chunks import bodies, charted, values

AT = "2026-03-02T07:20:00Z"


@pytest.mark.parametrize(
    ("kind", "detail", "record"),
    [
        (
            "dose",
            {"given": True, "amount": 600_000, "reason": None},
            {"type": "dose", "given": True, "amount": 600_000, "unit": "[iU]/kg"},
        ),
        (
            "dose",
            {"given": False, "amount": 600_000, "reason": "held"},
            {"type": "dose", "given": False, "reason": "held"},
        ),
        (
            "rate",
            {"agent": "phenylephrine", "rate": 0.3},
            {"type": "infusion", "agent": "phenylephrine", "rate": 0.3, "unit": "ug/kg/min"},
        ),
        ("rate", {"agent": "dopamine", "rate": 0.0}, {"type": "infusion", "agent": "dopamine", "rate": 0.0}),
        (
            "medication",
            {"agent": "acetaminophen", "amount": 650, "unit": "mg", "route": "PO"},
            {"type": "medication", "agent": "acetaminophen"},
        ),
        ("transfer", {"location": "icu"}, {"type": "encounter", "event": "transfer", "location": "icu"}),
        ("cycle-start", {}, {"type": "encounter", "event": "cycle-start"}),
        ("therapy-end", {}, {"type": "encounter", "event": "therapy-end"}),
    ],
)
def test_an_act_is_charted_at_its_minute(kind: str, detail: dict[str, Any], record: dict[str, Any]) -> None:
    [found] = [
        one for one in bodies(charted(1, acts=[Act(20, 0, kind, detail)])) if one["type"] == record["type"]
    ]
    assert record.items() <= found.items()
    assert found["at"] == AT


def test_a_held_dose_has_no_amount() -> None:
    [held] = bodies(
        charted(1, acts=[Act(20, 0, "dose", {"given": False, "amount": 600_000, "reason": "held"})]),
        type="dose",
    )
    assert "amount" not in held


@pytest.mark.parametrize(
    ("kind", "detail", "ends"),
    [
        ("bolus", {"volume": 500.0, "minutes": 30}, "07:50"),
        ("blood-product", {"volume": 300.0, "minutes": 60}, "08:20"),
    ],
)
def test_a_volume_counts_when_it_has_run_in(kind: str, detail: dict[str, Any], ends: str) -> None:
    [given] = bodies(charted(2, acts=[Act(20, 0, kind, detail)]), type="io")
    assert (given["direction"], given["volume"], given["unit"]) == ("in", detail["volume"], "mL")
    assert (given["start"], given["at"][11:16]) == (AT, ends)


def test_a_baseline_says_who_the_patient_is() -> None:
    [baseline] = bodies(charted(1, acts=[Act(20, 0, "baseline", {"location": "ward"})]), event="baseline")
    assert baseline["age"] == 50
    assert {"systolic-bp": 118, "weight": 72.0, "creatinine": 1.0}.items() <= values(baseline).items()
    assert baseline["findings"]["stress-test-normal"] is True


def test_after_a_discharge_nothing_more_is_charted_not_even_what_was_drawn_before() -> None:
    def gone(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        support["present"] *= start < 120

    acts = [Act(110, 0, "lab-draw", {"panels": ("chemistry",)}), Act(120, 0, "discharge", {})]
    found = bodies(charted(4, acts=acts, change=gone))
    assert found[-1]["event"] == "discharge"
    assert not [one for one in found if one["type"] == "labs"]
