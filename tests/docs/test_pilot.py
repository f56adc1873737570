"""The page on a pilot is walked on its simulated ward: a pager in shadow, a mark, the switch of one unit in the
middle of open episodes, and back. What it shows of a qualification is held where one is made
(tests/streams/qualify/test_end_to_end.py).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka import KafkaProducer

from rules.wire import pages
from rules.wire.instants import parse
from rules.wire.topics import ALERTS
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import create
from tests.docs.test_walked import CONSOLE, LEFT_OUT, printed, typed
from tests.kept import ROOT
from tests.patience import until
from tests.streams.pager.process import audits, outcomes
from tests.streams.qualify.stack import Service

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no embedded broker there"),
]
PAGE = "pilot.md"
ROUTES = """
[pager.channels.oncall]
kind = "terminal"

[pager.channels.machine]
kind = "terminal"

[[pager.routes]]
name = "everything"
ladder = [{ channels = ["oncall"] }]

[[pager.system-routes]]
name = "machine"
ladder = [{ channels = ["machine"] }]
"""
"""What the page has from the one on production: the routes as they are to be later."""
MEMBER = ("--clock", "log", "--session-timeout", "6")


class Pilot:
    """A folder with the page's configuration, its ward's alerts as a worker publishes them, and its pager.

    `moment`, `last`: when the unit is switched, and when the last page came that the page shows; ms.
    """

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.folder, self.broker, self.site = folder, broker, folder / "site.toml"
        self.typed = dict(typed(PAGE))
        text = (ROOT / "docs/howto" / PAGE).read_text(encoding="utf-8")
        self.shadow, self.test, self.switched = re.findall(r"^```toml\n(.*?)^```$", text, re.M | re.S)
        (paged,) = (fence for fence in CONSOLE.findall(text) if " PAGE " in fence)
        self.paged = paged.splitlines()
        (moment,) = re.findall(r"switched at (\S+Z)", text)
        self.moment = parse(moment)
        self.last = parse(f"{moment[:11]}{self.paged[-1].partition(' ')[0]}")
        self.site.write_text(self.shadow + ROUTES)
        key = folder / "probe.key"
        key.write_text("whsec_c2lnbmVkIGJ5IHRoaXMgdGVzdCBhbmQgYnkgbm9ib2R5")
        self.test = self.test.replace("/etc/il2watch/probe.key", str(key))

    def lines(self, start: str) -> list[str]:
        """What the page shows behind its command that begins so."""
        (found,) = (lines for command, lines in self.typed.items() if command.startswith(start))
        return found

    def alerts(self) -> list[dict[str, str]]:
        """The alerts of the page's ward, as `il2watch run` prints them."""
        (command,) = (one for one in self.typed if one.startswith("il2watch simulate"))
        assert printed(command.split()[1:])[0] == 0
        return [json.loads(line) for line in printed(["run", "ward.jsonl", "-o", "json"])[1]]

    def publish(self, alerts: list[dict[str, str]]) -> None:
        """Put alerts into their topic with the record times of a worker on the log's clock."""
        sender = KafkaProducer(**self.broker.for_kafka_python(), acks="all", linger_ms=0)
        for one in alerts:
            key, value = one["patient"].encode(), json.dumps(one).encode()
            sender.send(ALERTS, value, key=key, timestamp_ms=parse(one["decided"]))
        sender.flush()
        sender.close()

    @contextmanager
    def pager(self, *options: str) -> Iterator[Service]:
        with Service(self.folder, "pager", "--config", str(self.site), *MEMBER, *options) as service:
            service.until_at_work()
            yield service

    def open(self) -> list[str]:
        """What `il2watch pager --open` prints."""
        code, lines = printed(["pager", "--open"])
        assert code == 0
        return lines


def open_at_the_end(alerts: list[dict[str, str]]) -> set[str]:
    """The episodes whose last transition is no end."""
    last = {one["id"]: one["level"] for one in alerts}
    return {id for id, level in last.items() if level != "clear"}


def ids(lines: list[str]) -> set[str]:
    return {json.loads(line)["id"] for line in lines}


def in_order(shown: list[str], lines: list[str]) -> bool:
    """Whether the lines that are shown stand among `lines` in their order; `...` stands for any."""
    rest = iter(lines)
    return all(any(one in line for line in rest) for one in shown if one != LEFT_OUT)


def test_the_page_on_a_pilot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with EmbeddedBroker() as broker:
        create(broker.settings)
        monkeypatch.setenv("IL2WATCH_BROKER", broker.servers)
        pilot = Pilot(tmp_path, broker.settings)
        alerts = pilot.alerts()
        before = [one for one in alerts if parse(one["decided"]) <= pilot.moment]
        stands = open_at_the_end(before)
        with pilot.pager() as pager:
            pilot.publish(before)
            assert until(lambda: ids(pilot.open()) == stands), pager.log.read_text()
            assert {json.loads(line)["paged"] for line in pilot.open()} == {"shadow", "no"}, (
                "no: told by its cause"
            )
        assert " PAGE " not in pager.log.read_text()
        (mark,) = (command for command in pilot.typed if command.startswith("il2watch mark"))
        capsys.readouterr()
        assert printed(mark.split()[1:])[0] == 0
        assert capsys.readouterr().err.splitlines() == pilot.lines("il2watch mark")
        switch_and_back(pilot, [one for one in alerts[len(before) :] if parse(one["decided"]) <= pilot.last])


def switch_and_back(pilot: Pilot, after: list[dict[str, str]]) -> None:
    """One unit goes live with the page's line and its route for tests, then nobody is called again."""
    live = pilot.shadow.replace("shadow = true\n", pilot.switched)
    assert live != pilot.shadow
    pilot.site.write_text(live + ROUTES + pilot.test)
    assert printed(["config", "check", "site.toml"])[0] == 0
    with pilot.pager() as pager:
        (switched,) = pilot.lines("journalctl")
        assert until(lambda: switched in pager.log.read_text()), pager.log.read_text()
        assert until(lambda: in_order(pilot.lines("il2watch pager --open"), pilot.open())), pilot.open()
        pilot.publish(after)
        assert until(lambda: in_order(pilot.paged, pager.log.read_text().splitlines())), pager.log.read_text()
    sent = {one["patient"] for one in outcomes(audits(pilot.broker), pages.ACCEPTED)}
    would = {one["patient"] for one in outcomes(audits(pilot.broker), pages.WOULD_HAVE_PAGED)}
    assert (sent, "sim-0002" in would) == ({"sim-0001"}, True)
    with pilot.pager("--shadow") as pager:
        (back,) = pilot.lines("il2watch pager --config")
        assert until(lambda: back in pager.log.read_text()), pager.log.read_text()
