"""What a supervisor sees of a worker: ready or not, its lag, an end when it gets nowhere.

The embedded broker counts generations from 0.
"""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from streams.service.exit_codes import STUCK
from tests.patience import until
from tests.streams.kafka.brokers_here import had
from tests.streams.worker.process import Workers
from tests.streams.worker.test_wall import page

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

PARTITIONS, INPUT_TOPICS = 3, 7
WORKER_PATIENCE_S = 10
OPTIONS = ("--patience", str(WORKER_PATIENCE_S), "--session-timeout", "6")


def at_work(workers: Workers, broker: Broker) -> int:
    """Starts a worker, waits until it is ready, and answers where it tells its health."""
    create(broker, TopicSettings(partitions=PARTITIONS))
    port = free()[0]
    workers.start("one", "--metrics-port", str(port), "--id", "supervised")
    assert until(lambda: page(port, "/-/ready")[0] == 200), workers.printed("one")
    return port


def caught_up(port: int) -> bool:
    return (
        len(re.findall(r"^il2_lag_records\{.*\} 0\.0$", page(port, "/metrics")[1], re.MULTILINE))
        == PARTITIONS * INPUT_TOPICS
    )


def test_a_worker_with_nothing_to_do_is_ready_and_outlives_its_patience(
    embedded: EmbeddedBroker, tmp_path: Path
) -> None:
    with Workers(embedded.settings, tmp_path, *OPTIONS) as workers:
        port = at_work(workers, embedded.settings)
        assert until(lambda: caught_up(port)), page(port, "/metrics")[1]
        assert not until(lambda: page(port, "/-/healthy")[0] != 200, WORKER_PATIENCE_S + 3), workers.printed(
            "one"
        )
        assert workers.ended() == {}


def test_a_worker_whose_broker_goes_away_ends_so_that_it_is_started_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        broker = had(EmbeddedBroker, stack)
        assert isinstance(broker, EmbeddedBroker)
        workers = stack.enter_context(Workers(broker.settings, tmp_path, *OPTIONS))
        at_work(workers, broker.settings)
        broker.stop()
        began = time.monotonic()
        assert workers.running["one"].wait(90) == STUCK, workers.printed("one")
        assert time.monotonic() - began >= WORKER_PATIENCE_S - 2.5
    assert "the broker does not answer" in workers.printed("one")
