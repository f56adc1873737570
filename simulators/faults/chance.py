"""Decide when a fault strikes: single records, or spells of a patient's time.

Every draw comes from the seed and the fault's own name.
"""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

import numpy as np

from rules.wire.instants import HOUR, MINUTE


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return a generator of its own for the names given: one more fault or patient changes no other draws."""
    return np.random.default_rng(np.random.SeedSequence([seed, *(crc32(name.encode()) for name in names)]))


class Chance:
    """Strikes each record with the same probability, `rate` (0 to 1)."""

    def __init__(self, seed: int, name: str, rate: float) -> None:
        self.rng, self.rate = generator(seed, name), rate
        self.left = self.gap()

    def strikes(self) -> bool:
        """Return whether this record is struck.

        It counts down one a record and draws once a strike: a million records cost nothing.
        """
        self.left -= 1
        if self.left:
            return False
        self.left = self.gap()
        return True

    def gap(self) -> int:
        """Return how many records on the next strike is; 0 (never) at a rate of 0."""
        return int(self.rng.geometric(self.rate)) if self.rate else 0


class Spell(NamedTuple):
    """A span from `start` up to, not including, `end` (ms), and a generator for what happens in it."""

    start: int
    end: int
    rng: np.random.Generator


class Spells:
    """Spells that begin `rate` times an hour and last between two lengths (minutes), independent for each
    name (a patient, or the whole feed).
    """

    def __init__(self, seed: int, fault: str, rate: float, minutes: tuple[float, float]) -> None:
        self.seed, self.fault, self.rate, self.minutes = seed, fault, rate, minutes
        self.ahead: dict[str, Spell] = {}

    def over(self, name: str, known: int) -> Spell | None:
        """Return the spell that contains `known`, or None. Must be called in order of `known`."""
        spell = self.ahead.get(name)
        if spell is None:
            spell = self.ahead[name] = self.after(known, generator(self.seed, self.fault, name))
        while spell.end <= known:
            spell = self.ahead[name] = self.after(spell.end, spell.rng)
        return spell if spell.start <= known else None

    def after(self, known: int, rng: np.random.Generator) -> Spell:
        """Return the next spell after an instant."""
        start = known + 1 + int(rng.exponential(HOUR / self.rate))
        return Spell(start, start + int(rng.uniform(*self.minutes) * MINUTE), rng)
