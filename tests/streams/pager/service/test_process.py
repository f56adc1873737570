"""The pager as a process on Apache Kafka, with a PagerDuty-like receiver: what people rely on, end to end."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.wire.instants import HOUR, MINUTE, text
from streams.cli import main
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S, until
from tests.streams.pager.delivery.receiver import Faults, Receiver, receiving
from tests.streams.pager.policy.telling import alert
from tests.streams.pager.process import Pagers, Sender, audits, outcomes, pagerduty

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def now() -> int:
    return time.time_ns() // 1_000_000


class Ward:
    """A pager at work, a receiver, and a hand to send alerts."""

    def __init__(self, broker: Broker, receiver: Receiver, pagers: Pagers, sender: Sender) -> None:
        self.broker, self.receiver, self.pagers, self.sender = broker, receiver, pagers, sender

    def triggered(self, key: str, within: float = 20) -> bool:
        return until(lambda: key in self.receiver.incidents, within)

    def state(self, key: str) -> str | None:
        had = self.receiver.incidents.get(key)
        return had[-1].state if had else None

    def run(self, *command: str) -> int:
        return main.main([*command, "--broker", self.broker.servers])


@contextlib.contextmanager
def ward(
    broker: Broker, folder: Path, config: Callable[[str], str] = pagerduty, *options: str
) -> Iterator[Ward]:
    with receiving(seed=1) as receiver, Pagers(broker, folder, config(receiver.url)) as pagers:
        pagers.start("one", *options)
        pagers.until_at_work("one")
        sender = Sender(broker)
        try:
            yield Ward(broker, receiver, pagers, sender)
        finally:
            sender.close()


def test_a_worsening_reaches_the_receiver_as_a_new_incident_though_acknowledged_or_silenced(
    topics: Callable[[int], Broker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Acknowledged and silenced by the commands that people type."""
    with ward(topics(3), tmp_path) as here:
        here.sender.alerts(
            alert("opened", "relative", now(), id="e1", seq=1),
            alert("opened", "relative", now(), id="e2", seq=2, subject="creatinine"),
        )
        assert here.triggered("e1:relative")
        assert here.triggered("e2:relative")
        assert here.run("ack", "e1", "--by", "rn-14", "--reason", "bolus running", "--actionable", "yes") == 0
        assert until(lambda: here.state("e1:relative") == "acknowledged")
        silence = (
            "silence",
            "add",
            "--patient",
            "p1",
            "--subject",
            "creatinine",
            "--level",
            "relative",
            "--for",
            "2h",
        )
        assert here.run(*silence, "--by", "dr-3", "--reason", "known") == 0
        assert until(lambda: here.state("e2:relative") == "resolved")
        id = capsys.readouterr().out.strip()
        assert here.run("silence", "ls", "-o", "json") == 0
        (listed,) = map(json.loads, capsys.readouterr().out.splitlines())
        assert (listed["id"], listed["subject"], listed["by"]) == (id, "creatinine", "dr-3")
        here.sender.alerts(
            alert("worsened", "absolute", now(), id="e1", seq=3),
            alert("worsened", "absolute", now(), id="e2", seq=4, subject="creatinine"),
        )
        assert here.triggered("e1:absolute")
        assert here.triggered("e2:absolute")
        assert here.state("e1:absolute") == here.state("e2:absolute") == "triggered"
        audited = audits(here.broker)
        (seen,) = outcomes(audited, "acknowledged")
        assert (seen["by"], seen["reason"], seen["actionable"]) == ("rn-14", "bolus running", True)
        assert seen["waited_ms"] >= 0
        assert [one["by"] for one in outcomes(audited, "silence")] == ["dr-3"]
        assert here.pagers.stop("one") == 0


