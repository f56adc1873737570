"""Declare when a measure of Tables 5 and 6 would harm, and is not said (criteria.md section 7.3)."""

import msgspec

from rules.guideline.declarations import Limit


class Harm(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of harm.

    Fluid: `weight_gain` in per cent over baseline, `pressor_load` in ug/kg/min, and the rows of `congested`
    with their words.
    Indomethacin: `platelets`, `bleeding`, `creatinine` in mg/dL, `anuric` absolute. Replacement of
    electrolytes is halved with that creatinine, or `anuric` tripped.
    """

    weight_gain: Limit = Limit(">", 10)
    pressor_load: Limit = Limit(">", 0.5)
    congested: dict[str, str]
    platelets: Limit = Limit("<=", 50)
    bleeding: str = "bleeding"
    creatinine: Limit = Limit(">=", 2.5)
    anuric: str = "urine-hour"
    halved: tuple[str, ...] = ("potassium", "magnesium", "phosphate")
    source: str = "beyond the paper"


HARM = Harm(
    congested={
        "oxygen-requirement": "oxygen needed",
        "rales": "rales",
        "intubation": "intubated",
        "pleural-effusion": "pleural effusion",
    },
)
