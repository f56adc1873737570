"""The heartbeat goes the whole way, through a real worker and a real pager; and is silent when a part of the
way is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from streams.kafka.partition_check import partition
from streams.kafka.settings import Broker
from streams.pager.service.watchdog import SUBJECT, beat, patient_of
from tests.patience import until
from tests.streams.pager.delivery.receiver import receiving
from tests.streams.pager.process import KEY, Pagers, audits, pagerduty
from tests.streams.worker.process import Workers

DOG = """
[pager.channels.dead-man]
kind = "pagerduty"
routing-key-file = "{key}"
url = "{url}"

[pager.watchdog]
channel = "dead-man"
every = "3 s"
"""


@pytest.mark.parametrize("partitions", [1, 3, 12])
def test_every_partition_has_a_made_up_patient_of_its_own(partitions: int) -> None:
    names = [patient_of(number, partitions) for number in range(partitions)]
    assert [partition(name.encode(), partitions) for name in names] == list(range(partitions))


def test_a_beat_opens_one_advice_and_leaves_nothing_behind() -> None:
    events = [decode(one.value or b"")[0] for one in beat("il2watch-heartbeat-1", 1_772_445_600_000)]
    outcome = fold([event for event in events if event is not None], GUIDELINE)
    alerts = [(one.subject, one.transition) for one in outcome.alerts]
    assert [one for one in alerts if one[0] == SUBJECT] == [(SUBJECT, "opened"), (SUBJECT, "resolved")]
    assert sum(change == "opened" for _, change in alerts) * 2 == len(alerts)
    assert {one.level for one in outcome.alerts} == {"advisory", "clear"}


@pytest.mark.kafka
@pytest.mark.slow
def test_a_heartbeat_goes_the_whole_way_and_pages_nobody(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    broker = topics(3)
    with receiving(seed=1) as ward, receiving(seed=2) as dog:
        config = pagerduty(ward.url) + DOG.format(key=KEY, url=dog.url)
        with Workers(broker, tmp_path) as workers, Pagers(broker, tmp_path, config) as pagers:
            workers.start("worker", "--clock", "wall")
            pagers.start("one")
            assert until(lambda: len(dog.arrivals) >= 2), (pagers.printed("one"), workers.printed("worker"))
            assert {one.key for one in dog.arrivals} == {"il2watch:heartbeat"}
            workers.kill("worker")
            pagers.until_at_work("one")
            before = len(dog.arrivals)
            assert until(lambda: "no heartbeat from 3 of the partitions" in pagers.printed("one")), (
                pagers.printed("one")
            )
            assert len(dog.arrivals) <= before + 1
            assert ward.arrivals == []
            assert [one for one in audits(broker) if one["patient"] != "*"] == []
