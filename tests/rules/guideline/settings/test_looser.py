"""What a site sets looser than published is named; what is stricter, or as published, is not
(criteria.md section 11).
"""

from fnmatch import fnmatchcase

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001, load
from rules.guideline.settings.keys import LEVEL, STARTS, SUBJECTS, SWITCH, ZONE, Key, keys
from rules.guideline.settings.looser import DIRECTIONS, EITHER, HIGHER, LOWER, NEITHER, direction, looser
from rules.guideline.settings.values import as_toml


def named(text: str) -> list[str]:
    return [one.key.name for one in looser(load(text))]


# key, a looser value, a stricter one: later, fewer or lower alarms are looser
BOTH_WAYS = [
    ("criteria.creatinine.absolute", "3.5", "2.9"),
    ("criteria.creatinine.stale-factor", "1.6", "1.4"),
    ("criteria.platelets.relative", "49", "51"),
    ("criteria.urine-hour.absolute", "9", "11"),
    ("criteria.urine-hour.clears-over", '"90 min"', '"150 min"'),
    ("criteria.sinus-tachycardia.absolute.trip", "135", "129"),
    ("criteria.sinus-tachycardia.absolute.clear", "128", "124"),
    ("criteria.sinus-tachycardia.absolute.span", '"40 min"', '"20 min"'),
    ("criteria.sinus-tachycardia.fever", "37.8", "38.2"),
    ("criteria.sinus-tachycardia.fever-age", '"5 h"', '"3 h"'),
    ("criteria.oxygen-requirement.low", "{trip = 94, clear = 94}", "{trip = 96, clear = 96}"),
    ("criteria.oxygen-requirement.severe", "88", "91"),
    ("criteria.oxygen-requirement.baseline-below", "98", "96"),
    ("criteria.oxygen-requirement.assumed-fio2", "35", "60"),
    ("criteria.oxygen-requirement.relative-fio2", "28", None),
    ("criteria.phenylephrine-maximum.window", '"6 h"', '"9 h"'),
    ("criteria.phenylephrine-minimum.after", '"9 h"', '"7 h"'),
    ("criteria.mental-status.lasts", '"3 h"', '"1 h"'),
    ("criteria.moist-desquamation.column", '"relative"', None),
    ("criteria.cardiac-enzymes.never-measured-clear", None, "false"),
    ("pressure.target-high", "88", "92"),
    ("pressure.severe-below", "15", "8"),
    ("pressure.clear-above", "4", "6"),
    ("pressors.equivalents.norepinephrine", "8", "12"),
    ("pressors.renal-dopamine", "3", "2"),
    ("table4.relative-to-delay", "4", "2"),
    ("table4.group-counts-once", None, "false"),
    ("table4.charting-grace", '"30 min"', '"10 min"'),
    ("table4.pre-dose-age", '"2 h"', '"30 min"'),
    ("stop-rules.oxygen.lasts", '"1 h"', '"20 min"'),
    ("monitoring.vital-signs.ward", '"6 h"', '"2 h"'),
    ("vital-signs.share", "0.9", None),
    ("vital-signs.recovers", '"1 h"', '"3 h"'),
    ("vital-signs.confirms", '"10 min"', '"3 min"'),
    ("advice.hypokalemia.limit", "3.4", "3.8"),
    ("advice.anemia.limit", "26", "30"),
    ("advice.discharge-ready.limits.weight", "1.1", "1.02"),
    ("advice.discharge-ready.limits.platelets", "80", "120"),
    ("advice.dose-error.on", "false", None),
    ("advice.dose-error.within", '"6 h"', '"8 h"'),
    ("harm.weight-gain", "12", "8"),
    ("eligibility.creatinine", "2.0", "1.5"),
    ("plausible.systolic-bp.low", "40", "20"),
    ("plausible.creatinine.high", "20", "40"),
    ("choices.reminder-first", '"20 min"', '"10 min"'),
    ("choices.acknowledged-first", '"3 h"', '"1 h"'),
    ("choices.acknowledged-long", '["urine-hour"]', '["platelets"]'),
    ("choices.intensive-after-pressor", '"2 h"', '"6 h"'),
    ("choices.step-creatinine", "0.6", "0.4"),
    ("premedication.acetaminophen", '"6 h"', '"3 h"'),
    ("premedication.overdue-factor", "2", "1.2"),
    ("shifts.timezone", None, '"Europe/Berlin"'),
    ("criteria.cardiac-enzymes.limits.troponin-t", None, "0.5"),
]


@pytest.mark.parametrize(("key", "loose", "strict"), BOTH_WAYS, ids=[one[0] for one in BOTH_WAYS])
def test_a_looser_value_is_named_and_a_stricter_one_is_not(
    key: str, loose: str | None, strict: str | None
) -> None:
    if loose is not None:
        found = named(f"{key} = {loose}")
        assert found
        assert all(one == key or one.startswith(f"{key}.") for one in found)
    if strict is not None:
        assert named(f"{key} = {strict}") == []


def test_the_published_numbers_are_not_looser_than_themselves() -> None:
    assert looser(SCHWARTZENTRUBER_2001) == ()
    assert (
        named("".join(f"{k.name} = {as_toml(k.default, k.kind)}\n" for k in keys() if k.default is not None))
        == []
    )


@pytest.mark.parametrize("pattern", DIRECTIONS)
def test_every_exception_is_of_a_key(pattern: str) -> None:
    assert any(fnmatchcase(key.name, pattern) for key in keys())


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
def test_every_key_has_a_direction(key: Key) -> None:
    if key.kind in (SWITCH, LEVEL, SUBJECTS):
        return
    assert direction(key) in (HIGHER, LOWER, EITHER, NEITHER)
    assert (direction(key) == NEITHER) == (
        key.kind in (ZONE, STARTS) or key.default is None or "peak" in key.name
    )


def test_what_is_looser_is_said_with_both_numbers() -> None:
    (found,) = looser(load("criteria.creatinine.absolute = 3.55"))
    assert found.text == "criteria.creatinine.absolute >=3.55 mg/dL (published >=3 mg/dL)"
    assert found.words == "Creatinine, absolute: >=3.55 mg/dL, not >=3 mg/dL"
    (found,) = looser(load('choices.reminder-first = "20 min"'))
    assert found.words == "Choice, reminder first: 20 min, not 15 min"
