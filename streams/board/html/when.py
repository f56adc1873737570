"""Instants in the page: written in full by the server in the site's zone; the script keeps them short and counts their age by the server's clock."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from streams.board.html.element import Html, tag

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
