"""A simulated ward rendered as HL7 and fed back gives the alerts of the native file (docs/spec/feeds.md)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from rules.wire.alerts import record as alert_record
from rules.wire.events import Event
from rules.wire.instants import MINUTE
from rules.wire.vocabulary import FINDINGS, IO_KINDS, VALUE_FINDINGS, WITH_SPECIMEN, Specimen
from simulators.interfaces.hl7_v2 import Hl7Writer, site_map
from streams.cli.main import main
from streams.config.feeds import FeedTable, PatientIds
from streams.feeds import configured
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.hl7.handling import handle
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import SentFinding, encode
from tests.streams.samples import record

AHEAD = 15 * MINUTE


def ward(folder: Path, scenario: str, patients: int, seed: int, days: float) -> list[bytes]:
    """Return the records of a simulated ward, in order of knowing."""
    path = folder / "ward.jsonl"
    arguments = ["--patients", str(patients), "--seed", str(seed), "--days", str(days), "-o", str(path)]
    arguments += ["--vitals", "hourly"]
    assert main(["simulate", scenario, *arguments]) == 0
    return path.read_bytes().splitlines()


def rules(folder: Path) -> FeedRules:
    (folder / "sim.csv").write_text(site_map(IO_KINDS, tuple(sorted(FINDINGS))), encoding="utf-8")
    table = FeedTable(
        kind="mllp",
        patient=PatientIds(authorities=("SIM",)),
        raw="final",
        map=("builtin:mdc", "builtin:loinc", "builtin:rxnorm", "builtin:words", "sim.csv"),
    )
    return configured.rules("sim", table, folder, imported=True)


def messages(records: Iterable[bytes]) -> list[bytes | None]:
    """Return the message of each record; None for what has none."""
    writer = Hl7Writer()
    return [writer.message(json.loads(line), number) for number, line in enumerate(records, 1)]


def through(records: list[bytes], sent: list[tuple[int, bytes]], feed: FeedRules) -> list[bytes]:
    """Return what a feed makes of messages, each sent for the record at its place; the others stay native."""
    tables, found, spoken = Tables(), [], {place for place, _ in sent}
    by_place: dict[int, list[bytes]] = {}
    for place, data in sent:
        by_place.setdefault(place, []).append(data)
    for place, line in enumerate(records):
        for data in by_place.get(place, []):
            handled = handle(data, feed, tables, 0).handled
            assert handled.refused == []
            tables.stored(handled.rates, {})
            found += [encode(event) for event in handled.events]
        if place not in spoken:
            found.append(line)
    return found


def alerts(lines: Iterable[bytes]) -> list[dict[str, object]]:
    """Return the alerts of a file, without evidence, `decided`, `seq` and the ids that hash it."""
    events: list[Event] = []
    for line in lines:
        event, _ = decode(line, ahead=AHEAD)
        if event is not None:
            events.append(event)
    events.sort(key=lambda event: event.known)
    found = []
    for alert in fold(events, SCHWARTZENTRUBER_2001, None, False).alerts:
        published = msgspec.to_builtins(alert_record(alert))
        found.append({key: published[key] for key in published.keys() - {"evidence", "decided", "seq", "id"}})
    return sorted(
        found, key=lambda alert: (str(alert["at"]), str(alert["patient"]), json.dumps(alert, sort_keys=True))
    )


def rendered(records: list[bytes]) -> list[tuple[int, bytes]]:
    return [(place, data) for place, data in enumerate(messages(records)) if data is not None]


def test_every_fact_of_a_ward_but_the_stay_of_therapy_has_a_message(tmp_path: Path) -> None:
    records = ward(tmp_path, "typical-course", 1, 5, 3)
    native = [json.loads(line) for line, data in zip(records, messages(records), strict=True) if data is None]
    assert {str(record.get("event") or record["type"]) for record in native} <= {
        "baseline", "cycle-start", "therapy-end", "ack", "silence", "resume", "accept", "tick",
    }  # fmt: skip


def test_every_finding_comes_back_with_its_specimen(tmp_path: Path) -> None:
    feed, named = rules(tmp_path), [(code, None) for code in sorted(set(FINDINGS) - set(VALUE_FINDINGS))]
    for code, specimen in (*named, *((WITH_SPECIMEN, each) for each in get_args(Specimen))):
        one = record("finding", "f1", "2026-03-02T10:00:00Z", code=code, present=True, specimen=specimen)
        data = Hl7Writer().message(one, 1)
        assert data is not None
        (event,) = handle(data, feed, Tables(), 0).handled.events
        assert isinstance(event, SentFinding)
        assert (event.code, event.present, event.specimen) == (code, True, specimen)


def test_a_discharge_that_is_taken_back_without_saying_so_is_a13(tmp_path: Path) -> None:
    """A record that withdraws an event of a stay does not name the event: only its id."""
    records = ward(tmp_path, "discharge-in-error", 1, 5, 3)
    sent = rendered(records)
    types = [data.split(b"|", 9)[8] for _, data in sent]
    assert (types.count(b"ADT^A03^ADT_A03"), types.count(b"ADT^A13^ADT_A13")) == (1, 1)
    assert alerts(through(records, sent, rules(tmp_path))) == alerts(records)


@pytest.mark.slow
def test_ten_patients_give_the_same_alerts_through_the_feed(tmp_path: Path) -> None:
    records = ward(tmp_path, "ward", 10, 7, 2)
    fed = through(records, rendered(records), rules(tmp_path))
    wanted = alerts(records)
    assert len(wanted) > 50
    assert alerts(fed) == wanted


@pytest.mark.slow
def test_resent_late_and_out_of_order_they_still_do(tmp_path: Path) -> None:
    """Each message may come again, at once or some messages later: nothing changes."""
    records = ward(tmp_path, "ward", 3, 11, 2)
    chance, messages = random.Random(11), rendered(records)
    again = [
        (messages[min(number + chance.randrange(20), len(messages) - 1)][0], data)
        for number, (_, data) in enumerate(messages)
        if chance.random() < 0.3
    ]
    fed = through(records, messages + again, rules(tmp_path))
    assert alerts(fed) == alerts(records)
