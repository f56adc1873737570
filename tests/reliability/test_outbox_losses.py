"""The pager's outbox: its loss is told, `--rebuild` is the way back, and `il2watch forget` erases a patient."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from rules.wire.alerts import OUTBOX_LOST
from rules.wire.instants import HOUR, text
from rules.wire.topics import ALERTS
from streams.cli.main import main
from streams.kafka.settings import Broker
from streams.kafka.topics import changelog
from streams.pager.delivery.outbox import TABLE
from tests.patience import until
from tests.streams.pager.conftest import topics
from tests.streams.pager.delivery.receiver import receiving
from tests.streams.pager.policy.telling import alert
from tests.streams.pager.process import Pagers, Sender, audits, outcomes, pagerduty
from tests.streams.worker import published

__all__ = ["topics"]
pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def now() -> int:
    return time.time_ns() // 1_000_000


def alarms(broker: Broker) -> list[tuple[str, str]]:
    """Level and priority of each alert about the outbox."""
    decoded = [json.loads(record.value) for record in published.records(broker, ALERTS)]
    return [(one["level"], one["priority"]) for one in decoded if one["subject"] == OUTBOX_LOST]


def silence(subject: str) -> dict[str, Any]:
    at = now()
    who = {"by": "rn-14", "reason": "known"}
    until = text(at + HOUR)
    return {"type": "silence", "id": "s1", "patient": "p1", "at": text(at), "subject": subject} | {
        "level": "relative",
        "until": until,
        **who,
    }


def test_a_lost_outbox_is_told_and_rebuilt_with_what_was_acknowledged_and_silenced(
    topics: Callable[[int], Broker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = topics(1)
    admin, sender = KafkaAdminClient(**broker.for_kafka_python()), Sender(broker)
    with receiving(seed=1) as receiver, Pagers(broker, tmp_path, pagerduty(receiver.url)) as pagers:

        def state(key: str) -> str | None:
            had = receiver.incidents.get(key)
            return had[-1].state if had else None

        pagers.start("one")
        pagers.until_at_work("one")
        sender.alerts(alert("opened", "relative", now(), id="e1", seq=1))
        assert until(lambda: state("e1:relative") is not None), pagers.printed("one")
        ack = ["ack", "e1", "--by", "rn-14", "--reason", "seen", "--broker", broker.servers]
        assert main(ack) == 0
        sender.command(silence("creatinine"))
        assert until(lambda: outcomes(audits(broker), "silence")), audits(broker)
        assert pagers.stop("one") == 0
        assert alarms(broker) == []
        admin.delete_topics([changelog(pagers.id, TABLE)])
        pagers.start("two")
        assert until(lambda: alarms(broker) == [("technical", "high")]), pagers.printed("two")
        assert pagers.stop("two") == 0
        pagers.start("three", "--rebuild")
        assert until(lambda: ("clear", "low") in alarms(broker)), pagers.printed("three")
        sender.alerts(
            alert("opened", "relative", now(), id="e2", seq=2, subject="creatinine"),
            alert("opened", "relative", now(), id="e3", seq=3, subject="bilirubin"),
        )
        assert until(lambda: state("e3:relative") is not None), pagers.printed("three")
        assert state("e2:relative") is None, "the silence came back"
        assert state("e1:relative") == "acknowledged"
        assert pagers.stop("three") == 0
        forget = ["forget", "p1", "--broker", broker.servers, "--pager-id", pagers.id]
        capsys.readouterr()
        assert main([*forget, "--by", "dpo", "--reason", "asked"]) == 0
        assert "erased from outbox" in capsys.readouterr().err
        assert not [row for row in rows(broker, pagers.id) if row == b"p1"]
        assert main([*forget, "--by", "dpo", "--reason", "asked"]) == 1, "nothing is left of p1"
    sender.close()
    admin.close()


def rows(broker: Broker, pager: str) -> list[bytes]:
    """The keys that have a row in the outbox, without tombstones."""
    last = {record.key: record.value for record in published.records(broker, changelog(pager, TABLE))}
    return [key for key, value in last.items() if value is not None]
