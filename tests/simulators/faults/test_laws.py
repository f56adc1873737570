"""What holds for every fault and every mixture of them: nothing unasked, nothing unseeded, nothing
unaccounted for.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ingest.decode import decode
from rules.wire.instants import MINUTE
from simulators.faults import FAULTS, FaultLog, apply, parse
from tests.campaigns import examples
from tests.simulators.faults.feeds import START, Line, decoded, lines, spoiled, vitals, ward

RATES = {"of records": 0.3, "of labs": 0.3, "of vitals and labs": 0.3, "an hour": 4.0, "a patient-hour": 4.0}
HARD = {name: RATES[fault.of] for name, fault in FAULTS.items()}
SPEC = ",".join(f"{name}={rate:g}" for name, rate in HARD.items())

mixtures = st.lists(st.sampled_from(list(FAULTS)), unique=True, min_size=1).map(
    lambda names: ",".join(f"{name}={HARD[name]:g}" for name in names)
)
seeds = st.integers(0, 2**32)
LAW = settings(max_examples=examples(40))


def keyed(line: Line) -> tuple[str, str]:
    event = decoded(line)
    return event["patient"], event["id"]


@pytest.mark.parametrize("spec", ["", "none", *(f"{name}=0" for name in FAULTS)])
def test_a_rate_of_0_changes_nothing(spec: str) -> None:
    feed = ward(90)
    came, entries = spoiled(feed, spec)
    assert came == feed
    assert entries == []


@LAW
@given(mixtures, seeds)
def test_the_same_seed_gives_the_same_bytes(spec: str, seed: int) -> None:
    feed = ward(60)
    assert spoiled(feed, spec, seed) == spoiled(feed, spec, seed)


@pytest.mark.parametrize("name", list(FAULTS))
def test_another_seed_gives_other_bytes(name: str) -> None:
    feed = ward(240)
    assert spoiled(feed, f"{name}={HARD[name]}", 1) != spoiled(feed, f"{name}={HARD[name]}", 2)


@LAW
@given(mixtures, seeds)
def test_the_feed_stays_in_order_of_known_and_each_record_says_its_own(spec: str, seed: int) -> None:
    came, _ = spoiled(ward(120), spec, seed)
    assert [known for known, _ in came] == sorted(known for known, _ in came)
    for known, line in came:
        event, _ = decode(line)
        assert event is None or event.known == known


@LAW
@given(mixtures, seeds)
def test_every_record_that_is_not_as_it_came_is_in_the_ledger(spec: str, seed: int) -> None:
    feed = ward(120)
    came, entries = spoiled(feed, spec, seed)
    altered = Counter((entry["patient"], entry["id"]) for entry in entries if not entry["lost"])
    untouched = Counter(came) & Counter(feed)
    assert len(came) - untouched.total() <= altered.total()
    lost = Counter((entry["patient"], entry["id"]) for entry in entries if entry["lost"])
    sent = Counter(map(keyed, feed))
    gone = sent - Counter(keyed(line) for line in untouched.elements()) - altered
    assert gone == (lost & sent) - altered
    # What was lost and had not been sent, one fault had made before another lost it.
    made = [entry for entry in entries if entry["lost"] and (entry["patient"], entry["id"]) not in sent]
    assert all(len(entry["faults"]) > 1 for entry in made)


@LAW
@given(mixtures, seeds)
def test_the_decoder_refuses_exactly_what_the_ledger_says_it_should(spec: str, seed: int) -> None:
    came, entries = spoiled(ward(120), spec, seed)
    problems = [tuple(problem.reason for problem in decode(line)[1]) for _, line in came]
    expected = [tuple(entry["refused"]) for entry in entries if not entry["lost"] and entry["refused"]]
    assert Counter(filter(None, problems)) == Counter(expected)


@LAW
@given(seeds)
def test_all_faults_at_once_lose_nothing_that_the_ledger_does_not_call_lost(seed: int) -> None:
    feed = ward(120)
    came, entries = spoiled(feed, SPEC, seed)
    logged = {(entry["patient"], entry["id"]) for entry in entries}
    arrived = {keyed(line) for line in came if line in set(feed)}
    assert {keyed(line) for line in feed} <= arrived | logged


def test_the_ledger_counts_what_it_is_told() -> None:
    entries: list[dict[str, object]] = []
    fault_log = FaultLog(entries.append)
    came = list(apply(iter(ward(240)), SPEC, 3, fault_log))
    assert fault_log.counts["lost"] == sum(bool(entry["lost"]) for entry in entries)
    assert set(fault_log.counts["faults"]) == set(FAULTS)
    refused = Counter(problem.reason for _, line in came for problem in decode(line)[1])
    assert fault_log.counts["refused"] == dict(sorted(refused.items()))


def test_a_fault_more_moves_no_others_draws() -> None:
    """Drops are drawn record by record before anything behind them in the feed: they stay the same
    records.
    """
    alone = [entry["id"] for entry in spoiled(ward(240), "drop=0.1")[1]]
    others = [
        entry["id"]
        for entry in spoiled(ward(240), "drop=0.1,artefact=5,stuck=5,duplicate=0.3,garbled=0.2")[1]
        if entry["lost"]
    ]
    assert others == alone


@pytest.mark.parametrize("name", ["stuck", "artefact", "clock-skew"])
def test_what_befalls_one_patient_does_not_depend_on_who_lies_beside(name: str) -> None:
    spec = f"{name}=2"
    alone = spoiled(ward(600, patients=1), spec)[1]
    among = [entry for entry in spoiled(ward(600, patients=3), spec)[1] if entry["patient"] == "p1"]
    assert among == alone != []


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"tick","id":"t","patient":"*","at":"2026-03-02T07:00:00Z"}\n',
        b"not json\n",
        b'{"type":"vitals"}\n',
        b"\xff\xfe\n",
        b"[1]\n",
    ],
)
@pytest.mark.parametrize(
    "spec", ["drop=1", "garbled=1", "delay=1", "duplicate=1", "reorder=1", "outage=60", SPEC]
)
def test_a_line_that_names_no_patient_passes_untouched(line: bytes, spec: str) -> None:
    feed = [(START + number * MINUTE, line) for number in range(40)]
    assert spoiled(feed, spec) == (feed, [])


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_ends_as_it_came(end: bytes) -> None:
    feed = [(known, line.rstrip() + end) for known, line in lines(*(vitals(minute) for minute in range(60)))]
    came, entries = spoiled(feed, SPEC)
    assert entries
    assert {line.endswith(b"\n") for _, line in came} == {bool(end)}


def test_memory_holds_what_is_on_its_way_and_never_the_feed() -> None:
    """The first lines come out while the feed is still being read."""
    read = 0

    def reading() -> object:
        nonlocal read
        for line in ward(600):
            read += 1
            yield line

    assert next(iter(apply(reading(), parse("all"), 1))) == ward(600)[0]  # type: ignore[arg-type]
    assert read < 50


def test_an_entry_is_plain_data() -> None:
    _, entries = spoiled(ward(120), SPEC)
    assert msgspec.json.decode(msgspec.json.encode(entries)) == entries
