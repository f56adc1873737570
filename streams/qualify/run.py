"""Make the steps of a qualification, in order: what is installed, what is on the broker, the whole way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rules.guideline import Guideline
from streams.kafka.settings import Broker
from streams.qualify import broker, command, installation, services
from streams.qualify.end_to_end import TestPatient
from streams.qualify.report import Finding, Recorder, skipped


class Qualification(NamedTuple):
    """What is qualified. `broker` None: the installation alone; `config`: the site's file (None: none).

    `topics`: the options of `il2watch topics check`; `addresses`: where the services serve their metrics;
    `patience`: seconds for each thing that must come.
    """

    version: str
    guideline: Guideline
    config: str | None
    broker: Broker | None
    topics: Sequence[str]
    addresses: Sequence[str]
    patience: float


def qualify(wanted: Qualification, recorder: Recorder) -> None:
    """Make all steps; what fails keeps none of the others from being made."""
    _installed(wanted, recorder)
    if wanted.broker is not None:
        _on_the_broker(wanted, wanted.broker, recorder)
        _services(wanted, recorder)
        _end_to_end(wanted.broker, wanted.patience, recorder)


def _installed(wanted: Qualification, recorder: Recorder) -> None:
    recorder.step("files", "Installed files as they were built", installation.files)
    recorder.step("packages", "Packages as in the lock", installation.packages)
    recorder.step("configuration", "Configuration", partial(command.configuration, wanted.config))
    with tempfile.TemporaryDirectory(prefix="il2watch-qualify-") as scratch:
        recorder.step("cases", "Acceptance cases", partial(command.cases, Path(scratch)))
    recorder.step("golden", "Recorded ward", command.golden)


def _on_the_broker(wanted: Qualification, on: Broker, recorder: Recorder) -> None:
    recorder.step("topics", "Topics", partial(command.topics, wanted.topics))
    recorder.step("partitions", "Records in the partitions of their keys", partial(broker.placement, on))
    recorder.step("broker-clock", "Clock of the broker", partial(broker.clock, on))


def _services(wanted: Qualification, recorder: Recorder) -> None:
    answers: list[services.Answer] = []

    def versions() -> Finding:
        answers.extend(services.ask(address) for address in wanted.addresses)
        return services.versions(answers, wanted.version, wanted.guideline.sha256)

    def clocks() -> Finding:
        return services.clocks(answers) if answers else skipped("no service said its time")

    recorder.step("versions", "Versions of the running services", versions)
    recorder.step("service-clocks", "Clocks of the running services", clocks)


def _end_to_end(on: Broker, patience: float, recorder: Recorder) -> None:
    """Take the test patient the whole way; after a step that failed only the discharge is made."""
    made: list[TestPatient] = []

    def begin() -> Finding:
        made.append(TestPatient(on, patience))
        return made[0].page()

    def after(what: Callable[[TestPatient], Finding]) -> Callable[[], Finding]:
        return lambda: what(made[0]) if going else skipped("the step before it failed")

    going = recorder.step("page", "From a record to a page", begin).result != "failed"
    if not made:
        return
    for name, title, what in (
        ("acknowledgement", "From a page to its acknowledgement", TestPatient.acknowledgement),
        ("correction", "From a correction to the amendment", TestPatient.correction),
    ):
        going = recorder.step(name, title, after(what)).result != "failed" and going
    going = True
    recorder.step("discharge", "Test patient gone", after(TestPatient.discharge))
    made[0].close()
