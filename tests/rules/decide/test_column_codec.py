"""Facts packed as columns come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.chart.facts import Weight
from rules.decide.column_codec import columns, pack, unpack

A, B = "7d444840-9dc0-11d1-b245-5ffdce74fad2", "00000000-0000-0000-0000-000000000001"


def weights(*ids: str) -> list[Weight]:
    return [Weight(1000 * i, 1000 * i + 5, i, id, 1000 * i + 5, 1, -1, 70.5) for i, id in enumerate(ids)]


@pytest.mark.parametrize(
    ("ids", "packed"),
    [((A, B), bytes), ((A, "v1"), list), ((A.upper(), B), list), (("x" * 36, B), list), (("v1", "v2"), list)],
    ids=[
        "UUIDs as usually written are 16 bytes each",
        "one that is none",
        "upper case",
        "of the same length",
        "short ids",
    ],
)
def test_only_ids_that_can_be_written_back_as_they_were_are_shortened(
    ids: tuple[str, ...], packed: type
) -> None:
    facts = weights(*ids)
    assert isinstance(columns(facts)[3], packed)
    assert unpack(Weight, pack(facts)) == facts


@given(st.lists(st.uuids().map(str) | st.text(min_size=1, max_size=40), max_size=20))
def test_whatever_the_ids_the_facts_come_back(ids: list[str]) -> None:
    facts = weights(*ids)
    assert unpack(Weight, pack(facts)) == facts


def test_no_facts_are_no_columns() -> None:
    assert unpack(Weight, pack([])) == []
