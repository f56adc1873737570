"""Urine collections: from when to when each ran, and what of them falls into a window (criteria.md section 3, urine)."""

import msgspec

from rules.chart.facts import Reference, Volume


class Collection(msgspec.Struct, frozen=True):
    """mL between two moments; `start == end`: its rate is unknown, it covers no time and counts wholly at its end."""

    start: int
    end: int
    volume: float
    first: int
    reference: Reference

    def share(self, start: int, end: int) -> float:
        """mL that fall into (start, end], taken as evenly spread."""
        if self.start == self.end:
            return self.volume if start < self.end <= end else 0.0
        inside = min(end, self.end) - max(start, self.start)
        return self.volume * inside / (self.end - self.start) if inside > 0 else 0.0

    def reaches(self, start: int, end: int) -> bool:
        if self.start == self.end:
            return start < self.end <= end
        return self.start < end and self.end > start


def resolved(volumes: list[Volume], longest: int) -> list[Collection]:
    """Collections in order of their end. Without a charted start: from the end of the latest one that ended strictly earlier,
    unless nothing ended in the `longest` before.
    """
    out: list[Collection] = []
    earlier: int | None = None
    last: int | None = None
    for volume in volumes:
        if last is not None and volume.at > last:
            earlier = last
        last = volume.at
        start = volume.start
        if start is None:
            start = earlier if earlier is not None and volume.at - earlier <= longest else volume.at
        out.append(Collection(start, volume.at, volume.volume, volume.first, volume.reference))
    return out


def covered(collections: list[Collection], start: int, end: int) -> int:
    """ms of (start, end] in which some collection ran."""
    time, until = 0, start
    for one in sorted(collections, key=lambda c: c.start):
        a, b = max(one.start, until), min(one.end, end)
        if b > a:
            time += b - a
            until = b
    return time


def volume(collections: list[Collection], start: int, end: int) -> float:
    """mL within (start, end]."""
    return sum(one.share(start, end) for one in collections)
