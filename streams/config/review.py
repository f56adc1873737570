"""Define the configuration's `[review]` table: what the alarm committee has set as too much.

[review]
pages-a-patient-day = 12      # more are named, and il2watch review exits 1
share-unanswered = 0.1        # of the episodes that were paged, those that nobody acknowledged
share-late = 0.05             # of the facts, those charted later than late-after
late-after = "60 min"
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from rules.wire.durations import duration
from streams.config.section import Duration, Fault, SiteFile, Table

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Rate = Annotated[float, msgspec.Meta(ge=0)]


class ReviewTable(Table, frozen=True, kw_only=True):
    """The keys of the configuration's `[review]` table."""

    pages_a_patient_day: Annotated[
        Rate | None, msgspec.Meta(description="budget: pages a patient and day")
    ] = None
    share_unanswered: Annotated[
        Share | None,
        msgspec.Meta(description="budget: share of the paged episodes that nobody acknowledged"),
    ] = None
    share_late: Annotated[
        Share | None, msgspec.Meta(description="budget: share of the facts charted late")
    ] = None
    late_after: Annotated[Duration, msgspec.Meta(description="a fact charted later than this is late")] = (
        "60 min"
    )


def section(file: SiteFile) -> ReviewTable:
    """Return the table, checked. Raises UsageError naming file, line and key."""
    table = file.section(ReviewTable, "review")
    if fault := conflict(table):
        file.blame(("review", fault.key), fault.text)
    return table


def conflict(table: ReviewTable) -> Fault | None:
    """Return which value cannot be, or None."""
    try:
        duration(table.late_after)
    except ValueError as error:
        return Fault("late-after", str(error))
    return None
