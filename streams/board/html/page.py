"""The frame of every page: what it is, whether it is live, who looks. Until the script has proof that it is live, a page says that it is not."""

from __future__ import annotations

from typing import NamedTuple

from streams.board.html.element import Html, hidden, join, tag

DOCTYPE = Html("<!doctype html>")


class Frame(NamedTuple):
    """What every page is told: the site, its zone, the server's time and epoch, how ages are counted, who looks (None: nobody asked), the token."""

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
        *(tag("script", src=f"/static/{name}.js?{frame.version}", defer=True) for name in SCRIPTS.get(kind, ())),
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
    theme = tag("button", "Day or night", type="button", id="theme", class_="plain", aria_label="Day or night: as the clock says")
    leave = None
    if frame.can_leave:
        token = tag("input", type="hidden", name="token", value=frame.token)
        leave = tag("form", token, tag("button", "Log out", class_="plain"), method="post", action="/logout")
    who = tag("span", hidden("You are "), frame.who, class_="me") if frame.who else None
    shown = tag("span", pill, newest, skew, class_="now") if live else None
    return tag("header", tag("a", frame.site, href="/", class_="site"), shown, tag("span", theme, who, leave, class_="tools"), class_="top")


def trust() -> Html:
    """The banner that stands as long as the page is not live; and the alarms of the machine itself."""
    said = tag("strong", "Not live")
    banner = tag("div", said, " ", tag("span", "Connecting to the board.", id="problem"), id="trust", class_="banner", role="alert")
    return join((banner, tag("div", "", id="notices", class_="notices", role="status")))


def foot() -> Html:
    return tag("footer", "It advises and never doses: every decision stays with the clinician.", class_="note")
