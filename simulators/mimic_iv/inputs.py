"""Map the items of `icu/inputevents`: fluids, a volume counted whole at its end; vasopressors, one rate from
`starttime` to `endtime` (criteria.md section 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from rules.wire.agents import vasopressor
from rules.wire.instants import text
from simulators.mimic_iv.fact import MimicFact, learned, neat, stamp
from simulators.mimic_iv.item_names import medicine
from simulators.mimic_iv.tables import INPUTS, Given
from simulators.mimic_iv.tally import ImportTally

CRYSTALLOID, EXPANDER, BLOOD, CARRIER, ELSEWHERE = "crystalloid", "expander", "blood", "carrier", "elsewhere"


class Pressor(NamedTuple):
    """A vasopressor: its label, and its agent on the wire."""

    label: str
    agent: str


class Fluid(NamedTuple):
    """`class_`: crystalloid (bolus or maintenance, by the order), expander (a colloid: above maintenance
    always), blood (products and albumin), carrier (what a drug is dissolved in), elsewhere (one sum for the
    time outside the ICU, whenever that was).
    """

    label: str
    class_: str


PRESSORS: Mapping[int, Pressor] = MappingProxyType(
    {
        221749: Pressor("Phenylephrine", "phenylephrine"),
        229630: Pressor("Phenylephrine (50/250)", "phenylephrine"),
        229631: Pressor("Phenylephrine (200/250)_OLD_1", "phenylephrine"),
        229632: Pressor("Phenylephrine (200/250)", "phenylephrine"),
        229789: Pressor("Phenylephrine (Intubation)", "phenylephrine"),
        221662: Pressor("Dopamine", "dopamine"),
        221906: Pressor("Norepinephrine", "norepinephrine"),
        222315: Pressor("Vasopressin", "vasopressin"),
        221289: Pressor("Epinephrine", "epinephrine"),
        229617: Pressor("Epinephrine.", "epinephrine"),
        221653: Pressor("Dobutamine", "dobutamine"),
        221986: Pressor("Milrinone", "milrinone"),
        229709: Pressor("Angiotensin II (Giapreza)", "angiotensin-ii"),
    }
)

FLUIDS: Mapping[int, Fluid] = MappingProxyType(
    {
        225158: Fluid("NaCl 0.9%", CRYSTALLOID),
        225159: Fluid("NaCl 0.45%", CRYSTALLOID),
        225161: Fluid("NaCl 3% (Hypertonic Saline)", CRYSTALLOID),
        220949: Fluid("Dextrose 5%", CRYSTALLOID),
        225823: Fluid("D5 1/2NS", CRYSTALLOID),
        225825: Fluid("D5NS", CRYSTALLOID),
        225827: Fluid("D5LR", CRYSTALLOID),
        225828: Fluid("LR", CRYSTALLOID),
        225941: Fluid("D5 1/4NS", CRYSTALLOID),
        225944: Fluid("Sterile Water", CRYSTALLOID),
        225943: Fluid("Solution", CARRIER),
        226089: Fluid("Piggyback", CARRIER),
        225174: Fluid("Hetastarch (Hespan) 6%", EXPANDER),
        225795: Fluid("Dextran 40", EXPANDER),
        225796: Fluid("Dextran 70", EXPANDER),
        220862: Fluid("Albumin 25%", BLOOD),
        220864: Fluid("Albumin 5%", BLOOD),
        225168: Fluid("Packed Red Blood Cells", BLOOD),
        225170: Fluid("Platelets", BLOOD),
        220970: Fluid("Fresh Frozen Plasma", BLOOD),
        225171: Fluid("Cryoprecipitate", BLOOD),
        226361: Fluid("Pre-Admission/Non-ICU Intake", ELSEWHERE),
        226363: Fluid("Cath Lab Intake", ELSEWHERE),
        226364: Fluid("OR Crystalloid Intake", ELSEWHERE),
        226365: Fluid("OR Colloid Intake", ELSEWHERE),
        226367: Fluid("OR FFP Intake", ELSEWHERE),
        226368: Fluid("OR Packed RBC Intake", ELSEWHERE),
        226369: Fluid("OR Platelet Intake", ELSEWHERE),
        226370: Fluid("OR Autologous Blood Intake", ELSEWHERE),
        226371: Fluid("OR Cryoprecipitate Intake", ELSEWHERE),
        226372: Fluid("OR Cell Saver Intake", ELSEWHERE),
        226375: Fluid("PACU Crystalloid Intake", ELSEWHERE),
        226376: Fluid("PACU Colloid Intake", ELSEWHERE),
        227070: Fluid("PACU Packed RBC Intake", ELSEWHERE),
        227071: Fluid("PACU Platelet Intake", ELSEWHERE),
        227072: Fluid("PACU FFP Intake", ELSEWHERE),
    }
)

LABELS: Mapping[int, str] = MappingProxyType(
    {item: each.label for item, each in PRESSORS.items()}
    | {item: each.label for item, each in FLUIDS.items()}
)


def pressor(row: Given, tally: ImportTally) -> str | None:
    """Return the vasopressor that a row gives, by the item or by its name in the dictionary; None: none."""
    if row.item in PRESSORS:
        return PRESSORS[row.item].agent
    return vasopressor(tally.by_name[INPUTS.name].get(row.item, ""))


def medicines(rows: Iterable[Given], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield a steroid or antihypertensive, by the item's name in the dictionary, as a medication."""
    for row in rows:
        agent = medicine(tally.by_name[INPUTS.name].get(row.item, ""))
        if agent is None or pressor(row, tally) is not None:
            continue
        if not row.amount or row.amount < 0:
            tally.drop(INPUTS.name, "no-amount")
            continue
        tally.adjust(INPUTS.name, "medicines")
        yield medication(agent, row, "med")


