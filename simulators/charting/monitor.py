"""The bedside monitor: six readings a minute, known as they are measured, artefacts included."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps
from typing import Final

import numpy as np

from rules import instant
from simulators.charting.artefacts import Artefacts
from simulators.charting.clock import Clock
from simulators.charting.noise import observed
from simulators.charting.silence import Silence
from simulators.latent import Chunk
from simulators.seeds import Flags, Whole
from simulators.writing.record import Record

SHOWN: Final = (
    ("heart-rate", "/min"), ("systolic-bp", "mm[Hg]"), ("diastolic-bp", "mm[Hg]"), ("mean-bp", "mm[Hg]"),
    ("respiratory-rate", "/min"), ("spo2", "%"),
)  # fmt: skip
"""What is on the screen: wire code and unit; a record holds all of them, in this order."""
CODES: Final = tuple(code for code, _ in SHOWN)


class Monitor:
    """Of the patients of `watched`: one record a minute, each patient's at a second of its own, so that no two of few share an instant."""

    def __init__(self, ids: tuple[str, ...], watched: Flags, clock: Clock, rng: np.random.Generator, artefacts: Artefacts) -> None:
        self.clock, self.rng, self.artefacts = clock, rng, artefacts
        self.watched = watched
        self.seconds = [60 * number // max(1, len(ids)) for number in range(len(ids))]
        self.forms = [form(patient, second) for patient, second in zip(ids, self.seconds, strict=True)]

    def records(self, chunk: Chunk, silence: Silence) -> Iterator[Record]:
        """A chunk's records in order of time. The value of a minute is that of its end."""
        if not self.watched.any():
            return
        shown = self.readings(chunk)
        charted = (chunk.support["present"] > 0) & self.watched & ~silence.of("vitals")
        for row in range(chunk.minutes):
            yield from self.minute(chunk.start + row, shown[row], np.flatnonzero(charted[row]))

    def readings(self, chunk: Chunk) -> Whole:
        """What the screens show: (minutes, patients, codes)."""
        shown = np.stack([observed(code, chunk.latent[code], self.rng) for code in CODES], axis=-1)
        shown[..., CODES.index("spo2")].clip(None, 100, out=shown[..., CODES.index("spo2")])
        self.artefacts.spoil(shown, chunk, CODES)
        return shown.astype(np.int64)

    def minute(self, minute: int, shown: Whole, patients: Whole) -> list[Record]:
        """One minute's records, those of `patients` alone."""
        at = self.clock.moment(minute)
        text = instant.text(at)[:16].encode()
        forms, seconds = self.forms, self.seconds
        beds = zip(patients.tolist(), shown[patients].tolist(), strict=True)
        return [(at + 1000 * seconds[bed], forms[bed] % (minute, text, *values)) for bed, values in beds]


def form(patient: str, second: int) -> bytes:
    """The record of a patient as bytes with places for minute, time up to the minute, and the readings: filled in for each of millions."""
    readings = ",".join(f'{{"code":"{code}","value":%d,"unit":"{unit.replace("%", "%%")}"}}' for code, unit in SHOWN)
    name = dumps(patient, ensure_ascii=False).replace("%", "%%")
    text = f'{{"type":"vitals","id":"v%d","patient":{name},"at":"%b:{second:02}Z","source":"monitor","readings":[{readings}]}}'
    return text.encode()
