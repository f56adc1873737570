"""Handle the board's HTTP requests.

What is displayed comes from `BoardState`, its markup from `html`; `guard` has decided before who may see it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from importlib.resources import files

import msgspec
from aiohttp import web

from rules.wire.assessments import Assessment
from rules.wire.commands import Command
from rules.wire.vocabulary import WARD
from streams.board import commands, flowsheet, sse
from streams.board.access.auth_settings import COOKIE, AuthSettings, RequestUser, set_cookie
from streams.board.access.guard import REQUEST_USER, Attempts, forged, guard, headed
from streams.board.access.session import LASTS_S, Session, Sessions
from streams.board.access.users import ACT
from streams.board.board_state import BoardState
from streams.board.cell_store import CellStore
from streams.board.explain import explained, explanation
from streams.board.flowsheet import Span
from streams.board.html import handover as handover_html
from streams.board.html import patient as patient_html
from streams.board.html import unit as ward_html
from streams.board.html.element import Html
from streams.board.html.page import Frame, forms, login, page, ranges
from streams.errors import UsageError
from streams.handover.model import Handover
from streams.handover.projected import patient_shift
from streams.handover.sheet import NoHandover, of_patients, span_of, there
from streams.kafka.producer import NotAcknowledged, OutgoingRecord, Producer
from streams.projections.patients import PatientProjection
from streams.service.connections import form_of
from streams.service.exit_codes import version

LARGEST = 16 * 1024
DIGEST_AT_ONCE = 2
STATIC = {"board.css": "text/css", "handover.css": "text/css", "icon.svg": "image/svg+xml"} | dict.fromkeys(
    ("theme.js", "live.js", "unit.js", "acting.js", "flowsheet.js", "patient.js"), "text/javascript"
)  # fmt: skip
PATIENCE_S, ASK_S = 8.0, 0.1
HOURS = {"8": 8.0, "24": 24.0, "72": 72.0, "cycle": None}


class Handlers:
    """The request handlers.

    `wrong`: failed login attempts; `since`: nothing older was read, ms; `patience`: how long the pager or the
    worker may take to say what became of a command, s.
    """

    def __init__(
        self,
        state: BoardState,
        auth: AuthSettings,
        sessions: Sessions,
        producer: Producer,
        since: int,
        patience: float = PATIENCE_S,
    ) -> None:
        self.state, self.auth, self.sessions, self.producer, self.since = (
            state,
            auth,
            sessions,
            producer,
            since,
        )
        self.patience = patience
        self.wrong = Attempts()
        self.digesting = asyncio.Semaphore(DIGEST_AT_ONCE)

    def frame(self, user: RequestUser | None) -> Frame:
        """Return what every page contains."""
        who = user.identity.name if user else None
        state, shifts = self.state, self.state.guideline.shifts
        return Frame(
            state.display.site, shifts.timezone, state.now, state.clock, state.display.wall, state.epoch,
            version().strip("()"), who, user.token if user else "",
            user is not None and user.identity.may(ACT),
            user is not None and self.auth.users is not None, self.state.looser,
        )  # fmt: skip

    async def unit(self, request: web.Request) -> web.StreamResponse:
        """Serve the unit page, the most urgent patient first."""
        state = self.state
        state.draw()
        rows = [
            (key, {name: cell.markup for name, cell in cells.items()}, state.unit.attributes[key][0])
            for key, cells in state.unit.rows.items()
        ]
        rows.sort(key=lambda row: (-int(row[2]["data_rank"]), str(row[2]["data_find"])))
        content = ward_html.unit_page(rows, state.counted, state.units())
        return html(
            page(
                self.frame(request[REQUEST_USER]),
                "unit",
                state.display.site,
                content,
                revision=state.unit.revision,
            )
        )

    async def patient(self, request: web.Request) -> web.StreamResponse:
        """Serve a patient's page."""
        found, user = self._patient(request), request[REQUEST_USER]
        store = self.state.page(found)
        cells = {name: cell.markup for name, cell in store.rows[found.key].items()}
        content = patient_html.patient(cells, ranges())
        frame = self.frame(user)
        return html(
            page(
                frame,
                "patient",
                f"Patient, {frame.site}",
                content,
                forms(frame),
                revision=store.revision,
                key=found.key,
            )
        )

    async def handover(self, request: web.Request) -> web.StreamResponse:
        """Serve the handover of the last shift that is over, of one `unit` or all."""
        unit, frame = request.query.get("unit"), self.frame(request[REQUEST_USER])
        try:
            found, units = await handed_over(self.state, unit)
        except NoHandover as fault:
            return html(page(frame, "handover", "Handover", handover_html.nothing(str(fault))), 404)
        keys = self.state.patients.patients

        def address(patient: str) -> str | None:
            return f"/patient/{keys[patient].key}" if patient in keys else None

        return html(page(frame, "handover", "Handover", handover_html.content(found, units, address)))

    async def sheet(self, request: web.Request) -> web.StreamResponse:
        """Serve a patient's flowsheet as JSON, over `hours` of `HOURS`."""
        found, hours = self._patient(request), HOURS.get(request.query.get("hours", "8"), 8.0)
        end = max(self.state.clock, found.facts.newest or 0)
        start = flowsheet.begin(found, hours, end)
        drawn = flowsheet.flowsheet(found, self.state.guideline, Span(start, end, self.since))
        response = web.Response(body=msgspec.json.encode(drawn), content_type="application/json")
        response.enable_compression()
        return response

    async def explain(self, request: web.Request) -> web.StreamResponse:
        """Serve the explanation of one `subject` as a fragment of HTML."""
        found = explained(self._patient(request), request.query.get("subject", ""), self.state.guideline)
        return html(explanation(found))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream the changes of the unit page, or of one patient's page."""
        key = request.query.get("patient")
        if key is None:
            return await sse.stream(request, self.state, lambda: self.state.unit, self._admitted(request))

        def shown() -> CellStore | None:
            found = self.state.patients.by_key.get(key)
            return self.state.page(found) if found is not None and found.present else None

        return await sse.stream(request, self.state, shown, self._admitted(request))

    def _admitted(self, request: web.Request) -> Callable[[], bool]:
        """Return a test whether the viewer is still admitted: a session that ended ends its streams."""
        cookie = request.cookies.get(COOKIE, "")
        if self.auth.users is None:
            return lambda: True
        return lambda: self.sessions.session_of(cookie, int(time.time())) is not None

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Execute an action: check the token, then the role, then write the audit record and the command."""
        form = await form_of(request)
        user, what = request[REQUEST_USER], request.match_info["what"]
        patient = self.state.patients.by_key.get(form.get("patient", ""))
        if fault := forged(request, self.sessions, user.session, form.get("token", "")):
            return refused(403, f"Refused: {fault}.")
        if patient is None:
            return refused(404, "That patient is not on the board any more.")
        unit, now = self.state.display.unit_of(patient.name), self.state.now
        if not user.identity.may(ACT):
            await self._append(
                [commands.refusal(what, patient.name, user.identity.name, "may see, not act", unit, now)]
            )
            return refused(403, "You may look, but not act.")
        if what == "mark":
            return await self._mark(form, patient, user, now)
        return await self._do(what, form, patient, user, now)

    async def _mark(
        self, form: Mapping[str, str], patient: PatientProjection, user: RequestUser, now: int
    ) -> web.StreamResponse:
        """Publish a mark; nobody has to answer it."""
        unit = self.state.display.unit_of(patient.name)
        try:
            await self.producer.append([commands.mark(form, patient, user.identity, unit, now)])
        except UsageError as fault:
            return refused(400, str(fault))
        except commands.Gone as fault:
            return refused(409, str(fault))
        except NotAcknowledged as fault:
            return refused(503, str(fault))
        return web.json_response({"well": True, "became": "Marked."})

    async def _do(
        self, what: str, form: Mapping[str, str], patient: PatientProjection, user: RequestUser, now: int
    ) -> web.StreamResponse:
        """Publish the audit record and the command; answer with what became of it, or with why it failed."""
        before = patient.assessment
        try:
            done = commands.board_command(what, form, patient, user.identity, now)
            await self.producer.append(commands.records(done, self.state.display.unit_of(patient.name), now))
        except UsageError as fault:
            return refused(400, str(fault))
        except commands.Gone as fault:
            return refused(409, str(fault))
        except NotAcknowledged as fault:
            return refused(503, str(fault))
        found = await self._became(done.command, patient, before)
        return web.json_response({"done": done.command.id, "well": found.well, "became": found.text})

    async def _became(
        self, command: Command, patient: PatientProjection, before: Assessment | None
    ) -> commands.Became:
        """Wait for what became of a command, at most `patience` seconds."""
        until = time.monotonic() + self.patience
        while True:
            found = commands.became(command, patient)
            if found is not None:
                return found
            if time.monotonic() >= until:
                return commands.unanswered(command, patient.assessment is not before)
            await asyncio.sleep(ASK_S)

    async def _append(self, records: list[OutgoingRecord]) -> None:
        """Write the audit of a refusal; the request is refused whether or not Kafka accepts it."""
        try:
            await self.producer.append(records)
        except NotAcknowledged as fault:
            sse.log.warning("not audited: %s", fault)

    async def login_page(self, request: web.Request) -> web.StreamResponse:
        """Serve the login page."""
        if self.auth.users is None:
            return web.Response(status=303, headers={"Location": "/"})
        return html(login(self.frame(None), None))

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """Check a password, off the event loop, and begin a session.

        Nothing is checked while too many recent attempts were wrong. A login from another site's page is
        refused by its origin.
        """
        form = await form_of(request)
        user, password = form.get("user", "")[:64], form.get("password", "")[:1024]
        sources, now = (f"user {user}", f"from {request.remote}"), time.monotonic()
        if self.auth.users is None or forged(request, self.sessions, NOBODY, self.sessions.token(NOBODY)):
            return refused(403, "Refused: it comes from another site.")
        if wait := self.wrong.wait(now, *sources):
            return web.Response(
                status=429, text=login(self.frame(None), ("Too many tries. The next one is looked at in "
                f"{wait:.0f} s.")), content_type="text/html",
                headers={"Retry-After": f"{wait:.0f}"},
            )  # fmt: skip
        self.wrong.wrong(now, *sources)
        async with self.digesting:
            admitted = await asyncio.to_thread(self.auth.users.admits, user, password)
        if not admitted:
            return html(login(self.frame(None), "User and password do not belong together."), 401)
        self.wrong.right(*sources)
        response = web.Response(status=303, headers={"Location": "/"})
        set_cookie(response, self.sessions.begin(user, int(time.time()))[1], self.auth.secure, LASTS_S)
        return response

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        """End the session."""
        form = await form_of(request)
        session = request[REQUEST_USER].session
        if fault := forged(request, self.sessions, session, form.get("token", "")):
            return refused(403, f"Refused: {fault}.")
        try:
            self.sessions.end(session)
        except UsageError as fault:
            return refused(503, f"The logout cannot be kept: {fault}.")
        response = web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(COOKIE, path="/")
        return response

    async def healthy(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def ready(self, _: web.Request) -> web.StreamResponse:
        """Return 200 when the page is live, else 503 and why, in words that name nobody."""
        problems = self.state.problems()
        return web.Response(
            status=503 if problems else 200, text="".join(f"{one.text}\n" for one in problems) or "ok\n"
        )

    def _patient(self, request: web.Request) -> PatientProjection:
        """Return the patient of a request's key. Raises HTTPNotFound."""
        found = self.state.patients.by_key.get(request.match_info["key"])
        if found is None or not found.present:
            raise web.HTTPNotFound(text="That patient is not on the board.\n")
        return found