def medication(agent: str, row: Given, word: str) -> MimicFact:
    """Return what a row gave, as a medication at its start."""
    amount = None if row.amount is None else neat(row.amount)
    fields: dict[str, Any] = {"agent": agent, "amount": amount, "unit": row.amount_unit, "route": "IV"}
    return MimicFact(
        row.start, learned(row.start, row.stored), "medication", stem(word, row, row.start), fields
    )


MAIN, BOLUS = "Main order parameter", "Bolus"
FAST = 248.0
"""mL/h above which a continuous crystalloid is in effect a bolus (mimic-code, crystalloid_bolus)."""
ML_PER_MINUTE = "mL/min"


def fluids(rows: Iterable[Given], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield each volume given, over the time it ran."""
    for row in rows:
        if row.item not in FLUIDS:
            continue
        if not row.amount or row.amount < 0:
            tally.drop(INPUTS.name, "no-amount")
            continue
        began = {"start": text(row.start)} if row.start < row.end else {}
        fields = {
            "direction": "in",
            "kind": kind(row),
            "volume": neat(row.amount),
            "unit": row.amount_unit or "mL",
            **began,
        }
        yield MimicFact(
            row.end,
            learned(row.end, row.stored),
            "io",
            f"in-{row.order or row.item}-{row.item}-{stamp(row.end)}",
            fields,
        )


def kind(row: Given) -> str:
    """Return the kind on the wire; `iv-bolus` and `blood-product` count above maintenance.

    What carries a drug, and sums from outside the ICU, are `other`: the first is no fluid therapy, and when
    the second was given is not known.
    """
    class_ = FLUIDS[row.item].class_
    if class_ == BLOOD:
        return "blood-product"
    if class_ == EXPANDER:
        return "iv-bolus"
    if class_ != CRYSTALLOID or row.component not in (MAIN, None):
        return "other"
    return "iv-bolus" if row.category == BOLUS or per_hour(row) > FAST else "iv-maintenance"


def per_hour(row: Given) -> float:
    """Return mL/h; 0 where no rate is charted."""
    return (row.rate or 0.0) * (60.0 if row.rate_unit == ML_PER_MINUTE else 1.0)


# Vasopressors: one row is one rate from `starttime` to `endtime`; a rate stops at its end unless the next
# begins there.
#
# Two pumps of one agent are two lines, which add up. Lines are distinguished by time, not by order: a new bag
# is a new order that begins as the old one ends, and what is stored about the two at different times must not
# read as both running.


MCG_PER_MINUTE, MILLIGRAMS = "mcg/min", "mg/kg/min"
PER_KG = "ug/kg/min"


def infusions(rows: Iterable[Given], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield the rates and stops of every vasopressor, and its pushes as medications."""
    named = [(row, agent) for row in rows if (agent := pressor(row, tally)) is not None]
    named.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[0].item))
    for row, agent in named:
        if row.rate is None:
            yield from push(agent, row, tally)
    rated = [(row, agent) for row, agent in named if lasts(row, tally)]
    for agent in dict.fromkeys(agent for _, agent in rated):
        for number, line in enumerate(lines([row for row, own in rated if own == agent]), 1):
            yield from course(agent, line, {} if number == 1 else {"line": str(number)}, tally)


