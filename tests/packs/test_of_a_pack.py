"""A resume means the deciding pack unless it names another; a pressor centre holds where others stop."""

from __future__ import annotations

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.registry import PACKS
from tests.packs.moments import MOMENTS, NOW, Course
from tests.packs.support import assessed, site, states

LABEL, TIL, PAPER = "proleukin-us-label/2024-12", "til-2024/1", "schwartzentruber-2001/2"
CODE = "sustained-vt"


def resumed(rule: str, pack: str | None) -> list[dict[str, object]]:
    made = Course("p1")
    made.baseline()
    made.record("encounter", 0, event="cycle-start", location="ward")
    made.finding(3, CODE)
    made.finding(4, CODE, False)
    made.record("resume", 10, rule=rule, by="md-7", reason="artefact", **({"pack": pack} if pack else {}))
    return made.events


@pytest.mark.parametrize(
    ("decides", "pack", "expected"),
    [
        (LABEL, None, "clear"),
        (LABEL, LABEL, "clear"),
        (LABEL, PAPER, "absolute"),
        (PAPER, None, "absolute"),
        (PAPER, LABEL, "clear"),
    ],
)
def test_a_permanent_row_ends_by_a_resume_that_means_its_pack(
    decides: str, pack: str | None, expected: str
) -> None:
    other = PAPER if decides == LABEL else LABEL
    found = assessed(resumed(f"permanent/{CODE}", pack), site(decides, other), 11)
    beside = next(iter(found.overlays))
    rows = states(found) if decides == LABEL else {row.code: row.state for row in beside.criteria}
    assert rows.get(CODE, "clear") == expected


@pytest.mark.parametrize(("pack", "expected"), [(None, "proceed"), (PAPER, "proceed"), (LABEL, "stop")])
def test_a_stop_rule_ends_by_a_resume_that_means_its_pack(pack: str | None, expected: str) -> None:
    moment = next(one for one in MOMENTS if one.name == "AF, sinus charted")
    lifted = {"type": "resume", "id": "r1", "patient": moment.events[0]["patient"], "by": "md-7"}
    at = max(event["at"] for event in moment.events)
    lifted |= {"at": at, "rule": "arrhythmia", "reason": "converted"} | ({"pack": pack} if pack else {})
    found = assessed([*moment.events, lifted], site(PAPER, LABEL), NOW)
    assert found.recommendation == expected


CENTRE = {
    "no pressor": (None, "relative", "decide"),
    "load 0.5": (0.5, "relative", "decide"),
    "load above 0.5": (0.51, "absolute", "withhold"),
}


@pytest.mark.parametrize("name", CENTRE)
def test_where_pressors_are_given_refractory_hypotension_holds_until_the_load_is_weaned(name: str) -> None:
    rate, state, verdict = CENTRE[name]
    moment = next(one for one in MOMENTS if one.name == "systolic 88, refractory")
    more = Course(moment.events[0]["patient"])
    for minutes in (18, 12, 6, 0):
        more.vitals(NOW - minutes / 60, systolic_bp=96)
    if rate is not None:
        more.record("infusion", NOW - 0.3, agent="phenylephrine", rate=rate, unit="ug/kg/min")
    added = [{**event, "id": f"x{event['id']}"} for event in more.events]
    events = [e for e in moment.events if not (e["type"] == "vitals" and e["at"] == added[3]["at"])]
    centre = with_packs(SCHWARTZENTRUBER_2001, PACKS[TIL], pressor_centre=True)
    found = assessed([*events, *added], centre, NOW)
    assert states(found)["sbp-refractory"] == state
    assert found.verdict == verdict
    assert assessed([*events, *added], site(TIL), NOW).verdict == "stop"
