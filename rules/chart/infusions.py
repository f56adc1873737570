"""Infusions as timelines: what ran when, and how fast in all (criteria.md sections 3 and 6)."""

import msgspec

from rules.chart.course import FOREVER, Span, merged
from rules.chart.facts import Rate, Weight, at_or_before
from rules.wire.events import Infusion, Reference

Lines = dict[str, list[Rate]]
"""Rates of each `agent|line`, in order of `at`."""


class Segment(msgspec.Struct, frozen=True):
    """From `at` until the next segment the lines of an agent gave `rate` ug/kg/min in all; None: at least one
    cannot be told.
    """

    at: int
    rate: float | None
    evidence: tuple[Reference, ...]


def line_key(event: Infusion) -> str:
    """Return the key of the line that an infusion runs in."""
    return f"{event.agent}|{event.line}"


def agent_of(key: str) -> str:
    return key.partition("|")[0]


def in_force(rates: list[Rate]) -> list[tuple[Rate, int]]:
    """Each rate with the end of its force; a rate overtaken at its own instant never was in force."""
    ends = [*(rate.at for rate in rates[1:]), FOREVER]
    return [(rate, end) for rate, end in zip(rates, ends, strict=False) if rate.at < end]


def running(lines: Lines, agents: tuple[str, ...]) -> list[Span]:
    """Half-open spans in which any of `agents` ran."""
    return merged(
        (rate.at, end)
        for key, rates in lines.items()
        if agent_of(key) in agents
        for rate, end in in_force(rates)
        if rate.rate > 0
    )


def per_kg(rate: Rate, weights: list[Weight], baseline: float | None) -> float | None:
    """ug/kg/min, converted with the latest weight not after its `at`, else the baseline; None when neither is
    known.
    """
    if rate.per_kg or rate.rate == 0:
        return rate.rate
    weight = at_or_before(weights, rate.at)
    weight = baseline if weight is None else weight
    return None if weight is None else round(rate.rate / weight, 4)


def total(lines: Lines, agent: str, weights: list[Weight], baseline: float | None) -> list[Segment]:
    """The agent's rate in all its lines over time; empty when it was never charted."""
    mine = [in_force(lines[key]) for key in sorted(lines) if agent_of(key) == agent]
    moments = sorted({rate.at for line in mine for rate, _ in line})
    return [_segment(t, mine, weights, baseline) for t in moments]


def _segment(
    t: int, lines: list[list[tuple[Rate, int]]], weights: list[Weight], baseline: float | None
) -> Segment:
    now = [rate for line in lines for rate, end in line if rate.at <= t < end]
    given = [None if rate.rank < 0 else per_kg(rate, weights, baseline) for rate in now]
    known = [value for value in given if value is not None]
    found = len(known) == len(given)
    return Segment(t, round(sum(known), 9) if found else None, tuple(rate.reference for rate in now))


def segment_at(segments: list[Segment], t: int) -> Segment | None:
    """What is in force at moment `t`; None before the first rate."""
    found = None
    for segment in segments:
        if segment.at > t:
            break
        found = segment
    return found


def rate_at(segments: list[Segment], t: int) -> float | None:
    """Return the ug/kg/min in force at moment `t`: 0 when none was ever charted, None when it cannot be
    told.
    """
    segment = segment_at(segments, t)
    return 0.0 if segment is None else segment.rate


def overlapping(segments: list[Segment], start: int, end: int) -> list[Segment]:
    """The segments in force at some moment of [start, end], one carried in from before included."""
    out = []
    for i, segment in enumerate(segments):
        until = segments[i + 1].at if i + 1 < len(segments) else FOREVER
        if segment.at <= max(start, end) and until > start:
            out.append(segment)
    return out
