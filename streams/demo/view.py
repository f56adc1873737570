"""What the screen shows at a moment. Plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from streams.demo.pages import Page
from streams.demo.seen import Alert, Assessment


class View(NamedTuple):
    """`clock`: the ward's time, ms (None: not yet); `assessments`: of those who were assessed; `newest`: alerts, the latest last; `rate`: records a
    second. `joined`: the worker's first word came; `gone`: who was discharged; `pages`: those that nobody has acknowledged, the gravest first,
    `messages` the words for them by episode; `heard`: how many acknowledgements the pager took; `typed`: a page's number as far as it is typed (None:
    nobody can type); `places`: what is served where.
    """

    patients: Sequence[str]
    assessments: Mapping[str, Assessment]
    newest: Sequence[Alert]
    clock: int | None
    speed: float
    rate: float
    published: int
    alerts: int
    joined: bool
    gone: Collection[str] = ()
    pages: Sequence[Page] = ()
    heard: int = 0
    messages: Mapping[str, str] = MappingProxyType({})
    typed: str | None = None
    places: Sequence[str] = ()
