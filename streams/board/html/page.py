"""Render the frame of every page, the login, the dialogs of actions, and the head of the flowsheet."""

from __future__ import annotations

from typing import NamedTuple

import htpy as h

from streams.board.html.element import Html, hidden, render


class Frame(NamedTuple):
    """What every page contains.

    The site, its zone, the server's time and epoch, how ages are counted, the viewer (`who`; None: not
    identified), the token of forms; `looser`: what the site's configuration has looser than published.
    """

    site: str
    zone: str
    now: int
    clock: int
    wall: bool
    epoch: str
    version: str
    who: str | None = None
    token: str = ""
    may_act: bool = False
    can_leave: bool = False
    looser: tuple[str, ...] = ()


def page(frame: Frame, kind: str, title: str, *inside: h.Node, revision: int = 0, key: str = "") -> Html:
    """Return a whole page.

    `title` never holds a patient's id: it appears in histories and on tabs.
    """
    head = h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.meta(name="referrer", content="same-origin"),
        h.title[title],
        h.link(rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        h.link(rel="stylesheet", href=f"/static/board.css?{frame.version}"),
        *(
            h.link(rel="stylesheet", href=f"/static/{name}.css?{frame.version}")
            for name in STYLES.get(kind, ())
        ),
        h.script(src=f"/static/theme.js?{frame.version}"),
        *(h.script(src=f"/static/{name}.js?{frame.version}", defer=True) for name in SCRIPTS.get(kind, ())),
    ]
    return render(h.html(lang="en", data_zone=frame.zone)[head, body(frame, kind, inside, revision, key)])


STYLES = {"handover": ("handover",)}
SCRIPTS = {"unit": ("live", "unit"), "patient": ("live", "acting", "flowsheet", "patient")}


def body(frame: Frame, kind: str, inside: tuple[h.Node, ...], revision: int, key: str) -> h.Node:
    """Return the body of a page; `data-*` is what the script starts from."""
    live = kind in SCRIPTS
    return h.body(
        class_=f"{kind} dead" if live else kind,
        data_page=kind,
        data_now=frame.now,
        data_clock=frame.clock,
        data_wall="yes" if frame.wall else "no",
        data_epoch=frame.epoch,
        data_revision=revision,
        data_key=key or None,
        data_token=frame.token or None,
    )[
        h.a(href="#main", class_="skip")["Skip to the content"],
        top(frame, live),
        trust() if live else None,
        loosened(frame.looser),
        h.main(id="main", tabindex="-1")[*inside],
        foot(),
    ]


def top(frame: Frame, live: bool) -> h.Node:
    """Return the header: site, liveness, theme, user."""
    cross = h.span(class_="shape", aria_hidden="true", id="pill-shape")["✕"]
    pill = h.span(id="pill", class_="pill")[cross, h.span(id="pill-word")["not live"]]
    newest = h.span(class_="note")["newest event ", h.span(id="newest")["–"]]
    skew = h.span(id="skew", class_="note skew", hidden=True)
    theme = h.button(type="button", id="theme", class_="plain", aria_label="Day or night: as the clock says")[
        "Day or night"
    ]
    leave = None
    if frame.can_leave:
        token = h.input(type="hidden", name="token", value=frame.token)
        leave = h.form(method="post", action="/logout")[token, h.button(class_="plain")["Log out"]]
    who = h.span(class_="me")[hidden("You are "), frame.who] if frame.who else None
    liveness = h.span(class_="now")[pill, newest, skew] if live else None
    shift = h.a(href="/handover")["Handover"] if live else None
    return h.header(class_="top")[
        h.a(href="/", class_="site")[frame.site], liveness, h.span(class_="tools")[shift, theme, who, leave]
    ]


def trust() -> h.Node:
    """Return the banner displayed while the page is not live, and a place for the system's own alarms."""
    state = h.strong["Not live"]
    banner = h.div(id="trust", class_="banner", role="alert")[
        state, " ", h.span(id="problem")["Connecting to the board."]
    ]
    return h.fragment[banner, h.div(id="notices", class_="notices", role="status")]


def loosened(found: tuple[str, ...]) -> h.Node:
    """Return the banner of what is looser than published (criteria.md section 11); None when nothing is."""
    if not found:
        return None
    says = f"{len(found)} of this site's numbers {'is' if len(found) == 1 else 'are'} looser than published"
    return h.details(class_="looser")[
        h.summary[h.strong[says], ": alarms come later, fewer or lower"], h.ul[*(h.li[one] for one in found)]
    ]


