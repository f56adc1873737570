"""Declare the pulmonary rows of Table 3."""

from rules.guideline.declarations import FindingRow, Limit, OxygenRow, Sustained
from rules.wire.instants import MINUTE

ROWS = (
    FindingRow(
        code="dyspnea",
        system="pulmonary",
        source="Table 3, pulmonary, row 1",
        words="Short of breath at rest",
        relative=("dyspnea-at-rest",),
    ),
    OxygenRow(
        code="oxygen-requirement",
        system="pulmonary",
        unit="L/min",
        source="Table 3, pulmonary, row 2",
        words="Oxygen to keep SpO2 >=95 %",
        relative_flow=Limit(">=", 3),
        absolute_flow=Limit(">", 4),
        relative_fio2=Limit(">=", 21),  # [choice]
        absolute_fio2=Limit(">=", 40),
        assumed_fio2=40,  # [choice]
        low=Sustained(Limit("<", 95), Limit(">=", 95), 5 * MINUTE),  # [choice] 5 min
        severe=Limit("<", 90),
        at_flow=Limit(">=", 4),
        baseline_below=97,  # [choice], with the margin
        baseline_margin=2,
        monitored_by="vital-signs",
    ),
    FindingRow(
        code="intubation",
        system="pulmonary",
        source="Table 3, pulmonary, row 3",
        words="Endotracheal intubation",
        absolute=("intubation",),
    ),
    FindingRow(
        code="rales",
        system="pulmonary",
        source="Table 3, pulmonary, row 4",
        words="Rales",
        relative=("rales=one-third",),
        absolute=("rales=half",),
    ),
    FindingRow(
        code="pleural-effusion",
        system="pulmonary",
        source="Table 3, pulmonary, row 5",
        words="Pleural effusion needing a tap or a chest tube on therapy",
        absolute=("effusion-drained",),
    ),
)
