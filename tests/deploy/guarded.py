"""An Apache Kafka that is guarded as docs/howto/production.md says: TLS, a password each (SCRAM), and
deploy/kafka/acls.csv. On a listener of its own; the tests' plain listener stays beside it, for who sets it
up.
"""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import HOST, free
from streams.kafka.settings import Broker
from tests.deploy.places import DEPLOY
from tests.streams.kafka import class_archive
from tests.streams.kafka.brokers_here import client

WORD = "correct horse battery staple"
MECHANISM = "SCRAM-SHA-512"


class Guarded(NamedTuple):
    """The cluster, where its guarded listener is, and the authority that signed it."""

    kafka: ApacheKafka
    servers: str
    authority: Path

    def broker(self, principal: str, word: str = WORD) -> Broker:
        """How a principal gets in."""
        return Broker(self.servers, "SASL_SSL", MECHANISM, principal, word, str(self.authority))

    def config(self, principal: str, folder: Path) -> Path:
        """A site configuration's [broker] table, with the password in a file."""
        (folder / f"{principal}.password").write_text(WORD, encoding="utf-8")
        written = folder / f"{principal}.toml"
        keys = {
            "servers": self.servers,
            "security-protocol": "SASL_SSL",
            "sasl-mechanism": MECHANISM,
            "sasl-username": principal,
            "password-file": str(folder / f"{principal}.password"),
            "ssl-cafile": str(self.authority),
        }
        written.write_text(
            "[broker]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items()), encoding="utf-8"
        )
        return written


@contextmanager
def guarded(folder: Path) -> Iterator[Guarded]:
    """One broker by deploy/kafka/server.properties.

    Raises UsageError where there is no Apache Kafka to be had, or it does not start.
    """
    certificates(folder)
    plain, controller, clients, brokers = free(4)
    kafka = ApacheKafka(
        settings=here(folder, plain, controller, clients, brokers), jvm=class_archive.options()
    )
    kafka.nodes[:] = [kafka.nodes[0]._replace(port=plain, controller=controller)]
    with kafka:
        introduce(kafka.settings)
        yield Guarded(kafka, f"{HOST}:{clients}", folder / "ca.pem")


def here(folder: Path, plain: int, controller: int, clients: int, brokers: int) -> dict[str, str]:
    """server.properties with this machine's address, ports and paths, one copy of everything, and the tests'
    listener beside its own.
    """
    lines = (DEPLOY / "kafka" / "server.properties").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    given |= {
        key: "1" for key in given if key.endswith(("replication.factor", "min.isr", "min.insync.replicas"))
    }
    del given["log.dirs"], given["node.id"], given["process.roles"]
    listening = f"CLIENTS://{HOST}:{clients},BROKERS://{HOST}:{brokers}"
    return given | {
        "controller.quorum.voters": f"1@{HOST}:{controller}",
        "listeners": f"{listening},CONTROLLER://{HOST}:{controller},PLAINTEXT://{HOST}:{plain}",
        "advertised.listeners": f"{listening},PLAINTEXT://{HOST}:{plain}",
        "listener.security.protocol.map": given["listener.security.protocol.map"] + ",PLAINTEXT:PLAINTEXT",
        "super.users": given["super.users"] + ";User:ANONYMOUS",
        "ssl.keystore.location": str(folder / "kafka-1.pem"),
        "ssl.truststore.location": str(folder / "ca.pem"),
    }


def certificates(folder: Path) -> None:
    """An authority and a broker's certificate with its key, as `openssl` makes them in docs/howto/production.md."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True)

    (folder / "names").write_text(f"subjectAltName=IP:{HOST}\n", encoding="utf-8")
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "2",
        "-subj",
        "/CN=ward CA",
    )
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "kafka.key",
        "-out",
        "kafka.csr",
        "-subj",
        "/CN=kafka-1.ward",
    )
    signing = (
        "x509",
        "-req",
        "-in",
        "kafka.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-extfile",
        "names",
        "-days",
        "2",
    )
    openssl(*signing, "-out", "kafka.crt")
    (folder / "kafka-1.pem").write_bytes(
        (folder / "kafka.key").read_bytes() + (folder / "kafka.crt").read_bytes()
    )


def introduce(broker: Broker) -> None:
    """Gives every principal of acls.csv its password and what it may do."""
    made = acls()
    with client(broker) as admin:
        users = [
            UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, WORD.encode())
            for name in sorted({row["principal"] for row in made})
        ]
        assert not any(admin.alter_user_scram_credentials(users).values())
        assert not admin.create_acls([acl(row) for row in made])["failed"]


def acls() -> list[dict[str, str]]:
    """The rows of acls.csv."""
    lines = (DEPLOY / "kafka" / "acls.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def acl(row: dict[str, str]) -> Any:
    words = (
        "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in row["operation"])
        .lstrip("_")
        .upper()
    )
    pattern = ResourcePattern(
        ResourceType[row["resource"].upper()], row["name"], ACLResourcePatternType[row["pattern"].upper()]
    )
    return ACL(f"User:{row['principal']}", "*", ACLOperation[words], ACLPermissionType.ALLOW, pattern)
