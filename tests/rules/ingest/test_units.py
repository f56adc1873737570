"""Every unit of UCUM that converts is converted by its factor and rounded to 4 decimals, and so are the
common spellings; what does not convert is refused (wire.md, What is refused; criteria.md section 1).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ingest import units
from rules.ingest.units import Conversion, Scale
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
# As monitors, laboratories and charts spell them: (code, unit, value sent, value in the canonical unit).
SPELLED = [
    *[
        ("heart-rate", unit, 90.0, 90.0)
        for unit in ("{Beats}/min", "BPM", "min-1", "/MIN", "beats per minute", "{beats}/minute", "1/min{HR}")
    ],
    ("heart-rate", "Hz", 1.5, 90.0),
    ("respiratory-rate", "{Breaths}/min", 18.0, 18.0),
    *[("systolic-bp", unit, 110.0, 110.0) for unit in ("mmhg", "MMHG", "mm Hg", "MM[HG]", "mm[Hg]{sys}")],
    ("systolic-bp", "KPA", 12.0, 90.0074),
    ("systolic-bp", "cm[H2O]", 100.0, 73.556),
    *[("spo2", unit, 97.0, 97.0) for unit in ("%{Oxygen}", "percent", "% ")],
    ("spo2", "1", 0.97, 97.0),
    ("spo2", "{ratio}", 0.97, 97.0),
    *[("temperature", unit, 37.0, 37.0) for unit in ("deg C", "℃", "CEL", "Celsius", "º C", "Cel{oral}")],
    ("temperature", "[DEGF]", 98.6, 37.0),
    ("temperature", "K", 310.15, 37.0),
    *[("weight", unit, 70.0, 70.0) for unit in ("KG", "Kg", "kilograms", "kg{dry}")],
    ("weight", "[oz_av]", 2469.0, 69.995),
    ("o2-flow", "mL/min", 3000.0, 3.0),
    ("o2-flow", "liters/min", 3.0, 3.0),
    ("o2-flow", "L.min-1", 3.0, 3.0),
    *[
        ("platelets", unit, 90.0, 90.0)
        for unit in (
            "k/uL", "K/µL", "10E9/L", "x10E9/L", "X10E3/UL", "x10(3)/mcL", "10(3)/mcL", "THOU/uL", "thou/cumm",
            "/nL", "10³/µL", "×10³/µL", "x 10^9/L", "10⁹/L", "G/L", "Gpt/L", "Tsd/µL", "K/cmm", "10x3/uL",
            "x10^3 cells/uL", "10*3{cells}/uL", "10*3.mm-3", "1000/uL", "10**3/uL", "10'3/uL",
        )
    ],
    *[
        ("platelets", unit, 90_000.0, 90.0)
        for unit in ("{cells}/uL", "10*6/L", "cells/uL", "/mm3", "/cumm", "/cu mm", "/µL", "mm-3", "#/uL")
    ],
    ("platelets", "10*6/uL", 0.09, 90.0),
    *[("creatinine", unit, 2.6, 2.6) for unit in ("MG/DL", "mg%", "mg/100 mL", "mgm/dL", "mg.dL-1")],
    *[
        ("creatinine", unit, 265.26, 3.0)
        for unit in ("mcmol/L", "UMOL/L", "micromol/L", "nmol/mL", "umol/l{creat}")
    ],
    ("creatinine", "mmol/L", 0.26526, 3.0),
    ("creatinine", "Mmol/L", 0.26526, 3.0),
    *[("hemoglobin", unit, 11.0, 11.0) for unit in ("gm/dL", "gms/dL", "G/DL", "g%", "grams/dL")],
    ("hemoglobin", "G/L", 110.0, 11.0),
    ("hematocrit", "{ratio}", 0.36, 36.0),
    ("hematocrit", "L/L", 0.36, 36.0),
    *[("inr", unit, 1.1, 1.1) for unit in ("INR", "{INR}", "", "ratio", "{ratio}")],
    *[("ck", unit, 90.0, 90.0) for unit in ("u/l", "IU/l", "Units/L", "mU/mL", "umol/min/L")],
    ("ck", "ukat/L", 1.5, 90.0),
    ("ck", "nkat/L", 1500.0, 90.0),
    ("troponin-t", "PG/ML", 14.0, 0.014),
    *[("potassium", unit, 3.6, 3.6) for unit in ("MEQ/L", "Mmol/L", "MMOL/L", "umol/mL")],
    *[("tsh", unit, 2.0, 2.0) for unit in ("mU/L", "µIU/mL", "u[IU]/mL", "MIU/L")],
    ("pt", "SEC", 12.5, 12.5),
]  # fmt: skip
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
]


def in_canonical(found: Conversion | None, value: float) -> float:
    assert found is not None
    return value if found.scale is None else found.scale.convert(value)


def conversion(code: str, unit: str | None) -> Conversion | None:
    return units.vital(code, unit) if code in vocabulary.VITALS else units.lab(code, unit)


@pytest.mark.parametrize(("code", "unit", "sent", "canonical"), [*VITALS, *LABS, *SPELLED])
def test_a_reading_becomes_its_canonical_unit(code, unit, sent, canonical):
    found = conversion(code, unit)
    assert in_canonical(found, sent) == canonical
    own = vocabulary.VITALS.get(code) or vocabulary.LABS[code]
    assert found.unit == ("U/L" if (code, unit) == ("ck-mb", "U/L") else own)


@pytest.mark.parametrize(
    "code", [code for code, unit in (vocabulary.VITALS | vocabulary.LABS).items() if unit]
)
def test_the_canonical_unit_is_left_as_it_is(code):
    own = vocabulary.VITALS.get(code) or vocabulary.LABS[code]
    assert conversion(code, own) == Conversion(None, own)


def test_only_inr_needs_no_unit():
    codes = (*vocabulary.VITALS, *vocabulary.LABS)
    assert [code for code in codes if conversion(code, None)] == ["inr"]
    assert [code for code in codes if conversion(code, "")] == ["inr"]


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("spo2", "mm[Hg]"),
        ("temperature", "m"),
        ("weight", "oz"),
        ("weight", "cm"),
        ("heart-rate", "beats"),
        ("heart-rate", "s"),
        ("fio2", ""),
        ("fio2", "L/min"),
        ("o2-flow", "L"),
        ("platelets", "mg/dL"),
        ("platelets", "M/uL"),
        ("ck", "ng/mL"),
        ("troponin-t", "U/L"),
        ("inr", "s"),
        ("calcium", "meq/L"),
        ("hemoglobin", "mmol/L"),
        ("bicarbonate", "mg/dL"),
        ("no-such", "mg/dL"),
    ],
)
def test_a_unit_that_does_not_convert_is_no_unit(code, unit):
    assert conversion(code, unit) is None


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "mg//dL",
        "mg/dL)",
        "(mg/dL",
        "mg/{",
        "10*999/uL",
        "mg/" * 40 + "dL",
        "0/uL",
        "{",
        "..",
        "mg dL dL",
    ],
)
def test_what_is_no_unit_of_ucum_is_refused_and_no_error(text):
    assert units.lab("creatinine", text) is None
    assert units.lab("platelets", text) is None


@given(st.text(max_size=80))
def test_any_text_is_a_unit_or_none(text):
    for found in (units.lab("platelets", text), units.vital("weight", text), units.dose(text)):
        assert found is None or isinstance(found, Conversion)


@pytest.mark.parametrize(
    ("unit", "sent", "ml"),
    [
        ("mL", 15.0, 15.0),
        ("ml", 15.0, 15.0),
        ("ML", 15.0, 15.0),
        ("Ml", 15.0, 15.0),
        ("cc", 15.0, 15.0),
        ("CC", 15.0, 15.0),
        ("cm3", 15.0, 15.0),
        ("L", 0.015, 15.0),
        ("l", 1.5, 1500.0),
        ("liters", 1.5, 1500.0),
        ("dL", 2.5, 250.0),
    ],
)
def test_a_volume_becomes_millilitres(unit, sent, ml):
    assert in_canonical(units.volume(unit), sent) == ml


@pytest.mark.parametrize(
    ("unit", "sent", "canonical", "amount"),
    [
        ("[iU]/kg", 600_000.0, "[iU]/kg", 600_000.0),
        ("IU/kg", 600_000.0, "[iU]/kg", 600_000.0),
        ("U/kg", 720_000.0, "[iU]/kg", 720_000.0),
        ("units/kg", 720_000.0, "[iU]/kg", 720_000.0),
        ("M[iU]/kg", 0.6, "[iU]/kg", 600_000.0),
        ("MIU/kg", 0.72, "[iU]/kg", 720_000.0),
        ("MU/kg", 0.72, "[iU]/kg", 720_000.0),
        ("million IU/kg", 0.72, "[iU]/kg", 720_000.0),
        ("kIU/kg", 600.0, "[iU]/kg", 600_000.0),
        ("[iU]", 42_000_000.0, "[iU]", 42_000_000.0),
        ("IU", 42_000_000.0, "[iU]", 42_000_000.0),
        ("M[iU]", 42.0, "[iU]", 42_000_000.0),
        ("MIU", 42.0, "[iU]", 42_000_000.0),
        ("mg", 1.1, "[iU]", 18_000_000.0),
        ("mg/kg", 0.037, "[iU]/kg", 605_454.5455),
        ("mcg/kg", 37.0, "[iU]/kg", 605_454.5455),
    ],
)
def test_a_dose_becomes_international_units_per_kilogram_or_flat(unit, sent, canonical, amount):
    found = units.dose(unit)
    assert (found.unit, in_canonical(found, sent)) == (canonical, amount)


@pytest.mark.parametrize("unit", ["miu/kg", "mIU/kg", "mL", "/kg", "", None])
def test_a_dose_in_a_unit_that_may_be_thousandths_or_millions_has_none(unit):
    assert units.dose(unit) is None


@pytest.mark.parametrize("agent", ["phenylephrine", "dopamine", "norepinephrine", "epinephrine"])
@pytest.mark.parametrize(("unit", "sent", "per_kg", "canonical"), RATES)
def test_a_rate_by_mass_becomes_micrograms_a_minute(agent, unit, sent, per_kg, canonical):
    found = units.rate(agent, unit)
    assert (found.per_kg, in_canonical(found, sent)) == (per_kg, canonical)


@pytest.mark.parametrize(("unit", "sent", "canonical"), UNIT_RATES)
def test_a_rate_of_vasopressin_becomes_units_a_minute(unit, sent, canonical):
    assert in_canonical(units.rate("vasopressin", unit), sent) == canonical


@pytest.mark.parametrize(
    ("agent", "unit"),
    [
        ("phenylephrine", "mL/h"),
        ("phenylephrine", "U/min"),
        ("phenylephrine", "/min"),
        ("phenylephrine", "ug/kg"),
        ("vasopressin", "ug/min"),
        ("vasopressin", "U/kg/min"),
        ("dopamine", "ug/kg.min"),
        ("dopamine", None),
    ],
)
def test_a_rate_that_cannot_be_converted_has_no_unit(agent, unit):
    assert units.rate(agent, unit) is None


@given(st.floats(-1e9, 1e9))
def test_a_converted_value_has_at_most_four_decimals(value):
    converted = Scale(times=7.50062).convert(value)
    assert converted == round(converted, 4)


def test_a_value_that_outgrows_a_float_is_infinite_and_no_error():
    assert Scale(times=1000.0).convert(1e308) == float("inf")
