"""A permanent row of a signed pack on Apache Kafka: kept over discharge, kill -9 and rebalance, and erased."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rules.chart.earlier import KEPT
from rules.decide import codec
from rules.guideline import load
from rules.wire.topics import ASSESSMENTS
from streams.cli.main import main
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE, unpack
from streams.kafka.topics import changelog
from tests.packs.moments import at
from tests.packs.support import HOUR
from tests.packs.test_gate import signed
from tests.packs.test_permanent import CODE, LABEL, course, stay_again
from tests.patience import until
from tests.reliability.test_discharged import LEFT, size
from tests.streams.worker import loading, published
from tests.streams.worker.process import Workers, until_done
from tests.streams.worker.test_kill import until_at_work

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

Event = dict[str, Any]
DISCHARGED, AGAIN = 48.0, 300.0
GONE = DISCHARGED + KEPT / HOUR
PAST = timedelta(days=600)
"""Kafka refuses a record of tomorrow, and the course memory outlives more than a year."""
COURSE_MEMORY = 1000
BACK = ("stands", "corrected", "forgotten")
PATIENTS = (*BACK, "expired")


def long_ago(event: Event) -> Event:
    """Return an event with all its instants moved into the past."""
    times = {name: event[name] for name in ("at", "known", "start") if name in event}
    moved = {name: datetime.fromisoformat(text) - PAST for name, text in times.items()}
    return event | {name: moment.isoformat().replace("+00:00", "Z") for name, moment in moved.items()}


def first_stay(patient: str) -> list[Event]:
    made = course((3, CODE, True), (4, CODE, False))
    made.record("encounter", DISCHARGED, event="discharge")
    return [event | {"patient": patient} for event in made.events]


def next_stay(patient: str, admitted: float) -> list[Event]:
    made = course()
    made.events.clear()
    stay_again(made, DISCHARGED, admitted)
    return [event | {"patient": patient, "id": f"{admitted}-{event['id']}"} for event in made.events[1:]]


def withdrawn(patient: str) -> Event:
    (stated,) = (one for one in first_stay(patient) if one.get("code") == CODE and one["present"])
    return stated | {"status": "entered-in-error", "known": at(AGAIN + 10)}


class Site:
    """Workers under a signed label, on one broker; what they publish and keep."""

    def __init__(self, broker: Broker, workers: Workers) -> None:
        self.broker, self.workers = broker, workers

    def chart(self, events: Iterable[Event], until: float) -> None:
        """Send events, in order of knowing, and let the log's clock come to an hour."""
        tick = {"type": "tick", "id": f"t{until}", "patient": "*", "at": at(until)}
        ordered = sorted(map(long_ago, events), key=lambda one: str(one.get("known", one["at"])))
        loading.load(self.broker, [*ordered, long_ago(tick)], 2)

    def state_of(self, patient: str) -> str:
        """Return the state of the row in a patient's latest assessment."""
        assessments = [
            one for one in published.records(self.broker, ASSESSMENTS) if one.key == patient.encode()
        ]
        criteria = {row["code"]: row["state"] for row in json.loads(assessments[-1].value)["criteria"]}
        return str(criteria[CODE])

    def kept(self) -> dict[str, bytes | None]:
        """Return the rows of the workers' state, by patient."""
        rows = published.records(self.broker, changelog("il2watch", STATE_TABLE))
        return {row.key.decode(): row.value for row in rows if row.key.decode() in PATIENTS}


def memory_is_small(kept: dict[str, bytes | None]) -> None:
    guideline = load(signed(LABEL))
    for value in kept.values():
        assert value is not None
        found = unpack(value)
        patient = codec.decode(found.state, guideline, [found.carried[name] for name in found.blocks])
        assert len(msgspec.msgpack.encode(patient.course)) <= COURSE_MEMORY
        assert size(found) <= LEFT + COURSE_MEMORY


def readmitted_after_a_kill(site: Site) -> None:
    """One worker saw the discharge and dies; another took over half, then all, and sees the next stay."""
    workers = site.workers
    site.chart([one for name in PATIENTS for one in first_stay(name)], DISCHARGED + 100)
    workers.start("one")
    until_done(site.broker)
    memory_is_small(site.kept())
    workers.start("two")
    until_at_work(workers, 0, name="two")
    workers.kill("one")
    site.chart([one for name in BACK for one in next_stay(name, AGAIN)], AGAIN + 2)
    until_done(site.broker)


def forgotten(site: Site) -> None:
    """Erase a patient while no worker runs, and let the patient come again."""
    assert site.workers.stop("two") == 0
    command = ["forget", "forgotten", "--broker", site.broker.servers, "--by", "dpo", "--reason", "asked"]
    assert main(command) == 0
    assert site.kept()["forgotten"] is None
    site.chart(next_stay("forgotten", AGAIN + 24), AGAIN + 27)
    site.workers.start("two")
    until_done(site.broker)


def test_a_permanent_row_outlives_stays_kills_and_rebalances_until_it_is_corrected_expired_or_erased(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    config, broker = tmp_path / "site.toml", topics(2)
    config.write_text(signed(LABEL), encoding="utf-8")
    with Workers(broker, tmp_path, "--config", str(config)) as workers:
        site = Site(broker, workers)
        readmitted_after_a_kill(site)
        assert {name: site.state_of(name) for name in BACK} == dict.fromkeys(BACK, "absolute")
        site.chart([withdrawn("corrected")], AGAIN + 11)
        until_done(broker)
        after = {"stands": "absolute", "corrected": "clear", "forgotten": "absolute"}
        assert {name: site.state_of(name) for name in BACK} == after
        forgotten(site)
        assert (site.state_of("forgotten"), site.state_of("stands")) == ("clear", "absolute")
        site.chart(next_stay("expired", GONE + 1), GONE + 3)
        # Over a year passes for those who stayed: thousands of instants, decided in slices.
        assert until(lambda: {site.state_of(name) for name in PATIENTS} == {"clear"})
