"""Serve FHIR R4 over HTTP: a resource or a bundle a request, stored, then answered.

`GET /metadata`, `POST /` a bundle, `POST /TYPE` and `PUT /TYPE/ID` one resource. The answer comes when the
broker has acknowledged everything; without that it is 503. Source: docs/spec/feeds.md, FHIR in.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from rules.wire.instants import SECOND
from streams.errors import UsageError
from streams.feeds.mapping.fhir.handling import BUNDLE, TYPES, Answered, EntryResult, handle
from streams.feeds.mapping.fhir.resources import Resource
from streams.feeds.mapping.handled import WRONG_TYPE, Verdict
from streams.feeds.mapping.patients import Alias
from streams.feeds.service import metrics
from streams.feeds.service.conversation import Feed
from streams.feeds.service.store import Source, records
from streams.feeds.service.tls import Certificate
from streams.kafka.producer import NotAcknowledged
from streams.service.connections import GuardedRunner
from streams.service.lifecycle import wall

CONTENT = "application/fhir+json"
JSON = (CONTENT, "application/json", "application/json+fhir", "text/json")
RETRY_S = "5"
log = logging.getLogger("il2watch.feeds")


class FhirListener:
    """The listener of one feed of kind `fhir`. Raises UsageError for tokens that cannot be read."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.allowed = [ip_network(network) for network in feed.table.allow]
        self.certificate = Certificate(feed.name, feed.table)
        self.tokens = _tokens(feed)
        self.runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises UsageError when the address is taken."""
        host, port = self.feed.table.address
        app = web.Application(client_max_size=self.feed.rules.max_message, middlewares=[self._guarded])
        app.router.add_get("/metadata", _metadata)
        app.router.add_post("/", self._bundle)
        app.router.add_post("/{type}", self._resource)
        app.router.add_put("/{type}/{id}", self._resource)
        self.runner = GuardedRunner(
            app, self.feed.idle, shutdown_timeout=self.feed.hold + 1, keepalive_timeout=self.feed.idle
        )
        await self.runner.setup()
        metrics.CONNECTIONS.labels(self.feed.name).set_function(self._connections)
        try:
            await web.TCPSite(self.runner, host, port, ssl_context=self.certificate.context).start()
        except OSError as error:
            await self.runner.cleanup()
            raise UsageError(
                f"feeds.{self.feed.name}: listen {self.feed.table.listen}: {error.strerror}"
            ) from None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self.runner is not None
        return int(self.runner.addresses[0][1])

    async def stop(self) -> None:
        """Take no more; let each request in hand be stored and answered."""
        self.feed.stopping.set()
        if self.runner is not None:
            await self.runner.cleanup()

    def _connections(self) -> int:
        """Return how many connections are open."""
        server = None if self.runner is None else self.runner.server
        return 0 if server is None else len(server.connections)

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Let in who may; answer every fault as an OperationOutcome, without a word of the patient."""
        if not self._may(request):
            metrics.FRAMES.labels(self.feed.name, "not-allowed").inc()
            return _outcome(401, "security", "not allowed", {"WWW-Authenticate": "Bearer"})
        if self._connections() > self.feed.table.max_connections:
            return _closing(_outcome(503, "throttled", "too many connections", {"Retry-After": RETRY_S}))
        try:
            answer: web.StreamResponse = await handler(request)
        except web.HTTPException as fault:
            return _outcome(fault.status, "processing", fault.reason)
        return answer

    def _may(self, request: web.Request) -> bool:
        if self.allowed and not any(ip_address(request.remote or "0.0.0.0") in each for each in self.allowed):
            return False
        if not self.tokens:
            return True
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        given = token.strip().encode()
        return kind.lower() == "bearer" and any(hmac.compare_digest(given, each) for each in self.tokens)

    async def _bundle(self, request: web.Request) -> web.StreamResponse:
        return await self._stored(await self._body(request), request)

    async def _body(self, request: web.Request) -> bytes:
        if request.content_type not in JSON:
            raise web.HTTPUnsupportedMediaType(reason=f"send {CONTENT}")
        try:
            async with asyncio.timeout(self.feed.idle):
                return await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout(reason="the body did not come in time") from None

    async def _resource(self, request: web.Request) -> web.StreamResponse:
        """Take one resource, which must be of the type, and have the id, of the address."""
        wanted, data = request.match_info["type"], await self._body(request)
        if wanted not in TYPES and wanted != BUNDLE:
            return _outcome(404, "not-supported", f"{wanted[:60]} is not taken")
        return await self._stored(data, request, wanted, request.match_info.get("id"))

    async def _stored(
        self, data: bytes, request: web.Request, type: str | None = None, id: str | None = None
    ) -> web.StreamResponse:
        """Store what a request gives, then answer."""
        feed, began, now = self.feed, time.monotonic(), wall()
        fault = _mismatch(data, type, id)
        if fault is not None:
            return _outcome(400, "invalid", fault)
        metrics.BYTES.labels(feed.name).inc(len(data))
        metrics.LAST.labels(feed.name).set(now / SECOND)
        answered = handle(data, feed.rules, feed.tables, now)
        source = Source(feed.name, request.remote or "", request.headers.get("X-Request-Id", "")[:200], data)
        with metrics.IN_HAND.labels(feed.name).track_inprogress():
            stored = await self._append(answered, source)
        if not stored:
            return _outcome(503, "transient", "not stored: send it again", {"Retry-After": RETRY_S})
        metrics.ANSWER.observe(time.monotonic() - began)
        return _answer(answered, request.method)

    async def _append(self, answered: Answered, source: Source) -> bool:
        """Publish everything; return False when the broker has not acknowledged it in time."""
        feed, handled = self.feed, answered.handled
        try:
            await asyncio.shield(feed.store.append(records(handled, source), feed.hold))
        except NotAcknowledged as fault:
            feed.tables.restore(handled.before)
            metrics.MESSAGES.labels(feed.name, _kind(answered), "not-stored").inc()
            log.error("%s: the broker did not acknowledge (%s): no positive answer", feed.name, fault)
            return False
        merged = {merge.prior: Alias(merge.surviving, merge.at) for merge in handled.merges}
        feed.tables.stored(handled.rates, merged, handled.linkages)
        for prior in merged:
            feed.merged(prior)
        self._count(answered)
        return True

    def _count(self, answered: Answered) -> None:
        name, handled = self.feed.name, answered.handled
        result = "taken" if handled.verdict.taken else "refused"
        metrics.MESSAGES.labels(name, _kind(answered), result).inc()
        metrics.count(name, handled)
        if answered.skew is not None:
            metrics.SKEW.labels(name).set(answered.skew / SECOND)
        self.feed.alarms.seen(handled, wall(), answered.skew)
        if handled.refused:
            metrics.LETTERS.labels(name, handled.refused[0].reason).inc()


