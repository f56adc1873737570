"""Declare the neurologic rows of Table 3.

Mental status is the one finding that is not charted by exception.
"""

from rules.guideline.declarations import FindingRow, PersistentFindingRow
from rules.wire.instants import HOUR

ROWS = (
    FindingRow(
        code="vivid-dreams",
        system="neurologic",
        source="Table 3, neurologic, row 1",
        words="Vivid dreams",
        relative=("vivid-dreams",),
    ),
    FindingRow(
        code="emotional-lability",
        system="neurologic",
        source="Table 3, neurologic, row 2",
        words="Emotional lability",
        relative=("emotional-lability",),
        absolute=("persistent-crying",),
    ),
    FindingRow(
        code="hallucination",
        system="neurologic",
        source="Table 3, neurologic, row 1, absolute column",
        words="Hallucination",
        absolute=("hallucination",),
    ),
    PersistentFindingRow(
        code="mental-status",
        system="neurologic",
        source="Table 3, neurologic, row 3, absolute column",
        words="Mental status",
        finding="mental-status",
        value="changed",
        lasts=2 * HOUR,
        stale=16 * HOUR,
    ),
    FindingRow(
        code="cognition",
        system="neurologic",
        source="Table 3, neurologic, row 4, absolute column",
        words="Cannot subtract serial 7s or spell WORLD backward",
        absolute=("cognition-failed",),
    ),
    FindingRow(
        code="disorientation",
        system="neurologic",
        source="Table 3, neurologic, row 5, absolute column",
        words="Disorientation",
        absolute=("disorientation",),
    ),
)
