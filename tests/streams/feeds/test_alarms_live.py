"""The alarms of the feeds ring where a real Prometheus scrapes a feed that runs, and end when it is mended.

What the rules wait for (`for`) is left out; that they wait as long as they say is promtool's to hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import HOST, wait_until
from streams.kafka.settings import Broker
from tests.deploy.places import DEPLOY, alarms
from tests.deploy.servers import Prometheus, prometheus
from tests.deploy.sites import here
from tests.deploy.test_alarms import NOBODY, impatient, quick
from tests.patience import PATIENCE_S
from tests.streams.feeds.certificates import DAY, Signer
from tests.streams.feeds.running import FhirSender, RunningFeed, Sender, ack_of, running
from tests.streams.feeds.test_certificates import replace
from tests.streams.feeds.test_fhir import bundle
from tests.suspended import suspended

pytestmark = [
    pytest.mark.kafka, pytest.mark.prometheus, pytest.mark.slow, pytest.mark.xdist_group("feeds-fhir"),
]  # fmt: skip


class Watched(NamedTuple):
    """A Prometheus with the project's rules, and the feed that it scrapes as a service."""

    server: Prometheus
    feed: RunningFeed
    service: str

    def rings(self, alarm: str) -> bool:
        """Return whether an alarm fires, of this feed or of its service."""
        whose = {"Il2NoFeed": {"service": self.service}, "Il2FeedNotStored": {}}.get(alarm, {"feed": "ward"})
        found = self.server.get("alerts")["alerts"]
        wanted = {"alertname": alarm, **whose}
        return any(one["state"] == "firing" and wanted.items() <= one["labels"].items() for one in found)

    def until(self, alarm: str, rings: bool, meanwhile: Callable[[], object] = bool) -> None:
        """Do something again and again until an alarm rings, or does no more."""

        def so() -> bool:
            meanwhile()
            return self.rings(alarm) == rings

        assert wait_until(so, PATIENCE_S), (alarm, rings, self.server.get("alerts"))


@contextmanager
def watched(feed: RunningFeed, folder: Path, service: str) -> Iterator[Watched]:
    for name in ("prometheus", "rules", "targets"):
        (folder / name).mkdir()
    impatient(DEPLOY / "prometheus", folder / "rules")
    target = {"targets": [f"{HOST}:{feed.metrics_port}"], "labels": {"__meta_dns_name": service}}
    (folder / "targets" / "il2-feed.json").write_text(json.dumps([target]))
    config = quick(here(DEPLOY / "prometheus"), NOBODY, folder / "targets")
    config = config.replace(str(DEPLOY / "prometheus" / "rules"), str(folder / "rules"))
    with prometheus(folder / "prometheus", config) as server:
        yield Watched(server, feed, service)


def message(obx: str, made: timedelta = timedelta(0)) -> bytes:
    """Return a result that was made now, or so much later."""
    at = (datetime.now(UTC) + made).strftime("%Y%m%d%H%M%S+0000")
    return (
        f"MSH|^~\\&|LAB|HOSP|||{at}||ORU^R01^ORU_R01|{at}|P|2.5.1|||AL|NE\rPID|1||P1^^^HOSP^MR\r"
        f"OBR|1||F1^LAB|PANEL|||{at}\r{obx}\r"
    ).encode()


GOOD = "OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|||||F"
BAD_UNIT = "OBX|1|NM|2823-3^Potassium^LN||4.1|furlong|||||F"
UNKNOWN = "\r".join(f"OBX|{place}|NM|XYZ{place}^Local^L||4.1|mmol/L|||||F" for place in range(1, 30))
WRONG_CLOCK = timedelta(minutes=-30)


def test_a_sender_that_is_silent_wrong_or_not_understood_rings_and_so_does_a_feed_that_stops(
    broker: Broker, tmp_path: Path
) -> None:
    feed = RunningFeed(broker, tmp_path, 'silence = "3 s"')
    feed.start()
    sender = Sender(feed.port)

    def send(obx: str = GOOD, made: timedelta = timedelta(0)) -> None:
        assert ack_of(sender.send(message(obx, made))[0])[0] == "CA"

    with watched(feed, tmp_path, "feed-hl7") as seen:
        seen.until("Il2InterfaceSilent", True)
        seen.until("Il2InterfaceSilent", False, send)
        for alarm in ("Il2FeedClockSkew", "Il2FeedRefuses", "Il2FeedUnmapped", "Il2NoFeed"):
            assert not seen.rings(alarm)
        seen.until("Il2FeedClockSkew", True, lambda: send(made=WRONG_CLOCK))
        seen.until("Il2FeedClockSkew", False, send)
        seen.until("Il2FeedRefuses", True, lambda: send(BAD_UNIT))
        seen.until("Il2FeedUnmapped", True, lambda: send(UNKNOWN))
        sender.close()
        assert feed.stop() == 0
        seen.until("Il2NoFeed", True)
        feed.start()
        seen.until("Il2NoFeed", False)
    feed.stop()


def test_a_broker_that_stands_still_rings_until_it_goes_on(
    apache: ApacheKafka, broker: Broker, tmp_path: Path
) -> None:
    with running(broker, tmp_path) as feed, watched(feed, tmp_path, "feed-hl7") as seen:
        assert not seen.rings("Il2FeedNotStored")
        with suspended(apache._processes[0]):
            seen.until("Il2FeedNotStored", True)
        seen.until("Il2FeedNotStored", False)


def notified(number: int) -> dict[str, Any]:
    status = {"resourceType": "SubscriptionStatus", "subscription": {"reference": "Subscription/s1"}}
    return bundle("history", status | {"notificationEvent": [{"eventNumber": str(number)}]})


def test_a_certificate_that_ends_soon_and_lost_notifications_ring(broker: Broker, tmp_path: Path) -> None:
    signer = Signer(tmp_path)
    signer.sign("feed", ends=13 * DAY)
    signer.sign("renewed", ends=20 * DAY)
    keys = {"tls-cert-file": "feed.pem", "tls-key-file": "feed.key"}
    lines = "\n".join(f'{key} = "{tmp_path / name}"' for key, name in keys.items())
    with running(broker, tmp_path, lines, kind="fhir") as feed, watched(feed, tmp_path, "feed-fhir") as seen:
        seen.until("Il2FeedCertificate", True)
        replace(tmp_path, "feed", "renewed")
        seen.until("Il2FeedCertificate", False)
        assert not seen.rings("Il2FeedNotificationsLost")
        sender = FhirSender(feed.port, signer.client())
        assert [sender.send(notified(number)) for number in (1, 3)] == [200, 200]
        sender.close()
        seen.until("Il2FeedNotificationsLost", True)


def test_every_alarm_of_the_feeds_was_tried_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    names = [name for name in alarms() if name.startswith(("Il2Feed", "Il2Interface", "Il2NoFeed"))]
    assert [name for name in names if f'"{name}", True' not in text] == ["Il2FeedSilent"]
