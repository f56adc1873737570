"""What `--faults` may say: `all`, `usual`, `none`, or names, each with a rate of its own if wished."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from simulators.faults.registry import FAULTS

SETS: Mapping[str, Mapping[str, float]] = {
    "all": {name: fault.rate for name, fault in FAULTS.items()},
    "usual": {name: fault.usual for name, fault in FAULTS.items() if fault.usual},
    "none": {},
}


class FaultsError(ValueError):
    """A specification of faults that cannot be used. Its text says what is wrong and what could be written instead."""


def parse(spec: str) -> dict[str, float]:
    """The rate of each fault asked for, in the order in which they strike. Raises FaultsError.

    `spec`: parts with commas between, later ones ruling: a set (`all`, `usual`, `none`), a fault at its documented rate (`drop`), or at another
    (`drop=0.05`). A rate is a share of records, or how often an hour; 0 leaves the fault out.
    """
    rates: dict[str, float] = {}
    for part in filter(None, map(str.strip, spec.split(","))):
        rates |= SETS[part] if part in SETS else dict([one(part)])
    return {name: rates[name] for name in FAULTS if rates.get(name)}


def one(part: str) -> tuple[str, float]:
    """A fault and its rate. Raises FaultsError."""
    name, equals, rate = part.partition("=")
    if name not in FAULTS:
        near = get_close_matches(name, [*FAULTS, *SETS], n=1)
        raise FaultsError(f"no fault {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are {', '.join([*FAULTS, *SETS])}"))
    return name, number(name, rate) if equals else FAULTS[name].rate


def number(name: str, text: str) -> float:
    """A rate in range. Raises FaultsError."""
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    most = FAULTS[name].most
    if not 0 <= rate <= most:
        raise FaultsError(f"{name}={text}: a rate is a number from 0 to {most:g} ({FAULTS[name].of}), like {name}={FAULTS[name].rate:g}")
    return rate
