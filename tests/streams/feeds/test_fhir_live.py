"""The FHIR feed on real Kafka: what is answered is stored, once (docs/spec/feeds.md, FHIR in)."""

from __future__ import annotations

import json
import random
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rules.wire.topics import DEADLETTERS, FEED_PATIENTS, INPUTS, LABS, VITALS
from simulators.interfaces.fhir_r4 import SIM, patient
from streams.cli.main import main
from streams.dev_broker.apache import ApacheKafka
from streams.feeds.mapping.fhir.handling import handle
from streams.feeds.mapping.tables import Tables
from streams.kafka import blocking_reader
from streams.kafka.ports import HOST, wait_until
from streams.kafka.settings import Broker
from tests.deploy.servers import asked
from tests.patience import PATIENCE_S
from tests.streams.feeds.certificates import DAY, Signer
from tests.streams.feeds.running import FhirSender, RunningFeed, ack_of, ask, running, values
from tests.streams.feeds.sent_wards import Spoken, deliver, mistaken, spoken
from tests.streams.feeds.support import rules, sample
from tests.streams.feeds.test_fhir import observation, version
from tests.streams.feeds.test_fhir_round_trip import feed as rules_of_a_ward
from tests.streams.feeds.test_live import Crashes, in_force
from tests.streams.feeds.test_round_trip import alerts, ward
from tests.suspended import suspend, suspended, wake

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.xdist_group("feeds-fhir")]
Resource = dict[str, Any]


def send(feed: RunningFeed, *resources: Resource) -> list[int]:
    sender = FhirSender(feed.port)
    try:
        return [sender.send(each) for each in resources]
    finally:
        sender.close()


def test_what_is_answered_is_stored_and_a_feed_killed_remembers_it(broker: Broker, tmp_path: Path) -> None:
    """Also which patient a Patient is that came before the feed was killed."""
    bad = observation(id="o2", effectiveDateTime="2026-03-02")
    keys = f'patient = {{ authorities = ["{SIM}"] }}'
    with running(broker, tmp_path, keys, kind="fhir") as feed:
        assert send(feed, patient("p1"), observation(), bad) == [200, 200, 200]
        assert str(asked(f"http://{HOST}:{feed.metrics_port}/-/ready")) == "ok\n"
        assert "p1" not in str(asked(f"http://{HOST}:{feed.metrics_port}/metrics"))
        feed.kill()
        feed.start()
        assert send(feed, observation(value=61, **version(2))) == [200]
        assert feed.stop() == 0
    found = [
        (one.get("status", "final"), one["readings"][0]["value"])  # type: ignore[index]
        for one in values(broker, VITALS)
    ]
    assert found == [("final", 60), ("corrected", 61)]
    (letter,) = blocking_reader.records(broker, DEADLETTERS)
    assert dict(letter.headers)["__streams.errors.reason"] == b"bad-time"
    assert json.loads(letter.value) == bad
    (linkage,) = blocking_reader.records(broker, FEED_PATIENTS)
    assert (linkage.key, json.loads(linkage.value)["patient"]) == (b"ward/Patient/p1", "p1")


