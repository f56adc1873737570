"""A simulated ward rendered as FHIR and fed back gives the alerts of the native file (docs/spec/feeds.md)."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import msgspec
import pytest

from simulators.interfaces.fhir_r4 import SIM, FhirWriter
from streams.feeds import map_files
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.fhir.handling import handle
from streams.feeds.mapping.patients import PatientRules
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import encode
from tests.streams.feeds.sent_wards import mistaken, spoken
from tests.streams.feeds.test_round_trip import alerts, rules, ward


def feed(folder: Path) -> FeedRules:
    """The rules of the HL7 round trip, whose site codes come here in a system of their own."""
    made = rules(folder)
    path = folder / "sim.csv"
    path.write_text(path.read_text().replace("SIM,", f"{SIM},"), encoding="utf-8")
    names = ("builtin:loinc", "builtin:rxnorm", "builtin:words", "sim.csv")
    codes = map_files.loaded(names, folder)
    return msgspec.structs.replace(made, codes=codes, patient=PatientRules())


def through(records: list[bytes], rules: FeedRules, again: float = 0.0, seed: int = 1) -> list[bytes]:
    """What the feed makes of a ward's resources, in order; what has no resource stays native.

    `again`: the share of requests that come once more, at once or some requests later.
    """
    tables, found = Tables(), list[bytes]()
    for each in spoken(records, seed, again):
        found += [] if each.requests else [each.native]
        for request in each.requests:
            handled = handle(json.dumps(request).encode(), rules, tables, 0).handled
            assert handled.refused == []
            found += [encode(event) for event in handled.events]
    return found


def test_every_fact_of_a_ward_but_the_stay_of_therapy_has_a_resource(tmp_path: Path) -> None:
    writer = FhirWriter()
    records = [json.loads(line) for line in ward(tmp_path, "typical-course", 2, 5, 3)]
    native = [record for record in records if writer.resources(record) is None]
    assert {str(record.get("event") or record["type"]) for record in native} <= {
        "baseline", "cycle-start", "therapy-end", "ack", "silence", "resume", "accept", "tick",
    }  # fmt: skip


def test_a_discharge_that_is_taken_back_without_saying_so_opens_the_stay_again(tmp_path: Path) -> None:
    records = ward(tmp_path, "discharge-in-error", 1, 5, 3)
    stays = [
        one["status"]
        for each in spoken(records, 1, 0.0)
        for one in each.requests
        if one["resourceType"] == "Encounter"
    ]
    assert [status for status, _ in groupby(stays)] == ["in-progress", "finished", "in-progress"]
    assert alerts(through(records, feed(tmp_path))) == alerts(records)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("patients", "again", "wrong"),
    [(10, 0.0, 0.0), (3, 0.3, 0.2)],
    ids=["once", "some come again, some are corrected"],
)
def test_patients_give_the_same_alerts_through_the_feed(
    patients: int, again: float, wrong: float, tmp_path: Path
) -> None:
    records = mistaken(ward(tmp_path, "ward", patients, 7, 3), 7, wrong)
    wanted = alerts(records)
    assert len(wanted) > 30
    assert alerts(through(records, feed(tmp_path), again)) == wanted
