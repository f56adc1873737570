"""Render elements, the one place where they become markup: text in them is escaped by htpy and markupsafe,
what cannot be printed is spelled out here; instants are written in full in the site's zone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import ParamSpec, cast
from zoneinfo import ZoneInfo

import htpy as h
from markupsafe import Markup

from streams.display import plain

Html = Markup
Arguments = ParamSpec("Arguments")
CACHED = 8192


def render(node: h.Node) -> Html:
    """Elements and text as markup: nothing in a text is taken for an element, and what cannot be printed is
    spelled out.
    """
    return Html(plain(h.fragment[node]))


def cached(draw: Callable[Arguments, h.Node]) -> Callable[Arguments, Html]:
    """Draw once what is the same: htpy takes three times as long as writing the text would.

    Arguments are texts and numbers, never markup: a text that looks like a markup equals it (`typed` tells
    the two apart, but not inside a tuple), and would come out unescaped.
    """

    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Html:
        return render(draw(*args, **kwargs))

    return cast("Callable[Arguments, Html]", lru_cache(CACHED, typed=True)(drawn))


def hidden(words: str) -> h.Element:
    """Words for those who listen: read out, not shown."""
    return h.span(class_="vh")[words]


ZONE: ContextVar[str] = ContextVar("zone", default="UTC")
"""The site's time zone (IANA name), set once when the board starts."""


def time(instant: str | None) -> h.Renderable | Html:
    """`2 Mar 14:05`, in the site's zone; a dash for none."""
    return h.span["–"] if instant is None else _time(instant, ZONE.get())


def age(instant: str) -> Html:
    """How long ago, counted by the script; until then the instant itself."""
    return _age(instant, ZONE.get())


def written(instant: str, zone: str) -> str:
    """An RFC 3339 instant as people write it."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %H:%M}"


@cached
def _time(instant: str, zone: str) -> h.Node:
    return h.time(datetime=instant)[written(instant, zone)]


@cached
def _age(instant: str, zone: str) -> h.Node:
    return h.time(datetime=instant, data_age=True)[written(instant, zone)]
