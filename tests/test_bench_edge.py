"""The benchmark of the live edge measures what it says: what is due, what is missing, what is held, and the page.

What the figures are is not asserted: the machine decides that.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.decide.engine import advance, pass_to
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from streams.dev_broker.apache import ApacheKafka
from tests.bench.edge import aims, folding, page, plan, sitting, tables
from tests.bench.edge.contenders import ENTRANTS, KAFKA_STREAMS, PLAIN, QUIX, WORKER
from tests.bench.edge.figures import figures, in_pairs
from tests.bench.edge.load import HOUR_MS, Load, Parts, history
from tests.bench.edge.recovery import first_alerts
from tests.bench.edge.sitting import OutOfTime, Point, Sitting
from tests.bench.pipeline.contest import ROOT
from tests.bench.pipeline.engine import folded, read_states, step, write_states
from tests.rules.wired import wire
from tests.streams.kafka.brokers_here import drop

NOW = 1_772_467_200_000
MACHINE = {"processor": "one", "cores": 2, "memory_gb": 24, "python": "3.11.7", "system": "Linux 6"}
HEAD: Point = {"sitting": "s1", "begun": "2026-03-02T10:00:00Z", "form": "quick", "seconds": 6, "commit": "abc", "beside": {}, "machine": MACHINE}  # fmt: skip


def transitions(load: Load, gap_ms: int) -> Counter[int]:
    """Count the alerts of the finding by the number of the record that is their latest evidence."""
    parts, patients, found = Parts(load), dict[str, Patient](), Counter[int]()
    for _, key, value in history(load.patients, 0, NOW):
        admission, _ = decode(value, key=key.decode(), known=NOW)
        assert admission is not None
        patients[key.decode()] = advance(None, admission, GUIDELINE)[0]  # type: ignore[assignment]
    alerts = []
    for number in range(load.records):
        key, value = parts.record(number, NOW + number * gap_ms)
        event, problems = decode(value, key=key.decode(), known=NOW + number * gap_ms + 3)
        assert event is not None, problems
        patient, more, _ = advance(patients.get(key.decode()), event, GUIDELINE)
        assert patient is not None
        patients[key.decode()] = patient
        alerts += more
    alerts += [alert for one in patients.values() for alert in pass_to(one, NOW + HOUR_MS // 6)]
    for alert in map(wire, alerts):
        if alert["subject"] == "infection":
            found[int(alert["evidence"][-1])] += 1
    return found


@pytest.mark.parametrize(
    ("patients", "every", "gap"), [(1, 1, 20), (3, 1, 5), (7, 10, 1), (20, 10, 100), (40, 10, 100)]
)
def test_each_record_that_trips_gives_one_alert_and_no_other_record_does(
    patients: int, every: int, gap: int
) -> None:
    load = Load(100, patients, every, 2)
    assert transitions(load, gap) == Counter(load.due())
    assert load.due()


@given(some.integers(1, 30), some.integers(1, 12))
def test_one_record_in_so_many_trips(patients: int, every: int) -> None:
    load = Load(1, patients, every, patients * every * 3)
    assert len(load.due()) * every == load.records


def test_the_past_is_read_without_a_problem_and_ends_before_now() -> None:
    lines = list(history(3, 1, NOW))
    read = [decode(value, key=key.decode(), known=known) for known, key, value in lines]
    assert [problems for event, problems in read if event is None or problems] == []
    assert len(lines) == 3 * 60
    assert all(known < NOW for known, _, _ in lines)


def test_a_contender_that_begins_with_states_decides_a_record_at_once(tmp_path: Path) -> None:
    write_states(folded(history(2, 1, NOW)), tmp_path / "states.json")
    states, load = read_states(str(tmp_path / "states.json")), Load(1, 2, 1, 2)
    key, value = Parts(load).record(1, NOW)
    _, alerts = step(states[key], value, key, NOW, 0, live=True)
    assert [alert["evidence"] for alert in map(json.loads, alerts) if alert["subject"] == "infection"] == [
        ["1"]
    ]


LOAD = Load(10, 5, 1, 4)


def came(taken: dict[int, float], load: Load = LOAD, base: float = 0.1) -> dict[str, Any]:
    """Return the figures when each alert takes `base` seconds but for those named; below 0: it never comes."""
    due = load.due()
    arrived = {
        number: number / load.rate + taken.get(number, base) for number in due if taken.get(number, base) >= 0
    }
    return figures(load, 0.0, due, arrived)


@pytest.mark.parametrize(
    ("taken", "base", "held", "behind", "missing"),
    [
        ({}, 0.25, True, False, 0),
        ({}, 0.251, False, False, 0),
        ({7: 0.3}, 0.1, False, False, 0),
        ({7: -1}, 0.1, False, False, 1),
        (dict.fromkeys(range(38, 40), -1), 0.1, False, True, 2),
        ({number: 0.3 + number * 0.004 for number in range(40)}, 0.1, False, False, 0),
        ({number: number * 0.05 for number in range(40)}, 0.1, False, True, 0),
    ],
    ids=[
        "at the limit",
        "above",
        "one late",
        "one missing",
        "the last missing",
        "slowly later",
        "later and later",
    ],
)
def test_a_rate_is_held_if_all_came_soon_enough_and_no_later_and_later(
    taken: dict[int, float], base: float, held: bool, behind: bool, missing: int
) -> None:
    found = came(taken, base=base)
    assert (found["held"], found["behind"], found["missing"]) == (held, behind, missing)


def test_what_is_missing_is_named_by_record_and_patient() -> None:
    assert came({7: -1, 11: -1})["missing_named"] == ["record 7 of p00002", "record 11 of p00001"]


@pytest.mark.parametrize(
    ("missing", "pairs"),
    [({1, 6}, 2), ({1, 11}, 0), ({1, 6, 11}, 2), ({1}, 0), ({29, 34}, 2), ({34, 39}, 0), (set(), 0)],
)
def test_alerts_that_open_and_end_while_they_wait_are_told_apart(missing: set[int], pairs: int) -> None:
    assert in_pairs(LOAD, LOAD.due(), missing) == pairs


def test_warming_alerts_must_come_and_are_not_timed() -> None:
    load = Load(10, 5, 1, 2, warm=2)
    slow = came(dict.fromkeys(range(20), 9.0), load)
    assert (slow["due"], slow["timed"], slow["p100_ms"]) == (40, 20, 100.0)
    assert came({3: -1}, load)["missing"] == 1


def test_after_a_kill_only_records_due_once_the_worker_is_at_work_count_as_first() -> None:
    found = first_alerts(
        LOAD, 100.0, 102.0, range(40), {number: 103.0 + number / 100 for number in range(40)}
    )
    assert (found["first_alerts"], found["first_max_ms"]) == (20, 1200.0)


def test_a_point_is_measured_once_and_what_was_cut_is_measured_again(tmp_path: Path) -> None:
    mine = Sitting(tmp_path / "s.jsonl")
    assert mine.point(lambda: {"p50_ms": 1}, sweep="rate", rate=50)["p50_ms"] == 1
    with mine.path.open("ab") as file:
        file.write(b'{"sweep": "rate", "rate": 100')
    again = Sitting(mine.path)
    assert again.point(lambda: {"p50_ms": 2}, sweep="rate", rate=50)["p50_ms"] == 1
    assert again.point(lambda: {"p50_ms": 3}, sweep="rate", rate=100)["p50_ms"] == 3
    assert [one["rate"] for one in again] == [50, 100]


def test_beyond_its_time_no_point_is_begun_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    mine = Sitting(tmp_path / "s.jsonl", until=0.0)
    with pytest.raises(OutOfTime):
        mine.point(dict, sweep="rate", rate=50)
    assert mine.left_out == ["sweep rate, rate 50"]


def test_a_run_goes_on_with_the_last_sitting_of_its_kind_that_has_not_ended(tmp_path: Path) -> None:
    first = sitting.begin({"form": "quick"}, "20260302T100000Z", tmp_path)
    assert sitting.begin({"form": "quick"}, None, tmp_path) == first
    assert sitting.begin({"form": "full"}, None, tmp_path) != first
    Sitting(first).add(ended="2026-03-02T10:12:00Z")
    assert sitting.begin({"form": "quick"}, None, tmp_path) != first


class Table(plan.Run):
    """A plan whose contender holds every rate up to `most`, and falls behind at twice that."""

    def __init__(self, path: Path, most: float, refine: bool) -> None:
        super().__init__(None, Sitting(path), plan.QUICK._replace(refine=refine, most_of_search=20), [])  # type: ignore[arg-type]
        self.most = most

    def at_rate(self, entrant: Any, rate: int, every: int) -> Point:
        found = {"held": rate <= self.most, "behind": rate > 2 * self.most}
        return self.sitting.point(lambda: found, sweep="rate", contender=entrant.name, rate=rate, every=every)


@pytest.mark.parametrize(
    ("most", "first", "highest"),
    [(450, 50, 400), (450, 5000, 400), (9, 50, 0), (1e6, 5000, 20_000), (1000, 1000, 1000)],
)
def test_the_search_ends_at_the_highest_rate_held_wherever_it_begins(
    tmp_path: Path, most: float, first: int, highest: int
) -> None:
    table, entrant = Table(tmp_path / "s.jsonl", most, refine=False), ENTRANTS[0]._replace(first=first)
    table.search(entrant, 10)
    assert aims.highest(list(table.sitting), entrant.name, 10) == highest


def test_a_ladder_ends_where_the_worker_falls_behind_and_is_refined_once(tmp_path: Path) -> None:
    table = Table(tmp_path / "s.jsonl", 250, refine=True)
    table.ladder(ENTRANTS[0], (50, 200, 1000, 5000), 10)
    assert [one["rate"] for one in table.sitting] == [50, 200, 1000, 450]


def rate(contender: str, number: float, held: bool, every: int = 10, **more: Any) -> Point:
    point = {
        "sweep": "rate",
        "contender": contender,
        "rate": number,
        "every": every,
        "held": held,
        "p99_ms": 20,
    }
    return point | {"behind": False, "missing": 0, "missing_named": [], "due": 9, "load_before": 0.5} | more


@pytest.mark.parametrize(
    ("mine", "quix", "verdict"),
    [(600, 200, ("3", "met")), (590, 200, ("2.95", "NOT met")), (600, None, ("", "not measured"))],
)
def test_an_aim_is_met_by_the_ratio_of_one_sitting(
    mine: float, quix: float | None, verdict: tuple[str, str]
) -> None:
    points = [rate(WORKER, mine, True), *([rate(QUIX, quix, True)] if quix else [])]
    [aim] = [aim for aim in aims.AIMS if QUIX in aim.words]
    assert aim.verdict(points) == verdict


def test_memory_of_a_patient_is_the_difference_of_the_most_and_the_fewest() -> None:
    points = [
        {"sweep": "memory", "contender": WORKER, "patients": many, "rss_mb": size}
        for many, size in ((10, 80.0), (1010, 144.0))
    ]
    assert aims.patient_kb(points, WORKER) == 64.0


def test_the_page_names_what_is_missing_what_failed_and_what_was_left_out() -> None:
    lost = rate(WORKER, 400, False, behind=True, missing=1, missing_named=["record 7 of p00002"])
    failed = {
        "sweep": "rate",
        "contender": PLAIN,
        "rate": 50,
        "every": 10,
        "failed": "Traceback\nValueError: no | good",
    }
    ended = {"ended": "2026-03-02T10:12:00Z", "left_out": ["sweep fold, patients 10"]}
    text = page.page(
        [HEAD, rate(WORKER, 200, True), lost, rate(KAFKA_STREAMS, 1000, True), failed, ended], []
    )
    assert "8 of 9 (missing: record 7 of p00002)" in text
    assert "failed: ValueError: no / good" in text
    assert "Left out, since the time was over:\n\n- sweep fold, patients 10\n" in text
    assert "| Kafka Streams, 3 rules | 1,000 | 20 | not found | 0.2 |" in text
    assert "load when a point began 0.5 to 0.5" in text


@pytest.mark.parametrize(("others", "warned"), [(0.6, False), (0.62, True)])
def test_a_page_of_a_busy_machine_says_so(others: float, warned: bool) -> None:
    point = rate(WORKER, 200, True, wall_s=2.0, processor_s={"contender": 0.1, "others": others})
    assert ("The machine was busy" in page.page([HEAD, point], [])) == warned


def test_a_table_has_a_row_a_point_and_no_figure_that_the_point_lacks() -> None:
    assert (
        tables.table([{"patients": 1000}], (tables.PATIENTS, tables.RATE)).splitlines()[-1] == "| 1,000 |  |"
    )


def test_the_page_is_what_its_kept_points_give() -> None:
    drawn = [path.stem for path in page.KEPT.parent.glob("*.svg")]
    assert page.PAGE.read_text(encoding="utf-8") == page.page(list(Sitting(page.KEPT)), drawn), (
        "run python -m tests.bench.edge.page"
    )


def test_the_fold_is_measured_with_every_patient_in_turn() -> None:
    keys = [key for _, key, _ in folding.in_turn(5, 3, 2)]
    assert keys == [b"p00005", b"p00006", b"p00007"] * 3


def test_the_kafka_streams_application_is_of_the_brokers_version() -> None:
    from streams.dev_broker.jars import VERSION

    assert (
        f"<artifactId>kafka-streams</artifactId><version>{VERSION}</version>"
        in (ROOT / "tests/bench/kafka-streams/pom.xml").read_text()
    )


@pytest.mark.kafka
@pytest.mark.campaign("soak")
def test_a_worker_is_measured_live_and_its_alerts_all_come(apache: ApacheKafka, tmp_path: Path) -> None:
    run = plan.Run(plan.Bench(apache, tmp_path), Sitting(tmp_path / "s.jsonl"), plan.QUICK, [])
    try:
        point = run.live("rate", ENTRANTS[0], Load(40, 10, 5, 2), 0)
    finally:
        drop(apache.settings)
    assert (point.get("failed"), point["due"], point["missing"]) == (None, 16, 0)
    assert point["timed"] == 16
    assert point["processor_s"]["contender"] > 0
    assert WORKER in page.page([HEAD, *run.sitting], [])
