"""The HL7 feed on real Kafka: no message is acknowledged and lost, none is applied twice (docs/spec/feeds.md)."""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import Popen

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from rules.wire.topics import DEADLETTERS, FEED_ALIASES, FEED_RESULTS, INPUTS, LABS, VITALS
from streams.cli.main import main
from streams.dev_broker.apache import ApacheKafka
from streams.kafka import blocking_reader, clients
from streams.kafka.ports import HOST, open_at, wait_until
from streams.kafka.settings import Broker
from tests.bench import feeds as bench
from tests.deploy.servers import asked
from tests.patience import PATIENCE_S
from tests.streams.feeds.certificates import Signer
from tests.streams.feeds.running import RunningFeed, Sender, ack_of, ask, running, values
from tests.streams.feeds.sent_wards import deliver, mistaken, spoken_hl7
from tests.streams.feeds.support import given, sample
from tests.streams.feeds.test_beds import adt, reading
from tests.streams.feeds.test_round_trip import alerts, rules, ward
from tests.suspended import suspend, suspended, wake

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.xdist_group("feeds")]


def test_a_message_is_published_and_answered_and_what_is_refused_is_kept(
    broker: Broker, tmp_path: Path
) -> None:
    with running(broker, tmp_path) as feed:
        sender = Sender(feed.port)
        codes = [ack_of(sender.send(sample(number))[0]) for number in ("80", "82", "86", "115", "105")]
        assert codes == [
            ("CA", "LAB0001"), ("CA", "LAB0003"), ("CA", "LAB0007"), ("AR", "ORM0001"), ("CA", "ADT0006"),
        ]  # fmt: skip
        assert sender.send(sample("116"))[0].split(b"\r")[2].startswith(b"ERR||MSH^1^11|202^")
        metrics = str(asked(f"http://{HOST}:{feed.metrics_port}/metrics"))
        ready = str(asked(f"http://{HOST}:{feed.metrics_port}/-/ready"))
        sender.close()
        assert feed.stop() == 0
    assert ready == "ok\n"
    assert 'il2_feed_messages_total{feed="ward",result="taken",type="ORU"} 3.0' in metrics
    assert "T0000001" not in metrics
    creatinine = [
        record["status"] for record in values(broker, LABS) if record["readings"][0]["value"] in (2.6, 1.6)
    ]
    assert creatinine == ["preliminary", "corrected"]
    (letter,) = blocking_reader.records(broker, DEADLETTERS)
    headers = dict(letter.headers)
    assert letter.value == sample("86")
    assert headers["__streams.errors.reason"] == b"bad-unit"
    assert (headers["feed"], headers["control-id"]) == (b"ward", b"LAB0007")
    assert json.loads(headers["refused"])[0] == ["OBX", 3, "bad-unit", "LN 14682-9"]
    assert {record.key for record in blocking_reader.records(broker, FEED_ALIASES)} == {b"T0000077"}


def test_a_feed_started_again_remembers_what_was_sent(broker: Broker, tmp_path: Path) -> None:
    with running(broker, tmp_path) as feed:
        ask(feed.port, sample("81"))
    changed = sample("81").replace(b"20260302072000", b"20260302082000").replace(b"|2.6|", b"|1.6|")
    with running(broker, tmp_path) as feed:
        ask(feed.port, changed)
    found = [record for record in values(broker, LABS) if record["readings"][0]["code"] == "creatinine"]
    assert [record.get("status", "final") for record in found] == ["final", "corrected"]
    assert len({record["id"] for record in found}) == 1
    assert len(list(blocking_reader.records(broker, FEED_RESULTS))) >= 2


def test_a_merge_moves_what_is_in_the_topics(broker: Broker, tmp_path: Path) -> None:
    with running(broker, tmp_path) as feed:
        sender = Sender(feed.port)
        sender.send(sample("90").replace(b"T0000001", b"T0000077"))
        sender.send(sample("105"))
        sender.send(sample("109").replace(b"T0000001", b"T0000077"))

        def moved() -> bool:
            rows = [json.loads(record.value) for record in blocking_reader.records(broker, FEED_ALIASES)]
            return any(row["moved"] for row in rows)

        assert wait_until(moved, PATIENCE_S)
        sender.close()
    urine = values(broker, "il2.io")
    assert sorted((record["patient"], record.get("status", "final")) for record in urine) == [
        ("T0000001", "final"),
        ("T0000077", "entered-in-error"),
        ("T0000077", "final"),
    ]
    assert [record["patient"] for record in values(broker, VITALS)] == ["T0000001"]