async def handed_over(state: BoardState, unit: str | None) -> tuple[Handover, list[str]]:
    """Return the handover of the last shift that is over, and the units there are. Raises NoHandover.

    Between two patients other requests are served.
    """
    span = span_of(state.guideline, state.clock, None)
    unit_of = state.display.unit_of
    shown = {one.name: unit_of(one.name) or one.facts.location or WARD for one in state.patients}
    units = sorted(set(shown.values()))
    if unit is not None and unit not in units:
        raise NoHandover(f"No patient in {unit!r}; {there(units)}.")
    known = []
    for name in [name for name, own in shown.items() if unit in (None, own)]:
        if (one := state.patients.patients.get(name)) is not None:
            known.append(patient_shift(one, state.guideline, shown[name], span, state.clock))
        await asyncio.sleep(0)
    return of_patients(known, span, state.guideline, unit), units


NOBODY = Session(None, 0, "")


def html(markup: Html, status: int = 200) -> web.Response:
    """Return a response with a page of HTML."""
    return web.Response(text=markup, content_type="text/html", charset="utf-8", status=status)


def refused(status: int, why: str) -> web.Response:
    """Return a refusal as JSON."""
    return web.json_response({"error": why}, status=status)


async def static(request: web.Request) -> web.StreamResponse:
    """Serve one of the files of `STATIC`; no other file can be named."""
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


def application(handlers: Handlers) -> web.Application:
    """Return the board's web application."""
    app = web.Application(middlewares=[guard(handlers.auth, handlers.sessions)], client_max_size=LARGEST)
    app.on_response_prepare.append(headed(handlers.auth))
    add = app.router.add_get
    add("/", handlers.unit)
    add("/patient/{key}", handlers.patient)
    add("/patient/{key}/flowsheet", handlers.sheet)
    add("/patient/{key}/explain", handlers.explain)
    add("/handover", handlers.handover)
    add("/events", handlers.events)
    add("/login", handlers.login_page)
    add("/static/{name}", static)
    add("/-/healthy", handlers.healthy)
    add("/-/ready", handlers.ready)
    app.router.add_post("/act/{what}", handlers.act)
    app.router.add_post("/login", handlers.log_in)
    app.router.add_post("/logout", handlers.log_out)
    return app
