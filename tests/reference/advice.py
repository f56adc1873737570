"""All advice and watches in their order (criteria.md 7, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import fluids, therapy, values, watches
from .row import Row
from .scene import Condition, Judged, Scene

FLUIDS: list[tuple[str, Condition]] = [
    ("fluid-bolus", fluids.fluid_bolus),
    ("add-pressor", fluids.add_pressor),
    ("titrate-pressor", fluids.titrate_pressor),
    ("add-dopamine", fluids.add_dopamine),
    ("fluid-futile", fluids.fluid_futile),
    ("fluid-limit", fluids.fluid_limit),
]
TABLE: list[tuple[str, Condition]] = [
    ("peak-window", therapy.peak_window),
    *FLUIDS,
    *values.TABLE,
    *therapy.BEFORE,
    *therapy.AFTER,
    *watches.TABLE,
    ("eligibility", watches.not_eligible),
]
CODES = tuple(code for code, _ in TABLE)
STAYS = ("add-pressor", "add-dopamine")
WATCHES = tuple(code for code, _ in watches.TABLE)


def evaluate(s: Scene, codes: Iterable[str] = CODES) -> dict[str, Judged]:
    """Advice at a clock, in order; `corrective` has no episode and is not among it."""
    wanted = set(codes)
    return {code: condition(s) for code, condition in TABLE if code in wanted}


def correctives(rows: Mapping[str, Row], accepted: Iterable[str]) -> list[dict[str, Any]]:
    """One for each tripped criterion that is not accepted."""
    left = set(accepted)
    return [
        {"code": "corrective", "subject": code}
        for code, row in rows.items()
        if row.tripped and code not in left
    ]
