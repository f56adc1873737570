"""What the tests of the feeds share: the samples, the feeds of site.toml, an event as one line."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from streams.config.section import parsed
from streams.feeds import configured
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.hl7.acknowledging import Sign, answers
from streams.feeds.mapping.hl7.handling import Answered, handle
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import (
    SentDose,
    SentEncounter,
    SentFinding,
    SentInfusion,
    SentIo,
    SentMedication,
    SentReading,
    WireEvent,
    kind_of,
)

HERE = Path(__file__).parent
SAMPLES = HERE / "samples"
SIGN = Sign(datetime(2026, 3, 2, 12, 5, 1, tzinfo=UTC), "W0001")
NOW = 1_772_467_200_000


@cache
def rules(name: str) -> FeedRules:
    """Return the rules of a feed of site.toml."""
    path = HERE / "site.toml"
    return configured.feeds(parsed(path.read_text(encoding="utf-8"), str(path)))[name][1]


def sample(number: str) -> bytes:
    """Return the bytes of an HL7 sample by its number."""
    (path,) = SAMPLES.glob(f"hl7/{number}-*.hl7")
    return path.read_bytes()


def given(data: bytes, feed: str = "strict", tables: Tables | None = None) -> Answered:
    """Return what a message gives in a feed."""
    return handle(data, rules(feed), Tables() if tables is None else tables, NOW)


def answered(found: Answered) -> tuple[str, ...]:
    """Return MSA-1 of each answer."""
    if found.header is None or not found.answerable:
        return ()
    texts = answers(found.header, found.handled.verdict, SIGN)
    return tuple(text.split("\r")[1].split(found.header.delimiters.field)[1] for text in texts)


def lines(handled: Handled) -> tuple[str, ...]:
    """Return the events, a line each."""
    return tuple(map(line, handled.events))


def line(event: WireEvent) -> str:
    """Return an event as one line: kind, patient, time, what it says, status unless it is final."""
    parts = [kind_of(event), event.patient, event.at, *_content(event)]
    return " ".join([*parts, *([event.status] if event.status != "final" else [])])


def _content(event: WireEvent) -> list[str]:
    if isinstance(event, SentIo):
        start = [f"from {event.start}"] if event.start else []
        return [f"{event.direction}/{event.kind}={_number(event.volume)}", event.unit or "", *start]
    if isinstance(event, SentDose):
        amount = [f"{event.agent}={_number(event.amount)}", event.unit or ""]
        return [*amount, "given" if event.given else f"held: {event.reason}"]
    if isinstance(event, SentInfusion):
        return [f"{event.agent}={_number(event.rate)}", event.unit or "", f"line={event.line}"]
    if isinstance(event, SentMedication):
        return [f"{event.agent}={_number(event.amount)}", event.unit or "", event.route or ""]
    if isinstance(event, SentFinding):
        found = event.value if event.present is None else ("no", "yes")[event.present]
        return [f"{event.code}={found}", *([event.specimen] if event.specimen else [])]
    if isinstance(event, SentEncounter):
        return [event.event, *([event.location] if event.location else [])]
    return [word for reading in getattr(event, "readings", ()) for word in _reading(reading)]


def _reading(reading: SentReading) -> list[str]:
    limits = (
        []
        if reading.low is None and reading.high is None
        else [f"{_number(reading.low)}..{_number(reading.high)}"]
    )
    value = f"{reading.code}={reading.comparator or ''}{_number(reading.value)}"
    return [value, *([reading.unit] if reading.unit else []), *limits]


def _number(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.10g}"
