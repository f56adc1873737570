"""Draw one course of every scenario, or of those named on the command line: `python -m
simulators.scenarios.pictures docs/reference/scenarios [NAME ...]`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from simulators.scenarios import SCENARIOS
from simulators.scenarios.page import SEED, picture
from simulators.scenarios.scenario import Scenario

FIRST: Final = "sim-0001"
COLOURS: Final = 256
"""A flowsheet has fewer; with a palette the picture takes a third of the bytes."""


def main(folder: Path, names: Sequence[str]) -> None:
    """Draw the scenarios into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        draw(SCENARIOS[name], folder / picture(SCENARIOS[name]))


def draw(scenario: Scenario, page: Path) -> None:
    """Simulate a course and draw it. Raises CalledProcessError when a command fails."""
    patients = "8" if scenario.mix else "1"
    with tempfile.TemporaryDirectory() as folder:
        course = str(Path(folder) / "course.jsonl")
        il2watch(
            "simulate",
            scenario.name,
            "--patients",
            patients,
            "--seed",
            str(SEED),
            "--vitals",
            "hourly",
            "-o",
            course,
        )
        il2watch("plot", course, "--patient", FIRST, "-o", str(page))
    palette(page)


def il2watch(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "streams", *arguments], check=True)


def palette(page: Path) -> None:
    """Rewrite the picture with a palette."""
    with Image.open(page) as image:
        small = image.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
    small.save(page, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(SCENARIOS))
