"""Rows of the four tables of events, as one stay's adapters take them: times in ms, missing cells None."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar


class Charted(NamedTuple):
    """A row of `icu/chartevents`."""

    at: int
    known: int
    item: int
    number: float | None
    text: str | None = None
    unit: str | None = None


class Given(NamedTuple):
    """A row of `icu/inputevents`: an amount between `start` and `end`, at a rate. `stored`: None where no storetime is kept."""

    start: int
    end: int
    stored: int | None
    item: int
    amount: float | None = None
    amount_unit: str | None = None
    rate: float | None = None
    rate_unit: str | None = None
    weight: float | None = None
    order: int | None = None
    category: str | None = None
    component: str | None = None
    status: str | None = None


class Collected(NamedTuple):
    """A row of `icu/outputevents`."""

    at: int
    known: int
    item: int
    volume: float | None
    unit: str | None = None


class Resulted(NamedTuple):
    """A row of `hosp/labevents`."""

    at: int
    known: int
    item: int
    number: float | None
    text: str | None = None
    comments: str | None = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    specimen: int | None = None


R = TypeVar("R", Charted, Collected, Resulted)


def cells(frame: Any, column: str) -> list[Any]:
    """A column as a list, None for every empty cell and for a column that is not there."""
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if cell is None or cell != cell else cell for cell in frame[column].tolist()]


def whole(cells: list[Any]) -> list[int | None]:
    """Ids and times, which a gap in the column has made floats of."""
    return [None if cell is None else int(cell) for cell in cells]
