"""What deploy/kafka/acls.csv allows is enough for every service, behind TLS and passwords, and what it does
not allow is refused.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import TopicAuthorizationFailedError

from simulators.interfaces.fhir_r4 import SIM, patient
from streams.dev_broker import process_tree
from streams.dev_broker.jars import classpath, java
from streams.kafka.ports import HOST, free, open_at, wait_until
from streams.kafka.unreachable import refused
from tests.deploy.guarded import Guarded, acls, guarded
from tests.deploy.places import DEPLOY, ROOT
from tests.deploy.servers import asked
from tests.patience import PATIENCE_S
from tests.streams.board.board_here import KEY, TOKEN
from tests.streams.feeds.running import FhirSender, Sender, ack_of
from tests.streams.feeds.support import sample
from tests.streams.feeds.test_fhir import NOWHERE, observation
from tests.streams.kafka.brokers_here import had

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.xdist_group("acls")]

SERVICES = ("worker", "pager", "board", "census")
ROUTES = """
[pager.channels.bed]
kind = "terminal"
[pager.channels.house]
kind = "terminal"
[[pager.routes]]
name = "all"
ladder = [{ channels = ["bed"] }]
[[pager.system-routes]]
name = "machine"
ladder = [{ channels = ["house"] }]
"""


class Ward(NamedTuple):
    """Everything running behind the guard.

    `ports`: where each service tells of itself; `board`: where the board is.
    """

    kafka: Guarded
    folder: Path
    ports: dict[str, int]
    board: int

    def run(self, principal: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of ours, as a principal."""
        command = [
            sys.executable,
            "-m",
            "streams",
            *words,
            "--config",
            str(self.kafka.config(principal, self.folder)),
        ]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )

    def send(self, principal: str, topic: str, **event: Any) -> None:
        producer = KafkaProducer(**self.kafka.broker(principal).for_kafka_python(), enable_idempotence=False)
        try:
            producer.send(topic, key=event["patient"].encode(), value=json.dumps(event).encode()).get(
                timeout=30
            )
        finally:
            producer.close()

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(errors="replace")


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    folder = tmp_path_factory.mktemp("guarded")
    if shutil.which("openssl") is None:
        pytest.fail("CI=true, and there is no openssl") if os.environ.get("CI") == "true" else pytest.skip(
            "no openssl here"
        )
    with ExitStack() as stack:
        had(obtained, stack)
        kafka = stack.enter_context(guarded(folder))
        *ports, board = free(len(SERVICES) + 1)
        made = Ward(kafka, folder, dict(zip(SERVICES, ports, strict=True)), board)
        created = made.run("operator", "topics", "create", "--partitions", "3", "--replication", "1")
        assert created.returncode == 0, created.stderr
        for service in SERVICES:
            stack.callback(process_tree.stop, start(made, service))
        for service, port in made.ports.items():
            assert wait_until(
                lambda port=port: asked(f"http://{HOST}:{port}/-/ready") is not None, PATIENCE_S, 0.2
            ), made.log(service)  # type: ignore[misc]
        yield made


@contextmanager
def obtained() -> Iterator[None]:
    """Raises NoKafka where there is none; one that does not start by deploy/kafka/server.properties is a
    failure, not a lack.
    """
    java()
    classpath()
    yield


def start(ward: Ward, service: str) -> subprocess.Popen[bytes]:
    config = ward.kafka.config(service, ward.folder)
    config.write_text(
        config.read_text(encoding="utf-8") + (ROUTES if service == "pager" else ""), encoding="utf-8"
    )
    kept = [] if service == "census" else ["--state-dir", str(ward.folder / service)]
    kept += ["--port", str(ward.board)] if service == "board" else []
    with (ward.folder / f"{service}.log").open("ab") as log:
        words = [
            sys.executable,
            "-m",
            "streams",
            service,
            "--config",
            str(config),
            "--metrics-port",
            str(ward.ports[service]),
            *kept,
        ]
        return process_tree.start(words, log)


