"""`il2watch export` on Apache Kafka: a fold of the file gives what the worker gave; and the handover of the
topics is that of the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.cli import main
from streams.kafka.settings import Broker
from tests.streams.worker import loading, partition_course, published
from tests.streams.worker.process import Workers, until_done

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def test_a_file_of_the_topics_gives_what_the_worker_gave(
    topics: Callable[[int], Broker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """wire.md, `il2watch export`: what `run` gives on the file is what the worker gave."""
    events, broker = partition_course.closed(partition_course.events(12, seed=5)), topics(2)
    loading.load(broker, events, 2)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        until_done(broker)
        assert workers.stop("one") == 0
    file = tmp_path / "ward.jsonl"
    assert main.main(["export", "--clock", "log", "--broker", broker.servers, "-o", str(file)]) == 0
    capsys.readouterr()
    assert main.main(["run", str(file), "-o", "json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = published.alerts(broker).alerts
    assert {p: [a["id"] for a in alerts] for p, alerts in found.items()} == {
        p: [a["id"] for a in lines if a["patient"] == p] for p in found
    }
    assert sum(map(len, found.values())) == len(lines) > 100
    live = handed_over(capsys, "--clock", "log", "--broker", broker.servers)
    assert NO_PAGER in live
    live_sheets = json.loads(live.replace(NO_PAGER, ""))
    assert live_sheets == json.loads(handed_over(capsys, str(file)))
    assert len(live_sheets["sheets"]) > 1


NO_PAGER = " (no pager has said what became of it)"
"""What the topics add to an answer here, where no pager runs; a file says nothing of pagers."""


def handed_over(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `il2watch handover` prints of the last shift."""
    capsys.readouterr()
    assert main.main(["handover", *arguments, "-o", "json"]) == 0
    return capsys.readouterr().out
