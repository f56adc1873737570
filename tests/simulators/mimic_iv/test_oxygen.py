"""Oxygen: device, flow and FiO2 of a minute, and what a second cannula adds."""

from __future__ import annotations

import pytest

from rules.wire.vocabulary import O2_DEVICES
from simulators.mimic_iv.chart_items import BIPAP_FLOW, DEVICE, DEVICES, FIO2, FLOW, SECOND_FLOW, SUPPORT
from simulators.mimic_iv.oxygen import oxygen
from simulators.mimic_iv.tables import Charted
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import codes, ms

NINE, TEN = ms("09:00"), ms("10:00")


def number(item: int, value: float, at: int = NINE, known: int | None = None) -> Charted:
    return Charted(at, at if known is None else known, item, value)


def device(text: str, at: int = NINE, known: int | None = None) -> Charted:
    return Charted(at, at if known is None else known, DEVICE, None, text)


@pytest.mark.parametrize(
    ("rows", "readings"),
    [
        ([number(FLOW, 3.0)], {"o2-flow": 3}),
        ([number(BIPAP_FLOW, 5.5)], {"o2-flow": 5.5}),
        ([number(FLOW, 15.0), number(SECOND_FLOW, 4.0), number(FIO2, 70.0)], {"o2-flow": 19, "fio2": 70}),
        ([number(FIO2, 40.0)], {"fio2": 40}),
        ([number(FIO2, 0.4)], {"fio2": 0.4}),
        ([number(FIO2, 0.0)], {"fio2": 0}),
        ([device("Nasal cannula"), number(FLOW, 2.0)], {"o2-device": "nasal-cannula", "o2-flow": 2}),
        ([device("Venti mask "), number(FIO2, 40.0)], {"o2-device": "mask", "fio2": 40}),
        ([device("None")], {"o2-device": "room-air"}),
        ([device("None"), number(FLOW, 0.0)], {"o2-device": "room-air", "o2-flow": 0}),
        ([device("None"), number(FLOW, 2.0)], {"o2-flow": 2}),
        ([device("None"), number(FIO2, 50.0)], {"fio2": 50}),
        ([device("Nasal cannula"), device("Face tent")], {"o2-device": "mask"}),
        ([device("Endotracheal tube"), device("None")], {"o2-device": "ventilator"}),
        ([device("Bipap mask ")], {"o2-device": "nippv"}),
        ([device("High flow nasal cannula"), number(FIO2, 60.0)], {"o2-device": "high-flow", "fio2": 60}),
    ],
)
def test_what_is_charted_at_one_minute_is_one_record(rows: list[Charted], readings: object) -> None:
    assert [codes(fact.fields) for fact in oxygen(rows, ImportTally())] == [readings]


def test_a_fraction_of_oxygen_is_sent_as_one_and_counted() -> None:
    tally = ImportTally()
    (fact,) = oxygen([number(FIO2, 0.4)], tally)
    assert fact.fields["readings"] == [{"code": "fio2", "value": 0.4, "unit": "1"}]
    assert tally.adjusted["icu/chartevents"] == {"fio2-as-fraction": 1}


def test_a_second_cannula_charted_alone_adds_to_the_flow_in_force() -> None:
    facts = list(oxygen([number(FLOW, 15.0), number(SECOND_FLOW, 2.0, TEN)], ImportTally()))
    assert [codes(fact.fields) for fact in facts] == [{"o2-flow": 15}, {"o2-flow": 17}]


def test_the_main_flow_charted_alone_is_the_whole_again() -> None:
    facts = list(
        oxygen([number(FLOW, 15.0), number(SECOND_FLOW, 2.0), number(FLOW, 4.0, TEN)], ImportTally())
    )
    assert [codes(fact.fields) for fact in facts] == [{"o2-flow": 17}, {"o2-flow": 4}]


def test_a_device_stored_after_its_flow_does_not_drop_it() -> None:
    (fact,) = oxygen([number(FLOW, 2.0), device("Nasal cannula", known=TEN)], ImportTally())
    assert (fact.known, codes(fact.fields)) == (TEN, {"o2-device": "nasal-cannula", "o2-flow": 2})


def test_a_wording_that_is_not_in_the_table_is_counted_and_says_nothing() -> None:
    tally = ImportTally()
    assert list(oxygen([device("Oxygen hood")], tally)) == []
    assert tally.dropped["icu/chartevents"] == {"device-unknown": 1}
    assert tally.wordings["icu/chartevents"] == {"Oxygen hood": 1}


def test_the_devices_are_those_of_the_wire() -> None:
    assert set(DEVICES.values()) == set(SUPPORT) == set(O2_DEVICES)