def first_record(ward: Ward, topic: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first record of a topic that is wanted. Fails when none comes."""
    consumer = KafkaConsumer(
        **ward.kafka.kafka.settings.for_kafka_python(), group_id=None, auto_offset_reset="earliest"
    )
    consumer.assign([TopicPartition(topic, number) for number in range(3)])
    found: list[dict[str, Any]] = []

    def came() -> bool:
        for records in consumer.poll(timeout_ms=500).values():
            found.extend(
                value for record in records if record.value and wanted(value := json.loads(record.value))
            )
        return bool(found)

    try:
        assert wait_until(came, PATIENCE_S), [ward.log(service) for service in SERVICES]
    finally:
        consumer.close()
    return found[0]


def now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture(scope="module")
def alert(ward: Ward) -> dict[str, Any]:
    """The feed charts a creatinine of 3.5; the worker's alert of it."""
    ward.send(
        "feed",
        "il2.encounters",
        type="encounter",
        id="e1",
        patient="p1",
        at=now(),
        event="cycle-start",
        location="ward",
    )
    reading = {"code": "creatinine", "value": 3.5, "unit": "mg/dL"}
    ward.send("feed", "il2.labs", type="labs", id="l1", patient="p1", at=now(), readings=[reading])
    return first_record(ward, "il2.alerts", lambda alert: alert["subject"] == "creatinine")


def test_the_worker_decides_what_the_feed_charts(alert: dict[str, Any]) -> None:
    assert (alert["patient"], alert["level"]) == ("p1", "absolute")


def test_the_pager_pages_it_and_says_so(ward: Ward, alert: dict[str, Any]) -> None:
    page = first_record(
        ward, "il2.pages", lambda page: page.get("alert") == alert["id"] and page.get("outcome") == "accepted"
    )
    assert page["channel"] == "bed"


def test_somebody_at_the_bedside_acknowledges_it(ward: Ward, alert: dict[str, Any]) -> None:
    done = ward.run("bedside", "ack", alert["id"], "--by", "rn-14", "--reason", "seen")
    assert done.returncode == 0, done.stderr
    first_record(
        ward, "il2.commands", lambda command: command.get("type") == "ack" and command["alert"] == alert["id"]
    )


@contextmanager
def hospital_feed(ward: Ward, folder: Path, command: str, keys: str) -> Iterator[int]:
    """Run a feed as its own principal; yield the port that it listens on."""
    config, (port, metrics) = ward.kafka.config("hospital-feed", folder), free(2)
    table = f'[feeds.ward]\nlisten = "{HOST}:{port}"\n{keys}\n'
    config.write_text(config.read_text(encoding="utf-8") + table, encoding="utf-8")
    words = [sys.executable, "-m", "streams", "feed", command, "--config", str(config)]
    words += ["--metrics-port", str(metrics)]
    with (ward.folder / "hospital-feed.log").open("ab") as log:
        feed = process_tree.start(words, log)
    try:
        assert wait_until(lambda: open_at(HOST, port), PATIENCE_S), ward.log("hospital-feed")
        yield port
        assert "uthorization" not in ward.log("hospital-feed")
    finally:
        process_tree.stop(feed)


def test_a_hospital_feed_publishes_remembers_and_moves_what_a_merge_moves(ward: Ward, tmp_path: Path) -> None:
    with hospital_feed(ward, tmp_path, "hl7", 'kind = "mllp"') as port:
        sender = Sender(port)
        prior = sample("90").replace(b"T0000001", b"T0000077")
        for message in (prior, sample("105"), sample("86")):
            assert ack_of(sender.deliver(message, time.monotonic() + PATIENCE_S))[0] == "CA"
        sender.close()
        first_record(ward, "il2.feeds.aliases", lambda alias: bool(alias["moved"]))
        first_record(ward, "il2.io", lambda record: str(record["id"]).startswith("merged:"))


def test_a_feed_of_fhir_publishes_and_remembers_its_patients(ward: Ward, tmp_path: Path) -> None:
    keys = f'kind = "fhir"\npatient = {{ authorities = ["{SIM}"] }}'
    with hospital_feed(ward, tmp_path, "fhir", keys) as port:
        sender = FhirSender(port)
        bad = observation(id="o2", subject=NOWHERE)
        for resource in (patient("p1"), observation(), bad):
            assert sender.deliver(resource, time.monotonic() + PATIENCE_S) == 200
        sender.close()
        first_record(ward, "il2.feeds.patients", lambda linkage: linkage["patient"] == "p1")
        first_record(ward, "il2.vitals", lambda record: record["patient"] == "p1")


def test_the_census_counts_the_patient(ward: Ward, alert: dict[str, Any]) -> None:
    def counted() -> bool:
        return 'il2_ward_recommendations{recommendation="delay"} 1.0' in str(
            asked(f"http://{HOST}:{ward.ports['census']}/metrics")
        )

    assert wait_until(counted, PATIENCE_S), ward.log("census")


@pytest.fixture
def browser(ward: Ward) -> Callable[..., str]:
    """`browser(path, **form)`: what the board answers; a form is posted."""
    opener = build_opener(HTTPCookieProcessor())

    def browse(path: str, **form: str) -> str:
        with opener.open(
            f"http://{HOST}:{ward.board}{path}", urlencode(form).encode() if form else None, timeout=10
        ) as answer:
            return str(answer.read().decode())

    return browse


def test_the_board_shows_it_explains_it_and_takes_what_is_done_about_it(
    ward: Ward, alert: dict[str, Any], browser: Callable[..., str]
) -> None:
    assert wait_until(lambda: KEY.search(browser("/")) is not None, PATIENCE_S), ward.log("board")
    key, token = (
        found[1] for found in (KEY.search(browser("/")), TOKEN.search(browser("/"))) if found is not None
    )
    assert wait_until(
        lambda: "3.5 mg/dL" in browser(f"/patient/{key}/explain?subject=creatinine"), PATIENCE_S
    ), ward.log("board")
    browser(
        "/act/silence",
        token=token,
        patient=key,
        alert=alert["id"],
        minutes="30",
        by="rn-14",
        reason="renal is called",
    )
    first_record(
        ward, "il2.pages", lambda page: page.get("outcome") == "board-silence" and page["by"] == "rn-14"
    )
    first_record(
        ward,
        "il2.commands",
        lambda command: command.get("type") == "silence" and command["subject"] == "creatinine",
    )


@pytest.mark.parametrize("words", [("topics", "check"), ("deadletters", "ls")], ids=" ".join)
def test_who_runs_the_system_can_look_at_it(words: tuple[str, ...], ward: Ward) -> None:
    done = ward.run(
        "operator", *words, *(("--partitions", "3", "--replication", "1") if words[0] == "topics" else ())
    )
    assert done.returncode == 0, done.stderr


def test_no_service_was_refused_anything(ward: Ward, alert: dict[str, Any]) -> None:
    assert [service for service in SERVICES if "uthorization" in ward.log(service)] == []


@pytest.mark.parametrize(
    ("principal", "topic"),
    [
        ("feed", "il2.alerts"),
        ("feed", "il2.commands"),
        ("hospital-feed", "il2.assessments"),
        ("hospital-feed", "il2.pages"),
        ("worker", "il2.vitals"),
        ("worker", "il2.pages"),
        ("census", "il2.assessments"),
        ("board", "il2.alerts"),
        ("board", "il2.assessments"),
        ("pager", "il2.vitals"),
    ],
)
def test_what_is_not_allowed_is_refused(principal: str, topic: str, ward: Ward) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        ward.send(principal, topic, patient="p1")


PORTS = [str(port) for port in free(len(SERVICES) + 1)]
COMMANDS = [
    ("topics", "check"),
    ("deadletters", "ls"),
    ("ack", "a1", "--by", "rn-14", "--reason", "seen"),
    ("forget", "p1", "--by", "rn-14", "--reason", "asked"),
    ("replay", "EVENTS", "--speed", "max"),
    ("export", "-o", "OUTPUT"),
    ("feed", "hl7", "--metrics-port", PORTS[0]),
    *((service, "--metrics-port", port) for service, port in zip(SERVICES, PORTS[1:], strict=True)),
]
REFUSED = "[broker] {} refuses the login of sasl-username 'worker' by sasl-mechanism SCRAM-SHA-512; are that "
REFUSED += "user and the password (password-file, else IL2WATCH_BROKER_PASSWORD) right?"


def test_a_wrong_password_is_named_by_every_command_and_service(ward: Ward, tmp_path: Path) -> None:
    config = ward.kafka.config("worker", tmp_path)
    feed = f'[feeds.ward]\nkind = "mllp"\nlisten = "{HOST}:{free()[0]}"\n'
    config.write_text(config.read_text(encoding="utf-8") + ROUTES + feed, encoding="utf-8")
    (tmp_path / "worker.password").write_text("guessed", encoding="utf-8")
    (tmp_path / "EVENTS").write_text("", encoding="utf-8")
    places = {name: str(tmp_path / name) for name in ("EVENTS", "OUTPUT")}
    running = {
        words: subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streams",
                *(places.get(one, one) for one in words),
                "--config",
                str(config),
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in COMMANDS
    }
    ended = {words: process.communicate(timeout=PATIENCE_S)[1] for words, process in running.items()}
    wanted = "il2watch: " + REFUSED.format(ward.kafka.servers)
    assert {
        words: (running[words].returncode, ended[words].splitlines()[-1]) for words in COMMANDS
    } == dict.fromkeys(COMMANDS, (2, wanted))
    assert "guessed" not in "".join(ended.values())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"sasl_mechanism": "SCRAM-SHA-256"}, "does not know sasl-mechanism SCRAM-SHA-256"),
        ({"sasl_username": "nobody"}, "refuses the login of sasl-username 'nobody'"),
        ({"security_protocol": "SASL_PLAINTEXT"}, "asks for no login"),
    ],
)
def test_a_refused_login_names_the_setting(changed: dict[str, str], named: str, ward: Ward) -> None:
    broker = replace(ward.kafka.broker("worker"), **changed)
    if not broker.encrypted:
        broker = replace(broker, servers=ward.kafka.kafka.settings.servers)
    assert named in str(refused(broker))


