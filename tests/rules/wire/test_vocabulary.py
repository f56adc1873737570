"""The names of the wire hang together (wire.md, Events)."""

from typing import get_args

import pytest

from rules.ingest import schema, units
from rules.wire import vocabulary
from rules.wire.agents import PRESSOR_NAMES


def test_every_type_of_event_has_a_shape_and_no_shape_has_another():
    assert [shape.__struct_config__.tag for shape in get_args(schema.Record)] == list(
        get_args(vocabulary.EventType)
    )


def test_every_code_of_a_number_has_units():
    numbers = {code: unit for code, unit in vocabulary.VITALS.items() if unit is not None}
    assert set(vocabulary.VITALS) - set(numbers) == {"o2-device"}
    assert all(units.vital(code, unit) for code, unit in numbers.items())
    assert all(units.lab(code, unit) for code, unit in vocabulary.LABS.items())


def test_no_code_is_both_a_vital_sign_and_a_result():
    assert not set(vocabulary.VITALS) & set(vocabulary.LABS)


def test_every_name_of_a_vasopressor_is_one_that_has_units_or_no_equivalent():
    agents = set(PRESSOR_NAMES.values())
    assert agents == {*vocabulary.VASOPRESSORS, *vocabulary.WITHOUT_EQUIVALENT}
    assert all(units.rate(agent, "U/min") or units.rate(agent, "ug/min") for agent in vocabulary.VASOPRESSORS)


def test_a_finding_is_of_one_kind():
    kinds = (*vocabulary.PRESENT_FINDINGS, *vocabulary.VALUE_FINDINGS, *vocabulary.DONE_FINDINGS)
    assert len(kinds) == len(set(kinds)) == len(vocabulary.FINDINGS) == 47


def test_what_is_above_maintenance_is_intake():
    assert set(vocabulary.ABOVE_MAINTENANCE) <= set(vocabulary.IO_KINDS["in"])


def test_the_vocabulary_cannot_be_changed():
    with pytest.raises(TypeError):
        vocabulary.LABS["sodium"] = "g/L"