def test_a_reading_given_by_bed_is_taken_back_when_adt_says_that_somebody_else_lay_there(
    broker: Broker, tmp_path: Path
) -> None:
    with running(broker, tmp_path, 'beds = "adt"') as feed:
        ask(feed.port, adt("A01", "P1", "010900"))
        ask(feed.port, reading())
    assert [(each["patient"], each["source"]) for each in values(broker, VITALS)] == [
        ("P1", "ward: bed 4W^12^A")
    ]
    with running(broker, tmp_path, 'beds = "adt"') as feed:
        ask(feed.port, adt("A02", "P1", "020900", "ICU^1^A"))
        ask(feed.port, adt("A01", "P2", "020930"))
        wanted = {("P1", "entered-in-error"), ("P2", "corrected")}

        def right() -> bool:
            return wanted <= {(str(each["patient"]), str(each["status"])) for each in values(broker, VITALS)}

        assert wait_until(right, PATIENCE_S), values(broker, VITALS)


def test_a_reading_that_came_before_adt_is_given_to_its_patient_also_when_the_feed_is_killed_in_between(
    broker: Broker, tmp_path: Path
) -> None:
    with running(broker, tmp_path, 'beds = "adt"') as feed:
        for each in (reading("1000"), reading("1010"), reading("1020").replace(b"4W^12^A", b"4W^12^B")):
            ask(feed.port, each)
        assert values(broker, VITALS) == []
        assert len(list(blocking_reader.records(broker, DEADLETTERS))) == 3
        ask(feed.port, adt("A01", "P1", "021005", made="021100"))
        feed.kill()
        feed.start()

        def given() -> set[tuple[object, ...]]:
            return {
                (each["patient"], str(each["at"])[11:16], each["source"]) for each in values(broker, VITALS)
            }

        wanted = {("P1", "15:10", "ward: bed 4W^12^A")}
        assert wait_until(lambda: bool(given()), PATIENCE_S)
        ask(feed.port, adt("A01", "P2", "020900", "4W^12^B"))
        wanted |= {("P2", "15:20", "ward: bed 4W^12^B")}
        assert wait_until(lambda: given() >= wanted, PATIENCE_S), given()
        assert given() == wanted
        assert len(list(blocking_reader.records(broker, DEADLETTERS))) == 3


def test_an_alarm_that_was_paged_is_acknowledged_by_the_answer_of_an_alarm_manager(
    broker: Broker, tmp_path: Path
) -> None:
    page = {
        "when": "2026-03-02T15:05:00Z",
        "outcome": "accepted",
        "patient": "P1",
        "alert": "e1",
        "key": "inc-0001",
    }
    sender = clients.producer(broker)
    with running(broker, tmp_path) as feed:
        sender.send("il2.pages", json.dumps(page).encode(), key=b"P1").get(30)
        sender.close()

        def acknowledged() -> list[tuple[object, ...]]:
            assert ack_of(ask(feed.port, sample("133"))[0])[0] == "CA"
            return [(each["patient"], each["alert"], each["by"]) for each in values(broker, "il2.commands")]

        assert wait_until(lambda: acknowledged()[:1] == [("P1", "e1", "P0001")], PATIENCE_S)


