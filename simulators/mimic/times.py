"""MIMIC-IV's times, which have no zone: read as UTC, so that the hour of the day stays the ward's own, shifts included."""

from __future__ import annotations

from typing import Any

import numpy
import pandas

from rules.instant import MINUTE

FORMAT = "%Y-%m-%d %H:%M:%S"
AHEAD = 15 * MINUTE
"""criteria.md 1: a fact may be known so long before its own time, not longer."""


def milliseconds(texts: Any) -> Any:
    """A column of times as ms since 1970, float64; NaN where there is none that can be read."""
    found = pandas.to_datetime(texts, format=FORMAT, errors="coerce").to_numpy("datetime64[ms]")
    return numpy.where(numpy.isnat(found), numpy.nan, found.astype("int64"))


def moments(texts: Any) -> list[int | None]:
    """A column of times as ms; None where there is none."""
    return [None if value != value else int(value) for value in milliseconds(texts).tolist()]


def learned(at: int, stored: int | None) -> int:
    """When a fact became known: when it was stored; at its own time if no storetime is kept, or one that lies more than 15 min ahead.

    A row stored ahead is written into the hour to come, or saved as an infusion begins: nobody can know how the hour will end, and
    the wire refuses such a record (`from-the-future`). Up to 15 min the storetime stands as it is.
    """
    return at if stored is None or stored < at - AHEAD else stored


def early(at: int, stored: int | None) -> bool:
    """Whether `learned` did not take the storetime."""
    return stored is not None and stored < at - AHEAD
