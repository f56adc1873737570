"""A pager in shadow as a process on Apache Kafka, and its switch to live in the middle of open episodes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.wire import pages
from streams.cli import main
from streams.kafka.settings import Broker
from tests.patience import until
from tests.streams.pager.delivery.receiver import Faults, receiving
from tests.streams.pager.policy.telling import alert
from tests.streams.pager.process import Pagers, Sender, audits, outcomes, pagerduty

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def test_nothing_is_sent_in_shadow_and_after_the_switch_only_what_is_new(
    topics: Callable[[int], Broker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed and started again in shadow in between; `e1` is reminded of, `e2` worsens, `e3` ends, `e4` opens."""
    broker, now = topics(1), time.time_ns() // 1_000_000
    with (
        receiving(seed=1, faults=Faults()) as receiver,
        Pagers(broker, tmp_path, pagerduty(receiver.url, 10.0)) as run,
    ):
        sender = Sender(broker)
        run.start("one", "--shadow")
        sender.alerts(
            alert("opened", "absolute", now, id="e1", seq=1),
            alert("opened", "relative", now + 1, id="e2", seq=2, subject="creatinine"),
        )
        assert until(lambda: len(outcomes(audits(broker), pages.WOULD_HAVE_PAGED)) == 2), run.printed("one")
        run.kill("one")
        run.start("one", "--shadow")
        sender.alerts(alert("opened", "relative", now + 2, id="e3", seq=3, subject="weight-gain"))
        assert until(lambda: len(outcomes(audits(broker), pages.WOULD_HAVE_PAGED)) == 3), run.printed("one")
        assert run.stop("one") == 0
        would = outcomes(audits(broker), pages.WOULD_HAVE_PAGED)
        assert [one["key"] for one in would] == ["e1:absolute", "e2:relative", "e3:relative"]
        assert {(one["channel"], one["route"], one["action"]) for one in would} == {
            ("oncall", "all", "trigger")
        }
        assert would[0]["message"] == "hypotension opened to absolute"
        assert receiver.arrivals == []
        assert opened(broker, run.id, capsys) == {"e1": "shadow", "e2": "shadow", "e3": "shadow"}

        run.start("one")
        assert until(lambda: len(outcomes(audits(broker), pages.STANDS_OPEN)) == 3), run.printed("one")
        assert opened(broker, run.id, capsys) == {"e1": "no", "e2": "no", "e3": "no"}
        sender.alerts(
            alert("reminder", "absolute", now + 10, id="e1", seq=4),
            alert("worsened", "absolute", now + 11, id="e2", seq=5, subject="creatinine"),
            alert("resolved", "clear", now + 12, id="e3", seq=6, subject="weight-gain"),
            alert("opened", "absolute", now + 13, id="e4", seq=7, subject="urine-hour"),
        )
        sent = ["e1:absolute", "e2:absolute", "e4:absolute"]
        assert until(lambda: sorted(receiver.incidents) == sent), run.printed("one")
        assert run.stop("one") == 0
        assert sorted((one.key, one.did) for one in receiver.arrivals) == [(key, "opened") for key in sent]
        assert [one["reason"] for one in outcomes(audits(broker), pages.MODE)] == ["shadow", "shadow", "live"]
        sender.close()
        assert main.main(["mark", "e4", "useful", "--by", "rn-14", "--broker", broker.servers]) == 0
        [mark] = outcomes(audits(broker), pages.MARK)
        assert (mark["patient"], mark["alert"], mark["by"], mark["mark"]) == ("p1", "e4", "rn-14", "useful")
        assert main.main(["mark", "none", "useful", "--by", "rn-14", "--broker", broker.servers]) == 2


def opened(broker: Broker, group: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What `il2watch pager --open` prints: by alert, how it was paged."""
    capsys.readouterr()
    assert main.main(["pager", "--open", "--id", group, "--broker", broker.servers]) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return {one["id"]: one["paged"] for one in lines}
