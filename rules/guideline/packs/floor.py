"""Declare the floor: what holds a dose under every pack that decides, unless it has a row for it.

Source: editions.md section 1.
"""

import msgspec


class FloorRule(msgspec.Struct, frozen=True):
    """A holding blocker: by a `finding` that is present, the `pressor` load, or a `severe` saturation.

    `concepts`: rows of a pack that stand in its place.
    """

    blocker: str
    concepts: tuple[str, ...]
    finding: str | None = None
    pressor: bool = False
    severe: bool = False


FLOOR = (
    FloorRule("phenylephrine", ("phenylephrine-maximum", "phenylephrine-minimum"), pressor=True),
    FloorRule("intubation", ("intubation",), finding="intubation"),
    FloorRule("frank-blood", ("bleeding",), finding="frank-blood"),
    FloorRule("spo2-below-90", ("oxygen-requirement", "spo2-90"), severe=True),
)
"""[choice] As criteria.md 3.1, 3.3 and 3.5 say it."""
