"""Simulated courses about which the packs differ say what section 7 of editions.md says of such a moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rules.decide.assessment import assess
from rules.decide.engine import fold, settled
from rules.wire.assessments import Assessment, OverlayItem
from rules.wire.events import Encounter
from rules.wire.instants import HOUR, MINUTE
from simulators.scenarios import OF_PACKS
from tests.packs.moments import PACKS, WORDS
from tests.packs.support import site
from tests.simulators.scenarios.rehearsed import of_packs, second_cycles

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("rehearsals")]

SECOND = 15 * 24
"""Hours from the first cycle to the second."""
COURSES = {
    "til-unit": {
        "platelets 25": (21, "wwnn"),
        "below the target after two boluses": (32, "wwws"),
        "6 doses": (48, "wwns"),
    },
    "occult-blood-retested": {"occult blood": (32, "ddwn"), "then negative": (40, "ggnn")},
    "fibrillation-converted": {"sinus rhythm charted": (32, "sgnn")},
    "fibrillation-uncharted": {"uncharted": (32, "sgwn"), "still uncharted": (40, "sgwn")},
    "agitation": {"agitated": (32, "ggwn"), "denied, mental status normal": (40, "ggnn")},
    "long-intubation": {"dose 1 of cycle 2": (SECOND, "ggs-")},
    "two-cycles": {
        "6 doses": (48, "ggns"),
        "14 doses": (112, "d-ss"),
        "dose 1 of cycle 2": (SECOND, "ggn-"),
        "28 doses": (SECOND + 112, "d-ss"),
    },
}
"""By scenario, moments in hours from the first dose, and the verdict of each pack on the dose that is due."""


def just_before(name: str, hours: int) -> Assessment:
    """Assess a simulated patient a minute before a dose falls due; at the start of a cycle, at it."""
    events = of_packs()[name].events if hours < SECOND else second_cycles()[name]
    starts = (event for event in events if isinstance(event, Encounter) and event.event == "cycle-start")
    until = next(starts).at + hours * HOUR - (0 if hours == SECOND else MINUTE)
    (patient,) = fold(events, site(*PACKS), until, gaps=True).patients.values()
    return assess(settled(patient))


def verdicts(found: Assessment) -> Iterator[str | None]:
    """Yield the verdict of the deciding pack, then of those beside it."""
    yield found.verdict or None
    yield from (one.verdict for one in found.overlays or ())


def beside(found: Assessment) -> dict[str, OverlayItem]:
    """Return what the packs beside say, by id."""
    return {one.guideline["id"]: one for one in found.overlays or ()}


def test_every_course_about_the_packs_has_moments() -> None:
    assert set(COURSES) == set(OF_PACKS)


@pytest.mark.parametrize(
    ("name", "hours", "expected"),
    [(name, *moment) for name, moments in COURSES.items() for moment in moments.values()],
    ids=[f"{name}: {what}" for name, moments in COURSES.items() for what in moments],
)
def test_the_packs_differ_about_a_simulated_course(name: str, hours: int, expected: str) -> None:
    found = just_before(name, hours)
    for pack, letter, verdict in zip(PACKS, expected, verdicts(found), strict=True):
        assert WORDS[letter] in (verdict, None), (pack, verdict, found.reasons, found.overlays)


def test_the_unit_charts_its_own_target_boluses_and_no_pressor() -> None:
    refractory = just_before("til-unit", 32)
    assert {row.code for row in beside(refractory)["til-2024"].criteria} >= {"sbp-target", "sbp-refractory"}
    assert refractory.pressors.load == 0


@pytest.mark.parametrize(("name", "hours"), [("two-cycles", 112), ("two-cycles", SECOND + 112)])
def test_the_maxima_of_a_cycle_and_of_a_course_are_named(name: str, hours: int) -> None:
    item = "doses_per_cycle" if hours < SECOND else "doses_per_course"
    assert f"regimen:{item}" in beside(just_before(name, hours))["proleukin-us-label"].reasons


def test_a_long_intubation_is_permanent_for_the_label_alone() -> None:
    found = just_before("long-intubation", SECOND)
    assert "intubation-72h" in beside(found)["proleukin-us-label"].reasons
    assert found.reasons == ()
