"""Define a condition of a vital sign that holds from one run of readings to another."""

import msgspec

from rules.wire.events import Reference


class Latch(msgspec.Struct, array_like=True, frozen=True):
    """A condition: whether it holds, since when, and the run of readings that made it so.

    `began`: the `at` of the run's first reading.
    """

    on: bool = False
    changed: int | None = None
    began: int | None = None
    evidence: tuple[Reference, ...] = ()
