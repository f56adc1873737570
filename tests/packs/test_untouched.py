"""Packs beside the deciding one change nothing of what it says, and page nobody (editions.md 5)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rules.decide.engine import Outcome, assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001, Guideline
from rules.ingest.decode import decode
from rules.wire.alerts import Alert, decode_transition, encode
from rules.wire.events import Event
from rules.wire.instants import DAY
from simulators.course.simulation import Simulation, SimulationRequest
from simulators.mimic_iv import convert
from simulators.mimic_iv.tally import ImportTally
from simulators.scenarios import SCENARIOS
from streams.demo.dose_consultant import Consultant
from streams.pager.policy.routes import OVERLAY, EscalationStep, Match, Paging, PagingRoute, choose
from tests.packs.moments import PACKS
from tests.packs.support import site
from tests.reference.packs.generate import course
from tests.rules.wired import wire
from tests.simulators.mimic_iv.source import DEMO
from tests.simulators.scenarios.rehearsed import charted

Wire = dict[str, Any]
Figures = Callable[..., None]
PAPER, *OTHERS = PACKS
FIRST, SHORT, MANY = 80_000, (80_001,), 100
LOOKS = 2
"""At how many instants the assessments are compared."""
START = datetime(2026, 3, 2, 7, tzinfo=UTC)
NEW = {"seq", "overlays", "verdict", "effect", "status", "now", "regimen"}
"""What wire 2.1 adds, and the numbers of alerts, of which those of the packs beside take some."""
ANY_ROUTE = Paging((PagingRoute("all", (EscalationStep(0, ("nurse",)),)),))
NAMED = Paging((PagingRoute("second", (EscalationStep(0, ("pharmacist",)),), Match(kind=(OVERLAY,))),))
RECORDED = Path(__file__).parents[1] / "data" / "golden" / "ward.jsonl.gz"


def plain(record: Any) -> Any:
    """Return what is published without what wire 2.1 adds."""
    if isinstance(record, dict):
        return {key: plain(value) for key, value in record.items() if key not in NEW}
    return [plain(one) for one in record] if isinstance(record, list) else record


def looks(log: list[Event]) -> list[int]:
    known = sorted({event.known for event in log})
    return [known[len(known) * (i + 1) // LOOKS - 1] for i in range(LOOKS)]


class Published(NamedTuple):
    """What the deciding pack says, in plain types, and the alerts of the packs beside."""

    alerts: list[Wire]
    assessments: list[Wire]
    beside: list[Alert]


def published(log: list[Event], guideline: Guideline) -> Published:
    """Fold a log, and look at it at several instants too."""
    outcome = fold(log, guideline)
    early: list[Outcome] = [fold(log, guideline, until) for until in looks(log)[:-1]]
    return Published(
        [plain(wire(alert)) for alert in outcome.alerts if alert.kind != OVERLAY],
        [plain(wire(one)) for each in (*early, outcome) for one in assessments(each)],
        [alert for alert in outcome.alerts if alert.kind == OVERLAY],
    )


def untouched(log: list[Event], most: int = len(OTHERS)) -> list[Alert]:
    """Compare a log without packs beside and with one to three; return the alerts of three."""
    alone = published(log, SCHWARTZENTRUBER_2001)
    beside: list[Alert] = []
    for number in range(1, most + 1):
        found = published(log, site(PAPER, *OTHERS[:number]))
        assert found.alerts == alone.alerts
        assert found.assessments == alone.assessments
        beside = found.beside
    return beside


def without_reason(alerts: list[Alert]) -> list[tuple[str, str, str]]:
    """Return the transitions of packs beside that no change of a verdict explains."""
    last: dict[tuple[str, str], Wire] = {}
    found = []
    for alert in alerts:
        record, key = wire(alert), (alert.patient, alert.subject)
        verdicts = record["context"].get("verdicts")
        if verdicts is None:
            last.pop(key, None)
        elif last.get(key) == verdicts:
            found.append((*key, alert.transition))
        else:
            last[key] = verdicts
    return found


def log_of(lines: Iterable[bytes | str]) -> list[Event]:
    """The events of lines of JSON; what is refused is left out."""
    return [event for event, _ in map(decode, lines) if event is not None]


def generated(seed: int) -> list[Event]:
    return log_of(map(json.dumps, course(seed)))


def ward(patients: int, seed: int) -> list[Event]:
    """A simulated ward by the guideline's own policy, of what its monitors send one set in five."""
    simulation = Simulation(SimulationRequest(SCENARIOS["ward"], patients, seed, START))
    start = round(START.timestamp()) * 1000
    return list(charted(simulation, Consultant(simulation.cohort.ids, start, SCHWARTZENTRUBER_2001)))


def recorded(patients: int) -> list[Event]:
    """The first patients of the simulated ward that is kept with the golden outputs."""
    log = log_of(gzip.decompress(RECORDED.read_bytes()).splitlines())
    names = sorted({event.patient for event in log} - {"*"})[:patients]
    return [event for event in log if event.patient in names]


def days(log: list[Event]) -> float:
    """The days from each patient's first record to the last, added up."""
    spans: dict[str, list[int]] = {}
    for event in log:
        spans.setdefault(event.patient, []).append(event.known)
    return sum(max(one) - min(one) for one in spans.values()) / DAY


def pages_nobody(beside: list[Alert]) -> None:
    """A route that takes everything does not take them; one that names their kind does."""
    for alert in beside:
        transition = decode_transition(encode(alert))
        assert choose(ANY_ROUTE, transition, alert.at).route is None
        assert choose(NAMED, transition, alert.at).route is not None
        assert (alert.level in ("advisory", "clear"), wire(alert)["priority"]) == (True, "low")


def check(log: list[Event], figures: Figures, name: str, **more: Any) -> None:
    """Hold all that is said of the packs beside against a log, and print how often they speak."""
    beside = untouched(log)
    assert without_reason(beside) == []
    pages_nobody(beside)
    a_day = len(beside) / max(days(log), 1 / 24)
    figures(
        f"{name}: {len(beside)} transitions of three packs beside, {a_day:.2f} a patient-day",
        a_day=a_day,
        **more,
    )


@pytest.mark.parametrize("seed", SHORT)
def test_a_generated_course_is_told_as_without_packs_beside(seed: int, figures: Figures) -> None:
    check(generated(seed), figures, f"course {seed}")


def test_a_simulated_ward_is_told_as_without_packs_beside(figures: Figures) -> None:
    check(recorded(1), figures, "recorded ward, 1 patient")


@pytest.mark.campaign("rules", slices=20)
def test_many_generated_courses_are_told_as_without_packs_beside(
    campaign_slice: int, figures: Figures
) -> None:
    first = FIRST + MANY * campaign_slice
    for seed in range(first, first + MANY):
        assert without_reason(untouched(generated(seed))) == []
    figures(f"{MANY} courses from seed {first}: the same without and with one to three packs", first=first)


@pytest.mark.campaign("rules", slices=20)
def test_a_ward_of_200_is_told_as_without_packs_beside(campaign_slice: int, figures: Figures) -> None:
    check(ward(10, campaign_slice), figures, f"ward of 10, seed {campaign_slice}")


@pytest.mark.campaign("rules", slices=1)
@pytest.mark.skipif(not DEMO.is_dir(), reason="needs the MIMIC-IV demo")
def test_the_stays_of_mimic_are_told_as_without_packs_beside(campaign_slice: int, figures: Figures) -> None:
    lines = convert.events(DEMO, None, ImportTally(), lambda what, done, total: None)
    check(log_of(lines), figures, "MIMIC-IV demo")
