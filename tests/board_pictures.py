"""`python -m tests.board_pictures docs/howto/board`: the board at four widths, by day and by night, and on paper,
from a simulated ward at a fixed instant.

Everything is real: broker, worker, board, browser. The ward goes by the log's clock, so the same pictures
come of it every time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.streams.board.browser.pages import ROOT, Installation

WARD = ("simulate", "ward", "--patients", "16", "--seed", "4", "--days", "2.4")
SIZES = {"phone": (390, 844), "tablet": (834, 1112), "desk": (1440, 900), "wall": (2560, 1440)}
SCHEMES = {"day": "light", "night": "dark"}
TALLEST = 2600


def main() -> int:
    """Writes the pictures.

    Exit 0, too, where there is no Chromium: it says so, and leaves them as they are.
    """
    into, program = Path(sys.argv[1]), shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        print(
            "the board's pictures stay as they are: there is no Chromium (apt-get install chromium)",
            file=sys.stderr,
        )
        return 0
    into.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="il2watch-pictures-") as folder,
        Installation(Path(folder), clock="log") as installation,
    ):
        file = Path(folder) / "ward.jsonl"
        il2watch(*WARD, "-o", str(file))
        il2watch("replay", str(file), "--speed", "max", "--broker", installation.broker.servers)
        installation.worker()
        capture(program, installation.board(), into)
    return 0


def il2watch(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "streams", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )


def capture(program: str, url: str, into: Path) -> None:
    """Every view at every size, by day and by night; one patient on paper."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme, colours in SCHEMES.items():
            for size, (width, height) in SIZES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=colours
                )
                context.add_init_script(f"localStorage.setItem('theme', {scheme!r})")
                page = context.new_page()
                unit(page, url, into / f"unit-{size}-{scheme}.png")
                patient(page, into / f"patient-{size}-{scheme}.png", width)
                if (size, scheme) == ("desk", "day"):
                    page.pdf(
                        path=str(into / "patient-paper.pdf"), prefer_css_page_size=True, print_background=True
                    )
                context.close()
        browser.close()


def unit(page: Any, url: str, into: Path) -> None:
    page.goto(url)
    page.wait_for_selector("body.alive")
    page.wait_for_timeout(800)
    keep(page.screenshot(), into)


def patient(page: Any, into: Path, width: int) -> None:
    """The most urgent patient, down to where a picture gets too tall."""
    page.locator("#rows .name").first.click()
    page.wait_for_selector("body.patient.alive #sheet svg")
    page.wait_for_timeout(800)
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    keep(page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height}), into)


def keep(picture: bytes, into: Path) -> None:
    """With the 256 colours that a page of flat areas needs, at a third of the size."""
    from PIL import Image

    Image.open(BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        into, optimize=True
    )


if __name__ == "__main__":
    sys.exit(main())
