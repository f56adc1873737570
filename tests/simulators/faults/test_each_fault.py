"""What each fault does to a feed, alone."""

from __future__ import annotations

import pytest

from rules.ingest.decode import decode
from rules.wire.instants import HOUR, MINUTE, parse
from simulators.faults import FAULTS
from tests.simulators.faults.feeds import Line, decoded, finding, labs, lines, spoiled, value, vitals, ward

MONITOR = lines(*(vitals(minute) for minute in range(600)))


def stays(came: list[Line], feed: list[Line]) -> list[Line]:
    return [line for line in came if line in set(feed)]


def test_a_delayed_record_says_when_it_came_and_keeps_when_it_was_true() -> None:
    came, entries = spoiled(MONITOR, "delay=0.1")
    assert len(came) == len(MONITOR)
    assert 30 < len(entries) < 90
    for line in came:
        if line not in MONITOR:
            event = decoded(line)
            minutes = (parse(event["known"]) - parse(event["at"])) / MINUTE
            assert 1 <= minutes <= 240
            assert {"fault": "delay", "minutes": minutes} in [
                entry["faults"][0] for entry in entries if entry["id"] == event["id"]
            ]


def test_a_dropped_record_never_arrives() -> None:
    came, entries = spoiled(MONITOR, "drop=0.1")
    assert all(entry["lost"] for entry in entries)
    assert len(came) == len(MONITOR) - len(entries)
    assert 30 < len(entries) < 90


def test_what_is_charted_is_dropped_a_tenth_as_often_as_vitals() -> None:
    feed = lines(*(finding(minute) for minute in range(2000)))
    assert 2 <= len(spoiled(feed, "drop=0.1")[1]) <= 45


def test_a_duplicate_is_the_same_record_known_later() -> None:
    came, entries = spoiled(MONITOR, "duplicate=0.1")
    assert stays(came, MONITOR) == MONITOR
    assert len(came) == len(MONITOR) + len(entries)
    first = {decoded(line)["id"]: decoded(line) for line in MONITOR}
    for line in came:
        if line not in MONITOR:
            again = decoded(line)
            assert again | {"known": first[again["id"]]["known"]} == first[again["id"]]
            assert MINUTE <= parse(again["known"]) - parse(again["at"]) <= 30 * MINUTE


def test_a_reordered_record_is_overtaken_by_one_to_five_of_its_patient() -> None:
    came, entries = spoiled(MONITOR, "reorder=0.1")
    order = [int(decoded(line)["id"][1:]) for line in came]
    overtaken = {entry["id"] for entry in entries}
    assert overtaken
    for place, number in enumerate(order):
        passed = sum(other > number for other in order[:place])
        assert (1 <= passed <= 5) == (f"v{number}" in overtaken) or passed == 0


def test_nothing_waits_longer_than_an_hour_to_be_overtaken() -> None:
    last = finding(0) | {"type": "encounter", "event": "discharge", "id": "e1"}
    others = [vitals(minute, "p2") for minute in range(1, 200)]
    came, _ = spoiled(lines(last, *others), "reorder=1")
    discharge = next(decoded(line) for line in came if decoded(line)["id"] == "e1")
    assert parse(discharge["known"]) - parse(discharge["at"]) == HOUR


def test_a_skewed_clock_shifts_all_vitals_of_a_stretch_by_one_offset() -> None:
    came, entries = spoiled(MONITOR, "clock-skew=0.3")
    offsets = [entry["faults"][0]["minutes"] for entry in entries]
    assert len(offsets) >= 60
    assert len(set(offsets)) <= 5
    assert 0 not in offsets
    for line, (_, was) in zip(came, MONITOR, strict=True):
        event = decoded(line)
        shift = (parse(event["at"]) - parse(decoded((0, was))["at"])) // MINUTE
        assert event["known"] == decoded((0, was))["known"]
        assert shift in {0, *offsets}


def test_a_clock_more_than_15_min_ahead_is_refused_as_from_the_future() -> None:
    feed = lines(*(vitals(minute) for minute in range(3000)))
    entries = [entry for seed in range(4) for entry in spoiled(feed, "clock-skew=6", seed)[1]]
    skews = {(entry["faults"][0]["minutes"] > 15, tuple(entry["refused"])) for entry in entries}
    assert skews == {(True, ("from-the-future",)), (False, ())}


