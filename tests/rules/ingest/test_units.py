"""Every unit that wire.md has is converted by its factor and rounded to 4 decimals (criteria.md section 1);
no other unit is taken.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ingest import units
from rules.ingest.units import Scale
from rules.wire import vocabulary

PRESSURES = ("systolic-bp", "diastolic-bp", "mean-bp")
VITALS = [
    ("heart-rate", "/min", 118.0, 118.0),
    ("heart-rate", "bpm", 118.0, 118.0),
    ("heart-rate", "beats/min", 118.0, 118.0),
    ("heart-rate", "{beats}/min", 118.0, 118.0),
    *[(code, "mm[Hg]", 92.0, 92.0) for code in PRESSURES],
    *[(code, "mmHg", 92.0, 92.0) for code in PRESSURES],
    *[(code, "kPa", 12.0, 90.0074) for code in PRESSURES],
    ("respiratory-rate", "/min", 16.0, 16.0),
    ("temperature", "Cel", 38.04321, 38.04321),
    ("temperature", "C", 38.0, 38.0),
    ("temperature", "°C", 38.0, 38.0),
    ("temperature", "degC", 38.0, 38.0),
    ("temperature", "[degF]", 100.4, 38.0),
    ("temperature", "F", 101.3, 38.5),
    ("temperature", "°F", 98.6, 37.0),
    ("temperature", "degF", 100.3, 37.9444),
    ("spo2", "%", 95.0, 95.0),
    ("o2-flow", "L/min", 3.0, 3.0),
    ("o2-flow", "l/min", 3.0, 3.0),
    ("o2-flow", "LPM", 3.0, 3.0),
    ("fio2", "%", 40.0, 40.0),
    ("fio2", "1", 0.4, 40.0),
    ("weight", "kg", 70.0, 70.0),
    ("weight", "g", 70125.0, 70.125),
    ("weight", "[lb_av]", 154.0, 69.8532),
    ("weight", "lb", 154.0, 69.8532),
    ("weight", "lbs", 154.0, 69.8532),
]
CELLS = ("platelets", "wbc")
SALTS = ("bicarbonate", "potassium", "sodium")
ENZYMES = ("alt", "ast", "ck")
TROPONINS = ("troponin-t", "troponin-i")
LABS = [
    ("creatinine", "mg/dL", 2.96, 2.96),
    ("creatinine", "umol/L", 221.0, 2.4994),
    ("creatinine", "µmol/L", 265.26, 3.0),
    ("creatinine", "μmol/L", 265.26, 3.0),
    ("bilirubin", "mg/dL", 7.0, 7.0),
    ("bilirubin", "umol/L", 119.7, 7.0),
    *[(code, "10*3/uL", 29.99999, 29.99999) for code in CELLS],
    *[(code, "10*9/L", 30.0, 30.0) for code in CELLS],
    *[(code, "/mm3", 29999.0, 29.999) for code in CELLS],
    *[(code, "/uL", 30000.0, 30.0) for code in CELLS],
    *[(code, "K/uL", 30.0, 30.0) for code in CELLS],
    *[(code, "10^3/µL", 30.0, 30.0) for code in CELLS],
    *[(code, unit, 3.6, 3.6) for code in SALTS for unit in ("mmol/L", "meq/L", "mEq/L")],
    ("calcium", "mg/dL", 8.5, 8.5),
    ("calcium", "mmol/L", 2.0, 8.016),
    ("magnesium", "mg/dL", 1.8, 1.8),
    ("magnesium", "mmol/L", 0.7, 1.7017),
    ("phosphate", "mg/dL", 2.5, 2.5),
    ("phosphate", "mmol/L", 0.8, 2.4776),
    ("hematocrit", "%", 28.0, 28.0),
    ("hematocrit", "1", 0.28, 28.0),
    *[(code, "g/dL", 9.1, 9.1) for code in ("hemoglobin", "albumin")],
    *[(code, "g/L", 91.0, 9.1) for code in ("hemoglobin", "albumin")],
    *[(code, unit, 40.0, 40.0) for code in ENZYMES for unit in ("U/L", "IU/L", "[iU]/L")],
    ("ck-mb", "ng/mL", 6.0, 6.0),
    ("ck-mb", "U/L", 25.0, 25.0),
    *[(code, "ng/mL", 0.09, 0.09) for code in TROPONINS],
    *[(code, "ug/L", 0.09, 0.09) for code in TROPONINS],
    *[(code, "ng/L", 14.0, 0.014) for code in TROPONINS],
    ("urea", "mg/dL", 20.0, 20.0),
    ("urea", "mmol/L", 10.0, 28.01),
    ("glucose", "mg/dL", 100.0, 100.0),
    ("glucose", "mmol/L", 5.5, 99.088),
    ("pt", "s", 12.5, 12.5),
    ("ptt", "s", 30.0, 30.0),
    ("inr", "1", 1.1, 1.1),
    ("inr", None, 1.1, 1.1),
    *[("tsh", unit, 2.0, 2.0) for unit in ("m[iU]/L", "mIU/L", "uIU/mL")],
    ("free-t4", "ng/dL", 1.2, 1.2),
    ("free-t4", "pmol/L", 12.871, 1.0),
]
RATES = [
    ("ug/kg/min", 0.75, True, 0.75),
    ("mcg/kg/min", 0.123456, True, 0.123456),
    ("µg/kg/min", 0.75, True, 0.75),
    ("ug/(kg.min)", 0.75, True, 0.75),
    ("ug.kg-1.min-1", 0.75, True, 0.75),
    ("ng/kg/min", 750.0, True, 0.75),
    ("mg/kg/min", 0.001, True, 1.0),
    ("mg/kg/h", 0.06, True, 1.0),
    ("ug/kg/h", 90.0, True, 1.5),
    ("ug/kg/hr", 50.0, True, 0.8333),
    ("ug/min", 70.0, False, 70.0),
    ("mcg/min", 70.0, False, 70.0),
    ("mg/h", 4.2, False, 70.0),
    ("mg/min", 0.07, False, 70.0),
    ("ug/h", 4200.0, False, 70.0),
    ("ng/min", 70000.0, False, 70.0),
]
UNIT_RATES = [
    ("U/min", 0.04, 0.04),
    ("[iU]/min", 0.04, 0.04),
    ("IU/min", 0.04, 0.04),
    ("units/min", 0.04, 0.04),
    ("U/h", 2.4, 0.04),
    ("[iU]/h", 2.4, 0.04),
    ("units/hour", 2.4, 0.04),
    ("mU/min", 40.0, 0.04),
    ("U/kg/min", 0.0005, 0.0005),
    ("[iU]/kg/h", 0.03, 0.0005),
]


def in_canonical(scale, value):
    return value if scale is None else scale.convert(value)


@pytest.mark.parametrize(("code", "unit", "sent", "canonical"), VITALS)
def test_a_vital_sign_becomes_its_canonical_unit(code, unit, sent, canonical):
    name, scale = units.VITALS[code, unit]
    assert (name, in_canonical(scale, sent)) == (code, canonical)


@pytest.mark.parametrize(("code", "unit", "sent", "canonical"), LABS)
def test_a_result_becomes_its_canonical_unit(code, unit, sent, canonical):
    name, scale, into = units.LABS[code, unit]
    assert (name, in_canonical(scale, sent)) == (code, canonical)
    assert into == ("U/L" if (code, unit) == ("ck-mb", "U/L") else vocabulary.LABS[code])


@pytest.mark.parametrize("code", [code for code, unit in vocabulary.VITALS.items() if unit])
def test_the_canonical_unit_of_every_vital_sign_is_left_as_it_is(code):
    assert units.VITALS[code, vocabulary.VITALS[code]] == (code, None)


@pytest.mark.parametrize("code", vocabulary.LABS)
def test_the_canonical_unit_of_every_result_is_left_as_it_is(code):
    assert units.LABS[code, vocabulary.LABS[code]] == (code, None, vocabulary.LABS[code])


def test_only_inr_needs_no_unit():
    assert [code for code, unit in (*units.VITALS, *units.LABS) if unit is None] == ["inr"]


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("spo2", "1"),
        ("spo2", "mm[Hg]"),
        ("temperature", "K"),
        ("weight", "oz"),
        ("heart-rate", "Hz"),
        ("fio2", ""),
        ("systolic-bp", "MMHG"),
    ],
)
def test_a_unit_that_wire_does_not_name_is_no_unit_of_a_vital_sign(code, unit):
    assert (code, unit) not in units.VITALS


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("platelets", "mg/dL"),
        ("platelets", "10*6/uL"),
        ("creatinine", "mmol/L"),
        ("ck", "ng/mL"),
        ("troponin-t", "U/L"),
        ("inr", "s"),
    ],
)
def test_a_unit_that_wire_does_not_name_is_no_unit_of_a_result(code, unit):
    assert (code, unit) not in units.LABS


@pytest.mark.parametrize(
    ("unit", "sent", "ml"),
    [
        ("mL", 15.0, 15.0),
        ("ml", 15.0, 15.0),
        ("cc", 15.0, 15.0),
        ("L", 0.015, 15.0),
        ("l", 1.5, 1500.0),
        ("dL", 2.5, 250.0),
    ],
)
def test_a_volume_becomes_millilitres(unit, sent, ml):
    assert in_canonical(units.VOLUMES[unit], sent) == ml


@pytest.mark.parametrize(
    ("unit", "sent", "canonical", "amount"),
    [
        ("[iU]/kg", 600_000.0, "[iU]/kg", 600_000.0),
        ("IU/kg", 600_000.0, "[iU]/kg", 600_000.0),
        ("U/kg", 720_000.0, "[iU]/kg", 720_000.0),
        ("M[iU]/kg", 0.6, "[iU]/kg", 600_000.0),
        ("MIU/kg", 0.72, "[iU]/kg", 720_000.0),
        ("[iU]", 42_000_000.0, "[iU]", 42_000_000.0),
        ("IU", 42_000_000.0, "[iU]", 42_000_000.0),
        ("M[iU]", 42.0, "[iU]", 42_000_000.0),
        ("MIU", 42.0, "[iU]", 42_000_000.0),
    ],
)
def test_a_dose_becomes_international_units_per_kilogram_or_flat(unit, sent, canonical, amount):
    into, scale = units.DOSES[unit]
    assert (into, in_canonical(scale, sent)) == (canonical, amount)


@pytest.mark.parametrize("agent", ["phenylephrine", "dopamine", "norepinephrine", "epinephrine"])
@pytest.mark.parametrize(("unit", "sent", "per_kg", "canonical"), RATES)
def test_a_rate_by_mass_becomes_micrograms_a_minute(agent, unit, sent, per_kg, canonical):
    by_weight, scale = units.RATES[agent][unit]
    assert (by_weight, in_canonical(scale, sent)) == (per_kg, canonical)


@pytest.mark.parametrize(("unit", "sent", "canonical"), UNIT_RATES)
def test_a_rate_of_vasopressin_becomes_units_a_minute(unit, sent, canonical):
    per_kg, scale = units.RATES["vasopressin"][unit]
    assert (per_kg, in_canonical(scale, sent)) == (False, canonical)


@pytest.mark.parametrize(
    ("agent", "unit"),
    [
        ("phenylephrine", "mL/h"),
        ("phenylephrine", "U/min"),
        ("phenylephrine", "g/min"),
        ("vasopressin", "ug/min"),
        ("dopamine", "ug/kg.min"),
    ],
)
def test_a_rate_that_cannot_be_converted_has_no_unit(agent, unit):
    assert unit not in units.RATES[agent]


@given(st.floats(-1e9, 1e9))
def test_a_converted_value_has_at_most_four_decimals(value):
    converted = Scale(times=7.50062).convert(value)
    assert converted == round(converted, 4)


def test_a_value_that_outgrows_a_float_is_infinite_and_no_error():
    assert Scale(times=1000.0).convert(1e308) == float("inf")
