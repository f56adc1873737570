"""Declare when a reading of a vital sign counts: sustained, confirmed, to be repeated.

Source: criteria.md sections 3.1 and 7.2; all of it is **[choice]**.
"""

import msgspec

from rules.guideline.declarations import Limit, Sustained
from rules.wire.instants import HOUR, MINUTE


class VitalSigns(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that heart rate, pressure, SpO2 and respiratory rate share. Durations in ms.

    `share`: of the readings of a run that must meet a condition; `recovers`: how long a condition must not be
    met to clear without its clearing limit; `confirms`: how long before a reading another one makes it a
    monitor's; `repeat`, `repeat_extreme`: when a reading past a limit must have been repeated.
    """

    share: float = 0.8
    recovers: int = 2 * HOUR
    confirms: int = 5 * MINUTE
    repeat: int = 15 * MINUTE
    repeat_extreme: int = 3 * MINUTE
    extreme_fast: Limit = Limit(">", 150)
    extreme_slow: Limit = Limit("<", 40)
    extreme_saturation: Limit = Limit("<", 88)
    slow: Sustained = Sustained(Limit("<", 50), Limit(">=", 55), 30 * MINUTE)
    breathing: Sustained = Sustained(Limit(">=", 30), Limit("<", 25), 15 * MINUTE)
    source: str = "criteria.md 3.1"


VITAL_SIGNS = VitalSigns()
