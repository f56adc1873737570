"""Say on one page what captured traffic holds, before a feed goes live: without patient data.

Source: docs/spec/feeds.md, Commands (`feed check`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from rules.wire.instants import BadTime
from rules.wire.refusals import UNMAPPED
from streams.feeds.mapping.code_map import Coding, Disagrees, MapRow
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import Handled, RefusedPart
from streams.feeds.mapping.hl7.charsets import UnknownCharset, decoded
from streams.feeds.mapping.hl7.context import entity, identifiers
from streams.feeds.mapping.hl7.observation import codings, grouped
from streams.feeds.mapping.hl7.splitting import Message, NoMessage, Segment, split
from streams.feeds.mapping.times import resolve, zones
from streams.feeds.offline import Captured

SHOWN = (1, 2, 3, 4, 5, 6, 7, 8, 11, 14)
"""The fields of an OBX that a sample shows: none that names a person or a device."""
MOST_ROWS = 40
DOUBTED = {
    "silent-correction": "corrections that do not say so",
    "name-changed": "names changed under one id",
    "identity-changed": "ids changed of one Patient",
    "lost-notifications": "notifications lost",
}
"""What is counted and may mean a fault of the sender, in words."""


class CodeReport(msgspec.Struct):
    """What became of one code."""

    code: str
    text: str
    times: int = 0
    patients: set[str] = msgspec.field(default_factory=set)
    becomes: str = UNMAPPED
    units: Counter[str] = msgspec.field(default_factory=Counter)
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    sample: str = ""


class CheckReport(msgspec.Struct):
    """What captured traffic holds. No value of a patient is in it."""

    paths: set[str] = msgspec.field(default_factory=set)
    messages: int = 0
    requests: int = 0
    types: Counter[str] = msgspec.field(default_factory=Counter)
    not_taken: Counter[str] = msgspec.field(default_factory=Counter)
    events: Counter[str] = msgspec.field(default_factory=Counter)
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    first_refused: dict[str, str] = msgspec.field(default_factory=dict)
    tally: Counter[str] = msgspec.field(default_factory=Counter)
    authorities: Counter[str] = msgspec.field(default_factory=Counter)
    control_ids_reused: int = 0
    versions_reused: int = 0
    without_id: int = 0
    without_zone: int = 0
    ahead: int = 0
    serial_draws: set[str] = msgspec.field(default_factory=set)
    codes: dict[str, CodeReport] = msgspec.field(default_factory=dict)

    @property
    def files(self) -> int:
        """How many files held anything."""
        return len(self.paths)

    @property
    def unmapped(self) -> list[CodeReport]:
        """The codes that carry values and that the map does not know, the commonest first."""
        found = [code for code in self.codes.values() if code.becomes == UNMAPPED]
        return sorted(found, key=lambda code: (-code.times, code.code))

    @property
    def clean(self) -> bool:
        """Whether something was found, and nothing of it is unmapped or refused."""
        return bool(self.paths) and not self.unmapped and not self.refused and not self.not_taken

    def count(self, path: str, place: str, handled: Handled) -> None:
        """Count what a message or request gave. `place`: where it stands, as `file: message 1`."""
        self.paths.add(path)
        for (what, label), number in handled.tally.items():
            if what == "events":
                self.events[label] += number
            elif what not in ("refused", UNMAPPED, "ignored", "not-taken"):
                self.tally[f"{what} {label}".strip()] += number
        for part in handled.refused:
            self.refused[part.reason] += 1
            text = f"{place}: {part.segment} {part.number}: {part.message}"
            self.first_refused.setdefault(part.reason, text)
        if not handled.verdict.taken and not handled.refused:
            self.not_taken[f"{handled.verdict.code} {handled.verdict.text}"] += 1

    def code(self, named: str, coding: Coding) -> CodeReport:
        """Return what is counted of a code. `named`: where it stands and what it is, as `OBX LN 2160-0`."""
        return self.codes.setdefault(named, CodeReport(coding.named, coding.text[:60]))


class Order(NamedTuple):
    """A result's order and code, to find serial draws."""

    order: str
    code: str


