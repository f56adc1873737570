"""The faults of docs/reference/reliability.md, At three in the morning, provoked on real programs: each alarm comes out
at the end, by Prometheus' rules and Alertmanager's routes, as the line that the table has.

What the rules wait for (`for`) is left out, and an hour of silence is a quarter of a minute; that they wait as long as
they say is promtool's to hold.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import HOST, free
from streams.kafka.topic_creation import TopicSettings, create
from tests.deploy.places import DEPLOY, alarms
from tests.deploy.servers import alertmanager, asked, prometheus, receiving
from tests.deploy.sites import here, on_loopback
from tests.deploy.sites import quick as at_once
from tests.deploy.test_alarms import Site, answer, impatient, quick
from tests.patience import until
from tests.reliability.test_three_in_the_morning import table
from tests.streams.kafka.brokers_here import drop
from tests.streams.pager.delivery.receiver import Faults
from tests.streams.pager.delivery.receiver import receiving as on_call
from tests.streams.pager.process import Pagers, pagerduty
from tests.streams.worker.process import Workers
from tests.streams.worker.test_wall import EventSender, now
from tests.suspended import suspended

pytestmark = [pytest.mark.kafka, pytest.mark.prometheus, pytest.mark.slow, pytest.mark.campaign("alarms")]

HOUR, MOMENT = 'type=~"vitals|io"}[1h]', 'type=~"vitals|io"}[15s]'
ALARM = re.compile(r"runbooks/(\w+)\.md")
PORTS = dict(zip(("one", "two", "heavy", "pager", "board"), free(5), strict=True))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for name in ("prometheus", "alertmanager", "rules", "targets"):
        (tmp_path / name).mkdir()
    impatient(DEPLOY / "prometheus", tmp_path / "rules")
    worker = tmp_path / "rules" / "worker.yml"
    assert HOUR in worker.read_text(encoding="utf-8")
    worker.write_text(worker.read_text(encoding="utf-8").replace(HOUR, MOMENT), encoding="utf-8")
    with (
        receiving() as receiver,
        alertmanager(tmp_path / "alertmanager", at_once(on_loopback(receiver.url))) as manager,
    ):
        config = quick(here(DEPLOY / "prometheus"), manager, tmp_path / "targets").replace(
            str(DEPLOY / "prometheus" / "rules"), str(tmp_path / "rules")
        )
        with prometheus(tmp_path / "prometheus", config) as server:
            yield Site(server, manager, receiver, tmp_path / "targets")


def rings(site: Site, name: str) -> None:
    """Wait for an alarm at its receiver. Its first line is the table's."""
    way = {"page": "/system-pages", "ticket": "/system-tickets"}[alarms()[name]["labels"]["severity"]]
    (line,) = {
        message for how, message, after in table().values() if how == "alarm" and name in ALARM.findall(after)
    }
    shape = ".+".join(map(re.escape, line.split("…")))

    def came() -> bool:
        return any(
            path == way
            and one["labels"]["alertname"] == name
            and re.fullmatch(shape, one["annotations"]["summary"])
            for path, body in list(site.receiver.posted)
            for one in body["alerts"]
        )

    assert until(came), (name, shape, site.prometheus.get("alerts"))


def serves(site: Site, job: str, *names: str) -> None:
    """Have Prometheus scrape these, once they answer."""
    for name in names:
        assert until(lambda name=name: asked(f"http://{HOST}:{PORTS[name]}/metrics") is not None), name
    answer(site, job, *(f"{HOST}:{PORTS[name]}" for name in names))


def scraped(site: Site, job: str) -> None:
    assert until(lambda: site.prometheus.get("query", query=f'up{{job="{job}"}} == 1')["result"])


@pytest.fixture
def sender(apache: ApacheKafka) -> Iterator[EventSender]:
    drop(apache.settings)
    create(apache.settings, TopicSettings(partitions=2))
    sender = EventSender(apache.settings)
    yield sender
    sender.close()


def reading(id: str, value: float, minutes: float = 0) -> dict[str, Any]:
    found = [{"code": "systolic-bp", "value": value, "unit": "mm[Hg]"}]
    return {"type": "vitals", "id": id, "at": now(minutes), "readings": found}


ADMITTED = {"type": "encounter", "id": "e1", "event": "cycle-start", "location": "ward"}
HEAVY = """
import runpy, sys
held = bytearray(b"x") * (1700 << 20)
sys.argv = ["il2watch", *sys.argv[1:]]
runpy.run_module("streams", run_name="__main__")
"""
OTHER = "[criteria.creatinine]\nrelative = 2.3\n"
METADATA = "Metadata-Version: 2.1\nName: il2watch\nVersion: 99.0.0\n"


def at(name: str) -> tuple[str, str]:
    return "--metrics-port", str(PORTS[name])


