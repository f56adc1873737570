"""Derive timelines of infusions: what ran when, and how fast in all (criteria.md sections 3 and 6)."""

import msgspec

from rules.chart.course import FOREVER, Span, merged
from rules.chart.facts import Rate, Weight, at_or_before
from rules.wire.events import Infusion, Reference

Lines = dict[str, list[Rate]]
"""Rates of each `agent|line`, in order of `at`."""


class Segment(msgspec.Struct, frozen=True):
    """The total rate of an agent over its lines, ug/kg/min, from `at` until the next segment.

    `rate` None: the rate of at least one line is unknown.
    """

    at: int
    rate: float | None
    evidence: tuple[Reference, ...]


def line_key(event: Infusion) -> str:
    """Return the key of the line that an infusion runs in."""
    return f"{event.agent}|{event.line}"


def agent_of(key: str) -> str:
    """Return the agent of a line's key."""
    return key.partition("|")[0]


def in_force(rates: list[Rate]) -> list[tuple[Rate, int]]:
    """Return each rate with the moment its force ends.

    A rate replaced at its own instant never was in force.
    """
    ends = [*(rate.at for rate in rates[1:]), FOREVER]
    return [(rate, end) for rate, end in zip(rates, ends, strict=False) if rate.at < end]


def running(lines: Lines, agents: tuple[str, ...]) -> list[Span]:
    """Return the half-open spans in which any of `agents` ran."""
    return merged(
        (rate.at, end)
        for key, rates in lines.items()
        if agent_of(key) in agents
        for rate, end in in_force(rates)
        if rate.rate > 0
    )


def per_kg(rate: Rate, weights: list[Weight], baseline: float | None) -> float | None:
    """Return a rate in ug/kg/min; None when the weight it needs is unknown.

    It is converted with the latest weight not after its `at`, else with the baseline.
    """
    if rate.per_kg or rate.rate == 0:
        return rate.rate
    weight = at_or_before(weights, rate.at)
    weight = baseline if weight is None else weight
    return None if weight is None else round(rate.rate / weight, 4)


def total(lines: Lines, agent: str, weights: list[Weight], baseline: float | None) -> list[Segment]:
    """Return the agent's rate in all its lines over time; empty when it was never charted."""
    agent_lines = [in_force(lines[key]) for key in sorted(lines) if agent_of(key) == agent]
    moments = sorted({rate.at for line in agent_lines for rate, _ in line})
    return [_segment(t, agent_lines, weights, baseline) for t in moments]


def _segment(
    t: int, lines: list[list[tuple[Rate, int]]], weights: list[Weight], baseline: float | None
) -> Segment:
    now = [rate for line in lines for rate, end in line if rate.at <= t < end]
    values = [None if rate.rank < 0 else per_kg(rate, weights, baseline) for rate in now]
    known = [value for value in values if value is not None]
    all_known = len(known) == len(values)
    return Segment(t, round(sum(known), 9) if all_known else None, tuple(rate.reference for rate in now))


def segment_at(segments: list[Segment], t: int) -> Segment | None:
    """Return the segment in force at moment `t`; None before the first rate."""
    found = None
    for segment in segments:
        if segment.at > t:
            break
        found = segment
    return found


def rate_at(segments: list[Segment], t: int) -> float | None:
    """Return the rate in force at moment `t`, ug/kg/min.

    0 when none was ever charted, None when it is unknown.
    """
    segment = segment_at(segments, t)
    return 0.0 if segment is None else segment.rate


def overlapping(segments: list[Segment], start: int, end: int) -> list[Segment]:
    """Return the segments in force at some moment of [start, end], one carried in from before included."""
    out = []
    for i, segment in enumerate(segments):
        until = segments[i + 1].at if i + 1 < len(segments) else FOREVER
        if segment.at <= max(start, end) and until > start:
            out.append(segment)
    return out
