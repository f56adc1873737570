"""What the screen shows at a moment. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from streams.demo.seen import Alert, Assessment


class View(NamedTuple):
    """`clock`: the ward's time, ms (None: not yet); `assessments`: of those who were assessed; `newest`: alerts, the latest last; `rate`: records a
    second. `joined`: the worker's first word came.
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
