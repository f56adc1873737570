"""What the FHIR feed answers, request by request (docs/spec/feeds.md, FHIR in)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from rules.wire.topics import DEADLETTERS, VITALS
from streams.config.feeds import FeedTable
from streams.errors import UsageError
from streams.feeds.mapping.tables import Tables
from streams.feeds.service.conversation import Feed
from streams.feeds.service.fhir import FhirListener
from streams.kafka.producer import NotAcknowledged, OutgoingRecord
from streams.service.lifecycle import wall
from streams.service.metrics import REGISTRY
from tests.streams.feeds.support import rules
from tests.streams.feeds.test_fhir import HELD, NOWHERE, TO_HELD, bundle, observation

FHIR = {"Content-Type": "application/fhir+json"}
TABLE = FeedTable(kind="fhir", listen="127.0.0.1:0", hold="1 s")


class Kept:
    """What the broker would have; `away`: it does not acknowledge."""

    def __init__(self, away: bool = False) -> None:
        self.away, self.records = away, list[OutgoingRecord]()

    async def append(self, records: Sequence[OutgoingRecord], patience_s: float) -> None:
        if self.away:
            raise NotAcknowledged("TimeoutError")
        self.records += records


class Exchange(NamedTuple):
    """An answer, and what was stored by then."""

    status: int
    body: Any
    headers: Any
    topics: list[str]


def asked(
    method: str, path: str, body: Any, *, store: Kept | None = None, tables: Tables | None = None,
    table: FeedTable = TABLE, headers: dict[str, str] = FHIR, largest: int = 1 << 20,
) -> Exchange:  # fmt: skip
    """Sends one request to a listener on loopback."""
    kept = store or Kept()

    async def run() -> Exchange:
        own = msgspec.structs.replace(rules("fhir"), max_message=largest)
        listener = FhirListener(Feed(table, own, tables or Tables(), kept, lambda prior: None))  # type: ignore[arg-type]
        await listener.start()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            async with aiohttp.ClientSession() as session:
                url = f"http://127.0.0.1:{listener.port}{path}"
                async with session.request(method, url, data=data, headers=headers) as answer:
                    read = await answer.json(content_type=None)
                    return Exchange(answer.status, read, answer.headers, [one.topic for one in kept.records])
        finally:
            await listener.stop()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "topics"),
    [
        ("POST", "/Observation", observation(), 201, [VITALS, "il2.feeds.results"]),
        ("PUT", "/Observation/o1", observation(), 200, [VITALS, "il2.feeds.results"]),
        ("PUT", "/Observation/o2", observation(), 400, []),
        ("POST", "/Encounter", observation(), 400, []),
        ("POST", "/MedicationRequest", {"resourceType": "MedicationRequest"}, 404, []),
        ("POST", "/Observation", b"{broken", 400, []),
        ("POST", "/", b"{broken", 400, [DEADLETTERS]),
        ("POST", "/", {"resourceType": "Bundle", "type": "document"}, 422, [DEADLETTERS]),
        ("POST", "/", bundle("transaction", HELD, observation(subject=NOWHERE)), 400, [DEADLETTERS]),
        ("POST", "/", bundle("batch", HELD, observation(subject=NOWHERE)), 200, [DEADLETTERS]),
        (
            "POST",
            "/",
            bundle("collection", HELD, observation(subject=TO_HELD)),
            200,
            [VITALS, "il2.feeds.results"],
        ),
        ("POST", "/Observation", observation(effectiveDateTime="2026"), 201, [DEADLETTERS]),
        ("DELETE", "/Observation/o1", b"", 405, []),
        ("GET", "/nowhere/to/go", b"", 404, []),
    ],
)
def test_an_answer_says_what_became_of_it(
    method: str, path: str, body: Any, status: int, topics: list[str]
) -> None:
    found = asked(method, path, body)
    assert (found.status, found.topics) == (status, topics)
    if found.body["resourceType"] == "OperationOutcome":
        OperationOutcome.model_validate(found.body)


@pytest.mark.parametrize("type", ["transaction", "batch"])
def test_a_bundle_is_answered_entry_by_entry(type: str) -> None:
    bad = observation(id="o2", subject=TO_HELD, effectiveDateTime="2026-03-02")
    found = asked("POST", "/", bundle(type, HELD, observation(subject=TO_HELD), bad))
    answer = Bundle.model_validate(found.body)
    assert answer.type == f"{type}-response"
    assert [entry.response.status for entry in answer.entry] == ["200 OK"] * 3
    assert [entry.response.outcome is not None for entry in answer.entry] == [False, False, True]


def test_without_the_broker_nothing_is_taken_and_the_sender_is_to_come_again() -> None:
    tables, store = Tables(), Kept(away=True)
    found = asked("POST", "/Observation", observation(), store=store, tables=tables)
    assert (found.status, found.headers["Retry-After"]) == (503, "5")
    assert not any(tables.orders.values())
    store.away = False
    again = asked("POST", "/Observation", observation(), store=store, tables=tables)
    assert (again.status, again.topics) == (201, [VITALS, "il2.feeds.results"])


def test_what_is_larger_than_the_feed_takes_is_refused() -> None:
    assert asked("POST", "/", b" " * 5000, largest=4096).status == 413


@pytest.mark.parametrize("content", ["text/xml", "application/fhir+xml", "application/octet-stream"])
def test_json_alone_is_taken(content: str) -> None:
    assert asked("POST", "/Observation", observation(), headers={"Content-Type": content}).status == 415


@pytest.mark.parametrize(
    ("given", "status"),
    [("Bearer one", 201), ("bearer two", 201), ("Bearer three", 401), ("Basic one", 401), ("", 401)],
)
def test_only_who_has_a_token_is_let_in(given: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("one\n\ntwo\n")
    table = msgspec.structs.replace(TABLE, bearer_file=str(tmp_path / "tokens"))
    headers = FHIR | ({"Authorization": given} if given else {})
    found = asked("POST", "/Observation", observation(), table=table, headers=headers)
    assert (found.status, bool(found.topics)) == (status, status == 201)


@pytest.mark.parametrize(("network", "status"), [("127.0.0.0/8", 201), ("10.0.0.0/8", 401)])
def test_only_allowed_networks_are_let_in(network: str, status: int) -> None:
    table = msgspec.structs.replace(TABLE, allow=(network,))
    assert asked("POST", "/Observation", observation(), table=table).status == status


@pytest.mark.parametrize("text", [None, "", "\n \n"])
def test_a_token_file_without_a_token_is_named(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    if text is not None:
        path.write_text(text)
    table = msgspec.structs.replace(TABLE, bearer_file=str(path))
    with pytest.raises(UsageError, match=r"feeds\.fhir: bearer-file: .*tokens"):
        asked("GET", "/metadata", b"", table=table)


def test_what_is_taken_is_said_as_a_capability_statement() -> None:
    found = asked("GET", "/metadata", b"")
    assert CapabilityStatement.model_validate(found.body).fhirVersion == "4.0.1"


def serving(client: Callable[[FhirListener], Awaitable[Any]], table: FeedTable, store: Kept) -> Any:
    """Run a client against a listener on loopback."""

    async def run() -> Any:
        listener = FhirListener(Feed(table, rules("fhir"), Tables(), store, lambda prior: None))  # type: ignore[arg-type]
        await listener.start()
        try:
            return await client(listener)
        finally:
            await listener.stop()

    return asyncio.run(run())


def gauge(name: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"feed": "fhir"})


def test_a_connection_more_than_the_feed_takes_is_told_to_come_again() -> None:
    async def client(listener: FhirListener) -> tuple[float | None, int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"GET /metadata HTTP/1.1\r\nHost: here\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        open_now = gauge("il2_feed_connections")
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{listener.port}/metadata") as answer,
        ):
            status = answer.status
        writer.close()
        return open_now, status

    table = msgspec.structs.replace(TABLE, max_connections=1)
    assert serving(client, table, Kept()) == (1.0, 503)


def test_fifty_connections_at_once_are_answered_and_each_resource_is_stored() -> None:
    async def send(listener: FhirListener, number: int) -> int:
        async with (
            aiohttp.ClientSession(headers=FHIR) as session,
            session.post(
                f"http://127.0.0.1:{listener.port}/Observation", json=observation(id=f"o{number}")
            ) as answer,
        ):
            return answer.status

    async def client(listener: FhirListener) -> list[int]:
        return await asyncio.gather(*(send(listener, number) for number in range(50)))

    store = Kept()
    assert serving(client, TABLE, store) == [201] * 50
    stored = [json.loads(record.value or b"") for record in store.records if record.topic == VITALS]
    assert len({record["id"] for record in stored}) == 50


def test_the_clock_of_a_sender_is_a_metric_and_one_that_is_wrong_an_alarm() -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")

    async def client(listener: FhirListener) -> str:
        url = f"http://127.0.0.1:{listener.port}/"
        async with aiohttp.ClientSession(headers=FHIR) as session:
            body = bundle("batch", observation(), timestamp=ahead)
            assert (await session.post(url, json=body)).status == 200
        return "".join(str(record.value) for record in listener.feed.alarms.after(wall()))

    alarms = serving(client, TABLE, Kept())
    assert "The clock of the interface fhir is" in alarms
    assert gauge("il2_feed_clock_skew_seconds") == pytest.approx(600, abs=60)


def test_an_answer_holds_no_word_of_the_patient() -> None:
    secret = observation(subject={"reference": "Patient/4711-Doe"}, effectiveDateTime="2026-03-02")
    assert "4711" not in json.dumps(asked("POST", "/Observation", secret).body)
