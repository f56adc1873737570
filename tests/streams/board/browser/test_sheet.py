"""The flowsheet from phone to wall: no words lie over others or run out of the picture, every dose is told,
numbers have three figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.streams.board.browser.test_people import at_rest

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.slow]
Look = Callable[..., Any]
SIZES = {"phone": (390, 844), "desk": (1280, 800), "wall": (2560, 1440)}
HOURS = {"8 h": 8, "24 h": 24, "three days": 72, "ten days": 240}
# Draws the patient's own sheet again over another time, with a dose each 8 h, three more about every other
# one, and devices changed as often.
DENSE = """(hours, later = 0) => {
  const place = document.getElementById('sheet'), hour = 3600000, sheet = structuredClone(place.sheet);
  sheet.end += later;
  sheet.start = sheet.end - hours * hour;
  sheet.doses = [];
  for (let at = sheet.start, turn = 0; at < sheet.end - hour; at += 8 * hour, turn += 1)
    sheet.doses.push(...[[0, true], ...(turn % 2 ? [] : [[20, false], [25, false], [50, true]])]
      .map(([minutes, given]) => ({ at: at + minutes * 60000, given })));
  const panel = sheet.panels.find(one => one.id === 'heart-rate');
  panel.texts = sheet.doses.map((dose, turn) => [dose.at, turn % 2 ? 'nasal cannula' : 'FiO2 40 %']);
  flowsheet.draw(place, sheet);
  return sheet.doses.length;
}"""
FAULTS = """() => [...document.querySelectorAll('#sheet svg')].flatMap(drawing => {
  const texts = [...drawing.querySelectorAll('text')], frame = drawing.getBoundingClientRect();
  const boxes = texts.map(one => one.getBoundingClientRect());
  const outside = texts.filter((_, place) => boxes[place].right > frame.right + 1 || boxes[place].left < frame.left - 1
    || boxes[place].top < frame.top - 1 || boxes[place].bottom > frame.bottom + 1).map(one => `outside: ${one.textContent}`);
  const over = texts.flatMap((one, place) => texts.slice(place + 1).filter((_, next) => {
    const a = boxes[place], b = boxes[place + 1 + next];
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  }).map(other => `${one.textContent} | ${other.textContent}`));
  return [...outside, ...over];
})"""
DOSE_TEXTS = """() => [...document.querySelectorAll('#sheet .dose-text')].map(one => one.firstChild.data)"""


def patient(board: str, look: Look, size: str = "desk") -> Any:
    width, height = SIZES[size]
    page = look(board, viewport={"width": width, "height": height})
    at_rest(page, "patient")
    return page


def count_doses(labels: list[str]) -> int:
    """Return how many doses labels such as `▼ dose`, `▽` and `▼2▽` speak of."""
    return sum(int(count or 1) for label in labels for count in re.findall(r"[▼▽](\d*)", label))


@pytest.mark.parametrize("hours", list(HOURS))
@pytest.mark.parametrize("size", list(SIZES))
def test_no_words_lie_over_others_and_every_dose_is_told(
    board: str, look: Look, size: str, hours: str
) -> None:
    page = patient(board, look, size)
    doses, faults, labels, wide = page.evaluate(
        f"hours => [({DENSE})(hours), ({FAULTS})(), ({DOSE_TEXTS})(), document.documentElement.scrollWidth]",
        HOURS[hours],
    )
    assert faults == []
    assert count_doses(labels) == doses
    assert wide <= SIZES[size][0]


@pytest.mark.parametrize("hours", list(HOURS))
@pytest.mark.parametrize("size", list(SIZES))
def test_a_tick_at_either_edge_of_the_time_axis_lies_over_no_figure_of_the_scale(
    board: str, look: Look, size: str, hours: str
) -> None:
    page = patient(board, look, size)
    faults = page.evaluate(
        f"""hours => {{ const hour = 3600000, end = document.getElementById('sheet').sheet.end;
      const midnight = Array.from({{ length: 25 }}, (_, at) => (Math.floor(end / hour) + at) * hour)
        .find(at => board.hour(at - hours * hour) === '00:00');
      return [-1, 0, 1].flatMap(minute => {{ ({DENSE})(hours, midnight - end + minute * 60000); return ({FAULTS})(); }}); }}""",
        HOURS[hours],
    )
    assert faults == []


def test_without_a_pressure_the_doses_are_told_on_the_first_panel_that_is_drawn(
    board: str, look: Look
) -> None:
    page = patient(board, look)
    labels = page.evaluate(f"""() => {{ const place = document.getElementById('sheet'), sheet = structuredClone(place.sheet);
      sheet.panels.find(one => one.id === 'pressure').series = [];
      sheet.doses = [{{ at: sheet.end - 3600000, given: true }}];
      flowsheet.draw(place, sheet);
      return ({DOSE_TEXTS})(); }}""")
    assert labels == ["▼ dose"]


@pytest.mark.parametrize(
    ("value", "shown"), [(1.66012, "1.66 mg/dL"), (2.996, "2.996 mg/dL"), (1234.56, "1235 mg/dL")]
)
def test_a_value_has_three_figures_and_stays_on_its_side_of_a_limit(
    board: str, look: Look, value: float, shown: str
) -> None:
    page = patient(board, look)
    found = page.evaluate(
        """value => { const place = document.getElementById('sheet'), sheet = structuredClone(place.sheet);
      const panel = sheet.panels.find(one => one.id === 'creatinine');
      Object.assign(panel, { unit: 'mg/dL', lines: [{ at: 3, text: '3', level: 'absolute' }],
        series: [{ code: 'creatinine', name: 'Creatinine', draw: 'line', points: [[sheet.end, value]], rests: {} }] });
      flowsheet.draw(place, sheet);
      return document.querySelector('[data-panel=creatinine] .latest').innerText; }""",
        value,
    )
    assert found == shown


def test_the_criteria_have_three_figures(board: str, look: Look) -> None:
    page = patient(board, look)
    shown = page.locator("tr.crit td[data-value]").all_inner_texts()
    numbers = [found for text in shown for found in re.findall(r"^[0-9.]+", text)]
    assert numbers
    assert [one for one in numbers if "." in one and len(one.replace(".", "").lstrip("0")) > 3] == []
