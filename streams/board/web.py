"""The routes.

Each is short: what is to be seen comes from the desk, what it looks like from `html`, who may see it was
settled before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from importlib.resources import files

import msgspec
from aiohttp import web

from streams.board import commands, flowsheet, sse
from streams.board.access.door import COOKIE, Door, Visit, set_cookie
from streams.board.access.guard import VISIT, Attempts, forged, guard, headed
from streams.board.access.session import LASTS_S, Session, Sessions
from streams.board.access.users import ACT
from streams.board.board_state import Desk
from streams.board.cell_store import Shown
from streams.board.explain import explained, explanation
from streams.board.flowsheet import Span
from streams.board.html import patient as patient_html
from streams.board.html import unit as ward_html
from streams.board.html.element import Html
from streams.board.html.page import Frame, forms, login, page, ranges
from streams.errors import UsageError
from streams.kafka.producer import NotTaken, Out, Producer
from streams.projections.patients import Bedside
from streams.service.exit_codes import version

LARGEST = 16 * 1024
DIGEST_AT_ONCE = 2
STATIC = {"board.css": "text/css", "icon.svg": "image/svg+xml"} | dict.fromkeys(
    ("theme.js", "live.js", "unit.js", "acting.js", "flowsheet.js", "patient.js"), "text/javascript"
)  # fmt: skip
HOURS = {"8": 8.0, "24": 24.0, "72": 72.0, "cycle": None}


class Rooms:
    """What the board answers.

    `wrong`: passwords that were tried; `since`: before that nothing was read, ms.
    """

    def __init__(self, desk: Desk, door: Door, sessions: Sessions, outlet: Producer, since: int) -> None:
        self.desk, self.door, self.sessions, self.outlet, self.since = desk, door, sessions, outlet, since
        self.wrong = Attempts()
        self.digesting = asyncio.Semaphore(DIGEST_AT_ONCE)

    def frame(self, visit: Visit | None) -> Frame:
        """What every page is told."""
        who = visit.identity.name if visit else None
        desk, shifts = self.desk, self.desk.guideline.shifts
        return Frame(
            desk.ways.site, shifts.timezone, desk.now, desk.clock, desk.ways.wall, desk.epoch,
            version().strip("()"), who, visit.token if visit else "",
            visit is not None and visit.identity.may(ACT),
            visit is not None and self.door.users is not None,
        )  # fmt: skip

    async def unit(self, request: web.Request) -> web.StreamResponse:
        desk = self.desk
        desk.draw()
        rows = [
            (key, {name: cell.markup for name, cell in cells.items()}, desk.unit.attributes[key][0])
            for key, cells in desk.unit.rows.items()
        ]
        rows.sort(key=lambda row: (-int(row[2]["data_rank"]), str(row[2]["data_find"])))
        content = ward_html.ward(rows, desk.counted, desk.units())
        return html(
            page(self.frame(request[VISIT]), "unit", desk.ways.site, content, revision=desk.unit.revision)
        )

    async def patient(self, request: web.Request) -> web.StreamResponse:
        found, visit = self._bedside(request), request[VISIT]
        shown = self.desk.page(found)
        cells = {name: cell.markup for name, cell in shown.rows[found.key].items()}
        content = patient_html.patient(cells, ranges())
        frame = self.frame(visit)
        return html(
            page(
                frame,
                "patient",
                f"Patient, {frame.site}",
                content,
                forms(frame),
                revision=shown.revision,
                key=found.key,
            )
        )

    async def sheet(self, request: web.Request) -> web.StreamResponse:
        found, hours = self._bedside(request), HOURS.get(request.query.get("hours", "8"), 8.0)
        end = max(self.desk.clock, found.facts.newest or 0)
        start = flowsheet.begin(found, hours, end)
        drawn = flowsheet.flowsheet(found, self.desk.guideline, Span(start, end, self.since))
        response = web.Response(body=msgspec.json.encode(drawn), content_type="application/json")
        response.enable_compression()
        return response

    async def explain(self, request: web.Request) -> web.StreamResponse:
        found = explained(self._bedside(request), request.query.get("subject", ""), self.desk.guideline)
        return html(explanation(found))

    async def events(self, request: web.Request) -> web.StreamResponse:
        key = request.query.get("patient")
        if key is None:
            return await sse.stream(request, self.desk, lambda: self.desk.unit, self._admitted(request))

        def shown() -> Shown | None:
            found = self.desk.ward.by_key.get(key)
            return self.desk.page(found) if found is not None and found.present else None

        return await sse.stream(request, self.desk, shown, self._admitted(request))

    def _admitted(self, request: web.Request) -> Callable[[], bool]:
        """Whether the one who looks still may: a session that ended, or a user's that is no more, ends its
        streams.
        """
        cookie = request.cookies.get(COOKIE, "")
        if self.door.users is None:
            return lambda: True
        return lambda: self.sessions.read(cookie, int(time.time())) is not None

    async def act(self, request: web.Request) -> web.StreamResponse:
        """An action: proof that the page is ours, the role, then the deed, its audit first."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        visit, what = request[VISIT], request.match_info["what"]
        bedside = self.desk.ward.by_key.get(form.get("patient", ""))
        if fault := forged(request, self.sessions, visit.session, form.get("token", "")):
            return refused(403, f"Refused: {fault}.")
        if bedside is None:
            return refused(404, "That patient is not on the board any more.")
        unit, now = self.desk.ways.unit_of(bedside.name), self.desk.now
        if not visit.identity.may(ACT):
            await self._append(
                [commands.refusal(what, bedside.name, visit.identity.name, "may see, not act", unit, now)]
            )
            return refused(403, "You may look, but not act.")
        return await self._do(what, form, bedside, visit, now)

    async def _do(
        self, what: str, form: Mapping[str, str], bedside: Bedside, visit: Visit, now: int
    ) -> web.StreamResponse:
        try:
            done = commands.deed(what, form, bedside, visit.identity, now)
            await self.outlet.append(commands.records(done, self.desk.ways.unit_of(bedside.name), now))
        except UsageError as fault:
            return refused(400, str(fault))
        except commands.Gone as fault:
            return refused(409, str(fault))
        except NotTaken as fault:
            return refused(503, str(fault))
        return web.json_response({"done": done.command.id})

    async def _append(self, records: list[Out]) -> None:
        """An audit of what was refused: it is refused whether or not Kafka takes the line."""
        try:
            await self.outlet.append(records)
        except NotTaken as fault:
            sse.log.warning("not audited: %s", fault)

    async def door_step(self, request: web.Request) -> web.StreamResponse:
        """The login."""
        if self.door.users is None:
            return web.Response(status=303, headers={"Location": "/"})
        return html(login(self.frame(None), None))

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """A password is looked at only while few were wrong, and off the loop.

        A login from another site's page is refused by its origin.
        """
        form = await request.post()
        user, password = str(form.get("user", ""))[:64], str(form.get("password", ""))[:1024]
        sources, now = (f"user {user}", f"from {request.remote}"), time.monotonic()
        if self.door.users is None or forged(request, self.sessions, NOBODY, self.sessions.token(NOBODY)):
            return refused(403, "Refused: it comes from another site.")
        if wait := self.wrong.wait(now, *sources):
            return web.Response(
                status=429, text=login(self.frame(None), ("Too many tries. The next one is looked at in "
                f"{wait:.0f} s.")), content_type="text/html",
                headers={"Retry-After": f"{wait:.0f}"},
            )  # fmt: skip
        self.wrong.wrong(now, *sources)
        async with self.digesting:
            admitted = await asyncio.to_thread(self.door.users.admits, user, password)
        if not admitted:
            return html(login(self.frame(None), "User and password do not belong together."), 401)
        self.wrong.right(*sources)
        response = web.Response(status=303, headers={"Location": "/"})
        set_cookie(response, self.sessions.begin(user, int(time.time()))[1], self.door.secure, LASTS_S)
        return response

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        session = request[VISIT].session
        if fault := forged(request, self.sessions, session, str(form.get("token", ""))):
            return refused(403, f"Refused: {fault}.")
        self.sessions.end(session)
        response = web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(COOKIE, path="/")
        return response

    async def healthy(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def ready(self, _: web.Request) -> web.StreamResponse:
        """Whether the page is live; why not, in words that name nobody."""
        problems = self.desk.problems()
        return web.Response(
            status=503 if problems else 200, text="".join(f"{one.text}\n" for one in problems) or "ok\n"
        )

    def _bedside(self, request: web.Request) -> Bedside:
        found = self.desk.ward.by_key.get(request.match_info["key"])
        if found is None or not found.present:
            raise web.HTTPNotFound(text="That patient is not on the board.\n")
        return found


NOBODY = Session(None, 0, "")


def html(markup: Html, status: int = 200) -> web.Response:
    return web.Response(text=markup, content_type="text/html", charset="utf-8", status=status)


def refused(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)


async def static(request: web.Request) -> web.StreamResponse:
    """One of our own few files; there is no way to name another."""
    name = request.match_info["name"]
    if name not in STATIC:
        raise web.HTTPNotFound
    body = (files("streams.board") / "static" / name).read_bytes()
    return web.Response(
        body=body,
        content_type=STATIC[name],
        charset="utf-8",
        headers={"Cache-Control": "private, max-age=3600"},
    )


def application(rooms: Rooms) -> web.Application:
    """The board's application."""
    app = web.Application(middlewares=[guard(rooms.door, rooms.sessions)], client_max_size=LARGEST)
    app.on_response_prepare.append(headed(rooms.door))
    add = app.router.add_get
    add("/", rooms.unit)
    add("/patient/{key}", rooms.patient)
    add("/patient/{key}/flowsheet", rooms.sheet)
    add("/patient/{key}/explain", rooms.explain)
    add("/events", rooms.events)
    add("/login", rooms.door_step)
    add("/static/{name}", static)
    add("/-/healthy", rooms.healthy)
    add("/-/ready", rooms.ready)
    app.router.add_post("/act/{what}", rooms.act)
    app.router.add_post("/login", rooms.log_in)
    app.router.add_post("/logout", rooms.log_out)
    return app
