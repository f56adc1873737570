"""Declare the hemodynamic rows of Table 3, and what each pressor counts in phenylephrine.

The highest need and the inability to wean are two facts: the rows count apart.
"""

from rules.guideline.declarations import Limit, PressorMaximumRow, PressorMinimumRow, Pressors
from rules.wire.instants import HOUR, MINUTE
from rules.wire.vocabulary import WITHOUT_EQUIVALENT

# [choice] The paper knew phenylephrine "or another alpha agonist"; its 2 ug/kg/min of dopamine is for the
# kidneys.
PRESSORS = Pressors(
    equivalents={
        "phenylephrine": 1.0,
        "norepinephrine": 10.0,
        "epinephrine": 10.0,
        "dopamine": 0.1,
        "vasopressin": 25.0,
    },
    in_units=("vasopressin",),
    renal_dopamine=2.5,
    without=WITHOUT_EQUIVALENT,
    source="Goradia et al., J Crit Care 2021;61:233",
)

ROWS = (
    PressorMaximumRow(
        code="phenylephrine-maximum",
        system="hemodynamic",
        unit="ug/kg/min",
        source="Table 3, hemodynamic, row 1",
        words="Highest pressor load of the last 8 h",
        relative=Limit(">=", 1.0),
        absolute=Limit(">=", 1.5),
        window=8 * HOUR,  # [choice]
    ),
    PressorMinimumRow(
        code="phenylephrine-minimum",
        system="hemodynamic",
        unit="ug/kg/min",
        source="Table 3, hemodynamic, row 2 (JITC 2014: minimum at the time of dosing)",
        words="Pressor load at the time of dosing",
        relative=Limit(">", 0.5),
        absolute=Limit(">", 0.8),
        after=8 * HOUR,
        window=30 * MINUTE,  # [choice]
    ),
)
