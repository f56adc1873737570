"""The baseline of a stay: age and admission weight. There is none for blood pressure: what a patient's usual pressure is, MIMIC does not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from simulators.mimic.chart_items import ADMISSION_WEIGHTS, WEIGHT_LB
from simulators.mimic.fact import Fact, neat
from simulators.mimic.rows import Charted, Given
from simulators.mimic.stays import Stay
from simulators.mimic.tables import CHART
from simulators.mimic.tally import Tally
from simulators.mimic.times import learned

POUND = 0.45359237
SAME_KG = 0.5


def baseline(stay: Stay, rows: Iterable[Charted], given: Iterable[Given], tally: Tally) -> Iterator[Fact]:
    """The admission weight is the baseline, and never a weight of the course: it is charted again days later with the same number, which
    would hide what was gained meanwhile. One that differs by more than 0.5 kg is a new baseline. None charted: the `patientweight` of the
    first input. The age goes with the first.
    """
    found = list(weights(rows, tally)) or list(pump_weight(given))
    age = {} if stay.age is None else {"age": neat(stay.age)}
    for number, (at, known, reading) in enumerate(found):
        fields = {"event": "baseline", **(age if number == 0 else {}), "readings": [reading]}
        yield Fact(at, known, "encounter", "baseline", fields)
    if not found and age:
        yield Fact(stay.intime, stay.intime, "encounter", "baseline", {"event": "baseline", **age})


Weighed = tuple[int, int, dict[str, Any]]


def weights(rows: Iterable[Charted], tally: Tally) -> Iterator[Weighed]:
    """Admission weights that say something new, as (at, known, reading)."""
    before: float | None = None
    for row in sorted((row for row in rows if row.item in ADMISSION_WEIGHTS), key=attrgetter("at", "item")):
        assert row.number is not None
        kilograms = row.number * POUND if row.item == WEIGHT_LB else row.number
        if before is not None and abs(kilograms - before) <= SAME_KG:
            tally.drop(CHART.name, "admission-weight-repeated")
            continue
        before = kilograms
        unit = "[lb_av]" if row.item == WEIGHT_LB else "kg"
        yield row.at, row.known, {"code": "weight", "value": neat(row.number), "unit": unit}


def pump_weight(given: Iterable[Given]) -> Iterator[Weighed]:
    """The weight that the first input's pump was set to."""
    first = min((row for row in given if row.weight is not None), key=attrgetter("start"), default=None)
    if first is not None and first.weight is not None:
        reading = {"code": "weight", "value": neat(first.weight), "unit": "kg"}
        yield first.start, learned(first.start, first.stored), reading