class Checker:
    """Counts messages of HL7 v2 in a report."""

    def __init__(self, rules: FeedRules, report: CheckReport) -> None:
        self.rules, self.report = rules, report
        self.control_ids: dict[tuple[str, str], bytes] = {}
        self.draws: defaultdict[Order, set[str]] = defaultdict(set)

    def add(self, found: Captured) -> None:
        """Count a message."""
        handled = found.answered.handled
        self.report.messages += 1
        self.report.count(found.path, f"{found.path}: message {found.number}", handled)
        self._count_header(found)
        message = self._split(found.data)
        used = handled.verdict.taken and not handled.tally["skipped", "ignored-type"]
        if message is not None and used:
            self._count_patients(message)
            self._count_codes(message, handled.refused)

    def _split(self, data: bytes) -> Message | None:
        try:
            return split(decoded(data, self.rules.charset, self.rules.second_charset).text)
        except (UnknownCharset, NoMessage):
            return None

    def _count_header(self, found: Captured) -> None:
        header = found.answered.header
        if header is None:
            self.report.types["(no message)"] += 1
            return
        self.report.types[header.named or "(no type)"] += 1
        before = self.control_ids.setdefault((header.sender[0], header.control_id), found.data)
        self.report.control_ids_reused += before != found.data
        self.report.without_zone += zones(header.time, self.rules.time_zone)[:2] == (None, None)

    def _count_patients(self, message: Message) -> None:
        for pid in (segment for segment in message.segments if segment.name == "PID"):
            for each in identifiers(pid, 3):
                named = "/".join(each.authorities) or "(no authority)"
                counts = "used" if self.rules.patient.counts(each) else "not used"
                self.report.authorities[f"{named} type {each.type or '(none)'}: {counts}"] += 1

    def _count_codes(self, message: Message, refused: Iterable[RefusedPart]) -> None:
        reasons = {(part.segment, part.number): part.reason for part in refused}
        patient = ""
        for segment in message.segments:
            if segment.name == "PID":
                patient = "".join(each.id for each in identifiers(segment, 3)[:1])
            elif segment.name in ("OBX", "RXA") and segment.raw(5).strip():
                self._count_code(segment, patient, reasons.get((segment.name, segment.number)))
        for group in grouped(message.segments):
            order = entity(group.obr, 3) or entity(group.obr, 2)
            for obx in group.observations:
                time = obx.text(14) or group.obr.text(7)
                code = next(iter(codings(obx, 3)), Coding("", "")).named
                self._count_time(obx, Order(order, code), time, message)

    def _count_time(self, obx: Segment, order: Order, time: str, message: Message) -> None:
        row = self._row(obx)[1]
        if isinstance(row, MapRow) and row.type == "labs" and order.order and obx.raw(5):
            self.draws[order].add(time)
            if len(self.draws[order]) > 1:
                self.report.serial_draws.add(order.code)
        try:
            in_zone = zones(message.header.text(7), self.rules.time_zone)
            self.report.ahead += resolve(time, in_zone) > resolve(message.header.text(7), in_zone) + 60_000
        except BadTime:
            return

    def _row(self, segment: Segment) -> tuple[Coding, object]:
        field = 5 if segment.name == "RXA" else 3
        found = codings(segment, field)
        sub_id, unit = (segment.text(4), segment.text(6)) if segment.name == "OBX" else ("", "")
        return self.rules.codes.find(found, sub_id, unit)

    def _count_code(self, segment: Segment, patient: str, reason: str | None) -> None:
        coding, row = self._row(segment)
        named = f"{segment.name} {coding.named}"
        code = self.report.code(named, coding)
        code.times += 1
        code.patients.add(patient)
        unit = segment.first(6 if segment.name == "OBX" else 7)
        code.units[unit or "(none)"] += 1
        code.becomes = _becomes(row, segment.name)
        if reason is not None:
            code.refused[reason] += 1
        if not code.sample and (reason is not None or code.becomes == UNMAPPED):
            code.sample = masked(segment)


def _becomes(row: object, segment: str) -> str:
    if isinstance(row, Disagrees):
        return "code-disagrees"
    if isinstance(row, MapRow):
        return f"{row.type} {row.our_code}".strip()
    return "medication by its name" if segment == "RXA" else UNMAPPED


def masked(segment: Segment) -> str:
    """Return a segment with the fields that name nobody; a text value is masked, a number shown."""
    fields = [segment.name]
    for place in range(1, max(SHOWN) + 1):
        text = segment.raw(place) if place in SHOWN else ""
        fields.append(text if place != 5 or segment.name == "RXA" or is_plain(text) else "...")
    return segment.delimiters.field.join(fields).rstrip(segment.delimiters.field)


def is_plain(text: str) -> bool:
    """Return whether a value is a number, and so may be shown as a sample."""
    return len(text) <= 12 and not any(letter.isalpha() for letter in text)


