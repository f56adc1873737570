"""One place makes Kafka clients, and nowhere else is one of their classes so much as imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.kafka import clients
from streams.kafka.settings import Broker
from tests.kept import ROOT

CLASSES = {
    "KafkaConsumer",
    "KafkaProducer",
    "KafkaAdminClient",
    "AIOKafkaConsumer",
    "AIOKafkaProducer",
    "AIOKafkaAdminClient",
}
MADE = re.compile(
    r"KafkaConsumer\(|KafkaProducer\(|AIOKafkaConsumer\(|AIOKafkaProducer\(|AdminClient\(|KafkaAdminClient\("
)
PLACE = ROOT / "streams" / "kafka"
SOURCES = sorted((ROOT / "streams").rglob("*.py"))


def loaded(path: Path) -> Iterator[str]:
    """The client classes that a module imports when it runs, not only for its types."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node not in types:
            yield from (alias.name for alias in node.names if alias.name in CLASSES)


def test_clients_are_made_at_four_places_at_most_all_of_them_in_streams_kafka() -> None:
    hits = [
        path
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if MADE.search(line)
    ]
    assert [path for path in hits if PLACE not in path.parents] == []
    assert len(hits) <= 4


def test_the_classes_of_clients_are_imported_in_one_module() -> None:
    assert {
        path.relative_to(ROOT).as_posix(): set(loaded(path)) for path in SOURCES if set(loaded(path))
    } == {"streams/kafka/clients.py": CLASSES}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, (None, False, "PLAINTEXT")), ({"group_id": "il2watch"}, ("il2watch", False, "PLAINTEXT"))],
)
def test_a_reader_belongs_to_no_group_unless_it_says_so_and_commits_nothing(
    settings: dict[str, str], expected: tuple[object, ...]
) -> None:
    made = clients._blocking(dict, Broker("k:9092"), {**clients.READING, **settings})
    assert (made["group_id"], made["enable_auto_commit"], made["security_protocol"]) == expected
