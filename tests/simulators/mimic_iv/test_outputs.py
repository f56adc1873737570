"""Outputs: one row one collection, irrigation taken off, sums from outside kept apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.wire.vocabulary import IO_KINDS
from simulators.mimic_iv.outputs import IRRIGANT_IN, IRRIGANT_OUT, OUTPUT_ITEMS, irrigated, outputs
from simulators.mimic_iv.tables import Collected
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import ms

FOLEY, VOID, OR_URINE = 226559, 226560, 226627


def out(clock: str, item: int, volume: float, known: str | None = None, day: int = 1) -> Collected:
    return Collected(ms(clock, day), ms(known or clock, day), item, volume, "ml")


def collected(rows: list[Collected]) -> list[tuple[str, float, str | None]]:
    return [
        (fact.fields["kind"], fact.fields["volume"], fact.fields.get("start"))
        for fact in outputs(rows, ImportTally())
    ]


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (FOLEY, "urine"), (VOID, "urine"), (226561, "urine"), (226567, "urine"), (226584, "urine"), (OR_URINE, "other"), (226631, "other"),
        (226633, "other"), (226579, "stool"), (226582, "stool"), (226571, "emesis"), (226576, "emesis"), (226588, "drain"), (226628, "other"),
    ],
)  # fmt: skip
def test_an_item_is_its_kind(item: int, kind: str) -> None:
    assert collected([out("09:00", item, 40.0)]) == [(kind, 40, None)]


def test_every_output_has_a_kind_of_the_wire() -> None:
    assert {output.kind for output in OUTPUT_ITEMS.values()} <= set(IO_KINDS["out"])


def test_each_row_is_a_collection_though_two_share_a_minute() -> None:
    assert collected([out("09:00", FOLEY, 40.0), out("09:00", VOID, 60.0)]) == [
        ("urine", 40, None),
        ("urine", 60, None),
    ]


def test_urine_of_no_volume_is_a_measurement() -> None:
    assert collected([out("09:00", FOLEY, 0.0)]) == [("urine", 0, None)]


def test_the_first_urine_after_an_operation_begins_when_the_operation_s_sum_ended() -> None:
    rows = [
        out("09:00", FOLEY, 40.0),
        out("14:00", OR_URINE, 900.0),
        out("15:00", FOLEY, 50.0),
        out("16:00", FOLEY, 30.0),
    ]
    assert collected(rows) == [
        ("urine", 40, None),
        ("other", 900, None),
        ("urine", 50, "2150-03-01T14:00:00Z"),
        ("urine", 30, None),
    ]


def test_urine_charted_with_the_sum_itself_begins_where_it_would() -> None:
    assert collected([out("14:00", OR_URINE, 900.0), out("14:00", FOLEY, 50.0)]) == [
        ("urine", 50, None),
        ("other", 900, None),
    ]


def test_a_sum_of_more_than_a_day_ago_begins_nothing() -> None:
    assert collected([out("08:00", OR_URINE, 900.0), out("09:00", FOLEY, 50.0, day=2)])[1] == (
        "urine",
        50,
        None,
    )


def test_irrigant_is_taken_off_what_comes_out() -> None:
    assert collected([out("09:00", IRRIGANT_IN, 3000.0), out("09:00", IRRIGANT_OUT, 3600.0)]) == [
        ("urine", 600, None)
    ]


def test_irrigant_still_in_the_bladder_is_taken_off_the_next() -> None:
    rows = [
        out("09:00", IRRIGANT_IN, 3000.0),
        out("09:00", IRRIGANT_OUT, 2800.0),
        out("11:00", IRRIGANT_IN, 3000.0),
        out("11:00", IRRIGANT_OUT, 3600.0),
    ]
    tally = ImportTally()
    assert [(fact.at, fact.fields["volume"]) for fact in outputs(rows, tally)] == [(ms("11:00"), 400)]
    assert tally.adjusted["icu/outputevents"] == {"irrigant-owed": 2}


def test_irrigated_urine_is_known_when_both_rows_are() -> None:
    (row,) = irrigated(
        [out("09:00", IRRIGANT_IN, 3000.0, known="09:30"), out("09:00", IRRIGANT_OUT, 3600.0)], ImportTally()
    )
    assert row.known == ms("09:30")


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from([IRRIGANT_IN, IRRIGANT_OUT]), st.integers(0, 4000)),
        max_size=12,
    )
)
def test_irrigation_never_makes_urine_out_of_nothing(charted: list[tuple[int, int, int]]) -> None:
    rows = [
        Collected(ms(f"{hour + 9:02}:00"), ms(f"{hour + 9:02}:00"), item, float(volume))
        for hour, item, volume in charted
    ]
    volumes = [row.volume or 0.0 for row in irrigated(rows, ImportTally())]
    came = sum(row.volume or 0.0 for row in rows if row.item == IRRIGANT_OUT)
    went = sum(row.volume or 0.0 for row in rows if row.item == IRRIGANT_IN)
    assert min(volumes, default=0.0) >= 0.0
    assert max(came - went, 0.0) <= sum(volumes) <= came