def test_a_wrong_unit_spoils_one_reading_and_says_which() -> None:
    feed = ward(600)
    came, entries = spoiled(feed, "wrong-unit=0.2")
    kinds = {tuple(sorted(entry["faults"][0])) for entry in entries}
    assert kinds == {("code", "fault", "refuses", "was"), ("code", "fault", "implausible", "was")}
    for line in came:
        event, problems = decode(line[1])
        assert event is not None
        assert len(problems) <= 1


@pytest.mark.parametrize("line", ["cut", "strewn", "unzoned"])
def test_a_garbled_line_is_damaged_in_one_of_three_ways_and_refused(line: str) -> None:
    came, entries = spoiled(MONITOR, "garbled=0.3")
    ways = {entry["faults"][0]["how"]: entry["refused"] for entry in entries}
    assert ways[line] == (["bad-time"] if line == "unzoned" else ["malformed"])
    assert sum(decode(sent)[0] is None for _, sent in came) == len(entries)


def test_a_stuck_monitor_repeats_its_first_values_for_10_to_30_minutes() -> None:
    came, entries = spoiled(MONITOR, "stuck=0.5")
    stuck = [int(entry["id"][1:]) for entry in entries]
    runs = [number for number in stuck if number - 1 not in stuck]
    assert 1 <= len(runs) <= 15
    assert 9 * len(runs) <= len(stuck) <= 30 * len(runs)
    pulses = {int(decoded(line)["id"][1:]): value(decoded(line), "heart-rate") for line in came}
    assert all(pulses[number] == pulses[number - 1] for number in stuck)


def test_a_stuck_monitor_that_would_have_said_the_same_is_not_altered() -> None:
    steady = lines(*(vitals(minute, pulse=80) for minute in range(600)))
    assert spoiled(steady, "stuck=5") == (steady, [])


def test_an_artefact_burst_is_one_probe_for_some_minutes() -> None:
    came, entries = spoiled(lines(*(vitals(minute) for minute in range(6000))), "artefact=2")
    kinds = {entry["faults"][0]["kind"]: set(entry["faults"][0]["was"]) for entry in entries}
    line = {"systolic-bp", "diastolic-bp", "mean-bp"}
    assert kinds == {
        "flushed line": line,
        "line open to air": line,
        "probe off": {"spo2"},
        "leads off": {"heart-rate"},
        "damped line": {"systolic-bp"},
    }
    assert {value(decoded(one), "mean-bp") for one in came} == {86, 324, -23}


def test_a_correction_brings_back_what_was_right() -> None:
    feed = lines(*(labs(minute, creatinine=1 + minute / 1000) for minute in range(0, 6000, 30)))
    came, entries = spoiled(feed, "correction=0.3")
    right = {decoded(line)["id"]: decoded(line)["readings"] for line in feed}
    later = [decoded(line) for line in came if decoded(line).get("status") == "corrected"]
    assert later
    for event in later:
        assert event["readings"] == right[event["id"]]
        assert 90 * MINUTE <= parse(event["known"]) - parse(event["at"]) <= 300 * MINUTE
    wrong = [entry for entry in entries if "code" in entry["faults"][0]]
    assert all(len([entry for entry in entries if entry["id"] == one["id"]]) == 2 for one in wrong)


def test_some_wrong_labs_are_withdrawn_and_reported_anew() -> None:
    feed = lines(*(labs(minute) for minute in range(0, 6000, 30)))
    came, _ = spoiled(feed, "correction=0.3")
    withdrawn = {decoded(line)["id"] for line in came if decoded(line).get("status") == "entered-in-error"}
    again = {
        decoded(line)["id"].removesuffix("-again") for line in came if decoded(line)["id"].endswith("-again")
    }
    assert withdrawn == again != set()


def test_an_outage_holds_everybody_and_catches_up_at_once() -> None:
    feed = ward(1200)
    came, entries = spoiled(feed, "outage=0.2")
    caught = {entry["known"] for entry in entries}
    assert 1 <= len(caught) <= 10
    assert {entry["patient"] for entry in entries} == {"p1", "p2"}
    for moment in caught:
        burst = [entry["faults"][0]["minutes"] for entry in entries if entry["known"] == moment]
        assert max(burst) <= 60
        assert burst == sorted(burst, reverse=True)
    assert sorted(decoded(line)["id"] for line in came) == sorted(decoded(line)["id"] for line in feed)


def test_each_fault_says_what_it_is_and_has_a_documented_rate() -> None:
    assert all(
        fault.says and 0 < fault.rate <= fault.most and 0 <= fault.usual <= fault.rate
        for fault in FAULTS.values()
    )