def test_what_befalls_workers_rings(
    apache: ApacheKafka, sender: EventSender, site: Site, tmp_path: Path
) -> None:
    rings(site, "Il2NoWorker")
    rings(site, "Il2NoBoard")
    (tmp_path / "other.toml").write_text(OTHER)
    with Workers(apache.settings, tmp_path, "--clock", "wall") as workers:
        workers.start("one", *at("one"))
        serves(site, "il2-worker", "one")
        scraped(site, "il2-worker")
        sender.send(ADMITTED | {"at": now(-30)})
        sender.send(reading("v1", 120))
        sender.send(reading("v2", 120, 40))
        rings(site, "Il2ClockAhead")
        rings(site, "Il2FeedSilent")
        workers.start("two", *at("two"), "--config", str(tmp_path / "other.toml"))
        serves(site, "il2-worker", "one", "two")
        rings(site, "Il2GuidelinesDiffer")
        workers.kill("two")
        rings(site, "Il2WorkerDown")
        with newer(tmp_path):
            workers.start("two", *at("two"))
        rings(site, "Il2VersionsDiffer")
        for _ in range(3):
            workers.kill("two")
            workers.start("two", *at("two"))
            serves(site, "il2-worker", "one", "two")
            time.sleep(2)  # Prometheus sees it
        rings(site, "Il2WorkerRestarts")
        with suspended(workers.running["one"]), suspended(workers.running["two"]):
            sender.send(reading("v3", 70))
            stands(site, "Il2NoWorker")


def stands(site: Site, name: str) -> None:
    """Wait until an alarm fires now, whatever came before."""

    def so() -> bool:
        found = site.prometheus.get("alerts")["alerts"]
        return any(one["labels"]["alertname"] == name and one["state"] == "firing" for one in found)

    assert until(so), site.prometheus.get("alerts")


class newer:
    """Programs that are started inside take themselves for another version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "newer"

    def __enter__(self) -> None:
        found = self.folder / "il2watch-99.0.0.dist-info"
        found.mkdir(parents=True)
        (found / "METADATA").write_text(METADATA)
        os.environ["PYTHONPATH"] = str(self.folder)

    def __exit__(self, *_: object) -> None:
        del os.environ["PYTHONPATH"]


def test_a_worker_that_grows_rings(
    apache: ApacheKafka, sender: EventSender, site: Site, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", HEAVY, "worker", "--broker", apache.settings.servers, *at("heavy")]
    with (tmp_path / "heavy.log").open("wb") as log:
        heavy = subprocess.Popen([*command, "--state-dir", str(tmp_path / "heavy")], stdout=log, stderr=log)
    try:
        serves(site, "il2-worker", "heavy")
        rings(site, "Il2WorkerMemory")
    finally:
        heavy.send_signal(signal.SIGKILL)
        heavy.wait()


def test_what_befalls_pages_rings(
    apache: ApacheKafka, sender: EventSender, site: Site, tmp_path: Path
) -> None:
    with (
        on_call() as receiver,
        Workers(apache.settings, tmp_path, "--clock", "wall") as workers,
        Pagers(apache.settings, tmp_path, pagerduty(receiver.url, 5, 'expire-after = "1 min"')) as pagers,
    ):
        workers.start("one", *at("one"))
        pagers.start("pager", *at("pager"))
        serves(site, "il2-pager", "pager")
        scraped(site, "il2-pager")
        receiver.faults = Faults(refused=1.0)
        ill(sender, "a")
        rings(site, "Il2PageRefused")
        rings(site, "Il2ChannelFailing")
        rings(site, "Il2OutboxOld")
        receiver.faults, receiver.down = Faults(), True
        for patient in "bcdefg":
            ill(sender, patient)
        rings(site, "Il2ChannelCircuitOpen")
        assert "channel oncall does not take pages" in pagers.printed("pager")
        receiver.down = False
        rings(site, "Il2PagesLate")
        with suspended(pagers.running["pager"]):
            stands(site, "Il2NoPager")


def ill(sender: EventSender, patient: str) -> None:
    """Admit a patient, whose pressure is low."""
    for event in (ADMITTED | {"at": now(-30)}, reading("v1", 70)):
        sender.send(event | {"patient": patient}, patient.encode())


def test_a_board_whose_broker_stands_still_while_it_starts_rings(
    apache: ApacheKafka, sender: EventSender, site: Site, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "streams", "board", "--broker", apache.settings.servers, *at("board")]
    with (tmp_path / "board.log").open("wb") as log:
        board = subprocess.Popen(
            [*command, "--port", "0", "--state-dir", str(tmp_path / "board")], stdout=log, stderr=log
        )
    try:
        serves(site, "il2-board", "board")
        with suspended(apache._processes[0]):
            rings(site, "Il2BoardNotLive")
    finally:
        board.kill()
        board.wait()
