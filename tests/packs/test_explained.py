"""`explain` answers for every subject of every pack: rows, rows that nobody has read, packs beside (editions.md)."""

from __future__ import annotations

import pytest

from rules.decide.assessment import assess
from rules.decide.engine import settled
from rules.explain import explain, lines, wire
from rules.explain.explanation import Explanation
from rules.explain.question import own_subjects, subjects
from tests import references
from tests.packs.moments import MOMENTS, NOW, PACKS, Moment
from tests.packs.support import folded, site

SITES = {key: site(key, *(other for other in PACKS[1:] if other != key)) for key in PACKS}


@pytest.mark.parametrize("key", PACKS)
@pytest.mark.parametrize("moment", MOMENTS, ids=[moment.name for moment in MOMENTS])
def test_every_subject_of_every_pack_can_be_explained(key: str, moment: Moment) -> None:
    (patient,) = folded(moment.events, SITES[key], NOW).patients.values()
    seen = settled(patient)
    states = {row.code: row.state for row in assess(seen).criteria}
    for subject in (*subjects(seen.guideline), *own_subjects(seen)):
        found = explain(seen, subject)
        assert found.headline.startswith(f"{subject} is ")
        assert found.state == states.get(subject, found.state)
        assert wire(found)["subject"] == subject
        assert not [line for line in lines(found) if "None" in line]
        assert references.wrong(found.rule.section) == []
    assert set(states) <= {*subjects(seen.guideline), *own_subjects(seen)}


def explained(decides: str, moment: str, subject: str) -> Explanation:
    (events,) = (one.events for one in MOMENTS if one.name == moment)
    (patient,) = folded(events, SITES[decides], NOW).patients.values()
    return explain(settled(patient), subject)


def test_a_row_that_nobody_has_read_is_no_row_passed_and_nothing_is_to_be_charted_for_it() -> None:
    found = explained("proleukin-us-label/2024-12", "nothing else", "renal")
    assert (found.state, found.missing, found.measures) == ("indeterminate", ("renal.not-open",), ())
    assert "A row not read is not a row passed: by this pack the dose is at best without objection." in (
        found.why
    )


@pytest.mark.parametrize(
    ("moment", "subject", "state", "why"),
    [
        ("systolic 86, baseline 96", "overlay/proleukin-us-label", "withhold", "Systolic 86 (below 90)."),
        (
            "nothing else",
            "overlay/proleukin-us-label",
            "no-objection",
            "Schwartzentruber 2001 decides: give.",
        ),
        ("6 doses", "overlay/til-2024", "stop", "Regimen, doses per cycle reached."),
        ("HR 112 for 2 h", "overlay/dutcher-2014", "decide", "Heart rate 112 (at or above 100)."),
    ],
)
def test_a_pack_beside_says_what_it_would_do_why_and_what_decides(
    moment: str, subject: str, state: str, why: str
) -> None:
    found = explained(PACKS[0], moment, subject)
    assert found.state == state
    assert why in found.why


def test_what_is_asked_for_before_a_dose_can_be_explained() -> None:
    found = explained("til-2024/1", "nothing else", "monitoring/pre-dose-assessment")
    assert found.rule.section == "editions.md section 3, pre-dose-assessment"
