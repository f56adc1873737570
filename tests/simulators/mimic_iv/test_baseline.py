"""The baseline: age and admission weight, once."""

from __future__ import annotations

from simulators.mimic_iv.chart_events import baseline
from simulators.mimic_iv.stays import MimicStay
from simulators.mimic_iv.tables import Charted, Given
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import ms

KG, LB = 226512, 226531
STAY = MimicStay(1, 2, ms("08:00"), ms("20:00", 3), 54)


def weighed(clock: str, item: int, number: float, day: int = 1) -> Charted:
    return Charted(ms(clock, day), ms(clock, day), item, number)


def test_the_admission_weight_and_the_age_are_the_baseline() -> None:
    (fact,) = baseline(STAY, [weighed("07:59", KG, 86.2)], [], ImportTally())
    assert (fact.at, fact.fields) == (
        ms("07:59"),
        {"event": "baseline", "age": 54, "readings": [{"code": "weight", "value": 86.2, "unit": "kg"}]},
    )


def test_the_same_weight_charted_again_is_no_new_weighing() -> None:
    tally = ImportTally()
    rows = [weighed("07:59", KG, 86.2), weighed("08:01", LB, 190.0), weighed("19:10", LB, 190.0, 2)]
    assert len(list(baseline(STAY, rows, [], tally))) == 1
    assert tally.dropped["icu/chartevents"] == {"admission-weight-repeated": 2}


def test_an_admission_weight_that_was_mended_is_a_new_baseline() -> None:
    facts = list(baseline(STAY, [weighed("07:59", KG, 86.2), weighed("09:00", LB, 150.0)], [], ImportTally()))
    assert facts[1].fields == {
        "event": "baseline",
        "readings": [{"code": "weight", "value": 150, "unit": "[lb_av]"}],
    }


def test_without_an_admission_weight_the_pump_s_weight_stands_in() -> None:
    rows = [
        Given(ms("12:00"), ms("13:00"), None, 225158, weight=80.0),
        Given(ms("09:00"), ms("10:00"), ms("09:20"), 225158, weight=79.0),
    ]
    (fact,) = baseline(STAY, [], rows, ImportTally())
    assert (fact.at, fact.known, fact.fields["readings"]) == (
        ms("09:00"),
        ms("09:20"),
        [{"code": "weight", "value": 79, "unit": "kg"}],
    )


def test_without_any_weight_the_baseline_is_the_age() -> None:
    (fact,) = baseline(STAY, [], [], ImportTally())
    assert fact.fields == {"event": "baseline", "age": 54}


def test_without_weight_and_age_there_is_no_baseline() -> None:
    assert list(baseline(STAY._replace(age=None), [], [], ImportTally())) == []
