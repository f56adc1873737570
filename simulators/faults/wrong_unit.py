"""Wrong unit: a reading's number is in one unit and its label says another, or its label says nothing that
can be read.
"""

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
the usual label. Only mix-ups that no patient can have, which the plausible ranges catch (criteria.md section
8): others nobody could tell from a reading.
"""


def wrong_unit(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Spoils one reading of a share of the vitals and labs: its unit cannot be read (refused, `bad-unit`), or
    is that of another number.
    """
    chance = Chance(seed, NAME, rate)
    for record in records:
        if record.type in ("vitals", "labs") and record.id is not None and chance.strikes():
            spoil(record, chance)
        yield record


def spoil(record: FeedRecord, chance: Chance) -> None:
    """One measured reading loses its unit, or keeps it while the number changes to another's."""
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
    was = reading["value"]
    reading["value"] = round(MISLABELLED[reading["code"]](was), 4)
    record.rewrite(body, NAME, code=reading["code"], was=was, implausible=True)


def usable(reading: Reading) -> bool:
    """A number in the canonical unit of its code; a device has none, and an INR needs none."""
    code, unit = str(reading.get("code")), reading.get("unit")
    return (
        numeric(reading) and unit is not None and code != "inr" and unit in (VITALS.get(code), LABS.get(code))
    )