def test_a_resource_that_came_before_its_patient_goes_through_the_feed_again_afterwards(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = f'patient = {{ authorities = ["{SIM}"] }}'
    with running(broker, tmp_path, keys, kind="fhir") as feed:
        replay = ["deadletters", "replay", "--broker", broker.servers, "--config", str(feed.site)]
        assert send(feed, observation()) == [200]
        assert main(replay) == 1
        assert "0 of 1 sent and acknowledged; not sent 1 (unassociated 1)" in capsys.readouterr().err
        assert send(feed, patient("p1")) == [200]
        assert main(replay) == 0
    assert [record["patient"] for record in values(broker, VITALS)] == ["p1"]


def test_without_a_broker_the_sender_is_to_come_again_and_its_resource_is_stored_once(
    apache: ApacheKafka, broker: Broker, tmp_path: Path
) -> None:
    java = apache._processes[0]
    with running(broker, tmp_path, 'hold = "1 s"', kind="fhir") as feed:
        sender = FhirSender(feed.port)
        assert sender.send(observation(id="o1")) == 200
        with suspended(java):
            assert sender.send(observation(id="o2")) == 503
        assert sender.deliver(observation(id="o2"), time.monotonic() + 60) == 200
        sender.close()
    assert len({record["id"] for record in values(broker, VITALS)}) == 2


def test_a_certificate_that_ended_is_said_at_the_start_and_renewed_without_a_restart(
    broker: Broker, tmp_path: Path
) -> None:
    signer = Signer(tmp_path)
    signer.sign("feed", -20 * DAY, -DAY)
    signer.sign("sender")
    signer.sign("renewed")
    keys = {"tls-cert-file": "feed.pem", "tls-key-file": "feed.key", "client-ca-file": "ca.pem"}
    lines = "\n".join(f'{key} = "{tmp_path / name}"' for key, name in keys.items())
    with running(broker, tmp_path, lines, kind="fhir") as feed:

        def ends_in() -> float:
            found = str(asked(f"http://{HOST}:{feed.metrics_port}/metrics"))
            (line,) = (line for line in found.splitlines() if line.startswith("il2_feed_certificate_expiry"))
            return float(line.split()[1]) - time.time()

        sender = FhirSender(feed.port, signer.client("sender"))
        with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
            sender.send(observation())
        sender.close()
        assert ends_in() < 0
        for ending in ("pem", "key"):
            (tmp_path / f"renewed.{ending}").replace(tmp_path / f"feed.{ending}")
        assert wait_until(lambda: ends_in() > 0, PATIENCE_S)
        assert sender.send(observation()) == 200
        sender.close()
    log = feed.log.read_text()
    assert "ERROR il2watch.feeds: ward: its certificate ended 20" in log
    assert "WARNING il2watch.feeds: ward: the certificate was loaded again" in log


MAPS = ["builtin:loinc", "builtin:rxnorm", "builtin:words", "sim.csv"]
SITE = f'patient = {{ authorities = ["{SIM}"] }}\nraw = "final"\nreplay = true\nmap = {json.dumps(MAPS)}'


def test_five_patients_sent_live_give_the_alerts_of_the_native_file(broker: Broker, tmp_path: Path) -> None:
    """With requests that come again, mistakes corrected and results that find their patient late."""
    records = mistaken(ward(tmp_path, "ward", 5, 3, 1), 3, 0.1)
    assert live_round_trip(broker, tmp_path, records, seed=3) > 5


def live_round_trip(broker: Broker, folder: Path, records: list[bytes], seed: int) -> int:
    """Send a ward over two connections, compare the alerts, and return how many there are."""
    rules_of_a_ward(folder)
    entries = list(spoken(records, seed, again=0.3))
    late = random.Random(seed).sample([each for each in entries if is_one_observation(each)], 3)
    with running(broker, folder, SITE, kind="fhir") as feed:
        send(feed, *map(patient, sorted({each.patient for each in entries})))
        orphans = [{**each.requests[0], "subject": {"display": "unknown"}} for each in late]
        assert send(feed, *orphans) == [200] * len(orphans)
        deliver(entries, partial(insist, feed))
    letters = [dict(record.headers) for record in blocking_reader.records(broker, DEADLETTERS)]
    assert [letter["__streams.errors.reason"] for letter in letters] == [b"unassociated"] * len(orphans)
    fed = [record.value for record in blocking_reader.records(broker, *INPUTS)]
    native = alerts(records)
    assert alerts([*fed, *(each.native for each in entries if not each.requests)]) == native
    return len(native)


def insist(feed: RunningFeed, requests: list[Resource]) -> None:
    sender = FhirSender(feed.port)
    for request in requests:
        sender.deliver(request, time.monotonic() + 60)
    sender.close()


def is_one_observation(found: Spoken) -> bool:
    return len(found.requests) == 1 and found.requests[0]["resourceType"] == "Observation"


def results(number: int, seed: int) -> list[Resource]:
    """Return so many versions of results, of which some are corrections, some by another value alone."""
    chance, made = random.Random(seed), []
    for place in range(number):
        id = chance.randrange(max(1, number // 2))
        value = {"value": round(1 + chance.randrange(300) / 100, 2), "code": "mg/dL"}
        fields = (
            {"valueQuantity": None, "valueString": "hemolyzed"}
            if place % 9 == 0
            else {"valueQuantity": value}
        )
        made.append(
            observation(
                code={"system": "http://loinc.org", "code": "2160-0"},
                id=f"o{id}",
                status=chance.choice(("final", "corrected")),
                subject={"reference": f"Patient/p{id % 7}"},
                meta={
                    "lastUpdated": f"2026-03-02T{15 + place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}Z"
                },
                **fields,
            )
        )
    return made


class FhirCrashes(Crashes):
    """A sender of FHIR that resends, and a feed that is killed at seeded moments."""

    def __init__(self, broker: Broker, folder: Path, seed: int, number: int) -> None:
        super().__init__(broker, folder, seed, 0)
        self.feed = RunningFeed(broker, folder, kind="fhir")
        self.results, self.stored = results(number, seed), 0

    def _send(self) -> None:
        sender = FhirSender(self.feed.port)
        try:
            for resource in self.results:
                sender.deliver(resource, time.monotonic() + 180)
                self.stored += 1
                time.sleep(0.01)
        except TimeoutError as fault:
            self.fault = str(fault)
        finally:
            sender.close()


def wanted(resources: list[Resource]) -> dict[tuple[str, str], object]:
    """Return what one run without a crash gives."""
    tables, last = Tables(), {}
    own = msgspec.structs.replace(rules("fhir"), name="ward")
    for resource in resources:
        for event in handle(json.dumps(resource).encode(), own, tables, 0).handled.events:
            last[event.patient, event.id] = event.readings[0].value  # type: ignore[attr-defined]
    return last


def crash(broker: Broker, folder: Path, seed: int, kills: int, number: int) -> Counter[str]:
    """Kill a feed while it is sent to, and see that nothing answered is lost and nothing applied twice."""
    crashes = FhirCrashes(broker, folder, seed, number)
    killed = crashes.run(kills)
    assert crashes.stored == number
    records = values(broker, LABS)
    assert in_force(records) == wanted(crashes.results)
    letters = {record.value for record in blocking_reader.records(broker, DEADLETTERS)}
    assert letters == {json.dumps(crashes.results[place]).encode() for place in range(0, number, 9)}
    return Counter(killed=killed, resources=number, records=len(records))


AT_THE_BROKER = """
import os, signal, sys
from pathlib import Path
from streams.cli.main import main
from streams.feeds.service.store import Store
append, here = Store.append, Path(sys.argv.pop(1))

async def ended(self, records, patience_s):
    point = here.read_text() if here.exists() else ""
    here.unlink(missing_ok=True)
    if point == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    await append(self, records, patience_s)
    if point == "between":
        os.kill(os.getpid(), signal.SIGKILL)

Store.append = ended
sys.exit(main(sys.argv[1:]))
"""
"""A feed that dies before anything is published, or when the broker has it and the sender no answer."""


@pytest.mark.parametrize(
    ("kind", "points"), [("mllp", {"between": 1}), ("fhir", {"before": 0, "between": 1})]
)
def test_killed_before_its_answer_the_message_that_comes_again_is_applied_once(
    kind: str, points: dict[str, int], broker: Broker, tmp_path: Path
) -> None:
    """`points`: where it is killed, and how many records the broker has then. After an answer: see above."""
    feed, point = RunningFeed(broker, tmp_path, kind=kind), tmp_path / "point"
    feed.command[1:3] = ["-c", AT_THE_BROKER, str(point)]
    for where, stored in points.items():
        feed.start()
        point.write_text(where)
        assert not sent_once(feed, kind)
        assert len(values(broker, VITALS)) == stored
    feed.start()
    assert sent_once(feed, kind)
    assert feed.stop() == 0
    assert len({json.dumps(record, sort_keys=True) for record in values(broker, VITALS)}) == 1


def sent_once(feed: RunningFeed, kind: str) -> bool:
    """Send the same message and return whether it is answered as stored; it ends the feed otherwise."""
    if kind == "mllp":
        found = ask(feed.port, sample("109"))
        answered = bool(found) and ack_of(found[0])[0] == "CA"
    else:
        try:
            answered = send(feed, observation()) == [200]
        except (OSError, HTTPException):
            answered = False
    if not answered:
        assert feed.process is not None
        feed.process.wait(PATIENCE_S)
    return answered


def test_killed_at_five_moments_it_loses_nothing_answered_and_applies_nothing_twice(
    broker: Broker, tmp_path: Path
) -> None:
    assert crash(broker, tmp_path, seed=15, kills=5, number=200)["killed"] >= 3


@pytest.mark.campaign("feeds", slices=10)
def test_killed_a_hundred_times_it_loses_nothing(
    broker: Broker, tmp_path: Path, campaign_slice: int, figures: Callable[..., None]
) -> None:
    """Ten kills a slice, each at a moment of its own seed."""
    found = crash(broker, tmp_path, seed=3000 + campaign_slice, kills=10, number=500)
    figures(f"slice {campaign_slice}: {dict(found)}", **found)
    assert found["killed"] >= 5


@pytest.mark.campaign("feeds", slices=1)
def test_with_the_broker_away_for_minutes_nothing_is_lost(
    apache: ApacheKafka, broker: Broker, tmp_path: Path, figures: Callable[..., None]
) -> None:
    """The broker stands still for two minutes in the middle of the traffic; the sender is told to come again."""
    java, sent = apache._processes[0], results(300, seed=4000)
    with running(broker, tmp_path, kind="fhir") as feed:
        sender = FhirSender(feed.port)
        for place, resource in enumerate(sent):
            if place == 150:
                suspend(java)
                threading.Timer(120, wake, [java]).start()
            sender.deliver(resource, time.monotonic() + 300)
        sender.close()
    records = values(broker, LABS)
    assert in_force(records) == wanted(sent)
    figures(f"{len(sent)} resources, {len(records)} records", records=len(records))


@pytest.mark.campaign("feeds", slices=5)
def test_fifty_patients_sent_live_give_the_alerts_of_the_native_file(
    broker: Broker, tmp_path: Path, campaign_slice: int, figures: Callable[..., None]
) -> None:
    """Ten patients a slice, from a seed of its own."""
    records = mistaken(ward(tmp_path, "ward", 10, 4000 + campaign_slice, 2), campaign_slice, 0.1)
    found = live_round_trip(broker, tmp_path, records, seed=campaign_slice)
    figures(f"slice {campaign_slice}: {len(records)} records, {found} alerts", alerts=found)
    assert found > 20