def test_a_silence_that_is_ended_tells_what_it_held(
    topics: Callable[[int], Broker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    who = ("--by", "dr-3", "--reason", "known")
    with ward(topics(1), tmp_path) as here:
        silence = ("silence", "add", "--patient", "p1", "--subject", "hypotension", "--level", "absolute")
        assert here.run(*silence, "--for", "2h", *who) == 2
        assert "absolute is silenced for 1 h at most" in capsys.readouterr().err
        assert here.run(*silence, "--for", "1h", *who) == 0
        id = capsys.readouterr().out.strip()
        assert until(lambda: outcomes(audits(here.broker), "silence"))
        here.sender.alerts(alert("opened", "absolute", now()))
        assert until(lambda: outcomes(audits(here.broker), "silenced"))
        assert here.receiver.arrivals == []
        assert here.run("silence", "expire", id, *who) == 0
        assert here.triggered("e1:absolute")
        assert here.run("silence", "expire", id, *who) == 2
        assert "silence ls shows those that do" in capsys.readouterr().err


TWO = """
[pager.channels.second]
kind = "pagerduty"
routing-key-file = "{key}"
url = "{url}"
timeout-s = 0.5
"""


def two(other: str) -> Callable[[str], str]:
    """The ward's alerts on two channels: the receiver's, and one more at `other`."""
    from tests.streams.pager.process import KEY

    def config(url: str) -> str:
        one = pagerduty(url).replace('["oncall"]', '["oncall", "second"]')
        return one.replace(
            "[pager]", '[pager]\nexpire-after = "2 s"\ntry-refused-after = "2 s"'
        ) + TWO.format(key=KEY, url=other)

    return config


def test_a_channel_that_is_down_delays_nothing_on_another_and_says_what_it_never_told(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    with receiving(seed=2) as second:
        second.down = True
        with ward(topics(3), tmp_path, two(second.url)) as here:
            sent = now()
            for number in range(60):
                here.sender.alerts(
                    alert(
                        "opened",
                        "absolute",
                        now(),
                        id=f"e{number}",
                        patient=f"p{number}",
                        subject=f"s{number}",
                    )
                )
            assert until(lambda: len(here.receiver.incidents) == 60)
            over = range(0, 60, 2)
            for number in over:
                here.sender.alerts(
                    alert(
                        "resolved",
                        "clear",
                        now(),
                        id=f"e{number}",
                        patient=f"p{number}",
                        seq=2,
                        subject=f"s{number}",
                    )
                )
            assert until(
                lambda: not [key for key in here.receiver.open() if int(key[1:].partition(":")[0]) % 2 == 0]
            )
            assert until(lambda: len(outcomes(audits(here.broker), "expired")) >= 30 - 10)
            second.down = False
            standing = {f"e{number}:absolute" for number in range(1, 60, 2)}
            assert until(
                lambda: standing <= second.incidents.keys() and set(second.open()) == standing, 90
            ), second.open()
            expired = {one["key"] for one in outcomes(audits(here.broker), "expired")}
            assert {f"e{number}:absolute" for number in over} <= expired | second.incidents.keys()
            assert now() - sent < 10 * MINUTE


LADDER = """
[pager.channels.chief]
kind = "pagerduty"
routing-key-file = "{key}"
url = "{url}"

[pager.channels.operations]
kind = "pagerduty"
routing-key-file = "{key}"
url = "{url}?system"
"""


def test_a_page_that_is_refused_goes_up_the_ladder_and_the_machine_is_alarmed(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    from tests.streams.pager.process import KEY

    with receiving(seed=5) as upstairs:

        def config(url: str) -> str:
            ladder = '[{ channels = ["oncall"] }, { after = "1 h", channels = ["chief"] }]'
            made = (
                pagerduty(url)
                .replace('[{ channels = ["oncall"] }]', ladder)
                .replace('channels = ["machine"]', 'channels = ["operations"]')
            )
            return made + LADDER.format(key=KEY, url=upstairs.url)

        with ward(topics(1), tmp_path, config) as here:
            here.receiver.faults = Faults(refused=1.0)
            here.sender.alerts(alert("opened", "absolute", now()))
            assert until(lambda: len(upstairs.incidents) == 2), upstairs.incidents
            classes = {one.event["payload"]["class"] for one in upstairs.arrivals if one.action == "trigger"}
            assert classes == {"blood-pressure/hypotension", "system/channel/oncall"}
            (escalated,) = outcomes(audits(here.broker), "escalated")
            assert escalated["cause"] == "refused"


def ask(
    url: str, token: str, body: dict[str, Any] | None = None, method: str | None = None
) -> tuple[int, Any]:
    """A request to the API; status and JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Bearer {token}"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_the_same_goes_over_http_with_a_token(topics: Callable[[int], Broker], tmp_path: Path) -> None:
    port, metrics = free(2)
    token = tmp_path / "token"
    token.write_text("let-me-in\n")
    api = f'\n[pager.api]\nport = {port}\ntoken-file = "{token}"\n'
    who = {"by": "rn-14", "reason": "bolus running"}
    with ward(topics(2), tmp_path, lambda url: pagerduty(url) + api, "--metrics-port", str(metrics)) as here:
        base = f"http://127.0.0.1:{port}/v1"
        here.sender.alerts(alert("opened", "absolute", now()))
        assert here.triggered("e1:absolute")
        assert ask(f"{base}/alerts", "guess") == (401, {"error": "a bearer token is needed"})
        assert ask(f"{base}/alerts", "let-me-in")[1] == [
            {
                "id": "e1", "patient": "p1", "subject": "hypotension", "level": "absolute",
                "acknowledged": None, "shadow": False,
            }
        ]  # fmt: skip
        assert ask(f"{base}/alerts/e1/ack", "let-me-in", {"by": "rn-14"})[0] == 400
        assert ask(f"{base}/alerts/e9/ack", "let-me-in", who)[0] == 404
        assert ask(f"{base}/alerts/e1/ack", "let-me-in", who)[0] == 202
        assert until(lambda: here.state("e1:absolute") == "acknowledged")
        asked = {**who, "patient": "p1", "subject": "hypotension", "level": "absolute"}
        assert ask(f"{base}/silences", "let-me-in", {**asked, "minutes": 61}) == (
            400,
            {"error": "absolute is silenced for 1 h at most"},
        )
        for unseen in (
            {"patient": "p\0001"},
            {"subject": "hypo\ntension"},
            {"by": "rn\u202e"},
            {"subject": " "},
        ):
            assert ask(f"{base}/silences", "let-me-in", {**asked, "minutes": 9, **unseen})[0] == 400
        assert ask(f"{base}/silences", "let-me-in", {**asked, "minutes": 9, "patient": "  "}) == (
            400,
            {"error": "`patient` is blank; send the patient's id"},
        )
        assert ask(f"{base}/silences", "let-me-in", {**asked, "until": text(now() + HOUR // 2)})[0] == 202
        assert until(lambda: len(ask(f"{base}/silences", "let-me-in")[1]) == 1)
        (silence,) = ask(f"{base}/silences", "let-me-in")[1]
        assert ask(f"{base}/silences/{silence['id']}", "let-me-in", who, "DELETE")[0] == 202
        assert until(lambda: ask(f"{base}/silences", "let-me-in")[1] == [])
        served = (
            urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=PATIENCE_S).read().decode()
        )
        for line in (
            'il2_pages_total{channel="oncall",outcome="accepted"} 2.0',
            'il2_pages_enqueued_total{action="trigger",kind="blood-pressure",level="absolute",unit=""} 1.0',
            'il2_acknowledgements_total{actionable="unsaid",level="absolute"} 1.0',
            "il2_page_since_decided_seconds_count 1.0",
            'il2_outbox_pages{channel="oncall"} 0.0',
        ):
            assert line in served, line
        assert 'patient="' not in served
        assert "p1" not in served


def test_two_pagers_share_the_patients_and_one_takes_over(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    with ward(topics(6), tmp_path) as here:
        here.pagers.start("two")
        here.pagers.until_at_work("two")
        for number in range(40):
            here.sender.alerts(alert("opened", "relative", now(), id=f"e{number}", patient=f"p{number}"))
        assert until(lambda: len(here.receiver.incidents) == 40)
        here.pagers.kill("one")
        for number in range(40):
            here.sender.alerts(
                alert("resolved", "clear", now(), id=f"e{number}", patient=f"p{number}", seq=2)
            )
        assert until(lambda: not here.receiver.open()), (here.receiver.open(), here.pagers.printed("two"))
        assert here.receiver.wrong() == []


def test_a_replays_ladder_goes_by_the_time_of_the_log(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    from tests.streams.pager.process import KEY

    with receiving(seed=9) as chief:

        def config(url: str) -> str:
            ladder = '[{ channels = ["oncall"] }, { after = "10 min", channels = ["chief"] }]'
            return pagerduty(url).replace('[{ channels = ["oncall"] }]', ladder) + LADDER.partition(
                "[pager.channels.operations]"
            )[0].format(key=KEY, url=chief.url)

        with ward(topics(1), tmp_path, config, "--clock", "log") as here:
            began = now() - 24 * HOUR
            here.sender.at(began, alert("opened", "absolute", began))
            assert here.triggered("e1:absolute")
            here.sender.tick(began + 9 * MINUTE)
            here.sender.tick(began + 10 * MINUTE)
            assert until(lambda: "e1:absolute" in chief.incidents)
            (escalated,) = outcomes(audits(here.broker), "escalated")
            assert escalated["when"] == text(began + 10 * MINUTE)
