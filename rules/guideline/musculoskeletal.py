"""Declare the musculoskeletal rows of Table 3."""

from rules.guideline.declarations import BaselineGainRow, FindingRow, Limit
from rules.wire.instants import HOUR

ROWS = (
    BaselineGainRow(
        code="weight-gain",
        system="musculoskeletal",
        unit="%",
        source="Table 3, musculoskeletal, row 1",
        words="Weight gain over baseline",
        relative=Limit(">", 15),
        stale=36 * HOUR,
    ),
    FindingRow(
        code="extremities",
        system="musculoskeletal",
        source="Table 3, musculoskeletal, row 2",
        words="Extremity tightness or paresthesias",
        relative=("extremity-tightness",),
        absolute=("extremity-paresthesias",),
    ),
)
