"""Draw the frame of every page, the login, the forms of actions, and the head of the flowsheet."""

from __future__ import annotations

from typing import NamedTuple

from streams.board.html.element import Html, hidden, join, tag

DOCTYPE = Html("<!doctype html>")


class Frame(NamedTuple):
    """What every page is told: the site, its zone, the server's time and epoch, how ages are counted, who
    looks (None: nobody asked), the token.
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


def page(frame: Frame, kind: str, title: str, *inside: Html, revision: int = 0, key: str = "") -> Html:
    """A whole page. `title` never holds a patient's id: it stands in histories and on tabs."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="same-origin"),
        tag("title", title),
        tag("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href=f"/static/board.css?{frame.version}"),
        tag("script", src=f"/static/theme.js?{frame.version}"),
        *(
            tag("script", src=f"/static/{name}.js?{frame.version}", defer=True)
            for name in SCRIPTS.get(kind, ())
        ),
    )
    return join((DOCTYPE, tag("html", head, body(frame, kind, inside, revision, key), lang="en")))


SCRIPTS = {"unit": ("live", "unit"), "patient": ("live", "acting", "flowsheet", "patient")}


def body(frame: Frame, kind: str, inside: tuple[Html, ...], revision: int, key: str) -> Html:
    """The page below its head; `data-*` is what the script starts from."""
    live = kind in SCRIPTS
    return tag(
        "body",
        tag("a", "Skip to the content", href="#main", class_="skip"),
        top(frame, live),
        trust() if live else None,
        tag("main", *inside, id="main", tabindex="-1"),
        foot(),
        class_=f"{kind} dead" if live else kind,
        data_page=kind,
        data_zone=frame.zone,
        data_now=frame.now,
        data_clock=frame.clock,
        data_wall="yes" if frame.wall else "no",
        data_epoch=frame.epoch,
        data_revision=revision,
        data_key=key or None,
        data_token=frame.token or None,
    )


def top(frame: Frame, live: bool) -> Html:
    """Where one is, whether it is live, how it looks, who one is."""
    cross = tag("span", "✕", class_="shape", aria_hidden="true", id="pill-shape")
    pill = tag("span", cross, tag("span", "not live", id="pill-word"), id="pill", class_="pill")
    newest = tag("span", "newest event ", tag("span", "–", id="newest"), class_="note")
    skew = tag("span", "", id="skew", class_="note skew", hidden=True)
    theme = tag(
        "button",
        "Day or night",
        type="button",
        id="theme",
        class_="plain",
        aria_label="Day or night: as the clock says",
    )
    leave = None
    if frame.can_leave:
        token = tag("input", type="hidden", name="token", value=frame.token)
        leave = tag("form", token, tag("button", "Log out", class_="plain"), method="post", action="/logout")
    who = tag("span", hidden("You are "), frame.who, class_="me") if frame.who else None
    shown = tag("span", pill, newest, skew, class_="now") if live else None
    return tag(
        "header",
        tag("a", frame.site, href="/", class_="site"),
        shown,
        tag("span", theme, who, leave, class_="tools"),
        class_="top",
    )


def trust() -> Html:
    """The banner that stands as long as the page is not live; and the alarms of the machine itself."""
    said = tag("strong", "Not live")
    banner = tag(
        "div",
        said,
        " ",
        tag("span", "Connecting to the board.", id="problem"),
        id="trust",
        class_="banner",
        role="alert",
    )
    return join((banner, tag("div", "", id="notices", class_="notices", role="status")))


def foot() -> Html:
    return tag(
        "footer", "It advises and never doses: every decision stays with the clinician.", class_="note"
    )


def login(frame: Frame, fault: str | None) -> Html:
    """The page; what was wrong the last time."""
    said = tag("p", fault, class_="warn", role="alert") if fault else None
    user = tag(
        "label",
        "User",
        tag("input", name="user", autocomplete="username", required=True, autofocus=True, maxlength=64),
        class_="field",
    )
    password = tag(
        "input",
        name="password",
        type="password",
        autocomplete="current-password",
        required=True,
        maxlength=1024,
    )
    secret = tag("label", "Password", password, class_="field")
    button = tag("button", "Log in", class_="act primary")
    form = tag(
        "form",
        tag("h1", "Log in"),
        said,
        user,
        secret,
        button,
        method="post",
        action="/login",
        class_="login",
    )
    return page(frame, "login", f"Log in, {frame.site}", form)


REASONS = {
    "ack": ("Seen, acting on it", "Bolus running", "Physician called", "Known, expected"),
    "silence": ("Known, being treated", "Sensor off for care"),
    "resume": ("Corrected, physician decides to resume",),
    "expire": ("Not needed any more",),
}
MINUTES = ((15, "15 min"), (30, "30 min"), (60, "1 h"), (240, "4 h"), (720, "12 h"))


def forms(frame: Frame) -> Html:
    """Both dialogs: to act, and to be told why."""
    return join((acting(frame) if frame.may_act else None, telling()))


def acting(frame: Frame) -> Html:
    by = None
    if frame.who is None:
        by = tag(
            "label",
            "Your name",
            tag("input", name="by", id="by", required=True, maxlength=128, autocomplete="name"),
            class_="field",
        )
    minutes = tag(
        "select",
        *(tag("option", words, value=value) for value, words in MINUTES),
        name="minutes",
        id="minutes",
    )
    reasons = ((what, words) for what, held in REASONS.items() for words in held)
    quick = tag(
        "div",
        *(
            tag("button", words, type="submit", class_="quick", data_for=what, value=words)
            for what, words in reasons
        ),
        class_="quicks",
    )
    do = tag("button", "Do it", type="submit", class_="act primary", id="act-do")
    cancel = tag("button", "Cancel", type="button", class_="act", id="act-cancel")
    form = tag(
        "form",
        tag("h2", "", id="act-title"),
        tag("p", "", id="act-says"),
        by,
        tag("label", "For how long", minutes, class_="field", id="act-minutes"),
        quick,
        tag(
            "label",
            "Or in your own words",
            tag("input", name="reason", id="reason", maxlength=500, autocomplete="off"),
            class_="field",
        ),
        tag("p", "", id="act-error", class_="warn", role="alert"),
        tag("div", do, cancel, class_="acts"),
        id="act-form",
        method="dialog",
    )
    return tag("dialog", form, id="act", aria_labelledby="act-title")


def telling() -> Html:
    """Where an explanation stands."""
    close = tag("button", "Close", type="button", class_="act", id="why-close")
    return tag(
        "dialog",
        tag("div", id="why-text", tabindex="0"),
        tag("div", close, class_="acts"),
        id="why",
        aria_label="Why",
    )


RANGES = (("8", "8 h"), ("24", "24 h"), ("72", "72 h"), ("cycle", "Cycle"))


def ranges() -> Html:
    """Toggles, one of which is on."""
    return tag(
        "div",
        *(toggle(*one) for one in RANGES),
        tag("output", "", id="reading", class_="note"),
        class_="ranges",
        role="group",
        aria_label="Over which time",
    )


def toggle(hours: str, words: str) -> Html:
    return tag(
        "button",
        words,
        type="button",
        class_="toggle",
        aria_pressed="true" if hours == RANGES[0][0] else "false",
        data_hours=hours,
    )
