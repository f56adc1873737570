"""A partition in which records wait and none is acknowledged is told, though others go on."""

from __future__ import annotations

import pytest
from faust.types import TP

from streams.kafka.faust_service import PartitionProgress

PATIENCE_S = 120.0
Look = tuple[float, dict[int, tuple[int, int]]]
"""When, s; by partition number, the position and the end."""

LOOKS: dict[str, tuple[list[Look], tuple[int, ...]]] = {
    "just under the patience": ([(0, {0: (5, 6)}), (119.9, {0: (5, 9)})], ()),
    "at the patience": ([(0, {0: (5, 6)}), (120, {0: (5, 9)})], (0,)),
    "one that goes on beside one that does not": (
        [(0, {0: (5, 6), 1: (5, 6)}), (100, {0: (6, 8), 1: (5, 8)}), (120, {0: (7, 9), 1: (5, 9)})],
        (1,),
    ),
    "nothing waits": ([(0, {0: (5, 5)}), (500, {0: (5, 5)})], ()),
    "nothing waited until now": ([(0, {0: (5, 5)}), (500, {0: (5, 6)}), (619.9, {0: (5, 6)})], ()),
    "nothing waited, and then for long": ([(0, {0: (5, 5)}), (500, {0: (5, 6)}), (620, {0: (5, 6)})], (0,)),
    "it goes on again": ([(0, {0: (5, 6)}), (120, {0: (5, 6)}), (121, {0: (6, 9)})], ()),
    "another worker had it meanwhile": ([(0, {0: (5, 6)}), (60, {}), (120, {0: (5, 6)})], ()),
    "positions that a new owner finds further back": ([(0, {0: (5, 6)}), (120, {0: (3, 6)})], ()),
}


def looked(looks: list[Look]) -> PartitionProgress:
    made = PartitionProgress(PATIENCE_S)
    for at, found in looks:
        positions = {TP("il2.vitals", number): position for number, (position, _) in found.items()}
        made.seen(positions, {TP("il2.vitals", number): end for number, (_, end) in found.items()}, at)
    return made


@pytest.mark.parametrize("name", LOOKS)
def test_a_partition_is_stuck_when_records_wait_and_none_is_acknowledged(name: str) -> None:
    looks, expected = LOOKS[name]
    assert looked(looks).stuck == expected


def test_topics_of_one_number_go_on_together() -> None:
    made = PartitionProgress(PATIENCE_S)
    vitals, labs = TP("il2.vitals", 2), TP("il2.labs", 2)
    made.seen({vitals: 1, labs: 1}, {vitals: 9, labs: 9}, 0)
    assert made.seen({vitals: 2, labs: 1}, {vitals: 9, labs: 9}, 120) == ()
    assert made.seen({vitals: 2, labs: 1}, {vitals: 9, labs: 9}, 240) == (2,)


def test_what_is_said_names_the_partitions_and_where_to_look() -> None:
    made = looked([(0, {0: (5, 6), 7: (1, 6)}), (120, {0: (5, 6), 7: (1, 6)})])
    assert made.reason == (
        "records wait in partitions 0, 7 and none was acknowledged for 120 s: do the changelog's and the "
        "outputs' partitions take writes?"
    )
    assert looked([]).reason is None
