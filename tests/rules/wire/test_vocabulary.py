"""The names of the wire hang together (wire.md, Events)."""

from typing import get_args

import pytest

from rules.ingest import schema, units
from rules.wire import vocabulary


def test_every_type_of_event_has_a_shape_and_no_shape_has_another():
    assert [shape.__struct_config__.tag for shape in get_args(schema.Record)] == list(
        get_args(vocabulary.EventType)
    )


def test_every_code_of_a_number_has_units():
    assert {code for code, _ in units.VITALS} == set(vocabulary.VITALS) - {"o2-device"}
    assert {code for code, _ in units.LABS} == set(vocabulary.LABS)


def test_no_code_is_both_a_vital_sign_and_a_result():
    assert not set(vocabulary.VITALS) & set(vocabulary.LABS)


def test_every_infusion_is_a_vasopressor_with_units():
    assert set(vocabulary.INFUSION_AGENTS.values()) == set(vocabulary.VASOPRESSORS) == set(units.RATES)


def test_a_finding_is_of_one_kind():
    kinds = (*vocabulary.PRESENT_FINDINGS, *vocabulary.VALUE_FINDINGS, *vocabulary.DONE_FINDINGS)
    assert len(kinds) == len(set(kinds)) == len(vocabulary.FINDINGS) == 30


def test_what_is_above_maintenance_is_intake():
    assert set(vocabulary.ABOVE_MAINTENANCE) <= set(vocabulary.IO_KINDS["in"])


@pytest.mark.parametrize(
    "names",
    [
        vocabulary.STEROIDS,
        vocabulary.ANTIHYPERTENSIVES,
        vocabulary.H2_BLOCKERS,
        tuple(vocabulary.IL2_NAMES),
        tuple(vocabulary.INFUSION_AGENTS),
    ],
)
def test_agents_are_named_once_and_in_lower_case(names):
    assert len(set(names)) == len(names)
    assert all(name == name.strip().lower() for name in names)


def test_the_vocabulary_cannot_be_changed():
    with pytest.raises(TypeError):
        vocabulary.LABS["sodium"] = "g/L"
