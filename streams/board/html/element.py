"""Build elements, the one place where text becomes markup: text is escaped; instants are written in full in
the site's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

from streams.display import plain


class Html(str):
    """Markup, safe as it stands."""

    __slots__ = ()


Inside = Html | str | int | float | None
Attribute = str | int | float | bool | None
VOID = frozenset({"input", "link", "meta", "hr", "br", "img"})


def text(value: object) -> Html:
    """Text as markup: nothing in it is taken for an element, and what cannot be printed is spelled out."""
    return value if isinstance(value, Html) else Html(escape(plain(value)))


def join(parts: Iterable[Inside], between: str = "") -> Html:
    """Parts one after the other; None is left out."""
    return Html(between.join(text(part) for part in parts if part is not None))


def tag(name: str, /, *inside: Inside, **attributes: Attribute) -> Html:
    """An element.

    `class_` is `class`, `data_key` is `data-key`; an attribute that is None or False is left out, one that is
    True stands alone.
    """
    opened = "".join(
        _attribute(key, value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{name}{opened}>") if name in VOID else Html(f"<{name}{opened}>{join(inside)}</{name}>")


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(plain(value))}"'


def hidden(words: str) -> Html:
    """Words for those who listen: read out, not shown."""
    return tag("span", words, class_="vh")


ZONE: ContextVar[str] = ContextVar("zone", default="UTC")
"""The site's time zone (IANA name), set once when the board starts."""


def time(instant: str | None) -> Html:
    """`2 Mar 14:05`, in the site's zone; a dash for none."""
    return tag("span", "–") if instant is None else _time(instant, ZONE.get())


def age(instant: str) -> Html:
    """How long ago, counted by the script; until then the instant itself."""
    return _age(instant, ZONE.get())


def written(instant: str, zone: str) -> str:
    """An RFC 3339 instant as people write it."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %H:%M}"


@lru_cache(8192)
def _time(instant: str, zone: str) -> Html:
    return tag("time", written(instant, zone), datetime=instant)


@lru_cache(8192)
def _age(instant: str, zone: str) -> Html:
    return tag("time", written(instant, zone), datetime=instant, data_age=True)
