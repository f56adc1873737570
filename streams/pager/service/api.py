"""Acknowledgements and silences over HTTP, for those who are paged: they go into `il2.commands` as the
command line's do. A bearer token is needed.

POST   /v1/alerts/{id}/ack    {"by", "reason", "actionable"?, "patient"?}
GET    /v1/alerts             what is open and was paged
POST   /v1/silences           {"patient", "subject", "level", "until" or "minutes", "by", "reason"}
GET    /v1/silences
DELETE /v1/silences/{id}      {"by", "reason"}
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any, TypeVar

import msgspec
from aiohttp import web

from rules.wire.commands import Command
from rules.wire.instants import MINUTE, text
from streams.config import pager
from streams.config.secrets import Secret, Secrets
from streams.errors import UsageError
from streams.kafka import commands
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.policy.state import ActiveSilence, PagingState
from streams.times import instant

TOKEN = "IL2WATCH_TOKEN"
LARGEST = 16 * 1024
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class CommandBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    by: Name
    reason: Name


class AckBody(CommandBody, kw_only=True):
    actionable: bool | None = None
    patient: Name | None = None


class SilenceBody(CommandBody, kw_only=True):
    patient: Name
    subject: Name
    level: pager.Level
    until: str | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1)] | None = None


Shape = TypeVar("Shape", bound=CommandBody)


class ApiSettings:
    """Where the API is served, and who may enter."""

    def __init__(self, listen: str, port: int, token: Secret) -> None:
        self.listen, self.port, self.token = listen, port, token

    @classmethod
    def of(cls, table: pager.Api, secrets: Secrets) -> ApiSettings:
        """From `[pager.api]`. Raises UsageError when the token is not there."""
        env = table.token_env or (None if table.token_file else TOKEN)
        return cls(table.listen, table.port, secrets.need("[pager.api]", "token", env, table.token_file))

    async def serve(self, writer: OutboxWriter) -> web.AppRunner:
        """Serves until the runner's `cleanup`. Raises UsageError when the port is taken."""
        runner = web.AppRunner(application(writer, self.token), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.listen, self.port).start()
        except OSError as error:
            await runner.cleanup()
            raise UsageError(f"[pager.api] port {self.port}: {error.strerror}") from None
        return runner


def application(writer: OutboxWriter, token: Secret) -> web.Application:
    """The API."""
    handlers = ApiHandlers(writer)
    app = web.Application(middlewares=[guard(token), complain], client_max_size=LARGEST)
    app.router.add_post("/v1/alerts/{id}/ack", handlers.ack)
    app.router.add_get("/v1/alerts", handlers.alerts)
    app.router.add_post("/v1/silences", handlers.silence)
    app.router.add_get("/v1/silences", handlers.silences)
    app.router.add_delete("/v1/silences/{id}", handlers.expire)
    return app


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(token: Secret) -> Any:
    """Nobody without the token learns anything, not even what there is."""
    expected = f"Bearer {token.reveal()}".encode()

    @web.middleware
    async def check(request: web.Request, handler: Answer) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            return web.json_response(
                {"error": "a bearer token is needed"}, status=401, headers={"WWW-Authenticate": "Bearer"}
            )
        return await handler(request)

    return check


@web.middleware
async def complain(request: web.Request, handler: Answer) -> web.StreamResponse:
    """What a caller can mend is 400, in one line."""
    try:
        return await handler(request)
    except (UsageError, msgspec.DecodeError) as error:
        return web.json_response({"error": str(error)}, status=400)


class ApiHandlers:
    """What the API answers, from the books this pager keeps."""

    def __init__(self, writer: OutboxWriter) -> None:
        self.writer = writer

    async def ack(self, request: web.Request) -> web.StreamResponse:
        alert, asked = request.match_info["id"], await decoded_body(request, AckBody)
        patient = asked.patient or next(
            (name for name, state in self.writer.states.items() if alert in state.episodes), None
        )
        if patient is None:
            return absent(f"no open alert {alert} with this pager; give its patient if another keeps it")
        return await self._send(commands.acknowledgement(patient, alert, who(asked), now(), asked.actionable))

    async def silence(self, request: web.Request) -> web.StreamResponse:
        asked, at = await decoded_body(request, SilenceBody), now()
        if (asked.until is None) == (asked.minutes is None):
            raise UsageError("give one of until and minutes")
        until = instant(asked.until) if asked.until is not None else at + (asked.minutes or 0) * MINUTE
        return await self._send(
            commands.silence(asked.patient, asked.subject, asked.level, until, who(asked), at)
        )

    async def expire(self, request: web.Request) -> web.StreamResponse:
        asked, id = await decoded_body(request, CommandBody), request.match_info["id"]
        patient = next((name for name, state in self.writer.states.items() if id in state.silences), None)
        if patient is None:
            return absent(f"no silence {id} in force with this pager")
        silence = self.writer.states[patient].silences[id]
        return await self._send(
            commands.expiry(patient, id, silence.subject, silence.level, who(asked), now())
        )

    async def alerts(self, _: web.Request) -> web.StreamResponse:
        return listed(
            drawn for patient, state in self.writer.states.items() for drawn in opened(patient, state)
        )

    async def silences(self, _: web.Request) -> web.StreamResponse:
        return listed(
            as_json(patient, one)
            for patient, state in self.writer.states.items()
            for one in state.silences.values()
        )

    async def _send(self, command: Command) -> web.StreamResponse:
        await self.writer.producer.append([commands.as_record(command)])
        return web.json_response({"id": command.id}, status=202)


async def decoded_body(request: web.Request, shape: type[Shape]) -> Shape:
    """The body. Raises msgspec.DecodeError."""
    return msgspec.json.decode(await request.read(), type=shape)


class OpenAlert(msgspec.Struct, frozen=True):
    """An episode that was paged and is open. `acknowledged`: by whom."""

    id: str
    patient: str
    subject: str
    level: str
    acknowledged: str | None


def opened(patient: str, state: PagingState) -> list[OpenAlert]:
    """Episodes that were paged and are open."""
    return [
        OpenAlert(one.id, patient, one.subject, one.level, one.acked.by if one.acked else None)
        for one in state.episodes.values()
        if one.incident is not None
    ]


def as_json(patient: str, one: ActiveSilence) -> commands.StandingSilence:
    """A silence in force."""
    return commands.StandingSilence(
        id=one.id,
        patient=patient,
        subject=one.subject,
        level=one.level,
        until=text(one.until),
        by=one.by,
        reason=one.reason,
    )


def listed(found: Iterable[msgspec.Struct]) -> web.Response:
    return web.json_response([msgspec.to_builtins(one) for one in found])


def who(asked: CommandBody) -> commands.Who:
    return commands.Who(asked.by, asked.reason)


def absent(error: str) -> web.Response:
    return web.json_response({"error": error}, status=404)


def now() -> int:
    return time.time_ns() // 1_000_000