def test_a_letter_goes_through_its_feed_again_when_the_map_was_mended(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = sample("81").replace(b"|2.6|mg/dL", b"|230|UMOLL")
    assert b"UMOLL" in data
    replay = ["deadletters", "replay", "--broker", broker.servers, "--config"]
    with running(broker, tmp_path) as feed:
        ask(feed.port, data)
        assert main([*replay, str(feed.site)]) == 1
        assert "feeds/ward/" in (complaint := capsys.readouterr().err)
        assert "0 of 1 sent and acknowledged; not sent 1 (bad-unit 1)" in complaint
        feed.site.write_text(feed.site.read_text() + 'units = { UMOLL = "umol/L" }\n')
        assert main([*replay, str(feed.site)]) == 0
        assert "1 of 1 sent and acknowledged" in capsys.readouterr().err
        assert main([*replay, str(tmp_path / "none.toml")]) == 2
    found = [record for record in values(broker, LABS) if record["readings"][0]["code"] == "creatinine"]
    assert [(each.get("status", "final"), each["readings"][0]["value"]) for each in found] == [
        ("final", "230"),
        ("corrected", 230),
    ]


def test_without_a_broker_nothing_is_answered_and_the_message_comes_again(
    apache: ApacheKafka, broker: Broker, tmp_path: Path
) -> None:
    java = apache._processes[0]
    with running(broker, tmp_path, 'hold = "1 s"') as feed:
        sender = Sender(feed.port)
        assert ack_of(sender.send(sample("80"))[0])[0] == "CA"
        with suspended(java):
            assert sender.send(sample("81")) == []
            sender.close()
            assert ask(feed.port, sample("90")) == []
        for number in ("81", "90"):
            assert ack_of(sender.deliver(sample(number), time.monotonic() + 60))[0] == "CA"
        sender.close()
    applied = {(record["id"], record.get("status", "final")) for record in values(broker, LABS, "il2.io")}
    assert len(applied) == 5


def test_an_outage_is_said_where_the_sender_is_known_to_retry(
    apache: ApacheKafka, broker: Broker, tmp_path: Path
) -> None:
    java = apache._processes[0]
    with running(broker, tmp_path, 'hold = "1 s"\non-outage = "nak"') as feed:
        sender = Sender(feed.port)
        with suspended(java):
            assert ack_of(sender.send(sample("80"))[0]) == ("CE", "LAB0001")
        assert ack_of(sender.deliver(sample("80"), time.monotonic() + 60))[0] == "CA"
        sender.close()


def test_five_patients_sent_live_give_the_alerts_of_the_native_file(broker: Broker, tmp_path: Path) -> None:
    """What the feed put into the topics, and beside it what has no message, is folded by the engine."""
    assert live_round_trip(broker, tmp_path, patients=5, seed=3, days=1) > 5


def live_round_trip(broker: Broker, tmp_path: Path, patients: int, seed: int, days: float) -> int:
    """Send a ward to a running feed, compare the alerts, and return how many there are.

    Over two connections, with messages that come again, mistakes corrected, and readings of nobody at first.
    """
    records = mistaken(ward(tmp_path, "ward", patients, seed, days), seed, 0.1)
    rules(tmp_path)
    names = ["builtin:mdc", "builtin:loinc", "builtin:rxnorm", "builtin:words", "sim.csv"]
    keys = f'patient = {{ authorities = ["SIM"] }}\nraw = "final"\nreplay = true\nmap = {json.dumps(names)}'
    entries = list(spoken_hl7(records, seed, again=0.3))
    readings = [data for each in entries for data in each.requests[:1] if b"|MONITORING|" in data]
    nobodys = [re.sub(rb"PID\|1\|\|[^\r]*", b'PID|1||""', data) for data in readings[:40:20]]
    with running(broker, tmp_path, keys) as feed:
        assert [ack_of(ask(feed.port, data)[0])[0] for data in nobodys] == ["CA"] * len(nobodys)
        deliver(entries, partial(insist, feed))
    letters = [dict(record.headers) for record in blocking_reader.records(broker, DEADLETTERS)]
    assert [letter["__streams.errors.reason"] for letter in letters] == [b"unassociated"] * len(nobodys)
    fed = [record.value for record in blocking_reader.records(broker, *INPUTS)]
    native = alerts(records)
    assert alerts([*fed, *(each.native for each in entries if not each.requests)]) == native
    return len(native)


def insist(feed: RunningFeed, messages: list[bytes]) -> None:
    """Send messages over one connection; each must be stored."""
    sender = Sender(feed.port)
    assert {ack_of(sender.send(data)[0])[0] for data in messages} == {"CA"}
    sender.close()


def test_a_message_too_large_is_refused_by_its_control_id_and_fifty_connections_are_answered(
    broker: Broker, tmp_path: Path
) -> None:
    with running(broker, tmp_path, 'max-message = "1 MiB"') as feed:
        sender = Sender(feed.port)
        large = sample("80") + b"NTE|1||" + b"x" * (8 << 20) + b"\r"
        assert ack_of(sender.send(large)[0]) == ("CR", "LAB0001")
        assert ack_of(sender.send(sample("80"))[0]) == ("CA", "LAB0001")
        sender.close()
        many = [Sender(feed.port) for _ in range(50)]
        for each in many:
            each.connect()
        assert {ack_of(each.send(sample("90"))[0]) for each in many} == {("CA", "IO0001")}
        for each in many:
            each.close()
        assert ask(feed.port, sample("114")) == []
    letters = [dict(record.headers) for record in blocking_reader.records(broker, DEADLETTERS)]
    assert {headers["__streams.errors.reason"] for headers in letters} == {b"too-large", b"malformed"}
    assert len({record["id"] for record in values(broker, "il2.io")}) == 1


def test_only_a_sender_with_a_certificate_of_the_right_signer_is_let_in(
    broker: Broker, tmp_path: Path
) -> None:
    signer, strangers = Signer(tmp_path), Signer(tmp_path, "other")
    for name in ("server", "sender"):
        signer.sign(name)
    strangers.sign("stranger")
    files = {"tls-cert-file": "server.pem", "tls-key-file": "server.key", "client-ca-file": "ca.pem"}
    keys = "\n".join(f'{key} = "{tmp_path / name}"' for key, name in files.items())
    with running(broker, tmp_path, keys) as feed:
        known = Sender(feed.port, signer.client("sender"))
        assert ack_of(known.send(sample("80"))[0])[0] == "CA"
        known.close()
        assert [ask(feed.port, sample("80"), signer.client(name)) for name in (None, "stranger")] == [[], []]
        assert ask(feed.port, sample("80")) == []
        metrics = str(asked(f"http://{HOST}:{feed.metrics_port}/metrics"))
    ends = next(line for line in metrics.splitlines() if line.startswith("il2_feed_certificate_expiry"))
    assert 19 * 86_400 < float(ends.split()[1]) - time.time() < 21 * 86_400


def messages(number: int, seed: int) -> list[bytes]:
    """Return so many messages: results, some of which are corrected by a later one that says F again."""
    chance = random.Random(seed)
    made = []
    for place in range(number):
        order = chance.randrange(max(1, number // 2))
        text = (
            f"MSH|^~\\&|LAB|HOSP|||20260302{7 + place // 3600:02}{place // 60 % 60:02}{place % 60:02}-0500||"
            f"ORU^R01^ORU_R01|M{place}|P|2.5.1|||AL|NE\r"
            f"PID|1||P{order % 7}^^^HOSP^MR\r"
            f"OBR|1||F{order}^LAB|PANEL|||20260302060000-0500\r"
            f"OBX|1|NM|2160-0^Creatinine^LN||{1 + chance.randrange(30) / 10:.1f}|mg/dL|||||F\r"
            f"OBX|2|NM|2823-3^Potassium^LN||{3 + chance.randrange(30) / 10:.1f}|mmol/L|||||F\r"
            f"OBX|3|NM|99999-9^Unknown^LN||1|{'' if place % 5 else 'x'}|||||F\r"
            + ("OBX|4|NM|777-3^Platelets^LN||hemolyzed|10*3/uL|||||F\r" if place % 9 == 0 else "")
        )
        made.append(text.encode())
    return made


class Crashes:
    """A sender that resends, and a feed that is killed at seeded moments."""

    def __init__(self, broker: Broker, folder: Path, seed: int, number: int) -> None:
        self.feed = RunningFeed(broker, folder, 'hold = "4 s"')
        self.sent = messages(number, seed)
        self.answers: list[bytes] = []
        self.broker, self.chance, self.fault, self.away = broker, random.Random(seed), "", 0

    def _send(self) -> None:
        sender = Sender(self.feed.port)
        try:
            for message in self.sent:
                self.answers.append(sender.deliver(message, time.monotonic() + 180))
                time.sleep(0.01)
        except TimeoutError as fault:
            self.fault = str(fault)
        finally:
            sender.close()

    def run(self, kills: int, broker: Popen[bytes] | None = None) -> int:
        """Send everything, kill so many times while it is sent; return how often it was killed.

        `broker`: one that stands still at a third of the moments, for up to `AWAY_S`.
        """
        self.feed.start()
        thread = threading.Thread(target=self._send)
        thread.start()
        killed = 0
        while killed < kills and thread.is_alive():
            time.sleep(self.chance.uniform(0.05, 0.6))
            if broker is not None and self.chance.random() < 1 / 3:
                self._away(broker)
            self.feed.kill()
            killed += 1
            self.feed.start(wait=False)
            wait_until(lambda: open_at(HOST, self.feed.port) or not thread.is_alive(), PATIENCE_S)
        thread.join()
        self.feed.stop()
        assert self.fault == ""
        return killed

    def _away(self, broker: Popen[bytes]) -> None:
        """Let the broker stand still from now, some moments of it before the feed is killed."""
        suspend(broker)
        self.away += 1
        threading.Timer(self.chance.uniform(0.5, AWAY_S), wake, [broker]).start()
        time.sleep(self.chance.uniform(0.0, 0.4))


def in_force(records: list[dict[str, object]]) -> dict[tuple[str, str], object]:
    """Return what the engine's own chart holds at the end: patient and id -> value; nothing may be refused."""
    from rules.decide.engine import fold

    events = []
    for number, record in enumerate(records):
        event, problems = decode(json.dumps(record), known=1_772_500_000_000 + number)
        assert event is not None, problems
        events.append(event)
    outcome = fold(events, SCHWARTZENTRUBER_2001, None, True)
    assert [(event.id, reason) for event, reason in outcome.refused] == []
    last: dict[tuple[str, str], object] = {}
    for record in records:
        last[str(record["patient"]), str(record["id"])] = record["readings"][0]["value"]  # type: ignore[index]
    return last


def wanted(sent: list[bytes]) -> dict[tuple[str, str], object]:
    """Return what one run without a crash gives."""
    from streams.feeds.mapping.tables import Tables

    tables, last = Tables(), {}
    for message in sent:
        for event in given(message, "strict", tables).handled.events:
            last[event.patient, event.id] = event.readings[0].value  # type: ignore[attr-defined]
    return last


AWAY_S = 8.0
"""Twice as long as a feed holds a message before it closes the connection."""


def crash(
    broker: Broker, folder: Path, seed: int, kills: int, number: int, java: Popen[bytes] | None = None
) -> Counter[str]:
    """Kill a feed while it is sent to, and see that nothing acknowledged is lost and nothing applied twice."""
    crashes = Crashes(broker, folder, seed, number)
    killed = crashes.run(kills, java)
    assert [ack_of(answer) for answer in crashes.answers] == [("CA", f"M{place}") for place in range(number)]
    records = values(broker, LABS)
    assert in_force(records) == wanted(crashes.sent)
    letters = {dict(record.headers)["control-id"] for record in blocking_reader.records(broker, DEADLETTERS)}
    assert letters == {f"M{place}".encode() for place in range(0, number, 9)}
    return Counter(killed=killed, away=crashes.away, messages=number, records=len(records))


def test_killed_five_times_it_loses_nothing_acknowledged_and_applies_nothing_twice(
    broker: Broker, tmp_path: Path
) -> None:
    found = crash(broker, tmp_path, seed=14, kills=5, number=250)
    assert found["killed"] >= 3
    assert {topic for topic in INPUTS if topic != LABS and values(broker, topic)} == set()


@pytest.mark.campaign("feeds", slices=10)
def test_killed_a_hundred_times_it_loses_nothing(
    apache: ApacheKafka, broker: Broker, tmp_path: Path, campaign_slice: int, figures: Callable[..., None]
) -> None:
    """Ten kills a slice, each at a moment of its own seed; the broker is away at a third of them."""
    java = apache._processes[0]
    found = crash(broker, tmp_path, seed=1000 + campaign_slice, kills=10, number=600, java=java)
    figures(f"slice {campaign_slice}: {dict(found)}", **found)
    assert found["killed"] >= 5


@pytest.mark.campaign("feeds", slices=2)
def test_with_the_broker_away_for_minutes_nothing_is_lost(
    apache: ApacheKafka, broker: Broker, tmp_path: Path, campaign_slice: int, figures: Callable[..., None]
) -> None:
    """The broker stands still for two minutes in the middle of the traffic; the sender resends throughout."""
    java = apache._processes[0]
    sent = messages(400, seed=2000 + campaign_slice)
    with running(broker, tmp_path) as feed:
        sender = Sender(feed.port)
        for place, data in enumerate(sent):
            if place == 200:
                suspend(java)
                awake = threading.Timer(120, wake, [java])
                awake.start()
            assert ack_of(sender.deliver(data, time.monotonic() + 300)) == ("CA", f"M{place}")
        sender.close()
    records = values(broker, LABS)
    assert in_force(records) == wanted(sent)
    figures(f"slice {campaign_slice}: {len(sent)} messages, {len(records)} records", records=len(records))


@pytest.mark.campaign("feeds", slices=1)
def test_a_backlog_of_eighteen_thousand_messages_over_fifty_connections_is_stored_once(
    broker: Broker, tmp_path: Path, figures: Callable[..., None]
) -> None:
    """Each message holds ten results, and each is answered once the broker has them."""
    backlog = [bench.message(number) for number in range(18_000)]
    with running(broker, tmp_path, 'raw = "final"') as feed:
        began = time.monotonic()
        assert asyncio.run(bench.through_feed(feed.port, backlog)) == len(backlog)
        took = time.monotonic() - began
    ids = Counter(json.loads(record.value)["id"] for record in blocking_reader.records(broker, LABS, VITALS))
    figures(f"{len(backlog)} messages, {len(ids)} events in {took:.1f} s", seconds=took)
    assert (len(ids), max(ids.values())) == (10 * len(backlog), 1)


@pytest.mark.campaign("feeds", slices=1)
def test_fifty_patients_sent_live_give_the_alerts_of_the_native_file(
    broker: Broker, tmp_path: Path, figures: Callable[..., None]
) -> None:
    found = live_round_trip(broker, tmp_path, patients=50, seed=4, days=2)
    figures(f"50 patients, {found} alerts", alerts=found)
    assert found > 100