def foot() -> h.Node:
    return h.footer(class_="note")["It advises and never doses: every decision stays with the clinician."]


def login(frame: Frame, fault: str | None) -> Html:
    """Return the login page. `fault`: what was wrong with the last attempt."""
    warning = h.p(class_="warn", role="alert")[fault] if fault else None
    user = h.label(class_="field")[
        "User", h.input(name="user", autocomplete="username", required=True, autofocus=True, maxlength=64)
    ]
    password = h.input(
        name="password", type="password", autocomplete="current-password", required=True, maxlength=1024
    )
    secret = h.label(class_="field")["Password", password]
    button = h.button(class_="act primary")["Log in"]
    form = h.form(method="post", action="/login", class_="login")[
        h.h1["Log in"], warning, user, secret, button
    ]
    return page(frame, "login", f"Log in, {frame.site}", form)


REASONS = {
    "ack": ("Seen, acting on it", "Bolus running", "Physician called", "Known, expected"),
    "silence": ("Known, being treated", "Sensor off for care"),
    "resume": ("Corrected, physician decides to resume",),
    "accept": ("Chronic, known before therapy", "Baseline value of this patient"),
    "expire": ("Not needed any more",),
    "end-acceptance": ("Not as known any more",),
    "mark": ("Useful", "Useless", "Late"),
}
LASTS = (("", "to the end of the cycle"), (1440, "24 h"), (4320, "3 days"), (10080, "7 days"))
MINUTES = ((15, "15 min"), (30, "30 min"), (60, "1 h"), (240, "4 h"), (720, "12 h"))


def forms(frame: Frame) -> h.Node:
    """Return both dialogs, to act and to read an explanation, and a place for what became of an action."""
    outcome = h.p(id="became", class_="became", role="status")
    return h.fragment[[outcome, acting(frame)] if frame.may_act else None, telling()]


def acting(frame: Frame) -> h.Node:
    """Return the dialog of an action."""
    by = None
    if frame.who is None:
        by = h.label(class_="field")[
            "Your name", h.input(name="by", id="by", required=True, maxlength=128, autocomplete="name")
        ]
    minutes = h.select(name="minutes", id="minutes")[
        *(h.option(value=value)[words] for value, words in MINUTES)
    ]
    lasts = h.select(name="lasts", id="lasts")[*(h.option(value=value)[words] for value, words in LASTS)]
    reasons = ((what, words) for what, held in REASONS.items() for words in held)
    quick = h.div(class_="quicks")[
        *(
            h.button(type="submit", class_="quick", data_for=what, value=words)[words]
            for what, words in reasons
        )
    ]
    do = h.button(type="submit", class_="act primary", id="act-do")["Do it"]
    cancel = h.button(type="button", class_="act", id="act-cancel")["Cancel"]
    form = h.form(id="act-form", method="dialog")[
        h.h2(id="act-title"),
        h.p(id="act-says"),
        by,
        h.label(class_="field", id="act-minutes")["For how long", minutes],
        h.label(class_="field", id="act-lasts")["Accepted until", lasts],
        quick,
        h.label(class_="field", id="act-reason")[
            "Or in your own words", h.input(name="reason", id="reason", maxlength=500, autocomplete="off")
        ],
        h.p(id="act-error", class_="warn", role="alert"),
        h.div(class_="acts")[do, cancel],
    ]
    return h.dialog(id="act", aria_labelledby="act-title")[form]


def telling() -> h.Node:
    """Return the dialog of an explanation."""
    close = h.button(type="button", class_="act", id="why-close")["Close"]
    return h.dialog(id="why", aria_label="Why")[
        h.div(id="why-text", tabindex="0"), h.div(class_="acts")[close]
    ]


RANGES = (("8", "8 h"), ("24", "24 h"), ("72", "72 h"), ("cycle", "Cycle"))


def ranges() -> h.Node:
    """Return the toggles of the flowsheet's hours, one of which is on."""
    return h.div(class_="ranges", role="group", aria_label="Over which time")[
        *(toggle(*one) for one in RANGES), h.output(id="reading", class_="note")
    ]


def toggle(hours: str, words: str) -> h.Node:
    return h.button(
        type="button",
        class_="toggle",
        aria_pressed="true" if hours == RANGES[0][0] else "false",
        data_hours=hours,
    )[words]
