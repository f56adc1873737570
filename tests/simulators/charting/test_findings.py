"""Findings at the bedside."""

from __future__ import annotations

from typing import Any

import pytest

from rules.wire.vocabulary import FINDINGS as ON_THE_WIRE
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.latent_state import FINDINGS
from tests.simulators.charting.chunks import Change, bodies, charted


def level(finding: str, *turns: tuple[int, int]) -> Change:
    """The finding's level from a minute on, again and again; minutes are the first of a chunk."""

    def change(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        for since, size in turns:
            if start >= since:
                latent[finding][:] = size

    return change


def findings_of(records: Any, *codes: str) -> list[tuple[str, str, Any]]:
    found = [one for one in bodies(records, type="finding") if one["code"] in codes]
    return [
        (one["at"][11:16], one["code"], one.get("value", one.get("present")))
        for one in sorted(found, key=lambda one: (str(one["at"]), str(one.get("present"))))
    ]


@pytest.mark.parametrize("finding", sorted(FINDINGS))
def test_a_finding_is_charted_in_the_minute_it_appears(finding: str) -> None:
    code, value = FINDINGS[finding][0]
    assert ("09:01", code, value) in findings_of(charted(5, change=level(finding, (120, 1))), code)
    assert code in ON_THE_WIRE


def test_a_finding_that_grows_worse_takes_the_milder_one_back() -> None:
    records = charted(5, change=level("bleeding", (60, 1), (120, 2), (180, 0)))
    assert findings_of(records, "guaiac-positive", "frank-blood") == [
        ("08:01", "guaiac-positive", True),
        ("09:01", "guaiac-positive", False),
        ("09:01", "frank-blood", True),
        ("10:01", "frank-blood", False),
    ]


def test_blood_that_is_not_seen_is_charted_with_what_it_was_looked_for_in() -> None:
    records = charted(4, change=level("bleeding", (60, 1), (120, 0)))
    found = [one for one in bodies(records, type="finding") if one["code"] == "guaiac-positive"]
    assert [(one["present"], one["specimen"]) for one in found] == [(True, "stool"), (False, "stool")]


def test_with_the_end_of_an_arrhythmia_the_sinus_rhythm_and_no_symptoms_are_charted() -> None:
    records = charted(5, change=level("rhythm", (60, 1), (120, 2), (180, 0)))
    assert findings_of(records, "sinus-rhythm", "cardiac-symptoms") == [
        ("08:01", "sinus-rhythm", False),
        ("10:01", "cardiac-symptoms", False),
        ("10:01", "sinus-rhythm", True),
    ]


def test_a_graded_finding_is_one_code_with_another_value() -> None:
    records = charted(5, change=level("rales", (60, 1), (120, 2), (180, 0)))
    assert findings_of(records, "rales") == [
        ("08:01", "rales", "one-third"),
        ("09:01", "rales", "half"),
        ("10:01", "rales", "none"),
    ]


def test_mental_status_and_the_intravenous_site_are_looked_at_each_shift() -> None:
    records = charted(34)
    for code, value in (("mental-status", "normal"), ("iv-site", True)):
        assert findings_of(records, code) == [
            (at, code, value) for at in ("07:30", "14:00", "22:00", "06:00", "14:00")
        ]


def test_a_round_tells_what_is_still_there() -> None:
    assert findings_of(charted(10, change=level("edema", (0, 2))), "edema") == []
    assert findings_of(charted(10, change=level("hallucination", (120, 1))), "hallucination") == [
        ("09:01", "hallucination", True),
        ("14:00", "hallucination", True),
    ]


def test_what_is_done_once_a_cycle_is_done_after_admission() -> None:
    assert {one[1] for one in findings_of(charted(3), "ecg", "chest-xray", "urinalysis")} == {
        "ecg",
        "chest-xray",
        "urinalysis",
    }


def test_what_changed_while_nobody_charted_is_charted_when_somebody_does() -> None:
    missed = ClinicalEvent(0, "missed-charting", 60, 180, 1)
    records = charted(5, happenings=[missed], change=level("disorientation", (120, 1)))
    assert findings_of(records, "disorientation")[0] == ("10:01", "disorientation", True)


def test_a_round_that_was_missed_is_made_good() -> None:
    missed = ClinicalEvent(0, "missed-charting", 6 * 60, 9 * 60, 1)
    assert [at for at, *_ in findings_of(charted(11, happenings=[missed]), "iv-site")] == ["07:30", "16:30"]


@pytest.mark.parametrize(
    ("finding", "code"), [("mental-status", "mental-status"), ("cognition", "cognition-failed")]
)
@pytest.mark.parametrize(("lasts", "times"), [(240, 2), (60, 1)])
def test_what_must_be_confirmed_is_charted_again_after_two_hours_if_it_is_still_present(
    finding: str, code: str, lasts: int, times: int
) -> None:
    value = FINDINGS[finding][0][1]
    records = charted(6, change=level(finding, (120, 1), (120 + lasts, 0)))
    found = [
        at for at, _, charted_value in findings_of(records, code) if charted_value == value and at < "13:00"
    ]
    assert found[:2] == ["09:01", "11:06"][:times]
    assert len(found) == times