def test_a_login_that_is_right_or_that_nobody_hears_is_not_refused(ward: Ward) -> None:
    right = ward.kafka.broker("worker")
    assert refused(right) is None
    assert refused(replace(right, servers=f"{HOST}:{free()[0]}")) is None
    assert refused(replace(right, security_protocol="SSL")) is None


def test_every_principal_that_the_guide_names_is_in_the_list() -> None:
    guide = (ROOT / "docs" / "howto" / "production.md").read_text(encoding="utf-8")
    assert all(f"`{principal}`" in guide for principal in {row["principal"] for row in acls()})


def test_the_script_that_applies_the_list_says_each_line_as_kafka_takes_it(tmp_path: Path) -> None:
    spoken = tmp_path / "kafka-acls.sh"
    spoken.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    spoken.chmod(0o755)
    script = ["sh", str(DEPLOY / "kafka" / "acls.sh"), "k:9093", "--command-config", "a.properties"]
    done = subprocess.run(
        script, env=os.environ | {"KAFKA_ACLS": str(spoken)}, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(acls())
    first = (
        "--bootstrap-server k:9093 --command-config a.properties --add --allow-principal User:feed "
        "--operation Write --resource-pattern-type literal"
    )
    assert lines[0] == f"{first} --topic il2.vitals"
