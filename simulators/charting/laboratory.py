"""Report what the laboratory measured: results come back 30 to 90 min after the draw, panel by panel, with
the laboratory's reference limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from rules.wire.vocabulary import LABS
from simulators.care.labs import PANELS
from simulators.charting.noise import NOISE, Draws
from simulators.charting.records import Fields
from simulators.charting.writer import ChartingGap, ChartWriter, turn_of
from simulators.physiology.latent_state import Act, Chunk

RESULT: Final = (30.0, 90.0)
"""Minutes from the draw to the result."""

# Reference limits of adults, in the canonical units: those of a usual hospital laboratory (assumption; no
# limit of the guideline rests on them, but for the enzymes' upper and the minerals' lower ones, which are
# such limits by definition).
LIMITS: Final[Mapping[str, tuple[float | None, float | None]]] = MappingProxyType(
    {
        "creatinine": (0.6, 1.2), "bilirubin": (0.2, 1.2), "platelets": (150, 400), "bicarbonate": (22, 29),
        "potassium": (3.5, 5.1), "sodium": (135, 145), "calcium": (8.5, 10.5), "magnesium": (1.6, 2.6),
        "phosphate": (2.5, 4.5), "albumin": (3.5, 5.0), "hematocrit": (36, 48), "hemoglobin": (12, 16),
        "urea": (6, 20), "glucose": (70, 140), "alt": (7, 40), "ast": (8, 40), "ck": (30, 200),
        "ck-mb": (None, 5.0), "troponin-t": (None, 0.03), "troponin-i": (None, 0.04), "pt": (11, 13.5),
        "inr": (0.8, 1.2), "ptt": (25, 36), "wbc": (4, 10), "tsh": (0.4, 4.5), "free-t4": (0.8, 1.8),
    }
)  # fmt: skip


class Laboratory:
    """Measures what acts of kind `lab-draw` have drawn, in the blood of their minute."""

    def __init__(self, writer: ChartWriter, draws: Draws) -> None:
        self.writer, self.draws = writer, draws

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart the draws of the chunk, except within a gap."""
        missing = gap.of("labs")
        for act in chunk.acts:
            if act.kind == "lab-draw" and not missing[act.minute - chunk.start, act.patient]:
                self.writer.turn = turn_of(chunk.start, "laboratory", act.minute - chunk.start)
                self.draw(chunk, act)

    def draw(self, chunk: Chunk, act: Act) -> None:
        """Write one record for each panel of a draw."""
        for panel in act.detail["panels"]:
            readings = list(self.results(chunk, act, PANELS[panel]))
            self.writer.write(
                "labs", act.patient, act.minute, {"source": panel, "readings": readings}, RESULT
            )

    def results(self, chunk: Chunk, act: Act, codes: Iterable[str]) -> Iterable[Fields]:
        """Yield the readings of a draw, each with its measurement error."""
        for code in (code for code in codes if code in chunk.latent):
            error = self.draws.normal(act.patient, code, act.minute)
            truth = float(chunk.latent[code][act.minute - chunk.start, act.patient])
            yield result(code, truth * (1 + error * NOISE[code].share))


def result(code: str, value: float) -> Fields:
    """Return a reading in the steps in which the laboratory reports, with its limits."""
    step = NOISE[code].step
    reported = round(value / step) * step if step >= 1 else round(value / step) / round(1 / step)
    reading: dict[str, Any] = {"code": code, "value": reported, "unit": LABS[code]}
    low, high = LIMITS[code]
    return reading | {name: limit for name, limit in (("low", low), ("high", high)) if limit is not None}
