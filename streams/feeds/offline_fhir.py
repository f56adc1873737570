"""Map FHIR files offline: resources, bundles and bulk exports (ndjson), a request at a time.

Source: docs/spec/feeds.md, Commands.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple, cast

import msgspec

from rules.wire.instants import Instant
from streams.errors import UsageError
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.fhir import patients
from streams.feeds.mapping.fhir.context import Context
from streams.feeds.mapping.fhir.handling import Answered, contents, handle
from streams.feeds.mapping.fhir.resources import Patient
from streams.feeds.mapping.patients import Alias, Linkage
from streams.feeds.mapping.tables import Tables

LINES = (".ndjson", ".jsonl")
PATIENT = b'"Patient"'
LEAD = 64
"""Bytes by which a file of JSON is known."""


class Requested(NamedTuple):
    """A resource or bundle of a file: where it stands, its bytes, and what it gives."""

    path: str
    number: int
    data: bytes
    answered: Answered


def requested(paths: Iterable[Path], rules: FeedRules, now: Instant) -> Iterator[Requested]:
    """Yield every resource and bundle of the files with what it gives, read a line at a time.

    `now`: the instant they count as come, ms. Raises UsageError for a file that cannot be read.
    """
    tables, found = Tables(), list(paths)
    tables.linkages.update(_linkages(found, rules))
    for path in found:
        for number, data in enumerate(requests(path), 1):
            answered = handle(data, rules, tables, now)
            merges = {merge.prior: Alias(merge.surviving, merge.at) for merge in answered.handled.merges}
            tables.stored({}, merges, answered.handled.linkages)
            yield Requested(str(path), number, data, answered)


def _linkages(paths: Iterable[Path], rules: FeedRules) -> Mapping[str, Linkage]:
    """Return which patient each Patient is: a bulk export holds them in a file of their own, in any order."""
    tables = Tables()
    if not rules.patient.authorities:
        return tables.linkages
    for data in (data for path in paths for data in requests(path) if PATIENT in data):
        held = contents(data)
        context = Context(rules, tables, 0, held.full_urls)
        for content in held.found:
            if isinstance(content.resource, Patient):
                patients.handle(content.resource, content.number, context)
        tables.linkages.update(context.handled.linkages)
    return tables.linkages


def is_fhir(path: Path) -> bool:
    """Return whether a file holds JSON, and not HL7 v2. Raises UsageError for one that cannot be read."""
    try:
        with _opened(path) as file:
            return file.read(LEAD).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    except (OSError, EOFError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def requests(path: Path) -> Iterator[bytes]:
    """Yield what a file holds: the lines of a bulk export, else the whole. Raises UsageError."""
    try:
        with _opened(path) as file:
            if path.suffix in LINES or path.with_suffix("").suffix in LINES:
                yield from (line for line in file if line.strip())
            else:
                yield from _whole(file.read())
    except (OSError, EOFError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _whole(data: bytes) -> Iterator[bytes]:
    """Yield a file as one request, or, if it is lines of JSON by another name, each line."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and all(_is_object(line) for line in lines):
        yield from lines
    elif data.strip():
        yield data.removeprefix(b"\xef\xbb\xbf")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except msgspec.DecodeError:
        return False
