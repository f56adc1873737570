"""Every scenario played by a few patients, all in one ward: what truly happened, and what the engine said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.alerts import Alert
from rules.wire.assessments import STOP_RULE
from rules.wire.events import Event
from rules.wire.instants import MINUTE
from rules.wire.refusals import FROM_THE_FUTURE
from simulators.course.simulation import Simulation, SimulationRequest
from simulators.scenarios import OF_PACKS, SCENARIOS
from simulators.scenarios.scenario import Scenario
from simulators.truth.file import Truth
from streams.demo.dose_consultant import Consultant

ORIGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
SEED, EACH = 7, 2
NAMES = tuple(name for name, scenario in SCENARIOS.items() if not scenario.mix and name not in OF_PACKS)
EVERY_KIND = Scenario(name="every kind", says="as many of each", mix=dict.fromkeys(NAMES, 1.0))
EACH_OF_PACKS = Scenario(
    name="each of packs",
    says="one of each",
    mix=dict.fromkeys(OF_PACKS, 1.0),
    days=5.5,
)
RETURNING = tuple(name for name in OF_PACKS if SCENARIOS[name].returns)
SECOND_CYCLES = Scenario(
    name="second cycles",
    says="one of each that comes back",
    mix=dict.fromkeys(RETURNING, 1.0),
    days=max(SCENARIOS[name].days for name in RETURNING),
)
THINNED = 5
"""Minutes: of what the monitor sends each minute the engine is shown one set in five, which decides the same
and is read sooner.
"""
LEVELS = {"clear": 0, "relative": 1, "absolute": 2}
RULE_IN_WORDS = "stop rule "


class Rehearsal(NamedTuple):
    truth: Truth
    alerts: tuple[Alert, ...]

    def worst(self, subject: str) -> int:
        """The worst level at which the engine alerted on a subject."""
        return max(
            (LEVELS.get(alert.level, 0) for alert in self.alerts if alert.subject == subject), default=0
        )

    def subjects(self) -> set[str]:
        """Subjects of alerts, and the stop rules that recommendations named."""
        return {alert.subject for alert in self.alerts} | {
            STOP_RULE + reason.removeprefix(RULE_IN_WORDS).replace(" ", "-")
            for alert in self.alerts
            if alert.kind == "recommendation"
            for reason in alert.message.partition(": ")[2].split("; ")
            if reason.startswith(RULE_IN_WORDS)
        }


@cache
def rehearsals() -> dict[str, list[Rehearsal]]:
    """By scenario, each of its patients."""
    found: dict[str, list[Rehearsal]] = {}
    for one in played(EVERY_KIND, EACH * len(NAMES)):
        found.setdefault(one.truth.scenario, []).append(one)
    return found | {name: [Rehearsal(*one)] for name, (*one, _) in of_packs().items()}


class OfPack(NamedTuple):
    """A patient about whom the packs differ: what truly happened, what 2001 says, and all that was charted."""

    truth: Truth
    alerts: tuple[Alert, ...]
    events: tuple[Event, ...]


@cache
def of_packs() -> dict[str, OfPack]:
    """By scenario about which the packs differ, its one patient."""
    simulation, events = run(EACH_OF_PACKS, len(OF_PACKS))
    found = {}
    for truth in simulation.truths():
        mine = tuple(event for event in events if event.patient == truth.patient)
        found[truth.scenario] = OfPack(truth, tuple(fold(mine, GUIDELINE).alerts), mine)
    return found


@cache
def second_cycles() -> dict[str, tuple[Event, ...]]:
    """By scenario with a second cycle, all that was charted of its one patient."""
    simulation, events = run(SECOND_CYCLES, len(RETURNING), truth=False)
    names = zip(simulation.cohort.ids, simulation.scenarios, strict=True)
    return {
        scenario.name: tuple(event for event in events if event.patient == patient)
        for patient, scenario in names
    }


def played(scenario: Scenario, patients: int) -> Iterator[Rehearsal]:
    """Play a scenario, and yield each of its patients."""
    simulation, events = run(scenario, patients)
    alerts = fold(events, GUIDELINE).alerts
    for truth in simulation.truths():
        yield Rehearsal(truth, tuple(alert for alert in alerts if alert.patient == truth.patient))


def run(scenario: Scenario, patients: int, truth: bool = True) -> tuple[Simulation, list[Event]]:
    """Run a scenario, with its truth, and return what was charted."""
    simulation = Simulation(SimulationRequest(scenario, patients, SEED, ORIGIN), truth=truth)
    consultant = Consultant(simulation.cohort.ids, round(ORIGIN.timestamp()) * 1000, GUIDELINE)
    return simulation, list(charted(simulation, consultant))


def charted(simulation: Simulation, consultant: Consultant) -> Iterator[Event]:
    """The events of the course; what the decoder refused stands out as a failure here, but for a clock that a
    scenario sets ahead.
    """
    for records in simulation.run(consultant):
        consultant.chart(records)
        for known, line in records:
            if (known // MINUTE) % THINNED and b'"source":"monitor"' in line:
                continue
            event, problems = decode(line)
            if event is None:
                assert [problem.reason for problem in problems] == [FROM_THE_FUTURE], (line, problems)
            else:
                yield event
