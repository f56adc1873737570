"""A ward shared out by beds: each part has the courses, records and truth that it has among all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from heapq import merge
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.charting.records import Placed
from simulators.charting.writer import PARTS, STEPS, turn_of
from simulators.course.output_files import KNOWN, MOST, PLACE, batches, parts_of, placed_line
from simulators.course.simulation import Beds, Simulation, SimulationRequest
from simulators.physiology.latent_state import FINDINGS, PartGenerator
from simulators.scenarios import SCENARIOS
from simulators.scenarios.scenario import Imposed, Scenario
from simulators.shared_work import SHIFT
from simulators.truth.file import Truth

ORIGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)


WARD = SCENARIOS["ward"]
MISCHARTED = Scenario(
    name="mischarted",
    says="",
    imposed=(
        Imposed("clock-ahead", (-5, -3), (2, 3), (10, 60)),
        Imposed("discharge-in-error", (-2, -1), (1, 1)),
        Imposed("missed-charting", (1, 2), (1, 2), (1, 1)),
        Imposed("oliguria", (0, 1), (4, 6)),
        Imposed("bleeding", (0, 0), (6, 6), (2, 2)),
    ),
)
"""What is charted otherwise than it was, some hours after admission."""
UNITS = Scenario(
    name="units",
    says="",
    mix=dict.fromkeys(("til-unit", "agitation", "fibrillation-uncharted", "long-intubation"), 0.25),
)
"""Patients whose plans differ: targets of their own, no pressor, fewer doses, a second cycle."""


def request(scenario: Scenario, patients: int, days: float | None) -> SimulationRequest:
    return SimulationRequest(scenario, patients, 3, ORIGIN, days, policy="naive")


def lived(wanted: SimulationRequest, beds: Beds | None = None) -> tuple[list[Placed], list[Truth]]:
    """The records with their places, and the truth, of a ward or some of its beds."""
    simulation = Simulation(wanted, truth=True, beds=beds)
    records = [record for some in simulation.placed(lambda patient, minute: "give") for record in some]
    return records, list(simulation.truths())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "patients", "days", "parts"),
    [
        pytest.param(WARD, 7, 0.6, [(0, 2), (2, 5), (5, 7)], id="a ward in three parts"),
        pytest.param(MISCHARTED, 4, 0.7, [(0, 2), (2, 4)], id="charted wrongly"),
        pytest.param(UNITS, 8, 1.6, [(0, 3), (3, 8)], id="units of their own"),
    ],
)
def test_parts_merged_by_place_are_the_ward(
    scenario: Scenario, patients: int, days: float, parts: list[Beds]
) -> None:
    wanted = request(scenario, patients, days)
    records, truths = lived(wanted)
    found = [lived(wanted, beds) for beds in parts]
    assert list(merge(*(some for some, _ in found))) == records
    assert [truth for _, some in found for truth in some] == truths
    assert [record[:3] for record in records] == sorted(record[:3] for record in records)
    assert len({record[2] for record in records}) == patients


SHAPES = st.lists(st.integers(1, 4), max_size=2)


@given(ward=st.integers(1, 40), cut=st.tuples(st.integers(0, 40), st.integers(0, 40)), rows=SHAPES)
def test_a_part_draws_what_its_beds_get_among_all(ward: int, cut: tuple[int, int], rows: list[int]) -> None:
    first, last = sorted(min(bed, ward) for bed in cut)
    whole, part = (np.random.default_rng(5) for _ in range(2))
    some = PartGenerator(part, ward, first, last)
    for _ in range(2):
        for name in ("standard_normal", "random"):
            expected = getattr(whole, name)((*rows, ward))[..., first:last]
            assert np.array_equal(getattr(some, name)((*rows, last - first)), expected)
        assert np.array_equal(some.integers(1, 15, last - first), whole.integers(1, 15, ward)[first:last])


PLACES = st.tuples(
    st.integers(-(10**14), 10**14), st.integers(0, 10**9 - 1), st.integers(0, 99_999), st.just(b"{}")
)


@given(records=st.lists(PLACES, unique_by=lambda record: record[:3]))
def test_lines_sort_as_their_places_do_and_are_read_back(records: list[Placed]) -> None:
    lines = sorted(map(placed_line, records))
    found = [(int(line[:KNOWN]) - SHIFT, line[PLACE:]) for line in lines]
    assert found == [(known, data + b"\n") for known, _, _, data in sorted(records)]


def test_no_turn_is_taken_twice_and_all_are_below_the_monitors() -> None:
    turns = [turn_of(minute, part, step) for minute in (0, 15) for part in PARTS for step in range(STEPS)]
    assert turns == sorted(set(turns))
    assert turn_of(60 * 1440, PARTS[-1], STEPS - 1) < 10**9 - 1
    assert len(FINDINGS) < STEPS


@pytest.mark.parametrize(
    ("patients", "days", "jobs", "parts"),
    [
        pytest.param(200, 7.0, 1, [], id="one process"),
        pytest.param(1000, 7.0, 1, [(0, 500), (500, 1000)], id="one process, part by part"),
        pytest.param(31, 7.0, 4, [], id="too few patients for two parts"),
        pytest.param(40, 2.4, 4, [], id="less than 100 patient-days"),
        pytest.param(40, 2.5, 4, [(0, 20), (20, 40)], id="sixteen to a part at least"),
        pytest.param(48, 7.0, 3, [(0, 16), (16, 32), (32, 48)], id="a part for each process"),
        pytest.param(33, None, 2, [(0, 16), (16, 33)], id="as long as the scenario says"),
    ],
)
def test_a_ward_is_shared_out_where_that_is_worth_it(
    patients: int, days: float | None, jobs: int, parts: list[Beds]
) -> None:
    assert parts_of(request(WARD, patients, days), jobs) == parts


def test_no_part_is_larger_than_memory_allows_and_none_has_a_single_patient() -> None:
    parts = parts_of(request(WARD, 10 * MOST + 1, 7.0), 2)
    assert max(last - first for first, last in parts) <= MOST
    assert min(last - first for first, last in parts) > 1
    assert [parts[0][0], *(last for _, last in parts)] == [*(first for first, _ in parts), 10 * MOST + 1]


def test_batches_hold_every_record_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.course.output_files.BATCH", 2)

    def part(beds: Beds) -> Iterator[bytes]:
        yield from (placed_line((at, 0, bed, b"%d" % bed)) for at in range(3) for bed in range(*beds))

    for name, beds in (("a", (0, 1)), ("b", (1, 3))):
        (tmp_path / name).write_bytes(b"".join(part(beds)))
    found = list(batches([tmp_path / "a", tmp_path / "b"]))
    assert [len(batch) for batch in found] == [2, 2, 2, 2, 1]
    assert [record for batch in found for record in batch] == [
        (at, b"%d" % bed) for at in range(3) for bed in range(3)
    ]
