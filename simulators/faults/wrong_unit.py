"""Wrong unit: a reading's number is in one unit and its label names another, or the label cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rules.wire.vocabulary import LABS, VITALS
from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import Body, FeedRecord, Reading, numeric, readings

NAME = "wrong-unit"
UNREADABLE = ("", "?", "units", "xx")

MISLABELLED: Mapping[str, Callable[[float], float]] = {
    "temperature": lambda celsius: celsius * 9 / 5 + 32,
    "systolic-bp": lambda mercury: mercury / 7.50062,
    "weight": lambda kilograms: kilograms / 0.45359237,
    "creatinine": lambda milligrams: milligrams * 88.42,
    "platelets": lambda thousands: thousands * 1000,
    "spo2": lambda percent: percent / 100,
}
"""Code -> its number in the unit whose label was lost ([degF], kPa, [lb_av], umol/L, /uL, a fraction), under
the usual label.

Only mix-ups that no patient can have, which the plausible ranges catch (criteria.md section 8): others cannot
be recognised from a reading.
"""


def wrong_unit(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Spoil one reading of a share of the vitals and labs: its unit cannot be read (refused, `bad-unit`), or
    is that of another number.
    """
    chance = Chance(seed, NAME, rate)
    for record in records:
        if record.type in ("vitals", "labs") and record.id is not None and chance.strikes():
            spoil(record, chance)
        yield record


def spoil(record: FeedRecord, chance: Chance) -> None:
    """Make one measured reading's unit unreadable, or keep it and change the number to another unit's."""
    body = record.body
    measured = [reading for reading in readings(body) if usable(reading)]
    if not measured:
        return
    reading = measured[int(chance.rng.integers(len(measured)))]
    if reading["code"] in MISLABELLED and chance.rng.random() < 0.5:
        mislabel(record, body, reading)
    else:
        was, reading["unit"] = reading["unit"], UNREADABLE[int(chance.rng.integers(len(UNREADABLE)))]
        record.rewrite(body, NAME, code=reading["code"], was=was, refuses="bad-unit")


def mislabel(record: FeedRecord, body: Body, reading: Reading) -> None:
    """Change the reading's number to that of the other unit, and keep the label."""
    was = reading["value"]
    reading["value"] = round(MISLABELLED[reading["code"]](was), 4)
    record.rewrite(body, NAME, code=reading["code"], was=was, implausible=True)


def usable(reading: Reading) -> bool:
    """Return whether the reading is a number in the canonical unit of its code; a device has no unit, and an
    INR needs none.
    """
    code, unit = str(reading.get("code")), reading.get("unit")
    return (
        numeric(reading) and unit is not None and code != "inr" and unit in (VITALS.get(code), LABS.get(code))
    )
