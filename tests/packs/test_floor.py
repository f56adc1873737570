"""What no pack can switch off holds a dose under every pack that decides."""

from __future__ import annotations

import pytest

from rules.guideline.packs.registry import PACKS
from tests.packs.moments import NOW, Course, _usual
from tests.packs.moments import PACKS as KEYS
from tests.packs.support import assessed, site


@pytest.mark.parametrize("key", KEYS[2:])
@pytest.mark.parametrize(("blocker", "code"), [("intubation", "intubation"), ("frank-blood", "frank-blood")])
def test_a_finding_of_the_floor_holds(key: str, blocker: str, code: str) -> None:
    found = assessed(_usual("p1", more=lambda made: made.finding(NOW - 1, code)), site(key), NOW)
    assert blocker in found.dose.blockers
    assert found.verdict in ("withhold", "stop")


@pytest.mark.parametrize("key", KEYS)
def test_hypotension_holds_under_every_pack(key: str) -> None:
    low = lambda hour: {"systolic_bp": 70.0} if hour >= NOW - 1 else {}  # noqa: E731
    found = assessed(_usual("p1", low), site(key), NOW)
    assert "hypotension" in found.dose.blockers
    assert found.verdict in ("withhold", "stop")


@pytest.mark.parametrize("key", KEYS[2:])
def test_a_pressor_holds_where_the_pack_has_no_row_for_it(key: str) -> None:
    def on_a_pressor(made: object) -> None:
        made.record(  # type: ignore[attr-defined]
            "infusion", NOW - 2, agent="phenylephrine", rate=0.6, unit="ug/kg/min"
        )

    found = assessed(_usual("p1", more=on_a_pressor), site(key), NOW)
    assert "phenylephrine" in found.dose.blockers
    assert found.verdict == "withhold"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("blood-pressure", {"systolic_bp": None}),
        ("pre-dose/heart-rate", {"heart_rate": None}),
    ],
)
def test_no_pack_is_safe_by_silence(key: str, what: str, change: dict[str, None]) -> None:
    silent = [
        {**event, "readings": [one for one in event["readings"] if one["code"] != code(change)]}
        if event["type"] == "vitals"
        else event
        for event in _usual("p1")
    ]
    found = assessed(silent, site(key), NOW)
    assert what in found.dose.blockers
    assert found.verdict == "blind"


def code(change: dict[str, None]) -> str:
    return next(iter(change)).replace("_", "-")


@pytest.mark.parametrize("key", KEYS)
def test_no_pack_says_give_while_a_row_of_its_minimum_is_blind(key: str) -> None:
    minimum = set(PACKS[key].dosing_minimum)
    for type in ("vitals", "labs", "io", "finding"):
        events = [event for event in _usual("p1") if event["type"] != type]
        found = assessed(events, site(key), NOW)
        unseen = [row.code for row in found.criteria if row.state == "indeterminate"]
        assert not (minimum & set(unseen)) or found.verdict in ("blind", "withhold", "stop")
        assert found.dose.readiness != "ready" or not minimum & set(unseen)


@pytest.mark.parametrize(("hours", "verdict"), [(1, "give"), (3, "withhold")])
def test_disorientation_counts_as_a_changed_mental_status_in_2014(hours: float, verdict: str) -> None:
    def disoriented(made: Course) -> None:
        made.finding(NOW - hours, "disorientation")

    events = _usual("p1", more=disoriented, mental=(NOW - 5, "normal"))
    assert assessed(events, site(KEYS[1]), NOW).verdict == verdict
