"""The login."""

from __future__ import annotations

from streams.board.html.element import Html, tag
from streams.board.html.page import Frame, page


def login(frame: Frame, fault: str | None) -> Html:
    """The page; what was wrong the last time."""
    said = tag("p", fault, class_="warn", role="alert") if fault else None
    user = tag("label", "User", tag("input", name="user", autocomplete="username", required=True, autofocus=True, maxlength=64), class_="field")
    password = tag("input", name="password", type="password", autocomplete="current-password", required=True, maxlength=1024)
    secret = tag("label", "Password", password, class_="field")
    button = tag("button", "Log in", class_="act primary")
    form = tag("form", tag("h1", "Log in"), said, user, secret, button, method="post", action="/login", class_="login")
    return page(frame, "login", f"Log in, {frame.site}", form)
