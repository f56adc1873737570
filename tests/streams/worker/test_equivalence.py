"""The offline run and the worker say the same: ids and seq included, in order, with any number of partitions
and workers.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from rules.wire.topics import ASSESSMENTS
from streams.kafka.ports import wait_until
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S
from tests.streams.worker import loading, partition_course, published
from tests.streams.worker.process import Workers, behind, until_done

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PATIENTS, PARTITIONS = 36, 6
SPEED, MORE = "15000", 300
"""The ward's four days in half a minute, so that workers come and go under load; assessments between two changes.
"""


@cache
def events(patients: int) -> list[partition_course.Event]:
    return partition_course.closed(partition_course.events(patients))


@cache
def offline(patients: int) -> published.Alerts:
    return published.offline(partition_course.read(events(patients)))


def check(broker: Broker, patients: int, figures: Callable[..., None], title: str) -> published.Found:
    """The alerts are those of the offline run; prints what was compared."""
    found, expected = published.alerts(broker), offline(patients)
    figures(
        f"{title}: {len(events(patients))} events, {sum(map(len, expected.values()))} alerts offline, {found.raw} "
        f"raw, {found.duplicates} duplicates"
    )
    assert published.differences(found.alerts, expected) == []
    assert found.clashes == []
    return found


def assessment_count(broker: Broker) -> int:
    return sum(published.ends(broker, ASSESSMENTS).values())


def until_gone_on(broker: Broker, sending: subprocess.Popen[bytes]) -> None:
    """Waits until the group has said so much more, or is done with all that there is."""
    before = assessment_count(broker)
    assert wait_until(
        lambda: (
            assessment_count(broker) >= before + MORE or (sending.poll() is not None and not behind(broker))
        ),
        PATIENCE_S,
        every=0.3,
    )


@pytest.mark.parametrize("partitions", [1, 12])
@pytest.mark.parametrize("patients", [12, pytest.param(PATIENTS, marks=pytest.mark.campaign("soak"))])
def test_replay_and_one_worker_say_what_the_offline_run_says(
    patients: int,
    partitions: int,
    topics: Callable[[int], Broker],
    tmp_path: Path,
    figures: Callable[..., None],
) -> None:
    broker = topics(partitions)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        sending = loading.replay(
            broker, partition_course.write(tmp_path / "ward.jsonl", events(patients)), tmp_path / "replay.log"
        )
        assert sending.wait(240) == 0, (tmp_path / "replay.log").read_text()
        until_done(broker)
        assert workers.ended() == {}, workers.printed("one")
        assert workers.stop("one") == 0
    found = check(broker, patients, figures, f"{partitions} partitions, 1 worker")
    assert found.duplicates == 0


def test_three_workers_that_come_and_go_say_what_the_offline_run_says(
    topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    """Each change comes as soon as the group has gone on after the one before, wherever it then stands."""
    broker = topics(PARTITIONS)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        sending = loading.replay(
            broker,
            partition_course.write(tmp_path / "ward.jsonl", events(PATIENTS)),
            tmp_path / "replay.log",
            SPEED,
        )
        changes = (
            "start two, start three, stop two, start two, kill three, stop one, start three, kill "
            "two, start one"
        )
        for change, name in map(str.split, changes.split(", ")):
            until_gone_on(broker, sending)
            getattr(workers, change)(name)
        assert sending.wait(240) == 0, (tmp_path / "replay.log").read_text()
        until_done(broker)
        assert workers.ended() == {}, workers.printed("one")
    check(broker, PATIENTS, figures, f"{PARTITIONS} partitions, 3 workers")


@pytest.mark.parametrize(
    ("patients", "records"), [(35, 10_000), pytest.param(335, 100_000, marks=pytest.mark.campaign("soak"))]
)
def test_after_an_outage_uneven_topics_are_caught_up_in_order(
    patients: int, records: int, topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    """Vitals, io and labs differ twentyfold; so many records pile up while the worker is down."""
    course = partition_course.closed(partition_course.events(patients, seed=2))
    broker = topics(12)
    assert loading.load(broker, course, 12) > records
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        took = until_done(broker, 400)
    found = published.alerts(broker)
    expected = published.offline(partition_course.read(course))
    figures(
        f"catch-up: {len(course)} events, {sum(map(len, expected.values()))} alerts, {took:.0f} s",
        seconds=round(took, 1),
    )
    assert published.differences(found.alerts, expected) == []
