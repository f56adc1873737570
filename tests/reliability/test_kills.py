"""Kill -9 at random moments, a hundred a slice: workers, pagers, feeds and brokers (`make campaign-kills`).

`KILLS=1000 SEED=1 make campaign-kills`: so many kills, in slices of a hundred, each from a seed of its own. What has
passed with the code as it is is not run again. The suite's short forms: `tests/streams/worker/test_kill.py`,
`tests/streams/pager/test_kill.py`, `tests/streams/feeds/test_live.py`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.streams.feeds import test_live as feeds
from tests.streams.feeds.conftest import broker
from tests.streams.kafka.brokers_here import SHORT_SESSIONS
from tests.streams.pager import test_kill as pagers_killed
from tests.streams.pager.delivery.receiver import receiving
from tests.streams.pager.policy import alert_courses
from tests.streams.pager.process import Pagers, pagerduty
from tests.streams.worker import loading, partition_course
from tests.streams.worker import test_kill as workers_killed
from tests.streams.worker.conftest import topics
from tests.streams.worker.process import Workers, until_done

__all__ = ["broker", "topics"]
pytestmark = [pytest.mark.kafka, pytest.mark.slow]

A_SLICE = {"worker": 40, "pager": 30, "feed": 20, "broker": 10}
SLICES = max(1, int(os.environ.get("KILLS", "1000")) // sum(A_SLICE.values()))
SEED = int(os.environ.get("SEED", "1"))
Figures = Callable[..., None]


def seeded(slice: int) -> int:
    return SEED * 10_000 + slice


@pytest.mark.campaign("kills", slices=SLICES)
def test_forty_kills_of_the_worker(
    campaign_slice: int, topics: Callable[[int], Broker], tmp_path: Path, figures: Figures
) -> None:
    """What it says is what the offline run says: nothing missing, nothing extra, no id and seq of two contents."""
    seed, worked = seeded(campaign_slice), 0
    events, there = partition_course.closed(partition_course.events(120, seed=seed)), topics(6)
    with Workers(there, tmp_path) as workers:
        workers.start("one")
        sending = loading.replay(
            there, partition_course.write(tmp_path / "ward.jsonl", events), tmp_path / "replay.log"
        )
        chance = Random(seed)
        for _ in range(A_SLICE["worker"]):
            workers_killed.until_at_work(workers, worked, 180)
            time.sleep(chance.uniform(0.0, 1.0))
            workers.kill("one")
            worked = workers.printed("one").count(workers_killed.AT_WORK)
            workers.start("one")
        assert sending.wait(600) == 0, (tmp_path / "replay.log").read_text()
        until_done(there, 300)
        assert workers.ended() == {}, workers.printed("one")
    title = f"slice {campaign_slice}: {A_SLICE['worker']} kills of the worker"
    workers_killed.check(events, there, figures, title)


@pytest.mark.campaign("kills", slices=SLICES)
def test_thirty_kills_of_the_pager(
    campaign_slice: int, topics: Callable[[int], Broker], tmp_path: Path, figures: Figures
) -> None:
    """Every page owed arrives, once and in order, while the receiver fails as receivers do."""
    seed, kills = seeded(campaign_slice), A_SLICE["pager"]
    there, chance = topics(4), Random(seed)
    alerts = alert_courses.episodes(500, seed, time.time_ns() // 1_000_000)
    with (
        receiving(seed=seed, faults=pagers_killed.FAULTS) as receiver,
        Pagers(there, tmp_path, pagerduty(receiver.url)) as pagers,
    ):
        sending = pagers_killed.published(there, alerts, pagers_killed.EVERY_S * kills)
        pagers_killed.killed(pagers, chance, kills, 2.5)
        pagers.start("one")
        sending.join()
        title = f"slice {campaign_slice}: {kills} kills of the pager"
        pagers_killed.judged(there, pagers, receiver, alerts, title, figures)
        assert pagers.ended() == {}


@pytest.mark.campaign("kills", slices=SLICES)
def test_twenty_kills_of_a_feed(
    campaign_slice: int, broker: Broker, tmp_path: Path, figures: Figures
) -> None:
    """Nothing acknowledged to the sender is lost, nothing is applied twice."""
    found = feeds.crash(broker, tmp_path, seed=seeded(campaign_slice), kills=A_SLICE["feed"], number=1_200)
    figures(f"slice {campaign_slice}: {dict(found)} of a feed", **found)
    assert found["killed"] >= A_SLICE["feed"] * 3 // 4


@pytest.mark.campaign("kills", slices=SLICES)
def test_ten_kills_of_brokers(
    campaign_slice: int, apache_cluster: Callable[..., ApacheKafka], tmp_path: Path, figures: Figures
) -> None:
    """Three brokers, one down at a time, while records come and a worker works."""
    seed = seeded(campaign_slice)
    cluster, chance = apache_cluster(3, settings=SHORT_SESSIONS), Random(seed)
    there = cluster.settings
    create(there, TopicSettings(partitions=6))
    events = partition_course.closed(partition_course.events(200, seed=seed))
    with Workers(there, tmp_path) as workers:
        workers.start("one")
        sending = loading.replay(
            there, partition_course.write(tmp_path / "ward.jsonl", events), tmp_path / "replay.log"
        )
        for _ in range(A_SLICE["broker"]):
            victim = chance.randrange(3)
            time.sleep(chance.uniform(0.0, 2.0))
            cluster.kill(victim)
            time.sleep(chance.uniform(1.0, 5.0))
            cluster.start(victim)
            workers.again()
        assert sending.wait(600) == 0, (tmp_path / "replay.log").read_text()
        workers.again()
        until_done(there, 300)
    title = f"slice {campaign_slice}: {A_SLICE['broker']} kills of brokers"
    workers_killed.check(events, there, figures, title)
