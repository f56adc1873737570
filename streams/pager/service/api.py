"""Accept acknowledgements and silences over HTTP from those who are paged.

They go into `il2.commands` as the command line's do. A bearer token is needed.
POST   /v1/alerts/{id}/ack    {"by", "reason", "actionable"?, "patient"?}
GET    /v1/alerts             what is open and was paged, or in shadow would have been ("shadow": true)
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
from rules.wire.vocabulary import Level
from streams.config import pager
from streams.config.secrets import Secret, Secrets
from streams.errors import UsageError
from streams.kafka import commands
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.policy.state import ActiveSilence, PagingState
from streams.service.connections import GuardedRunner, body_of
from streams.times import instant

TOKEN = "IL2WATCH_TOKEN"
LARGEST = 16 * 1024
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class CommandBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The fields of every request body."""

    by: Name
    reason: Name


class AckBody(CommandBody, kw_only=True):
    """The body of an acknowledgement."""

    actionable: bool | None = None
    patient: Name | None = None


class SilenceBody(CommandBody, kw_only=True):
    """The body of a silence: one of `until` and `minutes`."""

    patient: Name
    subject: Name
    level: Level
    until: str | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1)] | None = None


Shape = TypeVar("Shape", bound=CommandBody)


class ApiSettings:
    """The address of the API, and its token."""

    def __init__(self, listen: str, port: int, token: Secret) -> None:
        self.listen, self.port, self.token = listen, port, token

    @classmethod
    def of(cls, table: pager.Api, secrets: Secrets) -> ApiSettings:
        """Return the settings of `[pager.api]`. Raises UsageError when the token is missing."""
        env = table.token_env or (None if table.token_file else TOKEN)
        return cls(table.listen, table.port, secrets.need("[pager.api]", "token", env, table.token_file))

    async def serve(self, writer: OutboxWriter) -> web.AppRunner:
        """Serve until the runner's `cleanup`. Raises UsageError when the port is taken."""
        runner = GuardedRunner(application(writer, self.token))
        await runner.setup()
        try:
            await web.TCPSite(runner, self.listen, self.port).start()
        except OSError as error:
            await runner.cleanup()
            raise UsageError(f"[pager.api] port {self.port}: {error.strerror}") from None
        return runner


def application(writer: OutboxWriter, token: Secret) -> web.Application:
    """Return the API as a web application."""
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
    """Return a middleware that answers nothing but 401 without the token, not even which paths exist."""
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
    """Answer 400, in one line, for errors that the caller can fix."""
    try:
        return await handler(request)
    except (UsageError, msgspec.DecodeError) as error:
        return web.json_response({"error": str(error)}, status=400)


class ApiHandlers:
    """The API's request handlers, over the paging states of this pager."""

    def __init__(self, writer: OutboxWriter) -> None:
        self.writer = writer

    async def ack(self, request: web.Request) -> web.StreamResponse:
        """Acknowledge an alert."""
        alert, body = request.match_info["id"], await decoded_body(request, AckBody)
        patient = body.patient or next(
            (name for name, state in self.writer.states.items() if alert in state.episodes), None
        )
        if patient is None:
            return absent(f"no open alert {alert} with this pager; give its patient if another keeps it")
        return await self._send(commands.acknowledgement(patient, alert, who(body), now(), body.actionable))

    async def silence(self, request: web.Request) -> web.StreamResponse:
        """Silence a subject of a patient."""
        body, at = await decoded_body(request, SilenceBody), now()
        if (body.until is None) == (body.minutes is None):
            raise UsageError("give one of until and minutes")
        until = instant(body.until) if body.until is not None else at + (body.minutes or 0) * MINUTE
        return await self._send(
            commands.silence(body.patient, body.subject, body.level, until, who(body), at)
        )

    async def expire(self, request: web.Request) -> web.StreamResponse:
        """End a silence."""
        body, id = await decoded_body(request, CommandBody), request.match_info["id"]
        patient = next((name for name, state in self.writer.states.items() if id in state.silences), None)
        if patient is None:
            return absent(f"no silence {id} in force with this pager")
        silence = self.writer.states[patient].silences[id]
        return await self._send(
            commands.expiry(patient, id, silence.subject, silence.level, who(body), now())
        )

    async def alerts(self, _: web.Request) -> web.StreamResponse:
        """List the open alerts that were paged, or in shadow would have been."""
        return listed(
            alert for patient, state in self.writer.states.items() for alert in opened(patient, state)
        )

    async def silences(self, _: web.Request) -> web.StreamResponse:
        """List the silences in force."""
        return listed(
            as_json(patient, silence)
            for patient, state in self.writer.states.items()
            for silence in state.silences.values()
        )

    async def _send(self, command: Command) -> web.StreamResponse:
        await self.writer.producer.append([commands.as_record(command)])
        return web.json_response({"id": command.id}, status=202)


async def decoded_body(request: web.Request, shape: type[Shape]) -> Shape:
    """Return the request's body. Raises msgspec.DecodeError, and UsageError for what no record may hold."""
    found = msgspec.json.decode(await body_of(request), type=shape)
    for name in shape.__struct_fields__:
        value = getattr(found, name)
        if isinstance(value, str) and not value.isprintable():
            raise UsageError(f"{name}: holds a control or invisible character; send it without")
    return found


class OpenAlert(msgspec.Struct, frozen=True):
    """An open episode that was paged.

    `acknowledged`: by whom; `shadow`: it only would have been paged, and no receiver has it.
    """

    id: str
    patient: str
    subject: str
    level: str
    acknowledged: str | None
    shadow: bool


def opened(patient: str, state: PagingState) -> list[OpenAlert]:
    """Return the open episodes that were paged, and those that in shadow would have been."""
    return [
        OpenAlert(
            id=episode.id,
            patient=patient,
            subject=episode.subject,
            level=episode.level,
            acknowledged=episode.acked.by if episode.acked else None,
            shadow=episode.incident.shadow,
        )
        for episode in state.episodes.values()
        if episode.incident is not None
    ]


def as_json(patient: str, silence: ActiveSilence) -> commands.SilenceAnswer:
    """Return a silence in force as the API lists it."""
    return commands.SilenceAnswer(
        id=silence.id,
        patient=patient,
        subject=silence.subject,
        level=silence.level,
        until=text(silence.until),
        by=silence.by,
        reason=silence.reason,
    )


def listed(items: Iterable[msgspec.Struct]) -> web.Response:
    """Return a response with a list."""
    return web.json_response([msgspec.to_builtins(one) for one in items])


def who(body: CommandBody) -> commands.Who:
    """Return the author and the reason of a request."""
    return commands.Who(body.by, body.reason)


def absent(error: str) -> web.Response:
    """Return a 404 response."""
    return web.json_response({"error": error}, status=404)


def now() -> int:
    """Return wall time, ms."""
    return time.time_ns() // 1_000_000