def _tokens(feed: Feed) -> list[bytes]:
    if feed.table.bearer_file is None:
        return []
    try:
        text = Path(feed.table.bearer_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"feeds.{feed.name}: bearer-file: {error}") from None
    tokens = [line.strip().encode() for line in text.splitlines() if line.strip()]
    if not tokens:
        raise UsageError(f"feeds.{feed.name}: bearer-file: {feed.table.bearer_file} holds no token")
    return tokens


def _mismatch(data: bytes, type: str | None, id: str | None) -> str | None:
    """Return how a resource differs from the address it was sent to; None: it does not."""
    if type is None:
        return None
    head = _head(data)
    if head is None or head[0] != type:
        return "the resource is not of the type in the address"
    return "the resource's id is not that of the address" if id is not None and head[1] != id else None


def _head(data: bytes) -> tuple[str, str] | None:
    try:
        found = msgspec.json.decode(data, type=Resource)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found.resource_type, found.id


def _kind(answered: Answered) -> str:
    """Return a request's type as a label: one of few, whatever a sender writes."""
    if answered.bundle:
        return BUNDLE
    return next((each.type for each in answered.entries if each.type), "other")


STATUS = {WRONG_TYPE: 422}


def _answer(answered: Answered, method: str) -> web.StreamResponse:
    verdict = answered.handled.verdict
    if not verdict.taken:
        return _outcome(STATUS.get(verdict.code, 400), "processing", _text(verdict))
    if answered.bundle in ("transaction", "batch"):
        entries = [{"response": _entry(each)} for each in answered.entries]
        return _json(200, {"resourceType": BUNDLE, "type": f"{answered.bundle}-response", "entry": entries})
    issues = [_issue("warning", "processing", each.text) for each in answered.entries if each.refused]
    status = 201 if method == "POST" and not answered.bundle else 200
    return _json(status, _operation_outcome(issues or [_issue("information", "informational", "stored")]))


def _text(verdict: Verdict) -> str:
    return f"{verdict.field}: {verdict.text}" if verdict.field else verdict.text


def _entry(result: EntryResult) -> dict[str, object]:
    """Return what became of an entry; what of it is not used is stored as a dead letter, and said."""
    found: dict[str, object] = {"status": "200 OK"}
    if result.refused:
        found["outcome"] = _operation_outcome([_issue("warning", "processing", result.text)])
    return found


def _outcome(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> web.StreamResponse:
    return _json(status, _operation_outcome([_issue("error", code, text)]), headers)


def _closing(answer: web.StreamResponse) -> web.StreamResponse:
    answer.force_close()
    return answer


def _operation_outcome(issues: list[dict[str, str]]) -> dict[str, object]:
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(severity: str, code: str, text: str) -> dict[str, str]:
    return {"severity": severity, "code": code, "diagnostics": text}


def _json(status: int, body: Mapping[str, object], headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, content_type=CONTENT, headers=headers)


async def _metadata(request: web.Request) -> web.StreamResponse:
    """Answer what is taken, as a CapabilityStatement."""
    taken = ("Observation", "MedicationAdministration", "Encounter", "Patient")
    interactions = [{"code": "create"}, {"code": "update"}]
    return _json(
        200,
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": datetime.now(UTC).date().isoformat(),
            "kind": "instance",
            "implementation": {"description": "il2watch feed"},
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [
                {
                    "mode": "server",
                    "resource": [{"type": each, "interaction": interactions} for each in taken],
                    "interaction": [{"code": "transaction"}, {"code": "batch"}],
                }
            ],
        },
    )
