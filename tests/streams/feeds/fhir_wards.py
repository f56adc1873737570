"""A simulated ward as a sender of FHIR has it: mistakes corrected later, resources that come again."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from rules.wire.instants import MINUTE, parse, text
from simulators.interfaces.fhir_r4 import FhirWriter
from tests.streams.feeds.test_fhir import bundle

Resource = dict[str, Any]
MENDED_AFTER = 20 * MINUTE


class Spoken(NamedTuple):
    """What a sender makes of a record: its requests, none for what has no resource and stays `native`."""

    patient: str
    native: bytes
    requests: list[Resource]


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


def spoken(records: list[bytes], seed: int, again: float) -> Iterator[Spoken]:
    """Yield what a sender makes of each record. `again`: the share of requests of a patient that come once more.

    Every second correction does not say that it is one: a final result with another value.
    """
    writer, chance, silent = FhirWriter(), random.Random(seed), False
    earlier: defaultdict[str, list[Resource]] = defaultdict(list)
    for line in records:
        record = json.loads(line)
        patient = str(record["patient"])
        if record.get("status") == "corrected":
            silent = not silent
            record |= {"status": None} if silent else {}
        resources = writer.resources(record)
        requests = [] if resources is None else [_request(resources)]
        if requests and chance.random() < again:
            requests.append(chance.choice([*earlier[patient][-8:], *requests]))
        earlier[patient] += requests[:1]
        yield Spoken(patient, line, requests)


def _request(resources: list[Resource]) -> Resource:
    return resources[0] if len(resources) == 1 else bundle("batch", *resources)
