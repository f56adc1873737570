"""Declare what an advice is: the type of every line of the guideline's advice and watches."""

import msgspec

from rules.guideline.declarations import Limit


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """An advice: public code, what to do, what its end says, where the paper says it, and its numbers.

    Durations in ms. `watch`: it goes beyond the paper (criteria.md section 7.2) and can be switched off:
    `on`.
    """

    code: str
    text: str
    ended: str
    source: str
    watch: bool = False
    on: bool = True
    lab: str | None = None
    limit: Limit | None = None
    second: Limit | None = None
    second_text: str | None = None
    volume: float | None = None
    second_volume: float | None = None
    after: int = 0
    within: int = 0
    until: int = 0
    lasts: int = 0
    rise: float | None = None
    unit: str | None = None
    limits: dict[str, float] = {}
