"""A simulated ward as senders have it: mistakes corrected later, messages that come again, two connections."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from rules.wire.instants import MINUTE, parse, text
from simulators.interfaces.fhir_r4 import FhirWriter
from simulators.interfaces.hl7_v2 import Hl7Writer
from tests.streams.feeds.test_fhir import bundle

Resource = dict[str, Any]
MENDED_AFTER = 20 * MINUTE


class Spoken(NamedTuple):
    """What a sender makes of a record: its requests or messages, none for what stays `native`."""

    patient: str
    native: bytes
    requests: list[Any]


def mistaken(records: list[bytes], seed: int, share: float) -> list[bytes]:
    """Return a ward in which some sets of readings are charted with a wrong value first, then corrected."""
    chance, found = random.Random(seed), list[tuple[int, bytes]]()
    for line in records:
        record = json.loads(line)
        known = parse(record.get("known") or record["at"])
        number = _a_number(record, chance) if chance.random() < share else None
        if number is None:
            found.append((known, line))
            continue
        wrong = json.loads(line)
        wrong["readings"][number]["value"] = round(record["readings"][number]["value"] * 1.1, 2)
        mended = record | {"status": "corrected", "known": text(known + MENDED_AFTER)}
        found += [(known, json.dumps(wrong).encode()), (known + MENDED_AFTER, json.dumps(mended).encode())]
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _a_number(record: Resource, chance: random.Random) -> int | None:
    """Return the place of a reading with a number; None for a record that has none."""
    places = [
        place
        for place, reading in enumerate(record.get("readings", ()))
        if record["type"] in ("vitals", "labs") and isinstance(reading.get("value"), int | float)
    ]
    return chance.choice(places) if places else None


def _silent(records: list[bytes], types: tuple[str, ...]) -> Iterator[Resource]:
    """Yield the records, every second correction of these types as a final result with another value."""
    silent = False
    for line in records:
        record = json.loads(line)
        if record.get("status") == "corrected" and record["type"] in types:
            silent = not silent
            record |= {"status": None} if silent else {}
        yield record


def spoken(records: list[bytes], seed: int, again: float) -> Iterator[Spoken]:
    """Yield what a sender of FHIR makes of each record. `again`: the share that comes once more."""
    writer = FhirWriter()
    written = (writer.resources(record) for record in _silent(records, ("vitals", "labs")))
    requests = ([] if resources is None else [_request(resources)] for resources in written)
    yield from _resent(records, requests, seed, again)


def spoken_hl7(records: list[bytes], seed: int, again: float) -> Iterator[Spoken]:
    """Yield what senders of HL7 v2 make of each record. `again`: the share that comes once more.

    A monitor says C when it corrects; a laboratory may say F.
    """
    message = Hl7Writer().message
    messages = (message(record, number) for number, record in enumerate(_silent(records, ("labs",)), 1))
    yield from _resent(records, ([] if data is None else [data] for data in messages), seed, again)


def _resent(records: list[bytes], requests: Iterable[list[Any]], seed: int, again: float) -> Iterator[Spoken]:
    """Yield each record's requests, some of them with an earlier one of the same patient behind."""
    chance, earlier = random.Random(seed), defaultdict[str, list[Any]](list)
    for line, own in zip(records, requests, strict=True):
        patient = str(json.loads(line)["patient"])
        sent = list(own)
        if sent and chance.random() < again:
            sent.append(chance.choice([*earlier[patient][-8:], *own]))
        earlier[patient] += own
        yield Spoken(patient, line, sent)


def _request(resources: list[Resource]) -> Resource:
    return resources[0] if len(resources) == 1 else bundle("batch", *resources)


def deliver(entries: list[Spoken], send: Callable[[list[Any]], None]) -> None:
    """Send each patient's requests in order, half of the patients over either of two connections.

    `send` sends a list of requests over a connection of its own. What it raises is raised here.
    """
    patients = sorted({each.patient for each in entries})
    with ThreadPoolExecutor(2) as pool:
        halves = [
            [request for each in entries if each.patient in half for request in each.requests]
            for half in (patients[::2], patients[1::2])
        ]
        for done in [pool.submit(send, half) for half in halves]:
            done.result()
