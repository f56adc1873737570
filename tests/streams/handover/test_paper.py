"""The handover of the simulated ward on A4, printed by a real browser: two to four patients a page, none cut,
no text below 9 pt.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main
from tests.streams.handover.wards import PATIENTS, SHIFTS, simulated, written

pytestmark = [pytest.mark.browser, pytest.mark.slow]
POINT = 96 / 72
"""CSS pixels."""
MM = 96 / 25.4
MARGIN = 10
WIDTH, HEIGHT = 210 - 2 * MARGIN, 297 - 2 * MARGIN
"""What the style leaves of A4, mm."""
SIZES = """() => [...document.querySelectorAll('main *')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())
                 && getComputedStyle(one).display !== 'none' && !one.classList.contains('vh'))
  .map(one => parseFloat(getComputedStyle(one).fontSize))"""
BOXES = """() => [...document.querySelectorAll('article')].map(one => {
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {patient: one.dataset.patient, top: box.top, bottom: box.bottom + parseFloat(style.marginBottom),
          inside: style.breakInside, wide: one.scrollWidth - one.clientWidth};
})"""

MARKS = """() => {
  const links = document.createElement('div');
  links.style.display = 'none';
  [...document.querySelectorAll('article')].forEach((one, number) =>
    [one.querySelector('h2'), ...one.querySelectorAll('li')].forEach((end, place) => {
      const mark = document.createElement('span'), link = document.createElement('a');
      mark.id = `end-${number}-${place}`;
      link.href = `#${mark.id}`;
      end.append(mark);
      links.append(link);
    }));
  document.body.append(links);
  return document.querySelectorAll('[id^=end-]').length;
}"""
"""Marks of no size behind each patient's name and each line: as somebody links to them, the PDF says where they are."""
MARKED = re.compile(rb"/end-(\d+)-\d+ \[(\d+) 0 R /XYZ")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("paper")
    return written(simulated(folder), folder / "ward.jsonl")


@pytest.fixture(scope="module", params=SHIFTS)
def printed(request: pytest.FixtureRequest, chromium: Any, path: str) -> Any:
    """A page of the browser in print, as wide as the paper; and the PDF it makes."""
    html = page_of(path, request.param, Path(path).parent)
    context = chromium.new_context(viewport={"width": round(WIDTH * MM), "height": round(HEIGHT * MM)})
    page = context.new_page()
    page.goto(f"file://{html}")
    page.emulate_media(media="print")
    assert page.evaluate(MARKS) > 500
    yield page, page.pdf(prefer_css_page_size=True, print_background=True)
    context.close()


def page_of(path: str, shift: str, folder: Path) -> Path:
    """The command's page, in a file."""
    from contextlib import redirect_stdout

    html = folder / "handover.html"
    with html.open("w", encoding="utf-8") as into, redirect_stdout(into):
        assert main.main(["handover", path, "--shift", shift, "-o", "html"]) == 0
    return html


def pages(boxes: list[dict[str, Any]]) -> list[int]:
    """How many patients each sheet of paper holds, when one that does not fit goes on the next."""
    counts, top = [0], 0.0
    for box in boxes:
        if counts[-1] and box["bottom"] - top > HEIGHT * MM:
            counts, top = [*counts, 0], box["top"]
        counts[-1] += 1
    return counts


def test_no_patient_is_cut_and_each_sheet_of_paper_holds_two_to_four(printed: Any) -> None:
    page, paper = printed
    boxes = page.evaluate(BOXES)
    assert len(boxes) == PATIENTS
    assert {box["inside"] for box in boxes} == {"avoid"}
    assert max(box["bottom"] - box["top"] for box in boxes) < HEIGHT * MM
    counts = pages(boxes)
    assert all(2 <= count <= 4 for count in counts[:-1]), counts
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == len(counts)
    assert {
        tuple(map(float, found.split())) for found in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", paper)
    } <= A4


A4 = {(0.0, 0.0, 594.95996, 841.91998), (0.0, 0.0, 595.0, 842.0), (0.0, 0.0, 594.96, 841.92)}


def test_in_the_pdf_each_patient_s_name_and_every_line_are_on_one_sheet_of_paper(printed: Any) -> None:
    page, paper = printed
    sheets: dict[bytes, set[bytes]] = {}
    for patient, sheet in MARKED.findall(paper):
        sheets.setdefault(patient, set()).add(sheet)
    assert len(MARKED.findall(paper)) == page.evaluate("document.querySelectorAll('[id^=end-]').length")
    assert len(sheets) == PATIENTS
    assert {patient: len(found) for patient, found in sheets.items() if len(found) > 1} == {}


def test_no_text_is_below_nine_points_and_none_runs_off_the_side(printed: Any) -> None:
    page, _ = printed
    sizes = page.evaluate(SIZES)
    assert len(sizes) > 100
    assert min(sizes) >= 9 * POINT
    assert {box["wide"] for box in page.evaluate(BOXES)} == {0}