def page(report: CheckReport, feed: str) -> Iterator[str]:
    """Yield the report for people, the first line the verdict."""
    yield _verdict(report)
    sizes = {
        "files": report.files,
        "messages": report.messages,
        "resources and bundles": report.requests,
    }
    yield f"feed {feed}: " + ", ".join(f"{number:,} {what}" for what, number in sizes.items() if number)
    yield from _listed("types", report.types)
    yield from _listed("gives events", report.events)
    yield from _listed("message types not taken", report.not_taken)
    for reason, number in report.refused.most_common():
        yield f"refused {reason}: {number:,}, first {report.first_refused[reason]}"
    yield from _listed("patient ids", report.authorities)
    yield from _listed("also", report.tally)
    yield from _remarks(report)
    yield from _codes(report)


def _verdict(report: CheckReport) -> str:
    if not report.paths:
        return "nothing was found: no message, no resource"
    doubts = [f"{what} {number:,}" for what, number in _doubts(report) if number]
    return _faults(report) + (f"; look at: {', '.join(doubts)}" if doubts else "")


def _doubts(report: CheckReport) -> Iterator[tuple[str, int]]:
    """Yield what is used and may yet be wrong, with how often."""
    yield "control ids used again", report.control_ids_reused
    yield "versions used again", report.versions_reused
    yield "readings later than their message", report.ahead
    yield "codes with serial draws", len(report.serial_draws)
    for what, words in DOUBTED.items():
        yield words, sum(number for name, number in report.tally.items() if name.partition(" ")[0] == what)


def _faults(report: CheckReport) -> str:
    if report.clean:
        return "everything is mapped, nothing is refused"
    unmapped = len(report.unmapped)
    parts = [f"{unmapped} code{'s' * (unmapped != 1)} not mapped"] if unmapped else []
    parts += [f"{reason} {number:,}" for reason, number in report.refused.most_common()]
    parts += [f"not taken {report.not_taken.total():,}"] if report.not_taken else []
    return "; ".join(parts)


def _listed(title: str, found: Counter[str]) -> Iterator[str]:
    if found:
        yield f"{title}: " + ", ".join(f"{name} {number:,}" for name, number in found.most_common(MOST_ROWS))


def _remarks(report: CheckReport) -> Iterator[str]:
    if report.control_ids_reused:
        yield f"control ids used again for other messages: {report.control_ids_reused:,}"
    if report.versions_reused:
        yield f"versions of a resource with other contents each time: {report.versions_reused:,}"
    if report.without_id:
        yield f"resources without an id or identifier: {report.without_id:,}; they cannot be corrected"
    if report.without_zone:
        yield f"messages whose times have no zone: {report.without_zone:,}; state time-zone"
    if report.ahead:
        yield f"readings a minute and more later than their message: {report.ahead:,}; whose clock is wrong?"
    if report.serial_draws:
        drawn = ", ".join(sorted(report.serial_draws)[:MOST_ROWS])
        yield f"several draws under one order number: {drawn}; consider id-time = true"


def _codes(report: CheckReport) -> Iterator[str]:
    others = (code for code in report.codes.values() if code.becomes != UNMAPPED)
    ordered = [*report.unmapped, *sorted(others, key=lambda code: (-code.times, code.code))]
    if ordered:
        yield "codes (times, patients, becomes, units, refused):"
    for code in ordered[:MOST_ROWS]:
        units = ", ".join(unit for unit, _ in code.units.most_common(4))
        refused = "".join(f"  {reason} {number}" for reason, number in code.refused.items())
        counted = f"{code.times:,}, {len(code.patients)}, {code.becomes}, {units}{refused}"
        yield f"  {code.code} {code.text}: {counted}"
        if code.sample:
            yield f"    {code.sample}"
    if len(ordered) > MOST_ROWS:
        yield f"  and {len(ordered) - MOST_ROWS} more (--json lists all)"


class CodeRecord(msgspec.Struct):
    """A code of the report as JSON."""

    code: str
    text: str
    times: int
    patients: int
    becomes: str
    units: dict[str, int]
    refused: dict[str, int]
    sample: str


def as_record(report: CheckReport) -> dict[str, object]:
    """Return the report as JSON, patients as numbers of them."""
    codes = [
        CodeRecord(
            code.code, code.text, code.times, len(code.patients), code.becomes, dict(code.units),
            dict(code.refused), code.sample,
        )
        for code in report.codes.values()
    ]  # fmt: skip
    names = [name for name in CheckReport.__struct_fields__ if name not in ("codes", "paths")]
    plain = {"files": report.files} | {name: getattr(report, name) for name in names}
    plain["serial_draws"] = sorted(report.serial_draws)
    return {"verdict": _verdict(report), "clean": report.clean, **plain, "codes": codes}