def lasts(row: Given, tally: ImportTally) -> bool:
    """Return whether a row is a rate that was in force for any time."""
    if row.rate is not None and row.end <= row.start:
        tally.drop(INPUTS.name, "no-duration")
    return row.rate is not None and row.end > row.start


def lines(rows: Iterable[Given]) -> list[list[Given]]:
    """Return as few lines as hold the rows without an overlap, each in order of time."""
    found: list[list[Given]] = []
    for row in rows:
        free = next((line for line in found if line[-1].end <= row.start), None)
        if free is None:
            found.append(free := [])
        free.append(row)
    return found


def course(
    agent: str, rows: Sequence[Given], line: dict[str, str], tally: ImportTally
) -> Iterator[MimicFact]:
    """Yield the rates of one line, and a 0 wherever it pauses."""
    for row, begins in zip(rows, [*(row.start for row in rows[1:]), None], strict=True):
        value, unit = rate(row, tally)
        fields = {"agent": agent, "rate": value, "unit": unit, **line}
        yield MimicFact(
            row.start, learned(row.start, row.stored), "infusion", stem("rate", row, row.start), fields
        )
        if begins != row.end:
            yield MimicFact(
                row.end,
                learned(row.end, row.stored),
                "infusion",
                stem("stop", row, row.end),
                {"agent": agent, "rate": 0, **line},
            )


def stem(word: str, row: Given, at: int) -> str:
    return f"{word}-{row.order or row.item}-{stamp(at)}"


def rate(row: Given, tally: ImportTally) -> tuple[float | int, str | None]:
    """Return number and unit.

    A rate per minute is divided by the weight in its own row, the one the pump was set to.

    `mg/kg/min` beside a weight of 1 kg is ug/kg/min mislabelled, as the authors of MIMIC found (mimic-code,
    norepinephrine).
    """
    assert row.rate is not None
    if row.rate_unit == MCG_PER_MINUTE and row.weight:
        tally.adjust(INPUTS.name, "by-patientweight")
        return neat(row.rate / row.weight), PER_KG
    if row.rate_unit == MILLIGRAMS and row.weight == 1:
        tally.adjust(INPUTS.name, "milligrams-are-micrograms")
        return neat(row.rate), PER_KG
    return neat(row.rate), row.rate_unit


def push(agent: str, row: Given, tally: ImportTally) -> Iterator[MimicFact]:
    """Yield an amount without a rate as a medication; it is no infusion."""
    if not row.amount:
        tally.drop(INPUTS.name, "no-rate-or-amount")
        return
    tally.adjust(INPUTS.name, "pushes")
    yield medication(agent, row, "push")
