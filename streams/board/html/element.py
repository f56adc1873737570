"""Render elements, in the one place where they become markup.

Text in them is escaped by htpy and markupsafe, what cannot be printed is spelled out here; instants are
written in full in the site's zone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import ParamSpec, cast
from zoneinfo import ZoneInfo

import htpy as h
from markupsafe import Markup

from streams.display import plain
from streams.times import ZONE

Html = Markup
Arguments = ParamSpec("Arguments")
CACHED = 8192


def render(node: h.Node) -> Html:
    """Return elements and text as markup, with text escaped and unprintable characters spelled out."""
    return Html(plain(h.fragment[node]))


def cached(draw: Callable[Arguments, h.Node]) -> Callable[Arguments, Html]:
    """Cache what a function renders: htpy takes three times as long as writing the text would.

    Arguments are texts and numbers, never markup: a text that looks like a markup equals it (`typed` tells
    the two apart, but not inside a tuple), and would come out unescaped.
    """

    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Html:
        return render(draw(*args, **kwargs))

    return cast("Callable[Arguments, Html]", lru_cache(CACHED, typed=True)(drawn))


def hidden(words: str) -> h.Element:
    """Return words for screen readers: read out, not displayed."""
    return h.span(class_="vh")[words]


def time(instant: str | None) -> h.Renderable | Html:
    """Return an instant in the site's zone, `2 Mar 14:05`; a dash for None."""
    return h.span["–"] if instant is None else _time(instant, ZONE.get())


def age(instant: str) -> Html:
    """Return an element whose age the script counts; until then it displays the instant itself."""
    return _age(instant, ZONE.get())


def written(instant: str, zone: str) -> str:
    """Write an RFC 3339 instant in a zone: `2 Mar 14:05`."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %H:%M}"


@cached
def _time(instant: str, zone: str) -> h.Node:
    return h.time(datetime=instant)[written(instant, zone)]


@cached
def _age(instant: str, zone: str) -> h.Node:
    return h.time(datetime=instant, data_age=True)[written(instant, zone)]
