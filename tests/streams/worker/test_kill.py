"""Killed with -9 at seeded random moments, on Apache Kafka: nothing is missing, nothing is extra, nothing is
said two ways.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.patience import PATIENCE_S
from tests.streams.kafka.brokers_here import SHORT_SESSIONS
from tests.streams.worker import loading, partition_course, published
from tests.streams.worker.process import Workers, behind, until_done

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

AT_WORK = "at work on"


def killed(workers: Workers, chance: Random, kills: int, at_most: float) -> int:
    """Kills the worker again and again, each time some moments after it began to work; how often, since it
    may be done before.
    """
    done = worked = 0
    while done < kills and (not done or behind(workers.broker)):
        until_at_work(workers, worked)
        time.sleep(chance.uniform(0.0, at_most))
        workers.kill("one")
        done, worked = done + 1, workers.printed("one").count(AT_WORK)
        workers.start("one")
    return done


def until_at_work(workers: Workers, before: int, within: float = PATIENCE_S, name: str = "one") -> int:
    """Waits until the worker has begun to work more often than before; how often it had to be
    started again.
    """
    began, falls = time.monotonic(), 0
    while workers.printed(name).count(AT_WORK) <= before:
        falls += workers.again()
        assert time.monotonic() - began < within, workers.printed(name)
        time.sleep(0.02)
    return falls


def check(
    events: list[partition_course.Event], broker: Broker, figures: Callable[..., None], title: str
) -> None:
    found, expected = published.alerts(broker), published.offline(partition_course.read(events))
    figures(
        f"{title}, {len(events)} events, {sum(map(len, expected.values()))} alerts, {found.raw} raw, "
        f"{found.duplicates} raw duplicates"
    )
    assert published.differences(found.alerts, expected) == []
    assert found.clashes == []


def test_killed_while_the_replay_runs_it_says_what_the_offline_run_says(
    topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    events, broker = partition_course.closed(partition_course.events(40, seed=3)), topics(6)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        sending = loading.replay(
            broker, partition_course.write(tmp_path / "ward.jsonl", events), tmp_path / "replay.log"
        )
        kills = killed(workers, Random(3), 6, 1.5)
        assert sending.wait(240) == 0, (tmp_path / "replay.log").read_text()
        until_done(broker, 180)
        assert workers.ended() == {}, workers.printed("one")
    assert kills >= 4
    check(events, broker, figures, f"{kills} kills")


@pytest.mark.campaign("kills", slices=3)
def test_a_worker_that_hangs_past_its_session_does_no_harm_when_it_goes_on(
    campaign_slice: int, topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    """The successor writes on; the one thought dead wakes in the middle of a batch and writes behind it."""
    events, broker = partition_course.closed(partition_course.events(60, seed=3 + campaign_slice)), topics(4)
    loading.load(broker, events, 4)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        until_at_work(workers, 0)
        workers.start("two")
        for _ in range(3):
            time.sleep(2)
            workers.pause("one", 6)
        until_done(broker)
    check(events, broker, figures, "3 hangs")


@pytest.mark.campaign("kills", slices=2)
def test_forty_kills_of_the_worker_and_five_of_brokers(
    campaign_slice: int,
    apache_cluster: Callable[..., ApacheKafka],
    tmp_path: Path,
    figures: Callable[..., None],
) -> None:
    """Three brokers; the replay goes on throughout."""
    seed = 4 + campaign_slice
    cluster, chance = apache_cluster(3, settings=SHORT_SESSIONS), Random(seed)
    broker = cluster.settings
    create(broker, TopicSettings(partitions=12))
    events = partition_course.closed(partition_course.events(400, seed=seed))
    kills = brokers = falls = worked = 0
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        sending = loading.replay(
            broker, partition_course.write(tmp_path / "ward.jsonl", events), tmp_path / "replay.log"
        )
        while kills < 40:
            falls += until_at_work(workers, worked, within=180)
            time.sleep(chance.uniform(0.0, 1.5))
            if kills % 8 == 4:
                victim = chance.randrange(3)
                cluster.kill(victim)
                time.sleep(chance.uniform(0.0, 3.0))
                brokers += 1
            workers.kill("one")
            kills, worked = kills + 1, workers.printed("one").count(AT_WORK)
            workers.start("one")
            if kills % 8 == 6:
                cluster.start(victim)
        assert sending.wait(600) == 0, (tmp_path / "replay.log").read_text()
        until_done(broker, 600, workers.again)
    assert brokers == 5
    check(events, broker, figures, f"{kills} kills of the worker, {brokers} of a broker, {falls} falls")
